//! Notices that leave the house no more: whoever's account it is hears of it, once a save.

use model::ChoiceForm;
use portal::audit::Deed;

use super::{E164, MAILBOX, MOBILE, add_mobile, with_account};
use crate::stage::{Browser, Stage};

/// The message inside the service, and nothing that leaves it.
fn inside() -> ChoiceForm {
    ChoiceForm { pim: true, ..ChoiceForm::default() }
}

/// Saves these ticks, of one child or of all, as somebody who has just read the page.
async fn choose(browser: &Browser<'_>, ticks: ChoiceForm) {
    let visit = browser.visit().await;
    let guardian = visit.guardian().unwrap();
    let children = guardian.notice_settings().await.unwrap().children;
    let meant = children.iter().filter(|child| ticks.child.is_none_or(|one| one == child.id));
    let version = meant.map(|child| child.form.version).sum();
    guardian.choose_notice(&ChoiceForm { version, ..ticks }).await.unwrap();
}

/// How many letters of it were queued.
async fn told(stage: &Stage) -> usize {
    let queued = stage.audited(Deed::QueuedLetter).await;
    queued.iter().filter(|line| line.reason.as_deref() == Some("notices-stay")).count()
}

#[tokio::test]
async fn a_borrowed_phone_silences_nobodys_notices_without_a_word_to_the_mailbox() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    stage.letter(MAILBOX, 1).await;
    choose(&browser, inside()).await;
    let letter = stage.letter(MAILBOX, 2).await;
    assert!(letter.subject.contains("inte längre med mejl eller sms"), "{}", letter.subject);
    assert!(letter.text.contains("https://konto.example.se") && letter.text.contains("Närvarohantering"));
    let html = letter.html.unwrap();
    for secret in ["Sara", "Lindqvist", "Elsa", "Hugo", "Kvarnvik", "3B"] {
        for part in [&letter.subject, &letter.text, &html] {
            assert!(!part.contains(secret), "{secret}");
        }
    }
    stage.quiet().await;
    assert_eq!(stage.letters(MAILBOX).len(), 3, "one letter, though there are two children");
}

#[tokio::test]
async fn only_a_save_that_takes_the_last_letter_away_is_told_of() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    add_mobile(&browser, MOBILE, E164).await;
    let child = browser.visit().await.guardian().unwrap().children().await.unwrap()[0].id;
    let sms = ChoiceForm { sms: true, ..ChoiceForm::default() };
    let valid_too = ChoiceForm { valid_too: true, ..inside() };
    let of_one = ChoiceForm { child: Some(child), ..inside() };
    for (save, (ticks, letters)) in [
        (sms, 0),
        (inside(), 1),
        (inside(), 1),
        (valid_too, 1),
        (ChoiceForm::usual(), 1),
        (of_one, 2),
        (inside(), 3),
    ]
    .into_iter()
    .enumerate()
    {
        choose(&browser, ticks).await;
        assert_eq!(told(&stage).await, letters, "save {save}");
    }
}
