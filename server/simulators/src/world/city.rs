//! A generated city: as many pupils as asked for, with guardians, staff, units, groups and a week of lessons in the
//! proportions of a large municipality (domain.md 3.2).
//!
//! Invariant: the same number, seed and week give the same city, on every machine and with every version of a library; so
//! chance comes from a generator of our own. Families live in the order of their making, and classes are filled in that
//! order, so that siblings as a rule go to the same school.
//!
//! Deliberately not there: edge cases beyond protection and missing BankID. The shipped world has those.

mod dice;
mod names;
mod numbers;
mod schools;

use super::{Address, Custody, Duty, DutyRole, Person, Protection, World};
use dice::Dice;
use jiff::civil::{Date, Weekday, date};
use numbers::Numbers;
use schools::{Cohort, Schools};
use std::collections::HashMap;

/// The most pupils a city can have: beyond it temporary numbers run out.
pub const MOST: usize = 500_000;

/// One family in so many is protected.
const PROTECTED: usize = 400;
/// So many adults in a hundred hold no BankID.
const WITHOUT_BANKID: usize = 4;
/// So many families in a hundred have two guardians.
const TWO_GUARDIANS: usize = 85;
/// Staff for each 95 pupils.
const STAFF: usize = 20;

/// A city of `pupils` pupils, at most [`MOST`], with the lessons of the school week that `day` is in; a weekend
/// belongs to the week that follows.
pub fn city(pupils: usize, seed: u64, day: Date) -> World {
    let mut city = City::new(pupils.min(MOST), seed, day);
    while city.family() {}
    city.schools.place(&mut city.world.persons, &city.pupils);
    city.world.units = city.schools.units();
    city.world.groups = city.schools.groups();
    city.world.lessons = schools::lessons(&city.world.groups, monday(day));
    city.staff(pupils.min(MOST) * STAFF / 95);
    city.world.persons.shrink_to_fit();
    city.world
}

/// The Monday of the school week of `day`.
fn monday(day: Date) -> Date {
    let since = i64::from(day.weekday().since(Weekday::Monday));
    let days = if since > 4 { 7 - since } else { -since };
    day.checked_add(jiff::Span::new().days(days)).unwrap_or(day)
}

/// The year in which the school year of `day` began.
fn school_year(day: Date) -> i16 {
    if day.month() >= 8 { day.year() } else { day.year() - 1 }
}

/// A city that is being made.
struct City {
    dice: Dice,
    numbers: Numbers,
    schools: Schools,
    world: World,
    /// The cohorts of the pupils who have no family yet.
    deck: Vec<Cohort>,
    /// Each pupil: where they stand in the world, and their cohort.
    pupils: Vec<(usize, Cohort)>,
    /// How often each user name was given.
    usernames: HashMap<String, u32>,
    families: usize,
    /// The year in which the school year began.
    year: i16,
}

impl City {
    fn new(pupils: usize, seed: u64, day: Date) -> Self {
        let mut dice = Dice::new(seed);
        let year = school_year(day);
        let mut deck = schools::deck(pupils);
        dice.shuffle(&mut deck);
        Self {
            numbers: Numbers::new(&mut dice),
            schools: Schools::new(&deck, year),
            world: World::default(),
            deck,
            pupils: Vec::with_capacity(pupils),
            usernames: HashMap::new(),
            families: 0,
            year,
            dice,
        }
    }

