//! A family as both registers have it, of which each test changes one thing.

use std::collections::BTreeSet;

use jiff::civil::Date;
use model::{ChildId, PersonId, Protection, UnitId};

use crate::eligibility::{Account, Bar, Decision, Known, Mark, Place, Population, Pupil, Ward, decide};

pub(super) const TODAY: &str = "2026-11-24";
const ADULT: &str = "198501012390";
pub(super) const YOUNG_ADULT: &str = "200901012393";
pub(super) const CHILD: &str = "201601012394";
const SIBLING: &str = "202001012398";
pub(super) const GROWN: &str = "200811262385";
pub(super) const CHILD_ID: ChildId = ChildId::from_uuid(uuid::Uuid::from_u128(1));
pub(super) const SIBLING_ID: ChildId = ChildId::from_uuid(uuid::Uuid::from_u128(2));
const UNIT: UnitId = UnitId::from_uuid(uuid::Uuid::from_u128(3));

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn number(text: &str) -> PersonId {
    PersonId::parse(text).unwrap()
}

/// A family as both registers have it; each case of the table changes one thing.
#[derive(Clone)]
pub(super) struct Family {
    pub(super) adult: PersonId,
    pub(super) population: Option<Population>,
    pub(super) marked: bool,
    pub(super) pupils: Vec<Pupil>,
    pub(super) account: Account,
    pub(super) bars: Vec<Bar>,
    pub(super) denied: BTreeSet<ChildId>,
    pub(super) today: Date,
}

impl Family {
    pub(super) fn whole() -> Self {
        Self {
            adult: number(ADULT),
            population: Some(Population {
                protection: Protection::None,
                mark: Mark::None,
                children: vec![ward(CHILD)],
            }),
            marked: false,
            pupils: vec![pupil(CHILD_ID, CHILD)],
            account: Account::None,
            bars: vec![],
            denied: BTreeSet::new(),
            today: day(TODAY),
        }
    }

    pub(super) fn with_sibling() -> Self {
        Self::whole().but(Self::add_sibling)
    }

    pub(super) fn add_sibling(&mut self) {
        self.population().children.push(ward(SIBLING));
        self.pupils.push(pupil(SIBLING_ID, SIBLING));
    }

    pub(super) fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(super) fn population(&mut self) -> &mut Population {
        self.population.as_mut().unwrap()
    }

    pub(super) fn ward(&mut self) -> &mut Ward {
        &mut self.population().children[0]
    }

    pub(super) fn decide(&self) -> Decision {
        decide(&Known {
            adult: &self.adult,
            population: self.population.as_ref(),
            marked: self.marked,
            pupils: &self.pupils,
            account: self.account,
            bars: &self.bars,
            denied: &self.denied,
            today: self.today,
            ahead: 60,
            municipality: "1480",
        })
    }
}

pub(super) fn ward(text: &str) -> Ward {
    Ward {
        number: number(text),
        adult_says: true,
        child_says: true,
        protection: Protection::None,
        mark: Mark::None,
        left: None,
        municipality: Some("1480".into()),
        since: None,
    }
}

fn pupil(id: ChildId, text: &str) -> Pupil {
    Pupil {
        id,
        rows: BTreeSet::from([id]),
        number: number(text),
        protection: Protection::None,
        mark: Mark::None,
        names_adult: true,
        places: vec![place("2026-08-17", None)],
    }
}

pub(super) fn place(from: &str, to: Option<&str>) -> Place {
    Place { unit: UNIT, from: day(from), to: to.map(day) }
}
