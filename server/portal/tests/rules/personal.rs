//! Personuppgifter: addresses that are proven before they count, a fresh identification for what others could misuse,
//! devices, and closing the account with a way back.

use model::{Channel, CodeForm, Device, EmailForm, Language, MobileForm, Outcome, Purpose, Refusal, Wrong};
use portal::{Error, Finish, Next, Proof, Result, audit::Deed};
use simulators::System;

use crate::stage::{Browser, Stage, code_in};

const SARA: &str = "lindqvist-sara";
const MAILBOX: &str = "sara@example.se";
const MOBILE: &str = "070-174 06 05";
const E164: &str = "+46701740605";

async fn with_account(stage: &Stage) -> Browser<'_> {
    let mut browser = stage.browser();
    browser.open_account(SARA, MAILBOX).await;
    browser
}

fn mobile(typed: &str) -> MobileForm {
    MobileForm { mobile: typed.into() }
}

fn email(typed: &str) -> EmailForm {
    EmailForm { email: typed.into() }
}

async fn give_mobile(browser: &Browser<'_>, typed: &str) -> Result<bool> {
    browser.visit().await.guardian()?.change_mobile(&mobile(typed)).await
}

async fn prove(browser: &Browser<'_>, channel: Channel, code: &str) -> Result<()> {
    browser.visit().await.guardian()?.prove_contact(channel, &CodeForm { code: code.into() }).await
}

async fn add_mobile(browser: &Browser<'_>, typed: &str, e164: &str) {
    let known = browser.stage.text_messages(e164).len();
    assert!(give_mobile(browser, typed).await.unwrap());
    let message = browser.stage.message(e164, known).await;
    prove(browser, Channel::Sms, &code_in(&message.text)).await.unwrap();
}

async fn shown(browser: &Browser<'_>) -> model::Personal {
    browser.visit().await.guardian().unwrap().personal().await.unwrap()
}

