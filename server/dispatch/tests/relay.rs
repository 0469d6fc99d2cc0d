//! The mailer against the town's mail relay, over STARTTLS, on good days and bad; and against a relay without STARTTLS.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails by panicking, as the test does")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use dispatch::{Failure, Mail, Mailer, Settings, Trouble, letters};
use model::{Email, Language};
use simulators::{FaultOrder, Options, System, Town};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use uuid::Uuid;

struct House {
    town: Town,
    mailer: Mailer,
    _folder: TempDir,
}

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let town = Town::start(Options::any_port(folder.path())).await.unwrap();
        let mailer = Mailer::new(&settings(&town)).unwrap();
        Self { town, mailer, _folder: folder }
    }

    fn fault(&self, fault: &str, path: Option<&str>) {
        let path = path.map(str::to_owned);
        let order = FaultOrder { path, ..FaultOrder::new(System::Smtp, fault) };
        self.town.fault(order).unwrap();
    }
}

fn settings(town: &Town) -> Settings {
    let address = town.address(System::Smtp).unwrap();
    Settings {
        connect_timeout: Duration::from_millis(1500),
        timeout: Duration::from_millis(2500),
        ..Settings::new(
            address.ip().to_string(),
            address.port(),
            town.files().ca(),
            "Hjärntorget <ingen-svar@example.se>",
        )
    }
}

fn mail() -> Mail {
    Mail {
        to: Email::parse("sara@example.se").unwrap(),
        letter: letters::email_code(Language::Sv, "482915", "https://konto.example.se/bekrafta-e-post/x", 10),
        reference: Uuid::from_u128(7),
        at: "2026-11-24T06:00:00Z".parse().unwrap(),
    }
}

#[tokio::test]
async fn a_letter_arrives_whole_under_its_own_name() {
    let house = House::open().await;
    assert_eq!(house.mailer.probe().await, Ok(()));
    let mail = mail();
    house.mailer.send(&mail).await.unwrap();
    let arrived = house.town.mail();
    assert_eq!(arrived.len(), 1);
    let arrived = &arrived[0];
    assert_eq!((arrived.to.as_str(), arrived.from.as_str()), ("sara@example.se", "ingen-svar@example.se"));
    assert_eq!(arrived.subject, "Din kod till Hjärntorget");
    assert_eq!(arrived.reference.as_deref(), Some(format!("{}@example.se", mail.reference).as_str()));
    assert_eq!(arrived.text.replace("\r\n", "\n").trim_end(), mail.letter.text.trim_end());
    assert_eq!(
        arrived.html.as_deref().unwrap().replace("\r\n", "\n").trim_end(),
        mail.letter.html.trim_end()
    );
    assert_eq!(arrived.headers["Auto-Submitted"], "auto-generated");
}

#[tokio::test]
async fn a_second_try_is_the_same_letter() {
    let house = House::open().await;
    for _ in 0..2 {
        house.mailer.send(&mail()).await.unwrap();
    }
    let arrived = house.town.mail();
    assert_eq!(arrived.len(), 2);
    assert_eq!(arrived[0].reference, arrived[1].reference);
}

#[tokio::test]
async fn what_may_pass_is_temporary_and_what_will_not_is_final() {
    let house = House::open().await;
    for (fault, path, failure) in [
        ("status:450", Some("RCPT"), Failure::Temporary(Trouble::Said(450))),
        ("status:452", Some("MAIL"), Failure::Temporary(Trouble::Said(452))),
        ("status:550", Some("RCPT"), Failure::Permanent(Trouble::Said(550))),
        ("status:554", Some("DATA"), Failure::Permanent(Trouble::Said(554))),
        ("status:535", Some("MAIL"), Failure::Temporary(Trouble::Said(535))),
        ("hang", None, Failure::Temporary(Trouble::Timeout)),
        ("down", Some("MAIL"), Failure::Temporary(Trouble::Unreachable)),
        ("accept-then-drop", Some("MAIL"), Failure::Temporary(Trouble::Broken)),
    ] {
        house.fault(fault, path);
        assert_eq!(house.mailer.send(&mail()).await, Err(failure), "{fault}");
        house.fault("none", None);
        house.mailer.send(&mail()).await.unwrap_or_else(|failure| panic!("after {fault}: {failure}"));
    }
    for fault in ["down", "garbage", "truncate", "accept-then-drop"] {
        house.fault(fault, None);
        let failure = house.mailer.send(&mail()).await.unwrap_err();
        assert!(matches!(failure, Failure::Temporary(_)), "{fault}: {failure}");
        house.fault("none", None);
    }
    house.mailer.send(&mail()).await.unwrap();
}

#[tokio::test]
async fn a_relay_that_shows_somebody_elses_certificate_gets_no_letter() {
    let house = House::open().await;
    house.fault("wrong-certificate", None);
    assert_eq!(house.mailer.send(&mail()).await, Err(Failure::Temporary(Trouble::Insecure)));
    assert_eq!(house.mailer.probe().await, Err(Failure::Temporary(Trouble::Insecure)));
    assert!(house.town.mail().is_empty());
}

#[tokio::test]
async fn a_relay_outside_the_configured_root_gets_no_letter() {
    let house = House::open().await;
    let others = tempfile::tempdir().unwrap();
    let other = Town::start(Options::any_port(others.path())).await.unwrap();
    let settings = Settings { authorities: other.files().ca(), ..settings(&house.town) };
    let failure = Mailer::new(&settings).unwrap().send(&mail()).await.unwrap_err();
    assert_eq!(failure, Failure::Temporary(Trouble::Insecure));
    assert!(house.town.mail().is_empty());
}

/// A relay that offers no STARTTLS, or one whose offer somebody on the way cut out. Tells what it heard.
async fn stripped() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let said = heard.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let mut socket = BufReader::new(socket);
            let mut answer = &b"220 relay\r\n"[..];
            loop {
                let mut line = String::new();
                if socket.get_mut().write_all(answer).await.is_err() {
                    break;
                }
                match socket.read_line(&mut line).await {
                    Ok(1..) => said.lock().unwrap().push(line.trim().to_owned()),
                    _ => break,
                }
                answer = b"250 as you please\r\n";
            }
        }
    });
    (port, heard)
}

#[tokio::test]
async fn nothing_is_said_to_a_relay_without_starttls() {
    let house = House::open().await;
    let (port, heard) = stripped().await;
    let settings = Settings { host: "127.0.0.1".into(), port, ..settings(&house.town) };
    let failure = Mailer::new(&settings).unwrap().send(&mail()).await.unwrap_err();
    assert_eq!(failure, Failure::Temporary(Trouble::Insecure));
    let heard = heard.lock().unwrap().clone();
    assert!(heard.iter().any(|line| line == "EHLO example.se"), "{heard:?}");
    assert!(heard.iter().all(|line| line.starts_with("EHLO") || line == "QUIT"), "{heard:?}");
}
