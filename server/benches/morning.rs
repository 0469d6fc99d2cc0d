//! A school morning: a city's absences come within a minute, and every guardian is told over every channel. Prints when
//! the letters left, counted from when they were due, and how the pages were meanwhile; writes
//! `target/bench/morning.json`; asserts nothing about time.
//!
//! The town with its registers and sinks, the house and its visitors share this process and its two threads.
//! `MORNING=PUPILS,ABSENCES` measures a smaller city.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark talks to its reader and ends where it cannot go on"
)]

#[path = "../tests/stage/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest of the stage")]
mod stage;

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use jiff::{Timestamp, ToSpan, civil::time};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use simulators::{Town, world::city};
use stage::{
    Browser, Stage,
    accounts::{next_school_day, plant, pupils_of},
};
use tokio_util::sync::CancellationToken;

/// The city, and how many of its pupils are missing this morning.
const PUPILS: usize = 100_000;
const ABSENCES: usize = 6_000;
/// All of them are noted within this, a class at a time.
const MINUTE: Duration = Duration::from_secs(60);
const CLASS: usize = 5;
/// Guardians who look at their pages meanwhile, and how long each rests between two pages.
const VISITORS: usize = 4;
const REST: Duration = Duration::from_millis(250);
/// Without a letter for so long, no more will come.
const SILENCE: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // `cargo test --benches` runs this too: then there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let (pupils, absences) = size();
    // The next school day at eight, so that the morning comes at whatever hour this runs.
    let real = simulators::Clock::default();
    let morning = next_school_day(real.today()).to_datetime(time(8, 0, 0, 0));
    let morning = portal::stockholm().to_timestamp(morning).unwrap();
    let begun = Instant::now();
    let wide = [("LIMITS__ADDRESS_PER_SECOND", "1000000"), ("LIMITS__BANKID_START_ADDRESS", "1000000")];
    let world = city(pupils, 1, portal::day_of(morning));
    let stage = Stage::of(Some(world), &wide).await;
    let ready = begun.elapsed();
    let ahead = morning.duration_since(real.now());
    stage.let_pass(u32::try_from(ahead.as_secs()).unwrap());
    let missing = missing(&stage.town, absences);
    let pairs = plant(stage.house.portal(), &stage.town.census(), &missing).await;
    let visitors = visitors(&stage).await;
    println!(
        "\n{pupils} pupils read in {} s; {} of them missing, {pairs} guardians of them to be told over three channels",
        ready.as_secs(),
        missing.len()
    );

    let (stop, waits) = (CancellationToken::new(), Arc::new(Mutex::new(Vec::new())));
    for visitor in visitors {
        tokio::spawn(visit(visitor, Arc::clone(&waits), stop.clone()));
    }
    let begun = Instant::now();
    call_the_rolls(&stage.town, &missing, morning).await;
    let noted = begun.elapsed();
    let all = 3 * pairs;
    let handed_over = all_handed_over(&stage, all).await;
    let took = begun.elapsed();
    stop.cancel();

    let waits = std::mem::take(&mut *waits.lock().unwrap());
    let pages = percentiles(waits.iter().map(Duration::as_secs_f64).map(|wait| wait * 1000.0).collect());
    let due = seconds_from(&stage, "a.due_at").await;
    let noted_by_school = seconds_from(&stage, "a.modified_at").await;
    println!(
        "{} absences noted in {:.1} s; {handed_over} of {all} letters and messages handed over after {:.1} s\n\
         at the sinks: {} mails, {} text messages",
        missing.len(),
        noted.as_secs_f64(),
        took.as_secs_f64(),
        stage.town.mail().iter().filter(|mail| mail.to.starts_with('g')).count(),
        stage.town.sms().len(),
    );
    println!("\n{:<44}{:>9}{:>9}{:>9}", "", "50 %", "95 %", "100 %");
    for (name, [half, most, last]) in [
        ("seconds from when it was due", due),
        ("seconds from when the school noted it", noted_by_school),
        ("milliseconds for a page of a guardian", pages),
    ] {
        println!("{name:<44}{half:>9.2}{most:>9.2}{last:>9.2}");
    }
    let report = json!({
        "pupils": pupils, "absences": missing.len(), "letters": all, "handed_over": handed_over,
        "read_seconds": ready.as_secs_f64(), "noted_seconds": noted.as_secs_f64(), "told_seconds": took.as_secs_f64(),
        "from_due_seconds": due, "from_noted_seconds": noted_by_school, "page_milliseconds": pages, "pages": waits.len(),
    });
    let folder = target().join("bench");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("morning.json"), serde_json::to_vec_pretty(&report).unwrap()).unwrap();
}

