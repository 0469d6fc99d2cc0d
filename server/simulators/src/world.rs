//! A world: everyone and everything the outside systems know, as contract.md section 4 writes it.
//!
//! [`World`] is the written form, [`Census`] a checked world with its indexes. A census never changes; replacing
//! the population means putting another census in its place, so no reader ever sees half a change.

mod census;
mod city;
mod registers;
mod shipped;
mod tags;

pub use census::Census;
pub use city::{MOST as MOST_PUPILS, city};
pub use shipped::shipped;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// A whole population.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct World {
    /// Where the town's clock is set when the world is planted; left alone without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Timestamp>,
    /// Preschools and schools.
    pub units: Vec<Unit>,
    /// Classes, sections and groups.
    pub groups: Vec<Group>,
    /// Lessons.
    pub lessons: Vec<Lesson>,
    /// Guardians, children, staff.
    pub persons: Vec<Person>,
}

/// A school unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// The school unit code, eight digits.
    pub code: String,
    /// The name people know.
    pub name: String,
    /// What kind of school it is.
    pub kind: UnitKind,
    /// The municipality code; 1480 is Göteborg.
    pub municipality: String,
    /// The telephone to the unit's office.
    #[serde(default)]
    pub phone: Option<String>,
    /// The mail address of the unit's office.
    #[serde(default)]
    pub email: Option<String>,
    /// How long the unit waits before it tells of an absence.
    #[serde(default)]
    pub notice_delay_minutes: Option<u32>,
}

/// Kinds of school unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitKind {
    /// Förskola.
    Preschool,
    /// Grundskola.
    Compulsory,
    /// Gymnasieskola.
    UpperSecondary,
}

/// A group of pupils.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its id in this world.
    pub id: String,
    /// The code of its unit.
    pub unit: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: GroupKind,
    /// The class whose pupils are its members, where the group has none of its own: a teaching group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

/// Kinds of group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupKind {
    /// Klass.
    Class,
    /// Avdelning.
    Section,
    /// Any other group.
    Group,
}

/// One lesson of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// Its id in this world.
    pub id: String,
    /// The id of the group.
    pub group: String,
    /// What is taught.
    pub subject: String,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
}

/// A person, whatever roles they have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id in this world.
    pub id: String,
    /// Twelve characters: personnummer, samordningsnummer or a number the pupil register made; none for some.
    #[serde(default)]
    pub number: Option<String>,
    /// Given names.
    pub given: String,
    /// Family name.
    pub family: String,
    /// The address in the population register.
    #[serde(default)]
    pub address: Option<Address>,
    /// Whether they hold a BankID.
    #[serde(default)]
    pub bankid: bool,
    /// The mark in the population register.
    #[serde(default)]
    pub protection: Protection,
    /// Why the population register no longer counts them, if so.
    #[serde(default)]
    pub deregistration: Option<Deregistration>,
    /// The number (or the id in this world) that this number refers to, where one person has had two.
    #[serde(default)]
    pub refers_to: Option<String>,
    /// Children in their custody, by the population register.
    #[serde(default)]
    pub guardian_of: Vec<Custody>,
    /// Children they are a parent of, with or without custody.
    #[serde(default)]
    pub parent_of: Vec<String>,
    /// What the pupil register says where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pupil_register: Option<PupilRegister>,
    /// Where they are a pupil.
    #[serde(default)]
    pub enrolments: Vec<Enrolment>,
    /// Where they work.
    #[serde(default)]
    pub duties: Vec<Duty>,
    /// The user name of a pupil or of staff.
    #[serde(default)]
    pub username: Option<String>,
    /// The mail address of a pupil or of staff.
    #[serde(default)]
    pub email: Option<String>,
    /// Tags beyond those that follow from the facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What is special about them, in a sentence for the human page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A Swedish postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Five digits.
    pub postcode: String,
    /// The post town.
    pub city: String,
    /// The municipality code where it is not 1480, Göteborg.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<String>,
}

impl Address {
    /// The municipality code.
    pub fn municipality(&self) -> &str {
        self.municipality.as_deref().unwrap_or("1480")
    }
}

/// Marks that a person must not be found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// No mark.
    #[default]
    None,
    /// Sekretessmarkering.
    SecrecyMark,
    /// Skyddad folkbokföring.
    ProtectedRegistration,
}

/// A mark that the population register no longer counts a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deregistration {
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub date: Date,
}

/// Reasons of deregistration, as Skatteverket writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// Avliden: dead.
    AV,
    /// Utvandrad: emigrated.
    UV,
    /// Gammalt nummer: has another number now.
    GN,
    /// Gammalt samordningsnummer: has a personnummer now.
    GS,
    /// Obefintlig: not found.
    OB,
    /// Teknisk avregistrering: taken out for a technical reason.
    TA,
    /// Annullerad: annulled.
    AN,
    /// Falsk identitet: false identity.
    FI,
}

impl Reason {
    /// The two letters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AV => "AV",
            Self::UV => "UV",
            Self::GN => "GN",
            Self::GS => "GS",
            Self::OB => "OB",
            Self::TA => "TA",
            Self::AN => "AN",
            Self::FI => "FI",
        }
    }
}

/// Custody of one child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Custody {
    /// The child's id.
    pub child: String,
    /// Since when.
    #[serde(default)]
    pub from: Option<Date>,
    /// Until when; the day itself is the last.
    #[serde(default)]
    pub to: Option<Date>,
}

impl Custody {
    /// Whether the custody stands on `day`.
    pub fn stands(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// What the pupil register holds where it differs from the population register.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PupilRegister {
    /// Children it names the person a guardian of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guardian_of: Option<Vec<String>>,
    /// Its own protection mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
    /// Children it ties the person to in another way than as guardian.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub responsible_for: Vec<Responsible>,
}

/// A tie to a child that is not custody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responsible {
    /// The child's id.
    pub child: String,
    /// What the register calls it, `Familjehemsförälder` or `God man` say.
    pub relation: String,
}

/// A pupil's place at a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// The code of the unit.
    pub unit: String,
    /// The id of the group.
    #[serde(default)]
    pub group: Option<String>,
    /// The first day.
    pub from: Date,
    /// The last day, if there is one.
    #[serde(default)]
    pub to: Option<Date>,
}

impl Enrolment {
    /// Whether the place is held on `day`.
    pub fn stands(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// Someone's work at a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// The code of the unit.
    pub unit: String,
    /// What they do.
    pub role: DutyRole,
    /// The first day.
    #[serde(default)]
    pub from: Option<Date>,
    /// The last day, if there is one.
    #[serde(default)]
    pub to: Option<Date>,
}

/// What members of staff do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DutyRole {
    /// Lärare.
    Teacher,
    /// Skoladministratör.
    Administrator,
    /// Rektor.
    Principal,
}
