//! Anmäl frånvaro: what can be said, changed and taken back, and by whom.

use model::{Reason, Refusal, ReportForm, ReportId, ReportState, Wrong};
use portal::{Error, audit::Deed};
use sea_orm::EntityTrait;
use serde_json::json;
use simulators::System;

use super::{TODAY, TOMORROW, child, form, guardian};
use crate::{
    application::refusal,
    school::{FIRST, at_once, go_to, received_token},
    stage::{Browser, Stage},
};

async fn wrong(browser: &Browser<'_>, field: &str) -> Option<Wrong> {
    let visit = browser.visit().await;
    let refused = visit.guardian().unwrap().absence_reports().await.unwrap().refused;
    refused.and_then(|shown| shown.wrongs.of(field))
}

const MIKAEL: &str = "mikael@example.se";

/// Karin has said that Alva is ill, and the school has it.
async fn said_by_karin<'s>(stage: &'s Stage, when: &str) -> Browser<'s> {
    let karin = guardian(stage, "bergstrom-karin").await;
    let alva = child(&karin, "Alva").await;
    karin.report(&form(&[alva], when)).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    karin
}

#[tokio::test]
async fn several_children_are_reported_at_once_and_each_reaches_the_register() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let children = [child(&sara, "Elsa").await, child(&sara, "Hugo").await];
    sara.report(&form(&children, TODAY)).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    let reports = stage.reports().await;
    assert_eq!(reports.len(), 2);
    for report in &reports {
        assert_eq!(stage.in_register(report).await, 1);
        assert_eq!(report.end_at - report.start_at, 24 * 3_600_000);
    }
    let standing = sara.standing().await;
    assert!(standing.iter().all(|report| report.whole && report.own.unwrap().sent.is_some()));
    assert_eq!(stage.audited(Deed::ReportedAbsence).await.len(), 2);
    assert_eq!(stage.audited(Deed::HandedOverAbsence).await.len(), 2);
    let visit = sara.visit().await;
    let cards = visit.guardian().unwrap().children().await.unwrap();
    assert!(cards.iter().all(|card| card.absent == Some(model::AbsentToday::Reported)));
}

#[tokio::test]
async fn a_second_tap_and_a_smaller_part_of_the_same_day_are_the_same_report() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    let whole = form(&[elsa], TODAY);
    let (one, two) = (sara.clone(), sara.clone());
    let (first, second) = tokio::join!(one.report(&whole), two.report(&whole));
    first.unwrap();
    second.unwrap();
    sara.report(&form(&[elsa], ReportForm::REST)).await.unwrap();
    assert_eq!(stage.reports().await.len(), 1);
}

#[tokio::test]
async fn what_was_typed_wrong_is_shown_again_at_its_field() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    let own = ReportForm {
        day: TODAY.into(),
        from: "10:00".into(),
        until: "09:00".into(),
        ..form(&[elsa], ReportForm::OWN)
    };
    assert_eq!(refusal(sara.report(&own).await), Some(Refusal::Form));
    assert_eq!(wrong(&sara, ReportForm::UNTIL).await, Some(Wrong::Reversed));
    assert_eq!(refusal(sara.report(&ReportForm { reason: None, ..own }).await), Some(Refusal::Form));
    assert_eq!(wrong(&sara, ReportForm::REASON).await, Some(Wrong::Missing));
    assert_eq!(refusal(sara.report(&form(&[], TODAY)).await), Some(Refusal::Form));
    assert_eq!(wrong(&sara, ReportForm::WHO).await, Some(Wrong::ChooseOne));
    assert!(stage.reports().await.is_empty());
    sara.report(&form(&[elsa], TODAY)).await.unwrap();
    assert_eq!(wrong(&sara, ReportForm::WHO).await, None);
}

#[tokio::test]
async fn a_child_without_a_place_that_day_has_nowhere_to_be_away_from() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    let ends = json!([{ "unit": "99020201", "group": "kvarnvik-3b", "from": "2026-08-17", "to": TODAY }]);
    stage.amend("lindqvist-elsa", json!({ "enrolments": ends })).await;
    stage.portal.sync_registers(true).await.unwrap();
    assert_eq!(refusal(sara.report(&form(&[elsa], TOMORROW)).await), Some(Refusal::Form));
    assert_eq!(wrong(&sara, ReportForm::WHO).await, Some(Wrong::NoPlace));
    sara.report(&form(&[elsa], TODAY)).await.unwrap();
}

