//! That a person may not have an account, or not see one child, by decision.

use sea_orm::entity::prelude::*;

/// One row of `bar`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bar")]
pub struct Model {
    /// Random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Blind index of the barred person.
    pub subject: Vec<u8>,
    /// The child, or empty for every child.
    pub pupil_id: Option<String>,
    /// Reason code.
    pub reason: String,
    /// From when.
    pub since: i64,
    /// Until when, where it has an end.
    pub until: Option<i64>,
    /// Who decided, by id.
    pub made_by: String,
}

super::plain!("bar");
