//! Frånvarohistorik: what a guardian sees of what the register told.

use jiff::Timestamp;
use model::{AbsentToday, ChildId, Period, Shows, What};
use portal::{Error, audit::Deed};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use simulators::System;
use store::entity::absence;

use super::{TODAY, TOMORROW, child, form, guardian};
use crate::stage::Stage;

/// What the register told, written down as the intake would.
async fn told(stage: &Stage, child: ChildId, kind: &str, start: &str, minutes: i64) -> String {
    let start: Timestamp = start.parse().unwrap();
    let register_id = uuid::Uuid::new_v4().to_string();
    let lesson = kind != "reported";
    let row = absence::ActiveModel {
        id: Set(uuid::Uuid::new_v4().to_string()),
        register_id: Set(register_id.clone()),
        resource: Set(if lesson { "attendance" } else { "absence" }.into()),
        pupil_id: Set(child.uuid().to_string()),
        unit_id: Set(None),
        lesson_id: Set(None),
        lesson: Set(lesson.then(|| "Bild".to_owned())),
        kind: Set(kind.into()),
        start_at: Set(start.as_millisecond()),
        end_at: Set(start.as_millisecond() + minutes * 60_000),
        valid_minutes: Set(0),
        invalid_minutes: Set(if kind == "unexcused" { minutes } else { 0 }),
        state: Set("standing".into()),
        modified_at: Set(start.as_millisecond()),
        seen_at: Set(start.as_millisecond()),
        due_at: Set(None),
        told_at: Set(None),
    };
    absence::Entity::insert(row).exec_without_returning(stage.store.writer()).await.unwrap();
    register_id
}

#[tokio::test]
async fn a_guardian_looks_back_on_lessons_and_days_and_the_look_is_logged() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    told(&stage, elsa, "unexcused", "2026-11-23T08:10:00+01:00", 50).await;
    told(&stage, elsa, "reported", "2026-11-20T00:00:00+01:00", 24 * 60).await;
    told(&stage, elsa, "present", "2026-11-19T08:10:00+01:00", 50).await;
    told(&stage, elsa, "unexcused", "2026-05-04T08:10:00+02:00", 40).await;
    let visit = sara.visit().await;
    let guardian = visit.guardian().unwrap();
    let (children, history) = guardian.absence_history(Some(elsa), Period::Term).await.unwrap();
    let history = history.unwrap();
    assert_eq!((children.len(), history.given.as_str(), history.entries.len()), (2, "Elsa", 2));
    assert!(matches!(&history.entries[0].what, What::Lesson(Some(subject)) if subject == "Bild"));
    assert!(history.entries[1].whole && history.entries[1].is_valid());
    let totals = history.totals();
    assert_eq!((totals.days, totals.invalid_days, totals.invalid_lessons), (2, 1, 1));
    assert_eq!(history.only(Shows::Invalid).entries.len(), 1);
    assert_eq!(stage.audited(Deed::SawAbsences).await.len(), 1);
    let (_, before) = guardian.absence_history(Some(elsa), Period::LastTerm).await.unwrap();
    assert_eq!(before.unwrap().entries.len(), 1);
    let (_, first) = guardian.absence_history(None, Period::Term).await.unwrap();
    assert_eq!(first.unwrap().child, elsa, "the first by name");
}

#[tokio::test]
async fn a_day_of_twenty_five_hours_is_one_whole_day() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    told(&stage, elsa, "reported", "2026-10-25T00:00:00+02:00", 25 * 60).await;
    // The last minutes of the day before belong to that.
    told(&stage, elsa, "reported", "2026-10-24T23:00:00+02:00", 60).await;
    let visit = sara.visit().await;
    let (_, history) = visit.guardian().unwrap().absence_history(Some(elsa), Period::Term).await.unwrap();
    let history = history.unwrap();
    let days: Vec<_> = history.entries.iter().map(|entry| (entry.first.to_string(), entry.whole)).collect();
    assert_eq!(days, [("2026-10-25".to_owned(), true), ("2026-10-24".to_owned(), false)]);
}

#[tokio::test]
async fn another_guardians_child_has_no_history_to_show() {
    let stage = Stage::open().await;
    let karin = guardian(&stage, "bergstrom-karin").await;
    let alva = child(&karin, "Alva").await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let visit = sara.visit().await;
    let answer = visit.guardian().unwrap().absence_history(Some(alva), Period::Term).await;
    assert!(matches!(answer, Err(Error::NotFound)));
    assert_eq!(stage.audited(Deed::RefusedAccess).await.len(), 1);
    assert!(stage.audited(Deed::SawAbsences).await.is_empty());
}

