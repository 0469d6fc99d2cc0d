//! From the register's objects to what the house keeps of them.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use model::AbsenceKind;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use ss12000::{Absence, AbsenceType, Attendance, AttendanceEvent, CalendarEvent, Passage, Resource};
use store::entity::{absence, pupil};
use uuid::Uuid;

use super::unavailable;
use crate::{Portal, Result, clock::from_millis};

/// Ids in one question to the database.
const IDS: usize = 500;
/// How far apart two words about one school day can lie.
const A_DAY: i64 = 36 * 60 * 60 * 1000;

/// What the register says of one pupil and one time.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) register_id: Uuid,
    pub(super) resource: &'static str,
    pub(super) student: Uuid,
    /// None where it says nothing of absence (any more).
    pub(super) word: Option<AbsenceKind>,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) lesson_id: Option<Uuid>,
    pub(super) lesson: Option<String>,
    pub(super) unit: Option<Uuid>,
    pub(super) valid: i64,
    pub(super) invalid: i64,
    pub(super) modified: Timestamp,
}

/// A kind of objects that tell of attendance.
pub(super) trait Source: Resource {
    /// The row that remembers how far it was read.
    const CURSOR: &'static str;

    /// When it last changed, by the register's clock.
    fn modified(&self) -> Option<Timestamp>;

    /// What is news of these rows. Presence is news only of a pupil who was away that day.
    fn hear(
        portal: &Portal,
        rows: Vec<Self>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Heard>>> + Send;
}

impl Source for Attendance {
    const CURSOR: &'static str = "attendances";

    fn modified(&self) -> Option<Timestamp> {
        self.modified
    }

    async fn hear(portal: &Portal, rows: Vec<Self>, now: Timestamp) -> Result<Vec<Heard>> {
        let known = Known::of(portal, rows.iter().map(|row| (row.id, row.student)).collect(), now).await?;
        let missed: HashSet<Uuid> =
            rows.iter().filter(|row| is_away(word_of(row))).map(|row| row.student).collect();
        let news: Vec<Self> = rows
            .into_iter()
            .filter(|row| {
                let matters = is_away(word_of(row))
                    || known.holds(row.id)
                    || (word_of(row).is_some()
                        && (missed.contains(&row.student) || known.was_away(row.student)));
                matters && known.is_news(row.id, row.modified)
            })
            .collect();
        let wanted: HashSet<Uuid> = news.iter().map(|row| row.lesson).collect();
        let lessons = lessons(portal, wanted).await?;
        Ok(news.iter().map(|row| of_attendance(row, lessons.get(&row.lesson), now)).collect())
    }
}

/// The lessons with these ids, as far as the register has them.
async fn lessons(portal: &Portal, ids: HashSet<Uuid>) -> Result<HashMap<Uuid, CalendarEvent>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let found = portal.0.parts.pupils.look_up::<CalendarEvent>(&ids).await.map_err(unavailable)?;
    Ok(found.into_iter().map(|lesson| (lesson.id, lesson)).collect())
}

/// Unexcused is what was reported with invalid minutes (registers reference, section 1.6).
fn word_of(row: &Attendance) -> Option<AbsenceKind> {
    if !row.reported {
        None
    } else if row.invalid_minutes > 0 {
        Some(AbsenceKind::Unexcused)
    } else if row.valid_minutes > 0 {
        Some(AbsenceKind::Reported)
    } else {
        Some(AbsenceKind::Present)
    }
}

fn is_away(word: Option<AbsenceKind>) -> bool {
    word.is_some_and(|kind| kind != AbsenceKind::Present)
}

