//! The client against the town's pupil register, over TLS, on good days and bad.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

use std::{collections::BTreeSet, time::Duration};

use futures::TryStreamExt;
use jiff::SignedDuration;
use model::{PersonId, Protection};
use serde_json::{Value, json};
use simulators::{FaultOrder, System, Town};
use ss12000::{
    AbsenceReport, At, Cause, Client, Code, Error, Group, GroupKind, Organisation, OrganisationKind, Person,
    Placement, Recall, RelationKind, Resource, Settings,
};
use tempfile::TempDir;

const ADULT: &str = "198501012390";
const CHILD: &str = "201501012395";
const SMALL: &str = "202101012397";

struct House {
    town: Town,
    client: Client,
    _folder: TempDir,
}

/// A school with a class, a preschool with a section, and a family with a child in each.
fn world() -> Value {
    json!({
        "units": [
            { "code": "12345678", "name": "Exempelskolan", "kind": "compulsory", "municipality": "1480",
              "phone": "031-390 06 10", "email": "exempelskolan@example.se" },
            { "code": "87654321", "name": "Solstrålen", "kind": "preschool", "municipality": "1480" }
        ],
        "groups": [
            { "id": "g1", "unit": "12345678", "name": "3B", "kind": "class" },
            { "id": "g2", "unit": "87654321", "name": "Blåsippan", "kind": "section" }
        ],
        "persons": [
            { "id": "adult", "number": ADULT, "given": "Karl", "family": "Lind",
              "guardian_of": [{ "child": "child", "from": "2015-01-01", "to": null },
                              { "child": "small", "from": "2021-01-01", "to": null }] },
            { "id": "child", "number": CHILD, "given": "Alma", "family": "Lind", "username": "almlin",
              "enrolments": [{ "unit": "12345678", "group": "g1", "from": "2026-08-17", "to": "2027-06-11" }] },
            { "id": "small", "number": SMALL, "given": "Bo", "family": "Lind", "protection": "secrecy-mark",
              "enrolments": [{ "unit": "87654321", "group": "g2", "from": "2024-01-08", "to": null }] }
        ]
    })
}

impl House {
    async fn open() -> Self {
        Self::with(|settings| settings).await
    }

    async fn with(change: impl FnOnce(Settings) -> Settings) -> Self {
        let (town, folder) = Town::of(world()).await.unwrap();
        let client = Client::new(&change(settings(&town))).unwrap();
        Self { town, client, _folder: folder }
    }

    async fn all<R: Resource>(&self) -> Vec<R> {
        let pages: Vec<_> = self.client.pages::<R>(At::Start).try_collect().await.unwrap();
        assert_eq!(pages.iter().map(|page| page.unreadable).sum::<usize>(), 0);
        pages.into_iter().flat_map(|page| page.rows).collect()
    }

    fn fault(&self, fault: &str) {
        self.town.fault(FaultOrder::new(System::Pupil, fault)).unwrap();
    }
}

fn settings(town: &Town) -> Settings {
    let endpoint = format!("{}/v2.0/", town.url(System::Pupil));
    let mut settings = Settings::new(endpoint, town.files().ca(), town.files().tokens(), "pupil");
    (settings.peer.timeout, settings.peer.failures) = (Duration::from_millis(1500), 100);
    settings
}

fn person<'a>(persons: &'a [Person], number: &str) -> &'a Person {
    let number = PersonId::parse(number).ok();
    persons.iter().find(|person| person.number == number).unwrap()
}

#[tokio::test]
async fn units_and_groups_are_read_with_how_to_reach_them() {
    let house = House::open().await;
    let organisations: Vec<Organisation> = house.all().await;
    let unit = |name: &str| organisations.iter().find(|unit| unit.name == name).unwrap();
    let school = unit("Exempelskolan");
    assert_eq!((school.name.as_str(), &school.kind), ("Exempelskolan", &OrganisationKind::Unit));
    assert_eq!(school.unit_code.as_deref(), Some("12345678"));
    assert_eq!(school.municipality.as_deref(), Some("1480"));
    assert_eq!(school.phone.as_deref(), Some("031-390 06 10"));
    let groups: Vec<Group> = house.all().await;
    let class = groups.iter().find(|group| group.name == "3B").unwrap();
    assert_eq!((&class.kind, class.organisation), (&GroupKind::Class, school.id));
    let section = groups.iter().find(|group| group.name == "Blåsippan").unwrap();
    assert_eq!((&section.kind, section.organisation), (&GroupKind::Section, unit("Solstrålen").id));
}

