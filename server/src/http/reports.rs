//! Browsers' reports that a page tried what its content security policy forbids.

use axum::{
    Extension,
    extract::State,
    http::{StatusCode, header::CONTENT_LENGTH},
};
use bytes::Bytes;
use http::HeaderMap;
use serde::Deserialize;

use super::{Doors, guard::Client, proxies::subscriber};

/// Where reports go.
pub const PATH: &str = "/csp-rapport";

/// Longer reports are dropped.
const LONGEST: usize = 4096;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    csp_report: Violation,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Violation {
    #[serde(alias = "violated-directive")]
    effective_directive: String,
}

/// Counts what was violated, by directive. Addresses in the report are not kept: they say where a visitor was.
pub async fn take(
    State(doors): State<Doors>,
    Extension(Client(address)): Extension<Client>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let small = announced.unwrap_or(0).max(body.len()) <= LONGEST;
    if small
        && doors.reports().check_key(&subscriber(address)).is_ok()
        && let Ok(report) = serde_json::from_slice::<Report>(&body)
        && let Some(directive) = directive(&report.csp_report.effective_directive)
    {
        metrics::counter!("csp_violations", "directive" => directive).increment(1);
        tracing::warn!(directive, "a page tried what its policy forbids");
    }
    // The answer is the same for what was dropped.
    StatusCode::NO_CONTENT
}

/// The directive as one of ours, so that a stranger cannot make up names in the log.
fn directive(said: &str) -> Option<&'static str> {
    const OURS: [&str; 14] = [
        "default-src",
        "script-src",
        "script-src-elem",
        "script-src-attr",
        "style-src",
        "style-src-elem",
        "style-src-attr",
        "img-src",
        "font-src",
        "connect-src",
        "frame-src",
        "form-action",
        "base-uri",
        "frame-ancestors",
    ];
    let name = said.split_whitespace().next().unwrap_or_default();
    OURS.into_iter().find(|ours| *ours == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_in_its_old_and_its_new_words() {
        for text in [
            r#"{"csp-report":{"document-uri":"x","effective-directive":"script-src-elem"}}"#,
            r#"{"csp-report":{"violated-directive":"script-src-elem 'self'"}}"#,
        ] {
            let report: Report = serde_json::from_str(text).unwrap();
            assert_eq!(directive(&report.csp_report.effective_directive), Some("script-src-elem"));
        }
        assert_eq!(directive("made-up\n"), None);
    }
}
