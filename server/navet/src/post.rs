//! A person as the population register knows them.

use std::fmt;

use model::{Date, PersonId, Protection, open_enum};
use uuid::Uuid;

/// One person's post (folkbokföringspost), reduced to what the house may know.
#[derive(Clone, PartialEq, Eq)]
pub struct Post {
    /// The number the post is kept under.
    pub number: PersonId,
    /// The state of the number.
    pub status: Status,
    /// Skydd av personuppgifter.
    pub protection: Protection,
    /// All first names.
    pub given: String,
    /// Middle and last name, as one text.
    pub family: String,
    /// The address Skatteverket holds for the best; none for who has none, or none that may be told.
    pub address: Option<Address>,
    /// The municipality of registration, four digits (county and municipality), such as `1480`.
    pub municipality: Option<String>,
    /// Why and when the person left the register.
    pub deregistration: Option<Deregistration>,
    /// Other numbers of the same person: an old number points to the latest, the latest lists the old.
    pub refers_to: Vec<PersonId>,
    /// Those this person holds custody of (relation code `VF`).
    pub guardian_of: Vec<Relation>,
    /// Those who hold custody of this person (relation code `V`). 0, 1 or 2; this side decides.
    pub guardians: Vec<Relation>,
    /// Guardians who never were registered in Sweden and so have no number: they cannot be matched.
    pub guardians_without_number: usize,
    /// The call that told it (`skv_client_correlation_id`): the only thing to give Skatteverket's support.
    pub correlation: Uuid,
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post").field("correlation", &self.correlation).finish_non_exhaustive()
    }
}

/// One custody, seen from either side.
#[derive(Clone, PartialEq, Eq)]
pub struct Relation {
    /// The other person.
    pub number: PersonId,
    /// Since when (`fromDatumVardnad`); not always known.
    pub from: Option<Date>,
    /// Why the other person left the register, where they did: mostly a death.
    pub gone: Option<Gone>,
}

impl fmt::Debug for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Relation(***)")
    }
}

/// A Swedish or foreign address, line by line.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// c/o.
    pub care_of: Option<String>,
    /// Street and number, and what more there is, one line each.
    pub lines: Vec<String>,
    /// Five digits; none abroad.
    pub postcode: Option<String>,
    /// Town; none abroad.
    pub city: Option<String>,
    /// Country, for an address abroad.
    pub country: Option<String>,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(***)")
    }
}

open_enum! {
    /// The state of a number (`identitet.status.varde`).
    pub enum Status {
        /// In use.
        Active = "AKTIVT",
        /// A coordination number nobody has confirmed for five years.
        Dormant = "VILANDEFÖRKLARAT",
        /// Closed.
        Closed = "STÄNGT",
        /// The person is deregistered.
        Deregistered = "AVREGISTRERAT",
    }
}

open_enum! {
    /// Why somebody left the register (`avregistrering.orsakskod`).
    pub enum Gone {
        /// Dead.
        Dead = "AV",
        /// Emigrated.
        Emigrated = "UV",
        /// The personnummer was replaced by another.
        OldPersonnummer = "GN",
        /// The samordningsnummer was replaced.
        OldSamordningsnummer = "GS",
        /// Whereabouts unknown.
        Lost = "OB",
        /// Deregistered for a technical reason.
        Technical = "TA",
        /// The same, in another list.
        TechnicalOther = "AS",
        /// Another reason.
        Otherwise = "AN",
        /// The identity was false.
        FalseIdentity = "FI",
    }
}

/// Why and when somebody left the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deregistration {
    /// Why.
    pub reason: Gone,
    /// When, where the day is known.
    pub date: Option<Date>,
}
