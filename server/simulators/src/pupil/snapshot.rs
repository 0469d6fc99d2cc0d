//! What the register shows on one day, and since when each object has looked as it does.
//!
//! A [`Snapshot`] holds what follows from the world, [`Shown`] that and what was written since.

use super::{
    change::{Change, Kind},
    ids::register_id,
    journal::Tables,
    objects::{Duty, Group, Organisation, Person, Placement},
    records::{Absence, Activity, Attendance, AttendanceEvent, CalendarEvent},
    resource::Resource,
    schedule, taking,
};
use crate::{
    clock::local,
    world::{self, Census},
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use std::{collections::HashMap, ops::Deref, sync::Arc};
use uuid::Uuid;

/// Since when an object exists and since when it is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Meta {
    pub(super) created: Timestamp,
    pub(super) modified: Timestamp,
}

/// An object with its history.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row<T> {
    #[serde(flatten)]
    pub(super) object: T,
    pub(super) meta: Meta,
}

/// All objects of one resource, in the order of the world or of writing.
#[derive(Clone, Debug)]
pub(super) struct Table<T> {
    rows: Vec<Row<T>>,
    by_id: HashMap<Uuid, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), by_id: HashMap::new() }
    }
}

impl<T: Resource> Table<T> {
    /// The objects at `now`, and how they differ from `old`.
    fn new(
        kind: Kind,
        objects: Vec<T>,
        old: Option<&Self>,
        now: Timestamp,
        difference: &mut Difference,
    ) -> Self {
        let row = |object: T| {
            let known = old.and_then(|old| old.get(object.id()));
            // Two snapshots can be of one moment: what changed is told by the objects, not by their times.
            let meta = match known {
                Some(known) if known.object == object => return Row { object, meta: known.meta },
                Some(known) => Meta { modified: now, ..known.meta },
                None => Meta { created: now, modified: now },
            };
            difference.change.modified.insert(kind);
            Row { object, meta }
        };
        let rows: Vec<_> = objects.into_iter().map(row).collect();
        let by_id: HashMap<_, _> = rows.iter().enumerate().map(|(at, row)| (row.object.id(), at)).collect();
        let before = old.into_iter().flat_map(|old| old.by_id.keys());
        let gone: Vec<_> = before.filter(|id| !by_id.contains_key(*id)).map(|id| (kind, *id)).collect();
        if !gone.is_empty() {
            difference.change.deleted.insert(kind);
            difference.gone.extend(gone);
        }
        Self { rows, by_id }
    }

    /// Writes an object, over the one with its id if there is one.
    pub(super) fn put(&mut self, object: T, now: Timestamp) {
        match self.by_id.get(&object.id()) {
            Some(&at) => {
                let row = &mut self.rows[at];
                *row = Row { object, meta: Meta { modified: now, ..row.meta } };
            }
            None => {
                self.by_id.insert(object.id(), self.rows.len());
                self.rows.push(Row { object, meta: Meta { created: now, modified: now } });
            }
        }
    }

    /// Keeps only the objects that fit.
    pub(super) fn retain(&mut self, fits: impl Fn(&T) -> bool) {
        self.rows.retain(|row| fits(&row.object));
        self.by_id = self.rows.iter().enumerate().map(|(at, row)| (row.object.id(), at)).collect();
    }

    pub(super) fn get(&self, id: Uuid) -> Option<&Row<T>> {
        self.by_id.get(&id).map(|&at| &self.rows[at])
    }

    pub(super) fn rows(&self) -> &[Row<T>] {
        &self.rows
    }
}

/// How one snapshot differs from the one before.
#[derive(Debug, Default)]
pub(super) struct Difference {
    pub(super) change: Change,
    /// What is there no more.
    pub(super) gone: Vec<(Kind, Uuid)>,
}

/// How a person is tied to an organisation, for the filters `relationship.*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tie {
    pub(super) kind: &'static str,
    pub(super) organisation: Uuid,
    pub(super) start: Date,
    pub(super) end: Option<Date>,
}

/// The register on one day.
#[derive(Debug)]
pub(super) struct Snapshot {
    census: Arc<Census>,
    day: Date,
    taken: Timestamp,
    pub(super) organisations: Table<Organisation>,
    pub(super) persons: Table<Person>,
    pub(super) placements: Table<Placement>,
    pub(super) duties: Table<Duty>,
    pub(super) groups: Table<Group>,
    pub(super) activities: Table<Activity>,
    pub(super) calendar_events: Table<CalendarEvent>,
    /// Where in the census each person stands.
    people: HashMap<Uuid, usize>,
    /// The children a person is responsible for.
    pub(super) wards: HashMap<Uuid, Vec<Uuid>>,
    pub(super) ties: HashMap<Uuid, Vec<Tie>>,
}

