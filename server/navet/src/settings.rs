//! How the population register is reached.

use std::{path::PathBuf, time::Duration};

use wire::Peer;

/// Everything the client needs; secrets come as paths.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The service, its address with the version, up to the last segment `hamta`, such as
    /// `https://api.skatteverket.se/folkbokforing/folkbokforingsuppgifter-for-offentliga-aktorer/v3/`.
    pub peer: Peer,
    /// PEM file with the organisation's certificate, its chain and its key.
    pub identity: PathBuf,
    /// The organisation that asks, twelve digits (`organisationsnummer`).
    pub organisation: String,
    /// The order the delivery is agreed under (`bestallningsidentitet`). It must include protected persons.
    pub order: String,
    /// The keys of the API gateway and the token service, where they are in use.
    pub credentials: Option<Credentials>,
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
    /// The settings with the house's usual patience, and 35 s for an answer: the service itself promises 30. No credentials
    /// but the certificate.
    pub fn new(
        endpoint: impl Into<String>,
        identity: impl Into<PathBuf>,
        authorities: impl Into<PathBuf>,
        organisation: impl Into<String>,
        order: impl Into<String>,
    ) -> Self {
        Self {
            peer: Peer::new(endpoint, authorities, Duration::from_secs(35)),
            identity: identity.into(),
            organisation: organisation.into(),
            order: order.into(),
            credentials: None,
        }
    }
}
