//! The collector: BankID's pace, silent replacement of unread codes, faults.

use model::{Device, Purpose, Refusal};
use portal::{Error, Finish, Phase, Proof};
use simulators::System;

use crate::stage::Stage;

fn refusal<T>(result: Result<T, Error>) -> Option<Refusal> {
    match result {
        Err(Error::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

#[tokio::test]
async fn one_order_is_collected_at_most_once_in_two_seconds_whatever_tabs_and_replicas_ask() {
    let stage = Stage::open().await;
    let replica = stage.replica().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    for round in 1..=5 {
        for _ in 0..4 {
            let (ours, theirs) = tokio::join!(stage.portal.collect_orders(), replica.collect_orders());
            ours.unwrap();
            theirs.unwrap();
            browser.phase().await;
        }
        assert_eq!(stage.asked(System::Bankid, "/collect"), round);
        stage.advance(2);
    }
}

#[tokio::test]
async fn nothing_is_collected_after_a_final_answer() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    browser.scanned_by("lindqvist-sara", "cancel").await;
    stage.collect().await;
    let asked = stage.asked(System::Bankid, "/collect");
    for _ in 0..3 {
        stage.collect().await;
    }
    assert_eq!(stage.asked(System::Bankid, "/collect"), asked);
    let Phase::Stopped { advice } = browser.phase().await else { panic!("still running") };
    assert_eq!(advice, model::Advice::Rfa6);
    assert!(matches!(browser.finish(Proof::Poll).await, Ok(Finish::Stopped { .. })));
}

#[tokio::test]
async fn an_unread_code_is_replaced_silently_while_its_page_is_open_and_for_three_minutes_at_most() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    let mut replaced = 0;
    for _ in 0..120 {
        stage.collect().await;
        match browser.phase().await {
            Phase::Waiting { .. } => replaced = stage.asked(System::Bankid, "/auth") - 1,
            Phase::Stopped { advice } => {
                assert_eq!(advice, model::Advice::Rfa17B);
                break;
            }
            Phase::Complete => panic!("nobody scanned"),
        }
    }
    assert!((4..=6).contains(&replaced), "{replaced} replacements");
    assert!(matches!(browser.phase().await, Phase::Stopped { .. }));
}

#[tokio::test]
async fn a_replaced_code_can_be_scanned() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    while stage.asked(System::Bankid, "/auth") == 1 {
        stage.collect().await;
        browser.phase().await;
    }
    browser.scanned_by("lindqvist-sara", "approve").await;
    stage.collect().await;
    assert!(matches!(browser.finish(Proof::Poll).await, Ok(Finish::In { .. })));
}

#[tokio::test]
async fn a_code_whose_page_was_closed_is_not_replaced() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    for _ in 0..20 {
        stage.collect().await;
    }
    assert_eq!(stage.asked(System::Bankid, "/auth"), 1);
    assert!(matches!(browser.phase().await, Phase::Stopped { advice: model::Advice::Rfa17B }));
}

#[tokio::test]
async fn bankid_being_down_is_said_and_never_taken_for_a_wrong_person() {
    let stage = Stage::open().await;
    for fault in ["down", "status:500", "status:503", "garbage", "truncate", "status:429", "unknown-code"] {
        stage.fault(System::Bankid, fault);
        let started =
            stage.browser().visit().await.start_identification(Purpose::SignIn, Device::Other, true).await;
        assert_eq!(refusal(started.map(drop)), Some(Refusal::BankIdDown), "{fault}");
    }
    stage.fault(System::Bankid, "none");
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    browser.scanned_by("lindqvist-sara", "open").await;
    for fault in ["down", "status:500", "status:503", "truncate"] {
        stage.fault(System::Bankid, fault);
        stage.collect().await;
        assert!(matches!(browser.phase().await, Phase::Waiting { .. }), "{fault}");
    }
    stage.fault(System::Bankid, "none");
    stage.collect().await;
    assert!(matches!(browser.phase().await, Phase::Waiting { scanned: true, .. }));
}

#[tokio::test]
async fn unknown_hints_go_on_or_fail_and_never_complete() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    browser.scanned_by("lindqvist-sara", "hint:somethingNew").await;
    stage.collect().await;
    assert!(matches!(browser.phase().await, Phase::Waiting { advice: model::Advice::Rfa21, scanned: true }));

    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    browser.scanned_by("bergstrom-karin", "fail:somethingNew").await;
    stage.collect().await;
    assert!(matches!(browser.phase().await, Phase::Stopped { advice: model::Advice::Rfa22 }));
}
