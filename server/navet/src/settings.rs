//! How the population register is reached, and the checks that belong to start-up.

use std::{path::PathBuf, time::Duration};

/// Everything the client needs; secrets come as paths.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The service's address with its version, up to the last segment `hamta`, such as
    /// `https://api.skatteverket.se/folkbokforing/folkbokforingsuppgifter-for-offentliga-aktorer/v3/`.
    pub endpoint: String,
    /// PEM file with the organisation's certificate, its chain and its key.
    pub identity: PathBuf,
    /// PEM file with the roots to trust. Nothing else is trusted.
    pub authorities: PathBuf,
    /// The organisation that asks, twelve digits (`organisationsnummer`).
    pub organisation: String,
    /// The order the delivery is agreed under (`bestallningsidentitet`). It must include protected persons.
    pub order: String,
    /// The keys of the API gateway and the token service, where they are in use.
    pub credentials: Option<Credentials>,
    /// The longest wait for a connection, TLS included.
    pub connect_timeout: Duration,
    /// The longest wait for a whole answer. The service itself promises 30 s.
    pub timeout: Duration,
    /// So many unreachable calls in a row make the client rest.
    pub failures: u32,
    /// How long it rests before the next call is let through.
    pub rest: Duration,
}

/// What an organisation shows beside its certificate.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The token service's address (OAuth 2.0 client credentials).
    pub token_url: String,
    /// What the token is asked for.
    pub scope: String,
    /// The client's id.
    pub client_id: String,
    /// File with the client's secret, on one line.
    pub client_secret: PathBuf,
}

impl Credentials {
    /// The scope of this service.
    pub const SCOPE: &'static str = "fbfuppgoffakt";
}

impl Settings {
    /// The settings with the house's usual patience: 3 s to connect, 35 s in all, 5 failures, 3 s of rest; no
    /// credentials but the certificate.
    pub fn new(
        endpoint: impl Into<String>,
        identity: impl Into<PathBuf>,
        authorities: impl Into<PathBuf>,
        organisation: impl Into<String>,
        order: impl Into<String>,
    ) -> Self {
        Self {
            endpoint: endpoint.into(),
            identity: identity.into(),
            authorities: authorities.into(),
            organisation: organisation.into(),
            order: order.into(),
            credentials: None,
            connect_timeout: Duration::from_secs(3),
            timeout: Duration::from_secs(35),
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
