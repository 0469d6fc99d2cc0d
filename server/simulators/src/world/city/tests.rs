use super::*;
use crate::world::{Census, GroupKind, UnitKind};
use std::collections::{BTreeMap, BTreeSet};

const DAY: Date = date(2026, 11, 24);

#[test]
fn the_same_seed_is_the_same_city_and_another_is_another() {
    assert_eq!(city(1000, 1, DAY), city(1000, 1, DAY));
    assert_ne!(city(1000, 1, DAY), city(1000, 2, DAY));
    // What this city was when it was first made: nothing that anybody updates may change it.
    let persons = city(1000, 1, DAY).persons;
    let first = &persons[0];
    assert_eq!((first.given.as_str(), first.family.as_str(), persons.len()), ("Signe", "Fransson", 2468));
}

#[test]
fn a_city_of_any_size_holds_together() {
    for pupils in [0, 1, 7, 400, 3000] {
        let census = Census::take(city(pupils, 3, DAY)).unwrap();
        let placed = census.persons.iter().filter(|person| !person.enrolments.is_empty());
        assert_eq!(placed.count(), pupils);
    }
}

#[test]
fn everything_is_in_proportion() {
    let census = Census::take(city(9500, 1, DAY)).unwrap();
    let near = |what: &str, found: usize, wanted: usize| {
        assert!(found.abs_diff(wanted) * 12 <= wanted, "{what}: {found}, not about {wanted}");
    };
    let count = |fits: &dyn Fn(&Person) -> bool| census.persons.iter().filter(|p| fits(p)).count();
    let at = |kind: UnitKind| move |p: &Person| p.enrolments.iter().any(|e| kind_of(&e.unit) == kind);
    assert_eq!(count(&at(UnitKind::Preschool)), 2500);
    assert_eq!(count(&at(UnitKind::Compulsory)), 5800);
    assert_eq!(count(&at(UnitKind::UpperSecondary)), 1200);
    near("guardians", count(&|p| !p.guardian_of.is_empty()), 11_500);
    near("custody", census.persons.iter().map(|p| p.guardian_of.len()).sum(), 17_600);
    near("staff", count(&|p| !p.duties.is_empty()), 2000);
    near("units", census.units.len(), 56);
    near("groups", census.groups.len(), 1200);
    let without = count(&|p| !p.bankid && !p.guardian_of.is_empty());
    assert!((250..700).contains(&without), "{without} guardians without BankID");
    let protected = count(&|p| p.protection != Protection::None);
    assert!((20..150).contains(&protected), "{protected} protected");
}

fn kind_of(code: &str) -> UnitKind {
    match &code[..3] {
        "981" => UnitKind::Preschool,
        "982" => UnitKind::Compulsory,
        _ => UnitKind::UpperSecondary,
    }
}

#[test]
fn numbers_are_official_or_nobodys() {
    let official: BTreeSet<&str> = include_str!("../../../data/personnummer.txt").lines().collect();
    let world = city(20_000, 1, DAY);
    let numbers: Vec<&str> = world.persons.iter().filter_map(|p| p.number.as_deref()).collect();
    assert_eq!(
        numbers.iter().collect::<BTreeSet<_>>().len(),
        world.persons.len(),
        "everybody has one of their own"
    );
    for person in &world.persons {
        let number = person.number.as_deref().unwrap();
        let known = official.contains(number);
        let pupil = person.listed_as_pupil();
        assert!(known || number.starts_with("17") != pupil, "{number}");
        assert!(known || !pupil || number.as_bytes()[8].is_ascii_uppercase(), "{number}");
        assert!(
            pupil != person.adult_on(date(2026, 1, 1)) || person.birth_date().unwrap().year() == 2008,
            "{number}"
        );
    }
    let small = city(1000, 1, DAY);
    let others = small.persons.iter().filter_map(|p| p.number.as_deref()).filter(|n| !official.contains(n));
    let others: Vec<_> = others.collect();
    assert!(!others.is_empty() && others.iter().all(|n| n.starts_with("2025")), "{others:?}");
}

#[test]
fn children_go_where_their_age_fits_and_classes_are_of_a_size() {
    let census = Census::take(city(5000, 1, DAY)).unwrap();
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for child in census.persons.iter().filter(|person| person.listed_as_pupil()) {
        let age = 2026 - child.birth_date().unwrap().year();
        let place = &child.enrolments[0];
        let fits = match census.unit(&place.unit).unwrap().kind {
            UnitKind::Preschool => (1..=5).contains(&age),
            UnitKind::Compulsory => (6..=15).contains(&age),
            UnitKind::UpperSecondary => (16..=18).contains(&age),
        };
        assert!(fits, "{} is {age}", child.id);
        *sizes.entry(place.group.as_deref().unwrap()).or_default() += 1;
    }
    assert!(sizes.values().all(|size| (10..=27).contains(size)), "{sizes:?}");
    let units: BTreeSet<_> = census.units.iter().map(|unit| &unit.name).collect();
    assert_eq!(units.len(), census.units.len(), "no two units share a name");
    let users: BTreeSet<_> = census.persons.iter().filter_map(|p| p.username.as_ref()).collect();
    assert_eq!(users.len(), 5000);
}

#[test]
fn every_class_has_four_lessons_on_each_day_of_the_week() {
    for (day, monday) in
        [(DAY, "2026-11-23"), (date(2026, 11, 28), "2026-11-30"), (date(2026, 11, 23), "2026-11-23")]
    {
        let census = Census::take(city(500, 1, day)).unwrap();
        for class in census.groups.iter().filter(|group| group.kind == GroupKind::Class) {
            let within = census.groups_within(&class.id).flat_map(|group| census.lessons_of(&group.id));
            let mut lessons: Vec<_> = census.lessons_of(&class.id).chain(within).collect();
            lessons.sort_by_key(|lesson| lesson.start);
            assert_eq!(lessons.len(), 20);
            assert_eq!(lessons[0].start, format!("{monday}T08:10:00+01:00").parse().unwrap());
            assert!(lessons.windows(2).all(|two| two[0].end < two[1].start));
        }
    }
}
