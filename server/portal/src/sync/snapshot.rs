//! One reading of the pupil register, as the house understands it.

mod copies;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::StreamExt;
use model::{Date, Protection};
use ss12000::{At, Code, Group, GroupKind, Organisation, OrganisationKind, Person, Placement, Resource};
use uuid::Uuid;

use super::SyncReport;
pub(super) use copies::{GroupCopy, PlaceCopy, PupilCopy, Unit};
use copies::{copy_of_group, copy_of_unit, day, text};

use crate::{Portal, clock::day_of, person::Subject, pupils::GUARDIAN};

/// What was read.
pub(super) struct Snapshot {
    pub(super) units: BTreeMap<String, Unit>,
    pub(super) groups: BTreeMap<String, GroupCopy>,
    pub(super) pupils: BTreeMap<String, PupilCopy>,
    /// Whose own row marks them in so many words; of others it may only be thought.
    pub(super) marked: BTreeSet<Subject>,
    /// Everybody listed, pupil or not.
    pub(super) persons: usize,
    /// Rows that could not be read: what they would have said is not known.
    pub(super) holes: Holes,
    /// Pupils that name somebody whose own row was not read.
    unresolved: BTreeSet<String>,
    /// Things that point nowhere.
    dangling: usize,
}

/// How many rows of each kind could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Holes {
    pub(super) organisations: usize,
    pub(super) groups: usize,
    pub(super) persons: usize,
    pub(super) placements: usize,
}

impl Holes {
    pub(super) fn all(self) -> usize {
        self.organisations + self.groups + self.persons + self.placements
    }

    /// By the words of the figures.
    pub(super) fn by_kind(self) -> [(&'static str, usize); 4] {
        [
            ("organisations", self.organisations),
            ("groups", self.groups),
            ("persons", self.persons),
            ("placements", self.placements),
        ]
    }
}

impl Snapshot {
    pub(super) fn relations(&self) -> usize {
        let guardians =
            |pupil: &PupilCopy| pupil.responsibles.keys().filter(|(_, kind)| kind == GUARDIAN).count();
        self.pupils.values().map(guardians).sum()
    }

    /// Whether the reading tells everybody who is responsible for a pupil: its row was read, and so was everybody it names.
    pub(super) fn tells_all_of(&self, pupil: &str) -> bool {
        self.holes.persons == 0 || (self.pupils.contains_key(pupil) && !self.unresolved.contains(pupil))
    }

    pub(super) fn report(&self) -> SyncReport {
        SyncReport {
            units: self.units.len(),
            groups: self.groups.len(),
            persons: self.persons,
            pupils: self.pupils.len(),
            relations: self.relations(),
            unreadable: self.holes.all() + self.dangling,
            ..SyncReport::default()
        }
    }
}

/// Reads everything. A page that got lost on the way means that the register changed meanwhile: once more from the
/// start, so that no guardian is missed between two pages.
pub(super) async fn read(portal: &Portal) -> Result<Snapshot, ss12000::Error> {
    match read_once(portal).await {
        Err(ss12000::Error::Said(Code::PageLost)) => read_once(portal).await,
        other => other,
    }
}

async fn read_once(portal: &Portal) -> Result<Snapshot, ss12000::Error> {
    let mut holes = Holes::default();
    let organisations: Vec<Organisation> = all(portal, &mut holes.organisations).await?;
    let groups: Vec<Group> = all(portal, &mut holes.groups).await?;
    let persons: Vec<Person> = all(portal, &mut holes.persons).await?;
    let placements: Vec<Placement> = match all(portal, &mut holes.placements).await {
        Err(ss12000::Error::Said(Code::NotOffered)) => Vec::new(),
        other => other?,
    };
    let staging = Staging { portal, holes, unresolved: BTreeSet::new(), dangling: 0 };
    Ok(staging.stage(organisations, groups, persons, placements))
}

async fn all<R: Resource>(portal: &Portal, holes: &mut usize) -> Result<Vec<R>, ss12000::Error> {
    let mut pages = std::pin::pin!(portal.0.parts.pupils.pages::<R>(At::Start));
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page?;
        rows.extend(page.rows);
        *holes += page.unreadable;
    }
    Ok(rows)
}

