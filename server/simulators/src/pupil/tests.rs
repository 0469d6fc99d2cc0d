mod attendance;
mod subscribers;

use crate::{FaultOrder, Options, System, Town, register_id, use_ring, world::Protection};
use jiff::SignedDuration;
use reqwest::{Certificate, Client, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tempfile::TempDir;

struct Reader {
    town: Town,
    client: Client,
    token: String,
    _dir: TempDir,
}

impl Reader {
    async fn new() -> Self {
        use_ring();
        let dir = tempfile::tempdir().unwrap();
        let town = Town::start(Options::any_port(dir.path())).await.unwrap();
        town.clock().set("2026-11-24T07:00:00+01:00".parse().unwrap());
        let root = Certificate::from_pem(&std::fs::read(town.files().ca()).unwrap()).unwrap();
        let client = Client::builder().tls_certs_only([root]).build().unwrap();
        let token = town.tokens().pupil.clone();
        Self { town, client, token, _dir: dir }
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let url = format!("{}/v2.0/{path}", self.town.url(System::Pupil));
        let answer = self.client.get(url).bearer_auth(&self.token).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let url = format!("{}/v2.0/{path}", self.town.url(System::Pupil));
        let answer = self.client.post(url).bearer_auth(&self.token).json(&body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn list(&self, path: &str) -> Vec<Value> {
        let (status, body) = self.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        assert_eq!(body["pageToken"], Value::Null, "{path} has more pages");
        body["data"].as_array().unwrap().clone()
    }

    async fn person(&self, id: &str) -> Value {
        let (status, body) = self.get(&format!("persons/{}", person(id))).await;
        assert_eq!(status, StatusCode::OK, "{id}");
        body
    }

    /// Changes one person of the world.
    fn amend(&self, id: &str, change: impl FnOnce(&mut crate::world::Person)) {
        let mut world = self.town.census().world().clone();
        change(world.persons.iter_mut().find(|p| p.id == id).unwrap());
        self.town.replace(world).unwrap();
    }
}

fn person(id: &str) -> String {
    register_id("person", id).to_string()
}

fn ids(rows: &[Value]) -> BTreeSet<String> {
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn guardians(child: &Value) -> Vec<&str> {
    let all = child["responsibles"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    all.filter(|r| r["relationType"] == "Vårdnadshavare")
        .map(|r| r["person"]["id"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_pupil_has_a_place_guardians_and_a_user_name() {
    let reader = Reader::new().await;
    let hugo = reader.person("lindqvist-hugo").await;
    assert_eq!(guardians(&hugo), [person("lindqvist-sara")]);
    let place = &hugo["enrolments"][0];
    assert_eq!(
        (&place["schoolType"], &place["schoolYear"], &place["startDate"]),
        (&json!("GR"), &json!(7), &json!("2026-08-17"))
    );
    let (_, unit) =
        reader.get(&format!("organisations/{}", place["enroledAt"]["id"].as_str().unwrap())).await;
    assert_eq!((&unit["displayName"], &unit["municipalityCode"]), (&json!("Sälholmsskolan"), &json!("1480")));
    assert_eq!(hugo["eduPersonPrincipalNames"], json!(["huglin13@edu.example.se"]));
    assert_eq!(hugo["emails"][0]["type"], "Skola elev");
    assert_eq!((&hugo["securityMarking"], &hugo["personStatus"]), (&json!("Ingen"), &json!("Aktiv")));
    let groups = reader.list("groups?groupType=Klass&limit=100").await;
    let class = groups.iter().find(|g| g["displayName"] == "7C").unwrap();
    assert!(
        class["groupMemberships"]
            .as_array()
            .unwrap()
            .iter()
            .any(|m| m["person"]["id"] == person("lindqvist-hugo"))
    );
}

#[tokio::test]
async fn a_preschool_child_is_placed_not_enrolled() {
    let reader = Reader::new().await;
    let nils = person("nystrom-nils");
    let places = reader.list(&format!("placements?child={nils}")).await;
    assert_eq!(places[0]["child"]["id"], nils);
    let owners = ["nystrom-frida", "nystrom-oskar"].map(person);
    assert_eq!(ids(places[0]["owners"].as_array().unwrap()), BTreeSet::from(owners));
    assert!(reader.person("nystrom-nils").await.get("enrolments").is_none());
    let (_, found) = reader.post("placements/lookup?expand=child", json!({ "personIds": [nils] })).await;
    assert_eq!(found[0]["_embedded"]["child"]["givenName"], "Nils");
}

#[tokio::test]
async fn marks_are_told_on_the_person_and_on_every_reference() {
    let reader = Reader::new().await;
    let siri = reader.person("gran-siri").await;
    assert_eq!(siri["securityMarking"], "Skyddad folkbokföring");
    assert!(siri.get("addresses").is_none());
    assert_eq!(siri["responsibles"][0]["person"]["securityMarking"], "Skyddad folkbokföring");
    assert_eq!(reader.person("sandin-nova").await["securityMarking"], "Sekretessmarkering");
    assert_eq!(reader.person("lilja-ulrika").await["securityMarking"], "Ingen");
}

#[tokio::test]
async fn the_registers_differ_where_the_world_says_so() {
    let reader = Reader::new().await;
    assert_eq!(guardians(&reader.person("dahl-minna").await), [] as [&str; 0]);
    let kasper = reader.person("frisk-kasper").await;
    let both: BTreeSet<_> = guardians(&kasper).into_iter().map(str::to_owned).collect();
    assert_eq!(both, BTreeSet::from(["frisk-johan", "frisk-veronica"].map(person)));
    assert_eq!(
        guardians(&reader.person("klint-maja").await),
        [person("klint-sandra")],
        "ended custody is gone"
    );
    let theo = reader.person("ahlin-theo").await;
    let kinds: BTreeSet<_> = theo["responsibles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["relationType"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, BTreeSet::from(["Familjehemsförälder", "Vårdnadshavare"]));
    let taras = reader.person("melnyk-taras").await;
    assert_eq!(taras["civicNo"], json!({ "value": "20170314TF01", "nationality": "SE" }));
    assert!(reader.person("mahmoud-layla").await.get("civicNo").is_none());
    for unknown in ["nordin-bo", "rydberg-frans", "brink-stefan", "nordlander-ines"] {
        assert_eq!(
            reader.get(&format!("persons/{}", person(unknown))).await.0,
            StatusCode::NOT_FOUND,
            "{unknown}"
        );
    }
}

#[tokio::test]
async fn tiny_pages_make_the_same_list() {
    let reader = Reader::new().await;
    let whole = reader.list("groups").await;
    reader.town.page_pupils_by(3);
    let (mut rows, mut path, mut pages) = (Vec::new(), "groups".to_owned(), 0);
    loop {
        let (status, body) = reader.get(&path).await;
        assert_eq!(status, StatusCode::OK);
        let data = body["data"].as_array().unwrap();
        assert!(data.len() <= 3);
        rows.extend(data.clone());
        pages += 1;
        let Some(token) = body["pageToken"].as_str() else { break };
        path = format!("groups?pageToken={token}&limit=2");
    }
    assert_eq!(rows, whole);
    assert!(pages > whole.len() / 3);
}

#[tokio::test]
async fn a_page_token_stands_alone_and_only_where_it_came_from() {
    let reader = Reader::new().await;
    let (_, body) = reader.get("persons?limit=1&sortkey=FamilyNameAsc").await;
    let token = body["pageToken"].as_str().unwrap();
    for wrong in [
        format!("persons?pageToken={token}&meta.modified.after=2020-01-01T00:00:00Z"),
        format!("groups?pageToken={token}"),
        "persons?pageToken=none".to_owned(),
        "persons?limit=0".to_owned(),
        "persons?limit=many".to_owned(),
        "persons?colour=blue".to_owned(),
        "persons?sortkey=ShoeSizeAsc".to_owned(),
        "persons?expand=friends".to_owned(),
        "persons/not-an-id".to_owned(),
    ] {
        let (status, body) = reader.get(&wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(body["code"].is_string() && body["message"].is_string());
    }
    assert_eq!(reader.get(&format!("persons?pageToken={token}")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn filters_of_the_standard_find_whom_they_should() {
    let reader = Reader::new().await;
    let number = reader.town.census().person("lindqvist-elsa").unwrap().number.clone().unwrap();
    let elsa = BTreeSet::from([person("lindqvist-elsa")]);
    assert_eq!(ids(&reader.list(&format!("persons?civicNo={number}")).await), elsa);
    assert_eq!(ids(&reader.list("persons?nameContains[]=lindq&nameContains[]=ELS").await), elsa);
    let (_, found) = reader.post("persons/lookup", json!({ "civicNos": [number, "190001010000"] })).await;
    assert_eq!(ids(found.as_array().unwrap()), elsa, "a bare array without the unknown");
    let unit = register_id("unit", "99020203");
    let today = "relationship.startDate.onOrBefore=2026-11-24&relationship.endDate.onOrAfter=2026-11-24";
    let path = format!(
        "persons?relationship.entity.type=responsibleFor.enrolment&relationship.organisation={unit}&{today}"
    );
    let guardians = ids(&reader.list(&path).await);
    assert!(guardians.contains(&person("lindqvist-sara")) && !guardians.contains(&person("bergstrom-karin")));
    let expanded = reader
        .list(&format!(
            "persons?civicNo={}&expand=responsibleFor&expandReferenceNames=true",
            reader.town.census().person("lindqvist-sara").unwrap().number.clone().unwrap()
        ))
        .await;
    let wards = expanded[0]["_embedded"]["responsibleFor"].as_array().unwrap();
    assert_eq!(
        wards.iter().map(|w| w["person"]["displayName"].as_str().unwrap()).collect::<Vec<_>>(),
        ["Hugo Lindqvist", "Elsa Lindqvist"]
    );
    let teachers = reader.list("duties?dutyRole=L%C3%A4rare&expand=person").await;
    assert_eq!(teachers[0]["_embedded"]["person"]["givenName"], "Erik");
    assert_eq!(reader.list("organisations?type=Skolenhet&schoolTypes=FS").await.len(), 4);
}

#[tokio::test]
async fn a_change_moves_the_time_of_what_changed_and_of_nothing_else() {
    let reader = Reader::new().await;
    let before = reader.person("lindqvist-elsa").await["meta"]["modified"].clone();
    reader.town.clock().advance(SignedDuration::from_hours(1));
    let mark = reader.town.clock().now().to_string();
    reader.town.clock().advance(SignedDuration::from_secs(1));
    reader.amend("lindqvist-elsa", |elsa| elsa.protection = Protection::SecrecyMark);
    let changed = ids(&reader.list(&format!("persons?meta.modified.after={mark}")).await);
    assert_eq!(changed, BTreeSet::from([person("lindqvist-elsa")]));
    let elsa = reader.person("lindqvist-elsa").await;
    assert_eq!(elsa["meta"]["created"], before);
    assert!(elsa["meta"]["modified"].as_str() > before.as_str());

    reader.town.clock().advance(SignedDuration::from_secs(5));
    let mark = reader.town.clock().now().to_string();
    reader.town.clock().advance(SignedDuration::from_secs(1));
    reader.amend("bergstrom-mikael", |mikael| mikael.guardian_of.clear());
    let changed = ids(&reader.list(&format!("persons?meta.modified.after={mark}")).await);
    assert!(changed.contains(&person("bergstrom-alva")), "guardians are an attribute of the child");
    assert!(!changed.contains(&person("bergstrom-karin")));
    assert_eq!(guardians(&reader.person("bergstrom-alva").await), [person("bergstrom-karin")]);
}

#[tokio::test]
async fn a_token_is_needed_and_runs_out_between_two_pages() {
    let mut reader = Reader::new().await;
    let (_, first) = reader.get("persons?limit=5").await;
    let url = format!("{}/oauth2/token", reader.town.url(System::Pupil));
    let keys = reader.town.tokens().pupil_client.clone();
    let form = [("grant_type", "client_credentials")];
    let asked = reader.client.post(url).basic_auth(&keys.client_id, Some(&keys.client_secret)).form(&form);
    let given: Value = asked.send().await.unwrap().json().await.unwrap();
    reader.token = given["access_token"].as_str().unwrap().to_owned();
    let next = format!("persons?pageToken={}", first["pageToken"].as_str().unwrap());
    assert_eq!(reader.get(&next).await.0, StatusCode::OK);
    reader.town.clock().advance(SignedDuration::from_secs(given["expires_in"].as_i64().unwrap()));
    assert_eq!(reader.get(&next).await.0, StatusCode::UNAUTHORIZED);
    reader.token = "guessed".to_owned();
    assert_eq!(reader.get("organisations").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_not_offered_says_so() {
    let reader = Reader::new().await;
    assert_eq!(reader.get("grades").await.0, StatusCode::NOT_IMPLEMENTED);
    assert_eq!(reader.get("enrolments").await.0, StatusCode::NOT_FOUND);
    let (status, _) = reader.post("persons/lookup", json!({ "civicNos": vec!["x"; 1001] })).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let (status, _) = reader.post("persons/lookup", json!({ "names": ["Sara"] })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn codes_that_no_list_has_can_be_ordered() {
    let reader = Reader::new().await;
    let (system, fault) = (System::Pupil, "unknown-code".to_owned());
    reader.town.fault(FaultOrder::new(system, fault).times(1)).unwrap();
    assert_eq!(reader.person("lindqvist-elsa").await["securityMarking"], "Kod som ingen lista har");
    assert_eq!(reader.person("lindqvist-elsa").await["securityMarking"], "Ingen");
}
