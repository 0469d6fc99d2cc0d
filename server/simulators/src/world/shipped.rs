//! The world a town starts with: some eighty families that between them show every edge case a guardian's account can meet.
//!
//! The people stand in `shipped.json`, in the form of contract.md section 4, a person a line. Ids are family and given name, so
//! that a test reads like a story. Numbers are Skatteverket's published test numbers (`data/README.md`), each used once.

use super::World;
use std::sync::LazyLock;

static SHIPPED: LazyLock<World> = LazyLock::new(|| {
    // A file of the program's own source: the tests below read it, so it is never unreadable in a program that was built.
    serde_json::from_str(include_str!("shipped.json")).unwrap_or_default()
});

/// The shipped world.
pub fn shipped() -> World {
    SHIPPED.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Census, Person, UnitKind};
    use jiff::civil::date;
    use std::collections::BTreeSet;

    /// Tags of people whom the tests of the house and a newcomer look for.
    const STORIES: &[&str] = &[
        "ordinary",
        "guardian",
        "two-children",
        "different-schools",
        "many-children",
        "umlauts",
        "protected",
        "secrecy-mark",
        "protected-registration",
        "protected-child",
        "one-protected-child",
        "only-protected-children",
        "no-children",
        "newborn",
        "not-placed",
        "placement-ended",
        "outside-city",
        "independent-school",
        "moved",
        "moved-school",
        "child-turned-18",
        "child-turns-18",
        "under-age",
        "deceased",
        "deceased-child",
        "one-deceased-child",
        "emigrated",
        "child-emigrated",
        "number-replaced",
        "old-number",
        "whereabouts-unknown",
        "false-identity",
        "technically-deregistered",
        "deregistered-other",
        "disagree",
        "disagree-pupil",
        "disagree-population",
        "disagree-protection",
        "coordination-number",
        "without-relations",
        "with-relations",
        "month-00",
        "tf-child",
        "no-number",
        "never-registered",
        "one-guardian-abroad",
        "conflict",
        "sole-custody",
        "parent-without-custody",
        "appointed-guardian",
        "foster-parent",
        "good-man",
        "custody-ended",
        "custody-added",
        "twins",
        "staff",
        "administrator",
        "principal",
        "no-bankid",
        "names",
        "long-name",
        "one-word-name",
        "double-surname",
        "apostrophe",
        "hostile-name",
        "child",
        "adult-pupil",
    ];

    fn census() -> Census {
        Census::take(shipped()).unwrap()
    }

    fn tagged<'a>(census: &'a Census, tag: &str) -> Vec<&'a Person> {
        let has = |p: &&Person| census.tags(p, date(2026, 11, 24)).iter().any(|t| t == tag);
        census.persons.iter().filter(has).collect()
    }

    #[test]
    fn every_number_is_on_the_official_lists_and_used_once() {
        let lists =
            [include_str!("../../data/personnummer.txt"), include_str!("../../data/samordningsnummer.txt")];
        let official: BTreeSet<&str> = lists.iter().flat_map(|list| list.lines()).collect();
        let world = shipped();
        let numbers: Vec<&str> = world.persons.iter().filter_map(|p| p.number.as_deref()).collect();
        let odd: Vec<_> = numbers.iter().filter(|n| !official.contains(**n) && &n[8..10] != "TF").collect();
        assert!(odd.is_empty(), "{odd:?}");
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len());
    }

    #[test]
    fn every_story_has_somebody_and_each_of_them_a_sentence() {
        let census = census();
        for story in STORIES {
            let people = tagged(&census, story);
            assert!(!people.is_empty(), "nobody is {story}");
            assert!(
                *story == "child" || people.iter().all(|p| p.note.is_some()),
                "{story} without a sentence"
            );
        }
    }

    #[test]
    fn there_are_forty_families_and_ordinary_ones_to_spare() {
        let census = census();
        let families: BTreeSet<_> =
            census.persons.iter().filter(|p| !p.guardian_of.is_empty()).map(|p| &p.family).collect();
        assert!(families.len() >= 40, "{}", families.len());
        let ordinary = tagged(&census, "ordinary");
        assert!(ordinary.len() >= 25);
        let guardians: BTreeSet<_> = tagged(&census, "guardian").iter().map(|p| &p.id).collect();
        assert!(ordinary.iter().all(|p| guardians.contains(&p.id)));
    }

    #[test]
    fn who_is_stopped_is_no_guardian_by_tag() {
        let census = census();
        for tag in [
            "protected",
            "protected-child",
            "no-children",
            "no-bankid",
            "deceased",
            "deceased-child",
            "moved",
            "disagree",
            "emigrated",
            "old-number",
            "under-age",
            "child-turned-18",
            "not-placed",
            "placement-ended",
            "outside-city",
            "without-relations",
            "foster-parent",
        ] {
            let wrong: Vec<_> = tagged(&census, tag)
                .into_iter()
                .filter(|p| census.tags(p, date(2026, 11, 24)).iter().any(|t| t == "guardian"))
                .map(|p| &p.id)
                .collect();
            assert!(wrong.is_empty(), "{tag}: {wrong:?}");
        }
    }

    #[test]
    fn children_are_placed_where_their_age_fits() {
        let census = census();
        for child in &census.persons {
            for place in &child.enrolments {
                let age = 2026 - child.birth_date().unwrap().year();
                let kind = census.unit(&place.unit).unwrap().kind;
                let fits = match kind {
                    UnitKind::Preschool => age <= 5,
                    UnitKind::Compulsory => (6..=15).contains(&age),
                    UnitKind::UpperSecondary => (16..=19).contains(&age),
                };
                assert!(fits, "{} is {age} at a {kind:?}", child.id);
            }
        }
    }

    #[test]
    fn telephones_and_mail_are_reserved_for_fiction() {
        for unit in &shipped().units {
            assert!(unit.phone.as_deref().unwrap().starts_with("031-390 06 "), "{}", unit.name);
            assert!(unit.email.as_deref().unwrap().ends_with("@example.se"), "{}", unit.name);
        }
    }
}
