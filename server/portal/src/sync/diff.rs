//! What a reading would change in the copy, and whether that is too much to believe.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use model::{PersonId, Protection};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use store::entity::{enrolment, group_, pupil, responsible, unit};
use uuid::Uuid;

use super::snapshot::{GroupCopy, PlaceCopy, PupilCopy, Snapshot, Unit};
use crate::{Brake, Portal, Result, person::Subject, pupils::protection_of};

/// The differences between the copy and a reading. Ids of new rows are made here.
pub(super) struct Diff {
    /// Our id of every unit of the reading, by the register's.
    pub(super) unit_ids: BTreeMap<String, String>,
    pub(super) group_ids: BTreeMap<String, String>,
    pub(super) pupil_ids: BTreeMap<String, String>,
    /// By the register's id: new or other than before.
    pub(super) units: Vec<String>,
    pub(super) groups: Vec<String>,
    pub(super) pupils: Vec<String>,
    /// Those whose places differ.
    pub(super) places: Vec<String>,
    /// Known before; the others are inserted.
    pub(super) known: BTreeSet<String>,
    /// Our ids of what is no longer listed.
    pub(super) gone_units: Vec<String>,
    pub(super) gone_groups: Vec<String>,
    pub(super) gone_pupils: Vec<String>,
    /// New relations: the register's id of the pupil, the person, the kind, the person's mark.
    pub(super) new_relations: Vec<(String, Subject, String, Protection)>,
    /// Vanished relations: row id, our id of the pupil, the person, the kind.
    pub(super) gone_relations: Vec<(String, String, Subject, String)>,
    /// Relations whose adult is marked more strongly than before. A mark that is gone lowers nothing.
    pub(super) raised_relations: Vec<(String, Protection)>,
    /// The marks that stand: never lower than they were.
    pub(super) marks: BTreeMap<String, Protection>,
    relations_before: usize,
    /// Listed, and in the copy already.
    pupils_known: usize,
    marks_lost: usize,
    marks_gained: usize,
    /// Named in the copy already.
    adults_known: usize,
    /// Those of them who are marked more strongly than before.
    adults_marked: BTreeSet<Subject>,
    /// What the register says of protection in so many words, more than before: our ids of pupils, rows of relations.
    pub(super) said_of_pupils: Vec<(String, Protection)>,
    pub(super) said_of_adults: Vec<(String, Protection)>,
    changed_people: BTreeSet<String>,
}

impl Diff {
    pub(super) async fn between(portal: &Portal, snapshot: &Snapshot) -> Result<Self> {
        let on = portal.store().reader();
        let mut diff = Self::empty();
        for row in unit::Entity::find().all(on).await? {
            diff.compare_unit(row, snapshot);
        }
        for row in group_::Entity::find().all(on).await? {
            diff.compare_group(row, snapshot);
        }
        diff.number_the_new(snapshot);
        let mut places: BTreeMap<String, BTreeSet<PlaceCopy>> = BTreeMap::new();
        let back = |ids: &BTreeMap<String, String>| -> BTreeMap<String, String> {
            ids.iter().map(|(theirs, ours)| (ours.clone(), theirs.clone())).collect()
        };
        let (unit_of, group_of) = (back(&diff.unit_ids), back(&diff.group_ids));
        for row in enrolment::Entity::find().all(on).await? {
            places.entry(row.pupil_id.clone()).or_default().insert(place_copy(row, &unit_of, &group_of));
        }
        // The strongest mark on any row of a person, gone ones too: it is the child's, under whatever id it comes back.
        let mut marked: BTreeMap<Subject, Protection> = BTreeMap::new();
        let rows = pupil::Entity::find().all(on).await?;
        for row in rows {
            if let Some(subject) = &row.subject {
                let mark = marked.entry(subject.clone()).or_default();
                *mark = protection_of(&row.protection).max(*mark);
            }
            let before = places.remove(&row.id).unwrap_or_default();
            diff.compare_pupil(portal, row, &before, snapshot)?;
        }
        for (id, copy) in &snapshot.pupils {
            if !diff.pupil_ids.contains_key(id) {
                diff.pupil_ids.insert(id.clone(), Uuid::new_v4().to_string());
                let subject = copy.number.as_ref().map(|number| portal.keys().index_number(number));
                let before = subject.and_then(|subject| marked.get(&subject)).copied();
                diff.marks.insert(id.clone(), copy.protection.max(before.unwrap_or(Protection::None)));
                diff.pupils.push(id.clone());
                diff.places.push(id.clone());
            }
        }
        let live = responsible::Entity::find().filter(responsible::Column::GoneAt.is_null()).all(on).await?;
        diff.compare_relations(live, snapshot);
        diff.keep_what_was_not_read(snapshot);
        Ok(diff)
    }

    pub(super) fn changed_pupils(&self) -> usize {
        let changed: BTreeSet<&String> = self.pupils.iter().chain(&self.places).collect();
        changed.len() + self.gone_pupils.len()
    }

