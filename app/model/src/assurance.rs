//! Tillitsnivå: how strongly a session was identified.

use serde::{Deserialize, Serialize};

/// The strength of the identification a session was made from. A session keeps the one it was born with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Assurance {
    /// A login made by a school: password and second factor.
    Low,
    /// BankID (DIGG's level 3).
    High,
}
