//! Security reference, section 3, rule by rule. Every browser stands behind one and the same address unless said.

use model::{Device, Purpose, Refusal};
use portal::{Error, Finish, Phase, Proof, Who, audit::Deed};
use sea_orm::EntityTrait;
use serde_json::json;
use simulators::System;

use crate::stage::Stage;

fn refusal<T>(result: Result<T, Error>) -> Option<Refusal> {
    match result {
        Err(Error::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

fn by_return(nonce: &str) -> Proof {
    Proof::Return { nonce: nonce.to_owned() }
}

#[tokio::test]
async fn a_scanned_code_logs_in_the_browser_that_showed_it_and_no_other() {
    let stage = Stage::open().await;
    let (mut starter, mut other) = (stage.browser(), stage.browser());
    starter.start(Purpose::SignIn, Device::Other).await;
    other.start(Purpose::SignIn, Device::Other).await;
    starter.scanned_by("lindqvist-sara", "approve").await;
    stage.collect().await;

    assert!(matches!(other.finish(Proof::Poll).await, Ok(Finish::StillWaiting)));
    assert_eq!(refusal(stage.browser().finish(Proof::Poll).await), Some(Refusal::NoIdentification));
    assert!(matches!(starter.finish(Proof::Poll).await, Ok(Finish::In { .. })));
    assert!(matches!(starter.visit().await.who(), Who::Applicant { name } if name.contains("Sara")));
    assert_eq!(other.visit().await.who(), Who::Stranger);
}

#[tokio::test]
async fn a_code_is_shown_only_while_it_can_be_read() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    let shown = browser.identification().await.unwrap();
    assert!(shown.qr.is_some() && shown.launch.is_none() && shown.seconds_left > 25);
    let first = shown.qr;
    stage.advance(1);
    assert_ne!(browser.identification().await.unwrap().qr, first, "the code moves every second");

    browser.scanned_by("lindqvist-sara", "open").await;
    stage.collect().await;
    let shown = browser.identification().await.unwrap();
    assert!(shown.qr.is_none(), "a read code is not shown");
    assert!(matches!(shown.phase, Phase::Waiting { scanned: true, .. }));
}

#[tokio::test]
async fn an_order_on_the_same_device_shows_no_code_and_one_for_another_device_no_start_button() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::This).await;
    let shown = browser.identification().await.unwrap();
    assert!(shown.qr.is_none() && shown.launch.is_some());
    browser.start(Purpose::SignIn, Device::Other).await;
    let shown = browser.identification().await.unwrap();
    assert!(shown.qr.is_some() && shown.launch.is_none());
}

#[tokio::test]
async fn polling_alone_never_finishes_an_order_on_the_same_device() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::This).await;
    let nonce = browser.opened_by("lindqvist-sara", json!({})).await.unwrap();
    stage.collect().await;
    for _ in 0..3 {
        assert!(matches!(browser.finish(Proof::Poll).await, Ok(Finish::StillWaiting)));
    }
    assert!(matches!(browser.phase().await, Phase::Complete));
    assert!(matches!(browser.finish(by_return(&nonce)).await, Ok(Finish::In { .. })));
    assert!(browser.visit().await.is_fresh());
}

#[tokio::test]
async fn a_return_while_the_order_is_pending_uses_nothing_up() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::This).await;
    let nonce = browser.opened_by("lindqvist-sara", json!({})).await.unwrap();
    for _ in 0..3 {
        assert!(matches!(browser.finish(by_return(&nonce)).await, Ok(Finish::StillWaiting)));
    }
    stage.collect().await;
    assert!(matches!(browser.finish(by_return(&nonce)).await, Ok(Finish::In { .. })));
}

#[tokio::test]
async fn a_return_in_another_browser_logs_nobody_in_and_spends_the_order() {
    let stage = Stage::open().await;
    for other_has_an_order in [false, true] {
        let (mut starter, mut other) = (stage.browser(), stage.browser());
        starter.start(Purpose::SignIn, Device::This).await;
        if other_has_an_order {
            other.start(Purpose::SignIn, Device::This).await;
        }
        let nonce = starter.opened_by("lindqvist-sara", json!({})).await.unwrap();
        stage.collect().await;
        assert_eq!(refusal(other.finish(by_return(&nonce)).await), Some(Refusal::OtherBrowser));
        assert_eq!(refusal(starter.finish(by_return(&nonce)).await), Some(Refusal::ReturnSpent));
        assert!(starter.identification().await.is_none());
        for browser in [&starter, &other] {
            assert_eq!(browser.visit().await.who(), Who::Stranger);
        }
    }
}

