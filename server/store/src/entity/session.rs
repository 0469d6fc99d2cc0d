//! Someone signed in. Invariant: never raised; a step-up makes a new row.

use sea_orm::entity::prelude::*;

/// One row of `session`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Random id, known to the server only.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// SHA-256 of the cookie.
    pub token_hash: Vec<u8>,
    /// `applicant` or `guardian`.
    pub kind: String,
    /// The account, for a guardian.
    pub account_id: Option<String>,
    /// Blind index of the person number.
    pub subject: Vec<u8>,
    /// The person number, sealed.
    pub number: Vec<u8>,
    /// Name from BankID, sealed.
    pub name: Vec<u8>,
    /// `low` or `high`.
    pub assurance: String,
    /// How it was made: `bankid-qr`, `bankid-same-device`.
    pub method: String,
    /// The browser in a few words, such as `Firefox, Windows`; empty where it does not say.
    pub browser: String,
    /// Until when the identification counts as fresh.
    pub fresh_until: i64,
    /// When it was made.
    pub created_at: i64,
    /// Last request that counts; polls do not.
    pub last_used_at: i64,
    /// The absolute end.
    pub expires_at: i64,
    /// When it was ended.
    pub ended_at: Option<i64>,
    /// Reason code of the end.
    pub end_reason: Option<String>,
}

super::plain!("session");
