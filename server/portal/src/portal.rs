//! The house itself: its parts, and who is at the door.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use store::Tx;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use crate::{
    Asking, Clock, Result, Rules, System, Visit,
    calls::Calls,
    hung::Hung,
    identification::Watch,
    keys::KeyRing,
    notices::{Arrival, Intake, Left, Telling},
    session,
    together::Together,
    visit,
};

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
    /// The way text messages leave by.
    pub gateway: dispatch::sms::Gateway,
    /// What time it is.
    pub clock: Clock,
    /// Every figure and switch.
    pub rules: Rules,
}

/// The house. Cheap to clone.
#[derive(Clone)]
pub struct Portal(pub(crate) Arc<House>);

/// The inside of [`Portal`].
pub(crate) struct House {
    pub(crate) parts: Parts,
    pub(crate) watch: Watch,
    pub(crate) hung: Hung,
    /// Hints of a change in the registers that nobody has followed yet.
    pub(crate) hints: Calls,
    pub(crate) intake: Intake,
    /// Children whose guardians are being told.
    pub(crate) telling: Together<Telling>,
    /// Reports of the SMS gateway.
    pub(crate) arrivals: Together<Arrival>,
    /// Letters that have just left.
    pub(crate) left: Together<Left>,
    /// Text messages whose handing over begins.
    pub(crate) begun: Together<String>,
}

/// Why the house is not ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unready {
    /// The database does not answer.
    Database,
    /// Its tables are older than the program.
    Migrations,
}

impl Portal {
    /// Opens the house on migrated tables.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn open(parts: Parts) -> Result<Self> {
        parts.store.ping().await?;
        let watch = Watch::new(&parts.rules.limits);
        Ok(Self(Arc::new(House {
            parts,
            watch,
            hung: Hung::default(),
            hints: Calls::default(),
            intake: Intake::default(),
            telling: Together::default(),
            arrivals: Together::default(),
            left: Together::default(),
            begun: Together::default(),
        })))
    }

    /// The rules it keeps.
    pub fn rules(&self) -> &Rules {
        &self.0.parts.rules
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.0.parts.clock
    }

    /// Its tables.
    pub fn store(&self) -> &store::Store {
        &self.0.parts.store
    }

    /// Its keys.
    pub fn keys(&self) -> &KeyRing {
        &self.0.parts.keys
    }

    /// Finds out who is asking. A cookie that is not ours makes a stranger, never an error.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn visit(&self, asking: Asking) -> Result<Visit> {
        let now = self.clock().now();
        let found = session::find(self, asking.session.as_deref(), asking.background, now).await?;
        Ok(Visit(Arc::new(visit::Inner {
            portal: self.clone(),
            asking,
            now,
            found,
            assessed: OnceCell::new(),
        })))
    }

    /// Why the house is not ready; empty when it is.
    pub async fn ready(&self) -> Vec<Unready> {
        match store::pending_migrations(self.store()).await {
            Err(_) => vec![Unready::Database],
            Ok(0) => vec![],
            Ok(_) => vec![Unready::Migrations],
        }
    }

    /// Which outside systems answer, asked now.
    pub async fn reach(&self) -> Vec<(System, bool)> {
        let parts = &self.0.parts;
        let (bankid, navet, pupils, mail, sms, database) = tokio::join!(
            async { parts.bankid.probe().await.is_ok() },
            async { parts.navet.probe().await.is_ok() },
            async { parts.pupils.probe().await.is_ok() },
            async { parts.mailer.probe().await.is_ok() },
            async { parts.gateway.probe().await.is_ok() },
            async { parts.store.ping().await.is_ok() },
        );
        vec![
            (System::BankId, bankid),
            (System::PopulationRegister, navet),
            (System::PupilRegister, pupils),
            (System::Mail, mail),
            (System::Sms, sms),
            (System::Database, database),
        ]
    }

    /// Runs `work` in one transaction, to its end even if the visitor hangs up.
    pub(crate) async fn change<T, W, F>(&self, work: W) -> Result<T>
    where
        W: FnOnce(Tx) -> F + Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        self.store().change(work).await
    }

    /// Encrypts a text for one column of one row.
    pub(crate) fn seal(&self, table: &str, column: &str, row: &str, plain: &str) -> Result<Vec<u8>> {
        Ok(self.keys().seal(table, column, row, plain.as_bytes())?)
    }

    /// Decrypts it.
    pub(crate) fn unseal(
        &self,
        table: &str,
        column: &str,
        row: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<String>> {
        let plain = self.keys().open(table, column, row, sealed)?;
        let text =
            std::str::from_utf8(&plain).map_err(|_| anyhow::anyhow!("{table}.{column} holds no text"))?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// Encrypts a value as JSON.
    pub(crate) fn seal_json<T: Serialize>(
        &self,
        table: &str,
        column: &str,
        row: &str,
        value: &T,
    ) -> Result<Vec<u8>> {
        let json = serde_json::to_vec(value).map(Zeroizing::new);
        let json = json.map_err(|_| anyhow::anyhow!("{table}.{column} cannot be written"))?;
        Ok(self.keys().seal(table, column, row, &json)?)
    }

    /// Decrypts it. An unreadable value is our fault; serde's own words could quote it.
    pub(crate) fn unseal_json<T: DeserializeOwned>(
        &self,
        table: &str,
        column: &str,
        row: &str,
        sealed: &[u8],
    ) -> Result<T> {
        let json = self.keys().open(table, column, row, sealed)?;
        serde_json::from_slice(&json).map_err(|_| anyhow::anyhow!("{table}.{column} cannot be read").into())
    }
}
