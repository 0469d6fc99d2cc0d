//! The table of outcomes, and what holds for every combination of what can be known.

use super::*;

const TODAY: &str = "2026-11-24";
const ADULT: &str = "198501012390";
const YOUNG_ADULT: &str = "200901012393";
const CHILD: &str = "201601012394";
const SIBLING: &str = "202001012398";
const GROWN: &str = "200811262385";
const CHILD_ID: ChildId = ChildId::from_uuid(uuid::Uuid::from_u128(1));
const SIBLING_ID: ChildId = ChildId::from_uuid(uuid::Uuid::from_u128(2));
const UNIT: UnitId = UnitId::from_uuid(uuid::Uuid::from_u128(3));

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn number(text: &str) -> PersonId {
    PersonId::parse(text).unwrap()
}

/// A family as both registers have it; each case of the table changes one thing.
#[derive(Clone)]
struct Family {
    adult: PersonId,
    population: Option<Population>,
    marked: bool,
    pupils: Vec<Pupil>,
    account: Account,
    bars: Vec<Bar>,
    denied: BTreeSet<ChildId>,
    today: Date,
}

impl Family {
    fn whole() -> Self {
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

    fn with_sibling() -> Self {
        let mut family = Self::whole();
        family.population().children.push(ward(SIBLING));
        family.pupils.push(pupil(SIBLING_ID, SIBLING));
        family
    }

    fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn population(&mut self) -> &mut Population {
        self.population.as_mut().unwrap()
    }

    fn ward(&mut self) -> &mut Ward {
        &mut self.population().children[0]
    }

    fn decide(&self) -> Decision {
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

fn ward(text: &str) -> Ward {
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

fn place(from: &str, to: Option<&str>) -> Place {
    Place { unit: UNIT, from: day(from), to: to.map(day) }
}

fn with_places(places: Vec<Place>) -> Family {
    Family::whole().but(|family| family.pupils[0].places = places)
}

#[test]
fn every_row_of_the_table_comes_to_its_outcome() {
    use Outcome::{
        AccountClosed, AccountExists, AccountResting, ChildCameOfAge, Eligible, NotYetPlaced, OutsideTheCity,
        PlacementEnded, TurnToTheSchool, UnderAge,
    };
    let whole = Family::whole;
    let rows: Vec<(&str, Family, Outcome)> = vec![
        ("custody on both sides and a place", whole(), Eligible),
        ("a place that begins within the horizon", with_places(vec![place("2027-01-23", None)]), Eligible),
        ("a place whose last day is today", with_places(vec![place("2026-08-17", Some(TODAY))]), Eligible),
        (
            "a place that begins beyond the horizon",
            with_places(vec![place("2027-01-24", None)]),
            NotYetPlaced,
        ),
        ("known to the pupil register without a place", with_places(vec![]), NotYetPlaced),
        ("lives in the city, unknown to the pupil register", whole().but(|f| f.pupils.clear()), NotYetPlaced),
        (
            "a place that ended yesterday",
            with_places(vec![place("2025-08-17", Some("2026-11-23"))]),
            PlacementEnded,
        ),
        (
            "a place that ended and one far ahead",
            with_places(vec![place("2025-08-17", Some("2026-06-10")), place("2027-08-17", None)]),
            NotYetPlaced,
        ),
        (
            "lives elsewhere, unknown to the pupil register",
            whole().but(|f| {
                f.ward().municipality = Some("1401".into());
                f.pupils.clear();
            }),
            OutsideTheCity,
        ),
        (
            "moved away, the place here has ended",
            with_places(vec![place("2025-08-17", Some("2026-09-30"))])
                .but(|f| f.ward().municipality = Some("1384".into())),
            OutsideTheCity,
        ),
        (
            "lives elsewhere, has a place here",
            whole().but(|f| f.ward().municipality = Some("1401".into())),
            Eligible,
        ),
        (
            "the child is 18 today",
            whole().but(|f| {
                f.ward().number = number(GROWN);
                f.pupils[0].number = number(GROWN);
                f.today = day("2026-11-26");
            }),
            ChildCameOfAge,
        ),
        (
            "the child is 18 tomorrow",
            whole().but(|f| {
                f.ward().number = number(GROWN);
                f.pupils[0].number = number(GROWN);
                f.today = day("2026-11-25");
            }),
            Eligible,
        ),
        (
            "a grown child that only the pupil register still lists",
            whole().but(|f| {
                *f.ward() = Ward { adult_says: false, child_says: false, ..ward(GROWN) };
                f.today = day("2026-11-26");
                f.pupils[0].number = number(GROWN);
            }),
            ChildCameOfAge,
        ),
        ("under age", whole().but(|f| f.adult = number(YOUNG_ADULT)), UnderAge),
        (
            "under age and protected",
            whole().but(|f| {
                f.adult = number(YOUNG_ADULT);
                f.population().protection = Protection::SecrecyMark;
            }),
            TurnToTheSchool,
        ),
        ("an open account", whole().but(|f| f.account = Account::Open), AccountExists),
        (
            "an open account, protected since",
            whole().but(|f| {
                f.account = Account::Open;
                f.population().protection = Protection::ProtectedRegistration;
            }),
            AccountExists,
        ),
        (
            "an open account, moved abroad",
            whole().but(|f| {
                f.account = Account::Open;
                f.population().mark = Mark::Away;
            }),
            AccountExists,
        ),
        (
            "an open account without a child left",
            whole().but(|f| {
                f.account = Account::Open;
                f.population().children.clear();
            }),
            AccountExists,
        ),
        ("a closed account", whole().but(|f| f.account = Account::Closed), AccountClosed),
        ("an account closed by its holder", whole().but(|f| f.account = Account::Resting), AccountResting),
        (
            "an account closed by its holder, protected since",
            whole().but(|f| {
                f.account = Account::Resting;
                f.population().protection = Protection::SecrecyMark;
            }),
            TurnToTheSchool,
        ),
        (
            "a closed account, protected since",
            whole().but(|f| {
                f.account = Account::Closed;
                f.population().protection = Protection::SecrecyMark;
            }),
            TurnToTheSchool,
        ),
        (
            "secrecy mark",
            whole().but(|f| f.population().protection = Protection::SecrecyMark),
            TurnToTheSchool,
        ),
        (
            "protected registration",
            whole().but(|f| f.population().protection = Protection::ProtectedRegistration),
            TurnToTheSchool,
        ),
        ("marked once, by either register", whole().but(|f| f.marked = true), TurnToTheSchool),
        ("dead", whole().but(|f| f.population().mark = Mark::Dead), TurnToTheSchool),
        ("emigrated", whole().but(|f| f.population().mark = Mark::Away), TurnToTheSchool),
        ("a replaced identity", whole().but(|f| f.population().mark = Mark::Void), TurnToTheSchool),
        ("unknown to folkbokföringen", whole().but(|f| f.population = None), TurnToTheSchool),
        ("no child", whole().but(|f| f.population().children.clear()), TurnToTheSchool),
        (
            "a samordningsnummer without relations",
            whole().but(|f| {
                f.adult = number("198000602394");
                f.population().children.clear();
            }),
            TurnToTheSchool,
        ),
        ("a samordningsnummer with custody", whole().but(|f| f.adult = number("198502862397")), Eligible),
        ("barred from everything", whole().but(|f| f.bars = vec![Bar { child: None }]), TurnToTheSchool),
        (
            "barred from everything, with an account",
            whole().but(|f| {
                f.bars = vec![Bar { child: None }];
                f.account = Account::Open;
            }),
            TurnToTheSchool,
        ),
        (
            "barred from the only child",
            whole().but(|f| f.bars = vec![Bar { child: Some(CHILD_ID) }]),
            TurnToTheSchool,
        ),
        (
            "the only child was said not to be theirs",
            whole().but(|f| _ = f.denied.insert(CHILD_ID)),
            TurnToTheSchool,
        ),
        (
            "only the adult's record names the child",
            whole().but(|f| f.ward().child_says = false),
            TurnToTheSchool,
        ),
        (
            "only the child's record names the adult",
            whole().but(|f| f.ward().adult_says = false),
            TurnToTheSchool,
        ),
        (
            "only the pupil register names the adult",
            whole().but(|f| {
                f.ward().adult_says = false;
                f.ward().child_says = false;
            }),
            TurnToTheSchool,
        ),
        (
            "the pupil register does not name the adult",
            whole().but(|f| f.pupils[0].names_adult = false),
            TurnToTheSchool,
        ),
        (
            "the child is protected by folkbokföringen",
            whole().but(|f| f.ward().protection = Protection::SecrecyMark),
            TurnToTheSchool,
        ),
        (
            "the child is protected by the pupil register",
            whole().but(|f| f.pupils[0].protection = Protection::SecrecyMark),
            TurnToTheSchool,
        ),
        (
            "a protected child that is grown up",
            whole().but(|f| {
                *f.ward() = Ward { protection: Protection::SecrecyMark, ..ward(GROWN) };
                f.today = day("2026-11-26");
                f.pupils[0].number = number(GROWN);
            }),
            TurnToTheSchool,
        ),
        ("the child is dead", whole().but(|f| f.ward().mark = Mark::Dead), TurnToTheSchool),
        ("the child emigrated", whole().but(|f| f.ward().mark = Mark::Away), TurnToTheSchool),
        (
            "the child is gone from the pupil register",
            whole().but(|f| f.pupils[0].mark = Mark::Void),
            TurnToTheSchool,
        ),
        (
            "one protected child and one with a place",
            Family::with_sibling().but(|f| f.ward().protection = Protection::SecrecyMark),
            Eligible,
        ),
        (
            "one protected child and one without a place yet",
            Family::with_sibling().but(|f| {
                f.ward().protection = Protection::SecrecyMark;
                f.pupils[1].places.clear();
            }),
            NotYetPlaced,
        ),
    ];
    for (words, family, outcome) in rows {
        assert_eq!(family.decide().outcome, outcome, "{words}");
    }
}

#[test]
fn with_one_protected_child_among_two_only_the_other_is_listed() {
    let decision = Family::with_sibling().but(|f| f.ward().protection = Protection::SecrecyMark).decide();
    assert_eq!(decision.children, [SIBLING_ID]);
    assert_eq!(decision.findings[0], (CHILD_ID, Finding::Protected));
    assert_eq!(Finding::Protected.case(), Some("protected-child"));
}

#[test]
fn a_disagreement_of_the_registers_becomes_a_case_at_the_school() {
    let decision = Family::whole().but(|f| f.pupils[0].names_adult = false).decide();
    assert_eq!(decision.findings, [(CHILD_ID, Finding::NotNamed)]);
    assert_eq!(Finding::NotNamed.case(), Some("registers-disagree"));
}

#[test]
fn what_a_human_decided_about_any_row_of_a_child_holds_for_the_child() {
    let other = ChildId::from_uuid(uuid::Uuid::from_u128(9));
    let family = || Family::whole().but(|f| _ = f.pupils[0].rows.insert(other));
    let barred = family().but(|f| f.bars = vec![Bar { child: Some(other) }]).decide();
    assert_eq!(barred.findings, [(CHILD_ID, Finding::Barred)]);
    let denied = family().but(|f| _ = f.denied.insert(other)).decide();
    assert_eq!(denied.findings, [(CHILD_ID, Finding::Denied)]);
    let protected = family().but(|f| f.ward().protection = Protection::SecrecyMark).decide();
    assert_eq!(protected.marks, [(CHILD_ID, Protection::SecrecyMark), (other, Protection::SecrecyMark)]);
    let decision = family().decide();
    assert_eq!((decision.standing(other), decision.standing(SIBLING_ID)), (CHILD_ID, SIBLING_ID));
    assert_eq!(decision.rows_of(CHILD_ID), BTreeSet::from([CHILD_ID, other]));
}

#[test]
fn a_child_that_died_is_let_go_of_at_once_and_one_that_emigrated_in_time() {
    let found = |change: fn(&mut Family)| Family::whole().but(change).decide().findings[0].1;
    for dead in [|f: &mut Family| f.ward().mark = Mark::Dead, |f: &mut Family| f.pupils[0].mark = Mark::Dead]
    {
        assert_eq!(found(dead), Finding::Dead);
    }
    assert_eq!(Finding::Dead.fate(), Fate::Closes("deceased"));
    assert_eq!(Finding::Dead.case(), Some("deceased-child"));

    let left = Some(day("2026-11-01"));
    let away = found(|f| (f.ward().mark, f.ward().left) = (Mark::Away, Some(day("2026-11-01"))));
    assert_eq!((away, away.fate()), (Finding::Emigrated(left), Fate::Lingers(left)));
    assert_eq!(found(|f| f.pupils[0].mark = Mark::Away), Finding::Emigrated(None));
    // Custody is asked about all the same.
    for (adult, child, finding) in [
        (false, true, Finding::Emigrated(None)),
        (true, false, Finding::HalfCustody),
        (false, false, Finding::NoCustody),
    ] {
        let family = Family::whole().but(|f| {
            *f.ward() = Ward { adult_says: adult, child_says: child, mark: Mark::Away, ..ward(CHILD) };
        });
        assert_eq!(family.decide().findings[0].1, finding);
    }
    let unnamed = found(|f| (f.ward().mark, f.pupils[0].names_adult) = (Mark::Away, false));
    assert_eq!(unnamed, Finding::NotNamed);
}

/// Walks through every combination of what can be known of an adult with two children.
fn every_family(mut look: impl FnMut(&Family)) {
    let protections = [Protection::None, Protection::SecrecyMark, Protection::ProtectedRegistration];
    let marks = [Mark::None, Mark::Dead, Mark::Away, Mark::Void];
    let accounts = [Account::None, Account::Open, Account::Closed, Account::Resting];
    let bars = [vec![], vec![Bar { child: None }], vec![Bar { child: Some(CHILD_ID) }]];
    for (protection, mark) in pairs(&protections, &marks) {
        for (account, bars) in pairs(&accounts, &bars) {
            for change in 0..CHANGES {
                let mut family = Family::with_sibling();
                family.population().protection = protection;
                family.population().mark = mark;
                family.account = account;
                family.bars.clone_from(&bars);
                change_child(&mut family, change);
                look(&family);
                family.population().children.pop();
                family.pupils.pop();
                look(&family);
                family.population = None;
                look(&family);
            }
        }
    }
}

fn pairs<A: Clone, B: Clone>(left: &[A], right: &[B]) -> Vec<(A, B)> {
    left.iter().flat_map(|a| right.iter().map(move |b| (a.clone(), b.clone()))).collect()
}

const CHANGES: usize = 2 * 2 * 2 * 2 * 2 * 3 * 3;

fn change_child(family: &mut Family, mut code: usize) {
    let mut take = |options: usize| {
        let choice = code % options;
        code /= options;
        choice
    };
    family.ward().adult_says = take(2) == 0;
    family.ward().child_says = take(2) == 0;
    family.ward().protection = [Protection::None, Protection::SecrecyMark][take(2)];
    family.pupils[0].protection = [Protection::None, Protection::SecrecyMark][take(2)];
    family.pupils[0].names_adult = take(2) == 0;
    family.ward().mark = [Mark::None, Mark::Dead, Mark::Away][take(3)];
    family.pupils[0].places = match take(3) {
        0 => vec![place("2026-08-17", None)],
        1 => vec![],
        _ => vec![place("2025-08-17", Some("2026-06-10"))],
    };
}

#[test]
fn a_neutral_answer_carries_nothing_whatever_its_reason() {
    let neutral = |decision: &Decision| decision.outcome == Outcome::TurnToTheSchool;
    every_family(|family| {
        let decision = family.decide();
        if neutral(&decision) {
            assert!(decision.children.is_empty() && decision.units.is_empty());
        }
    });
}

#[test]
fn a_child_is_listed_only_with_custody_on_both_sides_in_both_registers_and_unprotected() {
    every_family(|family| {
        for child in family.decide().children {
            let pupil = family.pupils.iter().find(|pupil| pupil.id == child).unwrap();
            let population = family.population.as_ref().unwrap();
            let ward = population.children.iter().find(|ward| ward.number == pupil.number).unwrap();
            assert!(ward.adult_says && ward.child_says && pupil.names_adult);
            assert!(!ward.protection.is_protected() && !pupil.protection.is_protected());
            assert!(ward.mark == Mark::None && pupil.mark == Mark::None);
            assert!(!family.bars.iter().any(|bar| bar.child.is_none_or(|barred| barred == child)));
        }
    });
}

#[test]
fn nobody_protected_marked_or_barred_gets_a_new_account() {
    every_family(|family| {
        let stopped = family.bars.contains(&Bar { child: None })
            || family.population.as_ref().is_none_or(|population| {
                population.protection.is_protected() || population.mark != Mark::None
            });
        if stopped && family.account != Account::Open {
            assert_eq!(family.decide().outcome, Outcome::TurnToTheSchool);
        }
        assert_eq!(family.decide().outcome == Outcome::Eligible, {
            family.account == Account::None && !stopped && !family.decide().children.is_empty()
        });
    });
}
