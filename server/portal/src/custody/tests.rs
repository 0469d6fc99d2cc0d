//! What is understood of two posts.

use navet::{Cause, Deregistration};
use uuid::Uuid;

use super::*;

const ADULT: &str = "198501012390";
const FORMER: &str = "198502862397";
const CHILD: &str = "201601012394";

fn number(text: &str) -> PersonId {
    PersonId::parse(text).unwrap()
}

fn relation(text: &str) -> Relation {
    Relation { number: number(text), from: None, gone: None }
}

fn post(text: &str) -> Post {
    Post {
        number: number(text),
        status: Status::Active,
        protection: Protection::None,
        given: String::new(),
        family: String::new(),
        address: None,
        municipality: Some("1480".into()),
        deregistration: None,
        refers_to: vec![],
        guardian_of: vec![],
        guardians: vec![],
        guardians_without_number: 0,
        correlation: Uuid::nil(),
    }
}

/// What is understood of an adult and one child, after `change` to their posts.
fn understood(change: impl FnOnce(&mut Post, &mut Post)) -> Population {
    let (mut adult, mut child) = (post(ADULT), post(CHILD));
    adult.guardian_of.push(relation(CHILD));
    child.guardians.push(relation(ADULT));
    change(&mut adult, &mut child);
    let told = Answer { posts: vec![child], ..Answer::default() };
    population_of(
        &number(ADULT),
        &adult,
        &BTreeSet::from([number(CHILD)]),
        &told,
        "2026-11-24".parse().unwrap(),
    )
}

fn sides(population: &Population) -> (bool, bool) {
    (population.children[0].adult_says, population.children[0].child_says)
}

#[test]
fn custody_is_what_both_posts_say() {
    assert_eq!(sides(&understood(|_, _| {})), (true, true));
    assert_eq!(sides(&understood(|adult, _| adult.guardian_of.clear())), (false, true));
    assert_eq!(sides(&understood(|_, child| child.guardians.clear())), (true, false));
}

#[test]
fn custody_counts_from_its_first_day_on() {
    let from = |day: &str| {
        let day: Date = day.parse().unwrap();
        understood(|adult, child| {
            adult.guardian_of[0].from = Some(day);
            child.guardians[0].from = Some(day);
        })
    };
    assert_eq!(sides(&from("2026-11-24")), (true, true));
    assert_eq!(sides(&from("2026-11-25")), (false, false));
}

#[test]
fn a_child_the_register_does_not_know_is_vouched_for_by_nobody() {
    let population = understood(|_, child| child.number = number("202001012398"));
    assert_eq!(sides(&population), (true, false));
    assert_eq!(population.children[0].mark, Mark::Void);
}

#[test]
fn a_child_that_names_the_former_number_of_its_guardian_names_the_guardian() {
    let population = understood(|adult, child| {
        adult.refers_to.push(number(FORMER));
        child.guardians[0] = relation(FORMER);
    });
    assert_eq!(sides(&population), (true, true));
}

#[test]
fn only_a_number_in_use_takes_over_from_the_ones_before() {
    let mut now = post(ADULT);
    now.refers_to.push(number(FORMER));
    assert_eq!(former_numbers(&number(ADULT), &now), [number(FORMER)]);
    assert!(former_numbers(&number(FORMER), &now).is_empty(), "asked by the old number");
    now.deregistration = Some(Deregistration { reason: Gone::OldPersonnummer, date: None });
    assert!(former_numbers(&number(ADULT), &now).is_empty());
}

#[test]
fn every_reason_to_leave_the_register_is_a_mark() {
    for (reason, mark) in [
        (Gone::Dead, Mark::Dead),
        (Gone::Emigrated, Mark::Away),
        (Gone::Lost, Mark::Void),
        (Gone::OldPersonnummer, Mark::Void),
        (Gone::OldSamordningsnummer, Mark::Void),
        (Gone::Technical, Mark::Void),
        (Gone::FalseIdentity, Mark::Void),
        (Gone::parse("??"), Mark::Void),
    ] {
        let mut gone = post(ADULT);
        gone.deregistration = Some(Deregistration { reason, date: None });
        assert_eq!(mark_of(&gone), mark);
    }
    for status in [Status::Dormant, Status::Closed, Status::Deregistered, Status::parse("??")] {
        assert_eq!(mark_of(&Post { status, ..post(ADULT) }), Mark::Void);
    }
}

#[test]
fn a_register_is_away_when_it_says_nothing_or_not_now() {
    let away = |error: navet::Error| is_away(&anyhow::Error::new(error));
    for cause in [Cause::Connect, Cause::Timeout, Cause::Broken, Cause::Resting] {
        assert!(away(navet::Error::Unreachable(cause)), "{cause}");
    }
    for code in [Code::Closed, Code::TooMany, Code::Number(9), Code::Status(500), Code::Status(502)] {
        assert!(away(navet::Error::Said(code)), "{code}");
    }
    assert!(is_away(&anyhow::anyhow!("no answer in time")));

    assert!(!away(navet::Error::Garbled("not a list of posts")));
    for code in [Code::Unauthorized, Code::Status(302), Code::Status(400)] {
        assert!(!away(navet::Error::Said(code)), "{code}");
    }
    assert!(!is_away(&anyhow::Error::new(Error::Unavailable(System::Database))));
}

#[test]
fn the_address_of_a_protected_person_is_not_kept() {
    let address = navet::Address { lines: vec!["Gatan 1".into()], ..navet::Address::default() };
    let mut person = Post { address: Some(address), ..post(ADULT) };
    assert_eq!(registered(&person).address, ["Gatan 1"]);
    person.protection = Protection::SecrecyMark;
    assert!(registered(&person).address.is_empty());
}
