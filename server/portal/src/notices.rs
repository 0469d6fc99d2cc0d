//! Frånvaroutskick: from what the pupil register says of a pupil to what a guardian hears of it.
//!
//! An absence is taken in ([`intake`]), waits for the school's delay, is told ([`telling`]) in one transaction with its
//! notices, messages, deliveries and jobs, and leaves by mail and text message ([`sending`]). What could not leave in
//! time is on the school's list of homes to call ([`call_home`]).
//!
//! Invariant: every unexcused absence of a day ends that day as told, corrected, or on that list. Nothing is told twice:
//! an absence is told once, a notice has one delivery by channel, a delivery leaves under one reference.
//!
//! Invariant: right before something leaves, everything is asked again: custody, account, choice, the absence itself.

mod call_home;
mod confirm;
mod link;
mod report;

pub use call_home::CallHome;
pub(crate) use confirm::{How, confirm};

/// The words of `delivery.state`.
pub(crate) mod state {
    /// To be handed over.
    pub(crate) const WAITING: &str = "waiting";
    /// Handed over.
    pub(crate) const SENT: &str = "sent";
    /// Arrived, as far as the other side says.
    pub(crate) const DELIVERED: &str = "delivered";
    /// Not taken now; it is tried again.
    pub(crate) const FAILED_TEMPORARILY: &str = "failed-temporarily";
    /// Given up.
    pub(crate) const FAILED: &str = "failed";
}
