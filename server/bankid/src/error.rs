//! What can go wrong with a call.

use model::open_enum;
use wire::{Answer, Refusal};

use crate::json;

/// The outcome of a call.
pub type Result<T> = wire::Result<T, Code>;

/// Why a call gave no usable answer. Holds nothing of the person or the order.
pub type Error = wire::Error<Code>;

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

impl Refusal for Code {
    const SYSTEM: &'static str = "BankID";

    /// BankID's own word goes before the status. Its `details` are not even read: they may repeat what was sent.
    fn read(answer: &Answer) -> Self {
        let code = answer.text().and_then(json::error_code);
        code.map_or_else(|| Self::of_status(answer.status()), |code| Self::parse(&code))
    }
}

impl Code {
    /// The code of an answer without one: an edge's HTML page or an empty body (RP API v6, errors).
    fn of_status(status: u16) -> Self {
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
