//! The objects of SS 12000 with exactly the names of the standard (registers.md 1.5 and 1.6).
//!
//! `meta` is not here: it belongs to the register's memory of the object, see [`Row`](super::snapshot::Row).

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

/// A reference to another object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Reference {
    pub(super) id: Uuid,
}

/// A reference to a person, which carries the protection mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PersonReference {
    pub(super) id: Uuid,
    pub(super) security_marking: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Organisation {
    pub(super) id: Uuid,
    pub(super) display_name: String,
    pub(super) organisation_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) organisation_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parent_organisation: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) school_unit_code: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) school_types: Vec<&'static str>,
    pub(super) municipality_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone_number: Option<String>,
    pub(super) start_date: Date,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Person {
    pub(super) id: Uuid,
    pub(super) given_name: String,
    pub(super) family_name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) edu_person_principal_names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) civic_no: Option<CivicNo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) birth_date: Option<Date>,
    pub(super) sex: &'static str,
    pub(super) security_marking: &'static str,
    pub(super) person_status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) emails: Vec<Mail>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) addresses: Vec<Address>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) enrolments: Vec<Enrolment>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) responsibles: Vec<Responsible>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct CivicNo {
    pub(super) value: String,
    pub(super) nationality: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Mail {
    pub(super) value: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Address {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) street_address: String,
    pub(super) postal_code: String,
    pub(super) locality: String,
    /// A number here, a text in [`Organisation`]: so the standard has it.
    pub(super) municipality_code: u16,
    pub(super) country: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Enrolment {
    pub(super) enroled_at: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) school_year: Option<u8>,
    pub(super) school_type: &'static str,
    pub(super) start_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_date: Option<Date>,
    pub(super) cancelled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) education_code: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Responsible {
    pub(super) person: PersonReference,
    pub(super) relation_type: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Placement {
    pub(super) id: Uuid,
    pub(super) placed_at: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<Reference>,
    pub(super) child: PersonReference,
    pub(super) owners: Vec<PersonReference>,
    pub(super) school_type: &'static str,
    pub(super) start_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_date: Option<Date>,
    pub(super) reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Duty {
    pub(super) id: Uuid,
    pub(super) person: PersonReference,
    pub(super) duty_at: Reference,
    pub(super) duty_role: &'static str,
    pub(super) start_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_date: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    pub(super) id: Uuid,
    pub(super) display_name: String,
    pub(super) group_type: &'static str,
    pub(super) school_type: &'static str,
    pub(super) start_date: Date,
    pub(super) organisation: Reference,
    pub(super) group_memberships: Vec<Membership>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Membership {
    pub(super) person: PersonReference,
    pub(super) start_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_date: Option<Date>,
}
