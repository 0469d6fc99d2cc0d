//! The table of outcomes, and what holds for every combination of what can be known.

use super::*;
use family::{CHILD, CHILD_ID, Family, SIBLING_ID, day, ward};

mod family;
mod pairs;
mod table;

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
