//! Where one notice ends and the next begins, what excuses, and who is left to be told.

use model::{ReportForm, ReportState};
use portal::audit::Deed;
use serde_json::json;
use simulators::System;

use crate::{
    absence::form,
    school::{ALL, ELSA, FIRST, MAIL, MOBILE, SARA, SECOND, THIRD, Ticked, at_once, go_to, received_token},
    stage::Stage,
};

const KARIN: &str = "karin@example.se";
const MIKAEL: &str = "mikael@example.se";
const ALVA: &str = "bergstrom-alva";
const SMS: Ticked = Ticked { mail: false, pim: false, sms: true, valid_too: false };

/// Two guardians of one child, each told by mail.
async fn two_guardians() -> Stage {
    let stage = Stage::with(None, at_once).await;
    for (person, email) in [("bergstrom-karin", KARIN), ("bergstrom-mikael", MIKAEL)] {
        stage.admit(person, email).await;
        stage.tick(email, ALVA, Ticked { mail: true, ..Ticked::default() }).await;
    }
    stage
}

async fn confirm(stage: &Stage, email: &str, place: usize) {
    let token = received_token(&stage.letter(email, place).await.text);
    stage.portal.confirm_notice_by_link(&token, &stage.browser().asking()).await.unwrap();
}

#[tokio::test]
async fn the_answer_to_the_first_notice_takes_nobody_off_the_list_for_the_second() {
    let stage = Stage::with_sara().await;
    stage.absent(FIRST).await;
    stage.letter(MAIL, 2).await;
    stage.seen(ELSA, SECOND).await;
    stage.fault(System::Smtp, "down");
    stage.absent(THIRD).await;
    stage.until("a second notice", async || stage.notices().await.len() == 2).await;
    stage.advance(46 * 60);
    stage.portal.look_after_notices().await.unwrap();
    assert_eq!(stage.calls().await, ["unreachable:open"]);
    confirm(&stage, MAIL, 2).await;
    assert_eq!(stage.calls().await, ["unreachable:open"], "nobody knows of the second");
    // Inside the service it can still be answered.
    let second = stage.messages().await[1].id.parse().unwrap();
    let mut sara = stage.browser();
    sara.sign_in(SARA).await;
    sara.visit().await.guardian().unwrap().acknowledge(second).await.unwrap();
    assert_eq!(stage.calls().await, ["unreachable:confirmed"]);
}

#[tokio::test]
async fn what_is_missed_after_the_answer_is_another_notice() {
    let stage = Stage::with_sara().await;
    stage.absent(FIRST).await;
    confirm(&stage, MAIL, 2).await;
    stage.absent(SECOND).await;
    stage.letter(MAIL, 3).await;
    // Nobody answered that one: the next lesson joins it.
    stage.absent(THIRD).await;
    stage.quiet().await;
    assert_eq!((stage.letters(MAIL).len(), stage.notices().await.len()), (4, 2));
}

#[tokio::test]
async fn a_report_that_was_taken_back_excuses_nothing_though_the_register_keeps_it() {
    let stage = Stage::with_sara().await;
    let mut sara = stage.browser();
    sara.sign_in(SARA).await;
    let elsa = stage.child(ELSA).await;
    sara.report(&form(&[elsa], "2026-11-25")).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    sara.withdraw().await.unwrap();
    stage.until_all(ReportState::Left).await;
    // This register takes nothing back: a person has to.
    assert_eq!(stage.cases().await, ["absence-not-recalled"]);
    go_to(&stage, "2026-11-25T09:30:00+01:00");
    stage.mark(ELSA, "unreported", ["2026-11-25T08:10:00+01:00", "2026-11-25T09:00:00+01:00"]).await;
    stage.read().await;
    stage.letter(MAIL, 2).await;
}

#[tokio::test]
async fn a_report_that_has_not_reached_the_register_saves_the_alarm() {
    let stage = Stage::open().await;
    let mut sara = stage.browser();
    sara.open_account(SARA, MAIL).await;
    stage.absent(FIRST).await;
    stage.fault(System::Pupil, "down");
    let elsa = stage.child(ELSA).await;
    sara.report(&form(&[elsa], ReportForm::REST)).await.unwrap();
    // The school's delay is over.
    stage.advance(16 * 60);
    stage.until("the absence is decided on", async || stage.absences().await[0].told_at.is_some()).await;
    assert!(stage.notices().await.is_empty(), "she said so herself");
    assert!(stage.calls().await.is_empty());
    assert_eq!(sara.standing().await[0].own.unwrap().state, ReportState::Sending);
}

