//! A checked world and its indexes.

use super::{Person, PupilRegister, Unit, World};
use std::{
    collections::{HashMap, HashSet},
    ops::Deref,
};

/// A world in which every reference leads somewhere, with what is needed to look things up quickly. Indexes hold places
/// in the lists of the world, sorted, so that a city costs little beside its people.
#[derive(Debug)]
pub struct Census {
    world: World,
    /// People by their id.
    by_id: Vec<u32>,
    /// People by their number.
    by_number: Vec<u32>,
    /// Child and holder of custody.
    custody: Pairs,
    /// Child and guardian by the pupil register.
    register_guardians: Pairs,
    /// Child and parent.
    parents: Pairs,
    older: HashMap<String, Vec<usize>>,
    units: HashMap<String, usize>,
    groups: HashMap<String, usize>,
    within: HashMap<String, Vec<usize>>,
    lessons: HashMap<String, Vec<usize>>,
}

/// A relation between people, sorted; who is related to one stands in the order of the world.
type Pairs = Vec<(u32, u32)>;

impl Deref for Census {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Census {
    /// Checks `world` and indexes it.
    ///
    /// # Errors
    /// One sentence for each thing that is wrong with it.
    pub fn take(world: World) -> Result<Self, Vec<String>> {
        let wrongs = wrongs(&world);
        if !wrongs.is_empty() {
            return Err(wrongs);
        }
        let mut census = Self {
            by_id: sorted(&world.persons, |person| Some(&person.id)),
            by_number: sorted(&world.persons, |person| person.number.as_ref()),
            custody: Pairs::new(),
            register_guardians: Pairs::new(),
            parents: Pairs::new(),
            older: listed(world.persons.iter().map(|person| person.refers_to.as_ref())),
            units: world.units.iter().enumerate().map(|(at, u)| (u.code.clone(), at)).collect(),
            groups: world.groups.iter().enumerate().map(|(at, g)| (g.id.clone(), at)).collect(),
            within: listed(world.groups.iter().map(|group| group.within.as_ref())),
            lessons: listed(world.lessons.iter().map(|lesson| Some(&lesson.group))),
            world,
        };
        census.custody = census.pairs(|person| person.guardian_of.iter().map(|held| &held.child).collect());
        census.register_guardians = census.pairs(registered);
        census.parents = census.pairs(|person| person.parent_of.iter().collect());
        Ok(census)
    }

    /// Every child that `of` names, with who it was asked of.
    fn pairs<'a>(&'a self, of: impl Fn(&'a Person) -> Vec<&'a String>) -> Pairs {
        let named = self.world.persons.iter().zip(0..).flat_map(|(person, at)| {
            of(person).into_iter().filter_map(move |child| Some((self.place(child)?, at)))
        });
        let mut pairs: Pairs = named.collect();
        pairs.sort_unstable();
        pairs
    }

    /// Where the person with this id stands.
    fn place(&self, id: &str) -> Option<u32> {
        let at = self.by_id.binary_search_by(|&at| self.world.persons[at as usize].id.as_str().cmp(id));
        at.ok().map(|found| self.by_id[found])
    }

    /// The written form.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The person with this id.
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.place(id).map(|at| &self.world.persons[at as usize])
    }

    /// The person with this number.
    pub fn numbered(&self, number: &str) -> Option<&Person> {
        let of = |at: u32| self.world.persons[at as usize].number.as_deref();
        let found = self.by_number.binary_search_by(|&at| of(at).cmp(&Some(number))).ok()?;
        Some(&self.world.persons[self.by_number[found] as usize])
    }

