//! What a person is for, in a few words that follow from the facts.
//!
//! Tests pick people by tag, so a tag tells one story: `guardian` is who can open an account in the ordinary way,
//! `protected-child` whose children are all protected (`one-protected-child` where others remain), `no-children` whom no
//! register ties to any child. What cannot be derived stands in the world itself.

use super::{Census, Person, Reason};
use jiff::civil::Date;
use std::collections::BTreeSet;

impl Census {
    /// The tags of `person` on `today`: those that follow from the facts, then those written in the world.
    pub fn tags(&self, person: &Person, today: Date) -> Vec<String> {
        let facts = if person.adult_on(today) || !person.listed_as_pupil() {
            self.tags_of_an_adult(person, today)
        } else {
            vec![("child", true), ("protected-pupil", person.protected())]
        };
        let mut tags: Vec<String> =
            facts.into_iter().filter(|(_, holds)| *holds).map(|(tag, _)| tag.to_owned()).collect();
        for tag in &person.tags {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        tags
    }

    fn tags_of_an_adult(&self, person: &Person, today: Date) -> Vec<(&'static str, bool)> {
        let adult = person.adult_on(today);
        let children: Vec<&Person> = person.custody_on(today).filter_map(|id| self.person(id)).collect();
        let all = |fits: &dyn Fn(&Person) -> bool| !children.is_empty() && children.iter().all(|c| fits(c));
        let some = |fits: &dyn Fn(&Person) -> bool| children.iter().any(|c| fits(c)) && !all(fits);
        let gone = person.deregistration.as_ref().map(|gone| gone.reason);
        let nobodys = person.guardian_of.is_empty()
            && person.parent_of.is_empty()
            && person.duties.is_empty()
            && person.pupil_register.is_none();
        let grown = |child: &Person| child.adult_on(today);
        let outside = |child: &Person| lives_outside(child) && !placed(child, today);
        let ended =
            |child: &Person| child.enrolments.iter().any(|e| e.from <= today) && !placed(child, today);
        let awaited = |c: &Person| {
            !placed(c, today) && !ended(c) && (c.listed_as_pupil() || (!lives_outside(c) && small(c, today)))
        };
        vec![
            ("guardian", self.can_open_an_account(person, &children, today)),
            ("two-children", children.len() >= 2),
            ("child", !adult && children.is_empty()),
            ("under-age", !adult && !children.is_empty()),
            ("adult-pupil", adult && person.listed_as_pupil()),
            ("no-children", adult && nobodys && gone.is_none() && !person.listed_as_pupil()),
            ("parent-without-custody", lacks_custody(person, today)),
            ("no-bankid", adult && !person.bankid && person.in_population_register()),
            ("no-number", !person.in_population_register()),
            ("coordination-number", person.has_coordination_number()),
            ("protected", adult && person.protected()),
            ("protected-child", all(&Person::protected)),
            ("one-protected-child", some(&Person::protected)),
            ("deceased", gone == Some(Reason::AV)),
            ("deceased-child", all(&Person::dead)),
            ("one-deceased-child", some(&Person::dead)),
            ("emigrated", gone == Some(Reason::UV)),
            ("moved", all(&|child| ended(child) && lives_outside(child))),
            ("old-number", person.refers_to.is_some()),
            ("disagree", self.registers_disagree(person, today)),
            ("outside-city", all(&outside)),
            ("not-placed", all(&awaited)),
            ("placement-ended", all(&|child| ended(child) && !lives_outside(child) && !child.dead())),
            ("child-turned-18", all(&grown)),
            ("staff", !person.duties.is_empty()),
        ]
    }

    /// Whether nothing stands in the way of an account: BankID, custody in both registers, a child who is here today.
    fn can_open_an_account(&self, person: &Person, children: &[&Person], today: Date) -> bool {
        let register = person.pupil_register_children(today);
        let free = |p: &Person| p.in_population_register() && !p.protected() && p.deregistration.is_none();
        person.bankid
            && free(person)
            && person.adult_on(today)
            && children.iter().any(|child| {
                free(child)
                    && !child.adult_on(today)
                    && placed(child, today)
                    && register.contains(&child.id.as_str())
            })
    }

    /// Whether one register ties the person to a child whom both know, and the other does not.
    fn registers_disagree(&self, person: &Person, today: Date) -> bool {
        let shared = |id: &&str| {
            self.person(id).is_some_and(|child| child.listed_as_pupil() && child.in_population_register())
        };
        let population: BTreeSet<&str> = person.custody_on(today).filter(shared).collect();
        let pupil: BTreeSet<&str> =
            person.pupil_register_children(today).into_iter().filter(shared).collect();
        person.in_population_register() && !person.has_coordination_number() && population != pupil
    }
}

fn placed(child: &Person, today: Date) -> bool {
    child.enrolments.iter().any(|enrolment| enrolment.stands(today))
}

/// Whether the child has not yet reached the age of school.
fn small(child: &Person, today: Date) -> bool {
    child.birth_date().is_some_and(|born| today.year() - born.year() < 6)
}

fn lives_outside(child: &Person) -> bool {
    child.deregistration.as_ref().is_some_and(|gone| gone.reason == Reason::UV)
        || child.address.as_ref().is_some_and(|address| address.municipality() != "1480")
}

fn lacks_custody(person: &Person, today: Date) -> bool {
    let has = |child: &String| person.custody_on(today).any(|own| own == child);
    person.parent_of.iter().any(|child| !has(child))
}
