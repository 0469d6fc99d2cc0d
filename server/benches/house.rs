//! What the house costs: pages against a bare handler that sends the same bytes, BankID orders that wait, journeys,
//! memory and start-up. Prints tables and writes `target/bench/house.json`; asserts nothing about time.

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
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use axum::{Router, body::Body, routing::get};
use http::{Request, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::http::guard::Peer;
use simulators::world::city;
use stage::{Browser, Stage};
use tower::ServiceExt;

/// How long each page is asked for.
const PER_PAGE: Duration = Duration::from_secs(4);
/// BankID orders that wait at once, and for how long they are watched.
const ORDERS: usize = 1_000;
const WATCHED: Duration = Duration::from_secs(30);
/// How many of them are begun, and asked for, together.
const BEGUN_TOGETHER: usize = 50;
/// Pupils of the city whose guardians they are.
const PUPILS: usize = 1_500;
/// Journeys that run at once, so many that the processor is the limit and not the two seconds between BankID's answers.
const TOGETHER: usize = 32;
const JOURNEYS: usize = 64;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // `cargo test --benches` runs this too: then there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let wide = [
        ("LIMITS__ADDRESS_PER_SECOND", "1000000"),
        ("LIMITS__SESSION_PER_SECOND", "1000000"),
        ("LIMITS__SESSION_BURST", "1000000"),
        ("LIMITS__BANKID_START_DEVICE", "1000000"),
        ("LIMITS__BANKID_START_SESSION", "1000000"),
        ("LIMITS__BANKID_START_ADDRESS", "1000000"),
        ("LIMITS__LETTERS_PER_ADDRESS", "1000000"),
    ];
    let stage = Stage::with(&wide).await;
    let crowd = Stage::of(Some(city(PUPILS, 1, simulators::Clock::default().today())), &wide).await;
    let report = json!({
        "pages": pages(&stage).await,
        "journeys": journeys(&stage).await,
        "orders": orders(&crowd).await,
        "process": process().await,
    });
    let folder = target().join("bench");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("house.json"), serde_json::to_vec_pretty(&report).unwrap()).unwrap();
}

/// The build's folder: the program stands in `<target>/release/deps`.
fn target() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(3).unwrap().to_owned()
}

/// Processor time this process has used, user and system (proc(5), `stat`, fields 14 and 15, in 1/100 s).
fn processor_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

/// Asks `router` for `path` over and over; answers how often in a second of processor time.
async fn rate(router: &Router, host: &str, path: &str, cookies: &str) -> f64 {
    let ask = || async {
        let mut request = Request::get(path).header(header::HOST, host).header(header::ACCEPT, "text/html");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer([127, 0, 0, 1].into()));
        let answer = router.clone().oneshot(request).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.into_body().collect().await.unwrap().to_bytes()
    };
    for _ in 0..50 {
        ask().await;
    }
    let (begun, used) = (Instant::now(), processor_time());
    let mut count = 0_u32;
    while begun.elapsed() < PER_PAGE {
        ask().await;
        count += 1;
    }
    f64::from(count) / (processor_time() - used).as_secs_f64()
}

fn cookie_line(browser: &Browser) -> String {
    let pairs: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("; ")
}

/// Pages per second of processor time, each beside a bare axum handler that sends the same bytes.
async fn pages(stage: &Stage) -> Value {
    let script = stage.script();
    let (mut applicant, mut guardian) = (stage.browser(), stage.browser());
    let people = script.people(&["guardian"], &["no-bankid"]).await;
    script.identify(&mut applicant, "/ansokan/legitimera", &people[0]).await;
    script.open_account(&mut guardian, &people[1], "bench@example.se").await;
    let (_, router) = stage.house.doors();
    let host = stage.base.trim_start_matches("http://");
    println!(
        "\npages per second of processor time\n{:<24}{:>10}{:>10}{:>8}{:>9}",
        "page", "house", "bare", "ratio", "bytes"
    );
    let mut rows = Vec::new();
    for (name, path, browser) in [
        ("start", "/", &stage.browser()),
        ("wizard step", "/ansokan/barn", &applicant),
        ("Mina barn", "/mina-barn", &guardian),
    ] {
        let cookies = cookie_line(browser);
        let page = browser.clone().get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let bytes = page.text.len();
        let body = page.text.clone();
        let bare: Router = Router::new().route(
            path,
            get(move || {
                let body = body.clone();
                async move { axum::response::Html(body) }
            }),
        );
        let (house, reference) =
            (rate(&router, host, path, &cookies).await, rate(&bare, host, path, "").await);
        println!("{name:<24}{house:>10.0}{reference:>10.0}{:>8.3}{bytes:>9}", house / reference);
        rows.push(json!({ "page": name, "house": house, "bare": reference, "ratio": house / reference, "bytes": bytes }));
    }
    json!(rows)
}

