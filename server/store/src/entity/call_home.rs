//! That a school should call a child's home: nobody could be told of an absence in time. Invariant: at most one open row
//! for each pupil and day.

use sea_orm::entity::prelude::*;

/// One row of `call_home`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "call_home")]
pub struct Model {
    /// Random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The pupil.
    pub pupil_id: String,
    /// The unit that should call.
    pub unit_id: Option<String>,
    /// The day of the absence in Sweden, `YYYY-MM-DD`.
    pub day: String,
    /// `nobody`, `unreachable` or `too-late`.
    pub reason: String,
    /// Since when.
    pub since: i64,
    /// Until when.
    pub until: Option<i64>,
    /// What ended it: `confirmed` or `corrected`.
    pub end_reason: Option<String>,
}

super::plain!("call_home");
