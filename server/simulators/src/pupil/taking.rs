//! From the world to the register's objects.

use super::{
    ids::register_id,
    objects::{
        Address, CivicNo, Duty, Enrolment, Group, Mail, Membership, Organisation, Person, PersonReference,
        Placement, Reference, Responsible,
    },
    snapshot::authority_id,
};
use crate::world::{self, Census, DutyRole, GroupKind, Protection, Reason, UnitKind};
use jiff::civil::{Date, date};
use std::collections::HashMap;
use uuid::Uuid;

/// Since when what has no date of its own has been there.
pub(super) const ALWAYS: Date = date(2020, 8, 1);

/// Everything the register holds.
pub(super) struct Objects {
    pub(super) organisations: Vec<Organisation>,
    pub(super) persons: Vec<Person>,
    pub(super) placements: Vec<Placement>,
    pub(super) duties: Vec<Duty>,
    pub(super) groups: Vec<Group>,
    /// Where in the census each person stands.
    pub(super) people: HashMap<Uuid, usize>,
}

/// What the register holds of `census` on `day`.
pub(super) fn objects(census: &Census, day: Date) -> Objects {
    let mut responsibles: HashMap<&str, Vec<Responsible>> = HashMap::new();
    let mut memberships: HashMap<&str, Vec<Membership>> = HashMap::new();
    let mut placements = Vec::new();
    let mut duties = Vec::new();
    let known: Vec<&world::Person> =
        census.persons.iter().filter(|person| census.in_pupil_register(person, day)).collect();
    let people = census.persons.iter().enumerate().map(|(at, person)| (id(person), at)).collect();
    for person in &known {
        for child in person.pupil_register_children(day) {
            responsibles.entry(child).or_default().push(responsible(person, "Vårdnadshavare"));
        }
        for tie in person.pupil_register.iter().flat_map(|register| &register.responsible_for) {
            responsibles.entry(&tie.child).or_default().push(responsible(person, &tie.relation));
        }
        for place in &person.enrolments {
            if let Some(group) = &place.group {
                memberships.entry(group).or_default().push(membership(person, place));
            }
        }
        duties.extend(person.duties.iter().map(|work| duty(census, person, work)));
    }
    for child in &known {
        for place in child.enrolments.iter().filter(|place| kind(census, &place.unit) == UnitKind::Preschool)
        {
            let ties = responsibles.get(child.id.as_str()).into_iter().flatten();
            let guardians = ties.filter(|tie| tie.relation_type == "Vårdnadshavare");
            let owners = guardians.map(|tie| tie.person.clone()).collect();
            placements.push(placement(child, place, owners));
        }
    }
    let persons = known
        .iter()
        .map(|person| {
            self::person(census, person, responsibles.remove(person.id.as_str()).unwrap_or_default())
        })
        .collect();
    let groups = census
        .groups
        .iter()
        .map(|group| {
            let of = group.within.as_deref().unwrap_or(&group.id);
            self::group(census, group, memberships.get(of).cloned().unwrap_or_default())
        })
        .collect();
    let units = census.units.iter().map(unit);
    Objects {
        organisations: std::iter::once(authority()).chain(units).collect(),
        persons,
        placements,
        duties,
        groups,
        people,
    }
}

fn authority() -> Organisation {
    Organisation {
        id: authority_id(),
        display_name: "Den påhittade staden".to_owned(),
        organisation_type: "Huvudman",
        organisation_code: None,
        parent_organisation: None,
        school_unit_code: None,
        school_types: Vec::new(),
        municipality_code: "1480".to_owned(),
        email: None,
        phone_number: None,
        start_date: ALWAYS,
    }
}

/// Preschools have no school unit code; the city's own code stands in its place.
fn unit(unit: &world::Unit) -> Organisation {
    let preschool = unit.kind == UnitKind::Preschool;
    let code = Some(unit.code.clone());
    Organisation {
        id: register_id("unit", &unit.code),
        display_name: unit.name.clone(),
        organisation_type: "Skolenhet",
        organisation_code: code.clone().filter(|_| preschool),
        parent_organisation: Some(Reference { id: authority_id() }),
        school_unit_code: code.filter(|_| !preschool),
        school_types: match unit.kind {
            UnitKind::Preschool => vec!["FS"],
            UnitKind::Compulsory => vec!["FKLASS", "GR"],
            UnitKind::UpperSecondary => vec!["GY"],
        },
        municipality_code: unit.municipality.clone(),
        email: unit.email.clone(),
        phone_number: unit.phone.clone(),
        start_date: ALWAYS,
    }
}

fn person(census: &Census, person: &world::Person, responsibles: Vec<Responsible>) -> Person {
    let in_school = person.enrolments.iter().filter(|place| kind(census, &place.unit) != UnitKind::Preschool);
    let mail = |value: &String| Mail {
        value: value.clone(),
        kind: match (person.duties.is_empty(), person.listed_as_pupil()) {
            (false, _) => "Skola personal",
            (true, true) => "Skola elev",
            (true, false) => "Privat",
        },
    };
    Person {
        id: id(person),
        given_name: person.given.clone(),
        family_name: person.family.clone(),
        edu_person_principal_names: person.username.iter().map(principal).collect(),
        civic_no: person.number.clone().map(|value| CivicNo { value, nationality: "SE" }),
        birth_date: person.birth_date(),
        sex: match person.woman() {
            Some(true) => "Kvinna",
            Some(false) => "Man",
            None => "Okänt",
        },
        security_marking: marking(person),
        person_status: match person.deregistration.as_ref().map(|gone| gone.reason) {
            Some(Reason::AV) => "Avliden",
            Some(Reason::UV) => "Utvandrad",
            _ => "Aktiv",
        },
        emails: person.email.iter().map(mail).collect(),
        addresses: address(person).into_iter().collect(),
        enrolments: in_school.map(|place| enrolment(census, place)).collect(),
        responsibles,
    }
}

