//! What can go wrong with a call.

use std::fmt;

/// The outcome of a call.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call gave no usable answer. Holds nothing of any person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No answer came.
    #[error("the population register cannot be reached: {0}")]
    Unreachable(Cause),
    /// An answer came that is not the register's, or not an answer to what was asked.
    #[error("the population register's answer cannot be read: {0}")]
    Garbled(&'static str),
    /// The register refused.
    #[error("the population register refused: {0}")]
    Said(Code),
}

/// Why no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No connection: nobody there, or TLS refused on either side.
    Connect,
    /// No answer in time.
    Timeout,
    /// The connection broke before the answer was whole.
    Broken,
    /// Too many calls in a row failed; nothing was tried. Calls pass again by themselves after a rest.
    Resting,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "no connection",
            Self::Timeout => "no answer in time",
            Self::Broken => "the connection broke",
            Self::Resting => "resting after repeated failures",
        })
    }
}

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

impl Code {
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
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
