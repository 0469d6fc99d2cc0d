//! The ways letters and messages go: tried, limited, taken away, and on a bad day.

use model::{Channel, Language, MessageKind, Refusal};
use portal::audit::Deed;
use simulators::System;

use super::{E164, MAILBOX, MOBILE, SARA, add_mobile, give_mobile, prove, refusal, shown, with_account};
use crate::stage::{Stage, code_in};

#[tokio::test]
async fn letters_and_changes_have_limits_of_their_own() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    for last in 5..8 {
        add_mobile(&browser, &format!("070-174 06 0{last}"), &format!("+4670174060{last}")).await;
    }
    assert_eq!(refusal(give_mobile(&browser, "070-174 06 08").await), Some(Refusal::TooManyChanges));
    let visit = browser.visit().await;
    let guardian = visit.guardian().unwrap();
    for _ in 0..2 {
        guardian.try_channel(Channel::Mail).await.unwrap();
    }
    assert_eq!(refusal(guardian.try_channel(Channel::Mail).await), Some(Refusal::TooManyLetters));
    assert_eq!(refusal(guardian.remove_mobile().await), Some(Refusal::TooManyChanges));
}

#[tokio::test]
async fn a_try_inside_the_service_is_a_message_there_and_leaves_by_no_other_way() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    stage.letter(MAILBOX, 1).await;
    let letters = stage.letters(MAILBOX).len();
    let visit = browser.visit().await;
    let guardian = visit.guardian().unwrap();
    guardian.try_channel(Channel::Pim).await.unwrap();
    let list = guardian.messages(0).await.unwrap().lines;
    assert_eq!((list.len(), list[0].kind, list[0].read), (1, MessageKind::Trial, false));
    stage.quiet().await;
    assert_eq!(stage.letters(MAILBOX).len(), letters);
}

#[tokio::test]
async fn a_removed_number_gets_no_more_messages_and_nobody_stays_without_a_way() {
    use sea_orm::{ActiveValue::Set, EntityTrait};
    use store::entity::notice_choice as choice;
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    add_mobile(&browser, MOBILE, E164).await;
    let account = stage.accounts().await.remove(0).id;
    for (mail, link) in (0..).zip(stage.live_links().await) {
        let row = choice::ActiveModel {
            account_id: Set(account.clone()),
            pupil_id: Set(link.pupil_id),
            mail: Set(mail % 2),
            pim: Set(0),
            sms: Set(1),
            valid_too: Set(0),
            version: Set(1),
            updated_at: Set(0),
        };
        choice::Entity::insert(row).exec_without_returning(stage.store.writer()).await.unwrap();
    }
    browser.visit().await.guardian().unwrap().remove_mobile().await.unwrap();
    assert_eq!(shown(&browser).await.mobile, None);
    assert!(stage.message(E164, 1).await.text.contains("hör inte längre"));
    let rows = choice::Entity::find().all(stage.store.reader()).await.unwrap();
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row.sms == 0 && row.mail == 1 && row.version == 2));
    assert_eq!(
        refusal(browser.visit().await.guardian().unwrap().try_channel(Channel::Sms).await),
        Some(Refusal::StepNotReached)
    );
    browser.visit().await.guardian().unwrap().remove_mobile().await.unwrap();
    assert_eq!(stage.audited(Deed::RemovedMobile).await.len(), 1);
}

#[tokio::test]
async fn a_try_arrives_by_each_way_in_the_chosen_language() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    add_mobile(&browser, MOBILE, E164).await;
    let visit = browser.visit().await;
    visit.guardian().unwrap().choose_language(Language::En).await.unwrap();
    let letters = stage.letters(MAILBOX).len();
    visit.guardian().unwrap().try_channel(Channel::Mail).await.unwrap();
    visit.guardian().unwrap().try_channel(Channel::Sms).await.unwrap();
    stage
        .until("the test letter", || async {
            stage.letters(MAILBOX)[letters..].iter().any(|letter| letter.subject.contains("A test"))
        })
        .await;
    assert!(stage.message(E164, 1).await.text.starts_with("This is a test"));
    assert_eq!(shown(&browser).await.language.value, "English");
    assert_eq!(stage.audited(Deed::ChoseLanguage).await.len(), 1);
}

#[tokio::test]
async fn a_language_has_the_day_on_which_it_was_chosen() {
    let stage = Stage::open().await;
    let mut browser = with_account(&stage).await;
    stage.advance(2 * 24 * 3_600);
    browser.sign_in(SARA).await;
    add_mobile(&browser, MOBILE, E164).await;
    let personal = shown(&browser).await;
    let (opened, changed) = (personal.account_since.as_of, personal.mobile.unwrap().as_of);
    assert_eq!(personal.language.as_of, opened, "not when anything else of the account changed");
    assert!(opened < changed);
    browser.visit().await.guardian().unwrap().choose_language(Language::En).await.unwrap();
    assert_eq!(shown(&browser).await.language.as_of, changed);
}

#[tokio::test]
async fn a_code_whose_sending_is_in_doubt_is_asked_for_before_it_is_sent_again() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    stage.fault_at(System::Sms, "accept-then-drop", "/a1/sms", 1);
    give_mobile(&browser, MOBILE).await.unwrap();
    let message = stage.message(E164, 0).await;
    let left = || async {
        stage.advance(5);
        let visit = browser.visit().await;
        let under_way = visit.guardian().unwrap().contact_under_way(Channel::Sms).await.unwrap();
        under_way.is_some_and(|under_way| under_way.sent.is_some())
    };
    stage.until("the code to be known as sent", left).await;
    assert_eq!(stage.text_messages(E164).len(), 1, "one message, although its answer was lost");
    prove(&browser, Channel::Sms, &code_in(&message.text)).await.unwrap();
}

#[tokio::test]
async fn a_gateway_that_is_down_for_a_while_keeps_the_code_waiting() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    stage.fault_at(System::Sms, "status:503", "/a1/sms", 2);
    give_mobile(&browser, MOBILE).await.unwrap();
    stage
        .until("the message", || async {
            stage.advance(5);
            !stage.text_messages(E164).is_empty()
        })
        .await;
    let message = stage.message(E164, 0).await;
    prove(&browser, Channel::Sms, &code_in(&message.text)).await.unwrap();
}
