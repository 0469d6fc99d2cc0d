//! The gateway itself: one message out, and the questions about it.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use jiff::Timestamp;
use model::Mobile;
use wire::{Answer, Line, Refusal, Request};
use zeroize::Zeroizing;

use super::{
    Settings, Text,
    json::{self, Seen},
};
use crate::BadSetting;

/// A hundred messages of a history are some 40 KiB.
const BODY_MAX: usize = 1024 * 1024;
/// The most messages of a history in one answer.
const PAGE: &str = "100";

/// One message to one number.
#[derive(Clone)]
pub struct Sms {
    /// The one recipient.
    pub to: Mobile,
    /// What is written.
    pub text: Text,
    /// Names the message for ever; a second try carries the same. At least 128 random bits in the alphabet of addresses:
    /// whoever knows it can report what became of the message.
    pub reference: String,
}

impl fmt::Debug for Sms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sms").field("text", &self.text).finish_non_exhaustive()
    }
}

/// Why a message did not leave, by what its sender is to do. Holds nothing of the message or its recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The gateway does not have it and may take it later.
    #[error("the SMS gateway did not take the message now")]
    NotTaken,
    /// No answer that can be read: the message may be on its way. Ask [`Gateway::sent_to`] before sending it again.
    #[error("the SMS gateway may have taken the message")]
    Doubtful,
    /// The gateway never will: this number, or this text.
    #[error("the SMS gateway refused the message for good")]
    Refused,
}

/// How the gateway refuses. Its words are plain text and may repeat the number: only the status is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// 400: this number, or this text.
    Refused,
    /// 401 or 403: keys or credit. An operator's matter.
    Unauthorized,
    /// 429.
    TooMany,
    /// 503: closed for the moment.
    Closed,
    /// Any other status.
    Status(u16),
}

impl Refusal for Code {
    const SYSTEM: &'static str = "the SMS gateway";

    fn read(answer: &Answer) -> Self {
        match answer.status() {
            400 => Self::Refused,
            401 | 403 => Self::Unauthorized,
            429 => Self::TooMany,
            503 => Self::Closed,
            other => Self::Status(other),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("not this message"),
            Self::Unauthorized => f.write_str("no access or no credit"),
            Self::TooMany => f.write_str("too many messages"),
            Self::Closed => f.write_str("closed for the moment"),
            Self::Status(status) => write!(f, "HTTP {status}"),
        }
    }
}

/// The SMS gateway. One for the whole house; it keeps its connections.
pub struct Gateway {
    line: Line<Code>,
    account: Account,
    from: String,
    reports: String,
}

/// Who sends and pays.
struct Account {
    user: String,
    password: Zeroizing<String>,
}

impl Gateway {
    /// Reads certificates and keys and makes ready; calls nobody.
    ///
    /// # Errors
    /// [`BadSetting`] for an address that is not https, a sender no telephone shows, or a file that cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, BadSetting> {
        if !is_sender(&settings.from) {
            let why = "must be at most eleven letters a to z, digits and spaces, or a number in E.164";
            return Err(BadSetting::new(format!("SMS sender {}", settings.from), why));
        }
        Ok(Self {
            line: Line::open(&settings.peer, None, BODY_MAX)?,
            account: account(&settings.keys, &settings.key)?,
            from: settings.from.clone(),
            reports: settings.reports.clone(),
        })
    }

    /// Hands a message over, once, and answers what the gateway calls it. Not safe to repeat where the failure is
    /// [`Failure::Doubtful`].
    pub async fn send(&self, sms: &Sms) -> Result<Seen, Failure> {
        let report = format!("{}{}", self.reports, sms.reference);
        let form = [
            ("from", self.from.as_str()),
            ("to", sms.to.reveal()),
            ("message", &sms.text.text),
            // Not to be read by the gateway's staff, nor by whoever gets hold of our account.
            ("dontlog", "message"),
            ("whendelivered", &report),
        ];
        let request = self.line.post("a1/sms").form(&form);
        self.ask("send a text message", request, json::message).await.map_err(|error| json::failure(&error))
    }

    /// What the gateway took for a number since then, newest first. Empty where a message whose sending is in doubt never
    /// came; the gateway tells neither its text nor our reference.
    pub async fn sent_to(&self, to: &Mobile, since: Timestamp) -> Result<Vec<Seen>, Failure> {
        let request = self
            .line
            .get("a1/sms")
            .query("to", to.reveal())
            .query("end", &json::written(since))
            .query("limit", PAGE);
        self.ask("look for a text message", request, json::history)
            .await
            .map_err(|error| json::failure(&error))
    }

    /// How far a message has come, by the gateway's name of it; for reports that never came. None for a name it does not
    /// know.
    pub async fn seen(&self, id: &str) -> Result<Option<Seen>, Failure> {
        if !json::is_id(id) {
            return Ok(None);
        }
        let request = self.line.get(&format!("a1/sms/{id}"));
        match self.ask("ask for a text message", request, json::message).await {
            Ok(seen) => Ok(Some(seen)),
            Err(wire::Error::Said(Code::Status(404))) => Ok(None),
            Err(error) => Err(json::failure(&error)),
        }
    }

    /// Whether the gateway is there and lets us in; sends nothing.
    pub async fn probe(&self) -> Result<(), Failure> {
        let request = self.line.get("a1/sms").query("limit", "1");
        let asked = self.ask("look at the text messages", request, json::history).await;
        asked.map(drop).map_err(|error| json::failure(&error))
    }

    async fn ask<T>(
        &self,
        name: &'static str,
        request: Request,
        read: fn(&str) -> wire::Result<T, Code>,
    ) -> wire::Result<T, Code> {
        let request = request.basic(&self.account.user, &self.account.password);
        self.line.call(name, async { read(&self.line.send(request).await?.accepted()?) }).await
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("line", &self.line).field("from", &self.from).finish_non_exhaustive()
    }
}