#[tokio::test]
async fn a_return_without_its_login_cookie_logs_nobody_in() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::This).await;
    let nonce = browser.opened_by("lindqvist-sara", json!({})).await.unwrap();
    stage.collect().await;
    browser.login = None;
    assert_eq!(refusal(browser.finish(by_return(&nonce)).await), Some(Refusal::OtherBrowser));
    assert_eq!(browser.visit().await.who(), Who::Stranger);
}

#[tokio::test]
async fn a_nonce_works_once_and_only_for_its_own_order() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::This).await;
    let nonce = browser.opened_by("lindqvist-sara", json!({})).await.unwrap();
    stage.collect().await;
    assert!(matches!(browser.finish(by_return(&nonce)).await, Ok(Finish::In { .. })));
    assert_eq!(refusal(browser.finish(by_return(&nonce)).await), Some(Refusal::ReturnSpent));

    let (mut one, mut two) = (stage.browser(), stage.browser());
    one.start(Purpose::SignIn, Device::This).await;
    two.start(Purpose::SignIn, Device::This).await;
    let of_one = one.opened_by("bergstrom-karin", json!({})).await.unwrap();
    let of_two = two.opened_by("bergstrom-mikael", json!({})).await.unwrap();
    stage.collect().await;
    assert_eq!(refusal(one.finish(by_return(&of_two)).await), Some(Refusal::OtherBrowser));
    assert_eq!(refusal(two.finish(by_return(&of_one)).await), Some(Refusal::ReturnSpent));
    assert_eq!((one.session, two.session), (None, None));
}

#[tokio::test]
async fn garbage_for_a_nonce_spends_the_order_it_was_tried_on() {
    let stage = Stage::open().await;
    let long = "a".repeat(10_000);
    for garbage in ["", "x", "AAAAAAAAAAAAAAAAAAAAAA", "å\u{0}'--", long.as_str()] {
        let mut browser = stage.browser();
        browser.start(Purpose::SignIn, Device::This).await;
        let nonce = browser.opened_by("lindqvist-sara", json!({})).await.unwrap();
        stage.collect().await;
        assert_eq!(refusal(browser.finish(by_return(garbage)).await), Some(Refusal::ReturnSpent));
        assert_eq!(refusal(browser.finish(by_return(&nonce)).await), Some(Refusal::ReturnSpent));
    }
}

#[tokio::test]
async fn a_code_opened_by_a_start_link_still_logs_in_nobody_but_its_own_browser() {
    let stage = Stage::open().await;
    let (mut starter, mut other) = (stage.browser(), stage.browser());
    starter.start(Purpose::SignIn, Device::Other).await;
    other.start(Purpose::SignIn, Device::This).await;
    // No start token of a code ever leaves the server, so that the attacker has the other order's only.
    other.opened_by("lindqvist-sara", json!({})).await.unwrap();
    stage.collect().await;
    assert!(matches!(starter.finish(Proof::Poll).await, Ok(Finish::StillWaiting)));
    assert_eq!(
        refusal(starter.finish(by_return("AAAAAAAAAAAAAAAAAAAAAA")).await),
        Some(Refusal::ReturnSpent)
    );
}

#[tokio::test]
async fn a_completion_after_the_order_was_given_up_is_worthless() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    let old = browser.clone();
    browser.scanned_by("lindqvist-sara", "open").await;
    browser.visit().await.cancel_identification().await.unwrap();
    stage.collect().await;
    assert_eq!(refusal(browser.finish(Proof::Poll).await), Some(Refusal::NoIdentification));

    // A new start does the same to the old order.
    browser.start(Purpose::SignIn, Device::Other).await;
    let mut before = browser.clone();
    before.scanned_by("lindqvist-sara", "approve").await;
    stage.collect().await;
    browser.start(Purpose::SignIn, Device::Other).await;
    assert_eq!(refusal(before.finish(Proof::Poll).await), Some(Refusal::NoIdentification));
    assert!(old.identification().await.is_none());
}

#[tokio::test]
async fn a_completion_is_worth_nothing_after_three_minutes() {
    let stage = Stage::open().await;
    for device in [Device::Other, Device::This] {
        let mut browser = stage.browser();
        browser.start(Purpose::SignIn, device).await;
        let proof = match device {
            Device::Other => {
                browser.scanned_by("lindqvist-sara", "approve").await;
                Proof::Poll
            }
            Device::This => by_return(&browser.opened_by("lindqvist-sara", json!({})).await.unwrap()),
        };
        stage.collect().await;
        stage.advance(181);
        assert!(matches!(browser.phase().await, Phase::Stopped { .. }));
        assert_eq!(refusal(browser.finish(proof).await), Some(Refusal::ReturnSpent), "{device:?}");
    }
}

