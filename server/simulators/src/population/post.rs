//! One person's record, in the register's own words.
//!
//! Custody is `V` on the child's record and `VF` on the adult's, both from the world's `guardian_of`; what has ended or not yet
//! begun is not delivered. Parenthood (`MO`, `FA`, `F`, `B`) comes from `parent_of` and says nothing of custody.

use super::Desk;
use crate::world::{Deregistration, Person, Protection, Reason};
use jiff::civil::Date;
use serde_json::{Value, json};

impl Desk<'_> {
    /// The record of `person`.
    pub(super) fn post(&self, person: &Person) -> Value {
        let number = person.number.as_deref().unwrap_or_default();
        let mut post = json!({
            "identitet": {
                "identitetsbeteckning": number,
                "typ": if person.has_coordination_number() { "SAMORDNINGSNUMMER" } else { "PERSONNUMMER" },
                "status": status(person.deregistration.as_ref()),
            },
            "skyddAvPersonuppgifter": match person.protection {
                _ if self.odd => "NY_SORTS_SKYDD",
                Protection::None => "SAKNAS",
                Protection::SecrecyMark => "SEKRETESSMARKERING",
                Protection::ProtectedRegistration => "SKYDDAD_FOLKBOKFORING",
            },
            "namn": {
                "fornamn": { "namn": person.given },
                "efternamn": { "namn": person.family },
            },
            "relationerTillFolkbokforda": self.relations(person),
            "relationerTillAldrigFolkbokforda": self.relations_abroad(person),
        });
        let fields = [
            ("folkbokforing", registration(person)),
            ("kontaktadress", contact(person)),
            ("avregistrering", person.deregistration.as_ref().map(gone)),
            ("hanvisningar", self.references(person)),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                post[name] = value;
            }
        }
        post
    }

    /// Everyone the register ties the person to who has a number in it.
    fn relations(&self, person: &Person) -> Vec<Value> {
        let mut relations = Vec::new();
        let mut tie = |to: &Person, code: &str, meaning: &str, from: Option<Date>| {
            if !to.in_population_register() {
                return;
            }
            let code = if self.odd { "ZZ" } else { code };
            let mut relation = json!({
                "identitetsbeteckning": to.number, "typ": { "kod": code, "beskrivning": meaning },
            });
            if let Some(from) = from {
                relation["fromDatumVardnad"] = date(from);
            }
            if to.dead() {
                relation["avregistrering"] = json!({ "orsakskod": "AV" });
            }
            relations.push(relation);
        };
        for (guardian, from) in self.guardians(person) {
            tie(guardian, "V", "Vårdnadshavare", from);
        }
        for (at, parent) in self.parents(person).enumerate() {
            let (code, meaning) = self.parenthood(person, at);
            tie(parent, code, meaning, None);
        }
        for custody in person.guardian_of.iter().filter(|custody| custody.stands(self.today)) {
            if let Some(child) = self.census.person(&custody.child) {
                tie(child, "VF", "Vårdnadshavare för", custody.from);
            }
        }
        for child in person.parent_of.iter().filter_map(|id| self.census.person(id)) {
            tie(child, "B", "Barn", None);
        }
        relations
    }

    /// Guardians, parents and children who never had a number: by their time of birth and name.
    fn relations_abroad(&self, person: &Person) -> Vec<Value> {
        let tie = |to: &Person, code: &str, from: Option<Date>| {
            let mut relation = json!({
                "fodelsetidsnummer": time_of_birth(to),
                "namn": { "fornamn": { "namn": to.given }, "efternamn": { "namn": to.family } },
                "typ": { "kod": code },
            });
            if let Some(from) = from {
                relation["fromDatumVardnad"] = date(from);
            }
            relation
        };
        let abroad = |p: &Person| !p.in_population_register();
        let guardians = self.guardians(person).filter(|(p, _)| abroad(p)).map(|(p, from)| tie(p, "V", from));
        let custody = person.guardian_of.iter().filter(|custody| custody.stands(self.today));
        let children = custody
            .filter_map(|custody| Some((self.census.person(&custody.child)?, custody.from)))
            .filter(|(p, _)| abroad(p))
            .map(|(p, from)| tie(p, "VF", from));
        guardians.chain(children).collect()
    }

    fn guardians<'a>(&'a self, child: &'a Person) -> impl Iterator<Item = (&'a Person, Option<Date>)> {
        self.census.custodians(&child.id).filter_map(|guardian| {
            let stands = |c: &&crate::world::Custody| c.child == child.id && c.stands(self.today);
            guardian.guardian_of.iter().find(stands).map(|custody| (guardian, custody.from))
        })
    }

    fn parents<'a>(&'a self, child: &'a Person) -> impl Iterator<Item = &'a Person> {
        self.census.parents(&child.id)
    }

    /// Mother, father, or parent where an earlier one is called that already.
    fn parenthood(&self, child: &Person, at: usize) -> (&'static str, &'static str) {
        let sexes: Vec<_> = self.parents(child).map(Person::woman).collect();
        let sex = sexes.get(at).copied().flatten();
        match sex {
            Some(woman) if !sexes[..at].contains(&sex) => {
                if woman {
                    ("MO", "Mor")
                } else {
                    ("FA", "Far")
                }
            }
            _ => ("F", "Förälder"),
        }
    }

    /// The current number names the old ones, an old one the latest.
    fn references(&self, person: &Person) -> Option<Value> {
        let newer = self.census.referred(person);
        let older = self.census.older(person);
        let numbers = newer.into_iter().chain(older.filter_map(|old| old.number.as_deref()));
        let list: Vec<Value> = numbers.map(|number| json!({ "identitetsbeteckning": number })).collect();
        (!list.is_empty()).then_some(Value::Array(list))
    }
}

