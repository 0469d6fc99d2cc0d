//! Devices: who is there, who is not, and who is shown out.

use model::{Device, Purpose, Refusal, SessionId};
use portal::{Error, Proof, audit::Deed};
use uuid::Uuid;

use super::{MAILBOX, SARA, refusal, step_up, with_account};
use crate::stage::Stage;

#[tokio::test]
async fn devices_are_listed_and_logged_out_one_by_one_or_all() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    let mut others = Vec::new();
    for _ in 0..2 {
        let mut other = stage.browser();
        other.sign_in(SARA).await;
        others.push(other);
    }
    let devices = browser.visit().await.guardian().unwrap().devices().await.unwrap();
    assert_eq!(devices.len(), 3);
    assert_eq!(devices.iter().filter(|device| device.here).count(), 1);
    assert!(devices.iter().all(|device| device.browser == "Chrome, Windows"));

    let there = others[0].visit().await.guardian().unwrap().devices().await.unwrap();
    let there = there.iter().find(|device| device.here).unwrap().id;
    browser.visit().await.guardian().unwrap().end_device(there).await.unwrap();
    assert!(others[0].visit().await.guardian().is_err());
    assert!(others[1].visit().await.guardian().is_ok());

    let mut karin = stage.browser();
    karin.open_account("bergstrom-karin", "karin@example.se").await;
    let own = karin.visit().await.guardian().unwrap().devices().await.unwrap()[0].id;
    let foreign = browser.visit().await.guardian().unwrap().end_device(own).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    assert!(karin.visit().await.guardian().is_ok());

    browser.visit().await.guardian().unwrap().end_other_devices().await.unwrap();
    assert!(others[1].visit().await.guardian().is_err() && browser.visit().await.guardian().is_ok());
    browser.visit().await.guardian().unwrap().end_all_devices().await.unwrap();
    assert!(browser.visit().await.guardian().is_err());
}

#[tokio::test]
async fn a_session_of_another_account_is_not_there_and_the_attempt_is_logged() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    let mut karin = stage.browser();
    karin.open_account("bergstrom-karin", "karin@example.se").await;
    let foreign = karin.visit().await.guardian().unwrap().devices().await.unwrap()[0].id;
    for id in [foreign, SessionId::from_uuid(Uuid::new_v4())] {
        let ended = browser.visit().await.guardian().unwrap().end_device(id).await;
        assert!(matches!(ended, Err(Error::NotFound)));
    }
    let refused = stage.audited(Deed::RefusedAccess).await;
    assert_eq!(refused.len(), 2);
    for line in &refused {
        assert_eq!((line.outcome.as_str(), line.reason.as_deref()), ("refused", Some("not-own-session")));
        assert!(line.actor.is_some() && line.actor_kind == "guardian");
    }
    let own = browser.visit().await.guardian().unwrap().devices().await.unwrap()[0].id;
    browser.visit().await.guardian().unwrap().end_device(own).await.unwrap();
    assert_eq!(stage.audited(Deed::RefusedAccess).await.len(), 2);
}

#[tokio::test]
async fn who_logs_devices_out_shuts_the_session_of_the_application_out_too() {
    for all in [true, false] {
        let stage = Stage::open().await;
        let mut browser = stage.browser();
        browser.apply(SARA, MAILBOX).await;
        let mut copy = browser.clone();
        browser.complete().await.unwrap();
        let visit = browser.visit().await;
        let guardian = visit.guardian().unwrap();
        let ended = if all { guardian.end_all_devices().await } else { guardian.end_other_devices().await };
        ended.unwrap();
        assert!(matches!(copy.complete().await, Err(Error::SignIn(_))), "all: {all}");
    }
}

#[tokio::test]
async fn a_step_up_by_another_person_ends_the_session() {
    let stage = Stage::open().await;
    let mut browser = with_account(&stage).await;
    stage.advance(15 * 60 + 1);
    let finish = step_up(&mut browser, "bergstrom-karin", "/personuppgifter/mobil").await;
    assert_eq!(refusal(finish.map(drop)), Some(Refusal::OtherPerson));
    assert!(browser.visit().await.guardian().is_err());
}

#[tokio::test]
async fn nothing_of_personal_data_is_for_a_stranger_or_an_applicant() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    assert!(browser.visit().await.guardian().is_err());
    browser.start(Purpose::SignIn, Device::Other).await;
    browser.scanned_by(SARA, "approve").await;
    stage.collect().await;
    browser.finish(Proof::Poll).await.unwrap();
    assert!(browser.visit().await.guardian().is_err());
    assert!(browser.visit().await.start_step_up(Device::Other, true, "/personuppgifter").await.is_ok());
    let nobody = stage.browser();
    let started = nobody.visit().await.start_step_up(Device::Other, true, "/personuppgifter").await;
    assert!(matches!(started, Err(Error::SignIn(_))));
}
