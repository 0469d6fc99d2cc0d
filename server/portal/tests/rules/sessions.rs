//! Sessions: their lives, their number and their ends.

use portal::{Asking, Error, Who, audit::Deed};
use sea_orm::EntityTrait;

use crate::stage::Stage;

const MINUTE: u64 = 60;

#[tokio::test]
async fn a_session_ends_after_half_an_hour_without_a_request() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    for _ in 0..3 {
        stage.advance(29 * MINUTE);
        assert!(matches!(browser.visit().await.who(), Who::Applicant { .. }));
    }
    stage.advance(31 * MINUTE);
    assert_eq!(browser.visit().await.who(), Who::Stranger);
    let ended = stage.audited(Deed::EndedSession).await;
    assert_eq!(ended[0].reason.as_deref(), Some("idle"));
}

#[tokio::test]
async fn polls_do_not_prolong_a_session() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    for _ in 0..5 {
        stage.advance(5 * MINUTE);
        assert!(matches!(browser.poll().await.who(), Who::Applicant { .. }));
    }
    stage.advance(6 * MINUTE);
    assert_eq!(browser.poll().await.who(), Who::Stranger);
}

#[tokio::test]
async fn staying_prolongs_a_session_up_to_its_absolute_end() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    let mut last = browser.visit().await.session_ends().unwrap();
    for _ in 0..16 {
        stage.advance(29 * MINUTE);
        browser.poll().await.stay().await.unwrap();
        let ends = browser.poll().await.session_ends().unwrap();
        assert!(ends >= last);
        last = ends;
    }
    stage.advance(17 * MINUTE);
    assert_eq!(browser.visit().await.who(), Who::Stranger, "eight hours are over");
    assert!(matches!(browser.visit().await.stay().await, Err(Error::SignIn(_))));
    assert_eq!(stage.audited(Deed::EndedSession).await[0].reason.as_deref(), Some("absolute"));
}

#[tokio::test]
async fn a_clock_set_back_does_not_revive_an_ended_session() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    let before = stage.now();
    stage.advance(31 * MINUTE);
    assert_eq!(browser.visit().await.who(), Who::Stranger);
    stage.portal.clock().set(before);
    assert_eq!(browser.visit().await.who(), Who::Stranger);
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once_and_everywhere() {
    let stage = Stage::open().await;
    let replica = stage.replica().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    browser.visit().await.sign_out().await.unwrap();
    assert_eq!(browser.visit().await.who(), Who::Stranger);
    let there: Asking = browser.asking();
    assert_eq!(replica.visit(there).await.unwrap().who(), Who::Stranger);
    assert_eq!(stage.audited(Deed::SignedOut).await.len(), 1);
}

#[tokio::test]
async fn a_person_has_five_sessions_at_most_and_the_oldest_gives_way() {
    let stage = Stage::open().await;
    let mut browsers = Vec::new();
    for _ in 0..6 {
        let mut browser = stage.browser();
        browser.sign_in("lindqvist-sara").await;
        browsers.push(browser);
    }
    assert_eq!(browsers[0].visit().await.who(), Who::Stranger);
    for browser in &browsers[1..] {
        assert!(matches!(browser.visit().await.who(), Who::Applicant { .. }));
    }
}

#[tokio::test]
async fn nothing_of_a_session_can_be_read_in_its_table() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    let row = store::entity::session::Entity::find().one(stage.store.reader()).await.unwrap().unwrap();
    let token = browser.session.unwrap();
    for sealed in [&row.token_hash, &row.number, &row.name, &row.subject] {
        let text = String::from_utf8_lossy(sealed);
        assert!(!text.contains(&token) && !text.contains("198806142389") && !text.contains("Sara"));
    }
    assert_eq!(token.len(), 43, "256 bits");
}

#[tokio::test]
async fn an_applicant_is_no_guardian_and_a_stranger_neither() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    assert!(matches!(browser.visit().await.applicant().err(), Some(Error::SignIn(_))));
    assert!(matches!(browser.visit().await.guardian().err(), Some(Error::SignIn(_))));
    browser.sign_in("lindqvist-sara").await;
    assert!(browser.visit().await.applicant().is_ok());
    assert!(matches!(browser.visit().await.guardian().err(), Some(Error::SignIn(_))));
}

#[tokio::test]
async fn who_signed_out_is_not_let_in_again_by_the_session_of_the_application() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.apply("lindqvist-sara", "sara@example.se").await;
    let mut copy = browser.clone();
    browser.complete().await.unwrap();
    // A form sent twice meets its account, as long as nobody signed out.
    copy.clone().complete().await.unwrap();
    browser.visit().await.sign_out().await.unwrap();
    assert!(matches!(copy.complete().await, Err(Error::SignIn(_))));
    assert_eq!(copy.visit().await.who(), Who::Stranger);
}

/// How many sessions of an account were made.
async fn guardians(stage: &Stage) -> usize {
    let rows = store::entity::session::Entity::find().all(stage.store.reader()).await.unwrap();
    rows.iter().filter(|row| row.kind == "guardian").count()
}

#[tokio::test]
async fn the_session_of_the_application_lets_in_a_few_times_more_and_never_again() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.apply("lindqvist-sara", "sara@example.se").await;
    let before = browser.clone();
    browser.complete().await.unwrap();
    // An impatient finger: the browser keeps the last answer.
    for _ in 0..4 {
        before.clone().complete().await.unwrap();
    }
    for _ in 0..3 {
        assert!(matches!(before.clone().complete().await, Err(Error::SignIn(_))));
    }
    assert_eq!(guardians(&stage).await, 5);
    assert!(matches!(browser.visit().await.who(), portal::Who::Guardian { .. }), "the first had to give way");
}

#[tokio::test]
async fn many_replays_at_once_are_let_in_a_few_times() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.apply("lindqvist-sara", "sara@example.se").await;
    let before = browser.clone();
    browser.complete().await.unwrap();
    let replays = (0..32).map(|_| {
        let mut copy = before.clone();
        async move { copy.complete().await.is_ok() }
    });
    let entered = futures::future::join_all(replays).await;
    assert_eq!(entered.into_iter().filter(|entered| *entered).count(), 4);
    assert_eq!(guardians(&stage).await, 5);
}

#[tokio::test]
async fn who_signed_out_in_the_middle_of_the_last_step_gets_no_session_by_it() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.apply("lindqvist-sara", "sara@example.se").await;
    let visit = browser.visit().await;
    browser.visit().await.sign_out().await.unwrap();
    let completed = visit.applicant().unwrap().complete("2026-1").await;
    assert!(matches!(completed, Err(Error::SignIn(_))));
    assert!(stage.accounts().await.is_empty());
    assert_eq!(guardians(&stage).await, 0);
}
