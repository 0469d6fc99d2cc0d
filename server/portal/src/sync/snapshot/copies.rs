//! Rows of the pupil register as the house keeps them: units, groups, pupils and their places.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{Date, PersonId, Protection};
use ss12000::{Group, GroupKind, Organisation, SchoolType};
use uuid::Uuid;

use crate::person::Subject;

#[derive(Clone, PartialEq, Eq)]
pub(in crate::sync) struct Unit {
    pub(in crate::sync) code: Option<String>,
    pub(in crate::sync) name: String,
    pub(in crate::sync) kind: &'static str,
    pub(in crate::sync) municipality: Option<String>,
    pub(in crate::sync) phone: Option<String>,
    pub(in crate::sync) email: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
pub(in crate::sync) struct GroupCopy {
    /// The register's id of its unit.
    pub(in crate::sync) unit: String,
    pub(in crate::sync) name: String,
    pub(in crate::sync) kind: &'static str,
    pub(in crate::sync) start: Option<String>,
    pub(in crate::sync) end: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
pub(in crate::sync) struct PupilCopy {
    pub(in crate::sync) number: Option<PersonId>,
    pub(in crate::sync) given: String,
    pub(in crate::sync) family: String,
    pub(in crate::sync) username: Option<String>,
    pub(in crate::sync) email: Option<String>,
    pub(in crate::sync) protection: Protection,
    /// The row says so by a word of the standard's.
    pub(in crate::sync) marked: bool,
    pub(in crate::sync) status: String,
    pub(in crate::sync) places: BTreeSet<PlaceCopy>,
    pub(in crate::sync) responsibles: BTreeMap<(Subject, String), Protection>,
}

/// A place, by the register's ids.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sync) struct PlaceCopy {
    pub(in crate::sync) unit: String,
    pub(in crate::sync) group: Option<String>,
    pub(in crate::sync) kind: &'static str,
    pub(in crate::sync) school_type: Option<String>,
    pub(in crate::sync) school_year: Option<i64>,
    pub(in crate::sync) start: Option<String>,
    pub(in crate::sync) end: Option<String>,
}

pub(super) fn copy_of_unit(it: &Organisation, by_id: &HashMap<Uuid, &Organisation>) -> Unit {
    let types = |kinds: &[SchoolType]| it.school_types.iter().any(|kind| kinds.contains(kind));
    let kind = if types(&[
        SchoolType::UpperSecondary,
        SchoolType::AdaptedUpperSecondary,
        SchoolType::AdaptedUpperSecondaryOld,
    ]) {
        "upper-secondary"
    } else if types(&[
        SchoolType::PreschoolClass,
        SchoolType::Compulsory,
        SchoolType::Adapted,
        SchoolType::AdaptedOld,
        SchoolType::Special,
        SchoolType::Sami,
    ]) {
        "compulsory"
    } else if types(&[SchoolType::Preschool]) {
        "preschool"
    } else {
        "other"
    };
    // A unit that says nothing lies where the organisation above it lies.
    let mut municipality = it.municipality.clone();
    let mut above = it.parent;
    for _ in 0..5 {
        let Some(parent) = above.filter(|_| municipality.is_none()).and_then(|id| by_id.get(&id)) else {
            break;
        };
        municipality.clone_from(&parent.municipality);
        above = parent.parent;
    }
    Unit {
        code: it.unit_code.clone(),
        name: it.name.clone(),
        kind,
        municipality,
        phone: it.phone.clone(),
        email: it.email.clone(),
    }
}

pub(super) fn copy_of_group(group: &Group) -> (String, GroupCopy) {
    let kind = match group.kind {
        GroupKind::Class => "class",
        GroupKind::Section => "section",
        _ => "group",
    };
    let copy = GroupCopy {
        unit: text(group.organisation),
        name: group.name.clone(),
        kind,
        start: day(group.start),
        end: day(group.end),
    };
    (text(group.id), copy)
}

pub(super) fn text(id: Uuid) -> String {
    id.to_string()
}

pub(super) fn day(day: Option<Date>) -> Option<String> {
    day.map(|day| day.to_string())
}
