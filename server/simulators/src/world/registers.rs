//! What each of the two registers holds of a person, where they can differ.

use super::{Census, Person, Protection, Reason};
use jiff::civil::Date;

impl Person {
    /// Whether the population register knows them: it holds personnummer and samordningsnummer, nothing that a school made up.
    pub fn in_population_register(&self) -> bool {
        self.number.as_deref().is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
    }

    /// The children in their custody on `day`, by the population register.
    pub fn custody_on(&self, day: Date) -> impl Iterator<Item = &str> {
        self.guardian_of
            .iter()
            .filter(move |custody| custody.stands(day))
            .map(|custody| custody.child.as_str())
    }

    /// The children the pupil register names them a guardian of on `day`: custody, unless it says otherwise.
    pub fn pupil_register_children(&self, day: Date) -> Vec<&str> {
        match self.pupil_register.as_ref().and_then(|register| register.guardian_of.as_ref()) {
            Some(children) => children.iter().map(String::as_str).collect(),
            None => self.custody_on(day).collect(),
        }
    }

    /// The pupil register's protection mark.
    pub fn pupil_register_protection(&self) -> Protection {
        self.pupil_register.as_ref().and_then(|register| register.protection).unwrap_or(self.protection)
    }

    /// Whether either register protects them.
    pub fn protected(&self) -> bool {
        [self.protection, self.pupil_register_protection()].iter().any(|mark| *mark != Protection::None)
    }

    /// Whether the population register counts them as dead.
    pub fn dead(&self) -> bool {
        self.deregistration.as_ref().is_some_and(|gone| gone.reason == Reason::AV)
    }

    /// Whether they are, were or will be a pupil, or the pupil register holds something about them for another reason.
    pub fn listed_as_pupil(&self) -> bool {
        let tied = |register: &super::PupilRegister| {
            register.guardian_of.is_some() || !register.responsible_for.is_empty()
        };
        !self.enrolments.is_empty() || self.pupil_register.as_ref().is_some_and(|register| !tied(register))
    }

    /// The date in the number, if it is one.
    pub fn birth_date(&self) -> Option<Date> {
        let number = self.number.as_deref()?;
        let part = |range| number.get(range).and_then(|digits: &str| digits.parse::<i16>().ok());
        let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
        let day = if day > 60 { day - 60 } else { day };
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    }

    /// Whether they are 18 on `day`. Who has no birth date counts as grown up.
    pub fn adult_on(&self, day: Date) -> bool {
        self.birth_date().is_none_or(|born| {
            let had_birthday = (day.month(), day.day()) >= (born.month(), born.day());
            day.year() - born.year() - i16::from(!had_birthday) >= 18
        })
    }

    /// Whether the number is a samordningsnummer: sixty added to its day.
    pub fn has_coordination_number(&self) -> bool {
        let day = self.number.as_deref().and_then(|n| n.get(6..8)).and_then(|day| day.parse::<u8>().ok());
        day.is_some_and(|day| day >= 60)
    }

    /// The sex the number tells, which is all a register knows of it: an even ninth digit is a woman's.
    pub fn woman(&self) -> Option<bool> {
        let digit = self.number.as_deref()?.chars().nth(10)?.to_digit(10)?;
        self.in_population_register().then_some(digit % 2 == 0)
    }

    /// Given name and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family).trim().to_owned()
    }
}

impl Census {
    /// Whether the pupil register holds `person` on `day`: pupils, staff, and whoever is tied to a pupil.
    pub fn in_pupil_register(&self, person: &Person, day: Date) -> bool {
        let pupil = |child: &str| self.person(child).is_some_and(Person::listed_as_pupil);
        let ties = person.pupil_register.iter().flat_map(|register| &register.responsible_for);
        person.listed_as_pupil()
            || !person.duties.is_empty()
            || person.pupil_register_children(day).into_iter().any(pupil)
            || ties.map(|tie| tie.child.as_str()).any(pupil)
    }
}
