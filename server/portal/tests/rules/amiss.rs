//! A pupil register with something amiss: rows that cannot be read, marks that are left out, numbers that changed.

use portal::{SyncReport, audit::Deed};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use simulators::{Scripted, System, answer, register_id};
use store::entity::{pupil, responsible};

use crate::stage::{Browser, Stage};

/// The kinds of rows, in the order they are read.
const KINDS: [&str; 4] = ["organisations", "groups", "persons", "placements"];

/// What the register says, to be changed before it is read.
struct Register([Vec<Value>; 4]);

impl Register {
    async fn of(stage: &Stage) -> Self {
        stage.town.page_pupils_by(5000);
        let root = std::fs::read(stage.town.files().ca()).unwrap();
        let client = reqwest::Client::builder()
            .add_root_certificate(reqwest::Certificate::from_pem(&root).unwrap())
            .build()
            .unwrap();
        let mut all = Vec::new();
        for kind in KINDS {
            let url = format!("{}/v2.0/{kind}?limit=5000", stage.town.url(System::Pupil));
            let call = client.get(url).bearer_auth(&stage.town.tokens().pupil);
            let page: Value = call.send().await.unwrap().json().await.unwrap();
            assert!(page["pageToken"].is_null(), "all of it");
            all.push(page["data"].as_array().unwrap().clone());
        }
        Self(all.try_into().unwrap())
    }

    fn persons(&mut self) -> &mut Vec<Value> {
        &mut self.0[2]
    }

    fn person(&mut self, id: &str) -> &mut Value {
        let id = json!(register_id("person", id));
        self.persons().iter_mut().find(|person| person["id"] == id).unwrap()
    }

    /// One import of it.
    async fn read(&self, stage: &Stage) -> SyncReport {
        let pages = self.0.iter().map(|rows| answer(200, "", &json!({ "data": rows }).to_string()));
        let server = Scripted::start(pages.collect()).await;
        stage.reading_from(&server).await.sync_registers(false).await.unwrap()
    }
}

/// Whoever a child's row names no longer names this person.
fn drop_guardian(child: &mut Value, guardian: &str) {
    let id = json!(register_id("person", guardian));
    child["responsibles"].as_array_mut().unwrap().retain(|it| it["person"]["id"] != id);
}

async fn guardian<'s>(stage: &'s Stage, person: &str) -> Browser<'s> {
    let mut browser = stage.browser();
    browser.open_account(person, &format!("{person}@example.se")).await;
    browser
}

#[tokio::test]
async fn the_register_reads_the_same_through_another_server() {
    let stage = Stage::open().await;
    let report = Register::of(&stage).await.read(&stage).await;
    assert_eq!((report.braked, report.changed, report.links_closed), (None, 0, 0));
}

#[tokio::test]
async fn one_bad_row_somewhere_does_not_keep_a_door_open() {
    for (kind, path) in [(0, "displayName"), (1, "displayName"), (2, "givenName"), (3, "placedAt")] {
        let stage = Stage::open().await;
        let browser = guardian(&stage, "lindqvist-sara").await;
        let mut register = Register::of(&stage).await;
        // Somebody else's row cannot be read.
        let stranger = match kind {
            2 => register.persons().iter().position(|it| it["givenName"] == "Alva").unwrap(),
            _ => 0,
        };
        register.0[kind][stranger].as_object_mut().unwrap().remove(path).unwrap();
        drop_guardian(register.person("lindqvist-hugo"), "lindqvist-sara");
        let report = register.read(&stage).await;
        assert_eq!((report.braked, report.links_closed), (None, 1), "{}", KINDS[kind]);
        assert!(report.unreadable > 0, "{}", KINDS[kind]);
        assert_eq!(browser.children().await.unwrap(), ["Elsa"], "{}", KINDS[kind]);
    }
}

#[tokio::test]
async fn nobodys_access_ends_by_a_row_that_could_not_be_read() {
    // The child's own row, or the guardian's.
    for unread in ["lindqvist-hugo", "lindqvist-sara"] {
        let stage = Stage::open().await;
        let browser = guardian(&stage, "lindqvist-sara").await;
        let mut register = Register::of(&stage).await;
        register.person(unread).as_object_mut().unwrap().remove("givenName").unwrap();
        let report = register.read(&stage).await;
        assert_eq!((report.braked, report.links_closed), (None, 0), "{unread}");
        assert_eq!(browser.children().await.unwrap(), ["Elsa", "Hugo"], "{unread}");
        let rows = pupil::Entity::find().all(stage.store.reader()).await.unwrap();
        assert!(rows.iter().all(|row| row.gone_at.is_none()), "{unread}");
        let named = responsible::Entity::find().all(stage.store.reader()).await.unwrap();
        assert!(named.iter().all(|row| row.gone_at.is_none()), "{unread}");
        // Read again without a hole, what is true takes its course.
        let mut whole = Register::of(&stage).await;
        drop_guardian(whole.person("lindqvist-hugo"), "lindqvist-sara");
        assert_eq!(whole.read(&stage).await.links_closed, 1, "{unread}");
    }
}

