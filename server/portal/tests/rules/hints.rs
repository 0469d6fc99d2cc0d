//! Hints of the registers, and questions that are on their way when one comes.

use serde_json::json;
use simulators::System;

use crate::stage::{Browser, Stage};

/// Where custody is asked about.
const LOOKUP: &str = "hamta";
/// How long a slow register takes for one call: long enough for everything that is done meanwhile.
const SLOW: &str = "slow:1500";

async fn karin(stage: &Stage) -> Browser<'_> {
    let mut browser = stage.browser();
    browser.open_account("bergstrom-karin", "karin@example.se").await;
    browser
}

async fn takes_custody_from_karin(stage: &Stage) {
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
}

async fn told_of_karin(stage: &Stage) {
    stage.distrust("198411192381").await;
}

/// Waits until the register answered once more than `before`.
async fn answered(stage: &Stage, before: usize) {
    stage.until("an answer", || async { stage.asked(System::Population, LOOKUP) > before }).await;
}

#[tokio::test]
async fn a_hint_is_heard_at_once_while_the_reading_after_another_one_goes_on() {
    let stage = Stage::open().await;
    let browser = karin(&stage).await;
    stage.fault(System::Pupil, "hang");
    stage.portal.registers_changed().await.unwrap();
    assert_eq!(browser.children().await.unwrap(), ["Alva"], "asked anew, and trusted from here on");
    takes_custody_from_karin(&stage).await;
    stage.portal.registers_changed().await.unwrap();
    assert!(browser.children().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_hint_after_two_questions_beside_each_other_is_heard() {
    let stage = Stage::open().await;
    let mut browser = karin(&stage).await;
    browser.sign_in("bergstrom-karin").await;
    stage.fault_at(System::Population, "slow:500", LOOKUP, 4);
    let (one, other) = tokio::join!(browser.children(), browser.children());
    assert_eq!((one.unwrap(), other.unwrap()), (vec!["Alva".to_owned()], vec!["Alva".to_owned()]));
    takes_custody_from_karin(&stage).await;
    told_of_karin(&stage).await;
    assert!(browser.children().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_slow_answer_does_not_take_the_place_of_a_later_one() {
    let stage = Stage::open().await;
    let browser = karin(&stage).await;
    stage.advance(16 * 60);
    let family = async || {
        let visit = browser.visit().await;
        visit.guardian().unwrap().personal().await.unwrap().name.value
    };
    let before = stage.asked(System::Population, LOOKUP);
    stage.fault_at(System::Population, SLOW, LOOKUP, 2);
    let overtaking = async {
        // The first one was told her name; what it asks next takes its time.
        answered(&stage, before).await;
        stage.amend("bergstrom-karin", json!({ "family": "Nyström" })).await;
        family().await
    };
    let (_, later) = tokio::join!(family(), overtaking);
    assert_eq!(later, "Karin Nyström");
    assert_eq!(family().await, "Karin Nyström");
}

#[tokio::test]
async fn a_hint_beside_somebodys_very_first_question_is_heard() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    browser.sign_in("bergstrom-karin").await;
    let before = stage.asked(System::Population, LOOKUP);
    stage.fault_at(System::Population, SLOW, LOOKUP, 2);
    let told = async {
        answered(&stage, before).await;
        told_of_karin(&stage).await;
    };
    tokio::join!(browser.outcome(), told);
    let first = stage.asked(System::Population, LOOKUP);
    assert_eq!(first, before + 2);
    assert_eq!(browser.outcome().await, model::Outcome::Eligible);
    assert!(stage.asked(System::Population, LOOKUP) > first, "it is asked anew");
}

#[tokio::test]
async fn a_mark_told_in_a_slow_answer_is_kept_although_a_later_one_stands() {
    let stage = Stage::open().await;
    stage.amend("bergstrom-karin", json!({ "protection": "secrecy-mark" })).await;
    let mut browser = stage.browser();
    browser.sign_in("bergstrom-karin").await;
    let before = stage.asked(System::Population, LOOKUP);
    stage.fault_at(System::Population, SLOW, LOOKUP, 2);
    let unmarked = async {
        answered(&stage, before).await;
        stage.amend("bergstrom-karin", json!({ "protection": "none" })).await;
        browser.outcome().await
    };
    tokio::join!(browser.outcome(), unmarked);
    assert_eq!(browser.outcome().await, model::Outcome::TurnToTheSchool);
}
