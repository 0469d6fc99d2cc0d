//! Attendance as the register keeps it: what lessons say of pupils, who came and went, who is reported absent.
//!
//! A mark of the control interface becomes resources. Reported: an `Absence`; taken back, it is deleted, as the standard has
//! no change of one. Unreported at a school: an `Attendance` for each lesson it touches, counted anew from all marks
//! that stand; taken back, the row stays and says the pupil was there. Unreported at a preschool: the standard has nothing to
//! say it with, so a child who had come goes home, and one who had not leaves no trace.
//!
//! Invariant: every write moves `meta.modified`, and no two in the same millisecond.

use super::{
    change::{Change, Kind},
    ids::register_id,
    marks::{Mark, MarkKind, Marked, Marks},
    objects::Reference,
    records::{Absence, Activity, Attendance, AttendanceEvent, CalendarEvent, IN, OUT, REPORTED},
    resource::Resource,
    schedule,
    snapshot::Table,
    taking::reference,
};
use crate::{
    clock::local,
    lock,
    world::{Census, Lesson, Person},
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};
use uuid::Uuid;

/// How far the times of writing may run ahead of the clock while much is written at once.
const AHEAD: SignedDuration = SignedDuration::from_secs(10);

/// The rows that were written, as they stood at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    pub(super) attendances: Arc<Table<Attendance>>,
    pub(super) events: Arc<Table<AttendanceEvent>>,
    pub(super) absences: Arc<Table<Absence>>,
    /// Time that was marked without a lesson in the world.
    pub(super) lessons: Arc<Table<CalendarEvent>>,
    pub(super) activities: Arc<Table<Activity>>,
}

/// The journal itself.
#[derive(Debug, Default)]
pub(super) struct Journal(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    tables: Tables,
    marks: Marks,
    written: Timestamp,
}

/// A mark, with the objects of the register that tell of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Recorded {
    #[serde(flatten)]
    mark: Mark,
    resources: Vec<Record>,
}

/// An object that was written or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Record {
    resource: &'static str,
    pub(super) id: Uuid,
}

/// What a write did.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) change: Change,
    /// What is there no more.
    pub(super) gone: Vec<(Kind, Uuid)>,
    records: Vec<Record>,
}

impl Journal {
    /// The rows as they are now.
    pub(super) fn tables(&self) -> Tables {
        lock(&self.0).tables.clone()
    }

    /// Every mark, oldest first.
    pub(super) fn marks(&self) -> Vec<Mark> {
        lock(&self.0).marks.all().to_vec()
    }

    /// Makes a mark or takes marks back; nothing is recorded where there was nothing to take back.
    pub(super) fn mark(
        &self,
        census: &Census,
        pupil: &Person,
        marked: Marked,
        now: Timestamp,
    ) -> (Vec<Recorded>, Written) {
        let mut inner = lock(&self.0);
        let mut all = Written::default();
        let mut recorded = Vec::new();
        for (was, mark) in inner.marks.settle(marked) {
            let written = match mark.kind {
                MarkKind::Reported => inner.report(census, pupil, &mark, now),
                MarkKind::Unreported => inner.miss(census, pupil, was.as_ref(), &mark, now),
            };
            let resources = written.records.clone();
            recorded.push(Recorded { mark, resources });
            all.add(written);
        }
        (recorded, all)
    }

    /// Notes that a pupil was there: at the lessons that the time touches, or in and out of a preschool.
    pub(super) fn attend(
        &self,
        census: &Census,
        pupil: &Person,
        (start, end): (Timestamp, Option<Timestamp>),
        now: Timestamp,
    ) -> (Vec<Record>, Written) {
        let mut inner = lock(&self.0);
        let mut written = Written::default();
        let until = end.unwrap_or(start + SignedDuration::from_mins(1));
        for lesson in schedule::lessons(census, pupil, start, until) {
            written.add(inner.count(census, pupil, &lesson, now));
        }
        for place in schedule::places(census, pupil, start, true) {
            let group = place.group.as_deref();
            written.add(inner.pass(pupil, group, IN, start, now));
            if let Some(end) = end {
                written.add(inner.pass(pupil, group, OUT, end, now));
            }
        }
        (written.records.clone(), written)
    }

    /// Keeps an absence that a client of the register reported for the world's `pupil`.
    pub(super) fn keep_absence(&self, absence: Absence, pupil: &str, now: Timestamp) -> Written {
        let mut inner = lock(&self.0);
        inner.marks.settle(Marked::reported(absence.id, pupil, absence.start_time, absence.end_time));
        inner.keep(absence, now)
    }

    /// Keeps an attendance or an event that a client of the register wrote.
    pub(super) fn keep<T: Kept>(&self, object: T, now: Timestamp) -> Written {
        lock(&self.0).keep(object, now)
    }

