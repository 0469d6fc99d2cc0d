//! The program killed where it hurts: nothing acknowledged is lost, nothing is half-done.

use std::{
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::stage::{Browser, Script, settings_for};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use simulators::{Options, Town};
use tempfile::TempDir;

/// The real program beside a town in this process, on one database that outlives it.
struct Program {
    town: Town,
    portal: SocketAddr,
    operator: SocketAddr,
    folder: TempDir,
    running: Option<Child>,
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

impl Program {
    async fn new() -> Self {
        simulators::use_ring();
        let folder = TempDir::new().unwrap();
        let town = Town::start(Options::any_port(folder.path().join("town"))).await.unwrap();
        Self { town, portal: free_address(), operator: free_address(), folder, running: None }
    }

    /// Starts the program, and waits until it is ready.
    async fn start(&mut self, more: &[(&str, &str)]) {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let environment = settings_for(&self.town, self.folder.path(), self.portal, self.operator);
        let child = Command::new(env!("CARGO_BIN_EXE_hjarntorget"))
            .arg("serve")
            .current_dir(root)
            .envs(environment)
            .envs(more.iter().copied())
            .env("LEPTOS_SITE_ADDR", self.portal.to_string())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        self.running = Some(child);
        for _ in 0..300 {
            let ready = reqwest::get(format!("http://{}/ready", self.operator)).await;
            if ready.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the program never was ready");
    }

    fn browser(&self) -> Browser {
        Browser::new(&format!("http://{}", self.portal))
    }

    /// `kill -9`.
    fn kill(&mut self) {
        let mut child = self.running.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Waits for the end that a fail point brings.
    async fn died(&mut self) {
        let mut child = self.running.take().unwrap();
        let ended = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
        assert!(!ended.success());
    }

    fn script(&self) -> Script<'_> {
        Script { town: &self.town }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(child) = &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

async fn somebody(program: &Program) -> Value {
    program.script().person(&["guardian"], &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_of_the_last_transaction_leaves_all_of_it_or_nothing() {
    let mut program = Program::new().await;
    let person = somebody(&program).await;
    for point in portal::FAILPOINTS {
        program.start(&[("HJARNTORGET__FAILPOINT", point)]).await;
        let mut browser = program.browser();
        let reached = program.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
        if reached.path == "/mina-barn" {
            panic!("{point}: an account stands although no completion was acknowledged before the commit");
        }
        let check = if reached.path == "/ansokan/kontrollera" {
            reached
        } else {
            program
                .script()
                .fill_in(&mut browser, &reached, &format!("{}@example.se", point.replace('.', "-")))
                .await
        };
        assert_eq!(check.path, "/ansokan/kontrollera", "{point}");
        let form = check.form("application/complete");
        assert!(browser.try_post(&form, &[]).await.is_none(), "{point} did not end the program");
        program.died().await;
        if point.ends_with("after-commit") {
            break;
        }
    }
    program.start(&[]).await;
    let mut browser = program.browser();
    let page = program.script().identify(&mut browser, "/logga-in", &person).await;
    assert_eq!(page.path, "/mina-barn", "what was committed is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_of_a_notice_loses_nothing_and_doubles_only_what_was_leaving() {
    const SETTINGS: (&str, &str) = ("HJARNTORGET__CLOCK__SOURCE", "town");
    let mut program = Program::new().await;
    let mut morning: Timestamp = "2026-11-24T07:00:00+01:00".parse().unwrap();
    program.town.clock().set(morning);
    let person = somebody(&program).await;
    program.start(&[SETTINGS]).await;
    program.script().open_account(&mut program.browser(), &person, "notice@example.se").await;
    let letters = |program: &Program| -> Vec<_> {
        program.town.mail().into_iter().filter(|mail| mail.to == "notice@example.se").collect()
    };
    // The code, and the welcome.
    until(async || letters(&program).len() == 2).await;
    program.kill();
    let points = portal::FAILPOINTS.iter().filter(|point| !point.starts_with("application."));
    for point in points {
        let before = letters(&program).len();
        morning += SignedDuration::from_hours(24);
        program.town.clock().set(morning);
        program.start(&[SETTINGS, ("HJARNTORGET__FAILPOINT", point)]).await;
        let (start, end) = (morning + SignedDuration::from_hours(1), morning + SignedDuration::from_hours(2));
        let mark =
            json!({ "child": person["guardian_of"][0], "kind": "unreported", "start": start, "end": end });
        program.script().ask_town(Method::POST, "/control/absences", Some(mark)).await;
        program.died().await;
        program.start(&[SETTINGS]).await;
        // The lease of whoever died runs out.
        program.town.clock().advance(SignedDuration::from_mins(3));
        // Only the letter that had left is sent again, under the same reference.
        let times = if *point == "delivery.after-send" { 2 } else { 1 };
        until(async || letters(&program).len() >= before + times).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let came = letters(&program).split_off(before);
        assert_eq!(came.len(), times, "{point}");
        assert!(came.iter().all(|mail| mail.reference == came[0].reference), "{point}");
        program.kill();
    }
}

/// Waits for what happens beside the answers.
async fn until(happened: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if happened().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not happen");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_before_a_kill_stands_after_it() {
    let mut program = Program::new().await;
    let person = somebody(&program).await;
    program.start(&[]).await;
    let mut browser = program.browser();
    let receipt = program.script().open_account(&mut browser, &person, "kill@example.se").await;
    assert_eq!(receipt.status, StatusCode::OK);
    program.kill();
    program.start(&[]).await;
    assert_eq!(browser.open("/mina-barn").await.path, "/mina-barn", "the session did not outlive the crash");
    // The welcome letter was a job in the same transaction.
    program.script().letters("kill@example.se", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_end_the_program_ends_in_time_and_well() {
    let mut program = Program::new().await;
    program.start(&[]).await;
    let mut child = program.running.take().unwrap();
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    let ended = tokio::task::spawn_blocking(move || child.wait().unwrap());
    let ended = tokio::time::timeout(Duration::from_secs(20), ended).await.expect("it did not drain in time");
    assert!(ended.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_applications_outlive_a_kill() {
    const APPLICATIONS: usize = 200;
    let mut program = Program::new().await;
    let wide = [
        ("HJARNTORGET__LIMITS__ADDRESS_PER_SECOND", "100000"),
        ("HJARNTORGET__LIMITS__SESSION_PER_SECOND", "100000"),
        ("HJARNTORGET__LIMITS__SESSION_BURST", "100000"),
        ("HJARNTORGET__LIMITS__BANKID_START_ADDRESS", "100000"),
        ("HJARNTORGET__LIMITS__LETTERS_PER_ADDRESS", "100000"),
    ];
    program.start(&wide).await;
    let people = program.script().ask_town(reqwest::Method::GET, "/control/persons", None).await;
    let guardian = |person: &&Value| person["tags"].as_array().unwrap().iter().any(|tag| tag == "guardian");
    let people: Vec<Value> = people.as_array().unwrap().iter().filter(guardian).cloned().collect();
    // Everybody identifies, and then all applications run at once, round and round, until the program is gone.
    let mut browsers = Vec::new();
    for person in people.iter().take(20) {
        let mut browser = program.browser();
        program.script().identify(&mut browser, "/ansokan/legitimera", person).await;
        browsers.push(browser);
    }
    let mut running = tokio::task::JoinSet::new();
    let answered = Arc::new(AtomicUsize::new(0));
    for number in 0..APPLICATIONS {
        let mut browser = browsers[number % browsers.len()].clone();
        let answered = Arc::clone(&answered);
        running.spawn(async move {
            let mut acknowledged = None;
            for round in 0.. {
                let Some(children) = browser.try_get("/ansokan/barn").await else { break };
                if let Some(form) = children.forms("application/confirm-children").first()
                    && browser.try_post(form, &[]).await.is_none()
                {
                    break;
                }
                let Some(page) = browser.try_get("/ansokan/e-post").await else { break };
                let Some(form) = page.forms("application/give-email").first().cloned() else { continue };
                let email = format!("a{number}-{round}@example.se");
                let Some(answer) = browser.try_post(&form, &[(&form.named("email"), &email)]).await else {
                    break;
                };
                if answer.location().as_deref() == Some("/ansokan/bekrafta") {
                    acknowledged = Some(number % 20);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            }
            acknowledged
        });
    }
    // In the thick of it: some have their answer, most wait for one.
    while answered.load(Ordering::Relaxed) < 20 && !running.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    program.kill();
    let mut acknowledged = std::collections::BTreeSet::new();
    while let Some(one) = running.join_next().await {
        acknowledged.extend(one.unwrap());
    }
    assert!(!acknowledged.is_empty(), "nothing was acknowledged before the kill");
    program.start(&wide).await;
    for number in acknowledged {
        // The session stands, and the step that was acknowledged is reached.
        let page = browsers[number].open("/ansokan/bekrafta").await;
        assert_eq!(page.path, "/ansokan/bekrafta", "application {number} lost what was acknowledged");
    }
}

/// A small disk of its own, where the machine lets one be made.
struct Disk(std::path::PathBuf);

impl Disk {
    fn new(at: std::path::PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let made = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"])
            .arg(&at)
            .stderr(Stdio::null())
            .status();
        made.is_ok_and(|status| status.success()).then_some(Self(at))
    }

    fn fill(&self) {
        // As much as fits; the last write fails, and that is the point.
        let _ = std::fs::write(self.0.join("ballast"), vec![1_u8; 8 << 20]);
    }

    fn clear(&self) {
        std::fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_a_calm_page_and_passes() {
    let mut program = Program::new().await;
    let Some(disk) = Disk::new(program.folder.path().join("data")) else {
        println!("no disk of its own can be made here (mount needs root): not tried");
        return;
    };
    let person = somebody(&program).await;
    program.start(&[]).await;
    let mut browser = program.browser();
    let children = program.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    let check = program.script().fill_in(&mut browser, &children, "full@example.se").await;
    let form = check.form("application/complete");
    disk.fill();
    let refused = browser.post(&form, &[]).await;
    assert!(refused.status.is_server_error(), "{}", refused.status);
    assert!(refused.has("<h1"), "no page for people: {}", refused.text);
    assert_eq!(browser.get("/kakor").await.status, StatusCode::OK, "reading stopped as well");
    disk.clear();
    let receipt = browser.post(&form, &[]).await;
    assert_eq!(browser.follow(receipt).await.path, "/ansokan/klart");
    program.kill();
}