struct Staging<'p> {
    portal: &'p Portal,
    holes: Holes,
    unresolved: BTreeSet<String>,
    dangling: usize,
}

/// What a person's own row says of somebody whom others name.
struct Own {
    subject: Option<Subject>,
    /// None where the row says nothing of protection.
    mark: Option<Protection>,
}

impl Staging<'_> {
    fn stage(
        mut self,
        organisations: Vec<Organisation>,
        groups: Vec<Group>,
        persons: Vec<Person>,
        placements: Vec<Placement>,
    ) -> Snapshot {
        let units = self.units(&organisations, &groups, &persons, &placements);
        let classes = self.classes(&groups);
        let groups: BTreeMap<String, GroupCopy> = groups
            .iter()
            .filter(|group| units.contains_key(&text(group.organisation)))
            .map(copy_of_group)
            .collect();
        let own = |person: &Person| Own {
            subject: person.number.as_ref().map(|number| self.portal.keys().index_number(number)),
            mark: (!person.silent).then_some(person.protection),
        };
        let marked = persons
            .iter()
            .filter(|person| person.marked)
            .filter_map(|person| Some(self.portal.keys().index_number(person.number.as_ref()?)))
            .collect();
        let people: HashMap<Uuid, Own> = persons.iter().map(|person| (person.id, own(person))).collect();
        let mut placed: HashMap<Uuid, Vec<Placement>> = HashMap::new();
        for placement in placements {
            placed.entry(placement.child).or_default().push(placement);
        }
        let listed = persons.len();
        let mut pupils = BTreeMap::new();
        for person in persons {
            let placements = placed.remove(&person.id).unwrap_or_default();
            if person.enrolments.is_empty() && placements.is_empty() && person.responsibles.is_empty() {
                continue;
            }
            let id = text(person.id);
            let places = self.places(&person, placements, &units, &groups, &classes);
            pupils.insert(id, self.pupil(person, places, &people));
        }
        // Placements of nobody.
        self.dangling += placed.len();
        Snapshot {
            units,
            groups,
            pupils,
            marked,
            persons: listed,
            holes: self.holes,
            unresolved: self.unresolved,
            dangling: self.dangling,
        }
    }

    /// School units: whatever says so, has a unit's code, or has children in it.
    fn units(
        &self,
        organisations: &[Organisation],
        groups: &[Group],
        persons: &[Person],
        placements: &[Placement],
    ) -> BTreeMap<String, Unit> {
        let mut used: BTreeSet<Uuid> = groups.iter().map(|group| group.organisation).collect();
        used.extend(
            persons.iter().flat_map(|person| person.enrolments.iter().map(|enrolment| enrolment.unit)),
        );
        used.extend(placements.iter().map(|placement| placement.unit));
        let by_id: HashMap<Uuid, &Organisation> = organisations.iter().map(|it| (it.id, it)).collect();
        let today = day_of(self.portal.clock().now());
        organisations
            .iter()
            .filter(|it| it.kind == OrganisationKind::Unit || it.unit_code.is_some() || used.contains(&it.id))
            .filter(|it| it.end.is_none_or(|last| last >= today))
            .map(|it| (text(it.id), copy_of_unit(it, &by_id)))
            .collect()
    }

    /// The class or section somebody belongs to at a unit today.
    fn classes(&self, groups: &[Group]) -> HashMap<(Uuid, Uuid), Uuid> {
        let today = day_of(self.portal.clock().now());
        let is_now = |start: Option<Date>, end: Option<Date>| {
            start.is_none_or(|first| first <= today) && end.is_none_or(|last| last >= today)
        };
        let mut classes = HashMap::new();
        for group in groups.iter().filter(|group| matches!(group.kind, GroupKind::Class | GroupKind::Section))
        {
            if !is_now(group.start, group.end) {
                continue;
            }
            for member in group.members.iter().filter(|member| is_now(member.start, member.end)) {
                classes.insert((member.person, group.organisation), group.id);
            }
        }
        classes
    }

    fn places(
        &mut self,
        person: &Person,
        placements: Vec<Placement>,
        units: &BTreeMap<String, Unit>,
        groups: &BTreeMap<String, GroupCopy>,
        classes: &HashMap<(Uuid, Uuid), Uuid>,
    ) -> BTreeSet<PlaceCopy> {
        let known = |group: Option<Uuid>| group.map(text).filter(|id| groups.contains_key(id));
        let enrolments =
            person.enrolments.iter().filter(|enrolment| !enrolment.cancelled).map(|it| PlaceCopy {
                unit: text(it.unit),
                group: known(classes.get(&(person.id, it.unit)).copied()),
                kind: "enrolment",
                school_type: Some(it.school_type.as_str().to_owned()),
                school_year: it.school_year.map(i64::from),
                start: day(it.start),
                end: day(it.end),
            });
        let placements = placements.into_iter().map(|it| PlaceCopy {
            unit: text(it.unit),
            group: known(it.group.or_else(|| classes.get(&(person.id, it.unit)).copied())),
            kind: "placement",
            school_type: it.school_type.map(|kind| kind.as_str().to_owned()),
            school_year: None,
            start: day(it.start),
            end: day(it.end),
        });
        let (here, nowhere): (BTreeSet<PlaceCopy>, BTreeSet<PlaceCopy>) =
            enrolments.chain(placements).partition(|place| units.contains_key(&place.unit));
        self.dangling += nowhere.len();
        here
    }

    fn pupil(
        &mut self,
        person: Person,
        places: BTreeSet<PlaceCopy>,
        people: &HashMap<Uuid, Own>,
    ) -> PupilCopy {
        let mut responsibles = BTreeMap::new();
        for it in &person.responsibles {
            let own = people.get(&it.person);
            if own.is_none() {
                self.unresolved.insert(text(person.id));
            }
            // Without a number nobody can be matched with folkbokföringen, and so nobody is.
            let Some((own, subject)) = own.and_then(|own| Some((own, own.subject.clone()?))) else {
                self.dangling += 1;
                continue;
            };
            let mark = mark_of(it.protection, own.mark);
            let listed = responsibles.entry((subject, it.kind.as_str().to_owned())).or_insert(mark);
            *listed = mark.max(*listed);
        }
        let family = match &person.middle {
            Some(middle) => format!("{middle} {}", person.family),
            None => person.family,
        };
        PupilCopy {
            number: person.number,
            given: person.given,
            family,
            username: person.user_names.into_iter().next(),
            email: person.school_email,
            protection: person.protection,
            marked: person.marked,
            status: person.status.as_str().to_owned(),
            places,
            responsibles,
        }
    }
}

/// The stronger of what is said of somebody where they are named and in their own row. Of whom neither says anything, the
/// worst is thought.
fn mark_of(named: Option<Protection>, own: Option<Protection>) -> Protection {
    named.max(own).unwrap_or(Protection::SecrecyMark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stronger_word_of_a_name_and_its_own_row_wins_and_silence_of_both_is_protection() {
        const NONE: Option<Protection> = Some(Protection::None);
        const MARK: Option<Protection> = Some(Protection::SecrecyMark);
        const REGISTRATION: Option<Protection> = Some(Protection::ProtectedRegistration);
        for (named, own, mark) in [
            (NONE, NONE, Protection::None),
            (None, NONE, Protection::None),
            (NONE, None, Protection::None),
            (None, MARK, Protection::SecrecyMark),
            (NONE, MARK, Protection::SecrecyMark),
            (MARK, NONE, Protection::SecrecyMark),
            (MARK, REGISTRATION, Protection::ProtectedRegistration),
            (None, None, Protection::SecrecyMark),
        ] {
            assert_eq!(mark_of(named, own), mark, "{named:?} {own:?}");
        }
    }
}
