//! Who has heard of an absence, and who only could have.

use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::json;
use simulators::System;
use store::entity::account;

use crate::{
    school::{ELSA, FIRST, MAIL, MOBILE, SECOND, Ticked, at_once, go_to},
    stage::Stage,
};

const KARIN: &str = "karin@example.se";
const MIKAEL: &str = "mikael@example.se";
const ALVA: &str = "bergstrom-alva";
const MAIL_ONLY: Ticked = Ticked { mail: true, pim: false, sms: false, valid_too: false };

/// Both guardians of one child, as everybody is at first: by mail and inside the service.
async fn both(stage: &Stage) {
    for (person, email) in [("bergstrom-karin", KARIN), ("bergstrom-mikael", MIKAEL)] {
        stage.admit(person, email).await;
    }
}

async fn change(stage: &Stage, email: &str, change: impl FnOnce(&mut account::ActiveModel)) {
    let mut row = account::ActiveModel { id: Set(stage.account(email).await.id), ..Default::default() };
    change(&mut row);
    account::Entity::update(row).exec(stage.store.writer()).await.unwrap();
}

/// The day before, and the first lesson of each day after it.
fn lesson_of(day: u8) -> [String; 2] {
    ["08:10", "09:00"].map(|time| format!("2026-11-{day:02}T{time}:00+01:00"))
}

#[tokio::test]
async fn a_message_that_nobody_was_sent_to_look_for_is_no_notice_to_join() {
    let stage = Stage::with_sara().await;
    stage.fault(System::Smtp, "down");
    stage.absent(FIRST).await;
    stage.until_states(&["mail:failed-temporarily", "pim:delivered"]).await;
    // What the letter was to tell of is excused before it leaves.
    stage.mark(ELSA, "reported", ["2026-11-24T08:00:00+01:00", "2026-11-24T09:05:00+01:00"]).await;
    stage.read().await;
    stage.fault(System::Smtp, "none");
    stage.advance(60);
    stage.until_states(&["mail:withdrawn", "pim:delivered"]).await;
    stage.absent(SECOND).await;
    stage.letter(MAIL, 2).await;
}

#[tokio::test]
async fn where_both_lost_the_child_a_message_inside_keeps_nobody_from_calling() {
    let stage = Stage::with(None, at_once).await;
    both(&stage).await;
    stage.fault(System::Smtp, "down");
    stage.mark(ALVA, "unreported", FIRST).await;
    stage.read().await;
    let waiting = ["mail:failed-temporarily", "mail:failed-temporarily", "pim:delivered", "pim:delivered"];
    stage.until_states(&waiting).await;
    for (person, number) in [("bergstrom-karin", "198411192381"), ("bergstrom-mikael", "198201242396")] {
        stage.amend(person, json!({ "guardian_of": [] })).await;
        stage.distrust(number).await;
    }
    stage.fault(System::Smtp, "none");
    stage.advance(60);
    stage.until_states(&["mail:withheld", "mail:withheld", "pim:delivered", "pim:delivered"]).await;
    assert_eq!(stage.calls().await, ["nobody:open"]);
}

#[tokio::test]
async fn two_letters_that_fail_at_once_are_both_the_last() {
    let Some(stage) = Stage::on_postgres(at_once).await else { return };
    both(&stage).await;
    for email in [KARIN, MIKAEL] {
        stage.tick(email, ALVA, MAIL_ONLY).await;
    }
    stage.fault_at(System::Smtp, "status:550", "RCPT", 1000);
    for (before, day) in [24, 25, 26, 27].into_iter().enumerate() {
        go_to(&stage, &format!("2026-11-{day}T09:30:00+01:00"));
        for email in [KARIN, MIKAEL] {
            change(&stage, email, |row| row.email_failing_since = Set(None)).await;
        }
        let [from, to] = lesson_of(day);
        stage.mark(ALVA, "unreported", [&from, &to]).await;
        stage.read().await;
        stage.until_states(&vec!["mail:failed"; 2 * (before + 1)]).await;
        assert_eq!(stage.calls().await.len(), before + 1, "the school of {day} November knows nothing");
    }
}

