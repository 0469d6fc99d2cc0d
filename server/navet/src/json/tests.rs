use serde_json::{Value, json};

use super::*;

const ADULT: &str = "198501012390";
const CHILD: &str = "201501012395";
const OTHER: &str = "198801012389";

fn id(number: &str) -> PersonId {
    PersonId::parse(number).unwrap()
}

/// Whether custody of or by this person stands among these.
fn holds(relations: &[Relation], number: &str) -> bool {
    relations.iter().any(|relation| relation.number == id(number) && relation.gone.is_none())
}

fn day(year: i16, month: i8, day: i8) -> Option<Date> {
    Some(Date::constant(year, month, day))
}

/// The published shape of a post (v2 types), for an adult with one child.
fn adult() -> Value {
    json!({
        "identitet": {
            "identitetsbeteckning": ADULT, "typ": "PERSONNUMMER", "status": { "varde": "AKTIVT", "datum": null }
        },
        "skyddAvPersonuppgifter": "SAKNAS",
        "senastAndrad": { "tidpunkt": "2026-02-01T03:04:05Z" },
        "namn": {
            "fornamn": { "namn": "Karl Erik", "tilltalsnamnsmarkering": "10" },
            "mellannamn": { "namn": "Ek" },
            "efternamn": { "namn": "Lind" },
            "aviseringsnamn": "Lind, Karl"
        },
        "folkbokforing": {
            "datum": { "varde": "20191012", "rfc3339Datum": "2019-10-12" },
            "lanskod": "14", "kommunkod": "80",
            "adress": { "gatuadress": "Gamla gatan 1", "postnummer": "41101", "postort": "Göteborg" }
        },
        "kontaktadress": {
            "sverige": {
                "gatuadress": "Exempelgatan 7 lgh 1201", "adressfortsattning": null, "careOf": "c/o Ek",
                "postnummer": 41102, "postort": "Göteborg", "typ": "FOLKBOKFORINGSADRESS"
            }
        },
        "hanvisningar": [],
        "relationerTillFolkbokforda": [
            { "identitetsbeteckning": CHILD, "typ": { "kod": "B", "beskrivning": "Barn" } },
            {
                "identitetsbeteckning": CHILD, "typ": { "kod": "VF", "beskrivning": "Vårdnadshavare för" },
                "fromDatumVardnad": { "varde": "20150101", "rfc3339Datum": "2015-01-01" }
            },
            { "identitetsbeteckning": OTHER, "typ": { "kod": "M", "beskrivning": "Make/Maka" } }
        ]
    })
}

fn told(posts: Value, faults: Value, asked: &[&str]) -> Result<(Vec<Post>, Vec<PersonId>)> {
    let text = json!({ "status": "OK", "folkbokforingsposter": posts, "fel": faults }).to_string();
    let asked: Vec<PersonId> = asked.iter().map(|number| id(number)).collect();
    answer(&text, &asked.iter().collect::<Vec<_>>(), Uuid::nil())
}

fn one(post: Value) -> Post {
    let number = post["identitet"]["identitetsbeteckning"].as_str().unwrap().to_owned();
    told(json!([post]), json!([]), &[&number]).unwrap().0.remove(0)
}

#[test]
fn a_question_is_put_as_the_specification_has_it() {
    let ordered = Ordered::new("162120001355", "00000236-FO01-0001").unwrap();
    assert_eq!(
        serde_json::to_value(ordered.request(&[&id(ADULT)])).unwrap(),
        json!({
            "bestallning": { "organisationsnummer": "162120001355", "bestallningsidentitet": "00000236-FO01-0001" },
            "sokvillkor": [{ "identitetsbeteckning": ADULT }]
        })
    );
    assert!(Ordered::new("2120001355", "x").is_err());
    assert!(Ordered::new("162120001355", "").is_err());
}

