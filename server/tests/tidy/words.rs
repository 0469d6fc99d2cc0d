//! Names, words and lengths: what a reader meets first.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use crate::{lines, root, shipped, sources};

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
        .filter(|(path, _)| path != "server/tests/tidy/words.rs")
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
