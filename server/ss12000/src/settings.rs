//! How the pupil register is reached, and the checks that belong to start-up.

use std::{path::PathBuf, time::Duration};

/// Everything the client needs; secrets come as paths.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The API's address with its version segment, such as `https://elevregister.example.se/v2/`.
    pub endpoint: String,
    /// PEM file with the roots to trust. Nothing else is trusted.
    pub authorities: PathBuf,
    /// JSON file with bearer tokens by name. Read again when a token is refused, so a new one needs no restart.
    pub tokens: PathBuf,
    /// The name of our token in that file.
    pub token: String,
    /// Rows a page.
    pub page: u32,
    /// The longest wait for a connection, TLS included.
    pub connect_timeout: Duration,
    /// The longest wait for a whole page.
    pub timeout: Duration,
    /// So many unreachable calls in a row make the client rest.
    pub failures: u32,
    /// How long it rests before the next call is let through.
    pub rest: Duration,
    /// The longest `Retry-After` the client sits out by itself; a longer one is the caller's.
    pub patience: Duration,
}

impl Settings {
    /// The settings with the house's usual patience: 3 s to connect, 60 s a page, 500 rows a page, 5 failures, 3 s of
    /// rest, 5 s of patience.
    pub fn new(
        endpoint: impl Into<String>,
        authorities: impl Into<PathBuf>,
        tokens: impl Into<PathBuf>,
        token: impl Into<String>,
    ) -> Self {
        Self {
            endpoint: endpoint.into(),
            authorities: authorities.into(),
            tokens: tokens.into(),
            token: token.into(),
            page: 500,
            connect_timeout: Duration::from_secs(3),
            timeout: Duration::from_secs(60),
            failures: 5,
            rest: Duration::from_secs(3),
            patience: Duration::from_secs(5),
        }
    }
}

/// A setting that cannot be used, in one line for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct BadSetting {
    /// The setting, and where it points.
    pub what: String,
    /// What is wrong with it.
    pub why: String,
}

impl BadSetting {
    pub(crate) fn new(what: impl Into<String>, why: impl ToString) -> Self {
        Self { what: what.into(), why: why.to_string() }
    }
}
