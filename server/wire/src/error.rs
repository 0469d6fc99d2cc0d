//! What can go wrong with a call.

use std::fmt;

use crate::Answer;

/// The outcome of a call.
pub type Result<T, C> = std::result::Result<T, Error<C>>;

/// How one system refuses, in its own codes.
pub trait Refusal: fmt::Debug + fmt::Display {
    /// What the house calls the system, in the middle of a sentence.
    const SYSTEM: &'static str;

    /// Reads an answer that is not 200.
    fn read(answer: &Answer) -> Self;
}

/// Why a call gave no usable answer. Holds nothing of any person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error<C: Refusal> {
    /// No answer came. Unless the cause is [`Cause::Connect`] or [`Cause::Resting`], this does not say whether the other
    /// end received the request.
    #[error("{system} cannot be reached: {0}", system = C::SYSTEM)]
    Unreachable(Cause),
    /// An answer came that is not the system's, or not an answer to what was asked.
    #[error("the answer of {system} cannot be read: {0}", system = C::SYSTEM)]
    Garbled(&'static str),
    /// The system refused, in its own words.
    #[error("{system} refused: {0}", system = C::SYSTEM)]
    Said(C),
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
