//! Notices on bad days: somebody changed between the queue and the letter, a provider is away or lies.

use model::MessageKind;
use portal::audit::Deed;
use sea_orm::EntityTrait;
use serde_json::json;
use simulators::System;
use store::entity::delivery;

use crate::{
    school::{ALL, ELSA, FIRST, MAIL, MOBILE, SARA, SECOND, Ticked, go_to},
    stage::Stage,
};

/// A notice that waits because the relay is away.
async fn waiting() -> Stage {
    let stage = Stage::with_sara().await;
    stage.fault(System::Smtp, "down");
    stage.absent(FIRST).await;
    stage.until_states(&["mail:failed-temporarily", "pim:delivered"]).await;
    stage
}

/// The relay is back, and time for the next try has come.
async fn again(stage: &Stage) {
    stage.fault(System::Smtp, "none");
    stage.advance(60);
    stage.quiet().await;
}

#[tokio::test]
async fn who_lost_custody_between_queue_and_letter_hears_nothing() {
    let stage = waiting().await;
    stage.amend(SARA, json!({ "guardian_of": [{ "child": "lindqvist-hugo", "from": "2013-03-19" }] })).await;
    stage.distrust("198806142389").await;
    again(&stage).await;
    assert_eq!(stage.states().await, ["mail:withheld", "pim:delivered"]);
    assert_eq!(stage.letters(MAIL).len(), 2);
    assert_eq!(stage.calls().await, ["nobody:open"], "somebody must know");
    assert_eq!(stage.audited(Deed::WithheldNotice).await.len(), 1);
}

#[tokio::test]
async fn nobody_is_written_to_of_a_dead_or_a_protected_child() {
    let gone = json!({ "deregistration": { "reason": "AV", "date": "2026-11-24" } });
    for change in [gone, json!({ "protection": "secrecy-mark" })] {
        let stage = waiting().await;
        stage.amend(ELSA, change.clone()).await;
        stage.distrust("198806142389").await;
        again(&stage).await;
        assert_eq!(stage.states().await, ["mail:withheld", "pim:delivered"], "{change}");
        assert_eq!(stage.letters(MAIL).len(), 2);
    }
}

#[tokio::test]
async fn a_closed_account_hears_nothing() {
    let stage = waiting().await;
    let account = stage.account(MAIL).await.id.parse().unwrap();
    stage.portal.close_account(account, "test").await.unwrap();
    again(&stage).await;
    assert_eq!(stage.states().await, ["mail:withheld", "pim:delivered"]);
    assert_eq!(stage.letters(MAIL).len(), 2);
}

#[tokio::test]
async fn what_was_unticked_confirmed_or_taken_back_meanwhile_does_not_leave() {
    let unticked = waiting().await;
    unticked.tick(MAIL, ELSA, Ticked { pim: true, ..Ticked::default() }).await;
    again(&unticked).await;
    assert_eq!(unticked.states().await, ["mail:withdrawn", "pim:delivered"]);

    let taken_back = waiting().await;
    taken_back.unmark(ELSA, "unreported", FIRST).await;
    taken_back.read().await;
    again(&taken_back).await;
    // Only the message had reached anybody, so only a message corrects it.
    assert_eq!(taken_back.states().await, ["mail:withdrawn", "pim:delivered", "pim:delivered"]);
    let kinds: Vec<_> = taken_back.messages().await.iter().map(|row| row.kind.clone()).collect();
    assert_eq!(kinds, [MessageKind::Absence.word(), MessageKind::Correction.word()]);
    for stage in [unticked, taken_back] {
        assert_eq!(stage.letters(MAIL).len(), 2);
    }
}

#[tokio::test]
async fn letters_wait_while_custody_cannot_be_asked() {
    let stage = Stage::with_sara().await;
    stage.fault(System::Population, "down");
    // The last answer is too old to be believed, and too old to go on with.
    stage.advance(25 * 60 * 60);
    stage.mark(ELSA, "unreported", ["2026-11-25T08:10:00+01:00", "2026-11-25T09:00:00+01:00"]).await;
    stage.read().await;
    stage.until("a notice", || async { !stage.deliveries().await.is_empty() }).await;
    stage.until("a try", || async { stage.job_tries().await > 3 }).await;
    assert_eq!(stage.letters(MAIL).len(), 2);
    stage.fault(System::Population, "none");
    stage.advance(60);
    stage.letter(MAIL, 2).await;
}

#[tokio::test]
async fn a_relay_that_is_away_for_twenty_minutes_costs_no_letter_and_doubles_none() {
    let stage = waiting().await;
    for _ in 0..20 {
        stage.advance(60);
        stage.quiet().await;
        stage.portal.look_after_notices().await.unwrap();
    }
    stage.fault(System::Smtp, "none");
    stage.advance(16 * 60);
    stage.letter(MAIL, 2).await;
    stage.until_states(&["mail:sent", "pim:delivered"]).await;
    stage.quiet().await;
    assert_eq!(stage.letters(MAIL).len(), 3);
    assert!(stage.account(MAIL).await.email_failing_since.is_none() && stage.calls().await.is_empty());
}

