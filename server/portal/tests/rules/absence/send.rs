//! A report's way to the register and back, on good days and bad.

use model::ReportState;
use portal::audit::Deed;
use sea_orm::EntityTrait;
use serde_json::json;
use simulators::System;

use super::{TOMORROW, child, form, guardian};
use crate::stage::Stage;

const KARIN: &str = "198411192381";

/// Waits until the first report was tried, whatever came of it.
async fn tried(stage: &Stage) {
    stage.until("a try", async || stage.reports().await[0].tried_at.is_some()).await;
}

#[tokio::test]
async fn a_register_that_is_down_delays_a_report_and_loses_none() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    stage.fault(System::Pupil, "down");
    let tries = stage.job_tries().await;
    sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
    stage.until("a try", || async { stage.job_tries().await > tries }).await;
    assert_eq!(sara.standing().await[0].own.unwrap().state, ReportState::Sending);
    stage.fault(System::Pupil, "none");
    stage.until_all(ReportState::Sent).await;
    assert_eq!(stage.in_register(&stage.reports().await[0]).await, 1);
}

#[tokio::test]
async fn a_report_whose_answer_was_lost_is_found_and_not_written_twice() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    stage.fault_at(System::Pupil, "accept-then-drop", "absences", 1);
    sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    assert_eq!(stage.in_register(&stage.reports().await[0]).await, 1);
}

#[tokio::test]
async fn a_report_taken_back_is_deleted_where_the_register_deletes() {
    let stage = Stage::open().await;
    stage.town.let_absences_be_deleted(true);
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    sara.withdraw().await.unwrap();
    stage.until_all(ReportState::Withdrawn).await;
    assert_eq!(stage.in_register(&stage.reports().await[0]).await, 0);
    assert!(sara.standing().await.is_empty() && stage.cases().await.is_empty());
    assert_eq!(stage.audited(Deed::WithdrewAbsence).await.len(), 1);
    assert_eq!(stage.audited(Deed::RecalledAbsence).await.len(), 1);
}

#[tokio::test]
async fn a_report_taken_back_becomes_a_case_where_the_register_deletes_nothing() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    let id = sara.standing().await[0].own.unwrap().id;
    sara.withdraw().await.unwrap();
    stage.until_all(ReportState::Left).await;
    assert_eq!(stage.cases().await, ["absence-not-recalled"]);
    let own = sara.standing().await[0].own.unwrap();
    assert!(own.withdrawn && !own.open);
    sara.visit().await.guardian().unwrap().withdraw_report(id).await.unwrap();
    assert_eq!(stage.audited(Deed::WithdrewAbsence).await.len(), 1, "taken back once");
}

#[tokio::test]
async fn a_report_taken_back_before_it_left_never_leaves() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    stage.fault(System::Pupil, "down");
    sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
    sara.withdraw().await.unwrap();
    stage.fault(System::Pupil, "none");
    stage.until_all(ReportState::Withdrawn).await;
    assert_eq!(stage.in_register(&stage.reports().await[0]).await, 0);
    assert!(stage.cases().await.is_empty());
}

#[tokio::test]
async fn a_register_that_takes_no_reports_makes_a_case() {
    for status in ["404", "405", "501"] {
        let stage = Stage::open().await;
        let sara = guardian(&stage, "lindqvist-sara").await;
        let elsa = child(&sara, "Elsa").await;
        stage.fault_at(System::Pupil, &format!("status:{status}"), "absences", 1);
        sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
        stage.until_all(ReportState::Left).await;
        assert_eq!(stage.cases().await, ["absence-not-taken"], "{status}");
        let own = sara.standing().await[0].own.unwrap();
        assert!(!own.withdrawn && !own.open, "{status}");
        let failed = stage.audited(Deed::FailedAbsence).await;
        assert_eq!(failed[0].reason.as_deref(), Some("not-offered"), "{status}");
        // Said once more, it is tried once more.
        sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
        stage.until_all(ReportState::Sent).await;
        assert_eq!(stage.in_register(&stage.reports().await[0]).await, 1, "{status}");
    }
}