/// Whole applications, start page to receipt, in a second of the clock on the wall.
async fn journeys(stage: &Stage) -> Value {
    let people = stage.script().people(&["guardian"], &["no-bankid"]).await;
    let begun = Instant::now();
    let mut done = 0;
    for batch in people[2..].chunks(TOGETHER).take(JOURNEYS / TOGETHER) {
        let walks = batch.iter().enumerate().map(|(place, person)| async move {
            let mut browser = stage.browser();
            browser.get("/").await;
            stage
                .script()
                .open_account(&mut browser, person, &format!("journey{}.{place}@example.se", done))
                .await;
        });
        futures::future::join_all(walks).await;
        done += batch.len();
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("\n{done} applications, {TOGETHER} at once: {:.2} a second", done as f64 / seconds);
    json!({ "count": done, "together": TOGETHER, "seconds": seconds })
}

/// Orders that wait at BankID while their pages ask: how often BankID is asked for each. Each is opened in somebody's app,
/// which leaves them three minutes; anything but the page that waits is an error.
async fn orders(stage: &Stage) -> Value {
    let people = stage.script().people(&["guardian"], &["no-bankid"]).await;
    let mut waiting: Vec<Browser> = Vec::with_capacity(ORDERS);
    for people in people[..ORDERS].chunks(BEGUN_TOGETHER) {
        let begun = people.iter().map(|person| async move {
            let mut browser = stage.browser();
            let choice = browser.open("/logga-in").await;
            let page = browser.submit(&choice, "sign_in/start", &[("device", "other")]).await;
            assert_eq!(page.status, 200, "{}", page.path);
            let code = stage.script().qr(&mut browser).await;
            stage.script().phone(person, ("qr", &code), "open").await;
            browser
        });
        waiting.extend(futures::future::join_all(begun).await);
    }
    assert!(pending(stage).await.len() >= ORDERS, "orders ended while others were begun");
    let (mut asked, mut errors, since) = (0_u64, 0_u64, Instant::now());
    while since.elapsed() < WATCHED {
        let round = Instant::now();
        for browsers in waiting.chunks_mut(BEGUN_TOGETHER) {
            let answers =
                futures::future::join_all(browsers.iter_mut().map(|browser| browser.get("/logga-in/bankid")))
                    .await;
            asked += answers.len() as u64;
            errors += answers.iter().filter(|answer| answer.status != 200).count() as u64;
        }
        tokio::time::sleep(Duration::from_secs(2).saturating_sub(round.elapsed())).await;
    }
    let listed = pending(stage).await;
    let closest = listed.iter().filter_map(|order| order["closest_ms"].as_i64()).min();
    println!(
        "\n{} orders wait, {ORDERS} pages asked {asked} times: {errors} errors; two collects of one order are at least {} ms apart",
        listed.len(),
        closest.unwrap_or_default()
    );
    json!({ "orders": ORDERS, "pending_at_the_end": listed.len(), "seconds": WATCHED.as_secs(), "pages": asked, "errors": errors, "closest_collects_ms": closest })
}

/// The orders that wait at BankID now.
async fn pending(stage: &Stage) -> Vec<Value> {
    let orders = stage.script().ask_town(http::Method::GET, "/control/orders", None).await;
    orders.as_array().unwrap().iter().filter(|order| order["state"] == "pending").cloned().collect()
}

/// Start-up time and memory at rest of the program itself, with nobody there.
async fn process() -> Value {
    let program = target().join("release/hjarntorget");
    if !program.exists() {
        println!("\nno {}: `make build` first to measure start-up and memory", program.display());
        return Value::Null;
    }
    let folder = tempfile::tempdir().unwrap();
    let town =
        simulators::Town::start(simulators::Options::any_port(folder.path().join("town"))).await.unwrap();
    let free = |_: ()| std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (portal, operator) = (free(()), free(()));
    let begun = Instant::now();
    let mut child = tokio::process::Command::new(&program)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap())
        .arg("serve")
        .env("LEPTOS_SITE_ADDR", portal.to_string())
        .envs(stage::settings_for(&town, folder.path(), portal, operator))
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let client = reqwest::Client::new();
    while client
        .get(format!("http://{operator}/ready"))
        .send()
        .await
        .map_or(true, |answer| !answer.status().is_success())
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let ready = begun.elapsed();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let status = fs::read_to_string(format!("/proc/{}/status", child.id().unwrap())).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap().trim().to_owned();
    println!("\nready after {} ms with an empty database, {resident} resident at rest", ready.as_millis());
    child.kill().await.unwrap();
    json!({ "ready_ms": ready.as_millis() as u64, "resident": resident })
}
