//! Where another system is, whom to trust there, and how long to wait.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::Url;

/// Another system, as far as reaching it goes.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The address every path is joined to.
    pub endpoint: String,
    /// PEM file with the roots to trust. Nothing else is trusted.
    pub authorities: PathBuf,
    /// The longest wait for a connection, TLS included.
    pub connect_timeout: Duration,
    /// The longest wait for the outcome of a call; connecting, and asking once more, included.
    pub timeout: Duration,
    /// So many unreachable calls in a row make the line rest.
    pub failures: u32,
    /// How long it rests before the next call is let through.
    pub rest: Duration,
}

impl Peer {
    /// A peer met with the house's usual patience: 3 s to connect, 5 failures, 3 s of rest. How long an answer may take
    /// is each system's own.
    pub fn new(endpoint: impl Into<String>, authorities: impl Into<PathBuf>, timeout: Duration) -> Self {
        Self {
            endpoint: endpoint.into(),
            authorities: authorities.into(),
            connect_timeout: Duration::from_secs(3),
            timeout,
            failures: 5,
            rest: Duration::from_secs(3),
        }
    }
}

/// An https address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Reads the address of `whom`.
    ///
    /// # Errors
    /// [`BadSetting`] for what is no address, or not https.
    pub fn parse(whom: &str, address: &str) -> Result<Self, BadSetting> {
        let bad = |why: &dyn ToString| BadSetting::new(format!("{whom}: {address}"), why.to_string());
        let url = Url::parse(address).map_err(|why| bad(&why))?;
        if url.scheme() == "https" { Ok(Self(url)) } else { Err(bad(&"must begin with https://")) }
    }

    /// The same address with a slash at its end, and `path` after that.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}/{path}", self.as_str().trim_end_matches('/'))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
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
    /// Says `why` the setting `what` cannot be used.
    pub fn new(what: impl Into<String>, why: impl fmt::Display) -> Self {
        Self { what: what.into(), why: why.to_string() }
    }

    /// Says `why` the file a setting points at cannot be used.
    pub fn file(path: &Path, why: impl fmt::Display) -> Self {
        Self::new(path.display().to_string(), why)
    }
}
