//! How BankID is reached.

use std::{path::PathBuf, time::Duration};

use wire::Peer;

/// Everything the client needs; secrets come as paths.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The API, its address with the version, such as `https://appapi2.bankid.com/rp/v6.0/`; its root is BankID's own for
    /// that environment.
    pub peer: Peer,
    /// PEM file with the relying party's certificate, its chain and its key.
    pub identity: PathBuf,
}

impl Settings {
    /// The settings with the house's usual patience, and 10 s for an answer.
    pub fn new(
        endpoint: impl Into<String>,
        identity: impl Into<PathBuf>,
        authorities: impl Into<PathBuf>,
    ) -> Self {
        let peer = Peer::new(endpoint, authorities, Duration::from_secs(10));
        Self { peer, identity: identity.into() }
    }
}
