//! The client against the town's BankID, over mutual TLS, on good days and bad.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

use std::time::Duration;

use bankid::{
    AuthRequest, Browser, Cause, Client, Code, Collected, Completion, Error, FailedHint, Intent, Order,
    PendingHint, Risk, Settings, advice,
    launch::{Launch, Platform, ReturnPage},
    qr,
};
use jiff::SignedDuration;
use model::{Advice, Device};
use serde_json::{Value, json};
use simulators::{FaultOrder, System, Town};
use tempfile::TempDir;

const NUMBER: &str = "198501012390";

struct House {
    town: Town,
    client: Client,
    control: reqwest::Client,
    _folder: TempDir,
}

impl House {
    async fn open() -> Self {
        simulators::use_ring();
        let world = json!({
            "persons": [{ "id": "karl", "number": NUMBER, "given": "Karl", "family": "Karlsson", "bankid": true }]
        });
        let (town, folder) = Town::of(world).await.unwrap();
        let client = Client::new(&settings(&town)).unwrap();
        let control = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { town, client, control, _folder: folder }
    }

    async fn order(&self) -> Order {
        self.client.auth(&request()).await.unwrap()
    }

    /// What the person does with the app.
    async fn phone(&self, deed: Value) -> Value {
        let address = format!("{}/control/phone", self.town.control());
        let mut deed = deed;
        deed["person"] = json!("karl");
        let answer = self.control.post(address).json(&deed).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.json().await.unwrap()
    }

    async fn scan(&self, order: &Order, answer: &str) -> Value {
        let code = qr::content(&order.qr_start_token, &order.qr_start_secret, 0);
        self.phone(json!({ "qr": code, "answer": answer })).await
    }

    fn fault(&self, fault: &str) {
        self.town.fault(FaultOrder::new(System::Bankid, fault)).unwrap();
    }

    fn fault_at(&self, fault: &str, path: &str) {
        self.town.fault(FaultOrder::new(System::Bankid, fault).at(path)).unwrap();
    }
}

fn settings(town: &Town) -> Settings {
    let endpoint = format!("{}/rp/v6.0/", town.url(System::Bankid));
    let mut settings = Settings::new(endpoint, town.files().rp(), town.files().ca());
    (settings.peer.timeout, settings.peer.failures) = (Duration::from_millis(1500), 100);
    settings
}

fn request() -> AuthRequest {
    AuthRequest {
        address: "198.51.100.7".parse().unwrap(),
        intent: Intent::new("# Hjärntorget\n\nLogga in i Hjärntorget, *Göteborgs Stad*.").unwrap(),
        return_url: None,
        browser: Browser {
            device: "6f0e8c1e-9d0c-4b1a-8a53-0d9c3f1f2a77".into(),
            domain: "konto.example.se".into(),
            user_agent: "Mozilla/5.0 ".repeat(60),
        },
    }
}

fn completed(collected: Collected) -> Option<Completion> {
    match collected {
        Collected::Complete(completion) => Some(*completion),
        Collected::Pending(_) | Collected::Failed(_) => None,
    }
}

#[tokio::test]
async fn bankid_is_there_and_knows_our_certificate() {
    let house = House::open().await;
    assert_eq!(house.client.probe().await, Ok(()));
    assert_eq!(house.client.expires().to_string(), "2049-12-31T00:00:00Z");
}

#[tokio::test]
async fn somebody_scans_the_code_and_is_identified_once() {
    let house = House::open().await;
    let order = house.order().await;
    let waiting = house.client.collect(&order.order_ref).await.unwrap();
    assert!(matches!(waiting, Collected::Pending(PendingHint::OutstandingTransaction)), "{waiting:?}");

    house.scan(&order, "approve").await;
    let completion = completed(house.client.collect(&order.order_ref).await.unwrap()).unwrap();
    assert_eq!(completion.number.reveal(), NUMBER);
    assert_eq!((completion.given_name.as_str(), completion.surname.as_str()), ("Karl", "Karlsson"));
    assert_eq!(completion.device_ip, Some("198.51.100.7".parse().unwrap()));
    assert!(completion.issue_date.is_some());
    let evidence: Value = serde_json::from_str(completion.evidence.reveal()).unwrap();
    for part in ["signature", "ocspResponse"] {
        assert!(!evidence["completionData"][part].as_str().unwrap().is_empty(), "{part}");
    }

    let again = house.client.collect(&order.order_ref).await.unwrap_err();
    assert_eq!(again, Error::Said(Code::InvalidParameters));
}

