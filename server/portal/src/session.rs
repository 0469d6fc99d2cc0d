//! Sessions.
use jiff::Timestamp;
use model::{AccountId, Assurance};
use crate::{Result, Spans, Visit, person::Name};

/// A live session.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) kind: Kind,
    pub(crate) name: Name,
    pub(crate) assurance: Assurance,
    pub(crate) fresh_until: Timestamp,
}
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind { Applicant, Guardian(AccountId) }
impl Session { pub(crate) fn ends(&self, _spans: &Spans) -> Timestamp { todo!() } }
impl Visit {
    /// Ends the session. Does nothing for a stranger.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn sign_out(&self) -> Result<()> { todo!() }
    /// Prolongs the session by its idle time, up to its absolute end: the request itself does it.
    ///
    /// # Errors
    /// [`crate::Error::SignIn`] where the session is over.
    pub async fn stay(&self) -> Result<()> { todo!() }
}
