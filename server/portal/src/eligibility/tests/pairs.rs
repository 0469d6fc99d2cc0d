//! What holds for every combination of what can be known of an adult with two children.

use model::{Outcome, Protection};

use super::family::{CHILD_ID, Family, place};
use crate::eligibility::{Account, Bar, Decision, Mark};

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
