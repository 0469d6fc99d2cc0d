//! What the operator decides: `Leptos.toml`, then the environment, which wins.
//!
//! Cargo.toml says how the site is built, `Leptos.toml` how it is served. Its first table is leptos' own and is read by
//! `leptos_config`; everything below is ours and refuses keys it does not know, by name.
//!
//! Invariant: no value in here is a secret. A key that needs one holds the path of a file.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail};
use figment::{
    Figment,
    providers::{Format, Toml},
    value::Value,
};
use leptos_config::{Env, LeptosOptions};
use serde::{Deserialize, de::IgnoredAny};

pub use self::{
    limits::Limits,
    sections::{
        Audit, BankId, Clock, ClockSource, Database, Hooks, Http, Jobs, Keys, Mail, Navet, Notices,
        PupilRegister, Session, Site, Sms, Telemetry,
    },
};

mod limits;
pub mod production;
mod sections;

/// Where the settings lie when nobody says otherwise.
pub const FILE: &str = "Leptos.toml";
/// What our names in the environment begin with; `__` parts section and key.
pub const PREFIX: &str = "HJARNTORGET__";
/// Not a setting: the step at which a process under test ends itself (development only).
pub const FAILPOINT: &str = "HJARNTORGET__FAILPOINT";

/// Everything the operator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// leptos' own table: names, folders and the public listener.
    pub leptos: LeptosOptions,
    /// Our tables.
    pub house: House,
    /// The fail point asked for, where one is.
    pub failpoint: Option<String>,
}

/// Our tables of `Leptos.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct House {
    #[serde(rename = "package", default)]
    _leptos: IgnoredAny,
    /// The public address.
    pub site: Site,
    /// Where everything is remembered.
    pub database: Database,
    /// Where the keys lie.
    pub keys: Keys,
    /// The BankID relying-party API.
    pub bankid: BankId,
    /// The population register.
    pub navet: Navet,
    /// The pupil register (SS 12000).
    pub pupil_register: PupilRegister,
    /// Registers that tell of a change by themselves.
    pub hooks: Hooks,
    /// The mail relay.
    pub mail: Mail,
    /// The SMS gateway.
    pub sms: Sms,
    /// When guardians are told of absences.
    pub notices: Notices,
    /// How long a login lasts.
    pub session: Session,
    /// Durable work.
    pub jobs: Jobs,
    /// The audit log.
    pub audit: Audit,
    /// What the operator sees.
    pub telemetry: Telemetry,
    /// Whose time it is.
    pub clock: Clock,
    /// The public listener's bounds.
    pub http: Http,
    /// Every rate limit.
    pub limits: Limits,
}

impl Settings {
    /// Reads `file` and the process' environment, and checks what production forbids.
    ///
    /// # Errors
    /// One line that says which key of which place is wrong.
    pub fn load(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| {
            format!("cannot read {}: start in the project's folder or say --config FILE", file.display())
        })?;
        Self::read(&text, std::env::vars())
            .with_context(|| format!("{} (with {PREFIX}… from the environment)", file.display()))
    }

    /// The settings in `text` under the given environment. leptos' own table always sees the process' environment.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn read(text: &str, environment: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let leptos = leptos_config::get_config_from_str(text)
            .map_err(|error| anyhow::anyhow!("[package.metadata.leptos]: {error}"))?;
        let mut figment = Figment::from(Toml::string(text));
        let mut failpoint = None;
        let mut named = BTreeMap::new();
        for (name, value) in environment.into_iter().collect::<BTreeMap<_, _>>() {
            let Some(rest) = name.strip_prefix(PREFIX) else { continue };
            if name == FAILPOINT {
                failpoint = Some(value);
                continue;
            }
            let Some((section, key)) = rest.split_once("__") else {
                bail!("{name} names no key: it should look like {PREFIX}SECTION__KEY");
            };
            let path = format!("{}.{}", section.to_lowercase().replace('_', "-"), key.to_lowercase());
            let value: Value = match value.parse() {
                Ok(value) => value,
                Err(never) => match never {},
            };
            figment = figment.merge((path.clone(), value));
            named.insert(path, name);
        }
        let house: House =
            figment.extract().map_err(|error| anyhow::anyhow!("{}", in_one_line(error, &named)))?;
        let settings = Self { leptos, house, failpoint };
        if settings.in_production() {
            production::check(&settings)?;
        }
        Ok(settings)
    }

    /// Whether the house serves real people.
    pub fn in_production(&self) -> bool {
        self.leptos.env == Env::PROD
    }

    /// Whether cargo-leptos watches, and its reload socket may be reached.
    pub fn watched(&self) -> bool {
        !self.in_production() && std::env::var_os("LEPTOS_WATCH").is_some()
    }
}

/// The first thing wrong, with the key's full name and the variable it came from (`named`: variables by key).
fn in_one_line(error: figment::Error, named: &BTreeMap<String, String>) -> String {
    use figment::error::Kind;
    let mut path = error.path.clone();
    let what = match &error.kind {
        Kind::UnknownField(name, _) => {
            // figment has been at the key itself by then, or only at its table.
            if path.last() != Some(name) {
                path.push(name.clone());
            }
            "is no setting".to_owned()
        }
        Kind::MissingField(name) => {
            path.push(name.to_string());
            "is missing".to_owned()
        }
        Kind::Message(words) => words.clone(),
        other => other.to_string(),
    };
    let path = path.join(".");
    let inside = format!("{path}.");
    let from = named.iter().find(|(key, _)| **key == path || key.starts_with(&inside));
    match from {
        Some((_, variable)) => format!("{path}: {what} ({variable})"),
        None => format!("{path}: {what}"),
    }
}

#[cfg(test)]
mod tests;