#[tokio::test]
async fn pupils_are_read_with_their_places_and_guardians() {
    let house = House::open().await;
    let organisations: Vec<Organisation> = house.all().await;
    let persons: Vec<Person> = house.all().await;
    let groups: Vec<Group> = house.all().await;
    let placements: Vec<Placement> = house.all().await;

    let child = person(&persons, CHILD);
    let guardian = person(&persons, ADULT);
    assert_eq!((child.given.as_str(), child.protection), ("Alma", Protection::None));
    assert!(child.user_names.iter().any(|name| name.starts_with("almlin")));
    let school = organisations.iter().find(|unit| unit.name == "Exempelskolan").unwrap();
    assert_eq!(child.enrolments.len(), 1);
    assert_eq!(child.enrolments[0].unit, school.id);
    assert_eq!(child.enrolments[0].end, Some(model::Date::constant(2027, 6, 11)));
    let guardians: Vec<_> = child
        .responsibles
        .iter()
        .filter(|one| one.kind == RelationKind::Guardian)
        .map(|one| one.person)
        .collect();
    assert_eq!(guardians, [guardian.id]);
    let class = groups.iter().find(|group| group.name == "3B").unwrap();
    assert!(class.members.iter().any(|member| member.person == child.id));

    let small = person(&persons, SMALL);
    assert_eq!(small.protection, Protection::SecrecyMark);
    let placement = placements.iter().find(|placement| placement.child == small.id).unwrap();
    assert_eq!((placement.start, placement.end), (Some(model::Date::constant(2024, 1, 8)), None));
}

#[tokio::test]
async fn tiny_pages_make_the_same_whole() {
    let whole = House::open().await;
    let everyone: BTreeSet<_> = whole.all::<Person>().await.into_iter().map(|person| person.id).collect();
    let tiny = House::with(|settings| Settings { page: 1, ..settings }).await;
    let pages: Vec<_> = tiny.client.pages::<Person>(At::Start).try_collect().await.unwrap();
    assert!(pages.len() >= 3 && pages.iter().all(|page| page.rows.len() <= 1));
    let piecewise: BTreeSet<_> =
        pages.into_iter().flat_map(|page| page.rows).map(|person| person.id).collect();
    assert_eq!(piecewise, everyone);
}

#[tokio::test]
async fn only_what_changed_after_a_moment_is_read() {
    let house = House::open().await;
    let later = house.town.clock().now() + SignedDuration::from_hours(1);
    let page = house.client.page::<Person>(&At::ChangedAfter(later)).await.unwrap();
    assert_eq!((page.rows.len(), page.next), (0, None));
    let long_ago = "2000-01-01T00:00:00Z".parse().unwrap();
    let page = house.client.page::<Person>(&At::ChangedAfter(long_ago)).await.unwrap();
    assert_eq!(page.rows.len(), 3);
}

