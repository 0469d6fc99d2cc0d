//! The proof of an address: letters, codes and links.

use model::{Refusal, Step, Wrong};
use portal::{Who, audit::Deed};
use sea_orm::EntityTrait;

use crate::{
    application::{EMAIL, reached, refusal, wrong_code},
    stage::{Browser, Stage, code_in, token_in},
};

pub(crate) async fn at_the_code<'s>(stage: &'s Stage) -> (Browser<'s>, String) {
    let mut browser = stage.browser();
    browser.sign_in("lindqvist-sara").await;
    browser.visit().await.applicant().unwrap().confirm_children().await.unwrap();
    browser.give_email(EMAIL).await.unwrap();
    let code = code_in(&stage.letter(EMAIL, 0).await.text);
    sent(stage, 1).await;
    (browser, code)
}

/// Until so many letters are known to have left: their ten minutes run from there.
async fn sent(stage: &Stage, letters: usize) {
    stage
        .until("a letter is known to have left", || async {
            let proofs = store::entity::proof::Entity::find().all(stage.store.reader()).await.unwrap();
            proofs.iter().filter(|proof| proof.sent_at.is_some()).count() == letters
        })
        .await;
}

fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn a_wrong_code_can_be_tried_five_times_and_then_not_even_the_right_one() {
    let stage = Stage::open().await;
    let (browser, code) = at_the_code(&stage).await;
    for _ in 0..4 {
        assert_eq!(refusal(browser.confirm_code(&other_than(&code)).await), Some(Refusal::Form));
        assert_eq!(wrong_code(&browser).await, Some(Wrong::WrongCode));
    }
    assert_eq!(refusal(browser.confirm_code(&other_than(&code)).await), Some(Refusal::TooManyTries));
    assert_eq!(refusal(browser.confirm_code(&code).await), Some(Refusal::TooManyTries));
    assert_eq!(reached(&browser).await, Step::Confirm);

    browser.visit().await.applicant().unwrap().resend_code().await.unwrap();
    let new = code_in(&stage.letter(EMAIL, 1).await.text);
    browser.confirm_code(&new).await.unwrap();
    assert_eq!(reached(&browser).await, Step::Check);
}

#[tokio::test]
async fn two_hundred_parallel_guesses_are_no_more_than_five() {
    let stage = Stage::open().await;
    let (browser, code) = at_the_code(&stage).await;
    let guesses = (0..200).map(|guess| {
        let (browser, wrong) =
            (browser.clone(), format!("{:06}", (code.parse::<u32>().unwrap() + 1 + guess) % 1_000_000));
        async move { refusal(browser.confirm_code(&wrong).await) }
    });
    let answers = futures::future::join_all(guesses).await;
    let tried = answers.iter().filter(|answer| **answer == Some(Refusal::Form)).count();
    assert!(tried <= 5, "{tried}");
    assert_eq!(refusal(browser.confirm_code(&code).await), Some(Refusal::TooManyTries));
}

#[tokio::test]
async fn a_code_is_too_old_after_ten_minutes() {
    let stage = Stage::open().await;
    let (browser, code) = at_the_code(&stage).await;
    stage.advance(601);
    assert_eq!(refusal(browser.confirm_code(&code).await), Some(Refusal::Form));
    assert_eq!(wrong_code(&browser).await, Some(Wrong::OldCode));
}

#[tokio::test]
async fn a_new_letter_makes_the_code_of_the_old_one_worthless() {
    let stage = Stage::open().await;
    let (browser, old) = at_the_code(&stage).await;
    browser.visit().await.applicant().unwrap().resend_code().await.unwrap();
    let new = code_in(&stage.letter(EMAIL, 1).await.text);
    if old != new {
        assert_eq!(refusal(browser.confirm_code(&old).await), Some(Refusal::Form));
        assert_eq!(wrong_code(&browser).await, Some(Wrong::OldCode));
    }
    browser.confirm_code(&new).await.unwrap();
}

#[tokio::test]
async fn a_used_code_proves_no_other_address() {
    let stage = Stage::open().await;
    let (browser, code) = at_the_code(&stage).await;
    browser.confirm_code(&code).await.unwrap();
    browser.confirm_code(&code).await.unwrap();
    browser.give_email("other@example.se").await.unwrap();
    assert_eq!(reached(&browser).await, Step::Confirm);
    let new = code_in(&stage.letter("other@example.se", 0).await.text);
    if new != code {
        assert_eq!(refusal(browser.confirm_code(&code).await), Some(Refusal::Form));
        assert_eq!(wrong_code(&browser).await, Some(Wrong::OldCode));
    }
    browser.confirm_code(&new).await.unwrap();
}