    /// Why the reading is too much to believe, if it is.
    pub(super) fn brake(
        &self,
        brake: &Brake,
        persons_before: i64,
        snapshot: &Snapshot,
    ) -> Option<&'static str> {
        let before = usize::try_from(persons_before).unwrap_or_default();
        let missing = before.saturating_sub(snapshot.persons).max(self.gone_pupils.len());
        if missing > brake.always_allowed && share(missing, before) > brake.shrink_percent {
            return Some("source-shrank");
        }
        let changed = self.new_relations.len() + self.gone_relations.len();
        // Of all there were and are: who replaces every relation by another has changed the whole, not twice the whole.
        let relations = self.relations_before + self.new_relations.len();
        if changed > brake.always_allowed && share(changed, relations) > brake.relations_percent {
            return Some("relations-changed");
        }
        if self.changed_people.len() > brake.persons.max(brake.always_allowed) {
            return Some("persons-changed");
        }
        let too_many =
            |some: usize, of: usize| some > brake.always_allowed && share(some, of) > brake.marks_percent;
        if too_many(self.marks_lost, self.pupils_known) {
            return Some("marks-lost");
        }
        // Whoever is marked loses doors that only people at a school open again, one by one.
        let gained = too_many(self.marks_gained, self.pupils_known)
            || too_many(self.adults_marked.len(), self.adults_known);
        gained.then_some("marks-gained")
    }

    /// A reading with holes says what is there, not what is gone. Whose guardian vanished is another matter, and asked
    /// pupil by pupil ([`Snapshot::tells_all_of`]): one bad row must not keep every door open.
    fn keep_what_was_not_read(&mut self, snapshot: &Snapshot) {
        let holes = snapshot.holes;
        if holes.all() > 0 {
            self.gone_units.clear();
            self.gone_groups.clear();
        }
        if holes.persons + holes.placements > 0 {
            self.gone_pupils.clear();
        }
    }

    fn empty() -> Self {
        Self {
            unit_ids: BTreeMap::new(),
            group_ids: BTreeMap::new(),
            pupil_ids: BTreeMap::new(),
            units: Vec::new(),
            groups: Vec::new(),
            pupils: Vec::new(),
            places: Vec::new(),
            known: BTreeSet::new(),
            gone_units: Vec::new(),
            gone_groups: Vec::new(),
            gone_pupils: Vec::new(),
            new_relations: Vec::new(),
            gone_relations: Vec::new(),
            raised_relations: Vec::new(),
            said_of_pupils: Vec::new(),
            said_of_adults: Vec::new(),
            marks: BTreeMap::new(),
            relations_before: 0,
            pupils_known: 0,
            marks_lost: 0,
            marks_gained: 0,
            adults_known: 0,
            adults_marked: BTreeSet::new(),
            changed_people: BTreeSet::new(),
        }
    }

    fn compare_unit(&mut self, row: unit::Model, snapshot: &Snapshot) {
        self.unit_ids.insert(row.register_id.clone(), row.id.clone());
        self.known.insert(row.id.clone());
        match snapshot.units.get(&row.register_id) {
            None if row.gone_at.is_none() => self.gone_units.push(row.id),
            Some(unit) if row.gone_at.is_some() || !is_same_unit(&row, unit) => {
                self.units.push(row.register_id)
            }
            _ => {}
        }
    }

    fn compare_group(&mut self, row: group_::Model, snapshot: &Snapshot) {
        self.group_ids.insert(row.register_id.clone(), row.id.clone());
        self.known.insert(row.id.clone());
        match snapshot.groups.get(&row.register_id) {
            None if row.gone_at.is_none() => self.gone_groups.push(row.id),
            Some(group) if row.gone_at.is_some() || !self.is_same_group(&row, group) => {
                self.groups.push(row.register_id);
            }
            _ => {}
        }
    }

    fn is_same_group(&self, row: &group_::Model, group: &GroupCopy) -> bool {
        self.unit_ids.get(&group.unit) == Some(&row.unit_id)
            && row.name == group.name
            && row.kind == group.kind
            && row.start_date == group.start
            && row.end_date == group.end
    }

    fn number_the_new(&mut self, snapshot: &Snapshot) {
        for id in snapshot.units.keys() {
            if !self.unit_ids.contains_key(id) {
                self.unit_ids.insert(id.clone(), Uuid::new_v4().to_string());
                self.units.push(id.clone());
            }
        }
        for id in snapshot.groups.keys() {
            if !self.group_ids.contains_key(id) {
                self.group_ids.insert(id.clone(), Uuid::new_v4().to_string());
                self.groups.push(id.clone());
            }
        }
    }

    fn compare_pupil(
        &mut self,
        portal: &Portal,
        row: pupil::Model,
        places: &BTreeSet<PlaceCopy>,
        snapshot: &Snapshot,
    ) -> Result<()> {
        self.pupil_ids.insert(row.register_id.clone(), row.id.clone());
        self.known.insert(row.id.clone());
        let Some(copy) = snapshot.pupils.get(&row.register_id) else {
            if row.gone_at.is_none() {
                self.changed_people.insert(row.register_id);
                self.gone_pupils.push(row.id);
            }
            return Ok(());
        };
        self.pupils_known += 1;
        let mark = protection_of(&row.protection);
        self.marks.insert(row.register_id.clone(), mark.max(copy.protection));
        match copy.protection.cmp(&mark) {
            Ordering::Less => self.marks_lost += 1,
            Ordering::Equal => {}
            Ordering::Greater => self.marks_gained += 1,
        }
        if copy.marked && copy.protection > mark {
            self.said_of_pupils.push((row.id.clone(), copy.protection));
        }
        // Another number is another person to folkbokföringen.
        if row.subject != copy.number.as_ref().map(|number| portal.keys().index_number(number)) {
            self.changed_people.insert(row.register_id.clone());
        }
        if places != &copy.places {
            self.places.push(row.register_id.clone());
        }
        if row.gone_at.is_some() || copy.protection > mark || !is_same_pupil(portal, &row, copy)? {
            self.pupils.push(row.register_id);
        }
        Ok(())
    }

    fn compare_relations(&mut self, live: Vec<responsible::Model>, snapshot: &Snapshot) {
        let theirs: BTreeMap<&String, &String> =
            self.pupil_ids.iter().map(|(theirs, ours)| (ours, theirs)).collect();
        let mut kept: BTreeSet<(String, Subject, String)> = BTreeSet::new();
        let mut gone = Vec::new();
        let mut adults = BTreeSet::new();
        for row in live {
            let (Some(subject), Some(pupil)) = (row.subject, theirs.get(&row.pupil_id)) else { continue };
            self.relations_before += 1;
            adults.insert(subject.clone());
            let key = (subject.clone(), row.relation.clone());
            let listed = snapshot.pupils.get(*pupil).is_some_and(|copy| copy.responsibles.contains_key(&key));
            if listed {
                let mark = snapshot.pupils.get(*pupil).and_then(|copy| copy.responsibles.get(&key));
                if let Some(mark) = mark.filter(|mark| **mark > protection_of(&row.protection)) {
                    if snapshot.marked.contains(&subject) {
                        self.said_of_adults.push((row.id.clone(), *mark));
                    }
                    self.raised_relations.push((row.id, *mark));
                    self.adults_marked.insert(subject.clone());
                }
                kept.insert(((*pupil).clone(), subject, row.relation));
            } else if snapshot.tells_all_of(pupil) {
                gone.push(((*pupil).clone(), (row.id, row.pupil_id, subject, row.relation)));
            }
        }
        self.adults_known = adults.len();
        for (pupil, relation) in gone {
            self.changed_people.insert(pupil);
            self.gone_relations.push(relation);
        }
        for (id, copy) in &snapshot.pupils {
            for ((subject, kind), mark) in &copy.responsibles {
                let key = (id.clone(), subject.clone(), kind.clone());
                if !kept.contains(&key) {
                    self.changed_people.insert(id.clone());
                    self.new_relations.push((id.clone(), subject.clone(), kind.clone(), *mark));
                }
            }
        }
    }
}