#[test]
fn a_post_is_reduced_to_what_the_house_may_know() {
    let post = one(adult());
    assert_eq!((post.given.as_str(), post.family.as_str()), ("Karl Erik", "Ek Lind"));
    assert_eq!((post.status.clone(), post.protection), (Status::Active, Protection::None));
    assert_eq!(post.municipality.as_deref(), Some("1480"));
    let address = post.address.clone().unwrap();
    assert_eq!(address.care_of.as_deref(), Some("c/o Ek"));
    assert_eq!(address.lines, ["Exempelgatan 7 lgh 1201"]);
    assert_eq!((address.postcode.as_deref(), address.city.as_deref()), (Some("41102"), Some("Göteborg")));
    assert_eq!(post.guardian_of, [Relation { number: id(CHILD), from: day(2015, 1, 1), gone: None }]);
    assert!(post.guardians.is_empty() && holds(&post.guardian_of, CHILD) && !holds(&post.guardian_of, OTHER));
}

#[test]
fn only_custody_makes_a_guardian_and_kinship_never_does() {
    for kind in ["MO", "FA", "F", "B", "M", "P", "VF", "X", ""] {
        let mut child = adult();
        child["identitet"]["identitetsbeteckning"] = json!(CHILD);
        child["relationerTillFolkbokforda"] =
            json!([{ "identitetsbeteckning": ADULT, "typ": { "kod": kind } }]);
        assert!(!holds(&one(child).guardians, ADULT), "{kind}");
    }
    let mut child = adult();
    child["identitet"]["identitetsbeteckning"] = json!(CHILD);
    child["relationerTillFolkbokforda"] = json!([
        { "identitetsbeteckning": ADULT, "typ": { "kod": "V" }, "fromDatumVardnad": { "varde": "20150100" } },
        { "identitetsbeteckning": OTHER, "typ": { "kod": "V" }, "avregistrering": { "orsakskod": "AV" } },
        { "identitetsbeteckning": "not a number", "typ": { "kod": "V" } },
        { "identitetsbeteckning": null, "typ": { "kod": "V" } }
    ]);
    child["relationerTillAldrigFolkbokforda"] = json!([{ "fodelsetidsnummer": "198001010000", "namn": {}, "typ": { "kod": "V" } }, { "typ": { "kod": "MO" } }]);
    let child = one(child);
    assert!(holds(&child.guardians, ADULT));
    assert_eq!(child.guardians.len(), 2);
    assert_eq!((child.guardians[0].from, child.guardians[1].gone.clone()), (None, Some(Gone::Dead)));
    assert_eq!(child.guardians_without_number, 1);
}

#[test]
fn a_relation_with_a_day_of_deregistration_or_a_reason_for_it_is_gone() {
    let gone = |value: Value| {
        let mut child = adult();
        child["relationerTillFolkbokforda"] =
            json!([{ "identitetsbeteckning": OTHER, "typ": { "kod": "V" }, "avregistrering": value }]);
        let child = one(child);
        assert_eq!(holds(&child.guardians, OTHER), child.guardians[0].gone.is_none());
        child.guardians[0].gone.clone()
    };
    assert_eq!(gone(json!({ "orsakskod": "AV" })), Some(Gone::Dead));
    for without_reason in [
        json!({ "avregistreringsdatum": { "rfc3339Datum": "2026-03-01" } }),
        json!({ "orsakskod": null, "avregistreringsdatum": { "varde": "20260000" } }),
    ] {
        assert!(gone(without_reason).is_some());
    }
    for nothing in [json!(null), json!({}), json!({ "orsakskod": null })] {
        assert_eq!(gone(nothing), None);
    }
}

#[test]
fn whoever_is_not_said_to_be_unprotected_is_protected() {
    for (mark, protection) in [
        (json!("SAKNAS"), Protection::None),
        (json!("SEKRETESSMARKERING"), Protection::SecrecyMark),
        (json!("SKYDDAD_FOLKBOKFORING"), Protection::ProtectedRegistration),
        (json!("saknas"), Protection::SecrecyMark),
        (json!("NYTT_SKYDD"), Protection::SecrecyMark),
        (json!(""), Protection::SecrecyMark),
        (json!(null), Protection::SecrecyMark),
    ] {
        let mut post = adult();
        post["skyddAvPersonuppgifter"] = mark.clone();
        assert_eq!(one(post).protection, protection, "{mark}");
    }
    let mut post = adult();
    post.as_object_mut().unwrap().remove("skyddAvPersonuppgifter");
    assert!(one(post).protection.is_protected());
}