fn size() -> (usize, usize) {
    let Ok(size) = std::env::var("MORNING") else { return (PUPILS, ABSENCES) };
    let (pupils, absences) = size.split_once(',').expect("MORNING=PUPILS,ABSENCES");
    (pupils.parse().unwrap(), absences.parse().unwrap())
}

/// The build's folder: the program stands in `<target>/release/deps`.
fn target() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned()
}

/// So many pupils whose guardians may all be told, spread over the city.
fn missing(town: &Town, count: usize) -> Vec<String> {
    let children = pupils_of(&town.census(), town.clock().today());
    let step = (children.len() / count).max(1);
    children.into_iter().step_by(step).take(count).collect()
}

/// Guardians with a session, none of whom is told of anything.
async fn visitors(stage: &Stage) -> Vec<Browser> {
    let script = stage.script();
    let mut visitors = Vec::new();
    for person in script.people(&["guardian"], &["no-bankid"]).await.iter().rev() {
        let mut browser = stage.browser();
        if script.identify(&mut browser, "/logga-in", person).await.path == "/ansokan/barn" {
            let children = browser.open("/ansokan/barn").await;
            let email = format!("v{}@example.se", visitors.len());
            let check = script.fill_in(&mut browser, &children, &email).await;
            browser.submit(&check, "application/complete", &[]).await;
            visitors.push(browser);
        }
        if visitors.len() == VISITORS {
            break;
        }
    }
    visitors
}

async fn visit(mut browser: Browser, waits: Arc<Mutex<Vec<Duration>>>, stop: CancellationToken) {
    for path in ["/mina-barn", "/meddelanden", "/narvaro/anmal", "/personuppgifter"].into_iter().cycle() {
        if stop.is_cancelled() {
            return;
        }
        let begun = Instant::now();
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        waits.lock().unwrap().push(begun.elapsed());
        tokio::time::sleep(REST).await;
    }
}

/// The schools note who is missing from the first lesson.
async fn call_the_rolls(town: &Town, missing: &[String], morning: Timestamp) {
    let client = reqwest::Client::new();
    let (begun, classes) = (tokio::time::Instant::now(), missing.chunks(CLASS));
    let pace = MINUTE / u32::try_from(classes.len()).unwrap();
    for (place, class) in classes.enumerate() {
        tokio::time::sleep_until(begun + pace * u32::try_from(place).unwrap()).await;
        let marked = |child: &String| json!({ "child": child, "start": morning, "end": morning + 50.minutes(), "kind": "unreported" });
        let roll: Vec<Value> = class.iter().map(marked).collect();
        let url = format!("{}/control/absences", town.control());
        let answer = client.post(url).json(&roll).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }
}

/// Waits until `all` are handed over, or nothing more comes; answers how many are.
async fn all_handed_over(stage: &Stage, all: usize) -> usize {
    let (mut before, mut since) = (0, Instant::now());
    loop {
        let statement = "SELECT COUNT(*) AS n FROM delivery WHERE sent_at IS NOT NULL";
        let now = usize::try_from(numbers(stage, statement).await[0]).unwrap();
        if now != before {
            (before, since) = (now, Instant::now());
        }
        if now >= all || since.elapsed() > SILENCE {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// How long after `moment` of the absence each letter left: 50th, 95th and 100th percentile.
async fn seconds_from(stage: &Stage, moment: &str) -> [f64; 3] {
    let statement = format!(
        "SELECT MAX(d.sent_at - {moment}) AS n FROM delivery d JOIN notice_absence p ON p.notice_id = d.notice_id \
         JOIN absence a ON a.id = p.absence_id WHERE d.sent_at IS NOT NULL GROUP BY d.id"
    );
    percentiles(numbers(stage, &statement).await.into_iter().map(|it| it as f64 / 1000.0).collect())
}

async fn numbers(stage: &Stage, statement: &str) -> Vec<i64> {
    let store = stage.house.portal().store();
    let rows =
        store.reader().query_all_raw(Statement::from_string(store.backend(), statement)).await.unwrap();
    rows.iter().map(|row| row.try_get("", "n").unwrap()).collect()
}

fn percentiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let at = |part: usize| values.get((values.len() * part / 100).min(values.len().saturating_sub(1)));
    [50, 95, 100].map(|part| at(part).copied().unwrap_or(f64::NAN))
}