#[tokio::test]
async fn a_login_transaction_ends_after_ten_minutes() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    stage.advance(601);
    assert!(browser.identification().await.is_none());
}

#[tokio::test]
async fn thirty_two_parallel_returns_make_one_session() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::This).await;
    let nonce = browser.opened_by("lindqvist-sara", json!({})).await.unwrap();
    stage.collect().await;
    let returns = (0..32).map(|_| {
        let (mut browser, proof) = (browser.clone(), by_return(&nonce));
        async move { matches!(browser.finish(proof).await, Ok(Finish::In { .. })) }
    });
    let entered = futures::future::join_all(returns).await.into_iter().filter(|entered| *entered).count();
    assert_eq!(entered, 1);
    let sessions = store::entity::session::Entity::find().all(stage.store.reader()).await.unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!(stage.audited(Deed::SignedIn).await.len(), 1);
}

#[tokio::test]
async fn a_login_makes_a_new_session_and_ends_the_old_one() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    let old = browser.clone();
    browser.sign_in("lindqvist-sara").await;
    assert_ne!(old.session, browser.session);
    assert_eq!(old.visit().await.who(), Who::Stranger);
    assert!(matches!(browser.visit().await.who(), Who::Applicant { .. }));
}

#[tokio::test]
async fn a_step_up_makes_a_new_fresh_session_for_the_same_person_only() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    stage.advance(16 * 60);
    assert!(!browser.visit().await.is_fresh());
    let old = browser.clone();
    browser.start(Purpose::StepUp, Device::Other).await;
    browser.scanned_by("lindqvist-sara", "approve").await;
    stage.collect().await;
    assert!(matches!(browser.finish(Proof::Poll).await, Ok(Finish::In { .. })));
    assert!(browser.visit().await.is_fresh());
    assert_eq!(old.visit().await.who(), Who::Stranger);

    browser.start(Purpose::StepUp, Device::Other).await;
    browser.scanned_by("bergstrom-karin", "approve").await;
    stage.collect().await;
    assert_eq!(refusal(browser.finish(Proof::Poll).await), Some(Refusal::OtherPerson));
    assert_eq!(browser.visit().await.who(), Who::Stranger, "another person's BankID ends the session");
}

#[tokio::test]
async fn a_step_up_needs_a_session_and_stays_with_it() {
    let stage = Stage::open().await;
    let stranger = stage.browser().visit().await;
    let started = stranger.start_identification(Purpose::StepUp, Device::Other, true).await;
    assert!(matches!(started, Err(Error::SignIn(_))));

    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    browser.start(Purpose::StepUp, Device::Other).await;
    browser.scanned_by("lindqvist-sara", "approve").await;
    stage.collect().await;
    browser.visit().await.sign_out().await.unwrap();
    assert_eq!(refusal(browser.finish(Proof::Poll).await), Some(Refusal::OtherPerson));
}

#[tokio::test]
async fn a_high_risk_is_refused_and_a_moderate_one_is_not_fresh() {
    let stage = Stage::open().await;
    for (risk, enters, fresh) in
        [("high", false, false), ("moderate", true, false), ("low", true, true), ("none", true, true)]
    {
        let mut browser = stage.browser();
        browser.start(Purpose::SignIn, Device::This).await;
        let nonce = browser.opened_by("lindqvist-sara", json!({ "risk": risk })).await.unwrap();
        stage.collect().await;
        let finish = browser.finish(by_return(&nonce)).await;
        if enters {
            assert!(matches!(finish, Ok(Finish::In { .. })), "{risk}");
            assert_eq!(browser.visit().await.is_fresh(), fresh, "{risk}");
        } else {
            assert_eq!(refusal(finish), Some(Refusal::NotTrusted), "{risk}");
            assert_eq!(refusal(browser.finish(by_return(&nonce)).await), Some(Refusal::ReturnSpent));
        }
    }
    let noticed = stage.audited(Deed::NoticedRisk).await;
    assert_eq!(noticed.iter().filter(|row| row.reason.as_deref() == Some("risk-moderate")).count(), 1);
}

