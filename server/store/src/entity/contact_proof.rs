//! A code sent to an address or a number in order to prove it for an account that exists.

use sea_orm::entity::prelude::*;

/// One row of `contact_proof`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact_proof")]
pub struct Model {
    /// Random id; the code's letter (`account_letter`) has the same.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The account it belongs to.
    pub account_id: String,
    /// `mail` or `sms`.
    pub channel: String,
    /// The address or number it was sent to, sealed.
    pub address: Vec<u8>,
    /// Keyed hash of the code, bound to this row.
    pub code_hash: Vec<u8>,
    /// Codes tried so far.
    pub tries: i64,
    /// When its holder, freshly identified, gave the address.
    pub asked_at: i64,
    /// When it was made.
    pub created_at: i64,
    /// When the code left the house.
    pub sent_at: Option<i64>,
    /// When it stops working.
    pub expires_at: i64,
    /// When it proved the address.
    pub used_at: Option<i64>,
    /// When it was replaced or spent without proving anything.
    pub ended_at: Option<i64>,
}

super::plain!("contact_proof");
