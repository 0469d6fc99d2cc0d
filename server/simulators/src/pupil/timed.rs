//! What is particular to the resources of time and attendance.

use super::{
    answer::Fault,
    query::{Query, Span},
    records::{Absence, Activity, Attendance, AttendanceEvent, CalendarEvent},
    resource::{Filter, Resource, among, value},
    snapshot::{Shown, Table, authority_id},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// A moment as a text that sorts as moments do.
fn sortable(time: Timestamp) -> String {
    format!("{:020}", time.as_millisecond())
}

/// No organisation asked for, or one is the object's own or above it.
fn at_or_below(asked: &[Uuid], own: Option<Uuid>) -> bool {
    asked.is_empty() || asked.contains(&authority_id()) || own.is_some_and(|own| asked.contains(&own))
}

/// Whether a lookup's ids hold this one.
fn holds(ids: &[String], id: Uuid) -> bool {
    ids.iter().any(|text| text.parse() == Ok(id))
}

/// Between which moments something begins and ends. Whether a bound belongs to what it bounds differs by resource.
struct Times {
    start_by: Option<Timestamp>,
    start_from: Option<Timestamp>,
    end_by: Option<Timestamp>,
    end_from: Option<Timestamp>,
}

/// The parameters of [`Times`].
macro_rules! times {
    ($($own:literal),*) => {
        &["startTime.onOrBefore", "startTime.onOrAfter", "endTime.onOrBefore", "endTime.onOrAfter", $($own),*]
    };
}

impl Times {
    fn read(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            start_by: query.one("startTime.onOrBefore")?,
            start_from: query.one("startTime.onOrAfter")?,
            end_by: query.one("endTime.onOrBefore")?,
            end_from: query.one("endTime.onOrAfter")?,
        })
    }

    fn fits(&self, start: Timestamp, end: Timestamp, after_is_exclusive: bool) -> bool {
        let after = |time: Timestamp, bound: Timestamp| match after_is_exclusive {
            true => time > bound,
            false => time >= bound,
        };
        self.start_by.is_none_or(|by| start <= by)
            && self.start_from.is_none_or(|from| after(start, from))
            && self.end_by.is_none_or(|by| end <= by)
            && self.end_from.is_none_or(|from| after(end, from))
    }
}

impl Resource for Activity {
    const PATH: &'static str = "activities";
    const PARAMETERS: &'static [&'static str] = &["organisation", "person"];
    const DATED: Option<&'static str> = Some("");
    const LOOKUPS: &'static [&'static str] = &[];
    const EXPANDS: &'static [&'static str] = &["groups", "teachers", "syllabus"];

    fn id(&self) -> Uuid {
        self.id
    }

    fn tables(register: &Shown) -> [Option<&Table<Self>>; 2] {
        [Some(&register.activities), Some(&register.written.activities)]
    }

    fn filter<'a>(query: &'a Query, register: &'a Shown) -> Result<Filter<'a, Self>, Fault> {
        let organisations: Vec<Uuid> = query.each("organisation")?;
        let persons: Vec<Uuid> = query.each("person")?;
        let span = Span::read(query, "")?;
        Ok(Box::new(move |activity| {
            at_or_below(&organisations, Some(activity.organisation.id))
                && (persons.is_empty()
                    || persons.iter().any(|person| takes_part(register, activity, *person)))
                && span.fits(activity.start_date, None)
        }))
    }

    fn sorted_by(&self, key: &str) -> Option<String> {
        (key == "DisplayNameAsc").then(|| self.display_name.clone())
    }

    fn looked_up(&self, _: &str, _: &[String], _: &Shown) -> bool {
        false
    }

    fn expanded(&self, what: &str, register: &Shown) -> Value {
        match what {
            "groups" => {
                self.groups.iter().filter_map(|group| register.groups.get(group.id)).map(value).collect()
            }
            "teachers" => json!([]),
            _ => Value::Null,
        }
    }
}