#[tokio::test]
async fn another_guardians_child_is_not_there_and_nothing_is_reported_beside_it() {
    let stage = Stage::open().await;
    let karin = guardian(&stage, "bergstrom-karin").await;
    let alva = child(&karin, "Alva").await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    assert!(matches!(sara.report(&form(&[alva, elsa], TODAY)).await, Err(Error::NotFound)));
    assert!(stage.reports().await.is_empty());
    assert_eq!(stage.audited(Deed::RefusedAccess).await.len(), 1);
}

#[tokio::test]
async fn custody_that_ended_ends_reporting_at_the_next_request() {
    let stage = Stage::open().await;
    let karin = guardian(&stage, "bergstrom-karin").await;
    let alva = child(&karin, "Alva").await;
    karin.report(&form(&[alva], TOMORROW)).await.unwrap();
    let id = karin.standing().await[0].own.unwrap().id;
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
    stage.advance(16 * 60);
    assert!(matches!(karin.report(&form(&[alva], TODAY)).await, Err(Error::NotFound)));
    assert!(karin.standing().await.is_empty());
    let visit = karin.visit().await;
    assert!(matches!(visit.guardian().unwrap().withdraw_report(id).await, Err(Error::NotFound)));
}

/// From here on Karin is not Alva's guardian. Nobody has asked about it yet.
async fn takes_custody_from_karin(stage: &Stage) {
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
    stage.distrust("198411192381").await;
}

#[tokio::test]
async fn what_a_guardian_reported_ends_with_their_custody_and_leaves_the_register() {
    let stage = Stage::open().await;
    stage.town.let_absences_be_deleted(true);
    let karin = said_by_karin(&stage, TOMORROW).await;
    takes_custody_from_karin(&stage).await;
    assert!(karin.children().await.unwrap().is_empty());
    assert!(stage.reports().await[0].withdrawn_at.is_some(), "at once");
    stage.until_all(ReportState::Withdrawn).await;
    assert_eq!(stage.in_register(&stage.reports().await[0]).await, 0);
    let taken = stage.audited(Deed::WithdrewAbsence).await;
    assert_eq!((taken.len(), taken[0].actor_kind.as_str()), (1, "house"));
    assert_eq!(taken[0].reason.as_deref(), Some("custody-ended"));
    assert!(!stage.cases().await.contains(&"absence-withheld".to_owned()), "it had arrived");
}

#[tokio::test]
async fn what_the_other_guardian_reported_stands_and_the_register_keeps_it() {
    let stage = Stage::open().await;
    stage.town.let_absences_be_deleted(true);
    let karin = guardian(&stage, "bergstrom-karin").await;
    let mikael = guardian(&stage, "bergstrom-mikael").await;
    let alva = child(&karin, "Alva").await;
    karin.report(&form(&[alva], TOMORROW)).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    stage.advance(60);
    mikael.report(&form(&[alva], TOMORROW)).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    takes_custody_from_karin(&stage).await;
    assert!(karin.children().await.unwrap().is_empty());
    let is_back = async || stage.reports().await[0].state == ReportState::Withdrawn.word();
    stage.until("hers is taken back", is_back).await;
    let his = stage.reports().await.remove(1);
    assert_eq!((his.state.as_str(), his.withdrawn_at), (ReportState::Sent.word(), None));
    assert_eq!(stage.in_register(&his).await, 1);
    assert_eq!(mikael.standing().await.len(), 1);
}

