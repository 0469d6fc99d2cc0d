//! The JSON of "Folkbokföringsuppgifter för offentliga aktörer" v3, and the checks between it and [`Post`].
//!
//! Only what the house may know is named here; the rest of an answer is passed over unread. Field names are Skatteverket's.

use std::collections::BTreeSet;

use model::{Date, PersonId, Protection};
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::{Address, BadSetting, Code, Deregistration, Error, Gone, Post, Relation, Result, Status};

/// The order (beställning) every question is asked under.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Ordered {
    organisationsnummer: String,
    bestallningsidentitet: String,
}

#[derive(Serialize)]
pub(crate) struct Request<'a> {
    bestallning: &'a Ordered,
    sokvillkor: Vec<Condition<'a>>,
}

#[derive(Serialize)]
struct Condition<'a> {
    identitetsbeteckning: &'a str,
}

impl Ordered {
    pub(crate) fn new(organisation: &str, order: &str) -> std::result::Result<Self, BadSetting> {
        if organisation.len() != 12 || !organisation.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadSetting::new(format!("organisation {organisation}"), "must be twelve digits"));
        }
        if order.is_empty() {
            return Err(BadSetting::new("order", "must name the beställning"));
        }
        Ok(Self { organisationsnummer: organisation.to_owned(), bestallningsidentitet: order.to_owned() })
    }

    pub(crate) fn request<'a>(&'a self, numbers: &[&'a PersonId]) -> Request<'a> {
        let sokvillkor =
            numbers.iter().map(|number| Condition { identitetsbeteckning: number.reveal() }).collect();
        Request { bestallning: self, sokvillkor }
    }
}

/// Two names are in use for either list; both are read.
#[derive(Deserialize)]
struct WireAnswer {
    #[serde(default)]
    folkbokforingsposter: Vec<WirePost>,
    #[serde(default)]
    personposter: Vec<WirePost>,
    #[serde(default)]
    fel: Vec<WireFault>,
    #[serde(default)]
    felrapporter: Vec<WireFault>,
}

#[derive(Deserialize)]
struct WireFault {
    #[serde(alias = "identitetsbeteckning")]
    id: Option<Text>,
    orsakskod: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePost {
    identitet: Identity,
    skydd_av_personuppgifter: Option<String>,
    namn: Option<Names>,
    folkbokforing: Option<Registration>,
    kontaktadress: Option<Contact>,
    avregistrering: Option<WireGone>,
    #[serde(default, deserialize_with = "list")]
    hanvisningar: Vec<Reference>,
    #[serde(default, deserialize_with = "list")]
    relationer_till_folkbokforda: Vec<WireRelation>,
    #[serde(default, deserialize_with = "list")]
    relationer_till_aldrig_folkbokforda: Vec<WireRelation>,
}

#[derive(Deserialize)]
struct Identity {
    identitetsbeteckning: Text,
    status: Option<IdentityStatus>,
}

#[derive(Deserialize)]
struct IdentityStatus {
    varde: Option<String>,
}

#[derive(Deserialize)]
struct Names {
    fornamn: Option<Name>,
    mellannamn: Option<Name>,
    efternamn: Option<Name>,
}

#[derive(Deserialize)]
struct Name {
    namn: Option<String>,
}

#[derive(Deserialize)]
struct Registration {
    lanskod: Option<Text>,
    kommunkod: Option<Text>,
    adress: Option<Swedish>,
}

#[derive(Deserialize)]
struct Contact {
    sverige: Option<Swedish>,
    utland: Option<Foreign>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Swedish {
    care_of: Option<String>,
    gatuadress: Option<String>,
    adressfortsattning: Option<String>,
    postnummer: Option<Text>,
    postort: Option<String>,
}

#[derive(Deserialize)]
struct Foreign {
    adressrad1: Option<String>,
    adressrad2: Option<String>,
    adressrad3: Option<String>,
    land: Option<String>,
}

#[derive(Deserialize)]
struct WireGone {
    orsakskod: Option<String>,
    avregistreringsdatum: Option<WireDate>,
}

#[derive(Deserialize)]
struct Reference {
    identitetsbeteckning: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireRelation {
    identitetsbeteckning: Option<Text>,
    typ: RelationKind,
    from_datum_vardnad: Option<WireDate>,
    avregistrering: Option<WireGone>,
}

#[derive(Deserialize)]
struct RelationKind {
    kod: String,
}

/// `{ "varde": "20191012", "rfc3339Datum": "2019-10-12" }`; either may be missing, and a day may be unknown (zeros).
#[derive(Deserialize)]
struct WireDate {
    varde: Option<Text>,
    #[serde(rename = "rfc3339Datum")]
    rfc3339: Option<String>,
}

impl WireDate {
    fn day(&self) -> Option<Date> {
        let whole = self.rfc3339.as_deref().and_then(|text| text.get(..10)?.parse().ok());
        whole.or_else(|| Date::strptime("%Y%m%d", &self.varde.as_ref()?.0).ok())
    }
}

/// Text that some versions of the service write as a number.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            Number(u64),
        }
        Ok(Self(match Either::deserialize(from)? {
            Either::Text(text) => text,
            Either::Number(number) => number.to_string(),
        }))
    }
}

