//! Rate limits.
/// Rate limits (security reference, section 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// BankID starts in a minute from one device cookie.
    pub bankid_start_device: u32,
    /// BankID starts in ten minutes in one session.
    pub bankid_start_session: u32,
    /// BankID starts in a minute from one address.
    pub bankid_start_address: u32,
    /// Questions how an identification goes, in a second by login transaction.
    pub bankid_poll_per_second: u32,
    /// Tries of one letter's code.
    pub code_tries: u32,
    /// Tries of codes in 15 minutes by application, whatever the letter.
    pub code_tries_window: u32,
    /// Letters with a code in an hour by application.
    pub letters_per_hour: u32,
    /// Letters with a code in a day to one address, whoever asks.
    pub letters_per_address: u32,
}
impl Default for Limits {
    fn default() -> Self {
        Self { bankid_start_device: 5, bankid_start_session: 10, bankid_start_address: 60, bankid_poll_per_second: 2,
            code_tries: 5, code_tries_window: 15, letters_per_hour: 5, letters_per_address: 10 }
    }
}