#[tokio::test]
async fn a_lesson_that_only_a_lost_guardian_excused_is_told_after_all() {
    // This register deletes nothing: what it was given it shows until a person takes it out.
    let stage = Stage::with(None, at_once).await;
    guardian(&stage, "bergstrom-mikael").await;
    let karin = said_by_karin(&stage, TODAY).await;
    stage.mark("bergstrom-alva", "unreported", FIRST).await;
    stage.read().await;
    stage.quiet().await;
    assert!(stage.notices().await.is_empty(), "she is said to be ill");
    takes_custody_from_karin(&stage).await;
    assert!(karin.children().await.unwrap().is_empty());
    stage.until("the other guardian is told", async || stage.notices().await.len() == 1).await;
    stage.until_all(ReportState::Left).await;
    assert!(stage.cases().await.contains(&"absence-not-recalled".to_owned()));
}

#[tokio::test]
async fn a_lost_guardians_report_keeps_no_alarm_from_being_told_though_they_never_look() {
    let stage = Stage::with(None, at_once).await;
    guardian(&stage, "bergstrom-mikael").await;
    said_by_karin(&stage, TODAY).await;
    takes_custody_from_karin(&stage).await;
    stage.mark("bergstrom-alva", "unreported", FIRST).await;
    stage.read().await;
    stage.until("the other guardian is told", async || stage.notices().await.len() == 1).await;
    assert!(stage.reports().await[0].withdrawn_at.is_some());
    assert_eq!(stage.live_links().await.len(), 2, "the link itself ends at a look");
}

#[tokio::test]
async fn a_slip_of_the_pupil_registers_takes_nothing_back() {
    let stage = Stage::open().await;
    let karin = said_by_karin(&stage, TOMORROW).await;
    stage.amend("bergstrom-karin", json!({ "pupil_register": { "guardian_of": [] } })).await;
    stage.portal.sync_registers(false).await.unwrap();
    assert!(stage.live_links().await.is_empty());
    stage.amend("bergstrom-karin", json!({ "pupil_register": null })).await;
    stage.portal.sync_registers(false).await.unwrap();
    assert_eq!(karin.children().await.unwrap(), ["Alva"]);
    assert_eq!(karin.standing().await.len(), 1, "what she said stands");
}

#[tokio::test]
async fn whoever_the_pupil_register_dropped_before_their_custody_ended_mutes_nothing() {
    let stage = Stage::with(None, at_once).await;
    said_by_karin(&stage, TODAY).await;
    guardian(&stage, "bergstrom-mikael").await;
    takes_custody_from_karin(&stage).await;
    stage.portal.sync_registers(false).await.unwrap();
    assert_eq!(stage.live_links().await.len(), 1, "hers ended without a look");
    assert!(stage.reports().await[0].withdrawn_at.is_none());
    stage.mark("bergstrom-alva", "unreported", FIRST).await;
    stage.read().await;
    stage.until("the other guardian is told", async || stage.notices().await.len() == 1).await;
}

#[tokio::test]
async fn what_somebody_said_was_received_is_not_told_again_nor_called_for() {
    let stage = Stage::with(None, at_once).await;
    stage.admit("bergstrom-mikael", MIKAEL).await;
    stage.mark("bergstrom-alva", "unreported", FIRST).await;
    stage.read().await;
    let mail = stage.letter(MIKAEL, 2).await;
    let token = received_token(&mail.text);
    stage.portal.confirm_notice_by_link(&token, &stage.browser().asking()).await.unwrap();
    let mut karin = said_by_karin(&stage, TODAY).await;
    takes_custody_from_karin(&stage).await;
    go_to(&stage, "2026-11-24T21:30:00+01:00");
    karin.sign_in("bergstrom-karin").await;
    assert!(karin.children().await.unwrap().is_empty());
    assert!(stage.reports().await[0].withdrawn_at.is_some());
    stage.quiet().await;
    assert!(stage.calls().await.is_empty(), "nobody is to be called who has answered");
    assert_eq!(stage.letters(MIKAEL).len(), 3);
}

#[tokio::test]
async fn whoever_may_not_go_on_at_all_has_reported_nothing() {
    let stage = Stage::open().await;
    stage.town.let_absences_be_deleted(true);
    let karin = said_by_karin(&stage, TOMORROW).await;
    let gone = json!({ "deregistration": { "reason": "FI", "date": "2026-11-24" } });
    stage.amend("bergstrom-karin", gone).await;
    stage.distrust("198411192381").await;
    assert!(matches!(karin.children().await, Err(Error::TurnToTheSchool)));
    assert_eq!(stage.live_links().await.len(), 1, "a school decides");
    stage.until_all(ReportState::Withdrawn).await;
    assert_eq!(stage.in_register(&stage.reports().await[0]).await, 0);
}