fn refusal<T>(result: Result<T>) -> Option<Refusal> {
    match result {
        Err(Error::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

/// Identifies again in the middle of a session, as `person`.
async fn step_up(browser: &mut Browser<'_>, person: &str, back: &str) -> Result<Finish> {
    let login = browser.visit().await.start_step_up(Device::Other, true, back).await.unwrap();
    browser.login = Some(login.login_cookie);
    browser.scanned_by(person, "approve").await;
    browser.stage.collect().await;
    browser.finish(Proof::Poll).await
}

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
async fn a_step_up_by_another_person_ends_the_session() {
    let stage = Stage::open().await;
    let mut browser = with_account(&stage).await;
    stage.advance(15 * 60 + 1);
    let finish = step_up(&mut browser, "bergstrom-karin", "/personuppgifter/mobil").await;
    assert_eq!(refusal(finish.map(drop)), Some(Refusal::OtherPerson));
    assert!(browser.visit().await.guardian().is_err());
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

#[tokio::test]
async fn devices_are_listed_and_logged_out_one_by_one_or_all() {
    let stage = Stage::open().await;
    let browser = with_account(&stage).await;
    let mut others = Vec::new();
    for _ in 0..2 {
        let mut other = stage.browser();
        other.sign_in(SARA).await;
        others.push(other);
    }
    let devices = browser.visit().await.guardian().unwrap().devices().await.unwrap();
    assert_eq!(devices.len(), 3);
    assert_eq!(devices.iter().filter(|device| device.here).count(), 1);
    assert!(devices.iter().all(|device| device.browser == "Chrome, Windows"));

    let there = others[0].visit().await.guardian().unwrap().devices().await.unwrap();
    let there = there.iter().find(|device| device.here).unwrap().id;
    browser.visit().await.guardian().unwrap().end_device(there).await.unwrap();
    assert!(others[0].visit().await.guardian().is_err());
    assert!(others[1].visit().await.guardian().is_ok());

    let mut karin = stage.browser();
    karin.open_account("bergstrom-karin", "karin@example.se").await;
    let own = karin.visit().await.guardian().unwrap().devices().await.unwrap()[0].id;
    let foreign = browser.visit().await.guardian().unwrap().end_device(own).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    assert!(karin.visit().await.guardian().is_ok());

    browser.visit().await.guardian().unwrap().end_other_devices().await.unwrap();
    assert!(others[1].visit().await.guardian().is_err() && browser.visit().await.guardian().is_ok());
    browser.visit().await.guardian().unwrap().end_all_devices().await.unwrap();
    assert!(browser.visit().await.guardian().is_err());
}

#[tokio::test]
async fn a_closed_account_can_be_opened_again_for_thirty_days_with_all_it_had() {
    let stage = Stage::open().await;
    let mut browser = with_account(&stage).await;
    let mut phone = stage.browser();
    phone.sign_in(SARA).await;
    add_mobile(&browser, MOBILE, E164).await;
    let (children, letters) = (browser.children().await.unwrap(), stage.letters(MAILBOX).len());
    let links = stage.live_links().await.len();
    browser.visit().await.guardian().unwrap().close_account().await.unwrap();
    for browser in [&browser, &phone] {
        assert!(browser.visit().await.guardian().is_err(), "logged out everywhere");
    }
    assert!(stage.live_links().await.is_empty());
    stage
        .until("the letter", || async {
            stage.letters(MAILBOX)[letters..].iter().any(|letter| letter.subject.contains("avslutat"))
        })
        .await;

    stage.advance(29 * 24 * 3_600);
    stage.portal.sync_registers(false).await.unwrap();
    browser.session = None;
    browser.sign_in(SARA).await;
    assert_eq!(browser.outcome().await, Outcome::AccountResting);
    let opened = browser.visit().await.applicant().unwrap().reopen().await.unwrap();
    browser.session = Some(opened.session_cookie);
    assert_eq!(browser.children().await.unwrap(), children);
    assert_eq!(stage.live_links().await.len(), links);
    let personal = shown(&browser).await;
    assert_eq!(
        (personal.email.unwrap().value.as_str(), personal.mobile.unwrap().value.as_str()),
        (MAILBOX, MOBILE)
    );
    assert_eq!(stage.audited(Deed::ReopenedAccount).await.len(), 1);
    let mut again = stage.browser();
    assert_eq!(again.sign_in(SARA).await, Next::Children);
}

#[tokio::test]
async fn after_thirty_days_or_by_the_operators_hand_it_stays_closed() {
    let stage = Stage::open().await;
    let mut browser = with_account(&stage).await;
    browser.visit().await.guardian().unwrap().close_account().await.unwrap();
    let account = stage.accounts().await.remove(0).id.parse().unwrap();
    browser.session = None;
    browser.sign_in(SARA).await;
    assert_eq!(browser.outcome().await, Outcome::AccountResting);
    stage.portal.close_account(account, "holder").await.unwrap();
    assert_eq!(browser.outcome().await, Outcome::AccountClosed);
    let refused = browser.visit().await.applicant().unwrap().reopen().await;
    assert_eq!(refusal(refused.map(drop)), Some(Refusal::StepNotReached));

    let other = Stage::open().await;
    let mut late = with_account(&other).await;
    late.visit().await.guardian().unwrap().close_account().await.unwrap();
    other.advance(30 * 24 * 3_600 + 1);
    other.portal.sync_registers(false).await.unwrap();
    late.session = None;
    late.sign_in(SARA).await;
    assert_eq!(late.outcome().await, Outcome::AccountClosed);
    let refused = late.visit().await.applicant().unwrap().reopen().await;
    assert_eq!(refusal(refused.map(drop)), Some(Refusal::StepNotReached));
    other.advance(61 * 24 * 3_600);
    other.portal.erase_old().await.unwrap();
    let row = other.accounts().await.remove(0);
    assert!(row.email.is_none() && row.mobile.is_none() && row.name.is_empty());
}

#[tokio::test]
async fn an_account_closed_by_its_holder_is_opened_again_once_by_many_presses() {
    let stage = Stage::open().await;
    let mut browser = with_account(&stage).await;
    browser.visit().await.guardian().unwrap().close_account().await.unwrap();
    browser.session = None;
    browser.sign_in(SARA).await;
    let visits = futures::future::join_all((0..8).map(|_| browser.visit())).await;
    let presses = visits.iter().map(|visit| async { visit.applicant()?.reopen().await });
    let opened = futures::future::join_all(presses).await;
    assert!(opened.iter().all(|result| result.is_ok() || matches!(result, Err(Error::SignIn(_)))));
    assert_eq!(stage.audited(Deed::ReopenedAccount).await.len(), 1);
}

#[tokio::test]
async fn nothing_of_personal_data_is_for_a_stranger_or_an_applicant() {
    let stage = Stage::open().await;
    let mut browser = stage.browser();
    assert!(browser.visit().await.guardian().is_err());
    browser.start(Purpose::SignIn, Device::Other).await;
    browser.scanned_by(SARA, "approve").await;
    stage.collect().await;
    browser.finish(Proof::Poll).await.unwrap();
    assert!(browser.visit().await.guardian().is_err());
    assert!(browser.visit().await.start_step_up(Device::Other, true, "/personuppgifter").await.is_ok());
    let nobody = stage.browser();
    let started = nobody.visit().await.start_step_up(Device::Other, true, "/personuppgifter").await;
    assert!(matches!(started, Err(Error::SignIn(_))));
}
