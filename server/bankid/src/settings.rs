//! How BankID is reached, and the checks that belong to start-up.

use std::{path::PathBuf, time::Duration};

/// Everything the client needs; secrets come as paths.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The API's address with its version, such as `https://appapi2.bankid.com/rp/v6.0/`.
    pub endpoint: String,
    /// PEM file with the relying party's certificate, its chain and its key.
    pub identity: PathBuf,
    /// PEM file with BankID's own root for that environment. Nothing else is trusted.
    pub authorities: PathBuf,
    /// The longest wait for a connection, TLS included.
    pub connect_timeout: Duration,
    /// The longest wait for a whole answer, connecting included.
    pub timeout: Duration,
    /// So many unreachable calls in a row make the client rest.
    pub failures: u32,
    /// How long it rests before the next call is let through.
    pub rest: Duration,
}

impl Settings {
    /// The settings with the house's usual patience: 3 s to connect, 10 s in all, 5 failures, 3 s of rest.
    pub fn new(
        endpoint: impl Into<String>,
        identity: impl Into<PathBuf>,
        authorities: impl Into<PathBuf>,
    ) -> Self {
        Self {
            endpoint: endpoint.into(),
            identity: identity.into(),
            authorities: authorities.into(),
            connect_timeout: Duration::from_secs(3),
            timeout: Duration::from_secs(10),
            failures: 5,
            rest: Duration::from_secs(3),
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
