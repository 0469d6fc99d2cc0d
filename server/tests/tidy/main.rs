//! The house in order: walls between the crates, one word per thing, two configuration files that agree, and nothing in
//! the source that a rule of ours forbids.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod secrets;
mod words;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// What each crate may use of ours, and what it may never name (ARCHITECTURE.md).
const WALLS: [(&str, &[&str], &[&str]); 13] = [
    ("model", &[], &["leptos", "tokio", "rand", "ring", "reqwest", "axum", "sea-orm"]),
    ("store", &["model"], &["leptos", "axum", "reqwest"]),
    ("jobs", &["store"], &["leptos", "axum", "reqwest"]),
    ("wire", &[], &["leptos", "axum", "sea-orm", "serde_json"]),
    ("bankid", &["model", "wire"], &["leptos", "axum", "sea-orm", "reqwest", "rustls", "failsafe"]),
    ("navet", &["model", "wire"], &["leptos", "axum", "sea-orm", "reqwest", "rustls", "failsafe"]),
    ("ss12000", &["model", "wire"], &["leptos", "axum", "sea-orm", "reqwest", "rustls", "failsafe"]),
    ("dispatch", &["model", "wire"], &["leptos", "axum", "sea-orm", "reqwest"]),
    (
        "portal",
        &["model", "store", "jobs", "bankid", "navet", "ss12000", "dispatch"],
        &["leptos", "axum", "http", "hyper", "lettre", "reqwest"],
    ),
    ("app", &["model", "portal"], &["store", "sea-orm", "bankid", "navet", "ss12000", "dispatch", "reqwest"]),
    ("frontend", &["app"], &["tokio", "axum", "sea-orm"]),
    (
        "server",
        &["model", "store", "jobs", "bankid", "navet", "ss12000", "dispatch", "portal", "app"],
        &["sea-orm", "lettre", "reqwest"],
    ),
    ("simulators", &["model"], &["leptos", "sea-orm", "lettre"]),
];

/// Crates that may be met by tests only.
const BESIDE: &str = "simulators";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .other_options(vec!["--locked".into()])
        .exec()
        .unwrap()
}

fn uses(package: &Package, kind: DependencyKind) -> BTreeSet<String> {
    package.dependencies.iter().filter(|used| used.kind == kind).map(|used| used.name.to_string()).collect()
}

/// Every file of ours with one of these endings, with its path from the root.
fn sources(endings: &[&str]) -> Vec<(String, String)> {
    fn walk(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "node_modules", ".git"].contains(&name.as_str()) {
                    walk(&path, endings, found);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), endings, &mut found);
    found.sort();
    let told = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path.strip_prefix(root()).unwrap().to_string_lossy().into_owned(), text)
    };
    found.into_iter().map(told).collect()
}

