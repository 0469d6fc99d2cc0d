//! How the mail relay is reached.

use std::{path::PathBuf, time::Duration};

/// Everything the mailer needs; secrets come as paths.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The relay's host name, as its certificate has it.
    pub host: String,
    /// Its port for submission.
    pub port: u16,
    /// PEM file with the roots to trust. Nothing else is trusted.
    pub authorities: PathBuf,
    /// Who the letters come from, such as `Hjärntorget <ingen-svar@example.se>`. Its domain names our letters too.
    pub from: String,
    /// How the mailer signs in, where the relay wants it.
    pub credentials: Option<Credentials>,
    /// The longest wait for a connection that is ready for a letter: encrypted and signed in.
    pub connect_timeout: Duration,
    /// The longest wait for a letter to be taken, connecting included.
    pub timeout: Duration,
    /// The most connections at a time.
    pub connections: usize,
}

/// How the mailer signs in.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user.
    pub user: String,
    /// File with the password, on one line.
    pub password: PathBuf,
}

impl Settings {
    /// The settings with the house's usual patience: 5 s to be ready, 20 s a letter, four connections, no credentials.
    pub fn new(
        host: impl Into<String>,
        port: u16,
        authorities: impl Into<PathBuf>,
        from: impl Into<String>,
    ) -> Self {
        Self {
            host: host.into(),
            port,
            authorities: authorities.into(),
            from: from.into(),
            credentials: None,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
            connections: 4,
        }
    }
}
