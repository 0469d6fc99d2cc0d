//! The house itself.
use std::sync::Arc;
use model::{AccountId, Email};
use serde::Serialize;
use crate::{AccountSummary, Asking, Background, Clock, Error, Result, Rules, School, SyncReport, System, Visit, keys::KeyRing};

/// What the portal is made of.
pub struct Parts {
    /// The tables.
    pub store: store::Store,
    /// The keys.
    pub keys: KeyRing,
    /// BankID.
    pub bankid: bankid::Client,
    /// The population register.
    pub navet: navet::Client,
    /// The pupil register.
    pub pupils: ss12000::Client,
    /// The way letters leave by.
    pub mailer: dispatch::Mailer,
    /// What time it is.
    pub clock: Clock,
    /// Every figure and switch.
    pub rules: Rules,
}

/// The house. Cheap to clone.
#[derive(Clone)]
pub struct Portal(Arc<Inner>);
struct Inner { parts: Parts }

/// Why the house is not ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unready {
    /// The database does not answer.
    Database,
    /// Its tables are older than the program.
    Migrations,
    /// The pupil register was never read.
    PupilRegister,
}

impl Portal {
    /// Opens the house on migrated tables.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn open(parts: Parts) -> Result<Self> { Ok(Self(Arc::new(Inner { parts }))) }
    /// The rules it keeps.
    pub fn rules(&self) -> &Rules { &self.0.parts.rules }
    /// Its clock.
    pub fn clock(&self) -> &Clock { &self.0.parts.clock }
    /// Its tables.
    pub fn store(&self) -> &store::Store { &self.0.parts.store }
    /// Finds out who is asking. A cookie that is not ours makes a stranger, never an error.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn visit(&self, asking: Asking) -> Result<Visit> { todo!() }
    /// Proves an e-mail address by the letter's link, on whatever device it was opened. Only a POST may call it.
    ///
    /// # Errors
    /// [`model::Refusal::LinkSpent`].
    pub async fn confirm_email_by_link(&self, token: &str, asking: &Asking) -> Result<()> { todo!() }
    /// Reads the pupil register. `accept` lets through what the brake would stop: a human decided.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn sync_registers(&self, accept: bool) -> Result<SyncReport> { todo!() }
    /// The public list of the city's units whose name holds every word of `query`, by name.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn schools(&self, query: &str) -> Result<Vec<School>> { todo!() }
    /// A register says that this person changed: ask again at the next look.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn person_changed(&self, number: &model::PersonId) -> Result<()> { todo!() }
    /// Closes an account, for the operator. Its sessions end.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn close_account(&self, account: AccountId, reason: &str) -> Result<()> { todo!() }
    /// An account, for the operator.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn show_account(&self, account: AccountId) -> Result<AccountSummary> { todo!() }
    /// Every account proven for this address, for the operator.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn accounts_by_email(&self, email: &Email) -> Result<Vec<AccountId>> { todo!() }
    /// Why the house is not ready; empty when it is.
    pub async fn ready(&self) -> Vec<Unready> { todo!() }
    /// Which outside systems answer, asked now.
    pub async fn reach(&self) -> Vec<(System, Result<()>)> { todo!() }
    /// Starts the collector, the sealer, the cleaner and the import; they end with `stop`.
    pub fn background(&self, stop: tokio_util::sync::CancellationToken) -> Background { todo!() }
    /// The worker of the portal's jobs.
    pub fn worker(&self, settings: jobs::Settings) -> jobs::Worker<Self> { todo!() }
}