#[tokio::test]
async fn two_guardians_who_say_the_same_make_one_absence_that_stands_until_both_take_it_back() {
    let stage = Stage::open().await;
    stage.town.let_absences_be_deleted(true);
    let karin = guardian(&stage, "bergstrom-karin").await;
    let mikael = guardian(&stage, "bergstrom-mikael").await;
    let alva = child(&karin, "Alva").await;
    karin.report(&form(&[alva], TOMORROW)).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    stage.advance(20 * 60);
    let asked = stage.now();
    mikael.report(&form(&[alva], TOMORROW)).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    let sent = mikael.standing().await[0].own.unwrap().sent.unwrap();
    assert!(sent >= asked, "when the other guardian's was sent is theirs to know");
    let reports = stage.reports().await;
    assert_eq!((reports.len(), stage.in_register(&reports[0]).await), (2, 1));
    assert_eq!(reports[0].register_id, reports[1].register_id);
    for guardian in [&karin, &mikael] {
        let standing = guardian.standing().await;
        assert_eq!((standing.len(), standing[0].own.unwrap().open), (1, true));
    }
    karin.withdraw().await.unwrap();
    // It takes its way back, as if nobody else had said so.
    stage.until("it is back", async || karin.standing().await[0].own.is_none()).await;
    assert_eq!(stage.in_register(&reports[0]).await, 1, "the other one still says so");
    mikael.withdraw().await.unwrap();
    stage.until_all(ReportState::Withdrawn).await;
    assert_eq!(stage.in_register(&reports[0]).await, 0);
}

#[tokio::test]
async fn the_other_guardians_report_is_carried_on_when_the_first_is_taken_back_on_the_way() {
    let stage = Stage::open().await;
    let karin = guardian(&stage, "bergstrom-karin").await;
    let mikael = guardian(&stage, "bergstrom-mikael").await;
    let alva = child(&karin, "Alva").await;
    stage.fault(System::Pupil, "down");
    karin.report(&form(&[alva], TOMORROW)).await.unwrap();
    mikael.report(&form(&[alva], TOMORROW)).await.unwrap();
    karin.withdraw().await.unwrap();
    stage.fault(System::Pupil, "none");
    stage
        .until("the second report is sent", || async {
            stage.reports().await.iter().any(|report| report.state == ReportState::Sent.word())
        })
        .await;
    assert_eq!(stage.in_register(&stage.reports().await[0]).await, 1);
}

#[tokio::test]
async fn whoever_is_no_guardian_any_more_when_it_leaves_has_reported_nothing() {
    // They look once more before it leaves, or they do not.
    for looks in [true, false] {
        let stage = Stage::open().await;
        let karin = guardian(&stage, "bergstrom-karin").await;
        let alva = child(&karin, "Alva").await;
        stage.fault(System::Pupil, "down");
        karin.report(&form(&[alva], TOMORROW)).await.unwrap();
        tried(&stage).await;
        stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
        stage.distrust(KARIN).await;
        if looks {
            assert!(karin.children().await.unwrap().is_empty());
        }
        stage.fault(System::Pupil, "none");
        stage.advance(60);
        // A try may have arrived unheard, so that it is looked for.
        stage.until_all(ReportState::Withdrawn).await;
        assert_eq!(stage.in_register(&stage.reports().await[0]).await, 0, "{looks}");
        assert!(stage.cases().await.contains(&"absence-withheld".to_owned()), "{looks}");
        let taken = stage.audited(Deed::WithdrewAbsence).await;
        assert_eq!((taken.len(), taken[0].actor_kind.as_str()), (1, "house"), "{looks}");
        assert!(stage.audited(Deed::HandedOverAbsence).await.is_empty(), "{looks}");
    }
}

