//! How an answer can fail, by what the visitor can do about it.

use std::{fmt, time::Duration};

use model::{Assurance, Refusal};

/// What a question to the portal comes to.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A system the portal leans on. Named on the page that says what still works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum System {
    /// BankID.
    BankId,
    /// Folkbokföringen.
    PopulationRegister,
    /// The city's pupil register.
    PupilRegister,
    /// The mail relay.
    Mail,
    /// The SMS gateway.
    Sms,
    /// Our own database.
    Database,
}

impl System {
    /// The word used in logs and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BankId => "bankid",
            Self::PopulationRegister => "population",
            Self::PupilRegister => "pupil",
            Self::Mail => "mail",
            Self::Sms => "sms",
            Self::Database => "database",
        }
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Why there is no answer. Carries nothing of a person, and nothing that was typed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An expected "no": an outcome, shown on the page that asked.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Nobody strong enough is there: identify first.
    #[error("sign in ({0:?})")]
    SignIn(Assurance),
    /// There is no such thing, or not for this person: the two are one answer.
    #[error("not found")]
    NotFound,
    /// Asked too often; come back after the time.
    #[error("too many")]
    TooMany {
        /// How long to wait, at least.
        retry_after: Duration,
    },
    /// A system does not answer. What was begun is kept.
    #[error("{0} does not answer")]
    Unavailable(System),
    /// Our fault.
    #[error("broken: {0:#}")]
    Broken(#[from] anyhow::Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<store::Error> for Error {
    /// A database that is busy, away or full is a bad day, not a bug. Its errors hold codes only.
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Busy(_) | store::Error::Full => Self::Unavailable(System::Database),
            other => Self::Broken(anyhow::Error::new(other)),
        }
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        store::Error::from(error).into()
    }
}