    /// Everyone who has, had or will have custody of `child`; the dates stand in their `guardian_of`.
    pub fn custodians<'a>(&'a self, child: &str) -> impl Iterator<Item = &'a Person> + use<'a> {
        self.related(&self.custody, child)
    }

    /// Everyone the pupil register names as guardian of `child`: custody (whatever its dates) where the registers agree.
    pub fn register_guardians<'a>(&'a self, child: &str) -> impl Iterator<Item = &'a Person> + use<'a> {
        self.related(&self.register_guardians, child)
    }

    /// The parents of `child`, with or without custody.
    pub fn parents<'a>(&'a self, child: &str) -> impl Iterator<Item = &'a Person> + use<'a> {
        self.related(&self.parents, child)
    }

    /// Those whose number refers to `person`: the same human being under an older number.
    pub fn older<'a>(&'a self, person: &Person) -> impl Iterator<Item = &'a Person> + use<'a> {
        let by_number = person.number.as_ref().and_then(|number| self.older.get(number));
        self.listed(by_number).chain(self.listed(self.older.get(&person.id)))
    }

    /// The number that `person`'s old number refers to.
    pub fn referred<'a>(&'a self, person: &'a Person) -> Option<&'a str> {
        let to = person.refers_to.as_deref()?;
        Some(self.person(to).and_then(|p| p.number.as_deref()).unwrap_or(to))
    }

    /// The unit with this code.
    pub fn unit(&self, code: &str) -> Option<&Unit> {
        self.units.get(code).map(|&at| &self.world.units[at])
    }

    /// The group with this id.
    pub fn group(&self, id: &str) -> Option<&super::Group> {
        self.groups.get(id).map(|&at| &self.world.groups[at])
    }

    /// The teaching groups of the class with this id.
    pub fn groups_within<'a>(&'a self, class: &str) -> impl Iterator<Item = &'a super::Group> + use<'a> {
        self.within.get(class).into_iter().flatten().map(|&at| &self.world.groups[at])
    }

    /// The lessons of the group with this id, in the order of the world.
    pub fn lessons_of<'a>(&'a self, group: &str) -> impl Iterator<Item = &'a super::Lesson> + use<'a> {
        self.lessons.get(group).into_iter().flatten().map(|&at| &self.world.lessons[at])
    }

    fn related<'a>(&'a self, pairs: &'a Pairs, child: &str) -> impl Iterator<Item = &'a Person> + use<'a> {
        let range = self.place(child).map(|child| {
            let from = pairs.partition_point(|(of, _)| *of < child);
            from..from + pairs[from..].partition_point(|(of, _)| *of == child)
        });
        pairs[range.unwrap_or_default()].iter().map(|&(_, at)| &self.world.persons[at as usize])
    }

    fn listed<'a>(&'a self, at: Option<&'a Vec<usize>>) -> impl Iterator<Item = &'a Person> + use<'a> {
        at.into_iter().flatten().map(|&at| &self.world.persons[at])
    }
}

/// The children the pupil register names a person a guardian of, whatever their dates.
fn registered(person: &Person) -> Vec<&String> {
    match &person.pupil_register {
        Some(PupilRegister { guardian_of: Some(children), .. }) => children.iter().collect(),
        _ => person.guardian_of.iter().map(|held| &held.child).collect(),
    }
}

/// The places of all who have a key, sorted by it.
fn sorted<'a>(persons: &'a [Person], key: impl Fn(&'a Person) -> Option<&'a String>) -> Vec<u32> {
    let mut places: Vec<(&str, u32)> =
        persons.iter().zip(0..).filter_map(|(person, at)| Some((key(person)?.as_str(), at))).collect();
    places.sort_unstable();
    places.into_iter().map(|(_, at)| at).collect()
}

/// The places of all with the same key.
fn listed<'a>(keys: impl Iterator<Item = Option<&'a String>>) -> HashMap<String, Vec<usize>> {
    let mut listed: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, key) in keys.enumerate() {
        if let Some(key) = key {
            match listed.get_mut(key) {
                Some(places) => places.push(at),
                None => drop(listed.insert(key.clone(), vec![at])),
            }
        }
    }
    listed
}

/// Everything that is wrong with a world, a sentence each.
fn wrongs(world: &World) -> Vec<String> {
    let mut wrongs = Vec::new();
    let ids = unique(world.persons.iter().map(|p| p.id.as_str()), "person", &mut wrongs);
    let units = unique(world.units.iter().map(|u| u.code.as_str()), "unit", &mut wrongs);
    let groups = unique(world.groups.iter().map(|g| g.id.as_str()), "group", &mut wrongs);
    unique(world.lessons.iter().map(|l| l.id.as_str()), "lesson", &mut wrongs);
    unique(world.persons.iter().filter_map(|p| p.number.as_deref()), "number", &mut wrongs);
    let mut leads = |known: &HashSet<&str>, kind: &str, key: &str, from: &str| {
        if !known.contains(key) {
            wrongs.push(format!("{from} names the {kind} {key}, which is not in the world"));
        }
    };
    for group in &world.groups {
        leads(&units, "unit", &group.unit, &group.id);
        group.within.iter().for_each(|class| leads(&groups, "group", class, &group.id));
    }
    for lesson in &world.lessons {
        leads(&groups, "group", &lesson.group, &lesson.id);
    }
    for person in &world.persons {
        let from = person.id.as_str();
        let register = person.pupil_register.iter();
        let guarded = register.clone().flat_map(|r| r.guardian_of.iter().flatten());
        let tied = register.flat_map(|r| &r.responsible_for).map(|tie| &tie.child);
        let custody = person.guardian_of.iter().map(|c| &c.child);
        let children = custody.chain(&person.parent_of).chain(guarded).chain(tied);
        children.for_each(|child| leads(&ids, "child", child, from));
        for enrolment in &person.enrolments {
            leads(&units, "unit", &enrolment.unit, from);
            enrolment.group.iter().for_each(|group| leads(&groups, "group", group, from));
        }
        person.duties.iter().for_each(|duty| leads(&units, "unit", &duty.unit, from));
    }
    for person in &world.persons {
        if let Some(number) = &person.number
            && !is_number(number)
        {
            wrongs.push(format!("{} has a number that is not twelve characters YYYYMMDDNNNN", person.id));
        }
        if person.bankid && person.number.is_none() {
            wrongs.push(format!("{} has a BankID but no number", person.id));
        }
    }
    wrongs
}