    /// Deletes an object that a client of the register wants away; none if it is not there.
    pub(super) fn delete<T: Kept>(&self, id: Uuid) -> Option<Written> {
        let mut inner = lock(&self.0);
        inner.marks.withdraw(id);
        let written = inner.lose::<T>(id);
        (!written.gone.is_empty()).then_some(written)
    }

    /// Forgets, without a word, everything about these people of the world.
    pub(super) fn forget(&self, gone: &HashSet<&str>) {
        let mut inner = lock(&self.0);
        inner.marks.forget(|child| gone.contains(child));
        let ids: HashSet<Uuid> = gone.iter().map(|child| register_id("person", child)).collect();
        let tables = &mut inner.tables;
        Arc::make_mut(&mut tables.attendances).retain(|row| !ids.contains(&row.student.id));
        Arc::make_mut(&mut tables.events).retain(|row| !ids.contains(&row.person.id));
        Arc::make_mut(&mut tables.absences).retain(|row| !ids.contains(&row.student.id));
    }

    /// Whether nothing was ever written.
    pub(super) fn is_empty(&self) -> bool {
        lock(&self.0).written == Timestamp::default()
    }

    /// Forgets all.
    pub(super) fn clear(&self) {
        *lock(&self.0) = Inner::default();
    }
}

impl Inner {
    /// A reported absence is there as long as it stands.
    fn report(&mut self, census: &Census, pupil: &Person, mark: &Mark, now: Timestamp) -> Written {
        if mark.withdrawn {
            return self.lose::<Absence>(mark.id);
        }
        let mut places = schedule::places(census, pupil, mark.start, false)
            .chain(schedule::places(census, pupil, mark.start, true));
        let organisation = places.next().map(|place| Reference { id: register_id("unit", &place.unit) });
        let absence = Absence {
            id: mark.id,
            start_time: mark.start,
            end_time: mark.end,
            kind: REPORTED,
            student: reference(pupil),
            organisation,
            registered_by: None,
        };
        self.keep(absence, now)
    }

    /// An unreported absence shows at every lesson it touches, and at those it touched before it was changed.
    fn miss(
        &mut self,
        census: &Census,
        pupil: &Person,
        was: Option<&Mark>,
        mark: &Mark,
        now: Timestamp,
    ) -> Written {
        let mut written = Written::default();
        let mut lessons = schedule::lessons(census, pupil, mark.start, mark.end);
        if let Some(was) = was.filter(|was| (was.start, was.end) != (mark.start, mark.end)) {
            let before = schedule::lessons(census, pupil, was.start, was.end);
            lessons.extend(before.into_iter().filter(|lesson| !lessons.contains(lesson)).collect::<Vec<_>>());
        }
        for lesson in lessons {
            written.add(self.count(census, pupil, &lesson, now));
        }
        for place in schedule::places(census, pupil, mark.start, true) {
            let out = passage(pupil, OUT, mark.start);
            if mark.withdrawn {
                written.add(self.lose::<AttendanceEvent>(out));
            } else if self.is_in(pupil, mark.start) {
                written.add(self.pass(pupil, place.group.as_deref(), OUT, mark.start, now));
            }
        }
        written
    }

    /// Counts what `pupil` missed of `lesson` by the marks that stand.
    fn count(&mut self, census: &Census, pupil: &Person, lesson: &Lesson, now: Timestamp) -> Written {
        let mut written = Written::default();
        if !census.lessons_of(&lesson.group).any(|known| known.id == lesson.id) {
            written.add(self.keep_once(schedule::activity(census, lesson), now));
            written.add(self.keep_once(schedule::calendar_event(lesson), now));
        }
        let missed = self.marks.unreported(&pupil.id);
        let missed = missed.map(|mark| (mark.start.max(lesson.start), mark.end.min(lesson.end)));
        let missed = covered(missed.filter(|(from, to)| from < to).collect());
        let event = schedule::calendar_event(lesson);
        let attendance = Attendance {
            id: attendance_id(reference(pupil).id, event.id),
            attendance_minutes: event.teaching_length_student - missed,
            calendar_event: Reference { id: event.id },
            student: reference(pupil),
            reporter: None,
            is_reported: true,
            valid_absence_minutes: 0,
            invalid_absence_minutes: missed,
            other_attendance_minutes: 0,
            absence_reason: None,
            reported_timestamp: Some(self.moment(now)),
        };
        written.add(self.keep(attendance, now));
        written
    }

    /// Notes that a child came or went.
    fn pass(
        &mut self,
        child: &Person,
        group: Option<&str>,
        event_type: &'static str,
        time: Timestamp,
        now: Timestamp,
    ) -> Written {
        let event = AttendanceEvent {
            id: passage(child, event_type, time),
            time,
            event_type,
            person: reference(child),
            registered_by: None,
            group: group.map(|group| Reference { id: register_id("group", group) }),
        };
        self.keep(event, now)
    }

