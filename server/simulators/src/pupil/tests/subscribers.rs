use super::{Reader, person};
use crate::{receiver::Receiver, world::Protection};
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const MORNING: [&str; 2] = ["2026-11-24T08:00:00+01:00", "2026-11-24T12:00:00+01:00"];

impl Reader {
    async fn subscribe(&self, target: &str, types: &[&str]) -> Value {
        let types: Vec<_> = types.iter().map(|name| json!({ "resource": name })).collect();
        let (status, body) = self
            .post("subscriptions", json!({ "name": "prov", "target": target, "resourceTypes": types }))
            .await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body
    }

    async fn send(&self, method: Method, path: &str) -> StatusCode {
        let url = format!("{}/v2.0/{path}", self.town.url(crate::System::Pupil));
        self.client.request(method, url).bearer_auth(&self.token).send().await.unwrap().status()
    }
}

fn said(letter: &crate::receiver::Letter) -> Value {
    serde_json::from_str(&letter.body).unwrap()
}

#[tokio::test]
async fn a_subscriber_is_told_which_types_changed_and_nothing_else() {
    let (reader, receiver) = (Reader::new().await, Receiver::open().await);
    let target = receiver.url("", "/krok/hemligt");
    reader.subscribe(&target, &["Attendance", "Absence", "Grade"]).await;
    reader.mark("lindqvist-elsa", "unreported", MORNING).await;
    let first = receiver.letters(1).await.remove(0);
    assert_eq!((first.path.as_str(), first.authorization.as_deref()), ("/krok/hemligt", None));
    assert_eq!(said(&first), json!({ "modifiedEntites": ["Attendance"], "deletedEntities": false }));
    reader.switch(json!({ "spelling": "reference", "delete_absences": true })).await;
    let report = json!({ "startTime": MORNING[0], "endTime": MORNING[1], "type": "Anmäld frånvaro", "student": { "id": person("lindqvist-elsa") } });
    let (_, made) = reader.post("absences", report).await;
    assert_eq!(
        said(&receiver.letters(2).await[1]),
        json!({ "modifiedEntities": ["Absence"], "deletedEntities": false })
    );
    reader.send(Method::DELETE, &format!("absences/{}", made["id"].as_str().unwrap())).await;
    assert_eq!(
        said(&receiver.letters(3).await[2]),
        json!({ "modifiedEntities": [], "deletedEntities": true })
    );
    let told = reader.town.told(crate::System::Pupil);
    assert!(told.iter().all(|told| !told.to.contains("hemligt") && told.attempt == 1));
}

#[tokio::test]
async fn a_change_of_the_world_is_told_at_once() {
    let (reader, receiver) = (Reader::new().await, Receiver::open().await);
    reader.subscribe(&receiver.url("register:ord@", "/"), &["Person", "Duty"]).await;
    reader.amend("lindqvist-elsa", |elsa| elsa.protection = Protection::SecrecyMark);
    let letter = receiver.letters(1).await.remove(0);
    assert_eq!(said(&letter), json!({ "modifiedEntites": ["Person"], "deletedEntities": false }));
    assert_eq!(letter.authorization.as_deref(), Some("Basic cmVnaXN0ZXI6b3Jk"));
    let mark = reader.town.clock().now().to_string();
    reader.town.clock().advance(SignedDuration::from_secs(1));
    let mut world = reader.town.census().world().clone();
    world.persons.iter_mut().for_each(|person| person.duties.clear());
    reader.town.replace(world).unwrap();
    let second = said(&receiver.letters(2).await[1]);
    assert_eq!(second["deletedEntities"], true);
    let (_, gone) = reader.get(&format!("deletedEntities?after={mark}&limit=2&entities=Duty")).await;
    assert_eq!(gone["data"]["duties"].as_array().unwrap().len(), 2);
    let (_, more) =
        reader.get(&format!("deletedEntities?pageToken={}", gone["pageToken"].as_str().unwrap())).await;
    assert_ne!(more["data"]["duties"], json!([]));
}

