//! The program killed where it hurts: nothing acknowledged is lost, nothing is half-done.

use std::process::{Command, Stdio};

use super::{
    books::{Books, assert_open, welcomes},
    program::Program,
    stage::Page,
};
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::Value;

/// The house keeps the town's time, so that leases of a program that was killed need not be waited for.
pub(crate) const TOWNS_TIME: (&str, &str) = ("HJARNTORGET__CLOCK__SOURCE", "town");

/// As long as a lease of a job that was running when the program was killed, and a little more.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_secs(120);

async fn somebody(program: &Program) -> Value {
    program.script().person(&["guardian"], &[]).await
}

/// How many children a page of the application lists.
pub(crate) fn children_of(page: &Page) -> usize {
    page.forms("application/answer-child").len()
}

/// Waits until no job is left: what was on its way when the program was killed arrives, and only once.
pub(crate) async fn work_is_done(books: &Books) {
    for _ in 0..600 {
        if books.jobs_left().await == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{} jobs are left", books.jobs_left().await);
}

/// What `hjarntorget audit verify` says.
pub(crate) async fn assert_audit_verifies(program: &Program, at: &str) {
    let said = program.asked(&["audit", "verify"], &[]).await;
    assert!(said.status.success(), "{at}: {}", String::from_utf8_lossy(&said.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_of_the_last_transaction_leaves_all_of_it_or_nothing() {
    let mut program = Program::new().await;
    program.furnish().await;
    let people = program.script().people(&["guardian"], &[]).await;
    let points = portal::FAILPOINTS.iter().copied().filter(|point| point.starts_with("application."));
    for (point, person) in points.zip(&people) {
        program.start(&[("HJARNTORGET__FAILPOINT", point), TOWNS_TIME]).await;
        let email = format!("{}@example.se", point.replace('.', "-"));
        let mut browser = program.browser();
        let listed = program.script().identify(&mut browser, "/ansokan/legitimera", person).await;
        assert_eq!(listed.path, "/ansokan/barn", "{point}");
        let children = children_of(&listed);
        let check = program.script().fill_in(&mut browser, &listed, &email).await;
        let form = check.form("application/complete");
        assert!(browser.try_post(&form, &[]).await.is_none(), "{point} did not end the program");
        assert!(!program.ended().await, "{point} ended the program well");

        let books = program.books().await;
        let left = books.account(&email).await;
        books.assert_whole(point).await;
        let committed = point.ends_with("after-commit");
        assert_eq!(left.is_some(), committed, "{point}: an account before the commit, or none after it");
        if committed {
            assert_open(left.as_ref(), children, point);
        }

        program.town.clock().advance(LEASE);
        program.start(&[TOWNS_TIME]).await;
        // Where it was not committed, the draft is as it was; where it was, nobody was told, and whoever asks again is.
        if !committed {
            assert_eq!(browser.open("/ansokan/kontrollera").await.path, "/ansokan/kontrollera", "{point}");
            assert!(welcomes(&program.town, &email).is_empty(), "{point}: a letter without an account");
        }
        // The session became another one in what was committed; whoever was away this long signs in again.
        let reached = if committed {
            program.script().identify(&mut browser, "/logga-in", person).await
        } else {
            let answer = browser.post(&form, &[]).await;
            browser.follow(answer).await
        };
        assert_eq!(reached.path, if committed { "/mina-barn" } else { "/ansokan/klart" }, "{point}");
        let account = books.account(&email).await;
        let id = assert_open(account.as_ref(), children, point);
        assert!(left.is_none_or(|left| left.id == id), "{point}: another account");
        work_is_done(&books).await;
        let letters = welcomes(&program.town, &email);
        assert_eq!(letters.len(), 1, "{point}: {letters:?}");
        books.assert_whole(point).await;
        assert_audit_verifies(&program, point).await;
        program.kill();
        program.town.clock().advance(LEASE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_before_a_kill_stands_after_it() {
    let mut program = Program::new().await;
    let person = somebody(&program).await;
    program.furnish().await;
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
async fn told_to_end_the_program_finishes_what_was_begun_and_ends_well() {
    let mut program = Program::new().await;
    program.start(&[]).await;
    let told = Command::new("kill").args(["-TERM", &program.id().to_string()]).status().unwrap();
    assert!(told.success());
    // One that never ends is ended by the runner, as a test that hangs.
    assert!(program.ended().await);
}

/// A disk that can be full: a small one of its own where this machine lets one be made; elsewhere a bound on how large a
/// file the program may write, which refuses every write as well (EFBIG where a disk says ENOSPC).
enum Disk {
    Own(std::path::PathBuf),
    Bound,
}

impl Disk {
    fn new(at: std::path::PathBuf) -> Self {
        std::fs::create_dir_all(&at).unwrap();
        let made = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"])
            .arg(&at)
            .stderr(Stdio::null())
            .status();
        if made.is_ok_and(|status| status.success()) { Self::Own(at) } else { Self::Bound }
    }

    fn fill(&self, program: &Program) {
        match self {
            // As much as fits; the last write fails, and that is the point.
            Self::Own(at) => drop(std::fs::write(at.join("ballast"), vec![1_u8; 8 << 20])),
            Self::Bound => program.bound_files(Some(0)),
        }
    }

    fn clear(&self, program: &Program) {
        match self {
            Self::Own(at) => std::fs::remove_file(at.join("ballast")).unwrap(),
            Self::Bound => program.bound_files(None),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Self::Own(at) = self {
            let _ = Command::new("umount").arg("-l").arg(at).status();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_a_calm_page_and_passes() {
    let program = Program::new().await;
    let disk = Disk::new(program.folder.path().join("data"));
    meet_a_full_disk(program, disk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_no_more_of_a_file_is_a_calm_page_and_passes() {
    meet_a_full_disk(Program::new().await, Disk::Bound).await;
}

async fn meet_a_full_disk(mut program: Program, disk: Disk) {
    let person = somebody(&program).await;
    program.furnish().await;
    program.start(&[]).await;
    let mut browser = program.browser();
    let listed = program.script().identify(&mut browser, "/ansokan/legitimera", &person).await;
    let children = children_of(&listed);
    let check = program.script().fill_in(&mut browser, &listed, "full@example.se").await;
    let form = check.form("application/complete");
    disk.fill(&program);
    let refused = browser.post(&form, &[]).await;
    assert!(refused.status.is_server_error(), "{}", refused.status);
    assert!(refused.has("<h1"), "no page for people: {}", refused.text);
    assert_eq!(browser.get("/kakor").await.status, StatusCode::OK, "reading stopped as well");
    disk.clear(&program);
    let receipt = browser.post(&form, &[]).await;
    assert_eq!(browser.follow(receipt).await.path, "/ansokan/klart");
    let books = program.books().await;
    assert_open(books.account("full@example.se").await.as_ref(), children, "a full disk");
    books.assert_whole("a full disk").await;
    program.kill();
}