/// A list that may be `null`.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> std::result::Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Reads what the register answered to `asked`: the posts, and the numbers it does not know.
pub(crate) fn answer(text: &str, asked: &[&PersonId], call: Uuid) -> Result<(Vec<Post>, Vec<PersonId>)> {
    let read: WireAnswer = serde_json::from_str(text).map_err(|_| Error::Garbled("not a list of posts"))?;
    let mut open: BTreeSet<&PersonId> = asked.iter().copied().collect();

    let mut posts = Vec::new();
    for wire in read.folkbokforingsposter.into_iter().chain(read.personposter) {
        let post = post(wire, call)?;
        // The post of a replaced number may be kept under the new one: then it lists the old.
        let answers = |number: &&PersonId| **number == post.number || post.refers_to.contains(number);
        let before = open.len();
        open.retain(|number| !answers(number));
        if open.len() == before {
            return Err(Error::Garbled("a post that was not asked for"));
        }
        posts.push(post);
    }

    let mut missing = Vec::new();
    for fault in read.fel.into_iter().chain(read.felrapporter) {
        let number = fault.id.and_then(|id| PersonId::parse(&id.0).ok());
        match fault.orsakskod.and_then(|code| code.0.parse().ok()) {
            Some(NOT_FOUND) => {}
            code => return Err(Error::Said(Code::Number(code.unwrap_or_default()))),
        }
        let Some(number) = number.filter(|number| open.remove(number)) else {
            return Err(Error::Garbled("a fault for a number that was not asked for"));
        };
        missing.push(number);
    }
    if open.is_empty() { Ok((posts, missing)) } else { Err(Error::Garbled("a number went unanswered")) }
}

/// The cause given for a number the register does not know.
const NOT_FOUND: u16 = 404;

/// "That person is my guardian".
const GUARDED_BY: &str = "V";
/// "I am guardian of that person".
const GUARDS: &str = "VF";