#[tokio::test]
async fn whoever_chooses_another_way_while_it_waits_is_told_by_that() {
    let stage = Stage::with_sara().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    stage.tick(MAIL, ELSA, SMS).await;
    stage.fault(System::Sms, "down");
    stage.absent(FIRST).await;
    stage.until_states(&["sms:failed-temporarily"]).await;
    stage.tick(MAIL, ELSA, Ticked { mail: true, pim: true, ..Ticked::default() }).await;
    stage.fault(System::Sms, "none");
    stage.advance(60);
    stage.letter(MAIL, 2).await;
    stage.until_states(&["mail:sent", "pim:delivered", "sms:withdrawn"]).await;
    assert_eq!((stage.messages().await.len(), stage.texts(MOBILE).len()), (1, 0));
}

#[tokio::test]
async fn one_guardian_out_of_reach_is_no_call_where_the_other_hears() {
    let stage = two_guardians().await;
    stage.fault_at(System::Smtp, "status:550", "RCPT", 1);
    stage.mark(ALVA, "unreported", FIRST).await;
    stage.read().await;
    stage.until_states(&["mail:failed", "mail:sent"]).await;
    assert!(stage.calls().await.is_empty());

    let stage = two_guardians().await;
    stage.fault_at(System::Smtp, "status:550", "RCPT", 2);
    stage.mark(ALVA, "unreported", FIRST).await;
    stage.read().await;
    stage.until_states(&["mail:failed", "mail:failed"]).await;
    assert_eq!(stage.calls().await, ["unreachable:open"], "the last of them failed too");
}

#[tokio::test]
async fn a_home_is_called_no_more_once_the_absence_is_excused() {
    let stage = Stage::with_sara().await;
    go_to(&stage, "2026-11-24T21:30:00+01:00");
    stage.absent(FIRST).await;
    assert_eq!(stage.calls().await, ["too-late:open"]);
    stage.mark(ELSA, "reported", ["2026-11-24T08:00:00+01:00", "2026-11-24T15:00:00+01:00"]).await;
    stage.read().await;
    assert_eq!(stage.calls().await, ["too-late:corrected"]);
}

#[tokio::test]
async fn a_correction_keeps_the_night_and_what_is_true_again_is_not_called_wrong() {
    let stage = Stage::with_sara().await;
    stage.tick(MAIL, ELSA, Ticked { mail: true, ..Ticked::default() }).await;
    stage.absent(FIRST).await;
    stage.letter(MAIL, 2).await;
    stage.fault(System::Smtp, "down");
    go_to(&stage, "2026-11-24T20:58:00+01:00");
    stage.unmark(ELSA, "unreported", FIRST).await;
    stage.read().await;
    stage.until("a try", async || stage.states().await.contains(&"mail:failed-temporarily".into())).await;
    stage.fault(System::Smtp, "none");
    go_to(&stage, "2026-11-25T03:00:00+01:00");
    stage.quiet().await;
    assert_eq!(stage.letters(MAIL).len(), 3, "it came by night");
    stage.absent(FIRST).await;
    go_to(&stage, "2026-11-25T07:05:00+01:00");
    stage.quiet().await;
    assert_eq!(stage.letters(MAIL).len(), 3, "it said that nothing was wrong");
    assert!(stage.states().await.contains(&"mail:withdrawn".into()));
}

#[tokio::test]
async fn a_text_that_was_taken_and_one_that_was_not_are_not_mixed_up() {
    let stage = Stage::with_sara().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    for child in [ELSA, "lindqvist-hugo"] {
        stage.tick(MAIL, child, SMS).await;
    }
    // Of one the gateway has taken, of the other it has not, nobody knows which.
    stage.fault_at(System::Sms, "accept-then-drop", "a1/sms", 1);
    stage.absent(FIRST).await;
    stage.until("the first text", async || stage.texts(MOBILE).len() == 1).await;
    stage.fault_at(System::Sms, "status:500", "a1/sms", 1);
    stage.mark("lindqvist-hugo", "unreported", FIRST).await;
    stage.read().await;
    stage
        .until("two texts", async || {
            stage.advance(5);
            stage.states().await == ["sms:sent", "sms:sent"]
        })
        .await;
    let texts = stage.texts(MOBILE);
    let references: std::collections::BTreeSet<_> = texts.iter().map(|text| &text.reference).collect();
    assert_eq!((texts.len(), references.len()), (2, 2));
    let names: std::collections::BTreeSet<_> =
        stage.deliveries().await.into_iter().map(|it| it.provider_id).collect();
    assert_eq!(names.len(), 2);
}

