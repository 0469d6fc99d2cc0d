//! How the SMS gateway is reached.

use std::{path::PathBuf, time::Duration};

use wire::Peer;

/// Everything the gateway's client needs; secrets come as paths.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The service, its address up to the version, such as `https://api.46elks.com/`.
    pub peer: Peer,
    /// JSON file with accounts by name; each has a `user` and a `password`.
    pub keys: PathBuf,
    /// The name of our account in that file.
    pub key: String,
    /// Whom messages are from: at most eleven letters a to z, digits and spaces, or a number in E.164.
    pub from: String,
    /// The address that delivery reports go to, up to the message's own token, such as
    /// `https://hjarntorget.example.se/krok/sms/`.
    pub reports: String,
}

impl Settings {
    /// The settings with the house's usual patience, and 15 s for an answer.
    pub fn new(
        endpoint: impl Into<String>,
        authorities: impl Into<PathBuf>,
        keys: impl Into<PathBuf>,
        key: impl Into<String>,
        from: impl Into<String>,
        reports: impl Into<String>,
    ) -> Self {
        Self {
            peer: Peer::new(endpoint, authorities, Duration::from_secs(15)),
            keys: keys.into(),
            key: key.into(),
            from: from.into(),
            reports: reports.into(),
        }
    }
}
