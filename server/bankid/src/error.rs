//! What can go wrong with a call.

use std::fmt;

use model::open_enum;

/// The outcome of a call.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call gave no usable answer. Holds nothing of the person or the order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No answer came. For `auth` and `collect` this does not say whether BankID received the request.
    #[error("BankID cannot be reached: {0}")]
    Unreachable(Cause),
    /// An answer came that is not BankID's.
    #[error("BankID's answer cannot be read: {0}")]
    Garbled(&'static str),
    /// BankID refused, in its own words.
    #[error("BankID refused: {0}")]
    Said(Code),
}

/// Why no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No connection: nobody there, or TLS refused on either side. Nothing was sent.
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

open_enum! {
    /// BankID's error codes (RP API v6, errors), or what the HTTP status alone means where no code came.
    pub enum Code {
        /// An order for the same person is open; it is aborted as well.
        AlreadyInProgress = "alreadyInProgress",
        /// A bad field, or an order that is collected, cancelled or too old. Never a reason to try again.
        InvalidParameters = "invalidParameters",
        /// The order was cancelled.
        Cancelled = "cancelled",
        /// The same, in the other spelling that peers have met.
        Canceled = "canceled",
        /// The relying party has no access: certificate, address or agreement. An operator's matter.
        Unauthorized = "unauthorized",
        /// A wrong address. An operator's matter.
        NotFound = "notFound",
        /// A wrong method; what the health probe expects.
        MethodNotAllowed = "methodNotAllowed",
        /// The request arrived too slowly.
        RequestTimeout = "requestTimeout",
        /// A wrong content type.
        UnsupportedMediaType = "unsupportedMediaType",
        /// Too many calls.
        TooManyRequests = "tooManyRequests",
        /// A fault at BankID.
        InternalError = "internalError",
        /// BankID is closed for the moment (503).
        Maintenance = "maintenance",
    }
}

impl Code {
    /// The code of an answer without one: an edge's HTML page or an empty body (RP API v6, errors).
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            401 | 403 => Self::Unauthorized,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            408 | 504 => Self::RequestTimeout,
            415 => Self::UnsupportedMediaType,
            429 => Self::TooManyRequests,
            503 => Self::Maintenance,
            500..=599 => Self::InternalError,
            _ => Self::Other(format!("http-{status}")),
        }
    }
}
