//! From an absence in the pupil register to what guardians hear, and to what they hear when it was wrong.

use model::MessageKind;
use portal::audit::Deed;

use crate::{
    school::{
        ALL, ELSA, FIRST, MAIL, MOBILE, SARA, SECOND, THIRD, Ticked, at_once, call_often, go_to,
        received_token,
    },
    stage::Stage,
};

#[tokio::test]
async fn an_absence_is_a_mail_a_text_and_a_message_without_a_word_of_the_child() {
    let stage = Stage::with_sara().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    stage.tick(MAIL, ELSA, ALL).await;
    stage.absent(FIRST).await;
    let letter = stage.letter(MAIL, 2).await;
    stage.until("a text message", || async { stage.texts(MOBILE).len() == 1 }).await;
    let text = stage.texts(MOBILE).remove(0);
    for secret in ["Elsa", "Lindqvist", "Svenska", "Kvarnvik", "3B", "08.10", "8:10", "ogiltig"] {
        assert!(
            !letter.text.contains(secret) && !letter.html.as_deref().unwrap_or_default().contains(secret),
            "{secret}"
        );
        assert!(!letter.subject.contains(secret) && !text.text.contains(secret), "{secret}");
    }
    assert_eq!(text.parts, 1);
    stage.until_states(&["mail:sent", "pim:delivered", "sms:sent"]).await;
    let deliveries = stage.deliveries().await;
    let mail = deliveries.iter().find(|it| it.channel == "mail").unwrap();
    assert!(letter.reference.as_deref().unwrap().starts_with(&mail.id));
    let messages = stage.messages().await;
    assert_eq!((messages.len(), messages[0].kind.as_str()), (1, MessageKind::Absence.word()));
    assert_eq!(stage.audited(Deed::NotedAbsence).await.len(), 1);
    assert_eq!(stage.audited(Deed::QueuedNotice).await.len(), 1);
    assert_eq!(stage.audited(Deed::HandedOverNotice).await.len(), 2);
    assert!(stage.calls().await.is_empty());
    // The two links are two, and either confirms for all.
    let (one, other) = (received_token(&letter.text), received_token(&text.text));
    assert_ne!(one, other);
    stage.portal.confirm_notice_by_link(&one, &stage.browser().asking()).await.unwrap();
    stage.portal.confirm_notice_by_link(&other, &stage.browser().asking()).await.unwrap();
    assert_eq!(stage.notices().await[0].confirmed_by.as_deref(), Some("link"));
    assert_eq!(stage.states().await, ["mail:confirmed", "pim:confirmed", "sms:confirmed"]);
}

#[tokio::test]
async fn each_guardian_hears_once_in_their_own_way() {
    let stage = Stage::with(None, at_once).await;
    stage.admit("bergstrom-karin", "karin@example.se").await;
    stage.admit("bergstrom-mikael", "mikael@example.se").await;
    stage.tick("mikael@example.se", "bergstrom-alva", Ticked { pim: true, ..Ticked::default() }).await;
    stage.mark("bergstrom-alva", "unreported", FIRST).await;
    assert_eq!(stage.read().await, 1);
    assert_eq!(stage.read().await, 0, "what was read is no news");
    stage.letter("karin@example.se", 2).await;
    stage.until_states(&["mail:sent", "pim:delivered", "pim:delivered"]).await;
    stage.quiet().await;
    assert_eq!(stage.letters("mikael@example.se").len(), 2);
    assert_eq!(stage.notices().await.len(), 2);
}

#[tokio::test]
async fn what_is_taken_back_within_the_delay_is_never_told() {
    let stage = Stage::with(None, |_| {}).await;
    stage.admit(SARA, MAIL).await;
    stage.absent(FIRST).await;
    stage.advance(10 * 60);
    stage.unmark(ELSA, "unreported", FIRST).await;
    stage.read().await;
    stage.advance(20 * 60);
    stage.quiet().await;
    assert!(stage.notices().await.is_empty() && stage.messages().await.is_empty());
    assert_eq!(stage.letters(MAIL).len(), 2);
    // What stands is told when the delay is over, not before.
    stage.absent(SECOND).await;
    stage.advance(14 * 60);
    stage.quiet().await;
    assert!(stage.notices().await.is_empty());
    stage.advance(2 * 60);
    stage.letter(MAIL, 2).await;
}

