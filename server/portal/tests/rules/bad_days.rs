//! Bad days: registers that are slow or talk nonsense, a mail relay that is gone, visitors who hang up, old things.

use std::time::Duration;

use model::{Device, Outcome, Purpose};
use portal::{Error, Proof};
use sea_orm::{EntityTrait, PaginatorTrait};
use simulators::System;
use store::entity::{application, aside, custody_check, evidence, identification, limit_, proof, session};

use crate::stage::{Stage, code_in};

#[tokio::test]
async fn a_population_register_on_a_bad_day_is_told_calmly_to_everybody_alike() {
    let stage = Stage::open().await;
    for person in ["lindqvist-sara", "ek-maria", "bengtsson-mats", "sund-tindra"] {
        let mut browser = stage.browser();
        browser.sign_in(person).await;
        for fault in
            ["down", "status:500", "status:503", "status:429", "garbage", "truncate", "wrong-certificate"]
        {
            stage.fault(System::Population, fault);
            assert_eq!(browser.outcome().await, Outcome::RegisterDown, "{person}: {fault}");
        }
        stage.fault(System::Population, "none");
        assert_ne!(browser.outcome().await, Outcome::RegisterDown, "{person}");
    }
}

#[tokio::test]
async fn a_register_that_hangs_is_given_up_in_time() {
    let stage = Stage::with(None, |rules| rules.spans.register_patience = Duration::from_millis(300)).await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    stage.fault(System::Population, "hang");
    assert_eq!(browser.outcome().await, Outcome::RegisterDown);
    stage.fault(System::Population, "none");
    stage.advance(5);
    assert_eq!(browser.outcome().await, Outcome::Eligible);
}

#[tokio::test]
async fn a_register_that_hangs_is_waited_for_once() {
    let stage = Stage::with(None, |rules| rules.spans.register_patience = Duration::from_millis(300)).await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    stage.fault(System::Population, "hang");
    let before = stage.town.calls(System::Population).len();
    let visit = browser.visit().await;
    assert_eq!(visit.applicant().unwrap().outcome().await.unwrap(), Outcome::RegisterDown);
    assert!(visit.applicant().unwrap().units_to_call().await.unwrap().is_empty());
    assert_eq!(browser.outcome().await, Outcome::RegisterDown, "the next page");
    assert_eq!(stage.town.calls(System::Population).len(), before + 1);
}

#[tokio::test]
async fn a_register_that_refuses_is_asked_once_a_visit() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    stage.fault(System::Population, "status:500");
    let visit = browser.visit().await;
    assert_eq!(visit.applicant().unwrap().outcome().await.unwrap(), Outcome::RegisterDown);
    let asked = stage.town.calls(System::Population).len();
    assert!(visit.applicant().unwrap().units_to_call().await.unwrap().is_empty());
    assert_eq!(stage.town.calls(System::Population).len(), asked);
}

#[tokio::test]
async fn a_slow_register_is_waited_for() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    stage.fault(System::Population, "slow:400");
    assert_eq!(browser.outcome().await, Outcome::Eligible);
}

#[tokio::test]
async fn a_login_asks_no_register_and_works_while_they_are_down() {
    let stage = Stage::open().await;
    stage.fault(System::Population, "down");
    stage.fault(System::Pupil, "down");
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    assert!(browser.visit().await.applicant().is_ok());
}

#[tokio::test]
async fn a_letter_arrives_when_the_mail_relay_is_back_and_its_ten_minutes_begin_then() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    browser.visit().await.applicant().unwrap().confirm_children().await.unwrap();
    stage.fault(System::Smtp, "down");
    browser.give_email("sara@example.se").await.unwrap();
    let tried = || async { stage.job_tries().await > 0 };
    stage.until("a try", tried).await;
    let visit = browser.visit().await;
    assert_eq!(visit.applicant().unwrap().application().await.unwrap().letter_sent, None);
    // Longer than the code would live, had it left.
    stage.advance(20 * 60);
    stage.fault(System::Smtp, "none");
    let letter = stage.letter("sara@example.se", 0).await;
    browser.confirm_code(&code_in(&letter.text)).await.unwrap();
}

#[tokio::test]
async fn a_relay_that_takes_the_letter_and_hangs_up_makes_one_letter_under_one_reference() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    browser.visit().await.applicant().unwrap().confirm_children().await.unwrap();
    stage.town.fault(simulators::FaultOrder::new(System::Smtp, "accept-then-drop").times(1)).unwrap();
    browser.give_email("sara@example.se").await.unwrap();
    let first = stage.letter("sara@example.se", 0).await;
    stage
        .until("the letter is known to have left", || async {
            // The retry waits on the house's clock.
            stage.advance(5);
            let proofs = proof::Entity::find().all(stage.store.reader()).await.unwrap();
            proofs.iter().all(|proof| proof.sent_at.is_some())
        })
        .await;
    for letter in stage.letters("sara@example.se") {
        assert_eq!((letter.reference, letter.text), (first.reference.clone(), first.text.clone()));
    }
}