#[tokio::test]
async fn a_mail_that_may_have_arrived_is_corrected_whatever_its_next_try_said() {
    let stage = Stage::with_sara().await;
    stage.tick(MAIL, ELSA, Ticked { mail: true, ..Ticked::default() }).await;
    stage.fault_at(System::Smtp, "accept-then-drop", "MAIL", 1);
    stage.absent(FIRST).await;
    stage.letter(MAIL, 2).await;
    stage.until_states(&["mail:failed-temporarily"]).await;
    stage.fault_at(System::Smtp, "status:450", "RCPT", 100);
    let reason = async || stage.deliveries().await[0].reason.clone();
    stage
        .until("the next try", async || {
            stage.advance(5);
            reason().await.as_deref() == Some("relay-refused")
        })
        .await;
    stage.unmark(ELSA, "unreported", FIRST).await;
    stage.read().await;
    stage.fault(System::Smtp, "none");
    stage
        .until("the correction", async || {
            stage.advance(5);
            stage.letters(MAIL).len() == 4
        })
        .await;
    assert_eq!(stage.notices().await[0].state, "corrected");
}

#[tokio::test]
async fn a_number_that_went_to_another_guardian_gives_neither_away() {
    let stage = Stage::with_sara().await;
    stage.admit("bergstrom-karin", KARIN).await;
    for (email, child) in [(MAIL, ELSA), (KARIN, ALVA)] {
        stage.prove_mobile(email, MOBILE).await;
        stage.tick(email, child, SMS).await;
        stage.mark(child, "unreported", FIRST).await;
    }
    stage.read().await;
    stage.until("two texts", async || stage.texts(MOBILE).len() == 2).await;
    stage.until_states(&["sms:sent", "sms:sent"]).await;
    let texts = stage.texts(MOBILE);
    let tokens: Vec<String> = texts.iter().map(|text| received_token(&text.text)).collect();
    assert_ne!(tokens[0], tokens[1]);
    let words = |place: usize| texts[place].text.replace(&tokens[place], "");
    assert_eq!(words(0), words(1), "whoever reads both cannot tell whose child is whose");
    // Nor does a link say more of the other's than that it was received.
    stage.portal.confirm_notice_by_link(&tokens[0], &stage.browser().asking()).await.unwrap();
    stage.until_states(&["sms:confirmed", "sms:sent"]).await;
}

#[tokio::test]
async fn a_number_that_fails_is_not_trusted_again_because_the_gateway_takes_texts() {
    let stage = Stage::with_sara().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    stage.tick(MAIL, ELSA, SMS).await;
    stage.switch("gateway", json!({ "fails": [MOBILE], "reports": "never" })).await;
    stage.absent(FIRST).await;
    stage.until_states(&["sms:sent"]).await;
    stage.advance(31 * 60);
    stage.portal.look_after_notices().await.unwrap();
    stage.letter(MAIL, 2).await;
    assert!(stage.account(MAIL).await.mobile_failing_since.is_some());
    stage.seen(ELSA, SECOND).await;
    stage.absent(THIRD).await;
    // Tried again, and a mail beside it.
    stage.letter(MAIL, 3).await;
    stage.until_states(&["mail:sent", "mail:sent", "sms:replaced-by-fallback", "sms:sent"]).await;
    assert!(stage.account(MAIL).await.mobile_failing_since.is_some(), "nothing arrived");
}

#[tokio::test]
async fn nothing_that_opens_a_link_is_kept_once_the_letter_left() {
    let stage = Stage::with_sara().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    stage.tick(MAIL, ELSA, ALL).await;
    stage.absent(FIRST).await;
    stage.until_states(&["mail:sent", "pim:delivered", "sms:sent"]).await;
    assert!(stage.deliveries().await.iter().all(|it| it.token.is_none() && it.report.is_none()));
    confirm(&stage, MAIL, 2).await;
    assert_eq!(stage.audited(Deed::ConfirmedNotice).await.len(), 1);
}
