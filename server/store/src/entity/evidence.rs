//! What BankID answered when somebody was identified, kept sealed apart from the account.

use sea_orm::entity::prelude::*;

/// One row of `evidence`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evidence")]
pub struct Model {
    /// Random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The identification, already erased as a rule.
    pub identification_id: String,
    /// Blind index of the person.
    pub subject: Vec<u8>,
    /// Which text the person saw, by its version.
    pub shown: String,
    /// The whole final answer, sealed.
    pub body: Vec<u8>,
    /// When it was stored.
    pub created_at: i64,
    /// When it is erased.
    pub erase_after: i64,
}

super::plain!("evidence");