/// Rust that ships: no tests, no made-up world.
fn shipped() -> Vec<(String, String)> {
    let kept = |path: &str| {
        !path.starts_with("server/simulators/")
            && !path.contains("/tests/")
            && !path.contains("/benches/")
            && !path.ends_with("/tests.rs")
            && !path.ends_with("/testing.rs")
    };
    let without_tests = |text: String| match text.find("#[cfg(test)]\nmod ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    };
    sources(&[".rs"])
        .into_iter()
        .filter(|(path, _)| kept(path))
        .map(|(path, text)| (path, without_tests(text)))
        .collect()
}

/// `path:line` of every line that `is_wrong`.
fn lines(files: &[(String, String)], is_wrong: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in files {
        for (number, line) in text.lines().enumerate() {
            if is_wrong(line) {
                found.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    found
}

#[test]
fn no_crate_reaches_through_a_wall() {
    let metadata = metadata();
    let ours: BTreeSet<&str> = WALLS.iter().map(|(name, _, _)| *name).collect();
    let members: BTreeSet<String> =
        metadata.workspace_packages().iter().map(|one| one.name.to_string()).collect();
    assert_eq!(
        members,
        ours.iter().map(|name| (*name).to_owned()).collect(),
        "the table of walls is not complete"
    );
    for package in metadata.workspace_packages() {
        let (_, allowed, never) = WALLS.iter().find(|(name, _, _)| *name == package.name.as_str()).unwrap();
        for used in uses(package, DependencyKind::Normal) {
            let fine = !ours.contains(used.as_str()) || allowed.contains(&used.as_str());
            assert!(fine, "{} may not use {used}", package.name);
            assert!(!never.contains(&used.as_str()), "{} may never see {used}", package.name);
        }
        for used in uses(package, DependencyKind::Development) {
            let fine = !ours.contains(used.as_str())
                || used == BESIDE
                || allowed.contains(&used.as_str())
                || used == package.name.as_str();
            assert!(fine, "not even the tests of {} may use {used}", package.name);
        }
        assert!(
            !uses(package, DependencyKind::Normal).contains(BESIDE),
            "{} ships the made-up world",
            package.name
        );
    }
}

#[test]
fn the_browser_half_sees_no_rules() {
    let metadata = metadata();
    let app =
        metadata.workspace_packages().into_iter().find(|package| package.name.as_str() == "app").unwrap();
    let portal = app.dependencies.iter().find(|used| used.name == "portal").unwrap();
    assert!(portal.optional, "app depends on portal with `ssr` only");
    assert!(!app.features["hydrate"].iter().any(|one| one.contains("portal") || one.contains("ssr")));
}

/// A value of a key in one table of a small TOML file, bare.
fn value(text: &str, table: &str, key: &str) -> Option<String> {
    let after = text.split_once(table)?.1;
    let body = after.split("\n[").next()?;
    body.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        let value = value.split('#').next()?.trim().trim_matches('"');
        (name.trim() == key).then(|| value.to_owned())
    })
}

#[test]
fn both_configuration_files_say_the_same() {
    let built = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let served = std::fs::read_to_string(root().join("Leptos.toml")).unwrap();
    let of_built = |key: &str| value(&built, "[[workspace.metadata.leptos]]", key);
    let of_served = |key: &str| value(&served, "[package.metadata.leptos]", key);
    assert_eq!(of_built("name"), of_served("output-name"));
    for key in ["site-root", "site-pkg-dir", "site-addr", "reload-port"] {
        assert!(of_built(key).is_some(), "{key}");
        assert_eq!(of_built(key), of_served(key), "{key}");
    }
    let cargo = std::fs::read_to_string(root().join(".cargo/config.toml")).unwrap();
    assert_eq!(value(&cargo, "[env]", "LEPTOS_OUTPUT_NAME"), of_built("name"));
    for ignored in ["env", "watch"] {
        assert_eq!(of_built(ignored), None, "cargo-leptos ignores `{ignored}`");
    }
    let server = std::fs::read_to_string(root().join("server/Cargo.toml")).unwrap();
    assert_eq!(value(&server, "[[bin]]", "name"), of_built("bin-exe-name"));
}

#[test]
fn every_route_has_a_policy_that_the_contract_explains() {
    let contract = std::fs::read_to_string(root().join("docs/contract.md")).unwrap();
    for line in server::http::routes::all() {
        assert!(
            contract.contains(&format!("`{}`", line.policy)),
            "docs/contract.md does not explain `{}`",
            line.policy
        );
    }
    let listed: BTreeSet<_> = server::http::routes::all().iter().map(|line| line.path).collect();
    for (path, _) in server_fn::axum::server_fn_paths() {
        assert!(listed.contains(path), "{path} has no policy");
    }
}

#[test]
fn every_server_function_names_its_endpoint() {
    let unnamed = lines(&shipped(), |line| {
        let line = line.trim();
        let of_a_field = line.contains("#[server(default)]");
        line == "#[server]" || (line.starts_with("#[server(") && !of_a_field && !line.contains("endpoint ="))
    });
    assert!(unnamed.is_empty(), "{unnamed:#?}");
}

#[test]
fn no_markup_and_no_sql_is_put_together_from_text() {
    let files = shipped();
    let markup = lines(&files, |line| line.contains("inner_html"));
    assert!(markup.is_empty(), "{markup:#?}");
    let verbs = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];
    let sql: Vec<_> = lines(&files, |line| {
        line.contains("format!(") && verbs.iter().any(|verb| line.contains(&format!("\"{verb}")))
    });
    assert!(sql.is_empty(), "{sql:#?}");
    // The schema, and the log's numbers and seals, are where statements are written out, as constants.
    let written_out =
        |path: &str| path.starts_with("server/store/src/") || path.starts_with("server/portal/src/audit");
    let elsewhere: Vec<_> = files.into_iter().filter(|(path, _)| !written_out(path)).collect();
    let raw = lines(&elsewhere, |line| {
        line.contains("execute_unprepared(") || line.contains("Statement::from_string(")
    });
    assert!(raw.is_empty(), "{raw:#?}");
}