/// Twelve digits, or a register-made number whose ninth and tenth characters are letters.
fn is_number(number: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    number.len() == 12
        && number.is_ascii()
        && digits(&number[..8])
        && digits(&number[10..])
        && (digits(&number[8..10]) || number[8..10].bytes().all(|b| b.is_ascii_uppercase()))
}

fn unique<'a>(keys: impl Iterator<Item = &'a str>, kind: &str, wrongs: &mut Vec<String>) -> HashSet<&'a str> {
    let mut seen = HashSet::new();
    for key in keys {
        if key.is_empty() {
            wrongs.push(format!("a {kind} is empty"));
        } else if !seen.insert(key) {
            wrongs.push(format!("the {kind} {key} is there twice"));
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(json: serde_json::Value) -> World {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn the_example_of_the_contract_is_a_world() {
        let world = world(serde_json::json!({
            "now": "2026-11-24T07:00:00+01:00",
            "units": [{ "code": "12345678", "name": "Exempelskolan", "kind": "compulsory", "municipality": "1480",
                        "phone": "031-390 06 10", "email": "x@example.se", "notice_delay_minutes": 0 }],
            "groups": [{ "id": "g1", "unit": "12345678", "name": "3B", "kind": "class" }],
            "lessons": [{ "id": "l1", "group": "g1", "subject": "Matematik",
                          "start": "2026-11-24T08:10:00+01:00", "end": "2026-11-24T09:00:00+01:00" }],
            "persons": [
                { "id": "p1", "number": "198001019876", "given": "A", "family": "B",
                  "address": { "street": "Gatan 1", "postcode": "41101", "city": "Göteborg" }, "bankid": true,
                  "protection": "secrecy-mark", "deregistration": { "reason": "UV", "date": "2026-01-01" },
                  "refers_to": null, "guardian_of": [{ "child": "p7", "from": "2016-03-04", "to": null }],
                  "parent_of": ["p7"], "pupil_register": { "guardian_of": [], "protection": "none" },
                  "enrolments": [], "duties": [{ "unit": "12345678", "role": "teacher", "from": "2020-01-01", "to": null }],
                  "username": null, "email": null },
                { "id": "p7", "number": "20160304TF01", "given": "C", "family": "B",
                  "enrolments": [{ "unit": "12345678", "group": "g1", "from": "2026-08-17", "to": null }] }]
        }));
        let census = Census::take(world.clone()).unwrap();
        assert_eq!(census.numbered("198001019876").unwrap().id, "p1");
        assert_eq!(census.custodians("p7").count(), 1);
        assert_eq!(census.register_guardians("p7").count(), 0);
        let again: World = serde_json::from_str(&serde_json::to_string(&world).unwrap()).unwrap();
        assert_eq!(again, world);
    }

    #[test]
    fn a_world_that_leads_nowhere_is_refused_with_every_reason() {
        let wrongs = Census::take(world(serde_json::json!({ "persons": [
            { "id": "p1", "number": "19800101-9876", "given": "A", "family": "B", "bankid": true,
              "guardian_of": [{ "child": "p9" }], "enrolments": [{ "unit": "1", "from": "2026-08-17" }] },
            { "id": "p1", "given": "A", "family": "B", "bankid": true }] })))
        .unwrap_err();
        assert_eq!(wrongs.len(), 5, "{wrongs:?}");
    }

    #[test]
    fn the_shipped_world_holds_together() {
        Census::take(super::super::shipped()).unwrap();
    }
}
