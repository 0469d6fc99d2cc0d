//! The outside systems of the town, by the names the control interface uses.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// One outside system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// BankID RP API v6.0.
    Bankid,
    /// The population register.
    Population,
    /// The pupil register (SS 12000).
    Pupil,
    /// The mail relay.
    Smtp,
    /// The SMS gateway.
    Sms,
    /// The OpenID Connect provider for staff.
    Oidc,
}

impl System {
    /// Every system, in the order of their ports.
    pub const ALL: [System; 6] =
        [Self::Bankid, Self::Population, Self::Pupil, Self::Smtp, Self::Sms, Self::Oidc];

    /// The name in the control interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bankid => "bankid",
            Self::Population => "population",
            Self::Pupil => "pupil",
            Self::Smtp => "smtp",
            Self::Sms => "sms",
            Self::Oidc => "oidc",
        }
    }

    /// Its place in [`System::ALL`].
    pub(crate) const fn position(self) -> usize {
        self as usize
    }

    /// The port's distance from the town's port base; the control interface sits on the base itself.
    pub(crate) const fn port_offset(self) -> u16 {
        self as u16 + 1
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for System {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|s| s.as_str() == name).ok_or_else(|| format!("no system called {name}"))
    }
}