#[tokio::test]
async fn a_mail_is_written_down_as_begun_before_anybody_else_has_it() {
    let stage = Stage::with_sara().await;
    stage.tick(MAIL, ELSA, MAIL_ONLY).await;
    stage.fault_at(System::Smtp, "hang", "RCPT", 1);
    stage.absent(FIRST).await;
    let has_begun = async || {
        let all = stage.deliveries().await;
        all.iter().any(|it| it.state == "waiting" && it.begun_at.is_some())
    };
    stage.until("a try that goes on", has_begun).await;
    // Were the house gone now, nobody would know whether it arrived: then it is corrected.
    stage.unmark(ELSA, "unreported", FIRST).await;
    stage.read().await;
    assert_eq!(stage.notices().await[0].state, "corrected");
}

#[tokio::test]
async fn a_mail_that_certainly_never_left_needs_no_correction() {
    let stage = Stage::with_sara().await;
    stage.tick(MAIL, ELSA, MAIL_ONLY).await;
    stage.fault_at(System::Smtp, "status:450", "RCPT", 1);
    stage.absent(FIRST).await;
    stage.until_states(&["mail:failed-temporarily"]).await;
    stage.unmark(ELSA, "unreported", FIRST).await;
    stage.read().await;
    assert_eq!(stage.notices().await[0].state, "withdrawn");
}

#[tokio::test]
async fn whoever_chooses_a_way_that_failed_already_has_a_home_to_be_called() {
    let stage = Stage::with_sara().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    stage.tick(MAIL, ELSA, MAIL_ONLY).await;
    let at = stage.now().as_millisecond();
    change(&stage, MAIL, |row| row.email_failing_since = Set(Some(at))).await;
    stage.fault_at(System::Smtp, "status:550", "RCPT", 1);
    stage.fault(System::Sms, "down");
    stage.absent(FIRST).await;
    stage.until_states(&["mail:failed", "sms:failed-temporarily"]).await;
    assert!(stage.calls().await.is_empty(), "the text message may still come");
    // The address works again, so nobody chose a text message any more.
    change(&stage, MAIL, |row| row.email_failing_since = Set(None)).await;
    stage.fault(System::Sms, "none");
    stage.advance(60);
    stage.until_states(&["mail:failed", "sms:withdrawn"]).await;
    assert_eq!(stage.calls().await, ["unreachable:open"]);
}

#[tokio::test]
async fn a_correction_that_lay_over_night_has_a_morning() {
    let stage = Stage::with_sara().await;
    stage.tick(MAIL, ELSA, MAIL_ONLY).await;
    stage.absent(FIRST).await;
    stage.letter(MAIL, 2).await;
    go_to(&stage, "2026-11-24T12:00:00+01:00");
    stage.fault(System::Smtp, "down");
    stage.unmark(ELSA, "unreported", FIRST).await;
    stage.read().await;
    stage.until("a try", async || stage.states().await.contains(&"mail:failed-temporarily".into())).await;
    go_to(&stage, "2026-11-24T21:30:00+01:00");
    stage.quiet().await;
    stage.fault(System::Smtp, "none");
    go_to(&stage, "2026-11-25T07:05:00+01:00");
    stage.portal.look_after_notices().await.unwrap();
    stage.letter(MAIL, 3).await;
}

#[tokio::test]
async fn an_account_that_cannot_be_read_keeps_nobody_else_from_hearing() {
    let stage = Stage::with(None, at_once).await;
    both(&stage).await;
    change(&stage, KARIN, |row| row.number = Set(vec![1, 2, 3])).await;
    stage.mark(ALVA, "unreported", FIRST).await;
    stage.read().await;
    stage.letter(MIKAEL, 2).await;
}