#[tokio::test]
async fn a_report_that_nobody_tried_to_send_is_withheld_from_who_lost_the_child() {
    let stage = Stage::open().await;
    let mikael = guardian(&stage, "bergstrom-mikael").await;
    let karin = guardian(&stage, "bergstrom-karin").await;
    let alva = child(&karin, "Alva").await;
    stage.fault(System::Pupil, "down");
    mikael.report(&form(&[alva], TOMORROW)).await.unwrap();
    stage.advance(60);
    // Hers waits behind his.
    karin.report(&form(&[alva], TOMORROW)).await.unwrap();
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
    stage.distrust(KARIN).await;
    assert!(karin.children().await.unwrap().is_empty());
    let hers = stage.reports().await.remove(1);
    assert_eq!((hers.state.as_str(), hers.withdrawn_at.is_some()), (ReportState::Withheld.word(), true));
    assert!(stage.cases().await.contains(&"absence-withheld".to_owned()));
    stage.fault(System::Pupil, "none");
    stage.advance(60);
    stage.until("his is sent", async || stage.reports().await[0].state == ReportState::Sent.word()).await;
    assert_eq!(stage.in_register(&stage.reports().await[0]).await, 1);
}

#[tokio::test]
async fn a_report_waits_while_nobody_can_say_whose_child_it_is() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    stage.fault(System::Pupil, "down");
    sara.report(&form(&[elsa], "2026-11-26")).await.unwrap();
    tried(&stage).await;
    stage.fault(System::Population, "down");
    // The last answer is too old to go on with.
    stage.advance(25 * 3_600);
    let waits = async || {
        let jobs = store::entity::job::Entity::find().all(stage.store.reader()).await.unwrap();
        let of_it = |job: &&store::entity::job::Model| job.name == "absence.send-report";
        jobs.iter().filter(of_it).any(|job| job.last_error.as_deref() == Some("population"))
    };
    stage.until("a try that asked in vain", waits).await;
    stage.fault(System::Pupil, "none");
    assert_eq!(stage.reports().await[0].state, ReportState::Sending.word());
    stage.fault(System::Population, "none");
    stage.advance(16 * 60);
    stage.until_all(ReportState::Sent).await;
    assert_eq!(stage.in_register(&stage.reports().await[0]).await, 1);
}

#[tokio::test]
async fn a_report_that_is_refused_after_it_was_taken_back_is_nobodys_to_enter() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    // By now the register has the child under another id. It takes its time to say that it does not know this one.
    let world = serde_json::to_string(stage.town.census().world()).unwrap();
    let world = world.replace("\"lindqvist-elsa\"", "\"lindqvist-elsa-anew\"");
    stage.town.replace(serde_json::from_str(&world).unwrap()).unwrap();
    stage.fault_at(System::Pupil, "slow:1500", "absences", 2);
    sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
    tried(&stage).await;
    sara.withdraw().await.unwrap();
    stage.quiet().await;
    assert_eq!(stage.reports().await[0].state, ReportState::Withdrawn.word());
    assert!(stage.cases().await.is_empty() && stage.audited(Deed::FailedAbsence).await.is_empty());
}

#[tokio::test]
async fn a_job_holds_the_reports_id_and_nothing_of_the_child() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    let jobs = store::entity::job::Entity::find().all(stage.store.reader()).await.unwrap();
    let own: Vec<_> = jobs.iter().filter(|job| job.name.starts_with("absence.")).collect();
    assert!(!own.is_empty());
    for job in own {
        assert!(!job.payload.contains(&elsa.uuid().to_string()));
    }
}

#[tokio::test]
async fn what_is_said_of_a_child_who_is_still_shown_goes_to_the_school() {
    let stage = Stage::open().await;
    let mut sara = stage.browser();
    sara.open_account("lindqvist-sara", "sara@example.se").await;
    // Folkbokföringen has the child abroad, and its place has not ended: nobody is written to of it, but it is shown.
    stage
        .amend("lindqvist-elsa", json!({ "deregistration": { "reason": "UV", "date": "2026-11-20" } }))
        .await;
    stage.distrust("198806142389").await;
    let elsa = stage.child("lindqvist-elsa").await;
    sara.report(&form(&[elsa], "2026-11-25")).await.unwrap();
    stage.until_all(ReportState::Sent).await;
    assert!(stage.cases().await.is_empty());
}
