//! The objects of time and attendance, with exactly the names of the standard (registers.md 1.6).

use super::objects::{PersonReference, Reference};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use uuid::Uuid;

/// What a group does together: a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Activity {
    pub(super) id: Uuid,
    pub(super) display_name: String,
    pub(super) calendar_events_required: bool,
    pub(super) activity_type: &'static str,
    pub(super) start_date: Date,
    pub(super) groups: Vec<Reference>,
    pub(super) organisation: Reference,
}

/// A lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalendarEvent {
    pub(super) id: Uuid,
    pub(super) activity: Reference,
    pub(super) start_time: Timestamp,
    pub(super) end_time: Timestamp,
    pub(super) cancelled: bool,
    pub(super) teaching_length_student: i64,
}

/// One pupil at one lesson. Unexcused is `is_reported` with `invalid_absence_minutes` above nought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attendance {
    pub(super) id: Uuid,
    pub(super) calendar_event: Reference,
    pub(super) student: PersonReference,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reporter: Option<PersonReference>,
    pub(super) is_reported: bool,
    pub(super) attendance_minutes: i64,
    pub(super) valid_absence_minutes: i64,
    pub(super) invalid_absence_minutes: i64,
    pub(super) other_attendance_minutes: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) absence_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reported_timestamp: Option<Timestamp>,
}

/// A child comes to the preschool or goes home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AttendanceEvent {
    pub(super) id: Uuid,
    pub(super) time: Timestamp,
    pub(super) event_type: &'static str,
    pub(super) person: PersonReference,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) registered_by: Option<PersonReference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<Reference>,
}

/// The child has come.
pub(super) const IN: &str = "In";
/// The child has gone home.
pub(super) const OUT: &str = "Ut";

/// An absence that somebody reported beforehand, or a leave that was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Absence {
    pub(super) id: Uuid,
    pub(super) start_time: Timestamp,
    pub(super) end_time: Timestamp,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) student: PersonReference,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) organisation: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) registered_by: Option<PersonReference>,
}

/// Reported by a guardian, the pupil or the school.
pub(super) const REPORTED: &str = "Anmäld frånvaro";
/// Granted by the principal.
pub(super) const LEAVE: &str = "Beviljad ledighet";