#[tokio::test]
async fn a_code_of_one_application_is_nothing_in_another() {
    let stage = Stage::open().await;
    let (_sara, code) = at_the_code(&stage).await;
    let mut karin = stage.browser();
    karin.sign_in("bergstrom-karin").await;
    karin.visit().await.applicant().unwrap().confirm_children().await.unwrap();
    karin.give_email("karin@example.se").await.unwrap();
    let own = code_in(&stage.letter("karin@example.se", 0).await.text);
    if own != code {
        assert_eq!(refusal(karin.confirm_code(&code).await), Some(Refusal::Form));
        assert_eq!(wrong_code(&karin).await, Some(Wrong::WrongCode));
    }
}

#[tokio::test]
async fn the_link_works_on_another_device_and_logs_nobody_in() {
    let stage = Stage::open().await;
    let (browser, _) = at_the_code(&stage).await;
    let token = token_in(&stage.letters(EMAIL)[0].text);
    let phone = stage.browser();
    phone.visit().await.confirm_email_by_link(&token).await.unwrap();
    phone.visit().await.confirm_email_by_link(&token).await.unwrap();
    assert_eq!(phone.visit().await.who(), Who::Stranger);
    assert_eq!(reached(&browser).await, Step::Check);
    assert_eq!(stage.audited(Deed::ProvedEmail).await.len(), 1);
}

#[tokio::test]
async fn a_link_that_is_wrong_used_up_or_too_old_is_one_and_the_same() {
    let stage = Stage::open().await;
    let (browser, _) = at_the_code(&stage).await;
    let old = token_in(&stage.letters(EMAIL)[0].text);
    let phone = stage.browser();
    for token in ["", "x", "AAAAAAAAAAAAAAAAAAAAAA", "å\u{0}", &"a".repeat(5_000)] {
        let followed = phone.visit().await.confirm_email_by_link(token).await;
        assert_eq!(refusal(followed), Some(Refusal::LinkSpent), "{token:?}");
    }
    browser.visit().await.applicant().unwrap().resend_code().await.unwrap();
    let new = token_in(&stage.letter(EMAIL, 1).await.text);
    assert_eq!(refusal(phone.visit().await.confirm_email_by_link(&old).await), Some(Refusal::LinkSpent));
    sent(&stage, 2).await;
    stage.advance(601);
    assert_eq!(refusal(phone.visit().await.confirm_email_by_link(&new).await), Some(Refusal::LinkSpent));
    assert_eq!(reached(&browser).await, Step::Confirm);
}

#[tokio::test]
async fn letters_are_limited_by_application_and_by_mailbox() {
    let stage = Stage::open().await;
    let (browser, _) = at_the_code(&stage).await;
    let visit = browser.visit().await;
    let applicant = visit.applicant().unwrap();
    assert_eq!(applicant.application().await.unwrap().letters_left, 4);
    for letter in 1..=4 {
        applicant.resend_code().await.unwrap();
        stage.letter(EMAIL, letter).await;
    }
    assert_eq!(refusal(applicant.resend_code().await), Some(Refusal::TooManyLetters));
    assert_eq!(refusal(browser.give_email("other@example.se").await), Some(Refusal::TooManyLetters));
    assert_eq!(applicant.application().await.unwrap().letters_left, 0);
    assert_eq!(stage.letters(EMAIL).len(), 5);

    // Strangers cannot fill one mailbox either, whoever they are, nor use up the share of the one it belongs to: everybody
    // gets two letters through, and beyond ten in a day no more. What is not written is answered like what is.
    for person in ["bergstrom-karin", "bergstrom-mikael", "nystrom-frida"] {
        let mut browser = stage.browser();
        browser.sign_in(person).await;
        browser.visit().await.applicant().unwrap().confirm_children().await.unwrap();
        for _ in 0..4 {
            browser.give_email("SARA@example.se").await.unwrap();
        }
    }
    assert_eq!(stage.audited(Deed::QueuedLetter).await.len(), 5 + 4 + 2 + 2);
}