/// Whether `person` is in one of the activity's groups.
fn takes_part(register: &Shown, activity: &Activity, person: Uuid) -> bool {
    let groups = activity.groups.iter().filter_map(|group| register.groups.get(group.id));
    let mut members = groups.flat_map(|row| &row.object.group_memberships);
    members.any(|member| member.person.id == person)
}

impl Resource for CalendarEvent {
    const PATH: &'static str = "calendarEvents";
    const PARAMETERS: &'static [&'static str] = times!("activity", "student", "organisation");
    const DATED: Option<&'static str> = None;
    const LOOKUPS: &'static [&'static str] = &[];
    const EXPANDS: &'static [&'static str] = &["activity", "attendance"];

    fn id(&self) -> Uuid {
        self.id
    }

    fn tables(register: &Shown) -> [Option<&Table<Self>>; 2] {
        [Some(&register.calendar_events), Some(&register.written.lessons)]
    }

    fn filter<'a>(query: &'a Query, register: &'a Shown) -> Result<Filter<'a, Self>, Fault> {
        let times = Times::read(query)?;
        if times.start_from.is_none() || times.start_by.or(times.end_by).is_none() {
            let wanted = "startTime.onOrAfter och startTime.onOrBefore eller endTime.onOrBefore ska anges";
            return Err(Fault::bad(wanted));
        }
        let activities: Vec<Uuid> = query.each("activity")?;
        let organisations: Vec<Uuid> = query.each("organisation")?;
        let students: Vec<Uuid> = query.each("student")?;
        Ok(Box::new(move |event| {
            let concerns = |student: &Uuid| {
                let activity = register.get::<Activity>(event.activity.id);
                activity.is_some_and(|activity| takes_part(register, &activity.object, *student))
            };
            times.fits(event.start_time, event.end_time, false)
                && among(&activities, &event.activity.id)
                && (organisations.is_empty()
                    || at_or_below(&organisations, register.organisation_of(event.id)))
                && (students.is_empty() || students.iter().any(concerns))
        }))
    }

    fn sorted_by(&self, key: &str) -> Option<String> {
        (key == "StartTimeAsc").then(|| sortable(self.start_time))
    }

    fn looked_up(&self, _: &str, _: &[String], _: &Shown) -> bool {
        false
    }

    fn expanded(&self, what: &str, register: &Shown) -> Value {
        match what {
            "activity" => value(register.get::<Activity>(self.activity.id)),
            _ => {
                let rows = register.rows::<Attendance>();
                rows.filter(|row| row.object.calendar_event.id == self.id).map(value).collect()
            }
        }
    }
}

impl Resource for Attendance {
    const PATH: &'static str = "attendances";
    const PARAMETERS: &'static [&'static str] = &["student", "organisation", "calendarEvent"];
    const DATED: Option<&'static str> = None;
    /// The standard spells the last so.
    const LOOKUPS: &'static [&'static str] = &["activities", "students", "calendareEvents"];
    const EXPANDS: &'static [&'static str] = &[];
    const WRITTEN: bool = true;

    fn id(&self) -> Uuid {
        self.id
    }

    fn tables(register: &Shown) -> [Option<&Table<Self>>; 2] {
        [Some(&register.written.attendances), None]
    }

    fn filter<'a>(query: &'a Query, register: &'a Shown) -> Result<Filter<'a, Self>, Fault> {
        let students: Vec<Uuid> = query.each("student")?;
        let organisations: Vec<Uuid> = query.each("organisation")?;
        let events: Vec<Uuid> = query.each("calendarEvent")?;
        Ok(Box::new(move |attendance| {
            among(&students, &attendance.student.id)
                && among(&events, &attendance.calendar_event.id)
                && (organisations.is_empty()
                    || at_or_below(&organisations, register.organisation_of(attendance.calendar_event.id)))
        }))
    }

    fn sorted_by(&self, _: &str) -> Option<String> {
        None
    }

    fn looked_up(&self, key: &str, values: &[String], register: &Shown) -> bool {
        match key {
            "students" => holds(values, self.student.id),
            "calendareEvents" => holds(values, self.calendar_event.id),
            _ => {
                let event = register.get::<CalendarEvent>(self.calendar_event.id);
                event.is_some_and(|event| holds(values, event.object.activity.id))
            }
        }
    }

    fn expanded(&self, _: &str, _: &Shown) -> Value {
        Value::Null
    }
}

