//! The objects of time and attendance, reduced to what the house uses (SS 12000:2020, attendance).

use std::fmt;

use jiff::Timestamp;
use model::open_enum;
use uuid::Uuid;

use crate::Resource;

/// One pupil at one lesson.
#[derive(Clone, PartialEq, Eq)]
pub struct Attendance {
    /// The same for ever.
    pub id: Uuid,
    /// Last change of its own attributes.
    pub modified: Option<Timestamp>,
    /// The pupil.
    pub student: Uuid,
    /// The lesson, a [`CalendarEvent`].
    pub lesson: Uuid,
    /// Whether somebody has said how it was. Until then the minutes mean nothing.
    pub reported: bool,
    /// When that was.
    pub reported_at: Option<Timestamp>,
    /// Minutes there.
    pub present_minutes: u32,
    /// Minutes away that the school had agreed to or been told of.
    pub valid_minutes: u32,
    /// Minutes away without a word.
    pub invalid_minutes: u32,
}

/// An absence that was reported beforehand, or a leave that was granted.
#[derive(Clone, PartialEq, Eq)]
pub struct Absence {
    /// The same for ever.
    pub id: Uuid,
    /// Last change of its own attributes.
    pub modified: Option<Timestamp>,
    /// The pupil.
    pub student: Uuid,
    /// From when.
    pub start: Timestamp,
    /// Until when.
    pub end: Timestamp,
    /// Which of the two.
    pub kind: AbsenceType,
    /// The unit it was reported to.
    pub organisation: Option<Uuid>,
}

/// A child came to preschool or after-school care, or went home.
#[derive(Clone, PartialEq, Eq)]
pub struct AttendanceEvent {
    /// The same for ever.
    pub id: Uuid,
    /// Last change of its own attributes.
    pub modified: Option<Timestamp>,
    /// When.
    pub time: Timestamp,
    /// Which of the two.
    pub passage: Passage,
    /// The child.
    pub person: Uuid,
    /// The section.
    pub group: Option<Uuid>,
}

/// A lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarEvent {
    /// The same for ever.
    pub id: Uuid,
    /// Last change of its own attributes.
    pub modified: Option<Timestamp>,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// It did not take place.
    pub cancelled: bool,
    /// What the activity it is part of is called; none where that was not asked for.
    pub subject: Option<String>,
    /// The unit of that activity.
    pub organisation: Option<Uuid>,
}

/// Where a child was and when is nothing for a log.
macro_rules! discreet {
    ($($kind:ident),*) => {$(
        impl fmt::Debug for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($kind)).field("id", &self.id).finish_non_exhaustive()
            }
        }
    )*};
}
discreet!(Attendance, Absence, AttendanceEvent);

open_enum! {
    /// What an absence is (`type`).
    pub enum AbsenceType {
        /// Beviljad ledighet.
        Leave = "Beviljad ledighet",
        /// Anmäld frånvaro.
        Reported = "Anmäld frånvaro",
    }
}

open_enum! {
    /// Which way a child passed the door (`eventType`).
    pub enum Passage {
        /// In.
        In = "In",
        /// Ut.
        Out = "Ut",
    }
}

impl Resource for Attendance {
    const PATH: &'static str = "attendances";
}

impl Resource for Absence {
    const PATH: &'static str = "absences";
}

impl Resource for AttendanceEvent {
    const PATH: &'static str = "attendanceEvents";
}

impl Resource for CalendarEvent {
    const PATH: &'static str = "calendarEvents";
    const EXPAND: Option<&'static str> = Some("activity");
}