#[tokio::test]
async fn a_channel_that_fails_until_its_time_is_over_gives_way_to_the_next() {
    let stage = waiting().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    stage.advance(46 * 60);
    stage.portal.look_after_notices().await.unwrap();
    stage.until("a text message", || async { stage.texts(MOBILE).len() == 1 }).await;
    stage.until_states(&["mail:replaced-by-fallback", "pim:delivered", "sms:sent"]).await;
    assert!(stage.account(MAIL).await.email_failing_since.is_some(), "Personuppgifter says so");
    assert!(stage.calls().await.is_empty());
    // It is tried again at the next notice, beside the one that works; once it works the mark goes.
    stage.fault(System::Smtp, "none");
    stage.seen(ELSA, SECOND).await;
    stage.absent(["2026-11-24T10:40:00+01:00", "2026-11-24T11:30:00+01:00"]).await;
    stage.letter(MAIL, 2).await;
    stage
        .until("an end of the mark", || async { stage.account(MAIL).await.email_failing_since.is_none() })
        .await;
    stage.until("the second text", || async { stage.texts(MOBILE).len() == 2 }).await;
}

#[tokio::test]
async fn where_no_channel_is_left_the_school_calls_until_somebody_confirms() {
    let stage = waiting().await;
    stage.advance(46 * 60);
    stage.portal.look_after_notices().await.unwrap();
    assert_eq!(stage.states().await, ["mail:failed", "pim:delivered"]);
    assert_eq!(stage.calls().await, ["unreachable:open"]);
    stage.quiet().await;
    assert_eq!(stage.letters(MAIL).len(), 2, "what was given up does not leave any more");
}

#[tokio::test]
async fn an_address_that_is_refused_for_good_is_not_tried_again() {
    let stage = Stage::with_sara().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    stage.fault_at(System::Smtp, "status:550", "RCPT", 1);
    stage.absent(FIRST).await;
    stage.until("a text message", || async { stage.texts(MOBILE).len() == 1 }).await;
    assert!(stage.account(MAIL).await.email_failing_since.is_some());
    stage.until_states(&["mail:replaced-by-fallback", "pim:delivered", "sms:sent"]).await;
}

#[tokio::test]
async fn a_text_that_never_reaches_its_telephone_gives_way_to_a_mail() {
    let stage = Stage::with_sara().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    stage.tick(MAIL, ELSA, Ticked { sms: true, ..Ticked::default() }).await;
    stage.switch("gateway", json!({ "fails": [MOBILE], "reports": "never" })).await;
    stage.absent(FIRST).await;
    stage.until_states(&["sms:sent"]).await;
    // No report comes, so the gateway is asked.
    stage.advance(31 * 60);
    stage
        .until("the gateway's end", || async {
            stage.portal.look_after_notices().await.unwrap();
            stage.letters(MAIL).len() == 3
        })
        .await;
    stage.until_states(&["mail:sent", "sms:replaced-by-fallback"]).await;
    assert!(stage.account(MAIL).await.mobile_failing_since.is_some());
}

#[tokio::test]
async fn a_text_whose_sending_is_in_doubt_is_asked_for_and_not_sent_twice() {
    let stage = Stage::with_sara().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    stage.tick(MAIL, ELSA, Ticked { sms: true, ..Ticked::default() }).await;
    stage.fault_at(System::Sms, "accept-then-drop", "a1/sms", 1);
    stage.absent(FIRST).await;
    stage.until("the text", || async { stage.texts(MOBILE).len() == 1 }).await;
    stage.advance(5);
    stage.until_states(&["sms:sent"]).await;
    stage.quiet().await;
    assert_eq!(stage.texts(MOBILE).len(), 1);
    assert!(stage.deliveries().await[0].provider_id.is_some());
}

#[tokio::test]
async fn a_text_that_the_gateway_never_had_is_sent_again_under_its_reference() {
    let stage = Stage::with_sara().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    stage.tick(MAIL, ELSA, Ticked { sms: true, ..Ticked::default() }).await;
    stage.fault_at(System::Sms, "status:500", "a1/sms", 2);
    stage.absent(FIRST).await;
    stage.until("a try", || async { stage.states().await == ["sms:failed-temporarily"] }).await;
    stage
        .until("the text", || async {
            stage.advance(2);
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            stage.texts(MOBILE).len() == 1
        })
        .await;
    stage.until_states(&["sms:sent"]).await;
    assert_eq!(stage.texts(MOBILE).len(), 1);
}

