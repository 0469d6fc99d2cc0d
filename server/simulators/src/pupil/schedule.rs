//! From the world's lessons to activities and calendar events, and from a pupil to the lessons that concern them.

use super::{
    ids::register_id,
    objects::Reference,
    records::{Activity, CalendarEvent},
    taking::ALWAYS,
};
use crate::{
    clock::local,
    world::{Census, Enrolment, Lesson, Person, UnitKind},
};
use jiff::Timestamp;
use std::collections::HashSet;

/// The subject of time that no lesson of the world covers.
const SCHOOL_DAY: &str = "Skoldag";

/// Everything scheduled in `census`: each subject of a group is an activity.
pub(super) fn objects(census: &Census) -> (Vec<Activity>, Vec<CalendarEvent>) {
    let mut seen = HashSet::new();
    let mut activities = Vec::new();
    for lesson in &census.lessons {
        if seen.insert((&lesson.group, &lesson.subject)) {
            activities.push(activity(census, lesson));
        }
    }
    (activities, census.lessons.iter().map(calendar_event).collect())
}

/// The activity that `lesson` is a part of.
pub(super) fn activity(census: &Census, lesson: &Lesson) -> Activity {
    let unit = census.group(&lesson.group).map(|group| group.unit.as_str()).unwrap_or_default();
    Activity {
        id: register_id("activity", &format!("{}/{}", lesson.group, lesson.subject)),
        display_name: lesson.subject.clone(),
        calendar_events_required: true,
        // Both kinds are reported; only teaching has a syllabus.
        activity_type: if lesson.subject == SCHOOL_DAY { "Elevaktivitet" } else { "Undervisning" },
        start_date: ALWAYS,
        groups: vec![Reference { id: register_id("group", &lesson.group) }],
        organisation: Reference { id: register_id("unit", unit) },
    }
}

pub(super) fn calendar_event(lesson: &Lesson) -> CalendarEvent {
    CalendarEvent {
        id: register_id("lesson", &lesson.id),
        activity: Reference { id: register_id("activity", &format!("{}/{}", lesson.group, lesson.subject)) },
        start_time: lesson.start,
        end_time: lesson.end,
        cancelled: false,
        teaching_length_student: minutes(lesson.start, lesson.end),
    }
}

/// Whole minutes between two moments.
pub(super) fn minutes(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs() / 60
}

/// Where `person` is a pupil at `at`, preschools apart or alone.
pub(super) fn places<'a>(
    census: &'a Census,
    person: &'a Person,
    at: Timestamp,
    preschool: bool,
) -> impl Iterator<Item = &'a Enrolment> {
    let day = local(at);
    person.enrolments.iter().filter(move |place| {
        let kind = census.unit(&place.unit).map(|unit| unit.kind);
        place.stands(day) && (kind == Some(UnitKind::Preschool)) == preschool
    })
}

/// The lessons of `pupil` that `start` to `end` touches. Where a school has none then, the time itself is taken for one,
/// so that an absence can be marked in a world without a schedule.
pub(super) fn lessons(census: &Census, pupil: &Person, start: Timestamp, end: Timestamp) -> Vec<Lesson> {
    let mut found = Vec::new();
    for class in places(census, pupil, start, false).filter_map(|place| place.group.as_deref()) {
        let within = census.groups_within(class).map(|group| group.id.as_str());
        let groups = std::iter::once(class).chain(within);
        let scheduled = groups.flat_map(|group| census.lessons_of(group));
        let touched: Vec<_> = scheduled.filter(|l| l.start < end && start < l.end).cloned().collect();
        if touched.is_empty() {
            found.push(unscheduled(class, start, end));
        }
        found.extend(touched);
    }
    found
}

/// Time of `group` that stands on no schedule.
fn unscheduled(group: &str, start: Timestamp, end: Timestamp) -> Lesson {
    let id = format!("{group}/{start}/{end}");
    Lesson { id, group: group.to_owned(), subject: SCHOOL_DAY.to_owned(), start, end }
}
