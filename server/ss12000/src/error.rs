//! What can go wrong with a call.

use std::{fmt, time::Duration};

use wire::{Answer, Refusal};

use crate::json;

/// The outcome of a call.
pub type Result<T> = wire::Result<T, Code>;

/// Why a call gave no usable answer. Holds nothing of any person.
pub type Error = wire::Error<Code>;

/// How the register refused, by HTTP status: each source chooses its own codes (SS 12000, errors).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// 401 or 403: the token, or an object out of reach. An operator's matter.
    Unauthorized,
    /// 404, 405 or 501 on a whole kind: this server does not have it.
    NotOffered,
    /// 400 for a page token: it is too old. Read from the start again.
    PageLost,
    /// 429: too many calls; after so long it may be tried again, where the server says.
    TooMany(Option<Duration>),
    /// 503: closed for the moment, or the answer would be too large; after so long, where the server says.
    Busy(Option<Duration>),
    /// Any other status, with the server's own code where it gave one.
    Status(u16, Option<String>),
}

impl Refusal for Code {
    const SYSTEM: &'static str = "the pupil register";

    fn read(answer: &Answer) -> Self {
        match answer.status() {
            401 | 403 => Self::Unauthorized,
            404 | 405 | 501 => Self::NotOffered,
            429 => Self::TooMany(answer.retry_after()),
            503 => Self::Busy(answer.retry_after()),
            other => Self::Status(other, answer.text().and_then(json::error_code)),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorized => f.write_str("no access"),
            Self::NotOffered => f.write_str("not offered by this server"),
            Self::PageLost => f.write_str("the page token is too old"),
            Self::TooMany(_) => f.write_str("too many calls"),
            Self::Busy(_) => f.write_str("closed for the moment"),
            Self::Status(status, None) => write!(f, "HTTP {status}"),
            Self::Status(status, Some(code)) => write!(f, "HTTP {status}, {code}"),
        }
    }
}
