//! A guardian's account. Invariant: at most one per person, whatever runs in parallel (`subject` is unique).

use sea_orm::entity::prelude::*;

/// One row of `account`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Random id (`AccountId`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Blind index of the person number.
    pub subject: Vec<u8>,
    /// The person number, sealed.
    pub number: Vec<u8>,
    /// The name from BankID, sealed: it can be a protected person's.
    pub name: Vec<u8>,
    /// The proven address, sealed; gone when a closed account was emptied.
    pub email: Option<Vec<u8>>,
    /// Blind index of the address. Not unique: two guardians may share a mailbox.
    pub email_index: Option<Vec<u8>>,
    /// When the address was proven.
    pub email_verified_at: Option<i64>,
    /// Since when letters to the address come to nothing.
    pub email_failing_since: Option<i64>,
    /// The proven mobile number in E.164, sealed.
    pub mobile: Option<Vec<u8>>,
    /// Blind index of the mobile number. Not unique: numbers are shared and recycled.
    pub mobile_index: Option<Vec<u8>>,
    /// When the mobile number was proven.
    pub mobile_verified_at: Option<i64>,
    /// Since when text messages to the number come to nothing.
    pub mobile_failing_since: Option<i64>,
    /// Version of the information text that was accepted.
    pub information_version: String,
    /// `sv` or `en`: the language of letters.
    pub language: String,
    /// When that was chosen.
    pub language_at: i64,
    /// `open` or `closed`.
    pub state: String,
    /// When the account was opened.
    pub opened_at: i64,
    /// What opened it: `bankid`, later `school`.
    pub opened_by: String,
    /// When it was closed.
    pub closed_at: Option<i64>,
    /// Reason code of the closing.
    pub close_reason: Option<String>,
    /// Until when the holder, who closed it, may open it again.
    pub undo_until: Option<i64>,
    /// Last change of any field.
    pub updated_at: i64,
}

super::plain!("account");
