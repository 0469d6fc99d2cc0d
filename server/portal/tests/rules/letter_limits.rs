//! Limits around the letter that proves an address: whom they stop, and whom not.

use model::{Refusal, Step};
use portal::{Error, audit::Deed};

use crate::{
    application::{EMAIL, reached, refusal},
    letters::at_the_code,
    stage::{Stage, token_in},
};

#[tokio::test]
async fn junk_from_the_same_network_keeps_no_working_link_out() {
    let stage = Stage::with(None, |rules| rules.limits.links_per_minute = 3).await;
    let (browser, _) = at_the_code(&stage).await;
    let token = token_in(&stage.letters(EMAIL)[0].text);
    let neighbour = stage.browser();
    let junk = async || neighbour.visit().await.confirm_email_by_link("AAAAAAAAAAAAAAAAAAAAAA").await;
    for _ in 0..3 {
        assert_eq!(refusal(junk().await), Some(Refusal::LinkSpent));
    }
    for _ in 0..2 {
        assert!(matches!(junk().await, Err(Error::TooMany { .. })));
    }
    neighbour.visit().await.confirm_email_by_link(&token).await.unwrap();
    assert_eq!(reached(&browser).await, Step::Check);
    assert!(matches!(junk().await, Err(Error::TooMany { .. })));
}

#[tokio::test]
async fn a_working_link_counts_for_nothing_however_often_it_is_followed() {
    let stage = Stage::with(None, |rules| rules.limits.links_per_minute = 1).await;
    let (_browser, _) = at_the_code(&stage).await;
    let token = token_in(&stage.letters(EMAIL)[0].text);
    let phone = stage.browser();
    for _ in 0..3 {
        phone.visit().await.confirm_email_by_link(&token).await.unwrap();
    }
    let junk = phone.visit().await.confirm_email_by_link("AAAAAAAAAAAAAAAAAAAAAA").await;
    assert_eq!(refusal(junk), Some(Refusal::LinkSpent));
}

#[tokio::test]
async fn a_mailbox_that_had_its_share_is_answered_like_any_other_and_gets_no_letter() {
    let stage = Stage::with(None, |rules| rules.limits.letters_per_address = 1).await;
    let (_sara, _) = at_the_code(&stage).await;
    let mut karin = stage.browser();
    karin.sign_in("bergstrom-karin").await;
    karin.visit().await.applicant().unwrap().confirm_children().await.unwrap();
    // Two get through to every applicant.
    for known in 1..=2 {
        karin.give_email(EMAIL).await.unwrap();
        stage.letter(EMAIL, known).await;
    }
    karin.give_email(EMAIL).await.unwrap();
    assert_eq!(reached(&karin).await, Step::Confirm);
    stage.advance(2);
    let visit = karin.visit().await;
    let applicant = visit.applicant().unwrap();
    let application = applicant.application().await.unwrap();
    assert!(application.letter_sent.is_some(), "it looks sent, as any other");
    assert_eq!(application.letters_left, 2);
    assert_eq!(refusal(karin.confirm_code("000000").await), Some(Refusal::Form));
    for _ in 0..2 {
        applicant.resend_code().await.unwrap();
    }
    assert_eq!(
        refusal(applicant.resend_code().await),
        Some(Refusal::TooManyLetters),
        "her own limit is told"
    );
    stage.quiet().await;
    assert_eq!(stage.letters(EMAIL).len(), 3);
    let withheld = stage.audited(Deed::WithheldLetter).await;
    let held = withheld.iter().filter(|line| line.reason.as_deref() == Some("address-had-its-share"));
    assert_eq!(held.count(), 3);
}