fn of_attendance(row: &Attendance, lesson: Option<&CalendarEvent>, now: Timestamp) -> Heard {
    let modified = row.modified.unwrap_or(now);
    // A lesson that cannot be found is no reason to tell nobody: the word came during it, or soon after.
    let around = row.reported_at.unwrap_or(modified);
    Heard {
        register_id: row.id,
        resource: "attendance",
        student: row.student,
        word: word_of(row).filter(|_| lesson.is_none_or(|lesson| !lesson.cancelled)),
        start: lesson.map_or(around, |lesson| lesson.start),
        end: lesson.map_or(around, |lesson| lesson.end),
        lesson_id: Some(row.lesson),
        lesson: lesson.and_then(|lesson| lesson.subject.clone()),
        unit: lesson.and_then(|lesson| lesson.organisation),
        valid: row.valid_minutes.into(),
        invalid: row.invalid_minutes.into(),
        modified,
    }
}

impl Source for Absence {
    const CURSOR: &'static str = "absences";

    fn modified(&self) -> Option<Timestamp> {
        self.modified
    }

    async fn hear(portal: &Portal, rows: Vec<Self>, now: Timestamp) -> Result<Vec<Heard>> {
        let known = Known::of(portal, rows.iter().map(|row| (row.id, row.student)).collect(), now).await?;
        let news = rows.iter().filter(|row| row.start < row.end && known.is_news(row.id, row.modified));
        Ok(news.map(|row| of_absence(row, now)).collect())
    }
}

fn of_absence(row: &Absence, now: Timestamp) -> Heard {
    let kind = if row.kind == AbsenceType::Leave { AbsenceKind::Leave } else { AbsenceKind::Reported };
    Heard {
        register_id: row.id,
        resource: "absence",
        student: row.student,
        word: Some(kind),
        start: row.start,
        end: row.end,
        lesson_id: None,
        lesson: None,
        unit: row.organisation,
        valid: row.end.duration_since(row.start).as_mins(),
        invalid: 0,
        modified: row.modified.unwrap_or(now),
    }
}

impl Source for AttendanceEvent {
    const CURSOR: &'static str = "attendance-events";

    fn modified(&self) -> Option<Timestamp> {
        self.modified
    }

    /// A child who comes is there. One who goes home says nothing: the standard has no word for a child who was to stay.
    async fn hear(portal: &Portal, rows: Vec<Self>, now: Timestamp) -> Result<Vec<Heard>> {
        let known = Known::of(portal, rows.iter().map(|row| (row.id, row.person)).collect(), now).await?;
        let news = rows.iter().filter(|row| {
            row.passage == Passage::In
                && (known.holds(row.id) || known.was_away(row.person))
                && known.is_news(row.id, row.modified)
        });
        Ok(news.map(|row| of_event(row, now)).collect())
    }
}

fn of_event(row: &AttendanceEvent, now: Timestamp) -> Heard {
    Heard {
        register_id: row.id,
        resource: "event",
        student: row.person,
        word: Some(AbsenceKind::Present),
        start: row.time,
        end: row.time,
        lesson_id: None,
        lesson: None,
        unit: None,
        valid: 0,
        invalid: 0,
        modified: row.modified.unwrap_or(now),
    }
}

/// What the house holds already of some objects and their pupils.
struct Known {
    modified: HashMap<Uuid, i64>,
    away: HashSet<Uuid>,
}

impl Known {
    async fn of(portal: &Portal, rows: Vec<(Uuid, Uuid)>, now: Timestamp) -> Result<Self> {
        let on = portal.store().reader();
        let mut known = Self { modified: HashMap::new(), away: HashSet::new() };
        for chunk in rows.chunks(IDS) {
            let ids = chunk.iter().map(|(id, _)| id.to_string());
            let held: Vec<(String, i64)> = absence::Entity::find()
                .select_only()
                .columns([absence::Column::RegisterId, absence::Column::ModifiedAt])
                .filter(absence::Column::RegisterId.is_in(ids))
                .into_tuple()
                .all(on)
                .await?;
            known.modified.extend(held.iter().filter_map(|(id, at)| Some((id.parse().ok()?, *at))));
            let students: HashSet<String> = chunk.iter().map(|(_, student)| student.to_string()).collect();
            let pupils: HashMap<String, String> = pupil::Entity::find()
                .select_only()
                .columns([pupil::Column::Id, pupil::Column::RegisterId])
                .filter(pupil::Column::RegisterId.is_in(students))
                .into_tuple::<(String, String)>()
                .all(on)
                .await?
                .into_iter()
                .collect();
            let away: Vec<String> = absence::Entity::find()
                .select_only()
                .column(absence::Column::PupilId)
                .distinct()
                .filter(absence::Column::PupilId.is_in(pupils.keys().cloned()))
                .filter(absence::Column::Kind.ne(AbsenceKind::Present.word()))
                .filter(absence::Column::StartAt.gt(now.as_millisecond() - A_DAY))
                .into_tuple()
                .all(on)
                .await?;
            known.away.extend(away.iter().filter_map(|id| pupils.get(id)?.parse::<Uuid>().ok()));
        }
        Ok(known)
    }

