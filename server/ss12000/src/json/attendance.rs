//! The JSON of time and attendance.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Meta, Reference, Row, modified, readable};
use crate::{Absence, AbsenceType, Attendance, AttendanceEvent, CalendarEvent, Passage};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAttendance {
    id: Uuid,
    meta: Option<Meta>,
    student: Reference,
    calendar_event: Reference,
    is_reported: Option<bool>,
    reported_timestamp: Option<String>,
    attendance_minutes: Option<Minutes>,
    valid_absence_minutes: Option<Minutes>,
    invalid_absence_minutes: Option<Minutes>,
}

/// Whole minutes, however a server writes numbers.
#[derive(Deserialize)]
#[serde(transparent)]
struct Minutes(f64);

impl Minutes {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded just before")]
    fn whole(minutes: Option<Self>) -> u32 {
        minutes.map_or(0, |minutes| minutes.0.clamp(0.0, 24.0 * 60.0).ceil() as u32)
    }
}

impl Row for Attendance {
    fn read(row: Value) -> Option<Self> {
        let wire: WireAttendance = readable(row)?;
        Some(Self {
            id: wire.id,
            modified: modified(wire.meta),
            student: wire.student.id,
            lesson: wire.calendar_event.id,
            reported: wire.is_reported.unwrap_or(false),
            reported_at: wire.reported_timestamp.and_then(|time| time.parse().ok()),
            present_minutes: Minutes::whole(wire.attendance_minutes),
            valid_minutes: Minutes::whole(wire.valid_absence_minutes),
            invalid_minutes: Minutes::whole(wire.invalid_absence_minutes),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAbsence {
    id: Uuid,
    meta: Option<Meta>,
    student: Reference,
    start_time: Timestamp,
    end_time: Timestamp,
    #[serde(rename = "type")]
    kind: Option<String>,
    organisation: Option<Reference>,
}

impl Row for Absence {
    fn read(row: Value) -> Option<Self> {
        let wire: WireAbsence = readable(row)?;
        Some(Self {
            id: wire.id,
            modified: modified(wire.meta),
            student: wire.student.id,
            start: wire.start_time,
            end: wire.end_time,
            kind: AbsenceType::parse(wire.kind.as_deref().unwrap_or_default()),
            organisation: wire.organisation.map(|unit| unit.id),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEvent {
    id: Uuid,
    meta: Option<Meta>,
    time: Timestamp,
    event_type: Option<String>,
    #[serde(alias = "child")]
    person: Reference,
    group: Option<Reference>,
}

impl Row for AttendanceEvent {
    fn read(row: Value) -> Option<Self> {
        let wire: WireEvent = readable(row)?;
        Some(Self {
            id: wire.id,
            modified: modified(wire.meta),
            time: wire.time,
            passage: Passage::parse(wire.event_type.as_deref().unwrap_or_default()),
            person: wire.person.id,
            group: wire.group.map(|group| group.id),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireLesson {
    id: Uuid,
    meta: Option<Meta>,
    start_time: Timestamp,
    end_time: Timestamp,
    cancelled: Option<bool>,
    #[serde(rename = "_embedded")]
    embedded: Option<WireEmbedded>,
}

#[derive(Deserialize)]
struct WireEmbedded {
    activity: Option<WireActivity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireActivity {
    display_name: Option<String>,
    organisation: Option<Reference>,
}

impl Row for CalendarEvent {
    fn read(row: Value) -> Option<Self> {
        let wire: WireLesson = readable(row)?;
        let activity = wire.embedded.and_then(|embedded| embedded.activity);
        let (subject, unit) = activity.map_or((None, None), |it| (it.display_name, it.organisation));
        Some(Self {
            id: wire.id,
            modified: modified(wire.meta),
            start: wire.start_time,
            end: wire.end_time,
            cancelled: wire.cancelled.unwrap_or(false),
            subject,
            organisation: unit.map(|unit| unit.id),
        })
    }
}
