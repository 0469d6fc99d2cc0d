//! The JSON of SS 12000:2020 v2, and the checks between it and our own kinds.
//!
//! Everything optional is optional here, whatever the schema says: a row is refused only where it cannot be told whose
//! it is. Where two spellings are in use both are read.

use jiff::Timestamp;
use model::{Date, PersonId, Protection};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    ContactAddress, Enrolment, Error, Group, GroupKind, GroupMember, Organisation, OrganisationKind, Page,
    PageToken, Person, PersonStatus, Placement, RelationKind, Responsible, Result, SchoolType,
};

mod attendance;

/// A kind of row and its form on the wire.
pub trait Row: Sized + Send {
    /// Reads a row; none where it is not one.
    #[doc(hidden)]
    fn read(row: Value) -> Option<Self>;
}

#[derive(Deserialize)]
#[serde(untagged)]
enum List {
    Paged(Paged),
    /// What a lookup answers, and some servers for a list without pages.
    Bare(Vec<Value>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Paged {
    data: Vec<Value>,
    page_token: Option<String>,
}

/// Reads a page, row by row.
pub(crate) fn page<R: Row>(path: &'static str, text: &str) -> Result<Page<R>> {
    let list = serde_json::from_str(text).map_err(|_| Error::Garbled("not a list"))?;
    let (data, token) = match list {
        List::Paged(Paged { data, page_token }) => (data, page_token),
        List::Bare(data) => (data, None),
    };
    let all = data.len();
    let rows: Vec<R> = data.into_iter().filter_map(R::read).collect();
    let unreadable = all - rows.len();
    if unreadable > 0 {
        tracing::warn!(path, unreadable, "rows that cannot be read");
    }
    let next = token.filter(|token| !token.is_empty()).map(PageToken::new);
    Ok(Page { rows, unreadable, next })
}

/// Reads one object; none where it is not one.
pub(crate) fn one<R: Row>(text: &str) -> Result<Option<R>> {
    let row = serde_json::from_str(text).map_err(|_| Error::Garbled("not an object"))?;
    Ok(R::read(row))
}

/// The source's own code in an error body: plain, or wrapped in `error`; text or number.
pub(crate) fn error_code(text: &str) -> Option<String> {
    let body: Value = serde_json::from_str(text).ok()?;
    match body.get("error").unwrap_or(&body).get("code")? {
        Value::String(code) => Some(model::tame(code)),
        Value::Number(code) => Some(code.to_string()),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Meta {
    modified: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    id: Uuid,
}

#[derive(Deserialize)]
struct Valued {
    #[serde(alias = "number")]
    value: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireOrganisation {
    id: Uuid,
    meta: Option<Meta>,
    display_name: String,
    organisation_type: Option<String>,
    parent_organisation: Option<Reference>,
    school_unit_code: Option<String>,
    school_types: Option<Vec<String>>,
    municipality_code: Option<Value>,
    phone_number: Option<String>,
    email: Option<String>,
    url: Option<String>,
    contact_info: Option<Vec<WireContact>>,
    start_date: Option<Day>,
    end_date: Option<Day>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireContact {
    info_type: Option<String>,
    info: String,
}

impl Row for Organisation {
    fn read(row: Value) -> Option<Self> {
        let wire: WireOrganisation = readable(row)?;
        Some(Self {
            id: wire.id,
            modified: modified(wire.meta),
            name: wire.display_name,
            kind: OrganisationKind::parse(wire.organisation_type.as_deref().unwrap_or_default()),
            parent: wire.parent_organisation.map(|parent| parent.id),
            unit_code: wire.school_unit_code,
            school_types: wire
                .school_types
                .unwrap_or_default()
                .iter()
                .map(|code| SchoolType::parse(code))
                .collect(),
            municipality: wire.municipality_code.and_then(four_digits),
            phone: wire.phone_number,
            email: wire.email,
            url: wire.url,
            contacts: wire
                .contact_info
                .unwrap_or_default()
                .into_iter()
                .map(|contact| ContactAddress {
                    kind: contact.info_type.unwrap_or_default(),
                    text: contact.info,
                })
                .collect(),
            start: wire.start_date.map(|day| day.0),
            end: wire.end_date.map(|day| day.0),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireGroup {
    id: Uuid,
    meta: Option<Meta>,
    display_name: String,
    group_type: Option<String>,
    organisation: Reference,
    school_type: Option<String>,
    start_date: Option<Day>,
    end_date: Option<Day>,
    group_memberships: Option<Vec<WireMember>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMember {
    person: Reference,
    start_date: Option<Day>,
    end_date: Option<Day>,
}

impl Row for Group {
    fn read(row: Value) -> Option<Self> {
        let wire: WireGroup = readable(row)?;
        let member = |member: WireMember| GroupMember {
            person: member.person.id,
            start: member.start_date.map(|day| day.0),
            end: member.end_date.map(|day| day.0),
        };
        Some(Self {
            id: wire.id,
            modified: modified(wire.meta),
            name: wire.display_name,
            kind: GroupKind::parse(wire.group_type.as_deref().unwrap_or_default()),
            organisation: wire.organisation.id,
            school_type: wire.school_type.as_deref().map(SchoolType::parse),
            start: wire.start_date.map(|day| day.0),
            end: wire.end_date.map(|day| day.0),
            members: wire.group_memberships.unwrap_or_default().into_iter().map(member).collect(),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePerson {
    id: Uuid,
    meta: Option<Meta>,
    given_name: String,
    middle_name: Option<String>,
    family_name: String,
    civic_no: Option<Valued>,
    birth_date: Option<String>,
    security_marking: Option<String>,
    person_status: Option<String>,
    edu_person_principal_names: Option<Vec<String>>,
    emails: Option<Vec<Valued>>,
    enrolments: Option<Vec<WireEnrolment>>,
    responsibles: Option<Vec<WireResponsible>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEnrolment {
    #[serde(alias = "enrolledAt")]
    enroled_at: Reference,
    school_type: Option<String>,
    school_year: Option<f64>,
    start_date: Option<Day>,
    end_date: Option<Day>,
    cancelled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireResponsible {
    person: WirePersonReference,
    relation_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePersonReference {
    id: Uuid,
    security_marking: Option<String>,
}

impl Row for Person {
    fn read(row: Value) -> Option<Self> {
        let wire: WirePerson = readable(row)?;
        let number = wire.civic_no.and_then(|number| match PersonId::parse(number.value.trim()) {
            Ok(number) => Some(number),
            Err(_) => {
                tracing::warn!(person = %wire.id, "a civic number that is none");
                None
            }
        });
        Some(Self {
            id: wire.id,
            modified: modified(wire.meta),
            given: wire.given_name,
            middle: wire.middle_name.filter(|name| !name.trim().is_empty()),
            family: wire.family_name,
            number,
            birth_date: wire.birth_date.as_deref().and_then(day),
            protection: protection(wire.security_marking.as_deref()),
            silent: wire.security_marking.is_none(),
            marked: matches!(wire.security_marking.as_deref(), Some(SECRECY_MARK | PROTECTED_REGISTRATION)),
            status: PersonStatus::parse(wire.person_status.as_deref().unwrap_or("Aktiv")),
            user_names: wire.edu_person_principal_names.unwrap_or_default(),
            school_email: wire
                .emails
                .unwrap_or_default()
                .into_iter()
                .find(is_the_schools)
                .map(|email| email.value),
            enrolments: wire.enrolments.unwrap_or_default().into_iter().map(enrolment).collect(),
            responsibles: wire.responsibles.unwrap_or_default().into_iter().map(responsible).collect(),
        })
    }
}

fn is_the_schools(email: &Valued) -> bool {
    matches!(email.kind.as_deref(), Some("Skola elev" | "Skola personal"))
}

fn enrolment(wire: WireEnrolment) -> Enrolment {
    Enrolment {
        unit: wire.enroled_at.id,
        school_type: SchoolType::parse(wire.school_type.as_deref().unwrap_or_default()),
        // The standard's own range; a number outside it is no school year.
        school_year: wire.school_year.filter(|year| (0.0..=10.0).contains(year)).map(|year| year as u8),
        start: wire.start_date.map(|day| day.0),
        end: wire.end_date.map(|day| day.0),
        cancelled: wire.cancelled.unwrap_or(false),
    }
}

fn responsible(wire: WireResponsible) -> Responsible {
    Responsible {
        person: wire.person.id,
        kind: RelationKind::parse(wire.relation_type.as_deref().unwrap_or_default()),
        protection: wire.person.security_marking.as_deref().map(|mark| protection(Some(mark))),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePlacement {
    id: Uuid,
    meta: Option<Meta>,
    placed_at: Reference,
    group: Option<Reference>,
    child: Reference,
    owners: Option<Vec<Reference>>,
    school_type: Option<String>,
    start_date: Option<Day>,
    end_date: Option<Day>,
}

impl Row for Placement {
    fn read(row: Value) -> Option<Self> {
        let wire: WirePlacement = readable(row)?;
        Some(Self {
            id: wire.id,
            modified: modified(wire.meta),
            unit: wire.placed_at.id,
            group: wire.group.map(|group| group.id),
            child: wire.child.id,
            owners: wire.owners.unwrap_or_default().into_iter().map(|owner| owner.id).collect(),
            school_type: wire.school_type.as_deref().map(SchoolType::parse),
            start: wire.start_date.map(|day| day.0),
            end: wire.end_date.map(|day| day.0),
        })
    }
}

/// Reads a row into its wire form. What the parser says stays here: it may repeat what it read.
fn readable<T: DeserializeOwned>(row: Value) -> Option<T> {
    serde_json::from_value(row).ok()
}

/// The words of `securityMarking` that mark somebody (SS 12000, Person).
const SECRECY_MARK: &str = "Sekretessmarkering";
const PROTECTED_REGISTRATION: &str = "Skyddad folkbokföring";

/// Fails closed: only the word for "none" means none.
fn protection(mark: Option<&str>) -> Protection {
    match mark {
        Some("Ingen") => Protection::None,
        Some(PROTECTED_REGISTRATION) => Protection::ProtectedRegistration,
        _ => Protection::SecrecyMark,
    }
}

fn modified(meta: Option<Meta>) -> Option<Timestamp> {
    meta?.modified?.parse().ok()
}

/// The first or last day of something. One that cannot be read makes the row unreadable: taken for "no end" it would
/// keep a door open.
struct Day(Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        day(&text).map(Self).ok_or_else(|| D::Error::custom("not a day"))
    }
}

/// The day of a date or a date-time.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// A municipality code: text in organisations, a number elsewhere.
fn four_digits(code: Value) -> Option<String> {
    let code = match code {
        Value::String(code) => code,
        Value::Number(code) => format!("{:0>4}", code.as_u64()?),
        _ => return None,
    };
    (code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit())).then_some(code)
}

#[cfg(test)]
mod tests;