#[tokio::test]
async fn what_a_guardian_took_back_is_gone_here_though_the_register_keeps_it() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    sara.report(&form(&[elsa], TOMORROW)).await.unwrap();
    stage.until_all(model::ReportState::Sent).await;
    let report = stage.reports().await.remove(0);
    // It comes back from the register, and stands once.
    let id = told(&stage, elsa, "reported", "2026-11-25T00:00:00+01:00", 24 * 60).await;
    absence::Entity::update_many()
        .col_expr(absence::Column::RegisterId, Expr::value(report.register_id.unwrap()))
        .filter(absence::Column::RegisterId.eq(id))
        .exec(stage.store.writer())
        .await
        .unwrap();
    assert_eq!(sara.standing().await.len(), 1);
    sara.withdraw().await.unwrap();
    stage.until_all(model::ReportState::Left).await;
    let standing = sara.standing().await;
    assert!(standing.iter().all(|report| report.own.is_some_and(|own| own.withdrawn)));
    stage.advance(24 * 3_600);
    let mut later = stage.browser();
    later.sign_in("lindqvist-sara").await;
    let visit = later.visit().await;
    let guardian = visit.guardian().unwrap();
    let (_, history) = guardian.absence_history(Some(elsa), Period::Term).await.unwrap();
    assert!(history.unwrap().entries.is_empty());
    let cards = guardian.children().await.unwrap();
    assert!(cards.iter().all(|card| card.absent.is_none()));
}

/// What the register told came to the house at this time.
async fn heard_of(stage: &Stage, at: Timestamp) {
    absence::Entity::update_many()
        .col_expr(absence::Column::SeenAt, Expr::value(at.as_millisecond()))
        .exec(stage.store.writer())
        .await
        .unwrap();
}

#[tokio::test]
async fn what_an_unanswered_try_left_counts_no_more_once_its_report_is_taken_back() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    let is_away = async || {
        let cards = sara.visit().await.guardian().unwrap().children().await.unwrap();
        cards.iter().find(|card| card.id == elsa).unwrap().absent.is_some()
    };
    stage.fault(System::Pupil, "down");
    sara.report(&form(&[elsa], TODAY)).await.unwrap();
    stage.until("a try", async || stage.reports().await[0].tried_at.is_some()).await;
    // It arrived all the same, and the register tells of it under an id that nobody here has heard of.
    told(&stage, elsa, "reported", "2026-11-24T00:00:00+01:00", 24 * 60).await;
    heard_of(&stage, stage.now()).await;
    assert!(is_away().await);
    sara.withdraw().await.unwrap();
    assert!(!is_away().await, "she took it back");
    // What stood there before she said anything is somebody else's word.
    heard_of(&stage, "2026-11-24T06:00:00+01:00".parse().unwrap()).await;
    assert!(is_away().await);
}

#[tokio::test]
async fn leave_that_the_school_granted_is_shown_as_that_and_cannot_be_changed() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    let id = told(&stage, elsa, "leave", "2026-11-26T00:00:00+01:00", 24 * 60).await;
    absence::Entity::update_many()
        .col_expr(absence::Column::Resource, Expr::value("absence"))
        .filter(absence::Column::RegisterId.eq(id))
        .exec(stage.store.writer())
        .await
        .unwrap();
    let standing = sara.standing().await;
    assert_eq!((standing.len(), standing[0].leave, standing[0].own.is_none()), (1, true, true));
}

#[tokio::test]
async fn a_child_marked_absent_today_says_so_on_mina_barn() {
    let stage = Stage::open().await;
    let sara = guardian(&stage, "lindqvist-sara").await;
    let elsa = child(&sara, "Elsa").await;
    told(&stage, elsa, "unexcused", "2026-11-24T06:30:00+01:00", 20).await;
    let visit = sara.visit().await;
    let cards = visit.guardian().unwrap().children().await.unwrap();
    let states: Vec<_> = cards.iter().map(|card| (card.given.as_str(), card.absent)).collect();
    assert_eq!(states, [("Elsa", Some(AbsentToday::Unexcused)), ("Hugo", None)]);
}

#[tokio::test]
async fn custody_that_ended_ends_looking_back() {
    let stage = Stage::open().await;
    let karin = guardian(&stage, "bergstrom-karin").await;
    let alva = child(&karin, "Alva").await;
    stage.amend("bergstrom-karin", json!({ "guardian_of": [] })).await;
    stage.advance(16 * 60);
    let visit = karin.visit().await;
    let guardian = visit.guardian().unwrap();
    assert!(matches!(guardian.absence_history(Some(alva), Period::Term).await, Err(Error::NotFound)));
    let (children, history) = guardian.absence_history(None, Period::Term).await.unwrap();
    assert!(children.is_empty() && history.is_none());
}
