//! The JSON of 46elks, as far as it is read.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::Deserialize;

use super::{Code, Failure};

/// A message as the gateway has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The gateway's own name of it. Says nothing of a person.
    pub id: String,
    /// How far it has come.
    pub status: Status,
    /// When the gateway took it, by the gateway's clock.
    pub created: Timestamp,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The gateway has it.
    Created,
    /// It left for the telephone.
    Sent,
    /// It can not be delivered.
    Failed,
    /// It lies in the telephone.
    Delivered,
}

impl Status {
    /// The status of this word, as answers and delivery reports have it.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "created" => Some(Self::Created),
            "sent" => Some(Self::Sent),
            "failed" => Some(Self::Failed),
            "delivered" => Some(Self::Delivered),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct Message {
    id: String,
    status: String,
    created: String,
}

#[derive(Deserialize)]
struct History {
    data: Vec<Message>,
}

/// Reads one message.
pub(super) fn message(text: &str) -> Result<Seen, wire::Error<Code>> {
    // The parser's own words could repeat a number.
    serde_json::from_str::<Message>(text).ok().and_then(seen).ok_or(wire::Error::Garbled("not a message"))
}

/// Reads the messages of a history.
pub(super) fn history(text: &str) -> Result<Vec<Seen>, wire::Error<Code>> {
    let history = serde_json::from_str::<History>(text).ok();
    let all = history.and_then(|history| history.data.into_iter().map(seen).collect());
    all.ok_or(wire::Error::Garbled("not a history"))
}

fn seen(message: Message) -> Option<Seen> {
    Some(Seen {
        id: is_id(&message.id).then_some(message.id)?,
        status: Status::from_word(&message.status)?,
        created: moment(&message.created)?,
    })
}

/// Whether this can be the gateway's name of a message: it goes into an address.
pub(super) fn is_id(id: &str) -> bool {
    (2..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// A time as 46elks writes it: UTC, without saying so.
fn moment(text: &str) -> Option<Timestamp> {
    let time: DateTime = text.trim_end_matches('Z').parse().ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

/// The same the other way round.
pub(super) fn written(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// What an error of a call means for the message that was to leave by it.
pub(super) fn failure(error: &wire::Error<Code>) -> Failure {
    use wire::Cause;
    match error {
        wire::Error::Unreachable(Cause::Connect | Cause::Resting) => Failure::NotTaken,
        wire::Error::Unreachable(Cause::Timeout | Cause::Broken) | wire::Error::Garbled(_) => {
            Failure::Doubtful
        }
        wire::Error::Said(code) => match *code {
            Code::Refused => Failure::Refused,
            Code::Unauthorized | Code::TooMany | Code::Closed => Failure::NotTaken,
            Code::Status(status) if status >= 500 => Failure::Doubtful,
            Code::Status(_) => Failure::NotTaken,
        },
    }
}

#[cfg(test)]
mod tests {
    use wire::{Cause, Error};

    use super::*;

    #[test]
    fn an_answer_of_the_gateway_is_read() {
        let text = r#"{"id":"s70df59406a1b4643b96f3f91e0bfb7b0","status":"created","from":"x","to":"+46701740605",
            "created":"2026-11-24T06:00:00.250000","parts":1,"cost":3500,"direction":"outgoing"}"#;
        let seen = message(text).unwrap();
        assert_eq!((seen.id.len(), seen.status), (33, Status::Created));
        assert_eq!(seen.created, "2026-11-24T06:00:00.25Z".parse().unwrap());
        assert_eq!(history(&format!(r#"{{"data":[{text}],"next":"x"}}"#)).unwrap(), [seen]);
    }

    #[test]
    fn what_is_no_answer_of_the_gateway_is_not_believed() {
        for text in [
            "",
            "OK",
            "[]",
            "{}",
            r#"{"id":"s1/../x","status":"created","created":"2026-11-24T06:00:00"}"#,
            r#"{"id":"s1","status":"queued","created":"2026-11-24T06:00:00"}"#,
            r#"{"id":"s1","status":"created","created":"yesterday"}"#,
        ] {
            assert!(message(text).is_err() && history(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_what_may_have_been_taken_is_in_doubt() {
        let not_taken = Failure::NotTaken;
        for (error, means) in [
            (Error::Unreachable(Cause::Connect), not_taken),
            (Error::Unreachable(Cause::Resting), not_taken),
            (Error::Unreachable(Cause::Timeout), Failure::Doubtful),
            (Error::Unreachable(Cause::Broken), Failure::Doubtful),
            (Error::Garbled("x"), Failure::Doubtful),
            (Error::Said(Code::Refused), Failure::Refused),
            (Error::Said(Code::Unauthorized), not_taken),
            (Error::Said(Code::Closed), not_taken),
            (Error::Said(Code::TooMany), not_taken),
            (Error::Said(Code::Status(404)), not_taken),
            (Error::Said(Code::Status(500)), Failure::Doubtful),
            (Error::Said(Code::Status(504)), Failure::Doubtful),
        ] {
            assert_eq!(failure(&error), means, "{error}");
        }
    }

    #[test]
    fn a_status_has_one_word() {
        for word in ["created", "sent", "failed", "delivered"] {
            assert!(Status::from_word(word).is_some());
        }
        assert_eq!(Status::from_word("queued"), None);
    }
}
