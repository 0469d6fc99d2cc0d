use serde_json::json;

use super::*;

const UNIT: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const CHILD: &str = "aaaaaaaa-0000-4000-8000-000000000002";
const ADULT: &str = "aaaaaaaa-0000-4000-8000-000000000003";

fn uuid(text: &str) -> Uuid {
    text.parse().unwrap()
}

fn day_of(year: i16, month: i8, day: i8) -> Option<Date> {
    Some(Date::constant(year, month, day))
}

fn pupil() -> Value {
    json!({
        "id": CHILD,
        "meta": { "created": "2025-08-01T08:00:00+02:00", "modified": "2026-08-01T08:00:00+02:00" },
        "givenName": "Alma", "middleName": null, "familyName": "Lind",
        "eduPersonPrincipalNames": ["almlin@edu.example.se"],
        "civicNo": { "value": "201501012395", "nationality": "SE" },
        "birthDate": "2015-01-01",
        "sex": "Kvinna",
        "securityMarking": "Ingen",
        "personStatus": "Aktiv",
        "emails": [
            { "value": "hemma@example.se", "type": "Privat" },
            { "value": "alma@edu.example.se", "type": "Skola elev" }
        ],
        "enrolments": [{
            "enroledAt": { "id": UNIT }, "schoolYear": 3, "schoolType": "GR",
            "startDate": "2024-08-19", "endDate": "2030-06-12", "cancelled": false
        }],
        "responsibles": [
            { "person": { "id": ADULT, "securityMarking": "Ingen" }, "relationType": "Vårdnadshavare" },
            { "person": { "id": UNIT }, "relationType": "Familjehemsförälder" }
        ]
    })
}

fn one<R: Row>(row: Value) -> Option<R> {
    let mut page = page::<R>("rows", &json!({ "data": [row], "pageToken": null }).to_string()).unwrap();
    assert_eq!(page.rows.len() + page.unreadable, 1);
    page.rows.pop()
}

#[test]
fn a_pupil_is_read_with_enrolments_and_responsibles() {
    let pupil: Person = one(pupil()).unwrap();
    assert_eq!((pupil.given.as_str(), pupil.family.as_str(), pupil.middle), ("Alma", "Lind", None));
    assert_eq!(pupil.number, PersonId::parse("201501012395").ok());
    assert_eq!(pupil.modified, "2026-08-01T06:00:00Z".parse().ok());
    assert_eq!((pupil.protection, pupil.status), (Protection::None, PersonStatus::Active));
    assert_eq!(pupil.user_names, ["almlin@edu.example.se"]);
    assert_eq!(pupil.school_email.as_deref(), Some("alma@edu.example.se"));
    let enrolment = Enrolment {
        unit: uuid(UNIT),
        school_type: SchoolType::Compulsory,
        school_year: Some(3),
        start: day_of(2024, 8, 19),
        end: day_of(2030, 6, 12),
        cancelled: false,
    };
    assert_eq!(pupil.enrolments, [enrolment]);
    let guardian =
        Responsible { person: uuid(ADULT), kind: RelationKind::Guardian, protection: Some(Protection::None) };
    assert_eq!(pupil.responsibles[0], guardian);
    // A reference without a mark says nothing: the person's own row does. A new word is no guardian.
    assert_eq!(pupil.responsibles[1].kind, RelationKind::Other("Familjehemsförälder".into()));
    assert_eq!(pupil.responsibles[1].protection, None);
}

#[test]
fn the_least_the_standard_asks_for_is_enough() {
    let least: Person = one(json!({ "id": CHILD, "givenName": "Alma", "familyName": "Lind" })).unwrap();
    assert_eq!((least.number.clone(), least.enrolments.len(), least.responsibles.len()), (None, 0, 0));
    assert!(least.protection.is_protected() && least.silent);
    let nulls: Person = one(json!({
        "id": CHILD, "givenName": "Alma", "familyName": "Lind", "meta": null, "civicNo": null, "emails": null,
        "enrolments": null, "responsibles": null, "securityMarking": null, "eduPersonPrincipalNames": null
    }))
    .unwrap();
    assert_eq!(nulls, least);
}

#[test]
fn whoever_is_not_said_to_be_unprotected_is_protected() {
    for (mark, protection) in [
        (json!("Ingen"), Protection::None),
        (json!("Sekretessmarkering"), Protection::SecrecyMark),
        (json!("Skyddad folkbokföring"), Protection::ProtectedRegistration),
        (json!("ingen"), Protection::SecrecyMark),
        (json!("Något nytt"), Protection::SecrecyMark),
        (json!(null), Protection::SecrecyMark),
    ] {
        let mut row = pupil();
        row["securityMarking"] = mark.clone();
        assert_eq!(one::<Person>(row).unwrap().protection, protection, "{mark}");
    }
}

#[test]
fn a_schools_own_number_is_read_and_one_that_is_none_is_left_out() {
    let number = |text: &str| {
        let mut row = pupil();
        row["civicNo"] = json!({ "value": text });
        one::<Person>(row).unwrap().number
    };
    assert_eq!(number("20130101TF01"), PersonId::parse("20130101TF01").ok());
    for text in ["", "201501012396", "okänt"] {
        assert_eq!(number(text), None, "{text}");
    }
}

