//! Personuppgifter: what the house holds of its guardian, and where each datum comes from.

use serde::{Deserialize, Serialize};

use crate::Date;

/// Where a datum comes from, and so where it is corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Folkbokföringen (Skatteverket).
    PopulationRegister,
    /// The city's pupil register.
    PupilRegister,
    /// The BankID that was shown.
    BankId,
    /// Told by the guardian.
    Guardian,
    /// Made by this service.
    Service,
}

/// A value with its source and the day it is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Datum {
    /// As shown.
    pub value: String,
    /// Where from.
    pub source: Source,
    /// As of which day, local time.
    pub as_of: Date,
}

/// A guardian's own page. Only ever shown to that guardian.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Personal {
    /// Full name.
    pub name: Datum,
    /// The number, masked: `19850101-****`.
    pub number: Datum,
    /// Address lines; empty where the register holds none.
    pub address: Option<Datum>,
    /// The proven e-mail address.
    pub email: Option<Datum>,
    /// Which language letters are written in.
    pub language: Datum,
    /// Account since.
    pub account_since: Datum,
}
