//! Notices while the program dies: two processes that send a morning's notices are killed again and again, and one ends at
//! every named step.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use jiff::{ToSpan, civil::time};
use reqwest::Method;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;
use simulators::world::city;
use store::entity::{absence, absence_report, delivery, message, notice, notice_choice, pupil};
use uuid::Uuid;

use super::{
    books::Books,
    crashes::{LEASE, TOWNS_TIME, assert_audit_verifies},
    program::Program,
    stage::accounts::{next_school_day, only_children, plant},
};

/// Pupils of the city, and how many of them are missing.
const PUPILS: usize = 240;
const MISSING: usize = 40;
/// How often one of the two is killed.
const KILLS: usize = 6;
/// Letters that one process has with one provider at the same time: as many may leave twice by one kill (`Leptos.toml`).
const IN_FLIGHT: usize = 16;
/// Nothing arrived for so long: whoever had the rest in hand is dead, and its leases have to run out.
const STILL: Duration = Duration::from_secs(2);
/// As long as all of it may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// How many letters have arrived.
fn arrived(program: &Program) -> usize {
    program.town.mail().len() + program.town.sms().len()
}

/// Waits until `count` letters have arrived; lets leases run out where nobody is left to send them.
async fn until(program: &Program, count: usize) {
    let (begun, mut before, mut since) = (Instant::now(), 0, Instant::now());
    loop {
        let now = arrived(program);
        if now >= count {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{now} of {count} letters arrived");
        if now != before {
            (before, since) = (now, Instant::now());
        } else if since.elapsed() > STILL {
            program.town.clock().advance(LEASE);
            since = Instant::now();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_notice_is_lost_and_none_but_what_was_in_flight_is_doubled_when_two_workers_are_killed_at_random()
{
    let (program, books, missing, told, [morning, end]) = furnished(MISSING).await;
    let mut workers = [program.twin(), program];
    for worker in &mut workers {
        worker.start(&[TOWNS_TIME]).await;
    }
    let roll: Vec<_> = missing
        .iter()
        .map(|child| json!({ "child": child, "start": morning, "end": end, "kind": "unreported" }))
        .collect();
    workers[0].script().ask_town(Method::POST, "/control/absences", Some(json!(roll))).await;

    // A mail and a text message each; one of the two dies somewhere within every part of them.
    let (letters, chance) = (2 * told, Uuid::new_v4().as_u128());
    for kill in 0..KILLS {
        let dice = usize::try_from(chance >> (16 * kill) & 0xffff).unwrap();
        let part = letters / (KILLS + 1);
        until(&workers[0], part * kill + dice % part + 1).await;
        let dies = &mut workers[dice >> 15];
        dies.kill();
        dies.start(&[TOWNS_TIME]).await;
    }
    until(&workers[0], letters).await;
    let begun = Instant::now();
    while books.jobs_left().await > 0 {
        assert!(begun.elapsed() < PATIENCE, "{} jobs are left ({chance:x})", books.jobs_left().await);
        workers[0].town.clock().advance(LEASE);
        tokio::time::sleep(STILL).await;
    }

    let on = books.portal().store().reader();
    let notices = notice::Entity::find().all(on).await.unwrap();
    assert_eq!(notices.len(), told, "notices ({chance:x})");
    let whose: BTreeSet<_> = notices.iter().map(|it| (&it.account_id, &it.pupil_id)).collect();
    assert_eq!(whose.len(), told, "somebody has two ({chance:x})");
    let mut messages: Vec<_> =
        message::Entity::find().all(on).await.unwrap().into_iter().map(|it| it.notice_id).collect();
    messages.sort();
    let mut ids: Vec<_> = notices.iter().map(|it| Some(it.id.clone())).collect();
    ids.sort();
    assert_eq!(messages, ids, "one message for each notice ({chance:x})");

    let deliveries = delivery::Entity::find().all(on).await.unwrap();
    assert_eq!(deliveries.len(), 3 * told, "deliveries ({chance:x})");
    for delivery in &deliveries {
        assert!(["sent", "delivered"].contains(&delivery.state.as_str()), "{} ({chance:x})", delivery.state);
    }
    let town = &workers[0].town;
    let mails = times(town.mail().into_iter().map(|mail| mail.reference.unwrap()));
    let texts = times(town.sms().into_iter().map(|text| text.reference.unwrap()));
    let of = |channel: &str| deliveries.iter().filter(|it| it.channel == channel).count();
    for (what, times, expected) in [("mail", mails, of("mail")), ("sms", texts, of("sms"))] {
        assert_eq!(times.len(), expected, "{what}: letters by their reference ({chance:x})");
        let doubles: usize = times.values().map(|times| times - 1).sum();
        assert!(doubles <= KILLS * IN_FLIGHT, "{what}: {doubles} left twice ({chance:x})");
    }
    assert_audit_verifies(&workers[0], "in the end").await;
}

/// A house that does not run yet, so many children each of whose guardians is told by every channel, how many pairs of
/// guardian and child that is, and a lesson of the next school day, at whose beginning it is.
async fn furnished(count: usize) -> (Program, Books, Vec<String>, usize, [jiff::Timestamp; 2]) {
    let day = next_school_day(simulators::Clock::default().today());
    let morning = portal::stockholm().to_timestamp(day.to_datetime(time(8, 0, 0, 0))).unwrap();
    let program = Program::beside(Some(city(PUPILS, 1, day))).await;
    program.town.clock().set(morning);
    program.furnish().await;
    let books = program.books().await;
    let mut children = only_children(&program.town.census(), day);
    children.truncate(count);
    assert_eq!(children.len(), count);
    let told = plant(books.portal(), &program.town.census(), &children).await;
    (program, books, children, told, [morning, morning + 50.minutes()])
}

async fn mark(program: &Program, child: &str, [start, end]: [jiff::Timestamp; 2], withdrawn: bool) {
    let mark =
        json!({ "child": child, "start": start, "end": end, "kind": "unreported", "withdrawn": withdrawn });
    program.script().ask_town(Method::POST, "/control/absences", Some(mark)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_of_a_notice_loses_none_and_doubles_no_message() {
    let points: Vec<&str> = portal::FAILPOINTS
        .iter()
        .copied()
        .filter(|it| {
            ["absence.", "notice.", "delivery.", "fallback.", "correction."]
                .iter()
                .any(|of| it.starts_with(of))
        })
        .collect();
    let (mut program, books, children, _, lesson) = furnished(points.len()).await;
    let on = books.portal().store().reader().clone();
    for (point, child) in points.into_iter().zip(&children) {
        if point.starts_with("correction.") {
            // It is told first, and wrong then.
            program.start(&[TOWNS_TIME]).await;
            mark(&program, child, lesson, false).await;
            settled(&program, &books).await;
            program.kill();
        }
        let pupil = pupil_of(&on, child).await;
        if point.starts_with("fallback.") {
            // By mail alone, so that a text message stands in.
            notice_choice::Entity::update_many()
                .col_expr(notice_choice::Column::Sms, Expr::value(0))
                .filter(notice_choice::Column::PupilId.eq(pupil.clone()))
                .exec(books.portal().store().writer())
                .await
                .unwrap();
            let refused =
                simulators::FaultOrder::new(simulators::System::Smtp, "status:550").at("RCPT").times(1);
            program.town.fault(refused).unwrap();
        }
        program.start(&[TOWNS_TIME, ("HJARNTORGET__FAILPOINT", point)]).await;
        mark(&program, child, lesson, point.starts_with("correction.")).await;
        assert!(!program.ended().await, "{point} ended the program well");
        program.town.clock().advance(LEASE);
        program.start(&[TOWNS_TIME]).await;
        settled(&program, &books).await;

        let notices =
            notice::Entity::find().filter(notice::Column::PupilId.eq(pupil)).all(&on).await.unwrap();
        let guardians = program.town.census().custodians(child).count();
        let parts = if point.starts_with("correction.") { 2 } else { 1 };
        assert_eq!(notices.len(), parts * guardians, "{point}: notices");
        let messages = message::Entity::find().all(&on).await.unwrap();
        let (mails, texts) = (
            times(program.town.mail().into_iter().map(|mail| mail.reference.unwrap())),
            times(program.town.sms().into_iter().map(|text| text.reference.unwrap())),
        );
        for one in &notices {
            let its = messages.iter().filter(|it| it.notice_id.as_ref() == Some(&one.id)).count();
            assert_eq!(its, 1, "{point}: messages of a notice");
            for delivery in delivery::Entity::find()
                .filter(delivery::Column::NoticeId.eq(one.id.clone()))
                .all(&on)
                .await
                .unwrap()
            {
                let (channel, state) = (delivery.channel.as_str(), delivery.state.as_str());
                let gave_way = point.starts_with("fallback.")
                    && channel == "mail"
                    && ["failed", "replaced-by-fallback"].contains(&state);
                assert!(gave_way || ["sent", "delivered"].contains(&state), "{point}: {channel} {state}");
                if channel == "mail" && !gave_way {
                    let sent = mails.iter().find(|(reference, _)| reference.starts_with(&delivery.id));
                    assert!(sent.is_some(), "{point}: the mail never arrived");
                }
            }
        }
        assert!(texts.values().all(|times| *times == 1), "{point}: a text message left twice");
        assert_audit_verifies(&program, point).await;
        program.kill();
    }
}

/// Waits until the register's word is taken in and nothing of it is left to do.
async fn settled(program: &Program, books: &Books) {
    let begun = Instant::now();
    let mut still = 0;
    while still < 3 {
        assert!(begun.elapsed() < PATIENCE, "{} jobs are left", books.jobs_left().await);
        let on = books.portal().store().reader();
        let untold = absence::Entity::find().filter(absence::Column::ToldAt.is_null()).all(on).await.unwrap();
        let untold = untold.iter().filter(|it| it.state == "standing").count();
        still = if books.jobs_left().await == 0 && untold == 0 { still + 1 } else { 0 };
        // The register is read each minute, should a call of it have been lost.
        program.town.clock().advance(jiff::SignedDuration::from_secs(if still == 0 { 5 } else { 0 }));
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
}

async fn pupil_of(on: &sea_orm::DatabaseConnection, child: &str) -> String {
    let id = simulators::register_id("person", child).to_string();
    let row = pupil::Entity::find().filter(pupil::Column::RegisterId.eq(id));
    row.one(on).await.unwrap().unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_while_a_report_is_written_to_the_register_writes_it_once() {
    let mut program = Program::new().await;
    program.furnish().await;
    let person = program.script().person(&["guardian"], &["two-children", "no-bankid"]).await;
    program.start(&[TOWNS_TIME]).await;
    let mut browser = program.browser();
    program.script().open_account(&mut browser, &person, "report@example.se").await;
    let form = browser.open("/narvaro/anmal").await.form("absence/report");
    let books = program.books().await;
    for (ahead, point) in ["report.before-send", "report.after-send"].into_iter().enumerate() {
        program.kill();
        program.start(&[TOWNS_TIME, ("HJARNTORGET__FAILPOINT", point)]).await;
        let day = program.town.clock().today().saturating_add(i32::try_from(ahead + 1).unwrap().days());
        // Whether the answer is quicker than the end is chance.
        browser.try_post(&form, &[("form[reason]", "ill"), ("form[when]", &day.to_string())]).await;
        assert!(!program.ended().await, "{point} ended the program well");
        program.town.clock().advance(LEASE);
        program.start(&[TOWNS_TIME]).await;
        let begun = Instant::now();
        while is_on_its_way(&books).await {
            assert!(begun.elapsed() < PATIENCE, "{point}: the report is still on its way");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let marks = program.script().ask_town(Method::GET, "/control/absences", None).await;
        assert_eq!(marks.as_array().unwrap().len(), ahead + 1, "{point}: {marks}");
    }
}

async fn is_on_its_way(books: &Books) -> bool {
    let reports = absence_report::Entity::find().all(books.portal().store().reader()).await.unwrap();
    reports.iter().any(|report| report.state != "sent")
}

fn times(references: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for reference in references {
        *times.entry(reference).or_default() += 1;
    }
    times
}