#[tokio::test]
async fn a_gateway_that_answers_late_or_nonsense_costs_no_text_and_doubles_none() {
    for fault in ["garbage", "truncate", "unknown-code", "slow:1500"] {
        let stage = Stage::with_sara().await;
        stage.prove_mobile(MAIL, MOBILE).await;
        stage.tick(MAIL, ELSA, Ticked { sms: true, ..Ticked::default() }).await;
        stage.fault_at(System::Sms, fault, "a1/sms", 1);
        stage.absent(FIRST).await;
        stage
            .until("the text to be known as sent", || async {
                stage.advance(1);
                stage.states().await == ["sms:sent"]
            })
            .await;
        stage.quiet().await;
        assert_eq!(stage.texts(MOBILE).len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn a_register_that_is_away_or_answers_nonsense_loses_nothing() {
    let stage = Stage::with_sara().await;
    stage.mark(ELSA, "unreported", FIRST).await;
    for fault in ["down", "garbage", "status:500", "truncate"] {
        stage.fault(System::Pupil, fault);
        assert!(stage.portal.read_attendance().await.is_err(), "{fault}");
    }
    stage.fault(System::Pupil, "none");
    stage.read().await;
    stage.letter(MAIL, 2).await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_hides_nothing() {
    let stage = Stage::with_sara().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    stage.tick(MAIL, ELSA, ALL).await;
    stage.advance(60 * 60);
    stage.absent(FIRST).await;
    stage.letter(MAIL, 2).await;
    let back: jiff::Timestamp = "2026-11-24T07:10:00+01:00".parse().unwrap();
    stage.town.clock().set(back);
    stage.portal.clock().set(back);
    stage.mark("lindqvist-hugo", "unreported", FIRST).await;
    assert_eq!(stage.read().await, 1);
    stage.letter(MAIL, 3).await;
}

#[tokio::test]
async fn a_database_that_is_restarted_costs_no_notice_and_doubles_none() {
    let Some(stage) = Stage::on_postgres(|_| {}).await else { return };
    stage.admit(SARA, MAIL).await;
    stage.fault(System::Smtp, "down");
    stage.absent(FIRST).await;
    stage.restart_database();
    // The school's delay is over; whatever was under way begins again.
    stage.advance(16 * 60);
    stage.until("a notice", async || states(&stage).await.contains(&"pim:delivered".to_owned())).await;
    stage.restart_database();
    stage.fault(System::Smtp, "none");
    stage.restart_database();
    stage
        .until("the letter", async || {
            stage.advance(60);
            states(&stage).await == ["mail:sent", "pim:delivered"]
        })
        .await;
    assert_eq!((stage.letters(MAIL).len(), stage.messages().await.len()), (3, 1));
}

/// `channel:state` of every delivery; nothing while the database is away.
async fn states(stage: &Stage) -> Vec<String> {
    let rows = delivery::Entity::find().all(stage.store.reader()).await.unwrap_or_default();
    let mut all: Vec<_> = rows.iter().map(|it| format!("{}:{}", it.channel, it.state)).collect();
    all.sort();
    all
}

#[tokio::test]
async fn on_the_days_the_clock_changes_the_evening_and_the_morning_are_where_they_always_are() {
    for (saturday, sunday, evening, before, after) in [
        ("2027-03-27", "2027-03-28", "+01:00", "+02:00", "spring"),
        ("2027-10-30", "2027-10-31", "+02:00", "+01:00", "autumn"),
    ] {
        let stage = Stage::with_sara().await;
        stage.tick(MAIL, ELSA, Ticked { mail: true, ..Ticked::default() }).await;
        let lesson = |day: &str, zone: &str, from: &str, to: &str| {
            [format!("{day}T{from}:00{zone}"), format!("{day}T{to}:00{zone}")]
        };
        let mark = async |times: &[String; 2], kind: &str| {
            let times = [times[0].as_str(), times[1].as_str()];
            match kind {
                "absent" => stage.mark(ELSA, "unreported", times).await,
                _ => stage.unmark(ELSA, "unreported", times).await,
            }
            stage.read().await;
        };
        go_to(&stage, &format!("{saturday}T20:00:00{evening}"));
        let first = lesson(saturday, evening, "10:00", "10:50");
        mark(&first, "absent").await;
        stage.letter(MAIL, 2).await;
        go_to(&stage, &format!("{saturday}T22:00:00{evening}"));
        mark(&first, "present").await;
        go_to(&stage, &format!("{sunday}T06:55:00{before}"));
        stage.quiet().await;
        assert_eq!(stage.letters(MAIL).len(), 3, "{after}: the correction came before seven");
        go_to(&stage, &format!("{sunday}T07:01:00{before}"));
        stage.letter(MAIL, 3).await;
        go_to(&stage, &format!("{sunday}T20:58:00{before}"));
        mark(&lesson(sunday, before, "10:00", "10:50"), "absent").await;
        stage.letter(MAIL, 4).await;
        go_to(&stage, &format!("{sunday}T21:00:30{before}"));
        mark(&lesson(sunday, before, "12:00", "12:50"), "absent").await;
        stage.quiet().await;
        assert_eq!(stage.letters(MAIL).len(), 5, "{after}: it came after nine");
        assert_eq!(stage.calls().await, ["too-late:open"], "{after}");
    }
}