    fn holds(&self, id: Uuid) -> bool {
        self.modified.contains_key(&id)
    }

    fn was_away(&self, student: Uuid) -> bool {
        self.away.contains(&student)
    }

    /// Whether the register's word is younger than what stands here. One that bears no time is looked at again.
    fn is_news(&self, id: Uuid, modified: Option<Timestamp>) -> bool {
        match (self.modified.get(&id), modified) {
            (Some(held), Some(modified)) => modified > from_millis(*held),
            _ => true,
        }
    }
}

/// What is left of an object that is there no more.
pub(super) fn gone(row: &absence::Model) -> Option<Heard> {
    Some(Heard {
        register_id: row.register_id.parse().ok()?,
        resource: "",
        student: Uuid::nil(),
        word: None,
        start: from_millis(row.start_at),
        end: from_millis(row.end_at),
        lesson_id: None,
        lesson: None,
        unit: None,
        valid: 0,
        invalid: 0,
        modified: from_millis(row.modified_at),
    })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn attendance(reported: bool, present: u32, valid: u32, invalid: u32) -> Attendance {
        Attendance {
            id: Uuid::from_u128(1),
            modified: "2026-11-24T07:20:00Z".parse().ok(),
            student: Uuid::from_u128(2),
            lesson: Uuid::from_u128(3),
            reported,
            reported_at: None,
            present_minutes: present,
            valid_minutes: valid,
            invalid_minutes: invalid,
        }
    }

    #[test]
    fn unexcused_is_what_was_reported_with_invalid_minutes() {
        use AbsenceKind::{Present, Reported, Unexcused};
        for (row, word) in [
            (attendance(true, 0, 0, 50), Some(Unexcused)),
            (attendance(true, 40, 0, 10), Some(Unexcused)),
            (attendance(true, 0, 40, 10), Some(Unexcused)),
            (attendance(true, 0, 50, 0), Some(Reported)),
            (attendance(true, 50, 0, 0), Some(Present)),
            (attendance(false, 0, 0, 50), None),
        ] {
            assert_eq!(word_of(&row), word);
        }
    }

    #[test]
    fn an_absence_whose_lesson_cannot_be_found_has_the_time_of_its_word() {
        let row = attendance(true, 0, 0, 50);
        let now = "2026-11-24T07:30:00Z".parse().unwrap();
        let heard = of_attendance(&row, None, now);
        assert_eq!((heard.start, heard.word), (row.modified.unwrap(), Some(AbsenceKind::Unexcused)));
        let lesson = CalendarEvent {
            id: row.lesson,
            modified: None,
            start: "2026-11-24T07:10:00Z".parse().unwrap(),
            end: "2026-11-24T08:00:00Z".parse().unwrap(),
            cancelled: true,
            subject: Some("Matematik".into()),
            organisation: None,
        };
        assert_eq!(of_attendance(&row, Some(&lesson), now).word, None, "nobody misses a lesson that was not");
        let held = CalendarEvent { cancelled: false, ..lesson };
        let heard = of_attendance(&row, Some(&held), now);
        assert_eq!(heard.end.duration_since(heard.start), SignedDuration::from_mins(50));
        assert_eq!(heard.lesson.as_deref(), Some("Matematik"));
    }
}
