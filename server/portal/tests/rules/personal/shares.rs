//! What an address is sent in a day has an end, and nobody learns by it that others had letters sent to it.

use model::{Channel, CodeForm, Refusal, Wrong};
use portal::{Result, UnderWay, audit::Deed};

use super::{E164, MOBILE, SARA, give_mobile, prove, refusal, step_up, with_account};
use crate::stage::{Browser, Stage};

async fn resend(browser: &Browser<'_>) -> Result<()> {
    browser.visit().await.guardian()?.resend_code(Channel::Sms).await
}

async fn under_way(browser: &Browser<'_>) -> UnderWay {
    let visit = browser.visit().await;
    visit.guardian().unwrap().contact_under_way(Channel::Sms).await.unwrap().unwrap()
}

/// How many codes were not written because their address had its share.
async fn withheld(stage: &Stage) -> usize {
    let lines = stage.audited(Deed::WithheldLetter).await;
    lines.iter().filter(|line| line.reason.as_deref() == Some("address-had-its-share")).count()
}

#[tokio::test]
async fn a_number_that_had_its_share_is_answered_like_any_other_and_does_not_ring() {
    let stage = Stage::with(None, |rules| rules.limits.letters_per_address = 1).await;
    let mut karin = stage.browser();
    karin.open_account("bergstrom-karin", "karin@example.se").await;
    assert!(give_mobile(&karin, MOBILE).await.unwrap());
    stage.message(E164, 0).await;

    // Nobody is locked out of a number by who used up its share: two codes a day get through.
    let mut sara = with_account(&stage).await;
    assert!(give_mobile(&sara, MOBILE).await.unwrap());
    stage.message(E164, 1).await;
    resend(&sara).await.unwrap();
    stage.message(E164, 2).await;
    assert_eq!(withheld(&stage).await, 0);

    resend(&sara).await.unwrap();
    let waits = under_way(&sara).await;
    assert_eq!((waits.address.as_str(), waits.letters_left), (MOBILE, 2));
    stage.advance(2);
    assert!(under_way(&sara).await.sent.is_some(), "it looks sent, as any other");
    assert_eq!(refusal(prove(&sara, Channel::Sms, "000000").await), Some(Refusal::Form));
    let kept = sara.visit().await.aside::<CodeForm>("sms").await.unwrap().unwrap();
    assert!(matches!(kept.wrongs.of(CodeForm::CODE), Some(Wrong::WrongCode | Wrong::OldCode)));
    for _ in 0..2 {
        resend(&sara).await.unwrap();
    }
    assert_eq!(refusal(resend(&sara).await), Some(Refusal::TooManyLetters), "her own limit is told");

    // What gets through is counted by the day and not by the hour.
    for _ in 0..3 {
        stage.advance(21 * 60);
        sara.visit().await;
    }
    step_up(&mut sara, SARA, "/personuppgifter/mobil/kod").await.unwrap();
    resend(&sara).await.unwrap();
    stage.quiet().await;
    assert_eq!((stage.text_messages(E164).len(), withheld(&stage).await), (3, 4));

    stage.advance(24 * 3_600);
    sara.sign_in(SARA).await;
    assert!(give_mobile(&sara, MOBILE).await.unwrap());
    stage.message(E164, 3).await;
}
