//! The program killed where it hurts: nothing acknowledged is lost, nothing is half-done.

use std::{
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::stage::{Browser, Script, settings_for};
use reqwest::StatusCode;
use serde_json::Value;
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