#[test]
fn every_way_out_of_the_register_is_told_and_new_ones_are_survived() {
    for (code, reason) in [
        ("AV", Gone::Dead),
        ("UV", Gone::Emigrated),
        ("GN", Gone::OldPersonnummer),
        ("ZZ", Gone::Other("ZZ".into())),
    ] {
        let mut post = adult();
        post["avregistrering"] =
            json!({ "orsakskod": code, "avregistreringsdatum": { "varde": "20260301" } });
        assert_eq!(one(post).deregistration, Some(Deregistration { reason, date: day(2026, 3, 1) }));
    }
    let gone = |value: Value| {
        let mut post = adult();
        post["avregistrering"] = value;
        one(post).deregistration
    };
    assert_eq!(gone(json!(null)), None);
    assert_eq!(gone(json!({})), None);
    // A day that is not fully known, and a reason that was not given, are deregistrations all the same.
    assert_eq!(
        gone(json!({ "orsakskod": "OB", "avregistreringsdatum": { "varde": "20260000" } })).unwrap().date,
        None
    );
    assert!(gone(json!({ "avregistreringsdatum": { "rfc3339Datum": "2026-03-01" } })).is_some());
}

#[test]
fn a_replaced_number_is_answered_by_the_post_that_lists_it() {
    let mut post = adult();
    post["hanvisningar"] = json!([{ "identitetsbeteckning": OTHER }]);
    let (posts, missing) = told(json!([post]), json!([]), &[OTHER]).unwrap();
    assert_eq!((posts[0].number.clone(), posts[0].refers_to.clone()), (id(ADULT), vec![id(OTHER)]));
    assert!(missing.is_empty());
}

#[test]
fn either_name_of_the_lists_is_read() {
    let child = {
        let mut child = adult();
        child["identitet"]["identitetsbeteckning"] = json!(CHILD.parse::<u64>().unwrap());
        child
    };
    let text = json!({
        "folkbokforingsposter": [adult()], "personposter": [child],
        "felrapporter": [{ "identitetsbeteckning": OTHER, "orsakskod": "404" }]
    });
    let asked = [id(ADULT), id(CHILD), id(OTHER)];
    let (posts, missing) = answer(&text.to_string(), &asked.iter().collect::<Vec<_>>(), Uuid::nil()).unwrap();
    assert_eq!((posts.len(), missing), (2, vec![id(OTHER)]));
}

#[test]
fn a_number_the_register_does_not_know_is_missing_and_any_other_fault_is_an_error() {
    let (posts, missing) = told(json!([]), json!([{ "id": ADULT, "orsakskod": 404 }]), &[ADULT]).unwrap();
    assert_eq!((posts.len(), missing), (0, vec![id(ADULT)]));
    for (fault, code) in [(json!({ "id": ADULT, "orsakskod": 500 }), 500), (json!({ "id": ADULT }), 0)] {
        assert_eq!(told(json!([]), json!([fault]), &[ADULT]).unwrap_err(), Error::Said(Code::Number(code)));
    }
}

#[test]
fn half_an_answer_or_somebody_elses_is_none() {
    for (posts, faults) in [
        (json!([]), json!([])),
        (json!([adult(), adult()]), json!([])),
        (json!([adult()]), json!([{ "id": CHILD, "orsakskod": 404 }])),
        (json!([{ "identitet": { "identitetsbeteckning": "198501012391" } }]), json!([])),
        (json!([{}]), json!([])),
        (json!("none"), json!([])),
    ] {
        assert!(matches!(told(posts.clone(), faults, &[ADULT]), Err(Error::Garbled(_))), "{posts}");
    }
    assert!(matches!(told(json!([adult()]), json!([]), &[ADULT, CHILD]), Err(Error::Garbled(_))));
    assert!(matches!(told(json!([adult()]), json!([]), &[CHILD]), Err(Error::Garbled(_))));
    for text in ["", "<html>", "[]", "null", "{\"folkbokforingsposter\":"] {
        assert!(matches!(answer(text, &[&id(ADULT)], Uuid::nil()), Err(Error::Garbled(_))), "{text}");
    }
}

#[test]
fn debug_of_a_post_names_nobody() {
    let post = one(adult());
    let shown = format!("{post:?} {:?} {:?}", post.address, post.guardian_of);
    for word in ["Karl", "Lind", ADULT, CHILD, "Exempelgatan", "41102"] {
        assert!(!shown.contains(word), "{shown}");
    }
}
