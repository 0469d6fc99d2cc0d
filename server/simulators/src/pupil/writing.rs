//! What a client may write: absences, attendances, comings and goings. The register gives the ids, as they are read-only
//! in the standard, so a client that repeats a report makes another.

use super::{
    Admitted, Register,
    answer::Fault,
    journal::{Kept, attendance_id},
    objects::{PersonReference, Reference},
    records::{Absence, Attendance, AttendanceEvent, CalendarEvent, IN, LEAVE, OUT, REPORTED},
    snapshot::Shown,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{delete, post},
};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

type Held = State<Arc<Register>>;

/// The routes that write, beside those that read the same paths.
pub(super) fn routes() -> Router<Arc<Register>> {
    Router::new()
        .route("/absences", post(report))
        .route("/absences/{id}", delete(delete_absence))
        .route("/attendances", post(attend))
        .route("/attendances/{id}", delete(remove::<Attendance>))
        .route("/attendanceEvents", post(pass))
        .route("/attendanceEvents/{id}", delete(remove::<AttendanceEvent>))
}

/// A reference as a client writes it; a name or a mark beside the id is read over.
#[derive(Deserialize)]
struct Pointer {
    id: Uuid,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    start_time: Timestamp,
    end_time: Timestamp,
    #[serde(rename = "type")]
    kind: String,
    student: Pointer,
    organisation: Option<Pointer>,
    registered_by: Option<Pointer>,
}

async fn report(_: Admitted, State(register): Held, body: Bytes) -> Result<Json<Value>, Fault> {
    let report: Report = read(&body)?;
    let seen = register.shown();
    if report.end_time <= report.start_time {
        return Err(Fault::bad("endTime är inte efter startTime"));
    }
    let kinds = [REPORTED, LEAVE];
    let kind = kinds.into_iter().find(|kind| *kind == report.kind);
    let student = person(&seen, &report.student)?;
    let absence = Absence {
        id: Uuid::new_v4(),
        start_time: report.start_time,
        end_time: report.end_time,
        kind: kind.ok_or_else(|| Fault::bad("type finns inte"))?,
        organisation: report.organisation.map(|unit| organisation(&seen, &unit)).transpose()?,
        registered_by: report.registered_by.map(|by| person(&seen, &by)).transpose()?,
        student,
    };
    let pupil = seen.of_world(absence.student.id).map(|pupil| pupil.id.clone()).unwrap_or_default();
    let id = absence.id;
    let memory = &register.town.pupil;
    let written = memory.journal.keep_absence(absence, &pupil, register.town.clock.now());
    memory.told(written);
    Ok(register.row::<Absence>(id))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reported {
    calendar_event: Pointer,
    student: Pointer,
    reporter: Option<Pointer>,
    is_reported: bool,
    attendance_minutes: u16,
    #[serde(default)]
    valid_absence_minutes: u16,
    #[serde(default)]
    invalid_absence_minutes: u16,
    #[serde(default)]
    other_attendance_minutes: u16,
    absence_reason: Option<String>,
    reported_timestamp: Option<Timestamp>,
}

/// One pupil at one lesson is one row: a second report corrects the first.
async fn attend(_: Admitted, State(register): Held, body: Bytes) -> Result<Json<Value>, Fault> {
    let reported: Reported = read(&body)?;
    let seen = register.shown();
    let event = reported.calendar_event.id;
    if seen.get::<CalendarEvent>(event).is_none() {
        return Err(Fault::bad("calendarEvent finns inte"));
    }
    let student = person(&seen, &reported.student)?;
    let attendance = Attendance {
        id: attendance_id(student.id, event),
        calendar_event: Reference { id: event },
        student,
        reporter: reported.reporter.map(|by| person(&seen, &by)).transpose()?,
        is_reported: reported.is_reported,
        attendance_minutes: reported.attendance_minutes.into(),
        valid_absence_minutes: reported.valid_absence_minutes.into(),
        invalid_absence_minutes: reported.invalid_absence_minutes.into(),
        other_attendance_minutes: reported.other_attendance_minutes.into(),
        absence_reason: reported.absence_reason,
        reported_timestamp: reported.reported_timestamp,
    };
    Ok(register.keep(attendance))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Passage {
    time: Timestamp,
    event_type: String,
    /// The standard demands `child` and defines `person`; both are read.
    #[serde(alias = "child")]
    person: Pointer,
    registered_by: Option<Pointer>,
    group: Option<Pointer>,
}

async fn pass(_: Admitted, State(register): Held, body: Bytes) -> Result<Json<Value>, Fault> {
    let passage: Passage = read(&body)?;
    let seen = register.shown();
    let event_type = [IN, OUT].into_iter().find(|kind| *kind == passage.event_type);
    let group = match &passage.group {
        Some(group) if seen.groups.get(group.id).is_none() => return Err(Fault::bad("group finns inte")),
        group => group.as_ref().map(|group| Reference { id: group.id }),
    };
    let event = AttendanceEvent {
        id: Uuid::new_v4(),
        time: passage.time,
        event_type: event_type.ok_or_else(|| Fault::bad("eventType finns inte"))?,
        person: person(&seen, &passage.person)?,
        registered_by: passage.registered_by.map(|by| person(&seen, &by)).transpose()?,
        group,
    };
    Ok(register.keep(event))
}

async fn delete_absence(admitted: Admitted, register: Held, id: Path<String>) -> Result<Response, Fault> {
    if !register.0.town.pupil.switches().delete_absences {
        let fault = Fault::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "kan inte tas bort");
        return Ok(([(header::ALLOW, "GET")], fault).into_response());
    }
    remove::<Absence>(admitted, register, id).await.map(IntoResponse::into_response)
}

async fn remove<T: Kept>(
    _: Admitted,
    State(register): Held,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    let id = id.parse().map_err(|_| Fault::bad("id är inget UUID"))?;
    let memory = &register.town.pupil;
    let missing = || Fault::new(StatusCode::NOT_FOUND, "NOT_FOUND", "det finns inget med detta id");
    memory.told(memory.journal.delete::<T>(id).ok_or_else(missing)?);
    Ok(StatusCode::NO_CONTENT)
}

impl Register {
    fn keep<T: Kept>(&self, object: T) -> Json<Value> {
        let id = object.id();
        let written = self.town.pupil.journal.keep(object, self.town.clock.now());
        self.town.pupil.told(written);
        self.row::<T>(id)
    }

    /// A row as it was just written.
    fn row<T: Kept>(&self, id: Uuid) -> Json<Value> {
        let seen = self.shown();
        Json(serde_json::to_value(seen.get::<T>(id)).unwrap_or_default())
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|wrong| Fault::bad(format!("kroppen går inte att läsa: {wrong}")))
}

fn person(seen: &Shown, pointer: &Pointer) -> Result<PersonReference, Fault> {
    let person = seen.persons.get(pointer.id).ok_or_else(|| Fault::bad("personen finns inte"))?;
    Ok(PersonReference { id: pointer.id, security_marking: person.object.security_marking })
}

fn organisation(seen: &Shown, pointer: &Pointer) -> Result<Reference, Fault> {
    let unit = seen.organisations.get(pointer.id).ok_or_else(|| Fault::bad("organisationen finns inte"))?;
    Ok(Reference { id: unit.object.id })
}