#[tokio::test]
async fn a_foreign_token_opens_nothing() {
    let house = House::open().await;
    assert_eq!(house.client.probe().await, Ok(()));
    let tokens = house._folder.path().join("other.json");
    std::fs::write(&tokens, r#"{"pupil":"somebody-elses"}"#).unwrap();
    let other = Client::new(&Settings { tokens, ..settings(&house.town) }).unwrap();
    assert_eq!(other.probe().await, Err(Error::Said(Code::Unauthorized)));
}

#[tokio::test]
async fn every_bad_day_has_its_own_error() {
    let house = House::open().await;
    for (fault, error) in [
        ("hang", Error::Unreachable(Cause::Timeout)),
        ("slow:5000", Error::Unreachable(Cause::Timeout)),
        ("wrong-certificate", Error::Unreachable(Cause::Connect)),
        ("truncate", Error::Unreachable(Cause::Broken)),
        ("accept-then-drop", Error::Unreachable(Cause::Broken)),
        ("garbage", Error::Garbled("not UTF-8")),
        ("status:500", Error::Said(Code::Status(500, None))),
        ("status:403", Error::Said(Code::Unauthorized)),
        ("status:501", Error::Said(Code::NotOffered)),
    ] {
        house.fault(fault);
        assert_eq!(house.client.page::<Person>(&At::Start).await.unwrap_err(), error, "{fault}");
        house.fault("none");
        let whole = house.client.page::<Person>(&At::Start).await;
        assert_eq!(whole.unwrap_or_else(|error| panic!("after {fault}: {error}")).rows.len(), 3);
    }
    for (fault, busy) in [("status:503", true), ("status:429", false)] {
        house.fault(fault);
        let error = house.client.page::<Person>(&At::Start).await.unwrap_err();
        assert_eq!(matches!(error, Error::Said(Code::Busy(_))), busy, "{error}");
        assert_eq!(matches!(error, Error::Said(Code::TooMany(_))), !busy, "{error}");
    }
    house.fault("down");
    assert!(matches!(house.client.page::<Person>(&At::Start).await, Err(Error::Unreachable(_))));
    house.fault("slow:30");
    assert_eq!(house.client.page::<Person>(&At::Start).await.unwrap().rows.len(), 3);
}

#[tokio::test]
async fn codes_of_tomorrow_are_survived() {
    let house = House::open().await;
    house.fault("unknown-code");
    let page = house.client.page::<Person>(&At::Start).await.unwrap();
    assert_eq!((page.rows.len(), page.unreadable), (3, 0));
}

/// A day away from school.
async fn away(house: &House) -> AbsenceReport {
    let (persons, organisations) = (house.all::<Person>().await, house.all::<Organisation>().await);
    let school = organisations.iter().find(|unit| unit.name == "Exempelskolan").unwrap();
    AbsenceReport {
        pupil: person(&persons, CHILD).id,
        unit: Some(school.id),
        start: "2026-11-25T00:00:00+01:00".parse().unwrap(),
        end: "2026-11-26T00:00:00+01:00".parse().unwrap(),
    }
}

#[tokio::test]
async fn a_reported_absence_is_there_and_found_by_what_it_says() {
    let house = House::open().await;
    let report = away(&house).await;
    assert_eq!(house.client.find_report(&report, None).await, Ok(vec![]));
    let id = house.client.report_absence(&report).await.unwrap();
    let now = house.town.clock().now();
    assert_eq!(house.client.find_report(&report, Some(now)).await, Ok(vec![id]));
    let later = now + SignedDuration::from_hours(1);
    assert_eq!(house.client.find_report(&report, Some(later)).await, Ok(vec![]));
    let shorter = AbsenceReport { end: report.end - SignedDuration::from_hours(1), ..report };
    assert_eq!(house.client.find_report(&shorter, None).await, Ok(vec![]));
}

#[tokio::test]
async fn an_absence_is_taken_back_where_the_register_can_and_kept_where_not() {
    let house = House::open().await;
    let report = away(&house).await;
    let id = house.client.report_absence(&report).await.unwrap();
    assert_eq!(house.client.recall_absence(id, &report).await, Ok(Recall::Kept));
    house.town.let_absences_be_deleted(true);
    assert_eq!(house.client.recall_absence(id, &report).await, Ok(Recall::Gone));
    assert_eq!(house.client.recall_absence(id, &report).await, Ok(Recall::Gone), "safe to repeat");
    assert_eq!(house.client.find_report(&report, None).await, Ok(vec![]));
}

#[tokio::test]
async fn an_absence_of_a_pupil_nobody_knows_is_refused_and_an_answer_can_be_lost() {
    let house = House::open().await;
    let report = away(&house).await;
    let nobody = AbsenceReport { pupil: report.unit.unwrap(), ..report.clone() };
    let refused = house.client.report_absence(&nobody).await.unwrap_err();
    assert!(matches!(refused, Error::Said(Code::Status(400, _))), "{refused}");
    house.fault("accept-then-drop");
    assert_eq!(house.client.report_absence(&report).await, Err(Error::Unreachable(Cause::Broken)));
    house.fault("none");
    assert_eq!(house.client.find_report(&report, None).await.unwrap().len(), 1);
}
