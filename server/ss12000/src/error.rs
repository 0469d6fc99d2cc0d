//! What can go wrong with a call.

use std::{fmt, time::Duration};

/// The outcome of a call.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call gave no usable answer. Holds nothing of any person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No answer came.
    #[error("the pupil register cannot be reached: {0}")]
    Unreachable(Cause),
    /// An answer came that is not the register's.
    #[error("the pupil register's answer cannot be read: {0}")]
    Garbled(&'static str),
    /// The register refused.
    #[error("the pupil register refused: {0}")]
    Said(Code),
}

/// Why no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No connection: nobody there, or its certificate was refused.
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
