//! The client against the town's population register, over mutual TLS, on good days and bad.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

use std::time::Duration;

use model::{PersonId, Protection};
use navet::{Cause, Client, Code, Credentials, Error, Gone, Relation, Settings, Status};
use serde_json::{Value, json};
use simulators::{FaultOrder, System, Town};
use tempfile::TempDir;

const ADULT: &str = "198501012390";
const OTHER: &str = "198801012389";
const PARENT: &str = "199001032391";
const CHILD: &str = "201501012395";
const GONE: &str = "197801012399";
const OLD: &str = "197801012381";
const UNKNOWN: &str = "201901022382";

struct House {
    town: Town,
    client: Client,
    _folder: TempDir,
}

/// A family, a parent without custody, somebody dead, and somebody whose number was replaced.
fn world() -> Value {
    let person = |id: &str, number: &str, more: Value| {
        let mut person = json!({ "id": id, "number": number, "given": "Någon", "family": "Påhittad" });
        person.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        person
    };
    let address = json!({ "street": "Exempelgatan 7", "postcode": "41101", "city": "Göteborg" });
    json!({ "persons": [
        person("adult", ADULT, json!({
            "address": address, "guardian_of": [{ "child": "child", "from": "2015-01-01", "to": null }]
        })),
        person("other", OTHER, json!({
            "protection": "secrecy-mark", "guardian_of": [{ "child": "child", "from": "2016-03-04", "to": null }]
        })),
        person("parent", PARENT, json!({ "parent_of": ["child"] })),
        person("child", CHILD, json!({ "protection": "protected-registration" })),
        person("gone", GONE, json!({ "deregistration": { "reason": "AV", "date": "2026-03-01" } })),
        person("old", OLD, json!({
            "deregistration": { "reason": "GN", "date": "2026-02-01" }, "refers_to": PARENT
        })),
    ] })
}

impl House {
    async fn open() -> Self {
        let (town, folder) = Town::of(world()).await.unwrap();
        let client = Client::new(&settings(&town)).unwrap();
        Self { town, client, _folder: folder }
    }

    fn fault(&self, fault: &str) {
        self.town.fault(FaultOrder::new(System::Population, fault)).unwrap();
    }
}

fn settings(town: &Town) -> Settings {
    const PATH: &str = "/folkbokforing/folkbokforingsuppgifter-for-offentliga-aktorer/v3/";
    let endpoint = format!("{}{PATH}", town.url(System::Population));
    let files = town.files();
    let mut settings =
        Settings::new(endpoint, files.register(), files.ca(), "162021004748", "00000236-FO01-0002");
    (settings.peer.timeout, settings.peer.failures) = (Duration::from_millis(1500), 100);
    settings
}

fn id(number: &str) -> PersonId {
    PersonId::parse(number).unwrap()
}

/// Whether custody of or by this person stands among these.
fn holds(relations: &[Relation], number: &str) -> bool {
    relations.iter().any(|relation| relation.number == id(number) && relation.gone.is_none())
}

#[tokio::test]
async fn custody_is_seen_from_both_sides_and_a_parent_without_it_has_none() {
    let house = House::open().await;
    let asked = [ADULT, OTHER, PARENT, CHILD].map(id);
    let answer = house.client.lookup(&asked).await.unwrap();
    assert!(answer.missing.is_empty());
    let post = |number| answer.post(&id(number)).unwrap();

    let child = post(CHILD);
    assert!(holds(&child.guardians, ADULT) && holds(&child.guardians, OTHER));
    assert!(!holds(&child.guardians, PARENT));
    assert_eq!(child.guardians.len(), 2);
    assert!(holds(&post(ADULT).guardian_of, CHILD) && holds(&post(OTHER).guardian_of, CHILD));
    assert!(!holds(&post(PARENT).guardian_of, CHILD));
    assert_eq!(post(ADULT).guardian_of[0].from, Some(model::Date::constant(2015, 1, 1)));
    assert_eq!(post(ADULT).correlation, answer.correlations[0]);
}

#[tokio::test]
async fn names_addresses_and_protection_are_told() {
    let house = House::open().await;
    let answer = house.client.lookup(&[ADULT, OTHER, CHILD].map(id)).await.unwrap();
    let post = |number| answer.post(&id(number)).unwrap();
    let adult = post(ADULT);
    assert_eq!((adult.given.as_str(), adult.family.as_str()), ("Någon", "Påhittad"));
    assert_eq!((adult.status.clone(), adult.protection), (Status::Active, Protection::None));
    assert_eq!(adult.municipality.as_deref(), Some("1480"));
    let address = adult.address.clone().unwrap();
    assert_eq!(
        (address.lines, address.postcode.as_deref()),
        (vec!["Exempelgatan 7".to_owned()], Some("41101"))
    );
    assert_eq!(post(OTHER).protection, Protection::SecrecyMark);
    assert_eq!(post(CHILD).protection, Protection::ProtectedRegistration);
    assert!(post(CHILD).address.is_none());
}

