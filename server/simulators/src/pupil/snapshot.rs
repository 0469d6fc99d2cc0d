//! What the register shows on one day, and since when each object has looked as it does.

use super::{
    ids::register_id,
    objects::{Duty, Group, Organisation, Person, Placement},
    resource::Resource,
    taking,
};
use crate::{population::local, world::Census};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use std::{collections::HashMap, sync::Arc};
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

/// All objects of one resource, in the order of the world.
#[derive(Debug)]
pub(super) struct Table<T> {
    rows: Vec<Row<T>>,
    by_id: HashMap<Uuid, usize>,
}

impl<T: Resource> Table<T> {
    fn new(objects: Vec<T>, old: Option<&Self>, now: Timestamp) -> Self {
        let row = |object: T| {
            let known = old.and_then(|old| old.get(object.id()));
            let meta = match known {
                Some(known) if known.object == object => known.meta,
                Some(known) => Meta { modified: now, ..known.meta },
                None => Meta { created: now, modified: now },
            };
            Row { object, meta }
        };
        let rows: Vec<_> = objects.into_iter().map(row).collect();
        let by_id = rows.iter().enumerate().map(|(at, row)| (row.object.id(), at)).collect();
        Self { rows, by_id }
    }

    pub(super) fn get(&self, id: Uuid) -> Option<&Row<T>> {
        self.by_id.get(&id).map(|&at| &self.rows[at])
    }

    pub(super) fn rows(&self) -> &[Row<T>] {
        &self.rows
    }
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
    /// The children a person is responsible for.
    pub(super) wards: HashMap<Uuid, Vec<Uuid>>,
    pub(super) ties: HashMap<Uuid, Vec<Tie>>,
}

impl Snapshot {
    /// Shows `census` at `now`. What was the same in `old` keeps its times, unless the clock was turned back since.
    pub(super) fn take(census: &Arc<Census>, now: Timestamp, old: Option<&Self>) -> Self {
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
        Self {
            census: census.clone(),
            day,
            taken,
            organisations: Table::new(objects.organisations, old.map(|old| &old.organisations), taken),
            persons: Table::new(objects.persons, old.map(|old| &old.persons), taken),
            placements: Table::new(objects.placements, old.map(|old| &old.placements), taken),
            duties: Table::new(objects.duties, old.map(|old| &old.duties), taken),
            groups: Table::new(objects.groups, old.map(|old| &old.groups), taken),
            wards,
            ties,
        }
    }

    /// Whether this is still what the register shows.
    pub(super) fn is_of(&self, census: &Arc<Census>, day: Date, now: Timestamp) -> bool {
        Arc::ptr_eq(&self.census, census) && self.day == day && self.taken <= now
    }

    /// The name a reference to `id` is displayed with.
    pub(super) fn name(&self, id: Uuid) -> Option<String> {
        let person = |row: &Row<Person>| {
            format!("{} {}", row.object.given_name, row.object.family_name).trim().to_owned()
        };
        (self.persons.get(id).map(person))
            .or_else(|| self.organisations.get(id).map(|row| row.object.display_name.clone()))
            .or_else(|| self.groups.get(id).map(|row| row.object.display_name.clone()))
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
