//! What can go wrong with a call.

use std::fmt;

use wire::{Answer, Refusal};

/// The outcome of a call.
pub type Result<T> = wire::Result<T, Code>;

/// Why a call gave no usable answer. Holds nothing of any person.
pub type Error = wire::Error<Code>;

/// How the register refused. The service publishes no list of codes; the HTTP status is what can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// 401 or 403: certificate, token, keys or order (beställning). An operator's matter.
    Unauthorized,
    /// 429: more than the agreed calls a second.
    TooMany,
    /// 503: closed for the moment.
    Closed,
    /// Any other status.
    Status(u16),
    /// The whole answer came, but for one of the numbers the register gave this cause (`orsakskod`).
    Number(u16),
}

impl Refusal for Code {
    const SYSTEM: &'static str = "the population register";

    fn read(answer: &Answer) -> Self {
        match answer.status() {
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
            Self::Unauthorized => f.write_str("no access"),
            Self::TooMany => f.write_str("too many calls"),
            Self::Closed => f.write_str("closed for the moment"),
            Self::Status(status) => write!(f, "HTTP {status}"),
            Self::Number(code) => write!(f, "a number was answered with cause {code}"),
        }
    }
}