#[tokio::test]
async fn a_correction_goes_to_who_got_the_wrong_word_and_by_the_same_ways() {
    let stage = Stage::with_sara().await;
    stage.prove_mobile(MAIL, MOBILE).await;
    stage.tick(MAIL, ELSA, ALL).await;
    stage.absent(FIRST).await;
    stage.until_states(&["mail:sent", "pim:delivered", "sms:sent"]).await;
    stage.unmark(ELSA, "unreported", FIRST).await;
    stage.read().await;
    stage.letter(MAIL, 3).await;
    stage.until("a text of the correction", || async { stage.texts(MOBILE).len() == 2 }).await;
    let kinds: Vec<_> = stage.messages().await.iter().map(|row| row.kind.clone()).collect();
    assert_eq!(kinds, [MessageKind::Absence.word(), MessageKind::Correction.word()]);
    let notices = stage.notices().await;
    assert_eq!((notices[0].state.as_str(), notices[1].kind.as_str()), ("corrected", "correction"));
    // Marked again it is news again, and its correction is another one.
    stage.absent(FIRST).await;
    stage.letter(MAIL, 4).await;
    stage.unmark(ELSA, "unreported", FIRST).await;
    stage.read().await;
    stage.letter(MAIL, 5).await;
    stage.quiet().await;
    assert_eq!((stage.letters(MAIL).len(), stage.notices().await.len()), (6, 4));
}

#[tokio::test]
async fn a_correction_by_night_waits_for_the_morning() {
    let stage = Stage::with_sara().await;
    stage.absent(FIRST).await;
    stage.letter(MAIL, 2).await;
    go_to(&stage, "2026-11-24T22:00:00+01:00");
    stage.unmark(ELSA, "unreported", FIRST).await;
    stage.read().await;
    stage.quiet().await;
    assert_eq!(stage.letters(MAIL).len(), 3);
    assert_eq!(stage.messages().await.len(), 2, "the message inside wakes nobody");
    go_to(&stage, "2026-11-25T07:00:00+01:00");
    stage.letter(MAIL, 3).await;
}

#[tokio::test]
async fn adjoining_lessons_are_one_notice_and_absence_after_presence_is_another() {
    let stage = Stage::with_sara().await;
    stage.absent(FIRST).await;
    stage.letter(MAIL, 2).await;
    stage.absent(SECOND).await;
    stage.quiet().await;
    assert_eq!((stage.notices().await.len(), stage.letters(MAIL).len()), (1, 3));
    assert_eq!(stage.messages().await.len(), 1, "the message says the new");
    // One of two lessons is taken back: the message says so, no letter does.
    stage.unmark(ELSA, "unreported", SECOND).await;
    stage.read().await;
    stage.quiet().await;
    assert_eq!((stage.notices().await.len(), stage.letters(MAIL).len()), (1, 3));
    // Seen at the second lesson, gone at the third.
    stage.absent(THIRD).await;
    stage.letter(MAIL, 3).await;
    stage.quiet().await;
    let notices = stage.notices().await;
    assert_eq!((notices.len(), notices[1].number, notices[1].kind.as_str()), (2, 2, "absence"));
}

#[tokio::test]
async fn presence_between_two_marks_parts_them_in_whatever_order_they_come() {
    let stage = Stage::with_sara().await;
    stage.mark(ELSA, "unreported", THIRD).await;
    stage.seen(ELSA, SECOND).await;
    stage.mark(ELSA, "unreported", FIRST).await;
    stage.read().await;
    stage.letter(MAIL, 3).await;
    stage.quiet().await;
    assert_eq!((stage.notices().await.len(), stage.letters(MAIL).len()), (2, 4));
}

#[tokio::test]
async fn valid_absence_is_told_to_who_asked_for_it() {
    let stage = Stage::with_sara().await;
    stage.mark(ELSA, "reported", FIRST).await;
    assert_eq!(stage.read().await, 1);
    stage.quiet().await;
    assert!(stage.notices().await.is_empty());
    assert_eq!(stage.absences().await[0].kind, "reported");
    assert!(stage.calls().await.is_empty(), "nobody is called home for what the school knows");
    stage.tick(MAIL, ELSA, Ticked { mail: true, pim: true, valid_too: true, ..Ticked::default() }).await;
    stage.mark(ELSA, "reported", THIRD).await;
    stage.read().await;
    stage.letter(MAIL, 2).await;
    assert_eq!(stage.notices().await[0].kind, "valid-absence");
    // The same day she does not come back from it: that is another thing.
    stage.absent(["2026-11-24T12:30:00+01:00", "2026-11-24T13:40:00+01:00"]).await;
    stage.letter(MAIL, 3).await;
    assert_eq!(stage.notices().await[1].kind, "absence");
}

#[tokio::test]
async fn a_report_excuses_the_lessons_it_covers_for_as_long_as_it_stands() {
    let stage = Stage::with_sara().await;
    let morning = ["2026-11-24T08:00:00+01:00", "2026-11-24T12:00:00+01:00"];
    stage.mark(ELSA, "reported", morning).await;
    stage.mark(ELSA, "unreported", FIRST).await;
    stage.read().await;
    stage.quiet().await;
    assert!(stage.notices().await.is_empty() && stage.calls().await.is_empty());
    stage.unmark(ELSA, "reported", morning).await;
    stage.read().await;
    stage.letter(MAIL, 2).await;
    assert_eq!(stage.notices().await.len(), 1);
}

