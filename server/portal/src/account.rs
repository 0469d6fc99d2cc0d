//! Accounts.
use jiff::Timestamp;
use model::AccountId;
use serde::Serialize;
/// Whether an account can be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountState { /// Yes.
 Open, /// No more.
 Closed }
/// An account as the operator may see it: nothing of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountSummary {
    /// The account.
    pub id: AccountId,
    /// Whether it can be entered.
    pub state: AccountState,
    /// Since when.
    pub opened: Timestamp,
    /// Until when.
    pub closed: Option<Timestamp>,
    /// How many children it is linked to now.
    pub children: u64,
    /// How many sessions are open.
    pub sessions: u64,
}