impl Resource for AttendanceEvent {
    const PATH: &'static str = "attendanceEvents";
    const PARAMETERS: &'static [&'static str] = &["person", "group"];
    const DATED: Option<&'static str> = None;
    const LOOKUPS: &'static [&'static str] = &["person", "group"];
    const EXPANDS: &'static [&'static str] = &["person", "group", "registeredBy"];
    const WRITTEN: bool = true;

    fn id(&self) -> Uuid {
        self.id
    }

    fn tables(register: &Shown) -> [Option<&Table<Self>>; 2] {
        [Some(&register.written.events), None]
    }

    fn filter<'a>(query: &'a Query, _: &'a Shown) -> Result<Filter<'a, Self>, Fault> {
        let persons: Vec<Uuid> = query.each("person")?;
        let groups: Vec<Uuid> = query.each("group")?;
        Ok(Box::new(move |event| {
            among(&persons, &event.person.id)
                && (groups.is_empty() || event.group.as_ref().is_some_and(|group| groups.contains(&group.id)))
        }))
    }

    fn sorted_by(&self, _: &str) -> Option<String> {
        None
    }

    fn looked_up(&self, key: &str, values: &[String], _: &Shown) -> bool {
        match key {
            "person" => holds(values, self.person.id),
            _ => self.group.as_ref().is_some_and(|group| holds(values, group.id)),
        }
    }

    fn expanded(&self, what: &str, register: &Shown) -> Value {
        match what {
            "person" => value(register.persons.get(self.person.id)),
            "group" => value(self.group.as_ref().and_then(|group| register.groups.get(group.id))),
            _ => value(self.registered_by.as_ref().and_then(|by| register.persons.get(by.id))),
        }
    }
}

impl Resource for Absence {
    const PATH: &'static str = "absences";
    const PARAMETERS: &'static [&'static str] = times!("organisation", "student", "registeredBy", "type");
    const DATED: Option<&'static str> = None;
    const LOOKUPS: &'static [&'static str] = &["students"];
    const EXPANDS: &'static [&'static str] = &[];
    const WRITTEN: bool = true;

    fn id(&self) -> Uuid {
        self.id
    }

    fn tables(register: &Shown) -> [Option<&Table<Self>>; 2] {
        [Some(&register.written.absences), None]
    }

    fn filter<'a>(query: &'a Query, _: &'a Shown) -> Result<Filter<'a, Self>, Fault> {
        let times = Times::read(query)?;
        let organisations: Vec<Uuid> = query.each("organisation")?;
        let students: Vec<Uuid> = query.each("student")?;
        let writers: Vec<Uuid> = query.each("registeredBy")?;
        let kinds = query.all("type");
        Ok(Box::new(move |absence| {
            // `onOrAfter` is exclusive here, despite its name (registers.md 1.4).
            times.fits(absence.start_time, absence.end_time, true)
                && at_or_below(&organisations, absence.organisation.as_ref().map(|unit| unit.id))
                && among(&students, &absence.student.id)
                && (writers.is_empty()
                    || absence.registered_by.as_ref().is_some_and(|by| writers.contains(&by.id)))
                && among(&kinds, &absence.kind)
        }))
    }

    fn sorted_by(&self, key: &str) -> Option<String> {
        (key == "StartTimeAsc").then(|| sortable(self.start_time))
    }

    fn looked_up(&self, _: &str, values: &[String], _: &Shown) -> bool {
        holds(values, self.student.id)
    }

    fn expanded(&self, _: &str, _: &Shown) -> Value {
        Value::Null
    }
}
