//! Personuppgifter: what the house holds of its guardian, and where each datum comes from.

use serde::{Deserialize, Serialize};

use crate::{Date, Mobile, Typed, Wrongs};

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
    /// Address lines; none where the register holds none.
    pub address: Option<Datum>,
    /// The proven e-mail address.
    pub email: Option<Datum>,
    /// Since when letters to it come to nothing.
    pub email_failing: Option<Date>,
    /// The proven mobile number.
    pub mobile: Option<Datum>,
    /// Since when text messages to it come to nothing.
    pub mobile_failing: Option<Date>,
    /// Which language letters are written in.
    pub language: Datum,
    /// Account since.
    pub account_since: Datum,
}

/// A mobile number, exactly as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MobileForm {
    /// The number.
    pub mobile: Typed,
}

impl MobileForm {
    /// The field's name.
    pub const MOBILE: &'static str = "mobile";

    /// Reads the number.
    ///
    /// # Errors
    /// What is wrong with it, under [`MobileForm::MOBILE`].
    pub fn check(&self) -> Result<Mobile, Wrongs> {
        Mobile::parse(&self.mobile).map_err(|wrong| Wrongs::one(Self::MOBILE, wrong))
    }
}
