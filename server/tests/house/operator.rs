//! The program as an operator types it.

use std::process::{Command, Output};

use serde_json::Value;
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
