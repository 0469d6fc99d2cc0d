//! A code and a link sent to an address in order to prove it.

use sea_orm::entity::prelude::*;

/// One row of `proof`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "proof")]
pub struct Model {
    /// Random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The application it belongs to.
    pub application_id: String,
    /// The address it was sent to, sealed: a changed address does not inherit the proof.
    pub email: Vec<u8>,
    /// The code, sealed until the letter is sent again or the proof ends.
    pub code: Vec<u8>,
    /// The link's token, sealed likewise.
    pub token: Vec<u8>,
    /// Keyed hash of the code, bound to this row.
    pub code_hash: Vec<u8>,
    /// Keyed hash of the token.
    pub token_hash: Vec<u8>,
    /// Wrong codes so far.
    pub tries: i64,
    /// When it was made.
    pub created_at: i64,
    /// When the mail relay took the letter.
    pub sent_at: Option<i64>,
    /// When it stops working.
    pub expires_at: i64,
    /// When it proved the address.
    pub used_at: Option<i64>,
    /// When it was replaced or spent without proving anything.
    pub ended_at: Option<i64>,
}

super::plain!("proof");
