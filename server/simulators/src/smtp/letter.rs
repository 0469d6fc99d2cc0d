//! From the bytes of a message to a mail in the box.

use crate::post::Mail;
use jiff::Timestamp;
use mail_parser::{Message, MessageParser, PartType};
use std::collections::BTreeMap;

/// Reads `message` as it came for one recipient. What cannot be parsed arrives as text alone.
pub(super) fn read(message: &[u8], envelope_from: &str, to: &str, at: Timestamp) -> Mail {
    let mail = Mail { to: to.to_owned(), from: envelope_from.to_owned(), at, ..Mail::default() };
    let Some(parsed) = MessageParser::new().parse(message) else {
        return Mail { text: String::from_utf8_lossy(message).into_owned(), ..mail };
    };
    let from = parsed.from().and_then(|from| from.first()?.address()).map(str::to_owned);
    Mail {
        from: from.unwrap_or(mail.from),
        subject: parsed.subject().unwrap_or_default().to_owned(),
        headers: headers(&parsed),
        text: text(&parsed),
        html: html(&parsed),
        reference: parsed.message_id().map(str::to_owned),
        ..mail
    }
}

/// The headers as they were sent, unfolded; one that stands twice has both values, a line each.
fn headers(parsed: &Message<'_>) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::<String, String>::new();
    // The parser spells the names it knows its own way, so they are cut from the message itself.
    let cut = |from: u32, to: u32| {
        String::from_utf8_lossy(parsed.raw_message.get(from as usize..to as usize).unwrap_or_default())
    };
    for header in parsed.headers() {
        let name = cut(header.offset_field, header.offset_start);
        let name = name.trim_end().trim_end_matches(':').trim_end();
        let value = cut(header.offset_start, header.offset_end);
        let unfolded = value.split("\r\n").map(str::trim).collect::<Vec<_>>().join(" ");
        let value = unfolded.trim();
        headers
            .entry(name.to_owned())
            .and_modify(|known| {
                known.push('\n');
                known.push_str(value);
            })
            .or_insert_with(|| value.to_owned());
    }
    headers
}

/// The plain text; the parser's own rendering where there is only HTML.
fn text(parsed: &Message<'_>) -> String {
    let bodies = (0..parsed.text_body_count()).filter_map(|at| parsed.body_text(at));
    bodies.collect::<Vec<_>>().join("\n").replace("\r\n", "\n")
}

/// The HTML part, if one was sent.
fn html(parsed: &Message<'_>) -> Option<String> {
    parsed.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.replace("\r\n", "\n")),
        _ => None,
    })
}