#[tokio::test]
async fn a_reading_without_marks_protects_nobody_by_itself_and_stops() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "lindqvist-sara").await;
    let mut register = Register::of(&stage).await;
    for person in register.persons() {
        person.as_object_mut().unwrap().remove("securityMarking").unwrap();
    }
    assert_eq!(register.read(&stage).await.braked, Some("marks-gained"));
    assert_eq!(stage.audited(Deed::BrakedRegister).await.len(), 1);
    assert_eq!(browser.children().await.unwrap(), ["Elsa", "Hugo"]);
}

#[tokio::test]
async fn who_is_marked_in_so_many_words_is_protected_by_a_reading_that_stops_too() {
    let stage = Stage::open().await;
    let browser = guardian(&stage, "lindqvist-sara").await;
    let mut register = Register::of(&stage).await;
    for person in register.persons() {
        person["securityMarking"] = json!("Något nytt");
    }
    register.person("lindqvist-elsa")["securityMarking"] = json!("Sekretessmarkering");
    register.person("bergstrom-karin")["securityMarking"] = json!("Skyddad folkbokföring");
    assert_eq!(register.read(&stage).await.braked, Some("marks-gained"));
    assert_eq!(browser.children().await.unwrap(), ["Hugo"], "the others are as they were");
    let mut browser = stage.browser();
    browser.sign_in("bergstrom-karin").await;
    assert_eq!(browser.outcome().await, model::Outcome::TurnToTheSchool);
}

#[tokio::test]
async fn references_that_mark_everybody_stop_the_reading_too() {
    let stage = Stage::open().await;
    let mut register = Register::of(&stage).await;
    for it in register.persons().iter_mut().flat_map(responsibles) {
        it["person"]["securityMarking"] = json!("Något nytt");
    }
    assert_eq!(register.read(&stage).await.braked, Some("marks-gained"));
}

#[tokio::test]
async fn a_reference_without_a_mark_goes_by_the_persons_own_row() {
    let stage = Stage::open().await;
    let mut register = Register::of(&stage).await;
    for it in register.persons().iter_mut().flat_map(responsibles) {
        it["person"].as_object_mut().unwrap().remove("securityMarking").unwrap();
    }
    register.person("bergstrom-karin")["securityMarking"] = json!("Sekretessmarkering");
    assert_eq!(register.read(&stage).await.braked, None);
    for (person, outcome) in
        [("lindqvist-sara", model::Outcome::Eligible), ("bergstrom-karin", model::Outcome::TurnToTheSchool)]
    {
        let mut browser = stage.browser();
        browser.sign_in(person).await;
        assert_eq!(browser.outcome().await, outcome, "{person}");
    }
}

#[tokio::test]
async fn a_few_new_marks_are_believed() {
    let stage = Stage::open().await;
    let mut register = Register::of(&stage).await;
    for person in ["lindqvist-hugo", "lindqvist-elsa", "bergstrom-alva"] {
        register.person(person)["securityMarking"] = json!("Sekretessmarkering");
    }
    assert_eq!(register.read(&stage).await.braked, None);
}

#[tokio::test]
async fn too_many_changed_numbers_stop_the_reading() {
    let stage = Stage::with(None, |rules| rules.brake.persons = 10).await;
    let mut register = Register::of(&stage).await;
    let is_pupil = |row: &&mut Value| row["enrolments"].as_array().is_some_and(|places| !places.is_empty());
    let pupils = register.persons().iter_mut().filter(is_pupil);
    for pupil in pupils.take(12) {
        pupil.as_object_mut().unwrap().remove("civicNo");
    }
    assert_eq!(register.read(&stage).await.braked, Some("persons-changed"));
}

fn responsibles(person: &mut Value) -> impl Iterator<Item = &mut Value> {
    person["responsibles"].as_array_mut().into_iter().flatten()
}