fn status(gone: Option<&Deregistration>) -> Value {
    let Some(gone) = gone else { return json!({ "varde": "AKTIVT" }) };
    let value = match gone.reason {
        Reason::GN | Reason::GS => "STÄNGT",
        _ => "AVREGISTRERAT",
    };
    json!({ "varde": value, "datum": date(gone.date), "orsak": gone.reason.as_str() })
}

fn gone(gone: &Deregistration) -> Value {
    let meaning = match gone.reason {
        Reason::AV => "Avliden",
        Reason::UV => "Utvandrad",
        Reason::GN => "Gammalt personnummer",
        Reason::GS => "Gammalt samordningsnummer",
        Reason::OB => "Obefintlig",
        Reason::TA => "Teknisk avregistrering",
        Reason::AN => "Annan orsak",
        Reason::FI => "Falsk identitet",
    };
    json!({
        "orsakskod": gone.reason.as_str(), "orsakskodsbeskrivning": meaning, "avregistreringsdatum": date(gone.date),
    })
}

/// Where the person is registered. Under skyddad folkbokföring the municipality may be an old one and the address is missing.
fn registration(person: &Person) -> Option<Value> {
    let address = person.address.as_ref()?;
    if person.deregistration.is_some() || person.has_coordination_number() {
        return None;
    }
    // Skatteverket writes county and municipality apart: 14 and 80.
    let (county, municipality) = address.municipality().split_at_checked(2).unwrap_or_default();
    let mut registration = json!({ "lanskod": county, "kommunkod": municipality });
    if person.protection != Protection::ProtectedRegistration {
        registration["adress"] = json!({
            "gatuadress": address.street, "postnummer": address.postcode, "postort": address.city,
        });
    }
    Some(registration)
}

/// The address Skatteverket itself would write to.
fn contact(person: &Person) -> Option<Value> {
    let address = person.address.as_ref()?;
    if person.protection == Protection::ProtectedRegistration || person.dead() {
        return None;
    }
    Some(json!({ "sverige": {
        "gatuadress": address.street, "postnummer": address.postcode, "postort": address.city, "typ": "FOLKBOKFORINGSADRESS",
    } }))
}

/// Eight digits of the birth date, where anything is known of it, and zeros.
fn time_of_birth(person: &Person) -> String {
    let born = person.number.as_deref().and_then(|number| number.get(..8)).unwrap_or("00000000");
    format!("{born}0000")
}

fn date(day: Date) -> Value {
    json!({ "varde": day.strftime("%Y%m%d").to_string(), "rfc3339Datum": day.to_string() })
}
