//! That a pupil was, is or will be away, as the pupil register says: an attendance at a lesson, a reported absence or
//! leave, a child who left a preschool. Invariant: one row per object of the register (`register_id` is unique); a
//! withdrawn one stays, with its state.

use sea_orm::entity::prelude::*;

/// One row of `absence`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "absence")]
pub struct Model {
    /// Random id (`AbsenceId`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The register's id of the attendance, absence or event.
    pub register_id: String,
    /// `attendance`, `absence` or `event`.
    pub resource: String,
    /// The pupil.
    pub pupil_id: String,
    /// The unit it happened at.
    pub unit_id: Option<String>,
    /// The register's id of the lesson (`calendarEvent`).
    pub lesson_id: Option<String>,
    /// What the lesson is called: a school subject, nothing of a person.
    pub lesson: Option<String>,
    /// `unexcused`, `reported`, `leave` or `present`.
    pub kind: String,
    /// When it begins.
    pub start_at: i64,
    /// When it ends.
    pub end_at: i64,
    /// Minutes of valid absence in it.
    pub valid_minutes: i64,
    /// Minutes of invalid absence in it.
    pub invalid_minutes: i64,
    /// `standing` or `withdrawn`.
    pub state: String,
    /// The register's `meta.modified` of what stands here: an older word never replaces a newer.
    pub modified_at: i64,
    /// When the house first heard of it.
    pub seen_at: i64,
    /// When the guardians are to be told, by the school's delay; empty where nobody is.
    pub due_at: Option<i64>,
    /// When it was decided whom to tell.
    pub told_at: Option<i64>,
}

super::plain!("absence");
