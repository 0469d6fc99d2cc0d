use crate::{FaultOrder, Options, System, Town, receiver::Receiver};
use jiff::SignedDuration;
use reqwest::{Certificate, Client, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tempfile::TempDir;

struct Sender {
    town: Town,
    client: Client,
    receiver: Receiver,
    _dir: TempDir,
}

const ANNA: &str = "+46701740605";

impl Sender {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let town = Town::start(Options::any_port(dir.path())).await.unwrap();
        let root = Certificate::from_pem(&std::fs::read(town.files().ca()).unwrap()).unwrap();
        let client = Client::builder().tls_certs_only([root]).no_proxy().build().unwrap();
        Self { town, client, receiver: Receiver::open().await, _dir: dir }
    }

    /// Posts a message to Anna with these fields besides.
    async fn post(&self, more: &[(&str, &str)]) -> Result<(StatusCode, String), reqwest::Error> {
        let mut form =
            BTreeMap::from([("from", "Hjarntorget"), ("to", ANNA), ("message", "Ny frånvaronotering")]);
        form.extend(more.iter().copied());
        let keys = &self.town.tokens().sms;
        let url = format!("{}/a1/sms", self.town.url(System::Sms));
        let answer =
            self.client.post(url).basic_auth(&keys.user, Some(&keys.password)).form(&form).send().await?;
        Ok((answer.status(), answer.text().await?))
    }

    async fn send(&self, more: &[(&str, &str)]) -> Value {
        let (status, body) = self.post(more).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let keys = &self.town.tokens().sms;
        let url = format!("{}/a1/sms{path}", self.town.url(System::Sms));
        let answer = self.client.get(url).basic_auth(&keys.user, Some(&keys.password)).send().await.unwrap();
        answer.json().await.unwrap()
    }

    async fn switch(&self, to: Value) {
        let url = format!("{}/control/gateway", self.town.control());
        let answer = self.client.put(url).json(&to).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }

    fn krok(&self, token: &str) -> String {
        self.receiver.url("", &format!("/krok/sms/{token}"))
    }

    /// The statuses of the first reports, as they came.
    async fn statuses(&self, count: usize) -> Vec<String> {
        let letters = self.receiver.letters(count).await;
        letters.iter().map(|letter| form(&letter.body)["status"].clone()).collect()
    }
}

fn form(body: &str) -> BTreeMap<String, String> {
    let url = reqwest::Url::parse(&format!("http://x/?{body}")).unwrap();
    url.query_pairs().into_owned().collect()
}

#[tokio::test]
async fn a_message_arrives_with_its_reference_and_is_reported() {
    let sender = Sender::new().await;
    let sent = sender.send(&[("whendelivered", &sender.krok("t0k3n"))]).await;
    assert!(sent["id"].as_str().unwrap().starts_with('s') && sent["id"].as_str().unwrap().len() == 33);
    assert_eq!(
        (&sent["status"], &sent["direction"], &sent["parts"], &sent["cost"]),
        (&json!("created"), &json!("outgoing"), &json!(1), &json!(3500))
    );
    assert!(!sent["created"].as_str().unwrap().ends_with('Z'));
    let box_ = sender.town.sms();
    assert_eq!(
        (box_[0].to.as_str(), box_[0].text.as_str(), box_[0].from.as_str()),
        (ANNA, "Ny frånvaronotering", "Hjarntorget")
    );
    assert_eq!((box_[0].reference.as_deref(), box_[0].parts), (Some("t0k3n"), 1));
    assert_eq!(sender.statuses(2).await, ["sent", "delivered"]);
    let end = form(&sender.receiver.letters(2).await[1].body);
    assert_eq!(end["id"], sent["id"].as_str().unwrap());
    let kept = sender.get(&format!("/{}", sent["id"].as_str().unwrap())).await;
    assert_eq!((&kept["status"], &kept["delivered"]), (&json!("delivered"), &json!(end["delivered"])));
}