#[tokio::test]
async fn an_app_at_another_address_is_noticed_on_the_same_device_and_normal_for_a_code() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::This).await;
    let nonce = browser.opened_by("lindqvist-sara", json!({ "device_ip": "198.51.100.99" })).await.unwrap();
    stage.collect().await;
    assert!(matches!(browser.finish(by_return(&nonce)).await, Ok(Finish::In { .. })));
    assert!(!browser.visit().await.is_fresh());
    assert_eq!(stage.audited(Deed::NoticedRisk).await.len(), 1);

    let mut browser = stage.browser();
    browser.start(Purpose::SignIn, Device::Other).await;
    let qr = browser.identification().await.unwrap().qr;
    let act =
        json!({ "person": "lindqvist-sara", "qr": qr, "answer": "approve", "device_ip": "198.51.100.99" });
    stage.phone(act).await;
    stage.collect().await;
    assert!(matches!(browser.finish(Proof::Poll).await, Ok(Finish::In { .. })));
    assert!(browser.visit().await.is_fresh());
    assert_eq!(stage.audited(Deed::NoticedRisk).await.len(), 1);
}

#[tokio::test]
async fn a_thousand_starts_meet_the_limits_and_bankid_sees_no_more_than_they_allow() {
    let stage = Stage::with(None, |rules| {
        rules.limits.bankid_start_device = 5;
        rules.limits.bankid_start_session = 10;
        rules.limits.bankid_start_address = 60;
    })
    .await;
    let mut refused = 0;
    let browser = stage.browser();
    for _ in 0..20 {
        match browser.visit().await.start_identification(Purpose::SignIn, Device::Other, true).await {
            Ok(_) => {}
            Err(Error::TooMany { retry_after }) => {
                assert!(retry_after.as_secs() <= 600);
                refused += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((refused, stage.asked(System::Bankid, "/auth")), (15, 5));

    // New device cookies do not help: the address has a limit of its own.
    for _ in 0..980 {
        let browser = stage.browser();
        let _ = browser.visit().await.start_identification(Purpose::SignIn, Device::Other, true).await;
    }
    let asked = stage.asked(System::Bankid, "/auth");
    assert!((60..=120).contains(&asked), "{asked}: at most two windows");

    // Somebody behind another address is not locked out.
    let mut other = stage.browser();
    other.address = "203.0.113.200".parse().unwrap();
    other.start(Purpose::SignIn, Device::Other).await;
}

#[tokio::test]
async fn cookies_of_any_shape_make_a_stranger() {
    let stage = Stage::open().await;
    let long = "a".repeat(5000);
    for value in ["", " ", "x", "å", "a=b; c", "\u{0}", "../..", "' OR 1=1 --", long.as_str()] {
        let mut browser = stage.browser();
        (browser.session, browser.login, browser.device) =
            (Some(value.into()), Some(value.into()), Some(value.into()));
        assert_eq!(browser.visit().await.who(), Who::Stranger, "{value:?}");
        assert!(browser.identification().await.is_none());
        assert!(browser.finish(Proof::Poll).await.is_err());
        browser.visit().await.cancel_identification().await.unwrap();
        browser.visit().await.sign_out().await.unwrap();
        browser.start(Purpose::SignIn, Device::Other).await;
    }
}

#[tokio::test]
async fn evidence_is_kept_encrypted_and_secrets_are_forgotten() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    let evidence = store::entity::evidence::Entity::find().all(stage.store.reader()).await.unwrap();
    assert_eq!(evidence.len(), 1);
    let body = stage.portal.keys().open("evidence", "body", &evidence[0].id, &evidence[0].body).unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(body.contains("198806142389") && body.contains("signature"));
    assert!(!String::from_utf8_lossy(&evidence[0].body).contains("198806142389"));
    assert!(evidence[0].shown.contains("Gör det bara om du själv började"));
    let orders = store::entity::identification::Entity::find().all(stage.store.reader()).await.unwrap();
    assert!(orders[0].secrets.is_empty() && orders[0].result.is_none());
}

#[tokio::test]
async fn the_waiting_tab_may_finish_only_where_the_house_allows_it_and_is_never_fresh() {
    let stage = Stage::with(None, |rules| rules.finish_in_waiting_tab = true).await;
    for (more, enters) in [
        (json!({}), true),
        (json!({ "device_ip": "198.51.100.99" }), false),
        (json!({ "risk": "moderate" }), false),
        (json!({ "risk": "none" }), false),
    ] {
        let mut browser = stage.browser();
        browser.start(Purpose::SignIn, Device::This).await;
        browser.opened_by("lindqvist-sara", more.clone()).await;
        stage.collect().await;
        let finish = browser.finish(Proof::Poll).await;
        assert_eq!(matches!(finish, Ok(Finish::In { .. })), enters, "{more}");
        assert!(!browser.visit().await.is_fresh());
    }
}