    /// Makes a family; whether there was anybody left to make one of.
    fn family(&mut self) -> bool {
        let children = match self.dice.below(100) {
            0..60 => 1,
            60..92 => 2,
            92..99 => 3,
            _ => 4,
        };
        let cohorts = self.deck.split_off(self.deck.len().saturating_sub(children));
        let Some(oldest) = cohorts.iter().map(|cohort| self.year - cohort.age()).min() else { return false };
        self.families += 1;
        let family = self.families;
        let surname = self.dice.pick(names::FAMILY);
        let address = self.address();
        let protection = match self.dice.below(PROTECTED * 4) {
            0 => Protection::ProtectedRegistration,
            1..4 => Protection::SecrecyMark,
            _ => Protection::None,
        };
        let like =
            Person { family: surname.to_owned(), address: Some(address), protection, ..Person::default() };
        let mut people = Vec::new();
        for (at, cohort) in cohorts.iter().enumerate() {
            let number = self.numbers.pupil(self.year - cohort.age(), &mut self.dice);
            people.push(self.child(format!("f{family}-b{}", at + 1), number, &like));
        }
        let known = people.iter().all(Person::in_population_register);
        let guardians = if self.dice.below(100) < TWO_GUARDIANS { 2 } else { 1 };
        let custody =
            |child: &Person| Custody { child: child.id.clone(), from: child.birth_date(), to: None };
        let custody: Vec<_> = people.iter().map(custody).collect();
        for at in 1..=guardians {
            let born = oldest - 22 - i16::try_from(self.dice.below(18)).unwrap_or_default();
            let mut guardian = self.adult(format!("f{family}-v{at}"), born, &like);
            guardian.parent_of = custody.iter().map(|held| held.child.clone()).collect();
            guardian.guardian_of = custody.clone();
            if known && guardian.bankid && protection == Protection::None {
                guardian.tags = vec!["ordinary".to_owned()];
            }
            self.world.persons.push(guardian);
        }
        let first = self.world.persons.len();
        self.pupils.extend(cohorts.into_iter().enumerate().map(|(at, cohort)| (first + at, cohort)));
        self.world.persons.append(&mut people);
        true
    }

    fn child(&mut self, id: String, number: String, like: &Person) -> Person {
        let given = self.given(&number);
        let name = schools::username(given, &like.family, &number[2..4]);
        let times = self.usernames.entry(name.clone()).or_default();
        *times += 1;
        let name = if *times == 1 { name } else { format!("{name}x{times}") };
        let username = format!("{name}@edu.example.se");
        Person {
            id,
            number: Some(number),
            given: given.to_owned(),
            email: Some(username.clone()),
            username: Some(username),
            ..like.clone()
        }
    }

    fn adult(&mut self, id: String, born: i16, like: &Person) -> Person {
        let number = self.numbers.adult(born);
        let given = self.given(&number).to_owned();
        let bankid = self.dice.below(100) >= WITHOUT_BANKID;
        Person { id, given, bankid, number: Some(number), ..like.clone() }
    }

    /// A name that goes with the number; a temporary one tells nothing.
    fn given(&mut self, number: &str) -> &'static str {
        let digit = number[8..11].parse::<u16>().ok();
        let woman = digit.map_or_else(|| self.dice.below(2) == 0, |digit| digit % 2 == 0);
        self.dice.pick(if woman { names::WOMEN } else { names::MEN })
    }

    fn address(&mut self) -> Address {
        Address {
            street: format!("{} {}", self.dice.pick(names::STREETS), self.dice.below(120) + 1),
            postcode: format!("41{}{:02}", self.dice.below(9) + 1, self.dice.below(70)),
            city: "Göteborg".to_owned(),
            municipality: None,
        }
    }

    /// A principal and an administrator for each unit, and teachers where the pupils are.
    fn staff(&mut self, wanted: usize) {
        let mut posts: Vec<(String, DutyRole)> = Vec::new();
        for unit in &self.world.units {
            posts.push((unit.code.clone(), DutyRole::Principal));
            posts.push((unit.code.clone(), DutyRole::Administrator));
        }
        let rooms: Vec<&str> = self
            .world
            .groups
            .iter()
            .filter(|group| group.within.is_none())
            .map(|group| group.unit.as_str())
            .collect();
        let teachers = wanted.saturating_sub(posts.len()).max(rooms.len().min(1));
        posts.extend(
            (0..teachers).map(|at| (rooms[at * rooms.len() / teachers].to_owned(), DutyRole::Teacher)),
        );
        for (at, (unit, role)) in posts.into_iter().enumerate() {
            let family = self.dice.pick(names::FAMILY).to_owned();
            let like = Person { family, address: Some(self.address()), ..Person::default() };
            let born = 1965 + i16::try_from(self.dice.below(33)).unwrap_or_default();
            let mut person = self.adult(format!("p{}", at + 1), born, &like);
            let from = Some(date(self.year, 8, 1));
            person.duties = vec![Duty { unit, role, from, to: None }];
            self.world.persons.push(person);
        }
    }
}

#[cfg(test)]
mod tests;
