//! What folkbokföringen last answered about a person's children.

use sea_orm::entity::prelude::*;

/// One row of `custody_check`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "custody_check")]
pub struct Model {
    /// Blind index of the guardian.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: Vec<u8>,
    /// The answer, sealed.
    pub answer: Vec<u8>,
    /// When it was asked.
    pub checked_at: i64,
    /// Our correlation id of the question.
    pub correlation: String,
    /// 1 when a register said that the person changed: ask again at once.
    pub stale: i64,
    /// 1 when the register ever marked the person as protected: only a human takes that back. Such a row outlives its
    /// answer, which is emptied in time.
    pub marked: i64,
}

super::plain!("custody_check");
