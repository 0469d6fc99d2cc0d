//! An application for an account. It belongs to the person, not to a session, so that one can leave and come back.

use sea_orm::entity::prelude::*;

/// One row of `application`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "application")]
pub struct Model {
    /// Random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Blind index of the applicant's person number; one application per person.
    pub subject: Vec<u8>,
    /// The person number, sealed.
    pub number: Vec<u8>,
    /// `open` or `completed`.
    pub state: String,
    /// JSON list of pupil ids the applicant said are not theirs.
    pub denied: String,
    /// When the list of children was accepted.
    pub children_confirmed_at: Option<i64>,
    /// The address as given, sealed.
    pub email: Option<Vec<u8>>,
    /// Blind index of the address.
    pub email_index: Option<Vec<u8>>,
    /// When the address was proven.
    pub email_confirmed_at: Option<i64>,
    /// How many proofs were sent, for the limit.
    pub codes_sent: i64,
    /// When the last one was sent.
    pub code_sent_at: Option<i64>,
    /// Language of the letters.
    pub language: String,
    /// The account it became.
    pub account_id: Option<String>,
    /// When it was begun.
    pub created_at: i64,
    /// Last change.
    pub updated_at: i64,
    /// When an unfinished one is erased.
    pub expires_at: i64,
}

super::plain!("application");
