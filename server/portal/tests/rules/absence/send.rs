//! A report's way to the register and back, on good days and bad.

use model::ReportState;
use portal::audit::Deed;
use sea_orm::EntityTrait;
use serde_json::json;
use simulators::System;

use super::{TOMORROW, child, form, guardian};
use crate::stage::Stage;

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
    let stage = Stage::open().await;
    let karin = guardian(&stage, "bergstrom-karin").await;
    let alva = child(&karin, "Alva").await;
    stage.fault(System::Pupil, "down");
    karin.report(&form(&[alva], TOMORROW)).await.unwrap();
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
    stage.advance(16 * 60);
    assert!(karin.children().await.unwrap().is_empty());
    stage.fault(System::Pupil, "none");
    stage.until_all(ReportState::Withheld).await;
    assert_eq!(stage.in_register(&stage.reports().await[0]).await, 0);
    assert!(stage.cases().await.contains(&"absence-withheld".to_owned()));
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
