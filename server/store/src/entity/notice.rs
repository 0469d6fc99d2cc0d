//! That a guardian is told of a child's absence, or that what was told is corrected (utskick). Invariant: one row for
//! each guardian, child, day and number, whatever runs in parallel, and at most one correction of each.

use sea_orm::entity::prelude::*;

/// One row of `notice`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    /// Random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Whom it is for.
    pub account_id: String,
    /// The pupil it is about.
    pub pupil_id: String,
    /// The day in Sweden, `YYYY-MM-DD`.
    pub day: String,
    /// Counts the notices of that guardian, pupil and day.
    pub number: i64,
    /// `absence`, `valid-absence` or `correction`.
    pub kind: String,
    /// The notice that a correction is about.
    pub corrects: Option<String>,
    /// `standing`, `corrected`, or `withdrawn` where nothing had left the house.
    pub state: String,
    /// Not told by letter after this time: the school calls instead.
    pub deadline_at: i64,
    /// When it was decided on.
    pub created_at: i64,
    /// When the guardian said that it was received.
    pub confirmed_at: Option<i64>,
    /// How: `link` or `message`.
    pub confirmed_by: Option<String>,
    /// Last change of any field.
    pub updated_at: i64,
}

super::plain!("notice");