#[tokio::test]
async fn a_visitor_who_hangs_up_leaves_nothing_half_done() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.apply("lindqvist-sara", "sara@example.se").await;
    for wait in [0, 1, 3, 10, 30] {
        let visit = browser.visit().await;
        let Ok(applicant) = visit.applicant() else { break };
        let hurried = tokio::time::timeout(Duration::from_millis(wait), applicant.complete("2026-1")).await;
        drop(hurried);
    }
    let whole = || async {
        let accounts = stage.accounts().await.len();
        let links = stage.live_links().await.len();
        (accounts, links)
    };
    let state = whole().await;
    assert!(matches!(state, (0, 0) | (1, 2)), "{state:?}");
    let mut again = stage.browser();
    again.sign_in("lindqvist-sara").await;
    if whole().await == (0, 0) {
        again.complete().await.unwrap();
    }
    assert_eq!(whole().await, (1, 2));
}

#[tokio::test]
async fn what_was_kept_long_enough_is_erased() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.apply("lindqvist-sara", "sara@example.se").await;
    let _ = browser.give_email("a@b").await;
    let on = stage.store.reader();
    macro_rules! rows {
        ($table:ident) => {
            $table::Entity::find().count(on).await.unwrap()
        };
    }
    stage.portal.erase_old().await.unwrap();
    assert!(rows!(application) == 1 && rows!(proof) == 1 && rows!(aside) == 1 && rows!(session) == 1);

    stage.advance(25 * 3600);
    stage.portal.erase_old().await.unwrap();
    assert_eq!((rows!(application), rows!(proof), rows!(aside), rows!(identification)), (0, 0, 0, 0));
    assert_eq!((rows!(session), rows!(evidence), rows!(custody_check)), (1, 1, 1));

    stage.advance(31 * 24 * 3600);
    stage.portal.erase_old().await.unwrap();
    assert_eq!((rows!(session), rows!(custody_check), rows!(limit_), rows!(evidence)), (0, 0, 0, 1));

    stage.advance(335 * 24 * 3600);
    stage.portal.erase_old().await.unwrap();
    assert_eq!(rows!(evidence), 0);
    assert_eq!(stage.portal.erase_old().await.unwrap(), 0, "a second round finds nothing");
}

#[tokio::test]
async fn a_closed_account_keeps_nothing_of_its_person_after_its_time() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.open_account("lindqvist-sara", "sara@example.se").await;
    let id = stage.accounts().await[0].id.parse().unwrap();
    stage.portal.close_account(id, "asked").await.unwrap();
    stage.advance(89 * 24 * 3600);
    stage.portal.erase_old().await.unwrap();
    assert!(stage.accounts().await[0].email.is_some());
    stage.advance(2 * 24 * 3600);
    stage.portal.erase_old().await.unwrap();
    let account = &stage.accounts().await[0];
    assert!(account.email.is_none() && account.email_index.is_none());
    assert!(account.number.is_empty() && account.name.is_empty());
    let mut again = stage.browser();
    again.sign_in("lindqvist-sara").await;
    stage.portal.sync_registers(false).await.unwrap();
    assert_eq!(again.outcome().await, Outcome::AccountClosed);
    assert!(matches!(stage.portal.close_account(id, "asked").await, Ok(())));
    let unknown = model::AccountId::from_uuid(uuid::Uuid::new_v4());
    assert!(matches!(stage.portal.close_account(unknown, "asked").await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_hundred_open_orders_are_collected_within_bankids_pace() {
    let stage = Stage::open().await;
    let mut browsers = Vec::new();
    for _ in 0..100 {
        let mut browser = stage.browser();
        browser.start(Purpose::SignIn, Device::Other).await;
        browsers.push(browser);
    }
    for round in 1..=3 {
        stage.portal.collect_orders().await.unwrap();
        stage.portal.collect_orders().await.unwrap();
        assert_eq!(stage.asked(System::Bankid, "/collect"), 100 * round);
        stage.advance(2);
    }
    for browser in &mut browsers {
        assert!(matches!(browser.finish(Proof::Poll).await, Ok(portal::Finish::StillWaiting)));
    }
}

#[tokio::test]
async fn the_background_does_all_of_it_by_itself_and_ends_when_told() {
    let stage = Stage::unread(None, |_| {}).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let background = stage.portal.background(stop.clone());
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    browser.scanned_by("lindqvist-sara", "approve").await;
    stage.until("a collect", || async { stage.asked(System::Bankid, "/collect") > 0 }).await;
    stage.until("the import", || async { !stage.portal.schools("").await.unwrap().is_empty() }).await;
    stage.advance(2);
    stage
        .until("the way in", || {
            let mut browser = browser.clone();
            async move { matches!(browser.finish(Proof::Poll).await, Ok(portal::Finish::In { .. })) }
        })
        .await;
    stop.cancel();
    background.ended().await;
    assert!(stage.portal.ready().await.is_empty());
    assert!(stage.portal.reach().await.iter().all(|(_, answers)| *answers));
}