#[tokio::test]
async fn what_the_school_was_to_enter_for_a_lost_guardian_is_to_be_entered_no_more() {
    let stage = Stage::open().await;
    let karin = guardian(&stage, "bergstrom-karin").await;
    let alva = child(&karin, "Alva").await;
    stage.fault_at(System::Pupil, "status:404", "absences", 1);
    karin.report(&form(&[alva], TOMORROW)).await.unwrap();
    stage.until_all(ReportState::Left).await;
    takes_custody_from_karin(&stage).await;
    assert!(karin.children().await.unwrap().is_empty());
    stage.until_all(ReportState::Withdrawn).await;
    let cases = store::entity::case_::Entity::find().all(stage.store.reader()).await.unwrap();
    let state = |kind: &str| cases.iter().find(|case| case.kind == kind).map(|case| case.state.as_str());
    assert_eq!((state("absence-not-taken"), state("absence-withheld")), (Some("closed"), Some("open")));
}

#[tokio::test]
async fn what_was_said_before_a_child_came_of_age_stays_said() {
    let stage = Stage::open().await;
    let mut halima = guardian(&stage, "warsame-halima").await;
    go_to(&stage, "2026-11-30T12:00:00+01:00");
    halima.sign_in("warsame-halima").await;
    let amina = child(&halima, "Amina").await;
    halima.report(&form(&[amina], "2026-12-01")).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    go_to(&stage, "2026-12-01T00:00:00+01:00");
    halima.sign_in("warsame-halima").await;
    assert!(halima.children().await.unwrap().is_empty());
    let report = stage.reports().await.remove(0);
    assert_eq!((report.state.as_str(), report.withdrawn_at), (ReportState::Sent.word(), None));
    assert!(stage.audited(Deed::WithdrewAbsence).await.is_empty());
}

#[tokio::test]
async fn the_other_guardian_reads_reported_and_nothing_more() {
    let stage = Stage::open().await;
    let karin = guardian(&stage, "bergstrom-karin").await;
    let mikael = guardian(&stage, "bergstrom-mikael").await;
    let alva = child(&karin, "Alva").await;
    karin.report(&form(&[alva], TOMORROW)).await.unwrap();
    let own = karin.standing().await.remove(0).own.unwrap();
    assert!(own.open && own.reason == Some(Reason::Ill));
    let seen = mikael.standing().await;
    assert_eq!((seen.len(), seen[0].own.is_none(), seen[0].leave), (1, true, false));
    // Not even with the report's id in hand.
    let visit = mikael.visit().await;
    let guardian = visit.guardian().unwrap();
    assert!(matches!(guardian.withdraw_report(own.id).await, Err(Error::NotFound)));
    assert!(matches!(guardian.change_report(own.id, &form(&[alva], TODAY)).await, Err(Error::NotFound)));
    assert_eq!(stage.reports().await.len(), 1);
    let strangers = stage.audited(Deed::RefusedAccess).await;
    assert!(strangers.iter().all(|line| line.reason.as_deref() == Some("not-own-report")));
}

#[tokio::test]
async fn a_report_is_taken_back_before_it_begins_and_not_after() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    sara.report(&form(&[elsa], TODAY)).await.unwrap();
    let own = sara.standing().await[0].own.unwrap();
    assert!(own.open, "a whole day begins when school does");
    // A quarter past eight, by somebody who was here all the time.
    for _ in 0..3 {
        stage.advance(25 * 60);
        sara.visit().await;
    }
    let visit = sara.visit().await;
    let guardian = visit.guardian().unwrap();
    assert!(!sara.standing().await[0].own.unwrap().open);
    assert_eq!(refusal(guardian.withdraw_report(own.id).await), Some(Refusal::AlreadyBegun));
    let instead = guardian.change_report(own.id, &form(&[elsa], TOMORROW)).await;
    assert_eq!(refusal(instead), Some(Refusal::AlreadyBegun));
    let nobodys = ReportId::from_uuid(uuid::Uuid::new_v4());
    assert!(matches!(guardian.withdraw_report(nobodys).await, Err(Error::NotFound)));
    assert!(stage.reports().await[0].withdrawn_at.is_none());
}

