//! A message as it is ordered: strict, so that a slip in a client shows.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use reqwest::Url;

/// The longest name a message can come from.
const LONGEST_NAME: usize = 11;

/// What is to be sent.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) message: String,
    /// Where reports go.
    pub(super) report: Option<Url>,
    pub(super) flash: bool,
    /// Do not keep the text.
    pub(super) forget: bool,
    /// Check and price it, send nothing.
    pub(super) dry: bool,
}

/// An error answer: plain text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong(pub(super) StatusCode, pub(super) String);

impl Wrong {
    pub(super) fn bad(why: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, why.into())
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

impl Order {
    pub(super) fn read(mut fields: Vec<(String, String)>) -> Result<Self, Wrong> {
        let mut take = |name: &str| {
            let mut found = Vec::new();
            fields.retain_mut(|(n, value)| {
                let is = n == name;
                if is {
                    found.push(std::mem::take(value));
                }
                !is
            });
            match found.len() {
                0 | 1 => Ok(found.pop()),
                _ => Err(Wrong::bad(format!("{name} is there more than once"))),
            }
        };
        let needed = |name: &str, value: Option<String>| {
            value.ok_or_else(|| Wrong::bad(format!("Missing key {name}")))
        };
        let from = needed("from", take("from")?)?;
        let to = needed("to", take("to")?)?;
        let message = needed("message", take("message")?)?;
        let report = take("whendelivered")?.map(|url| {
            let web = |url: &Url| ["http", "https"].contains(&url.scheme()) && url.has_host();
            Url::parse(&url).ok().filter(web).ok_or_else(|| Wrong::bad("whendelivered is not a web address"))
        });
        let mut flag = |name: &str, on: &str, off: &str| match take(name)?.as_deref() {
            None => Ok(false),
            Some(value) if value == on => Ok(true),
            Some(value) if value == off => Ok(false),
            Some(_) => Err(Wrong::bad(format!("{name} is {on}"))),
        };
        let order = Self {
            flash: flag("flashsms", "yes", "no")?,
            forget: flag("dontlog", "message", "")?,
            dry: flag("dryrun", "yes", "no")?,
            report: report.transpose()?,
            from,
            to,
            message,
        };
        if let Some((name, _)) = fields.first() {
            return Err(Wrong::bad(format!("Unknown key {name}")));
        }
        order.checked()
    }

    fn checked(self) -> Result<Self, Wrong> {
        if !is_number(&self.from) && !is_name(&self.from) {
            return Err(Wrong::bad(
                "from is neither a number in E.164 nor a name of at most 11 letters and digits",
            ));
        }
        if !is_number(&self.to) {
            return Err(Wrong::bad("to is not a number in E.164"));
        }
        if self.message.is_empty() {
            return Err(Wrong::bad("message is empty"));
        }
        Ok(self)
    }
}

/// E.164: a plus and at most fifteen digits, the first not nought.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}

/// Letters, digits and spaces, not digits alone (registers.md 4.3).
fn is_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ')
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(change: &[(&str, &str)]) -> Result<Order, Wrong> {
        let mut fields = vec![("from", "Hjarntorget"), ("to", "+46701740605"), ("message", "Hej")];
        fields.retain(|(name, _)| change.iter().all(|(n, _)| n != name));
        let all = fields.iter().chain(change).filter(|(_, value)| *value != "-");
        Order::read(all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_message_as_the_manual_has_it_is_read() {
        let order =
            read(&[("whendelivered", "https://u:p@example.se/krok/t1"), ("dontlog", "message")]).unwrap();
        assert!(order.forget && !order.dry && !order.flash);
        assert_eq!(order.report.unwrap().password(), Some("p"));
        assert!(read(&[("from", "+46701740606")]).is_ok());
    }

    #[test]
    fn a_slip_is_named() {
        for (change, said) in [
            (("from", "-"), "Missing key from"),
            (("from", "Hjärntorget"), "from is neither"),
            (("from", "Hjarntorget1"), "from is neither"),
            (("from", "46701740605"), "from is neither"),
            (("to", "0701740605"), "to is not"),
            (("to", "+0701740605"), "to is not"),
            (("to", "+46701740605,+46701740606"), "to is not"),
            (("message", ""), "message is empty"),
            (("whendelivered", "/krok"), "whendelivered"),
            (("dryrun", "true"), "dryrun is yes"),
            (("dontlog", "yes"), "dontlog is message"),
            (("text", "Hej"), "Unknown key text"),
        ] {
            let wrong = read(&[change]).unwrap_err();
            assert!(
                wrong.0 == StatusCode::BAD_REQUEST && wrong.1.starts_with(said),
                "{change:?}: {}",
                wrong.1
            );
        }
        assert!(read(&[("to", "+46701740605"), ("to", "+46701740606")]).is_err());
    }
}
