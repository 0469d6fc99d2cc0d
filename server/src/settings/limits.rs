//! How often somebody may ask.

use serde::Deserialize;

/// Every rate limit (security: bounds on what one visitor may cost or try).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Any request, by address.
    pub address_per_second: u32,
    /// Reports of the SMS gateway, by address.
    pub callbacks_per_second: u32,
    /// Any request, by session.
    pub session_per_second: u32,
    /// How far a session may run ahead of that.
    pub session_burst: u32,
    /// Reports of the content security policy, by address.
    pub reports_per_second: u32,
    /// BankID orders begun in a minute, by device cookie.
    pub bankid_start_device: u32,
    /// BankID orders begun in ten minutes, by session.
    pub bankid_start_session: u32,
    /// BankID orders begun in a minute, by address.
    pub bankid_start_address: u32,
    /// Questions how an identification goes.
    pub bankid_poll_per_second: u32,
    /// How often one link that confirms a notice is followed in 15 minutes.
    pub tries_per_link: u32,
    /// Tries of one letter's code.
    pub code_tries: u32,
    /// Tries of codes in 15 minutes, by application or account.
    pub code_tries_window: u32,
    /// Letters and text messages with a code, and tries of a channel, in an hour, by application or account.
    pub letters_per_hour: u32,
    /// Letters with a code in a day, by the address they go to.
    pub letters_per_address: u32,
    /// Changes of an account's contact details in a day.
    pub contact_changes_per_day: u32,
    /// Links of letters followed in a minute, by address.
    pub links_per_minute: u32,
    /// Reports of absence in an hour, by account.
    pub absence_reports_per_hour: u32,
}