#[tokio::test]
async fn a_notice_that_is_not_taken_comes_three_times_more_and_then_no_more() {
    let (reader, receiver) = (Reader::new().await, Receiver::open().await);
    reader.subscribe(&receiver.url("", "/krok"), &["Attendance"]).await;
    receiver.answer([500, 503, 204, 404]);
    reader.mark("lindqvist-elsa", "unreported", MORNING).await;
    for count in 1..=4 {
        assert_eq!(receiver.letters(count).await.len(), count);
        // The town notes a try when it has the answer, and waits for the next only then.
        while reader.town.told(crate::System::Pupil).len() < count {
            tokio::task::yield_now().await;
        }
        reader.town.clock().advance(SignedDuration::from_mins(5));
    }
    let answers: Vec<_> =
        reader.town.told(crate::System::Pupil).into_iter().map(|told| (told.attempt, told.answer)).collect();
    assert_eq!(serde_json::to_value(answers).unwrap(), json!([[1, 500], [2, 503], [3, 204], [4, 404]]));
    reader.mark("lindqvist-hugo", "unreported", MORNING).await;
    receiver.letters(5).await;
    assert_eq!(receiver.count(), 5, "the first notice is given up");
}

#[tokio::test]
async fn notices_can_be_lost_or_come_many_at_once() {
    let (reader, receiver) = (Reader::new().await, Receiver::open().await);
    reader.subscribe(&receiver.url("", "/krok"), &["Attendance"]).await;
    reader.switch(json!({ "copies": 0 })).await;
    reader.mark("lindqvist-elsa", "unreported", MORNING).await;
    reader.switch(json!({ "copies": 8 })).await;
    reader.mark("lindqvist-hugo", "unreported", MORNING).await;
    assert_eq!(receiver.letters(8).await.len(), 8);
}

#[tokio::test]
async fn a_subscription_is_renewed_ended_and_runs_out_after_ninety_days() {
    let reader = Reader::new().await;
    let made = reader.subscribe("https://example.se/krok/1", &["Person"]).await;
    let path = format!("subscriptions/{}", made["id"].as_str().unwrap());
    assert_eq!(reader.get(&path).await.1, made);
    let life: jiff::Timestamp = made["expires"].as_str().unwrap().parse().unwrap();
    assert_eq!(life.duration_since(reader.town.clock().now()).as_hours(), 90 * 24 - 1);
    reader.town.clock().advance(SignedDuration::from_hours(89 * 24));
    assert_eq!(reader.send(Method::PATCH, &path).await, StatusCode::OK);
    reader.town.clock().advance(SignedDuration::from_hours(89 * 24));
    assert_eq!(reader.get("subscriptions").await.1["data"].as_array().unwrap().len(), 1);
    reader.town.clock().advance(SignedDuration::from_hours(24));
    assert_eq!(reader.send(Method::PATCH, &path).await, StatusCode::NOT_FOUND);
    let other = reader.subscribe("https://example.se/krok/2", &["Person"]).await;
    let path = format!("subscriptions/{}", other["id"].as_str().unwrap());
    assert_eq!(reader.send(Method::DELETE, &path).await, StatusCode::NO_CONTENT);
    assert_eq!(reader.get("subscriptions").await.1, json!({ "data": [], "pageToken": null }));
    for wrong in [
        json!({ "name": "x", "target": "ftp://example.se", "resourceTypes": [{ "resource": "Person" }] }),
        json!({ "name": "x", "target": "https://example.se", "resourceTypes": [] }),
        json!({ "name": "x", "target": "https://example.se", "resourceTypes": [{ "resource": "Persons" }] }),
        json!({ "name": "x", "target": "https://example.se", "resourceTypes": ["Person"] }),
        json!({ "target": "https://example.se", "resourceTypes": [{ "resource": "Person" }] }),
    ] {
        assert_eq!(reader.post("subscriptions", wrong.clone()).await.0, StatusCode::BAD_REQUEST, "{wrong}");
    }
}