impl Snapshot {
    /// Shows `census` at `now`, and how that differs from `old`. What was the same in `old` keeps its times, unless the
    /// clock was turned back since.
    pub(super) fn take(census: &Arc<Census>, now: Timestamp, old: Option<&Self>) -> (Self, Difference) {
        let day = local(now);
        // Whole milliseconds: what a client reads and sends back is then what the register compares with.
        let taken = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        let old = old.filter(|old| old.taken <= taken);
        let objects = taking::objects(census, day);
        let mut wards: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for child in &objects.persons {
            for responsible in &child.responsibles {
                wards.entry(responsible.person.id).or_default().push(child.id);
            }
        }
        let ties = ties(&objects, &wards);
        let (activities, lessons) = schedule::objects(census);
        let mut new = Difference::default();
        let snapshot = Self {
            census: census.clone(),
            day,
            taken,
            organisations: {
                let old = old.map(|old| &old.organisations);
                Table::new(Kind::Organisation, objects.organisations, old, taken, &mut new)
            },
            persons: Table::new(Kind::Person, objects.persons, old.map(|o| &o.persons), taken, &mut new),
            placements: {
                let old = old.map(|old| &old.placements);
                Table::new(Kind::Placement, objects.placements, old, taken, &mut new)
            },
            duties: Table::new(Kind::Duty, objects.duties, old.map(|o| &o.duties), taken, &mut new),
            groups: Table::new(Kind::Group, objects.groups, old.map(|o| &o.groups), taken, &mut new),
            activities: Table::new(Kind::Activity, activities, old.map(|o| &o.activities), taken, &mut new),
            calendar_events: {
                let old = old.map(|old| &old.calendar_events);
                Table::new(Kind::CalendarEvent, lessons, old, taken, &mut new)
            },
            people: objects.people,
            wards,
            ties,
        };
        (snapshot, new)
    }

    /// Whether this is still what the register shows.
    pub(super) fn is_of(&self, census: &Arc<Census>, day: Date, now: Timestamp) -> bool {
        Arc::ptr_eq(&self.census, census) && self.day == day && self.taken <= now
    }

    /// When it was taken.
    pub(super) fn taken(&self) -> Timestamp {
        self.taken
    }

    /// The person of the world whom the register calls `id`.
    pub(super) fn of_world(&self, id: Uuid) -> Option<&world::Person> {
        self.people.get(&id).and_then(|&at| self.census.persons.get(at))
    }

    /// The name a reference to `id` is displayed with.
    pub(super) fn name(&self, id: Uuid) -> Option<String> {
        let person = |row: &Row<Person>| {
            format!("{} {}", row.object.given_name, row.object.family_name).trim().to_owned()
        };
        (self.persons.get(id).map(person))
            .or_else(|| self.organisations.get(id).map(|row| row.object.display_name.clone()))
            .or_else(|| self.groups.get(id).map(|row| row.object.display_name.clone()))
            .or_else(|| self.activities.get(id).map(|row| row.object.display_name.clone()))
    }
}

/// What one request is answered from.
pub(super) struct Shown {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) written: Tables,
}

impl Deref for Shown {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.snapshot
    }
}

impl Shown {
    /// The object with this id.
    pub(super) fn get<R: Resource>(&self, id: Uuid) -> Option<&Row<R>> {
        R::tables(self).into_iter().flatten().find_map(|table| table.get(id))
    }

    /// Every object of one resource.
    pub(super) fn rows<R: Resource>(&self) -> impl Iterator<Item = &Row<R>> {
        R::tables(self).into_iter().flatten().flat_map(|table| table.rows())
    }

    /// Whether there is an object of `kind` with this id.
    pub(super) fn holds(&self, kind: Kind, id: Uuid) -> bool {
        match kind {
            Kind::Organisation => self.get::<Organisation>(id).is_some(),
            Kind::Person => self.get::<Person>(id).is_some(),
            Kind::Placement => self.get::<Placement>(id).is_some(),
            Kind::Duty => self.get::<Duty>(id).is_some(),
            Kind::Group => self.get::<Group>(id).is_some(),
            Kind::Activity => self.get::<Activity>(id).is_some(),
            Kind::CalendarEvent => self.get::<CalendarEvent>(id).is_some(),
            Kind::Attendance => self.get::<Attendance>(id).is_some(),
            Kind::AttendanceEvent => self.get::<AttendanceEvent>(id).is_some(),
            Kind::Absence => self.get::<Absence>(id).is_some(),
        }
    }

    /// The organisation at whose lesson `event` is; none if nobody knows the lesson.
    pub(super) fn organisation_of(&self, event: Uuid) -> Option<Uuid> {
        let event = &self.get::<CalendarEvent>(event)?.object;
        Some(self.get::<Activity>(event.activity.id)?.object.organisation.id)
    }
}

fn ties(objects: &taking::Objects, wards: &HashMap<Uuid, Vec<Uuid>>) -> HashMap<Uuid, Vec<Tie>> {
    let mut ties: HashMap<Uuid, Vec<Tie>> = HashMap::new();
    for person in &objects.persons {
        for place in &person.enrolments {
            let (organisation, start, end) = (place.enroled_at.id, place.start_date, place.end_date);
            ties.entry(person.id).or_default().push(Tie { kind: "enrolment", organisation, start, end });
        }
    }
    for place in &objects.placements {
        let (organisation, start, end) = (place.placed_at.id, place.start_date, place.end_date);
        ties.entry(place.child.id).or_default().push(Tie {
            kind: "placement.child",
            organisation,
            start,
            end,
        });
        for owner in &place.owners {
            ties.entry(owner.id).or_default().push(Tie { kind: "placement.owner", organisation, start, end });
        }
    }
    for duty in &objects.duties {
        let (organisation, start, end) = (duty.duty_at.id, duty.start_date, duty.end_date);
        ties.entry(duty.person.id).or_default().push(Tie { kind: "duty", organisation, start, end });
    }
    for (guardian, children) in wards {
        let of_children = children.iter().filter_map(|child| ties.get(child)).flatten();
        let through = of_children.filter_map(|tie| {
            let kind = match tie.kind {
                "enrolment" => "responsibleFor.enrolment",
                "placement.child" => "responsibleFor.placement",
                _ => return None,
            };
            Some(Tie { kind, ..*tie })
        });
        let through: Vec<_> = through.collect();
        ties.entry(*guardian).or_default().extend(through);
    }
    ties
}

/// The id of the school authority, parent of every unit.
pub(super) fn authority_id() -> Uuid {
    register_id("unit", "huvudman")
}