#[tokio::test]
async fn a_report_that_comes_within_the_delay_saves_the_alarm() {
    let stage = Stage::with(None, |_| {}).await;
    stage.admit(SARA, MAIL).await;
    stage.absent(FIRST).await;
    stage.mark(ELSA, "reported", ["2026-11-24T08:00:00+01:00", "2026-11-24T16:00:00+01:00"]).await;
    stage.read().await;
    stage.advance(20 * 60);
    stage.quiet().await;
    assert!(stage.notices().await.is_empty() && stage.calls().await.is_empty());
}

#[tokio::test]
async fn after_nine_in_the_evening_the_school_calls() {
    let stage = Stage::with_sara().await;
    go_to(&stage, "2026-11-24T21:00:00+01:00");
    stage.absent(FIRST).await;
    stage.quiet().await;
    assert!(stage.notices().await.is_empty());
    assert_eq!((stage.letters(MAIL).len(), stage.calls().await), (2, vec!["too-late:open".to_owned()]));
    let listed = stage.portal.call_home().await.unwrap();
    assert_eq!((listed[0].unit.as_deref(), listed[0].day.as_str()), (Some("99020201"), "2026-11-24"));
    assert_eq!(listed[0].child, stage.child(ELSA).await.uuid().to_string());
    stage.unmark(ELSA, "unreported", FIRST).await;
    stage.read().await;
    assert_eq!(stage.calls().await, ["too-late:corrected"]);
    assert!(stage.portal.call_home().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_child_without_a_guardian_here_is_on_the_list() {
    let stage = Stage::with(None, at_once).await;
    stage.absent(FIRST).await;
    stage.until("an entry", || async { stage.calls().await == ["nobody:open"] }).await;
    stage.absent(SECOND).await;
    stage.quiet().await;
    assert_eq!(stage.calls().await.len(), 1, "one call a day");
}

#[tokio::test]
async fn a_preschool_child_who_goes_home_is_no_absence() {
    let stage = Stage::with(None, at_once).await;
    stage.admit("nystrom-frida", "frida@example.se").await;
    let day = ["2026-11-24T07:00:00+01:00", "2026-11-24T16:00:00+01:00"];
    stage.seen("nystrom-nils", day).await;
    assert_eq!(stage.read().await, 0);
    stage.quiet().await;
    assert!(stage.notices().await.is_empty() && stage.calls().await.is_empty());
}

#[tokio::test]
async fn thirty_two_calls_at_once_are_one_notice() {
    let stage = Stage::with_sara().await;
    let replica = stage.replica().await;
    stage.mark(ELSA, "unreported", FIRST).await;
    call_often(&stage.portal, 32).await;
    call_often(&replica, 32).await;
    stage.letter(MAIL, 2).await;
    stage.until("the end of reading", || async { stage.read().await == 0 }).await;
    stage.quiet().await;
    assert_eq!((stage.notices().await.len(), stage.absences().await.len()), (1, 1));
    assert_eq!((stage.letters(MAIL).len(), stage.messages().await.len()), (3, 1));
}

#[tokio::test]
async fn a_lost_call_is_made_good_by_the_next_look_and_a_lookup_that_is_not_there_by_questions() {
    let stage = Stage::with_sara().await;
    stage.switch("pupil", serde_json::json!({ "rows": 1, "copies": 0 })).await;
    stage.fault_at(simulators::System::Pupil, "status:404", "lookup", 100);
    stage.absent(["2026-11-24T08:00:00+01:00", "2026-11-24T12:00:00+01:00"]).await;
    stage.letter(MAIL, 2).await;
    let lessons: Vec<_> = stage.absences().await.into_iter().map(|row| row.lesson.unwrap()).collect();
    assert_eq!(lessons, ["Svenska", "Matematik", "Idrott och hälsa"]);
}

#[tokio::test]
async fn the_register_is_asked_to_call_once_and_knows_the_name() {
    let stage = Stage::with(None, at_once).await;
    assert!(stage.portal.keep_subscription().await.unwrap());
    assert!(stage.replica().await.keep_subscription().await.unwrap());
    let made = stage.town.calls(simulators::System::Pupil);
    let made = made.iter().filter(|call| call.method == "POST" && call.path.contains("subscriptions"));
    assert_eq!(made.count(), 1);
    let path = stage.portal.calling_path();
    let name = path.rsplit('/').next().unwrap();
    assert!(stage.portal.is_called_by(name));
    for other in ["", "x", &name[1..], &name.to_lowercase()] {
        assert!(other == name || !stage.portal.is_called_by(other), "{other}");
    }
}

#[tokio::test]
async fn postgres_tells_the_same() {
    let Some(stage) = Stage::on_postgres(|_| {}).await else { return };
    stage.admit(SARA, MAIL).await;
    stage.absent(FIRST).await;
    stage.advance(16 * 60);
    stage.letter(MAIL, 2).await;
    stage.unmark(ELSA, "unreported", FIRST).await;
    call_often(&stage.portal, 8).await;
    call_often(&stage.replica().await, 8).await;
    stage.letter(MAIL, 3).await;
    stage.quiet().await;
    assert_eq!((stage.notices().await.len(), stage.letters(MAIL).len()), (2, 4));
}