#[tokio::test]
async fn the_rest_of_a_day_has_begun_when_it_is_reported() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    sara.report(&form(&[elsa], ReportForm::REST)).await.unwrap();
    assert_eq!(refusal(sara.withdraw().await), Some(Refusal::AlreadyBegun));
}

#[tokio::test]
async fn a_change_takes_the_old_report_back_and_says_the_new_one() {
    let stage = Stage::open().await;
    stage.town.let_absences_be_deleted(true);
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    let before = sara.standing().await[0].own.unwrap();
    let instead = ReportForm {
        day: TOMORROW.into(),
        from: "10:00".into(),
        reason: Some(Reason::Care),
        ..form(&[elsa], ReportForm::OWN)
    };
    sara.visit().await.guardian().unwrap().change_report(before.id, &instead).await.unwrap();
    stage
        .until("the change is in the register", || async {
            let states: Vec<_> = stage.reports().await.into_iter().map(|report| report.state).collect();
            states == ["withdrawn", "sent"]
        })
        .await;
    let reports = stage.reports().await;
    assert_eq!((stage.in_register(&reports[0]).await, stage.in_register(&reports[1]).await), (0, 1));
    let standing = sara.standing().await;
    assert_eq!((standing.len(), standing[0].own.unwrap().reason), (1, Some(Reason::Care)));
}

#[tokio::test]
async fn another_reason_alone_disturbs_nobody() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    let own = sara.standing().await[0].own.unwrap();
    let other = ReportForm { reason: Some(Reason::Other), ..form(&[elsa], TOMORROW) };
    sara.visit().await.guardian().unwrap().change_report(own.id, &other).await.unwrap();
    let reports = stage.reports().await;
    assert_eq!((reports.len(), reports[0].state.as_str()), (1, "sent"));
    assert_eq!(sara.standing().await[0].own.unwrap().reason, Some(Reason::Other));
}

#[tokio::test]
async fn a_change_cannot_move_a_report_to_another_child() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let (elsa, hugo) = (child(&sara, "Elsa").await, child(&sara, "Hugo").await);
    sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
    let own = sara.standing().await[0].own.unwrap();
    let visit = sara.visit().await;
    let moved = visit.guardian().unwrap().change_report(own.id, &form(&[hugo], TOMORROW)).await;
    assert!(matches!(moved, Err(Error::NotFound)));
    assert_eq!(stage.reports().await.len(), 1);
}

#[tokio::test]
async fn more_reports_than_anybody_needs_are_too_many() {
    let stage = Stage::with(None, |rules| rules.limits.absence_reports_per_hour = 2).await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    for _ in 0..2 {
        sara.report(&form(&[elsa], TODAY)).await.unwrap();
    }
    let third = sara.report(&form(&[elsa], TOMORROW)).await;
    assert!(matches!(third, Err(Error::TooMany { .. })));
    assert_eq!(stage.reports().await.len(), 1);
    assert_eq!(stage.audited(Deed::LimitedRate).await.len(), 1);
}

#[tokio::test]
async fn a_reason_is_sealed_and_goes_after_ninety_days() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    sara.report(&ReportForm { reason: Some(Reason::Care), ..form(&[elsa], TODAY) }).await.unwrap();
    let sealed = stage.reports().await[0].reason.clone().unwrap();
    assert!(!sealed.windows(4).any(|bytes| bytes == b"care"));
    stage.advance(91 * 24 * 3_600);
    stage.portal.erase_old().await.unwrap();
    assert!(stage.reports().await[0].reason.is_none());
    stage.advance(2 * 366 * 24 * 3_600);
    stage.portal.erase_old().await.unwrap();
    assert!(stage.reports().await.is_empty());
}
