//! The program as an operator types it.

use std::process::{Command, Output};

use super::{
    crashes::TOWNS_TIME,
    program::Program,
    stage::accounts::{next_school_day, only_children},
};
use jiff::{ToSpan, civil::time};
use serde_json::{Value, json};
use tempfile::TempDir;

fn hjarntorget(arguments: &[&str]) -> Output {
    with(arguments, &[])
}

fn with(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    Command::new(env!("CARGO_BIN_EXE_hjarntorget"))
        .args(arguments)
        .current_dir(root)
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn routes_are_listed_without_database_and_settings() {
    let output = hjarntorget(&["routes", "--json", "--config", "/nowhere"]);
    assert!(output.status.success(), "{}", said(&output));
    let routes: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    for route in &routes {
        for key in ["method", "path", "name", "kind", "policy", "roles", "island"] {
            assert!(route.get(key).is_some(), "{route} has no {key}");
        }
    }
    assert!(routes.iter().any(|route| route["name"] == "start" && route["path"] == "/"));
}

#[test]
fn help_is_everywhere_and_an_unknown_word_is_an_error() {
    for arguments in
        [&["--help"][..], &["serve", "--help"], &["audit", "verify", "--help"], &["check", "--help"]]
    {
        assert!(hjarntorget(arguments).status.success(), "{arguments:?}");
    }
    let output = hjarntorget(&["dance"]);
    assert!(!output.status.success() && said(&output).contains("dance"));
}

#[test]
fn fail_points_are_listed() {
    let output = hjarntorget(&["check", "--failpoints"]);
    let listed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(listed.lines().collect::<Vec<_>>(), portal::FAILPOINTS);
}

#[test]
fn a_wrong_setting_is_one_line_that_names_it() {
    for (name, value, key) in [
        ("HJARNTORGET__SESSION__IDEL", "5m", "session.idel"),
        ("HJARNTORGET__FAILPOINT", "nowhere", "nowhere"),
        ("HJARNTORGET__DATABASE__URL", "oracle://x", "database"),
    ] {
        let folder = TempDir::new().unwrap();
        let database = format!("sqlite://{}/x.db?mode=rwc", folder.path().display());
        let key_file = folder.path().join("key").display().to_string();
        let telemetry = "127.0.0.1:0";
        let base = [
            ("HJARNTORGET__DATABASE__URL", database.as_str()),
            ("HJARNTORGET__KEYS__MASTER", &key_file),
            ("HJARNTORGET__TELEMETRY__ADDRESS", telemetry),
            (name, value),
        ];
        let output = with(&["serve"], &base);
        assert_eq!(output.status.code(), Some(1), "{name}");
        let line = said(&output);
        assert!(line.contains(key), "{line}");
        assert_eq!(line.trim_end().lines().count(), 1, "{line}");
    }
}

#[test]
fn migrate_can_run_again_and_jobs_hold_nothing_then() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite://{}/data/x.db?mode=rwc", folder.path().display());
    let base = [("HJARNTORGET__DATABASE__URL", database.as_str())];
    for _ in 0..2 {
        let output = with(&["migrate"], &base);
        assert!(output.status.success(), "{}", said(&output));
    }
    let output = with(&["jobs", "--json"], &base);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), serde_json::json!([]));
}

#[test]
fn a_key_is_made_once_and_never_overwritten() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("keys/master.key").display().to_string();
    let base = [("HJARNTORGET__KEYS__MASTER", path.as_str())];
    assert!(with(&["keys", "create"], &base).status.success());
    let before = std::fs::read(&path).unwrap();
    let again = with(&["keys", "create"], &base);
    assert!(!again.status.success());
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

/// The one line for the operator among the lines of the log, which are JSON.
fn told(output: &Output) -> String {
    let all = said(output);
    let lines: Vec<_> = all.lines().filter(|line| !line.starts_with('{')).collect();
    assert_eq!(lines.len(), 1, "{all}");
    assert!(lines[0].starts_with("hjarntorget: "), "{all}");
    lines[0].to_owned()
}