/// Whether telephones show this as a sender (registers reference, section 4.3).
fn is_sender(from: &str) -> bool {
    let is_name = (1..=11).contains(&from.len())
        && from.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ')
        && from.bytes().any(|b| b.is_ascii_alphabetic());
    let is_number = from
        .strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
    is_name || is_number
}

fn account(file: &Path, name: &str) -> Result<Account, BadSetting> {
    let bad = |why: &str| BadSetting::new(format!("{}, account \"{name}\"", file.display()), why);
    let text = Zeroizing::new(fs::read_to_string(file).map_err(|why| bad(&why.to_string()))?);
    // The parser's own words could repeat a password.
    let all: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&text).map_err(|_| bad("the file is not a JSON object"))?;
    let account = all.get(name).ok_or_else(|| bad("is not there"))?;
    let word = |key: &str| account.get(key)?.as_str().filter(|word| !word.is_empty()).map(str::to_owned);
    match (word("user"), word("password")) {
        // A colon would end the user's name (RFC 7617, section 2).
        (Some(user), Some(password)) if !user.contains(':') => {
            Ok(Account { user, password: Zeroizing::new(password) })
        }
        _ => Err(bad("holds no user and password that can be sent")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(folder: &Path, keys: &str) -> Settings {
        let file = folder.join("keys.json");
        fs::write(&file, keys).unwrap();
        Settings::new(
            "https://sms.example.se/",
            folder.join("none.pem"),
            file,
            "sms",
            "Hjarntorget",
            "https://x/",
        )
    }

    #[test]
    fn a_sender_is_a_short_name_or_a_number() {
        for from in ["Hjarntorget", "Skola 1", "+46766861004"] {
            assert!(is_sender(from), "{from}");
        }
        for from in ["", "Hjärntorget", "Hjarntorget1", "46766861004", "+46", "a\r\nb", "a-b"] {
            assert!(!is_sender(from), "{from}");
        }
    }

    #[test]
    fn a_gateway_that_cannot_work_says_which_setting_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let wrong = |settings: &Settings| Gateway::new(settings).unwrap_err().to_string();
        let good = r#"{"sms":{"user":"u","password":"p"}}"#;
        assert!(wrong(&settings(folder.path(), good)).contains("none.pem"));
        let sender = Settings { from: "Hjärntorget".into(), ..settings(folder.path(), good) };
        assert!(wrong(&sender).contains("Hjärntorget"));
    }

    #[test]
    fn an_account_that_cannot_be_used_is_refused_without_its_password() {
        let folder = tempfile::tempdir().unwrap();
        for (keys, why) in [
            ("hemligt", "not a JSON object"),
            ("{}", "is not there"),
            (r#"{"sms":"hemligt"}"#, "no user and password"),
            (r#"{"sms":{"user":"u"}}"#, "no user and password"),
            (r#"{"sms":{"user":"u","password":""}}"#, "no user and password"),
            (r#"{"sms":{"user":"u:v","password":"hemligt"}}"#, "no user and password"),
        ] {
            let settings = settings(folder.path(), keys);
            let said = account(&settings.keys, "sms").err().unwrap().to_string();
            assert!(said.contains(why) && !said.contains("hemligt"), "{said}");
        }
    }
}