/// Under skyddad folkbokföring nobody knows the address, the pupil register included.
fn address(person: &world::Person) -> Option<Address> {
    let address = person.address.as_ref()?;
    let hidden = [person.protection, person.pupil_register_protection()];
    (!hidden.contains(&Protection::ProtectedRegistration)).then(|| Address {
        kind: "Folkbokföring",
        street_address: address.street.clone(),
        postal_code: address.postcode.clone(),
        locality: address.city.clone(),
        municipality_code: address.municipality().parse().unwrap_or_default(),
        country: "SE",
    })
}

/// `local@domain`; a user name without a domain gets the schools' own.
fn principal(username: &String) -> String {
    if username.contains('@') { username.clone() } else { format!("{username}@edu.example.se") }
}

fn enrolment(census: &Census, place: &world::Enrolment) -> Enrolment {
    let group = place.group.as_deref().and_then(|group| census.group(group));
    let name = group.map(|group| group.name.as_str()).unwrap_or_default();
    let year = name.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    let upper = kind(census, &place.unit) == UnitKind::UpperSecondary;
    let programme: String = name.chars().take_while(char::is_ascii_alphabetic).collect();
    Enrolment {
        enroled_at: Reference { id: register_id("unit", &place.unit) },
        school_year: if upper { None } else { year.or(Some(0)) },
        school_type: match (upper, year) {
            (true, _) => "GY",
            (false, Some(_)) => "GR",
            (false, None) => "FKLASS",
        },
        start_date: place.from,
        end_date: place.to,
        cancelled: false,
        education_code: (upper && !programme.is_empty()).then_some(programme),
    }
}

fn placement(child: &world::Person, place: &world::Enrolment, owners: Vec<PersonReference>) -> Placement {
    Placement {
        id: register_id("placement", &format!("{}/{}/{}", child.id, place.unit, place.from)),
        placed_at: Reference { id: register_id("unit", &place.unit) },
        group: place.group.as_deref().map(|group| Reference { id: register_id("group", group) }),
        child: reference(child),
        owners,
        school_type: "FS",
        start_date: place.from,
        end_date: place.to,
        reason: "Omsorg",
    }
}

fn duty(census: &Census, person: &world::Person, work: &world::Duty) -> Duty {
    Duty {
        id: register_id("duty", &format!("{}/{}/{:?}", person.id, work.unit, work.role)),
        person: reference(person),
        duty_at: Reference { id: register_id("unit", &work.unit) },
        duty_role: match work.role {
            DutyRole::Teacher if kind(census, &work.unit) == UnitKind::Preschool => "Förskollärare",
            DutyRole::Teacher => "Lärare",
            DutyRole::Administrator => "Annan personal",
            DutyRole::Principal => "Rektor",
        },
        start_date: work.from.unwrap_or(ALWAYS),
        end_date: work.to,
    }
}

fn group(census: &Census, group: &world::Group, memberships: Vec<Membership>) -> Group {
    let kind = kind(census, &group.unit);
    Group {
        id: register_id("group", &group.id),
        display_name: group.name.clone(),
        group_type: match group.kind {
            GroupKind::Class => "Klass",
            GroupKind::Section => "Avdelning",
            GroupKind::Group if kind == UnitKind::Preschool => "Övrigt",
            GroupKind::Group => "Undervisning",
        },
        school_type: match kind {
            UnitKind::Preschool => "FS",
            UnitKind::Compulsory if !group.name.starts_with(|c: char| c.is_ascii_digit()) => "FKLASS",
            UnitKind::Compulsory => "GR",
            UnitKind::UpperSecondary => "GY",
        },
        start_date: memberships.iter().map(|member| member.start_date).min().unwrap_or(ALWAYS),
        organisation: Reference { id: register_id("unit", &group.unit) },
        group_memberships: memberships,
    }
}

fn membership(person: &world::Person, place: &world::Enrolment) -> Membership {
    Membership { person: reference(person), start_date: place.from, end_date: place.to }
}

fn responsible(person: &world::Person, relation: &str) -> Responsible {
    Responsible { person: reference(person), relation_type: relation.to_owned() }
}

pub(super) fn reference(person: &world::Person) -> PersonReference {
    PersonReference { id: id(person), security_marking: marking(person) }
}

fn id(person: &world::Person) -> Uuid {
    register_id("person", &person.id)
}

fn marking(person: &world::Person) -> &'static str {
    match person.pupil_register_protection() {
        Protection::None => "Ingen",
        Protection::SecrecyMark => "Sekretessmarkering",
        Protection::ProtectedRegistration => "Skyddad folkbokföring",
    }
}

/// What kind of unit `code` is. The census has checked that it is there.
fn kind(census: &Census, code: &str) -> UnitKind {
    census.unit(code).map_or(UnitKind::Compulsory, |unit| unit.kind)
}
