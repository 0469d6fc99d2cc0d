//! The SMS client against the town's gateway, on good days and bad.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

use std::time::Duration;

use dispatch::sms::{self, Failure, Gateway, Seen, Settings, Sms, Status};
use jiff::{SignedDuration, Timestamp};
use model::{Language, Mobile};
use simulators::{FaultOrder, Options, System, Town};
use tempfile::TempDir;

struct House {
    town: Town,
    gateway: Gateway,
    _folder: TempDir,
}

impl House {
    async fn open() -> Self {
        simulators::use_ring();
        let folder = tempfile::tempdir().unwrap();
        let town = Town::start(Options::any_port(folder.path())).await.unwrap();
        let gateway = Gateway::new(&settings(&town)).unwrap();
        Self { town, gateway, _folder: folder }
    }

    fn fault(&self, fault: &str) {
        self.town.fault(FaultOrder::new(System::Sms, fault).times(1)).unwrap();
    }

    async fn send(&self) -> Result<Seen, Failure> {
        self.gateway.send(&message("Zm9vYmFyZm9vYmFyZm9v")).await
    }

    fn references(&self) -> Vec<Option<String>> {
        self.town.sms().into_iter().map(|sms| sms.reference).collect()
    }
}

fn settings(town: &Town) -> Settings {
    let mut settings = Settings::new(
        town.url(System::Sms),
        town.files().ca(),
        town.files().tokens(),
        "sms",
        "Hjarntorget",
        "https://konto.example.se/krok/sms/",
    );
    settings.peer.timeout = Duration::from_millis(1500);
    settings
}

fn message(reference: &str) -> Sms {
    Sms {
        to: Mobile::parse("070-174 06 05").unwrap(),
        text: sms::code(Language::Sv, "482915", 10),
        reference: reference.to_owned(),
    }
}

#[tokio::test]
async fn a_message_arrives_with_its_reference_and_its_text_is_not_kept() {
    let house = House::open().await;
    let before: Timestamp = house.town.clock().now() - SignedDuration::from_secs(2);
    let sent = house.send().await.unwrap();
    assert_eq!(sent.status, Status::Created);
    let arrived = &house.town.sms()[0];
    assert_eq!(
        (arrived.to.as_str(), arrived.from.as_str(), arrived.parts),
        ("+46701740605", "Hjarntorget", 1)
    );
    assert!(arrived.text.contains("482915"));
    assert_eq!(house.references(), [Some("Zm9vYmFyZm9vYmFyZm9v".to_owned())]);
    assert_eq!(house.gateway.seen(&sent.id).await.unwrap().unwrap().id, sent.id);
    let history = house.gateway.sent_to(&message("x").to, before).await.unwrap();
    assert_eq!(history.iter().map(|seen| &seen.id).collect::<Vec<_>>(), [&sent.id]);
}

#[tokio::test]
async fn a_lost_answer_leaves_a_doubt_that_the_history_settles() {
    let house = House::open().await;
    let before = house.town.clock().now() - SignedDuration::from_secs(2);
    for (fault, arrives) in [("accept-then-drop", true), ("hang", false)] {
        let known = house.town.sms().len();
        house.fault(fault);
        assert_eq!(house.send().await, Err(Failure::Doubtful), "{fault}");
        let took = house.gateway.sent_to(&message("x").to, before).await.unwrap().len();
        assert_eq!((took, house.town.sms().len()), (known + usize::from(arrives), took), "{fault}");
    }
}

#[tokio::test]
async fn a_refusal_says_what_is_to_be_done() {
    let house = House::open().await;
    let later = Failure::NotTaken;
    for (fault, means) in [
        ("status:400", Failure::Refused),
        ("status:401", later),
        ("status:403", later),
        ("status:429", later),
        ("status:503", later),
        ("status:500", Failure::Doubtful),
        ("garbage", Failure::Doubtful),
    ] {
        house.fault(fault);
        assert_eq!(house.send().await, Err(means), "{fault}");
    }
    assert!(house.send().await.is_ok() && house.gateway.probe().await.is_ok());
}

#[tokio::test]
async fn a_name_that_is_not_the_gateways_is_not_asked_for() {
    let house = House::open().await;
    assert_eq!(house.gateway.seen("s1/../../x").await, Ok(None));
    assert!(house.town.calls(System::Sms).is_empty());
    assert_eq!(house.gateway.seen("s0").await, Ok(None), "one it never took");
}

#[test]
fn debug_shows_neither_number_nor_code_nor_reference() {
    let shown = format!("{:?}", message("Zm9vYmFy"));
    for secret in ["1740605", "482915", "Zm9vYmFy"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
