//! The kinds of objects the house reads, reduced to what it uses (SS 12000:2020, sections on each resource).

use std::fmt;

use jiff::Timestamp;
use model::{Date, PersonId, Protection, open_enum};
use uuid::Uuid;

/// A part of the school organisation: the principal organiser, a school, a school unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// The same in all systems, for ever.
    pub id: Uuid,
    /// Last change of its own attributes.
    pub modified: Option<Timestamp>,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// The organisation it belongs to.
    pub parent: Option<Uuid>,
    /// Skolenhetskod, eight digits.
    pub unit_code: Option<String>,
    /// The school forms of a unit.
    pub school_types: Vec<SchoolType>,
    /// Four digits, such as `1480`.
    pub municipality: Option<String>,
    /// Telephone, as the register has it.
    pub phone: Option<String>,
    /// Public e-mail address, as the register has it.
    pub email: Option<String>,
    /// Its place on the web.
    pub url: Option<String>,
    /// More ways to reach it.
    pub contacts: Vec<ContactAddress>,
    /// First day.
    pub start: Option<Date>,
    /// Last day.
    pub end: Option<Date>,
}

/// A way to reach an organisation (`contactInfo`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactAddress {
    /// For whom: `Support` or `Publik`.
    pub kind: String,
    /// The text.
    pub text: String,
}

/// A class, a preschool section, a teaching group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The same in all systems, for ever.
    pub id: Uuid,
    /// Last change of its own attributes.
    pub modified: Option<Timestamp>,
    /// Its name, such as `3B`.
    pub name: String,
    /// What it is.
    pub kind: GroupKind,
    /// The unit it belongs to.
    pub organisation: Uuid,
    /// Its school form.
    pub school_type: Option<SchoolType>,
    /// First day.
    pub start: Option<Date>,
    /// Last day.
    pub end: Option<Date>,
    /// Who is in it, and when.
    pub members: Vec<GroupMember>,
}

/// Somebody's time in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMember {
    /// Who.
    pub person: Uuid,
    /// First day.
    pub start: Option<Date>,
    /// Last day.
    pub end: Option<Date>,
}

/// A pupil, a guardian, a teacher.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The same in all systems, for ever.
    pub id: Uuid,
    /// Last change of its own attributes.
    pub modified: Option<Timestamp>,
    /// First names.
    pub given: String,
    /// Middle name.
    pub middle: Option<String>,
    /// Surname.
    pub family: String,
    /// Personnummer, samordningsnummer or the school's own temporary number; none for who has none.
    pub number: Option<PersonId>,
    /// The true date of birth, which may differ from the one in the number.
    pub birth_date: Option<Date>,
    /// Skyddade personuppgifter.
    pub protection: Protection,
    /// The row says nothing of protection, and so counts as protected. Where another row speaks of the same person, that
    /// is the word to go by.
    pub silent: bool,
    /// The row marks the person by one of the standard's own words: it was not merely thought so.
    pub marked: bool,
    /// Whether the person is registered, emigrated or dead.
    pub status: PersonStatus,
    /// User names, `local@domain` (`eduPersonPrincipalNames`).
    pub user_names: Vec<String>,
    /// The school's mail address of a pupil or of staff, not a private one.
    pub school_email: Option<String>,
    /// Places at schools.
    pub enrolments: Vec<Enrolment>,
    /// Who is responsible for the person, by the schools' copy. It has no dates.
    pub responsibles: Vec<Responsible>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A place at a school unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// The unit.
    pub unit: Uuid,
    /// The school form.
    pub school_type: SchoolType,
    /// School year, 0 to 10.
    pub school_year: Option<u8>,
    /// First day, inclusive.
    pub start: Option<Date>,
    /// Last day, inclusive.
    pub end: Option<Date>,
    /// Withdrawn before it began, or broken off.
    pub cancelled: bool,
}

/// Somebody responsible for a pupil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responsible {
    /// Who.
    pub person: Uuid,
    /// In what way. Only [`RelationKind::Guardian`] may ever open an account.
    pub kind: RelationKind,
    /// The mark on that person, where the reference bears one: a register need not repeat what the person's own row says.
    /// Who is unmarked in both is protected.
    pub protection: Option<Protection>,
}

/// A place in preschool or after-school care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The same in all systems, for ever.
    pub id: Uuid,
    /// Last change of its own attributes.
    pub modified: Option<Timestamp>,
    /// The unit.
    pub unit: Uuid,
    /// The section.
    pub group: Option<Uuid>,
    /// The child.
    pub child: Uuid,
    /// Those who may see and lay the schedule.
    pub owners: Vec<Uuid>,
    /// The school form.
    pub school_type: Option<SchoolType>,
    /// First day, inclusive.
    pub start: Option<Date>,
    /// Last day, inclusive.
    pub end: Option<Date>,
}

open_enum! {
    /// What an organisation is (`organisationType`).
    pub enum OrganisationKind {
        /// Huvudman.
        Organiser = "Huvudman",
        /// Stadsdel.
        District = "Stadsdel",
        /// Rektorsområde.
        PrincipalArea = "Rektorsområde",
        /// Skola.
        School = "Skola",
        /// Skolenhet.
        Unit = "Skolenhet",
        /// Övrigt.
        Otherwise = "Övrigt",
    }
}

open_enum! {
    /// A school form (`schoolType`), those a guardian's child may attend.
    pub enum SchoolType {
        /// Förskola.
        Preschool = "FS",
        /// Fritidshem.
        AfterSchool = "FTH",
        /// Öppen fritidsverksamhet.
        OpenAfterSchool = "OPPFTH",
        /// Förskoleklass.
        PreschoolClass = "FKLASS",
        /// Grundskola.
        Compulsory = "GR",
        /// Anpassad grundskola, in the new list.
        Adapted = "GRAN",
        /// Grundsärskola, in the old list.
        AdaptedOld = "GRS",
        /// Specialskola.
        Special = "SP",
        /// Sameskola.
        Sami = "SAM",
        /// Gymnasieskola.
        UpperSecondary = "GY",
        /// Anpassad gymnasieskola, in the new list.
        AdaptedUpperSecondary = "GYAN",
        /// Gymnasiesärskola, in the old list.
        AdaptedUpperSecondaryOld = "GYS",
    }
}

open_enum! {
    /// What a group is (`groupType`).
    pub enum GroupKind {
        /// Undervisning.
        Teaching = "Undervisning",
        /// Klass: a pupil has exactly one.
        Class = "Klass",
        /// Mentor.
        Mentor = "Mentor",
        /// Provgrupp.
        Test = "Provgrupp",
        /// Schema.
        Schedule = "Schema",
        /// Avdelning, in preschool.
        Section = "Avdelning",
        /// Personalgrupp.
        Staff = "Personalgrupp",
        /// Övrigt.
        Otherwise = "Övrigt",
    }
}

open_enum! {
    /// Whether a person is registered (`personStatus`).
    pub enum PersonStatus {
        /// Registered.
        Active = "Aktiv",
        /// Emigrated.
        Emigrated = "Utvandrad",
        /// Dead.
        Dead = "Avliden",
    }
}

open_enum! {
    /// How somebody is responsible for a pupil (`relationType`).
    pub enum RelationKind {
        /// Vårdnadshavare: the only one that may open an account.
        Guardian = "Vårdnadshavare",
        /// Annan ansvarig.
        OtherResponsible = "Annan ansvarig",
        /// Annan behörig.
        OtherEntitled = "Annan behörig",
        /// God man.
        Trustee = "God man",
        /// Förälder; says nothing of custody.
        Parent = "Förälder",
    }
}
