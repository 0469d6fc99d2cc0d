//! What anybody may read: how to apply, what we hold, the road without BankID, the schools.

mod pages;
mod schools;

pub(crate) use pages::{
    accessibility, apply, cookies, data_protection, no_bankid, no_bankid_because, recognise_us, start,
    what_we_hold,
};
pub(crate) use schools::schools;

/// The version of the information a guardian is shown before an account is made. It is kept with the account, so a
/// change of `what-we-hold` or `data-protection` needs a new one.
pub(crate) const VERSION: &str = "2026-11-2";