#[test]
fn codes_of_tomorrow_are_survived() {
    let mut row = pupil();
    row["personStatus"] = json!("Försvunnen");
    row["enrolments"][0]["schoolType"] = json!("NYTT");
    row["enrolments"][0]["schoolYear"] = json!(77);
    row["tomorrow"] = json!({ "any": ["thing"] });
    let pupil: Person = one(row).unwrap();
    assert_eq!(pupil.status, PersonStatus::Other("Försvunnen".into()));
    assert_eq!(pupil.enrolments[0].school_type, SchoolType::Other("NYTT".into()));
    assert_eq!(pupil.enrolments[0].school_year, None);
}

#[test]
fn either_spelling_is_read() {
    let mut row = pupil();
    let enrolment = row["enrolments"][0].as_object_mut().unwrap();
    let unit = enrolment.remove("enroledAt").unwrap();
    enrolment.insert("enrolledAt".into(), unit);
    row["emails"] = json!([{ "number": "alma@edu.example.se", "type": "Skola elev" }]);
    let pupil: Person = one(row).unwrap();
    assert_eq!(pupil.enrolments[0].unit, uuid(UNIT));
    assert!(pupil.school_email.is_some());
}

#[test]
fn an_end_that_cannot_be_read_is_not_taken_for_no_end() {
    for end in [json!("soon"), json!("2026-02-30"), json!(20260612)] {
        let mut row = pupil();
        row["enrolments"][0]["endDate"] = end.clone();
        assert_eq!(one::<Person>(row), None, "{end}");
    }
    let mut row = pupil();
    row["enrolments"][0]["endDate"] = json!(null);
    assert_eq!(one::<Person>(row).unwrap().enrolments[0].end, None);
}

#[test]
fn organisations_groups_and_placements_are_read() {
    let unit: Organisation = one(json!({
        "id": UNIT, "meta": { "created": "x", "modified": "y" }, "displayName": "Exempelskolan",
        "organisationType": "Skolenhet", "parentOrganisation": { "id": ADULT }, "schoolUnitCode": "12345678",
        "schoolTypes": ["GR", "FTH"], "municipalityCode": 1480, "phoneNumber": "031-390 06 10",
        "email": "exempelskolan@example.se", "contactInfo": [{ "infoType": "Publik", "info": "Öppet 8-16" }],
        "startDate": "2000-01-01"
    }))
    .unwrap();
    assert_eq!((unit.kind, unit.parent), (OrganisationKind::Unit, Some(uuid(ADULT))));
    assert_eq!((unit.unit_code.as_deref(), unit.municipality.as_deref()), (Some("12345678"), Some("1480")));
    assert_eq!(unit.school_types, [SchoolType::Compulsory, SchoolType::AfterSchool]);
    assert_eq!((unit.modified, unit.contacts.len()), (None, 1));

    let class: Group = one(json!({
        "id": CHILD, "displayName": "3B", "groupType": "Klass", "organisation": { "id": UNIT }, "schoolType": "GR",
        "startDate": "2026-08-17",
        "groupMemberships": [{ "person": { "id": CHILD }, "startDate": "2026-08-17", "endDate": "2027-06-11" }]
    }))
    .unwrap();
    assert_eq!((class.kind, class.organisation, class.end), (GroupKind::Class, uuid(UNIT), None));
    let member = GroupMember { person: uuid(CHILD), start: day_of(2026, 8, 17), end: day_of(2027, 6, 11) };
    assert_eq!(class.members, [member]);

    let placement: Placement = one(json!({
        "id": CHILD, "placedAt": { "id": UNIT }, "group": null, "child": { "id": CHILD },
        "owners": [{ "id": ADULT }], "schoolType": "FS", "startDate": "2026-08-17T00:00:00+02:00"
    }))
    .unwrap();
    assert_eq!((placement.unit, placement.group, placement.child), (uuid(UNIT), None, uuid(CHILD)));
    assert_eq!((placement.owners, placement.start), (vec![uuid(ADULT)], day_of(2026, 8, 17)));
}

#[test]
fn a_page_tells_what_it_could_not_read_and_where_to_go_on() {
    let rows = json!({ "data": [pupil(), { "givenName": "x" }, 7, null], "pageToken": "abc" }).to_string();
    let page: Page<Person> = page("persons", &rows).unwrap();
    assert_eq!((page.rows.len(), page.unreadable), (1, 3));
    assert_eq!(page.next.unwrap().as_str(), "abc");
    for (last, name) in [
        (json!({ "data": [], "pageToken": null }), "null"),
        (json!({ "data": [] }), "missing"),
        (json!({ "data": [], "pageToken": "" }), "empty"),
        (json!([]), "bare list"),
    ] {
        assert!(super::page::<Person>("persons", &last.to_string()).unwrap().next.is_none(), "{name}");
    }
    for text in ["", "<html>", "{}", "{\"data\":{}}", "{\"data\":[", "7"] {
        assert!(matches!(super::page::<Person>("persons", text), Err(Error::Garbled(_))), "{text}");
    }
}

#[test]
fn either_form_of_an_error_is_read() {
    for (body, code) in [
        (json!({ "code": "BadToken", "message": "x" }), Some("BadToken")),
        (json!({ "error": { "code": 400, "message": "x" } }), Some("400")),
        (json!({ "message": "x" }), None),
        (json!([]), None),
    ] {
        assert_eq!(error_code(&body.to_string()).as_deref(), code, "{body}");
    }
    assert_eq!(error_code("<html>"), None);
}

#[test]
fn debug_of_a_person_names_nobody() {
    let shown = format!("{:?}", one::<Person>(pupil()).unwrap());
    for word in ["Alma", "Lind", "201501012395", "almlin"] {
        assert!(!shown.contains(word), "{shown}");
    }
}
