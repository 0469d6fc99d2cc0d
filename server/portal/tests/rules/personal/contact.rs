//! Contact details: proven before they count, and changed only by whoever identified a moment ago.

use model::{Channel, CodeForm, MobileForm, Refusal, Wrong};
use portal::{Finish, Next, audit::Deed};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use store::entity::contact_proof;

use super::{
    E164, MAILBOX, MOBILE, SARA, add_mobile, email, give_mobile, prove, refusal, shown, step_up, with_account,
};
use crate::stage::{Stage, code_in};

#[tokio::test]
async fn a_number_counts_once_its_code_was_typed_and_the_mailbox_is_told() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    assert_eq!(shown(&browser).await.mobile, None);
    let letters = stage.letters(MAILBOX).len();
    assert!(give_mobile(&browser, "+46 (0)70 174 06 05").await.unwrap());
    assert_eq!(shown(&browser).await.mobile, None, "not proven yet");
    let message = stage.message(E164, 0).await;
    assert_eq!((message.parts, message.from.as_str()), (1, "Hjarntorget"));
    assert!(!message.text.contains("Sara") && message.reference.unwrap().len() == 32);
    prove(&browser, Channel::Sms, &code_in(&message.text)).await.unwrap();
    assert_eq!(shown(&browser).await.mobile.unwrap().value, MOBILE);
    stage
        .until("word to the mailbox", || async {
            let told = |letter: &simulators::Mail| {
                letter.subject.contains("Mobilnumret") && !letter.text.contains("070")
            };
            stage.letters(MAILBOX)[letters..].iter().any(told)
        })
        .await;
    for deed in [Deed::GaveContact, Deed::ChangedContact] {
        assert_eq!(stage.audited(deed).await.len(), 1, "{}", deed.word());
    }
    let bytes = stage.database_bytes();
    for secret in ["701740605", "1740605"] {
        assert!(
            !bytes.windows(secret.len()).any(|window| window == secret.as_bytes()),
            "{secret} is in clear"
        );
    }
}

#[tokio::test]
async fn a_changed_number_is_told_to_the_old_one_and_an_address_to_the_old_mailbox() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    add_mobile(&browser, MOBILE, E164).await;
    add_mobile(&browser, "070-174 06 06", "+46701740606").await;
    let told = stage.message(E164, 1).await;
    assert!(told.text.contains("hör inte längre"), "{}", told.text);
    assert_eq!(shown(&browser).await.mobile.unwrap().value, "070-174 06 06");

    let before = stage.letters(MAILBOX).len();
    let visit = browser.visit().await;
    assert!(visit.guardian().unwrap().change_email(&email("ny@example.se")).await.unwrap());
    assert_eq!(
        shown(&browser).await.email.unwrap().value,
        MAILBOX,
        "the old one stays until the code is typed"
    );
    let letter = stage.letter("ny@example.se", 0).await;
    prove(&browser, Channel::Mail, &code_in(&letter.text)).await.unwrap();
    assert_eq!(shown(&browser).await.email.unwrap().value, "ny@example.se");
    stage
        .until("word to the old mailbox", || async {
            stage.letters(MAILBOX)[before..].iter().any(|letter| letter.subject.contains("ändrad"))
        })
        .await;
}

#[tokio::test]
async fn what_is_no_mobile_number_is_refused_and_kept_for_the_page() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    for (typed, wrong) in [
        ("", Wrong::Missing),
        ("sara", Wrong::NotANumber),
        ("031-390 06 10", Wrong::NotAMobile),
        ("0900-123 45 67", Wrong::Premium),
        ("070-174 06 05\r\n+46701740606", Wrong::NotANumber),
    ] {
        assert_eq!(refusal(give_mobile(&browser, typed).await), Some(Refusal::Form), "{typed}");
        let kept = browser.visit().await.aside::<MobileForm>(MobileForm::MOBILE).await.unwrap().unwrap();
        assert_eq!(kept.wrongs.of(MobileForm::MOBILE), Some(wrong), "{typed}");
        assert_eq!(&*kept.form.mobile, typed);
    }
    assert!(stage.town.sms().is_empty());
}

#[tokio::test]
async fn a_number_of_somebody_else_is_taken_like_any_other() {
    let stage = Stage::open().await;
    let sara = with_account(&stage).await;
    add_mobile(&sara, MOBILE, E164).await;
    let mut karin = stage.browser();
    karin.open_account("bergstrom-karin", "karin@example.se").await;
    add_mobile(&karin, MOBILE, E164).await;
    for browser in [&sara, &karin] {
        assert_eq!(shown(browser).await.mobile.unwrap().value, MOBILE);
    }
    assert_eq!(stage.text_messages(E164).len(), 2, "nobody is told that another has the number too");
}