fn post(wire: WirePost, correlation: Uuid) -> Result<Post> {
    let number = PersonId::parse(&wire.identitet.identitetsbeteckning.0)
        .map_err(|_| Error::Garbled("a post without a person's number"))?;
    let status = wire.identitet.status.and_then(|status| status.varde);
    let names = wire.namn.as_ref();
    let part = |name: Option<&Name>| {
        name.and_then(|name| name.namn.as_deref()).unwrap_or_default().trim().to_owned()
    };
    let middle = part(names.and_then(|names| names.mellannamn.as_ref()));
    let last = part(names.and_then(|names| names.efternamn.as_ref()));
    let given = part(names.and_then(|names| names.fornamn.as_ref()));
    let municipality = wire.folkbokforing.as_ref().and_then(municipality);
    let registered = wire.folkbokforing.and_then(|registration| registration.adress);
    Ok(Post {
        number,
        status: Status::parse(status.as_deref().unwrap_or_default()),
        protection: protection(wire.skydd_av_personuppgifter.as_deref()),
        given,
        family: [middle, last].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" "),
        address: address(wire.kontaktadress, registered),
        municipality,
        deregistration: wire.avregistrering.as_ref().and_then(deregistration),
        refers_to: wire
            .hanvisningar
            .iter()
            .filter_map(|reference| PersonId::parse(&reference.identitetsbeteckning.0).ok())
            .collect(),
        guardian_of: relations(&wire.relationer_till_folkbokforda, GUARDS),
        guardians: relations(&wire.relationer_till_folkbokforda, GUARDED_BY),
        guardians_without_number: wire
            .relationer_till_aldrig_folkbokforda
            .iter()
            .filter(|relation| relation.typ.kod == GUARDED_BY)
            .count(),
        correlation,
    })
}

/// Fails closed: only the word for "none" means none.
fn protection(mark: Option<&str>) -> Protection {
    match mark {
        Some("SAKNAS") => Protection::None,
        Some("SEKRETESSMARKERING") => Protection::SecrecyMark,
        Some("SKYDDAD_FOLKBOKFORING") => Protection::ProtectedRegistration,
        unknown => {
            tracing::warn!(
                mark = model::tame(unknown.unwrap_or("missing")),
                "unknown protection mark: protected"
            );
            Protection::SecrecyMark
        }
    }
}

fn municipality(registration: &Registration) -> Option<String> {
    let (county, municipality) = (&registration.lanskod.as_ref()?.0, &registration.kommunkod.as_ref()?.0);
    let code = if municipality.len() == 4 {
        municipality.clone()
    } else {
        format!("{county:0>2}{municipality:0>2}")
    };
    (code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit())).then_some(code)
}

/// Skatteverket's own choice of the best address (`kontaktadress`), else the one of registration.
fn address(contact: Option<Contact>, registered: Option<Swedish>) -> Option<Address> {
    let (sverige, utland) = contact.map_or((None, None), |contact| (contact.sverige, contact.utland));
    if let (None, Some(foreign)) = (&sverige, utland) {
        let lines = [foreign.adressrad1, foreign.adressrad2, foreign.adressrad3];
        return Some(Address { lines: filled(lines), country: foreign.land, ..Address::default() });
    }
    let Swedish { care_of, gatuadress, adressfortsattning, postnummer, postort } = sverige.or(registered)?;
    Some(Address {
        care_of,
        lines: filled([adressfortsattning, gatuadress]),
        postcode: postnummer.map(|text| text.0),
        city: postort,
        country: None,
    })
}

fn filled<const N: usize>(lines: [Option<String>; N]) -> Vec<String> {
    lines.into_iter().flatten().filter(|line| !line.trim().is_empty()).collect()
}

fn deregistration(wire: &WireGone) -> Option<Deregistration> {
    // An empty object says nothing; a reason without a day, or a day without a reason, says enough.
    if wire.orsakskod.is_none() && wire.avregistreringsdatum.is_none() {
        return None;
    }
    let reason = Gone::parse(wire.orsakskod.as_deref().unwrap_or_default());
    Some(Deregistration { reason, date: wire.avregistreringsdatum.as_ref().and_then(WireDate::day) })
}

/// The relations of one kind. One whose number cannot be read is left out: it can give nobody access.
fn relations(wires: &[WireRelation], kind: &str) -> Vec<Relation> {
    wires
        .iter()
        .filter(|wire| wire.typ.kod == kind)
        .filter_map(|wire| {
            Some(Relation {
                number: PersonId::parse(&wire.identitetsbeteckning.as_ref()?.0).ok()?,
                from: wire.from_datum_vardnad.as_ref().and_then(WireDate::day),
                gone: wire.avregistrering.as_ref().and_then(deregistration).map(|gone| gone.reason),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
