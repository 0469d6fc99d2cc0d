//! One letter to one address, as it goes over the wire.

use jiff::Timestamp;
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use model::Email;
use uuid::Uuid;

use crate::{Letter, Trouble};

/// One letter to one address.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The one recipient. There is no copy and no blind copy.
    pub to: Email,
    /// What is written.
    pub letter: Letter,
    /// Names the letter for ever; a second try carries the same.
    pub reference: Uuid,
    /// When it was written.
    pub at: Timestamp,
}

/// The Message-ID of the letter `reference` from `domain`, without its brackets.
pub(crate) fn message_id(reference: Uuid, domain: &str) -> String {
    format!("{reference}@{domain}")
}

impl Mail {
    /// The message (RFC 5322) with its two alternatives, plain first.
    pub(crate) fn message(&self, from: &Mailbox) -> Result<Message, Trouble> {
        let to: Address = self.to.reveal().parse().map_err(|_| Trouble::Address)?;
        let at = self.at.try_into().map_err(|_| Trouble::Letter)?;
        let domain = from.email.domain();
        let mut message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(self.letter.subject.clone())
            .date(at)
            .message_id(Some(format!("<{}>", message_id(self.reference, domain))));
        for (name, value) in [
            // RFC 3834, section 5: no holiday answer is to come back.
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("X-Auto-Response-Suppress", "All".to_owned()),
            // RFC 2919: so that a mail program can sort by the kind of letter.
            ("List-Id", format!("<{}.{domain}>", self.letter.kind)),
            ("Content-Language", self.letter.language.tag().to_owned()),
        ] {
            let name = HeaderName::new_from_ascii(name.to_owned()).map_err(|_| Trouble::Letter)?;
            message = message.raw_header(HeaderValue::new(name, value));
        }
        let parts = MultiPart::alternative_plain_html(self.letter.text.clone(), self.letter.html.clone());
        message.multipart(parts).map_err(|_| Trouble::Letter)
    }
}

#[cfg(test)]
mod tests {
    use model::Language;

    use super::*;
    use crate::letters;

    fn mail() -> Mail {
        Mail {
            to: Email::parse("sara@example.se").unwrap(),
            letter: letters::email_code(
                Language::Sv,
                "482915",
                "https://konto.example.se/bekrafta-e-post/x",
                10,
            ),
            reference: Uuid::from_u128(7),
            at: "2026-11-24T06:00:00Z".parse().unwrap(),
        }
    }

    fn written(mail: &Mail) -> String {
        let from: Mailbox = "Hjärntorget <ingen-svar@example.se>".parse().unwrap();
        String::from_utf8(mail.message(&from).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_mail_carries_the_headers_of_an_automatic_letter() {
        let written = written(&mail());
        for line in [
            "To: sara@example.se\r\n",
            "Date: Tue, 24 Nov 2026 06:00:00 +0000\r\n",
            "Message-ID: <00000000-0000-0000-0000-000000000007@example.se>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "List-Id: <email-code.example.se>\r\n",
            "Content-Language: sv\r\n",
            "Content-Type: multipart/alternative;",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Type: text/html; charset=utf-8\r\n",
        ] {
            assert!(written.contains(line), "{line} in {written}");
        }
        let recipients =
            written.lines().filter(|line| ["Cc:", "Bcc:"].iter().any(|name| line.starts_with(name)));
        assert_eq!(recipients.count(), 0);
    }

    #[test]
    fn the_same_letter_has_the_same_id() {
        let id = |text: String| text.lines().find(|line| line.starts_with("Message-ID")).map(str::to_owned);
        assert_eq!(id(written(&mail())), id(written(&mail())));
    }

    #[test]
    fn debug_shows_neither_address_nor_code() {
        let shown = format!("{:?}", mail());
        assert!(
            !shown.contains("sara") && !shown.contains("482915") && !shown.contains("bekrafta"),
            "{shown}"
        );
    }
}