fn shown(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_come_first_is_said_in_one_line() {
    let program = Program::new().await;
    let id = model::AccountId::from_uuid(uuid::Uuid::nil()).to_string();
    for arguments in [
        &["sync"][..],
        &["jobs", "--json"],
        &["audit", "verify"],
        &["account", "show", &id],
        &["account", "close", &id],
    ] {
        let output = program.asked(arguments, &[]).await;
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(told(&output).contains("run `hjarntorget migrate`"), "{arguments:?}: {}", told(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_reads_the_pupil_register_and_says_when_it_cannot() {
    let program = Program::new().await;
    assert!(program.asked(&["migrate"], &[]).await.status.success());
    let report = shown(&program.asked(&["sync"], &[]).await);
    assert!(report["pupils"].as_u64().unwrap() > 0 && report["units"].as_u64().unwrap() > 0, "{report}");
    // One guardian of the shipped world has no number to be matched by.
    assert_eq!((&report["unreadable"], &report["braked"]), (&Value::from(1), &Value::Null));
    assert_eq!(shown(&program.asked(&["sync"], &[]).await)["changed"], 0);

    program.script().fault("pupil", "down").await;
    let output = program.asked(&["sync"], &[]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("pupil"), "{}", told(&output));
    program.script().fault("pupil", "none").await;

    // A world with hardly anybody in it: the brake holds it back until a human has looked.
    let strict = [("HJARNTORGET__PUPIL_REGISTER__BRAKE_SHRINK_PERCENT", "5")];
    let small = simulators::world::city(20, 1, program.town.clock().today());
    program.town.replace(small).unwrap();
    let braked = program.asked(&["sync"], &strict).await;
    assert_eq!(braked.status.code(), Some(1));
    assert!(told(&braked).contains("run `hjarntorget sync --accept`"), "{}", told(&braked));
    let report = shown(&program.asked(&["sync", "--accept"], &strict).await);
    assert_eq!((&report["pupils"], &report["braked"]), (&Value::from(20), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn check_looks_at_everything_and_ends_badly_where_one_thing_is_wrong() {
    let program = Program::new().await;
    let lines = |output: &Output| -> Vec<String> {
        String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect()
    };
    let wrong = |lines: &[String]| -> Vec<String> {
        lines.iter().filter(|line| !line.starts_with("ok ")).cloned().collect()
    };
    let before = program.asked(&["check"], &[]).await;
    assert_eq!(before.status.code(), Some(1));
    let found = wrong(&lines(&before));
    assert!(found.len() == 1 && found[0].starts_with("wrong  database: "), "{found:?}");
    assert!(found[0].contains("hjarntorget migrate"), "{found:?}");

    assert!(program.asked(&["migrate"], &[]).await.status.success());
    let fine = program.asked(&["check"], &[]).await;
    assert_eq!((fine.status.code(), wrong(&lines(&fine))), (Some(0), vec![]), "{}", said(&fine));
    for what in ["settings", "bankid.identity", "database", "keys", "bankid", "population", "pupil", "mail"] {
        assert!(lines(&fine).iter().any(|line| line.starts_with(&format!("ok     {what}: "))), "{what}");
    }
    for (system, word) in
        [("smtp", "mail"), ("bankid", "bankid"), ("population", "population"), ("pupil", "pupil")]
    {
        program.script().fault(system, "down").await;
        let output = program.asked(&["check"], &[]).await;
        assert_eq!(output.status.code(), Some(1), "{system}");
        let found = wrong(&lines(&output));
        assert!(found.len() == 1 && found[0].starts_with(&format!("wrong  {word}: ")), "{system}: {found:?}");
        assert_eq!(lines(&output).len(), lines(&fine).len(), "{system}: it did not go on");
        program.script().fault(system, "none").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_shown_without_its_person_and_closed_at_once() {
    let mut program = Program::new().await;
    let person = program.script().person(&["guardian", "two-children"], &[]).await;
    program.furnish().await;
    program.start(&[]).await;
    let mut browser = program.browser();
    program.script().open_account(&mut browser, &person, "shown@example.se").await;
    let id = program.books().await.account("shown@example.se").await.unwrap().id.uuid().to_string();
    let output = program.asked(&["account", "show", &id], &[]).await;
    let account = shown(&output);
    assert_eq!((&account["id"], &account["state"]), (&Value::from(id.as_str()), &Value::from("open")));
    assert_eq!((&account["children"], &account["sessions"]), (&Value::from(2), &Value::from(1)));
    let text = String::from_utf8(output.stdout).unwrap()
        + &said(&program.asked(&["account", "show", &id], &[]).await);
    for secret in [person["number"].as_str(), person["family"].as_str(), Some("shown@example.se")] {
        assert!(!text.contains(secret.unwrap()), "{text}");
    }

    let closed = program.asked(&["account", "close", &id, "--reason", "asked"], &[]).await;
    assert_eq!(closed.status.code(), Some(0), "{}", said(&closed));
    assert_eq!(String::from_utf8_lossy(&closed.stdout).trim(), "closed");
    assert_eq!(browser.open("/mina-barn").await.path, "/logga-in", "its session goes on");
    for _ in 0..2 {
        let account = shown(&program.asked(&["account", "show", &id], &[]).await);
        assert_eq!(
            (&account["state"], &account["close_reason"]),
            (&Value::from("closed"), &Value::from("asked"))
        );
        assert_eq!((&account["children"], &account["sessions"]), (&Value::from(0), &Value::from(0)));
        // Closed twice it is closed once.
        let again = program.asked(&["account", "close", &id, "--reason", "again"], &[]).await;
        assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    }

    let unknown = uuid::Uuid::nil().to_string();
    for deed in ["show", "close"] {
        let output = program.asked(&["account", deed, &unknown], &[]).await;
        assert_eq!(output.status.code(), Some(1), "{deed}");
        assert!(told(&output).contains(&format!("cannot {deed} the account")), "{}", told(&output));
        let output = program.asked(&["account", deed, "19880614-2389"], &[]).await;
        assert_eq!(output.status.code(), Some(2), "{deed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_verify_names_the_first_row_that_is_not_as_it_was_written() {
    let mut program = Program::new().await;
    let person = program.script().person(&["guardian"], &[]).await;
    program.furnish().await;
    program.start(&[]).await;
    program.script().open_account(&mut program.browser(), &person, "log@example.se").await;
    let report = shown(&program.asked(&["audit", "verify"], &[]).await);
    assert!(report["rows"].as_u64().unwrap() > 5 && report["first_bad"].is_null(), "{report}");
    let seal = format!("999:{}", "ab".repeat(32));
    let cut = program.asked(&["audit", "verify", "--seal", &seal], &[]).await;
    assert_eq!(cut.status.code(), Some(1));
    assert!(told(&cut).contains("seal 999 is missing"), "{}", told(&cut));
    let wrong = program.asked(&["audit", "verify", "--seal", "no seal"], &[]).await;
    assert_eq!(wrong.status.code(), Some(2));

    program.kill();
    program.books().await.forge(3).await;
    let forged = program.asked(&["audit", "verify"], &[]).await;
    assert_eq!(forged.status.code(), Some(1));
    assert!(told(&forged).contains("row 3 was changed"), "{}", told(&forged));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_homes_to_call_are_listed_for_a_program_without_a_name() {
    let mut program = Program::new().await;
    let day = next_school_day(simulators::Clock::default().today());
    let morning = portal::stockholm().to_timestamp(day.to_datetime(time(8, 0, 0, 0))).unwrap();
    program.town.clock().set(morning);
    program.furnish().await;
    let none = program.asked(&["call-home", "--json"], &[]).await;
    assert_eq!(serde_json::from_slice::<Value>(&none.stdout).unwrap(), json!([]));
    // Nobody has an account, so nobody can be told.
    program.start(&[TOWNS_TIME, ("HJARNTORGET__NOTICES__DELAY", "0s")]).await;
    let child = only_children(&program.town.census(), day).remove(0);
    let mark =
        json!({ "child": child, "kind": "unreported", "start": morning, "end": morning + 50.minutes() });
    program.script().ask_town(reqwest::Method::POST, "/control/absences", Some(mark)).await;
    let begun = std::time::Instant::now();
    let listed = loop {
        let listed = program.asked(&["call-home", "--json"], &[]).await;
        let listed: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
        if !listed.is_empty() {
            break listed;
        }
        assert!(begun.elapsed().as_secs() < 60, "nobody was listed");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    assert_eq!((listed.len(), &listed[0]["reason"], &listed[0]["day"]), (1, &json!("nobody"), &json!(day)));
    assert!(listed[0]["unit"].is_string() && listed[0]["since"].is_string());
    let person = program.town.census().person(&child).unwrap().clone();
    let all = listed[0].to_string();
    for secret in [&person.given, &person.family, person.number.as_ref().unwrap()] {
        assert!(!all.contains(secret), "{all}");
    }
}
