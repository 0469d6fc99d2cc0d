//! Frånvaroutskick: from what the pupil register says of a pupil to what a guardian hears of it.
//!
//! An absence is taken in ([`intake`]), waits for the school's delay, is told ([`telling`]) in one transaction with its
//! notices, messages, deliveries and jobs, and leaves by mail and text message ([`sending`]). Where a channel fails the
//! next one stands in ([`failing`]); what turns out to be wrong is corrected ([`correcting`]). What could not leave in time
//! is on the school's list of homes to call ([`call_home`]).
//!
//! Invariant: every unexcused absence of a day ends that day as told, corrected, or on that list. Nothing is told twice:
//! an absence is told once, a notice has one delivery by channel, a delivery leaves under one reference.
//!
//! Invariant: right before something leaves, everything is asked again: custody, account, choice, the absence itself.

mod arriving;
mod call_home;
mod confirm;
mod correcting;
mod cover;
mod delivery;
mod failing;
mod intake;
mod leaving;
mod link;
mod message;
mod report;
mod rules;
mod sending;
mod settings;
mod subscription;
mod sweep;
mod telling;
mod turn;
mod verdict;

pub(crate) use arriving::Arrival;
pub use call_home::CallHome;
pub(crate) use confirm::{How, confirm};
pub use intake::AttendanceReport;
pub(crate) use intake::Intake;
pub(crate) use leaving::Left;
pub(crate) use sending::SendNotice;
pub use settings::Notices;
pub(crate) use telling::{TellGuardians, Telling, tell_after_all};
pub(crate) use turn::take as take_turn;

/// The words of `delivery.state`.
pub(crate) mod state {
    /// To be handed over.
    pub(crate) const WAITING: &str = "waiting";
    /// Handed over.
    pub(crate) const SENT: &str = "sent";
    /// Arrived, as far as the other side says.
    pub(crate) const DELIVERED: &str = "delivered";
    /// The guardian said that it was received.
    pub(crate) const CONFIRMED: &str = "confirmed";
    /// Not taken now; it is tried again.
    pub(crate) const FAILED_TEMPORARILY: &str = "failed-temporarily";
    /// Given up.
    pub(crate) const FAILED: &str = "failed";
    /// Given up; another channel stands in.
    pub(crate) const REPLACED: &str = "replaced-by-fallback";
    /// No longer wanted before it left.
    pub(crate) const WITHDRAWN: &str = "withdrawn";
    /// No longer this person's to hear before it left.
    pub(crate) const WITHHELD: &str = "withheld";

    /// What has not left yet.
    pub(crate) const PENDING: [&str; 2] = [WAITING, FAILED_TEMPORARILY];
    /// What has left.
    pub(crate) const LEFT: [&str; 3] = [SENT, DELIVERED, CONFIRMED];
}

/// The words of `notice.kind`.
pub(crate) mod kind {
    /// Of unexcused absence.
    pub(crate) const ABSENCE: &str = "absence";
    /// Of valid absence, for who wants to hear of that as well.
    pub(crate) const VALID: &str = "valid-absence";
    /// What such a notice told was wrong.
    pub(crate) const CORRECTION: &str = "correction";
}

/// What stands: an absence by the register's last word, and a notice that was not taken back.
pub(crate) const STANDING: &str = "standing";
/// A notice of which nothing had left when it was taken back.
const TAKEN_BACK: &str = "withdrawn";
/// A notice whose readers were told that it was wrong.
const CORRECTED: &str = "corrected";

/// An id out of a column.
fn id_of(text: &str) -> crate::Result<uuid::Uuid> {
    Ok(text.parse().map_err(|_| anyhow::anyhow!("an id of a notice cannot be read"))?)
}