/// What so many are of so many, in percent.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { part as f64 * 100.0 / whole as f64 }
}

fn is_same_unit(row: &unit::Model, unit: &Unit) -> bool {
    row.code == unit.code
        && row.name == unit.name
        && row.kind == unit.kind
        && row.municipality == unit.municipality
        && row.phone == unit.phone
        && row.email == unit.email
}

fn is_same_pupil(portal: &Portal, row: &pupil::Model, copy: &PupilCopy) -> Result<bool> {
    let same = |column: &str, sealed: Option<&Vec<u8>>, text: Option<&str>| -> Result<bool> {
        Ok(match (sealed, text) {
            (None, None) => true,
            (Some(sealed), Some(text)) => portal.unseal("pupil", column, &row.id, sealed)?.as_str() == text,
            _ => false,
        })
    };
    Ok(row.status == copy.status
        && same("number", row.number.as_ref(), copy.number.as_ref().map(PersonId::reveal))?
        && same("given", Some(&row.given), Some(&copy.given))?
        && same("family", Some(&row.family), Some(&copy.family))?
        && same("username", row.username.as_ref(), copy.username.as_deref())?
        && same("email", row.email.as_ref(), copy.email.as_deref())?)
}

fn place_copy(
    row: enrolment::Model,
    unit_of: &BTreeMap<String, String>,
    group_of: &BTreeMap<String, String>,
) -> PlaceCopy {
    PlaceCopy {
        unit: unit_of.get(&row.unit_id).cloned().unwrap_or_default(),
        group: row.group_id.and_then(|id| group_of.get(&id).cloned()),
        kind: if row.kind == "enrolment" { "enrolment" } else { "placement" },
        school_type: row.school_type,
        school_year: row.school_year,
        start: row.start_date,
        end: row.end_date,
    }
}
