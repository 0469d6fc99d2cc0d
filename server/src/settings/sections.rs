//! The sections of `Leptos.toml`, key by key, and how their values are read.

use std::{
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer};

use crate::http::proxies::Proxies;

/// The public address.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Scheme, host and port under which visitors reach us; no path.
    pub url: String,
}

impl Site {
    /// Host and port as a browser writes them in `Host`.
    pub fn authority(&self) -> &str {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        rest.trim_end_matches('/')
    }

    /// The address without a slash at its end.
    pub fn base(&self) -> &str {
        self.url.trim_end_matches('/')
    }
}

/// Where everything is remembered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite://…` or `postgres://…`.
    pub url: String,
    /// Connections that read at once.
    pub readers: u32,
}

impl Database {
    /// The folder of an SQLite file, if it is one.
    pub fn folder(&self) -> Option<&Path> {
        let path = self.url.strip_prefix("sqlite://")?.split('?').next()?;
        Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty())
    }

    /// The SQLite file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        let path = self.url.strip_prefix("sqlite://")?.split('?').next()?;
        (!path.is_empty() && path != ":memory:").then(|| Path::new(path))
    }
}

/// Where the keys lie.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// The master key's file.
    pub master: PathBuf,
}

/// The BankID relying-party API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankId {
    /// The API's address, with its version.
    pub endpoint: String,
    /// The client certificate and its key, PEM.
    pub identity: PathBuf,
    /// The only root believed, PEM.
    pub authorities: PathBuf,
    /// The pretend phone's page; absent where the real apps are started.
    pub launch: Option<String>,
    /// Whether a tab that waits may finish an identification on the same device without its return page.
    pub finish_in_waiting_tab: bool,
}

/// The population register.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Navet {
    /// The service's address.
    pub endpoint: String,
    /// The client certificate and its key, PEM.
    pub identity: PathBuf,
    /// The roots believed, PEM.
    pub authorities: PathBuf,
    /// The organisation that asks, twelve digits.
    #[serde(deserialize_with = "text_or_number")]
    pub organisation: String,
    /// The order under which the delivery is agreed.
    #[serde(deserialize_with = "text_or_number")]
    pub order: String,
    /// The token service, where the gateway wants more than the certificate; with `client_id` and `client_secret`.
    pub token_url: Option<String>,
    /// The client's id there.
    pub client_id: Option<String>,
    /// The file with the client's secret.
    pub client_secret: Option<PathBuf>,
    /// How long an answer about custody holds.
    #[serde(deserialize_with = "duration")]
    pub trust_for: Duration,
}

/// The pupil register (SS 12000).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PupilRegister {
    /// The service's address.
    pub endpoint: String,
    /// The roots believed, PEM.
    pub authorities: PathBuf,
    /// JSON file with bearer tokens by name.
    pub tokens: PathBuf,
    /// The name of our token in it.
    pub token: String,
    /// The code of the municipality whose schools we answer for.
    #[serde(deserialize_with = "text_or_number")]
    pub municipality: String,
    /// How often all of it is read again.
    #[serde(deserialize_with = "duration")]
    pub every: Duration,
    /// An import stops where the register lost more than this share of its persons, in percent.
    pub brake_shrink_percent: f64,
    /// An import stops where more than this share of the relations, old and new together, changed, in percent.
    pub brake_relations_percent: f64,
    /// An import stops where more than this share of the pupils lost a protection mark, in percent.
    pub brake_marks_percent: f64,
    /// An import stops where more persons than this changed relations.
    pub brake_persons: usize,
}

/// Registers that tell of a change by themselves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hooks {
    /// JSON file with secrets by name; absent where no register calls, and every call is refused then.
    pub secrets: Option<PathBuf>,
    /// The name of the one a register shows.
    pub secret: String,
}

/// The mail relay.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Host, as the relay's certificate bears it, and port.
    pub relay: String,
    /// Who signs in, where the relay wants it.
    pub user: Option<String>,
    /// The file with that user's password.
    pub password: Option<PathBuf>,
    /// The roots believed, PEM.
    pub authorities: PathBuf,
    /// The sender of every letter.
    pub from: String,
}

/// The SMS gateway.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// The service's address.
    pub endpoint: String,
    /// The roots believed, PEM.
    pub authorities: PathBuf,
    /// JSON file with accounts by name, each with a user and a password.
    pub keys: PathBuf,
    /// The name of ours in it.
    pub key: String,
    /// Whom every text message is from.
    pub from: String,
}

/// When guardians are told of absences.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// How long after an absence came in, where its school says nothing.
    #[serde(deserialize_with = "duration")]
    pub delay: Duration,
    /// JSON file with the delays of single schools, minutes by unit code.
    pub delays: Option<PathBuf>,
    /// How often changes are read in case nobody calls.
    #[serde(deserialize_with = "duration")]
    pub every: Duration,
    /// How long one channel is tried before the next takes over.
    #[serde(deserialize_with = "duration")]
    pub try_for: Duration,
}

/// How long a login lasts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Without a request.
    #[serde(deserialize_with = "duration")]
    pub idle: Duration,
    /// At the longest.
    #[serde(deserialize_with = "duration")]
    pub absolute: Duration,
    /// How long before the end the visitor is told.
    #[serde(deserialize_with = "duration")]
    pub warning: Duration,
}

/// Durable work.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// Jobs run at once by this process.
    pub workers: usize,
    /// Letters that are with the mail relay at the same time.
    pub mail_at_once: usize,
    /// Letters begun in a second.
    pub mail_per_second: NonZeroU32,
    /// Text messages that are with the gateway at the same time.
    pub sms_at_once: usize,
    /// Text messages begun in a second.
    pub sms_per_second: NonZeroU32,
    /// Reports that are with the pupil register at the same time.
    pub register_at_once: usize,
}

/// The audit log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// How often new rows are sealed.
    #[serde(deserialize_with = "duration")]
    pub seal_every: Duration,
}

/// What the operator sees.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// The listener of `/live`, `/ready` and `/metrics`.
    pub address: SocketAddr,
}

/// Whose time it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// The machine's clock or the town's.
    pub source: ClockSource,
    /// The town's control interface.
    pub town: String,
}

/// Where time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockSource {
    /// The machine.
    System,
    /// The simulated town, so that tests can move time.
    Town,
}

/// The public listener's bounds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: Proxies,
    /// Connections open at once.
    pub connections: usize,
    /// Requests at work at once; more are answered 503.
    pub requests: usize,
    /// The longest body taken.
    pub request_bytes: usize,
    /// From the whole request to the answer.
    #[serde(deserialize_with = "duration")]
    pub request_timeout: Duration,
    /// For the head of a request, and between two requests.
    #[serde(deserialize_with = "duration")]
    pub header_timeout: Duration,
    /// For what is under way when the process is told to end.
    #[serde(deserialize_with = "duration")]
    pub drain: Duration,
}

/// A duration such as `90s`, `15m` or `8h`.
fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let signed = SignedDuration::deserialize(from)?;
    Duration::try_from(signed).map_err(|_| serde::de::Error::custom("a duration cannot be negative"))
}

/// A text; digits alone, which the environment cannot tell from a number, count as text.
fn text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(u64),
    }
    Ok(match Either::deserialize(from)? {
        Either::Text(text) => text,
        Either::Number(number) => number.to_string(),
    })
}