#[tokio::test]
async fn the_app_on_the_same_device_returns_to_our_page_with_the_nonce() {
    let house = House::open().await;
    let page = ReturnPage::new("https://konto.example.se/bankid/retur").unwrap();
    let back = page.address("3q2-7wAB", true);
    let order =
        house.client.auth(&AuthRequest { return_url: Some(back.clone()), ..request() }).await.unwrap();
    let launch = Launch::from_setting(Some(&house.town.phone())).unwrap();
    let link = launch.address(Platform::Mobile, &order.auto_start_token);
    assert!(link.ends_with(&format!("/phone?autostarttoken={}", order.auto_start_token.reveal())), "{link}");

    let done = house
        .phone(json!({
            "autostart": order.auto_start_token.reveal(), "answer": "approve", "device_ip": "203.0.113.9",
            "risk": "moderate"
        }))
        .await;
    assert_eq!(done["return_url"], json!(back));
    let completion = completed(house.client.collect(&order.order_ref).await.unwrap()).unwrap();
    assert_eq!(completion.device_ip, Some("203.0.113.9".parse().unwrap()));
    assert_eq!(completion.risk, Some(Risk::Moderate));
}

#[tokio::test]
async fn what_ends_an_order_is_told_in_bankids_words() {
    let house = House::open().await;
    for (answer, hint, words) in [
        ("cancel", FailedHint::UserCancel, Advice::Rfa6),
        ("wrong-pin", FailedHint::CertificateErr, Advice::Rfa16),
    ] {
        let order = house.order().await;
        house.scan(&order, answer).await;
        let Collected::Failed(told) = house.client.collect(&order.order_ref).await.unwrap() else {
            panic!("{answer}")
        };
        assert_eq!((advice::failed(&told, Device::Other), told), (words, hint));
    }
}

#[tokio::test]
async fn an_order_nobody_picks_up_fails_to_start() {
    let house = House::open().await;
    let order = house.order().await;
    house.town.clock().advance(SignedDuration::from_secs(31));
    let failed = house.client.collect(&order.order_ref).await.unwrap();
    assert!(matches!(failed, Collected::Failed(FailedHint::StartFailed)), "{failed:?}");
}

#[tokio::test]
async fn a_cancelled_order_is_gone() {
    let house = House::open().await;
    let order = house.order().await;
    house.client.cancel(&order.order_ref).await.unwrap();
    let gone = house.client.collect(&order.order_ref).await.unwrap_err();
    assert_eq!(gone, Error::Said(Code::InvalidParameters));
    assert_eq!(house.client.cancel(&order.order_ref).await, Err(Error::Said(Code::InvalidParameters)));
}

#[tokio::test]
async fn an_order_belongs_to_the_certificate_that_made_it() {
    let house = House::open().await;
    let order = house.order().await;
    let files = house.town.files();
    let other = Client::new(&Settings { identity: files.other_rp(), ..settings(&house.town) }).unwrap();
    let refused = other.collect(&order.order_ref).await.unwrap_err();
    assert_eq!(refused, Error::Said(Code::InvalidParameters));
    assert!(matches!(house.client.collect(&order.order_ref).await, Ok(Collected::Pending(_))));
}

#[tokio::test]
async fn a_foreign_certificate_is_no_relying_party() {
    let house = House::open().await;
    let files = house.town.files();
    let foreign = Client::new(&Settings { identity: files.register(), ..settings(&house.town) }).unwrap();
    assert_eq!(foreign.probe().await, Err(Error::Said(Code::Unauthorized)));
    assert_eq!(foreign.auth(&request()).await.unwrap_err(), Error::Said(Code::Unauthorized));
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
        ("status:500", Error::Said(Code::InternalError)),
        ("status:503", Error::Said(Code::Maintenance)),
        ("status:403", Error::Said(Code::Unauthorized)),
        ("status:408", Error::Said(Code::RequestTimeout)),
    ] {
        house.fault(fault);
        assert_eq!(house.client.auth(&request()).await.unwrap_err(), error, "{fault}");
        house.fault("none");
        house.client.auth(&request()).await.unwrap_or_else(|error| panic!("after {fault}: {error}"));
    }
    house.fault("down");
    assert!(matches!(house.client.auth(&request()).await, Err(Error::Unreachable(_))));
    house.fault("slow:30");
    house.client.auth(&request()).await.unwrap();
}

#[tokio::test]
async fn nothing_that_may_have_arrived_is_sent_again() {
    let house = House::open().await;
    house.fault("accept-then-drop");
    house.client.auth(&request()).await.unwrap_err();
    assert_eq!(house.town.calls(System::Bankid).len(), 1);
}

#[tokio::test]
async fn codes_of_tomorrow_are_survived() {
    let house = House::open().await;
    let order = house.order().await;
    house.fault_at("unknown-code", "/collect");
    let state = house.client.collect(&order.order_ref).await.unwrap();
    assert!(matches!(state, Collected::Pending(PendingHint::Other(_))), "{state:?}");
    house.fault_at("unknown-code", "/auth");
    match house.client.auth(&request()).await {
        Ok(_) | Err(Error::Said(Code::Other(_))) => {}
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_town_that_is_gone_is_unreachable() {
    let house = House::open().await;
    let House { town, client, .. } = house;
    town.close().await;
    assert_eq!(client.auth(&request()).await.unwrap_err(), Error::Unreachable(Cause::Connect));
}