    /// Whether `child` had come by `at` and not gone.
    fn is_in(&self, child: &Person, at: Timestamp) -> bool {
        let id = reference(child).id;
        let own = self.tables.events.rows().iter().map(|row| &row.object);
        let before =
            own.filter(|event| event.person.id == id && local(event.time) == local(at) && event.time < at);
        before.max_by_key(|event| event.time).is_some_and(|event| event.event_type == IN)
    }

    /// Writes an object unless it is there.
    fn keep_once<T: Kept>(&mut self, object: T, now: Timestamp) -> Written {
        match T::kept(&mut self.tables).get(object.id()) {
            Some(_) => Written::default(),
            None => self.keep(object, now),
        }
    }

    fn keep<T: Kept>(&mut self, object: T, now: Timestamp) -> Written {
        let record = Record { resource: T::KIND.as_str(), id: object.id() };
        let at = self.moment(now);
        self.written = at;
        Arc::make_mut(T::kept(&mut self.tables)).put(object, at);
        Written { change: Change::of(T::KIND), gone: Vec::new(), records: vec![record] }
    }

    fn lose<T: Kept>(&mut self, id: Uuid) -> Written {
        let table = T::kept(&mut self.tables);
        if table.get(id).is_none() {
            return Written::default();
        }
        Arc::make_mut(table).retain(|object| object.id() != id);
        let record = Record { resource: T::KIND.as_str(), id };
        Written { change: Change::loss(T::KIND), gone: vec![(T::KIND, id)], records: vec![record] }
    }

    /// The time to write at: whole milliseconds, later than the last, unless the clock was turned back.
    fn moment(&self, now: Timestamp) -> Timestamp {
        let now = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        let next = self.written.checked_add(SignedDuration::from_millis(1)).unwrap_or(now);
        if next > now && next.duration_since(now) < AHEAD { next } else { now }
    }
}

impl Written {
    /// Both writes.
    pub(super) fn add(&mut self, other: Self) {
        self.change = std::mem::take(&mut self.change).and(other.change);
        self.gone.extend(other.gone);
        self.records.extend(other.records);
    }
}

/// A type of object that is written, not taken from the world.
pub(super) trait Kept: Resource {
    const KIND: Kind;
    /// Where it is written.
    fn kept(tables: &mut Tables) -> &mut Arc<Table<Self>>;
}

macro_rules! kept {
    ($object:ident, $field:ident) => {
        impl Kept for $object {
            const KIND: Kind = Kind::$object;

            fn kept(tables: &mut Tables) -> &mut Arc<Table<Self>> {
                &mut tables.$field
            }
        }
    };
}
kept!(Attendance, attendances);
kept!(AttendanceEvent, events);
kept!(Absence, absences);
kept!(CalendarEvent, lessons);
kept!(Activity, activities);

/// The id of what is said of `student` at the lesson `event`: there is one of each.
pub(super) fn attendance_id(student: Uuid, event: Uuid) -> Uuid {
    register_id("attendance", &format!("{student}/{event}"))
}

/// The id of a child's coming or going at `time`.
fn passage(child: &Person, event_type: &str, time: Timestamp) -> Uuid {
    register_id("passage", &format!("{}/{event_type}/{time}", child.id))
}

/// How many whole minutes the spans cover together.
fn covered(mut spans: Vec<(Timestamp, Timestamp)>) -> i64 {
    spans.sort();
    let mut until = None;
    let mut minutes = 0;
    for (from, to) in spans {
        let from = until.map_or(from, |until: Timestamp| until.max(from));
        if to > from {
            minutes += schedule::minutes(from, to);
            until = Some(to);
        }
    }
    minutes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_that_are_marked_twice_count_once() {
        let at = |minute: i64| Timestamp::from_second(1_800_000_000 + minute * 60).unwrap();
        assert_eq!(covered(vec![(at(20), at(40)), (at(0), at(30)), (at(25), at(28)), (at(50), at(60))]), 50);
        assert_eq!(covered(Vec::new()), 0);
    }

    #[test]
    fn no_two_writes_share_a_millisecond_and_a_clock_turned_back_is_followed() {
        let now: Timestamp = "2026-11-24T08:00:00.0005Z".parse().unwrap();
        let written: Timestamp = "2026-11-24T08:00:00.001Z".parse().unwrap();
        let inner = Inner { written, ..Inner::default() };
        assert_eq!(inner.moment(now), "2026-11-24T08:00:00.002Z".parse().unwrap());
        let earlier: Timestamp = "2026-11-24T07:00:00Z".parse().unwrap();
        assert_eq!(inner.moment(earlier), earlier);
    }
}