#[tokio::test]
async fn a_code_is_worth_nothing_once_it_is_old_replaced_or_guessed_at() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    give_mobile(&browser, MOBILE).await.unwrap();
    let first = code_in(&stage.message(E164, 0).await.text);
    browser.visit().await.guardian().unwrap().resend_code(Channel::Sms).await.unwrap();
    let second = code_in(&stage.message(E164, 1).await.text);
    let wrong = async |code: &str| {
        assert_eq!(refusal(prove(&browser, Channel::Sms, code).await), Some(Refusal::Form));
        let kept = browser.visit().await.aside::<CodeForm>("sms").await.unwrap().unwrap();
        kept.wrongs.of(CodeForm::CODE)
    };
    if first != second {
        assert_eq!(wrong(&first).await, Some(Wrong::OldCode));
    }
    assert_eq!(wrong("12345").await, Some(Wrong::NotACode));
    stage.advance(10 * 60 + 1);
    assert_eq!(wrong(&second).await, Some(Wrong::OldCode));

    browser.visit().await.guardian().unwrap().resend_code(Channel::Sms).await.unwrap();
    let third = code_in(&stage.message(E164, 2).await.text);
    let guess = if third == "000000" { "000001" } else { "000000" };
    for _ in 0..4 {
        assert!(matches!(wrong(guess).await, Some(Wrong::WrongCode | Wrong::OldCode)));
    }
    for code in [guess, &third] {
        assert_eq!(refusal(prove(&browser, Channel::Sms, code).await), Some(Refusal::TooManyTries));
    }
    assert_eq!(shown(&browser).await.mobile, None);
}

#[tokio::test]
async fn an_address_of_ones_own_needs_a_fresh_identification_and_what_was_typed_stays() {
    let stage = Stage::open().await;
    let mut browser = with_account(&stage).await;
    stage.advance(15 * 60 + 1);
    assert_eq!(refusal(give_mobile(&browser, MOBILE).await), Some(Refusal::NotFresh));
    let visit = browser.visit().await;
    let guardian = visit.guardian().unwrap();
    assert_eq!(refusal(guardian.change_email(&email("ny@example.se")).await), Some(Refusal::NotFresh));
    assert_eq!(refusal(guardian.remove_mobile().await), Some(Refusal::NotFresh));
    assert_eq!(refusal(guardian.close_account().await), Some(Refusal::NotFresh));
    assert!(stage.town.sms().is_empty());

    let old = browser.session.clone();
    let finish = step_up(&mut browser, SARA, "/personuppgifter/mobil?till=children").await.unwrap();
    let Finish::In { next, .. } = finish else { panic!("not in") };
    assert_eq!(next, Next::Back { to: "/personuppgifter/mobil?till=children".into(), fresh: true });
    assert_ne!(browser.session, old);
    let kept = browser.visit().await.aside::<MobileForm>(MobileForm::MOBILE).await.unwrap().unwrap();
    assert_eq!(&*kept.form.mobile, MOBILE);
    assert_eq!(stage.audited(Deed::SteppedUp).await.len(), 1);
    add_mobile(&browser, MOBILE, E164).await;
    assert!(browser.visit().await.aside::<MobileForm>(MobileForm::MOBILE).await.unwrap().is_none());
    let mut stale = browser.clone();
    stale.session = old;
    assert!(stale.visit().await.guardian().is_err(), "the session before the step-up is over");
}

#[tokio::test]
async fn a_code_asked_for_fresh_may_be_typed_a_little_later_but_not_much() {
    let stage = Stage::with(None, |rules| rules.spans.proof = std::time::Duration::from_secs(3_600)).await;
    let browser = with_account(&stage).await;
    stage.advance(14 * 60);
    give_mobile(&browser, MOBILE).await.unwrap();
    let code = code_in(&stage.message(E164, 0).await.text);
    stage.advance(16 * 60);
    assert_eq!(refusal(prove(&browser, Channel::Sms, &code).await), Some(Refusal::NotFresh));
    let resent = browser.visit().await.guardian().unwrap().resend_code(Channel::Sms).await;
    assert_eq!(refusal(resent), Some(Refusal::NotFresh));
    let mut again = browser.clone();
    step_up(&mut again, SARA, "/personuppgifter/mobil/kod").await.unwrap();
    prove(&again, Channel::Sms, &code).await.unwrap();
}

#[tokio::test]
async fn a_code_proves_the_number_it_was_sent_to_whatever_was_asked_for_beside_it() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    assert!(give_mobile(&browser, "070-174 06 06").await.unwrap());
    assert!(give_mobile(&browser, MOBILE).await.unwrap());
    let own = code_in(&stage.message(E164, 0).await.text);
    // As if both had been asked for at the same moment, and written down the other way round.
    let proofs = contact_proof::Entity::find().all(stage.store.reader()).await.unwrap();
    let ended = proofs.iter().find(|proof| proof.ended_at.is_some()).unwrap();
    contact_proof::Entity::update_many()
        .col_expr(contact_proof::Column::CreatedAt, Expr::value(stage.now().as_millisecond() + 1_000))
        .filter(contact_proof::Column::Id.eq(ended.id.clone()))
        .exec(stage.store.writer())
        .await
        .unwrap();
    prove(&browser, Channel::Sms, &own).await.unwrap();
    assert_eq!(shown(&browser).await.mobile.unwrap().value, MOBILE);
}
