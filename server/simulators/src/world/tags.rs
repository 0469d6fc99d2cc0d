//! What a person is for, in a few words that follow from the facts.

use super::{Census, Person, Protection, Reason};
use jiff::civil::Date;

impl Census {
    /// The tags of `person` on `today`: those that follow from the facts, then those written in the world.
    pub fn tags(&self, person: &Person, today: Date) -> Vec<String> {
        let children: Vec<&Person> = person
            .guardian_of
            .iter()
            .filter(|custody| custody.stands(today))
            .filter_map(|custody| self.person(&custody.child))
            .collect();
        let adult = person.birth_date().is_none_or(|born| age(born, today) >= 18);
        let pupil = !person.enrolments.is_empty();
        let any_child = |fits: &dyn Fn(&Person) -> bool| children.iter().any(|child| fits(child));
        let dead = |p: &Person| p.deregistration.as_ref().is_some_and(|d| d.reason == Reason::AV);
        let protected = |p: &Person| p.protection != Protection::None;
        let facts = [
            ("guardian", !children.is_empty()),
            ("two-children", children.len() >= 2),
            ("pupil", pupil),
            ("child", !adult),
            ("adult-pupil", adult && pupil),
            ("no-children", adult && children.is_empty() && !pupil && person.duties.is_empty()),
            ("former-guardian", person.guardian_of.iter().any(|custody| !custody.stands(today))),
            ("parent-without-custody", self.lacks_custody(person, today)),
            ("under-age-guardian", !adult && !children.is_empty()),
            ("no-bankid", adult && !person.bankid),
            ("no-number", person.number.is_none()),
            ("coordination-number", person.has_coordination_number()),
            ("protected", protected(person)),
            ("protected-child", any_child(&protected)),
            ("deceased", dead(person)),
            ("deceased-child", any_child(&dead)),
            ("moved", person.deregistration.as_ref().is_some_and(|d| d.reason == Reason::UV)),
            ("old-number", person.refers_to.is_some()),
            ("disagree", self.registers_disagree(person, &children)),
            ("child-outside-city", any_child(&|child| self.outside_city(child))),
            ("child-not-placed", any_child(&|child| child.enrolments.is_empty())),
            ("placement-ended", any_child(&|child| ended(child, today))),
            ("child-turned-18", any_child(&|c| c.birth_date().is_some_and(|born| age(born, today) >= 18))),
            ("staff", !person.duties.is_empty()),
        ];
        let mut tags: Vec<String> =
            facts.into_iter().filter(|(_, holds)| *holds).map(|(tag, _)| tag.to_owned()).collect();
        for tag in &person.tags {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
        tags
    }

    fn lacks_custody(&self, person: &Person, today: Date) -> bool {
        let has = |child: &str| person.guardian_of.iter().any(|c| c.child == child && c.stands(today));
        person.parent_of.iter().any(|child| !has(child))
    }

    fn registers_disagree(&self, person: &Person, children: &[&Person]) -> bool {
        person.pupil_register.is_some() || children.iter().any(|child| child.pupil_register.is_some())
    }

    fn outside_city(&self, child: &Person) -> bool {
        !child.enrolments.is_empty()
            && child.enrolments.iter().all(|e| self.unit(&e.unit).is_some_and(|u| u.municipality != "1480"))
    }
}

impl Person {
    /// The date in the number, if it is one.
    pub fn birth_date(&self) -> Option<Date> {
        let number = self.number.as_deref()?;
        let part = |range| number.get(range).and_then(|digits: &str| digits.parse::<i16>().ok());
        let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
        let day = if day > 60 { day - 60 } else { day };
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    }

    /// Whether the number is a samordningsnummer: sixty added to its day.
    pub fn has_coordination_number(&self) -> bool {
        let day = self.number.as_deref().and_then(|n| n.get(6..8)).and_then(|day| day.parse::<u8>().ok());
        day.is_some_and(|day| day >= 60)
    }

    /// Given name and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

fn ended(child: &Person, today: Date) -> bool {
    !child.enrolments.is_empty() && child.enrolments.iter().all(|e| e.to.is_some_and(|to| to < today))
}

/// Whole years from `born` to `today`.
fn age(born: Date, today: Date) -> i16 {
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    today.year() - born.year() - i16::from(!had_birthday)
}