#[tokio::test]
async fn keys_are_needed_and_errors_are_plain_text() {
    let sender = Sender::new().await;
    let url = format!("{}/a1/sms", sender.town.url(System::Sms));
    let nobody = sender.client.post(&url).form(&[("to", ANNA)]).send().await.unwrap();
    assert_eq!(
        (nobody.status(), nobody.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic")),
        (StatusCode::UNAUTHORIZED, true)
    );
    let guess =
        sender.client.get(&url).basic_auth(&sender.town.tokens().sms.user, Some("x")).send().await.unwrap();
    assert_eq!(guess.status(), StatusCode::UNAUTHORIZED);
    let (status, said) = sender.post(&[("to", "0701740605")]).await.unwrap();
    assert_eq!((status, said.as_str()), (StatusCode::BAD_REQUEST, "to is not a number in E.164"));
    sender
        .town
        .fault(FaultOrder { system: System::Sms, fault: "status:403".into(), path: None, count: Some(1) })
        .unwrap();
    assert_eq!(sender.post(&[]).await.unwrap(), (StatusCode::FORBIDDEN, "Not enough credits".to_owned()));
    assert!(sender.town.sms().is_empty());
}

#[tokio::test]
async fn a_dry_run_is_priced_and_a_secret_is_forgotten() {
    let sender = Sender::new().await;
    let dry = sender.send(&[("dryrun", "yes"), ("message", &"ö".repeat(161))]).await;
    assert_eq!((&dry["parts"], &dry["estimated_cost"]), (&json!(2), &json!(7000)));
    assert!(dry.get("id").is_none() && dry.get("cost").is_none() && sender.town.sms().is_empty());
    let secret = sender.send(&[("dontlog", "message"), ("flashsms", "yes")]).await;
    assert_eq!(
        (secret.get("message"), &secret["dontlog"], &secret["flashsms"]),
        (None, &json!("message"), &json!("yes"))
    );
    assert_eq!(sender.town.sms()[0].text, "Ny frånvaronotering", "the telephone shows it all the same");
    let kept = sender.get("?limit=1").await;
    assert_eq!((kept["data"][0].get("message"), &kept["data"][0]["id"]), (None, &secret["id"]));
}

#[tokio::test]
async fn a_lost_answer_leaves_a_message_that_can_be_found() {
    let sender = Sender::new().await;
    sender
        .town
        .fault(FaultOrder {
            system: System::Sms,
            fault: "accept-then-drop".into(),
            path: None,
            count: Some(1),
        })
        .unwrap();
    assert!(sender.post(&[("whendelivered", &sender.krok("borta"))]).await.is_err());
    assert_eq!(sender.town.sms()[0].reference.as_deref(), Some("borta"));
    assert_eq!(sender.statuses(2).await, ["sent", "delivered"]);
    let found = sender.get(&format!("?to={}", ANNA.replace('+', "%2B"))).await;
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
    assert_eq!(sender.get("?to=none").await["data"], json!([]));
    for _ in 0..3 {
        sender.send(&[]).await;
    }
    let page = sender.get("?limit=2").await;
    let next = page["next"].as_str().unwrap();
    assert_eq!(sender.get(&format!("?start={next}")).await["data"].as_array().unwrap().len(), 2);
    assert_eq!(sender.get(&format!("?end={next}")).await["data"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_report_that_is_not_taken_comes_again_for_six_hours() {
    let sender = Sender::new().await;
    sender.switch(json!({ "sent_after": 0, "ended_after": 3_600_000_000_u32 })).await;
    sender.receiver.answer([500; 6]);
    sender.send(&[("whendelivered", &sender.krok("t"))]).await;
    for count in 1..=7 {
        assert_eq!(sender.statuses(count).await.len(), count);
        while sender.town.told(System::Sms).len() < count {
            tokio::task::yield_now().await;
        }
        sender.town.clock().advance(SignedDuration::from_mins(400));
    }
    let told = sender.town.told(System::Sms);
    assert_eq!((told.len(), told[6].attempt), (7, 7), "the first and six more, the last was taken");
}

#[tokio::test]
async fn reports_can_be_missing_doubled_reversed_or_early() {
    let sender = Sender::new().await;
    sender.switch(json!({ "reports": "early" })).await;
    sender.send(&[("whendelivered", &sender.krok("1"))]).await;
    assert_eq!(sender.receiver.count(), 2, "both came before the answer");
    sender.switch(json!({ "reports": "reversed", "sent_after": 1, "ended_after": 60_000 })).await;
    let sent = sender.send(&[("whendelivered", &sender.krok("2"))]).await;
    assert_eq!(sender.statuses(3).await[2], "delivered");
    sender.town.clock().advance(SignedDuration::from_mins(2));
    assert_eq!(sender.statuses(4).await[3], "sent");
    assert_eq!(sender.get(&format!("/{}", sent["id"].as_str().unwrap())).await["status"], "delivered");
    sender.switch(json!({ "reports": "twice", "sent_after": 0, "ended_after": 0 })).await;
    sender.send(&[("whendelivered", &sender.krok("3"))]).await;
    let mut twice = sender.statuses(8).await.split_off(4);
    twice.sort();
    assert_eq!(twice, ["delivered", "delivered", "sent", "sent"]);
    sender.switch(json!({ "reports": "never", "sent_after": 0, "ended_after": 0 })).await;
    let silent = sender.send(&[("whendelivered", &sender.krok("4"))]).await;
    let path = format!("/{}", silent["id"].as_str().unwrap());
    while sender.get(&path).await["status"] != "delivered" {
        tokio::task::yield_now().await;
    }
    assert_eq!(sender.receiver.count(), 8);
}

#[tokio::test]
async fn a_number_that_cannot_be_reached_fails_and_its_box_stays_empty() {
    let sender = Sender::new().await;
    sender.switch(json!({ "fails": [ANNA] })).await;
    sender.send(&[("whendelivered", &sender.krok("x"))]).await;
    assert_eq!(sender.statuses(2).await, ["sent", "failed"]);
    assert!(!form(&sender.receiver.letters(2).await[1].body).contains_key("delivered"));
    assert!(sender.town.sms().is_empty());
    let reset = format!("{}/control/reset", sender.town.control());
    sender.client.post(reset).send().await.unwrap();
    assert_eq!(sender.get("").await["data"], json!([]));
}
