//! Nothing about a person and no secret is printed by `Debug` or stands in the log.

use std::collections::BTreeSet;

use crate::shipped;

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
