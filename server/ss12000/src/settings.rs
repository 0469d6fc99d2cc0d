//! How the pupil register is reached.

use std::{path::PathBuf, time::Duration};

use wire::Peer;

/// Everything the client needs; secrets come as paths.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The API, its address with the version segment, such as `https://elevregister.example.se/v2/`.
    pub peer: Peer,
    /// JSON file with bearer tokens by name. Read again when a token is refused, so a new one needs no restart.
    pub tokens: PathBuf,
    /// The name of our token in that file.
    pub token: String,
    /// Rows a page.
    pub page: u32,
    /// The longest `Retry-After` the client sits out by itself; a longer one is the caller's.
    pub patience: Duration,
}

impl Settings {
    /// The settings with the house's usual patience, pages of 500 rows in 60 s each, and 5 s for a `Retry-After`.
    pub fn new(
        endpoint: impl Into<String>,
        authorities: impl Into<PathBuf>,
        tokens: impl Into<PathBuf>,
        token: impl Into<String>,
    ) -> Self {
        Self {
            peer: Peer::new(endpoint, authorities, Duration::from_secs(60)),
            tokens: tokens.into(),
            token: token.into(),
            page: 500,
            patience: Duration::from_secs(5),
        }
    }
}
