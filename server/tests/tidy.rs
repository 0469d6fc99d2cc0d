//! The house in order: walls between the crates, one word per thing, two configuration files that agree, and nothing in
//! the source that a rule of ours forbids.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::{
    collections::{BTreeMap, BTreeSet},
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

#[test]
fn nothing_secret_is_printed_by_debug() {
    /// Names of fields that hold a person or a secret; the types that may be printed mask themselves.
    const NAMES: [&str; 14] = [
        "number",
        "given",
        "family",
        "personnummer",
        "password",
        "secret",
        "token",
        "nonce",
        "code",
        "email",
        "phone",
        "address",
        "session",
        "login",
    ];
    /// Looked at, and neither a person nor a secret: a school's contact, the name of a token.
    const FINE: [(&str, &str); 5] = [
        ("UnitContact", "phone"),
        ("UnitContact", "email"),
        ("Organisation", "phone"),
        ("Organisation", "email"),
        ("Settings", "token"),
    ];
    let mut wrong = Vec::new();
    for (path, text) in shipped().iter().filter(|(path, _)| !path.starts_with("server/src/settings")) {
        for (at, _) in text.match_indices("#[derive(") {
            let Some(derives) = text[at..].split(']').next() else { continue };
            let Some(body) = text[at..].split_once("struct ") else {
                continue;
            };
            // Only attributes and comments stand between a derive and its struct.
            let between = body.0.trim_start_matches(derives);
            if !derives.contains("Debug")
                || between.contains("enum ")
                || between.contains("fn ")
                || between.contains(';')
            {
                continue;
            }
            let name = body.1.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            let Some(fields) =
                body.1.split_once('{').map(|(_, after)| after.split("\n}").next().unwrap_or(after))
            else {
                continue;
            };
            for line in fields.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
                let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
                let Some((field, kind)) = line.split_once(": ") else { continue };
                let bare = ["String", "Option<String>", "Vec<u8>", "Box<str>", "Arc<str>"]
                    .contains(&kind.trim_end_matches(','));
                if bare && NAMES.contains(&field) && !FINE.contains(&(name, field)) {
                    wrong.push(format!("{path}: {name}.{field}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "a derived Debug prints these: {wrong:#?}");
}

#[test]
fn what_wraps_a_bare_text_prints_a_mask_or_is_no_secret() {
    /// A purpose in BankID's own words; a text as a register wrote it, inside the reading of one answer.
    const FINE: [&str; 2] = ["Intent", "Text"];
    let mut wrong = Vec::new();
    for (path, text) in shipped() {
        let mut derives = String::new();
        for line in text.lines().map(str::trim) {
            if line.starts_with("#[derive(") {
                derives = line.to_owned();
            } else if !line.starts_with("///") && !line.starts_with("#[") {
                let bare = ["(String)", "(pub String)", "(pub(crate) String)", "(Vec<u8>)", "(Box<str>)"];
                if let Some((_, rest)) = line.split_once("struct ")
                    && let Some((name, _)) = rest.split_once('(')
                    && bare.iter().any(|bare| rest.contains(bare))
                    && derives.contains("Debug")
                    && !FINE.contains(&name)
                {
                    wrong.push(format!("{path}: {name}"));
                }
                derives.clear();
            }
        }
    }
    assert!(wrong.is_empty(), "a derived Debug prints these: {wrong:#?}");
}

/// The arguments of a macro call, from behind its opening bracket on.
fn arguments(call: &str) -> Vec<String> {
    let (mut all, mut one) = (Vec::new(), String::new());
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for c in call.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                all.push(std::mem::take(&mut one));
                continue;
            }
            _ => {}
        }
        one.push(c);
    }
    all.push(one);
    all.iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
}

/// The names of the fields in a call of one of tracing's macros: those of an event stand before its message, those of a
/// span behind its name.
fn fields(name: &str, call: &str) -> Vec<String> {
    let is_text = |argument: &String| argument.starts_with('"');
    let about = |argument: &String| argument.starts_with("target:") || argument.starts_with("parent:");
    arguments(call)
        .into_iter()
        .skip_while(|argument| name.ends_with("_span") && (about(argument) || is_text(argument)))
        .take_while(|argument| !is_text(argument))
        .filter(|argument| !about(argument))
        .map(|field| field.split('=').next().unwrap().trim().trim_start_matches(['%', '?']).to_owned())
        .collect()
}

#[test]
fn a_log_line_holds_only_fields_that_the_list_allows() {
    const EVENTS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];
    /// A register's own name of a person. The log leaves it out, and is meant to.
    const LEFT_OUT: [(&str, &str); 1] = [("server/ss12000/src/json.rs", "person")];
    let event = r#"target: "seal", n, %error, hint = %f(x, "a \", )"), "said {} {}", x, y = 1); z"#;
    assert_eq!(fields("info", event), ["n", "error", "hint"]);
    assert_eq!(fields("info_span", r#"target: "server", "request", request = %seal.request)"#), ["request"]);
    let (mut calls, mut strange) = (0, BTreeSet::new());
    for (path, text) in shipped() {
        for (at, found) in text.match_indices("tracing::") {
            let Some((name, call)) = text[at + found.len()..].split_once("!(") else { continue };
            if !EVENTS.contains(&name.trim_end_matches("_span")) {
                continue;
            }
            calls += 1;
            for field in fields(name, call) {
                let listed = server::telemetry::FIELDS.contains(&field.as_str());
                if !listed && !LEFT_OUT.contains(&(path.as_str(), field.as_str())) {
                    strange.insert(format!("{path}: {field}"));
                }
            }
        }
    }
    assert!(calls > 50, "only {calls} calls were found");
    assert!(strange.is_empty(), "the log drops these: {strange:#?}");
}

#[test]
fn things_are_called_what_they_are() {
    let vague = ["util", "utils", "helper", "helpers", "common", "manager", "service", "dto", "misc"];
    for (path, _) in shipped() {
        let stem = Path::new(&path).file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!vague.contains(&stem.as_str()), "{path} says nothing about what is in it");
    }
    let prefixes = ["get_", "handle_", "process_", "do_"];
    // Not ours to name: a method of sea-orm's.
    let theirs = "get_database_backend";
    let named = lines(&shipped(), |line| {
        let line = line
            .trim()
            .trim_start_matches("pub ")
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("async ");
        line.strip_prefix("fn ").is_some_and(|name| {
            !name.starts_with(theirs) && prefixes.iter().any(|prefix| name.starts_with(prefix))
        })
    });
    assert!(named.is_empty(), "{named:#?}");
}

#[test]
fn a_thing_has_one_word_on_every_floor() {
    let slices: BTreeSet<String> = folders("app/src");
    let shared = ["base", "form", "layout", "main", "parts", "print", "tokens"];
    for (path, _) in sources(&[".css"]) {
        let Some(name) = path.strip_prefix("style/").and_then(|name| name.strip_suffix(".css")) else {
            continue;
        };
        assert!(shared.contains(&name) || slices.contains(name), "{path} dresses nothing that app knows");
    }
    // Journeys are told slice by slice; the others look at all of them from one side.
    let sides = ["access", "access-on-bad-days", "bad-days", "bad-input", "face", "outcomes", "weight"];
    for (path, _) in sources(&[".spec.ts"]) {
        let name = path.trim_start_matches("end2end/tests/").trim_end_matches(".spec.ts");
        assert!(sides.contains(&name) || slices.contains(name), "{path} tells of nothing that app knows");
    }
}

#[test]
fn every_deed_of_the_audit_log_is_done_somewhere() {
    const WORDS: &str = "server/portal/src/audit/deed.rs";
    let files = shipped();
    let text = &files.iter().find(|(path, _)| path == WORDS).unwrap().1;
    let deeds = text.lines().filter_map(|line| line.trim().split_once(" => \"").map(|(deed, _)| deed));
    let deeds: Vec<_> = deeds.filter(|deed| deed.chars().all(char::is_alphanumeric)).collect();
    assert!(deeds.len() > 30, "{deeds:?}");
    let kinds = ["Stranger", "Applicant", "Guardian", "Operator", "House"];
    for deed in deeds.into_iter().filter(|deed| !kinds.contains(deed)) {
        let done = files.iter().any(|(path, text)| path != WORDS && text.contains(&format!("Deed::{deed}")));
        assert!(done, "nothing ever writes {deed}");
    }
}

/// Names of the folders in a folder.
fn folders(at: &str) -> BTreeSet<String> {
    std::fs::read_dir(root().join(at))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn nothing_is_left_for_later() {
    let words = ["todo!(", "unimplemented!(", "TODO", "FIXME", "#[ignore", "waitForTimeout("];
    let files: Vec<_> = sources(&[".rs", ".ts", ".css"])
        .into_iter()
        .filter(|(path, _)| path != "server/tests/tidy.rs")
        .collect();
    let left = lines(&files, |line| words.iter().any(|word| line.contains(word)));
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn no_file_is_too_long_to_read() {
    /// Where one argues, and where one splits; tests may tell longer stories.
    const ARGUE: usize = 400;
    const SPLIT: usize = 480;
    const SPLIT_TESTS: usize = 560;
    let mut too_long = BTreeMap::new();
    for (path, text) in sources(&[".rs", ".ts", ".css"]) {
        let count = text.lines().count();
        if count > ARGUE {
            println!("{count:5} lines  {path}");
        }
        if count > if path.contains("tests") { SPLIT_TESTS } else { SPLIT } {
            too_long.insert(path, count);
        }
    }
    assert!(too_long.is_empty(), "split these by meaning: {too_long:#?}");
}
