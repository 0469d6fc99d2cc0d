//! What browser and portal say to each other about a BankID identification.

use serde::{Deserialize, Serialize};

/// Why somebody identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To apply for an account.
    Apply,
    /// To enter an existing account.
    SignIn,
    /// To show again, inside a session, who is there (security: the same person only).
    StepUp,
}

/// Where the BankID app is. It fixes the order's mode for ever: QR or same device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Device {
    /// On this device: started by a link.
    This,
    /// On another device: scans a QR code.
    Other,
}

/// How an identification goes, in words of the visitor's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Progress {
    /// Not decided yet.
    Waiting {
        /// BankID's recommended sentence.
        words: String,
        /// Whether the code was read: it is no longer shown then.
        scanned: bool,
        /// Whole seconds the code can still be read; 0 when it is not shown.
        seconds_left: u32,
    },
    /// The person is identified; go on at this address of our own.
    Done {
        /// A path of the portal.
        go: String,
    },
    /// It ended without an identification.
    Stopped {
        /// BankID's recommended sentence.
        words: String,
    },
}
