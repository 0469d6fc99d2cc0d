//! A letter of an account to an address of its own that may not be the account's any more when it leaves: a code, a word
//! about a change, a try.

use sea_orm::entity::prelude::*;

/// One row of `account_letter`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_letter")]
pub struct Model {
    /// Random id; that of the proof (`contact_proof`) where it holds a code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The account it is about.
    pub account_id: String,
    /// What is written: `code`, `address-changed`, `number-changed`, `mobile-changed`, `closed`,
    /// `notices-stay` or `test`.
    pub kind: String,
    /// `mail` or `sms`.
    pub channel: String,
    /// Where it goes, sealed; empty once it left.
    pub address: Vec<u8>,
    /// The code, sealed; gone once it left.
    pub code: Option<Vec<u8>>,
    /// When it was written.
    pub created_at: i64,
    /// The gateway's own id of a text message.
    pub provider_id: Option<String>,
    /// When it was handed over without an answer so far: whether it left has to be asked.
    pub tried_at: Option<i64>,
    /// When it left.
    pub sent_at: Option<i64>,
}

super::plain!("account_letter");