#[tokio::test]
async fn the_dead_the_renumbered_and_the_unknown_are_told_apart() {
    let house = House::open().await;
    let answer = house.client.lookup(&[GONE, OLD, UNKNOWN].map(id)).await.unwrap();
    assert_eq!(answer.missing, [id(UNKNOWN)]);
    let gone = answer.post(&id(GONE)).unwrap().deregistration.clone().unwrap();
    assert_eq!((gone.reason, gone.date), (Gone::Dead, Some(model::Date::constant(2026, 3, 1))));
    let old = answer.post(&id(OLD)).unwrap();
    assert_eq!(old.deregistration.clone().unwrap().reason, Gone::OldPersonnummer);
    assert_eq!(old.refers_to, [id(PARENT)]);
    let renumbered = house.client.lookup(&[id(PARENT)]).await.unwrap();
    assert_eq!(renumbered.post(&id(PARENT)).unwrap().refers_to, [id(OLD)]);
}

#[tokio::test]
async fn the_register_is_there_and_lets_us_in_by_our_certificate_only() {
    let house = House::open().await;
    assert_eq!(house.client.probe().await, Ok(()));
    assert_eq!(house.client.expires().to_string(), "2049-12-31T00:00:00Z");
    let foreign = Settings { identity: house.town.files().rp(), ..settings(&house.town) };
    let refused = Client::new(&foreign).unwrap().lookup(&[id(ADULT)]).await.unwrap_err();
    assert_eq!(refused, Error::Said(Code::Unauthorized));
}

#[tokio::test]
async fn an_order_without_protected_persons_does_not_know_them() {
    let house = House::open().await;
    let without = Settings { order: "00000236-FO01-0001".into(), ..settings(&house.town) };
    let answer = Client::new(&without).unwrap().lookup(&[ADULT, CHILD].map(id)).await.unwrap();
    assert_eq!((answer.posts.len(), answer.missing), (1, vec![id(CHILD)]));
}

#[tokio::test]
async fn keys_and_token_are_shown_where_they_are_configured() {
    let house = House::open().await;
    let keys = house.town.tokens().population.clone();
    let secret = |text: &str| {
        let path = house._folder.path().join("secret");
        std::fs::write(&path, text).unwrap();
        path
    };
    let with = |client_secret| {
        let credentials = Credentials {
            token_url: format!("{}/oauth2/v1/sysorg/token", house.town.url(System::Population)),
            scope: Credentials::SCOPE.into(),
            client_id: keys.client_id.clone(),
            client_secret,
        };
        Client::new(&Settings { credentials: Some(credentials), ..settings(&house.town) }).unwrap()
    };
    let answer = with(secret(&keys.client_secret)).lookup(&[id(ADULT)]).await.unwrap();
    assert_eq!(answer.posts.len(), 1);
    assert!(with(secret("not-ours")).lookup(&[id(ADULT)]).await.is_err());
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
        ("status:500", Error::Said(Code::Status(500))),
        ("status:503", Error::Said(Code::Closed)),
        ("status:403", Error::Said(Code::Unauthorized)),
        ("status:429", Error::Said(Code::TooMany)),
    ] {
        house.fault(fault);
        assert_eq!(house.client.lookup(&[id(ADULT)]).await.unwrap_err(), error, "{fault}");
        house.fault("none");
        let whole = house.client.lookup(&[id(ADULT)]).await;
        assert_eq!(whole.unwrap_or_else(|error| panic!("after {fault}: {error}")).posts.len(), 1);
    }
    house.fault("down");
    assert!(matches!(house.client.lookup(&[id(ADULT)]).await, Err(Error::Unreachable(_))));
    house.fault("slow:30");
    assert_eq!(house.client.lookup(&[id(ADULT)]).await.unwrap().posts.len(), 1);
}

#[tokio::test]
async fn an_unknown_protection_code_protects() {
    let house = House::open().await;
    house.fault("unknown-code");
    match house.client.lookup(&[id(ADULT)]).await {
        Ok(answer) => assert!(
            answer.posts[0].protection.is_protected() || !matches!(answer.posts[0].status, Status::Active)
        ),
        Err(error) => assert!(matches!(error, Error::Said(_)), "{error}"),
    }
}
