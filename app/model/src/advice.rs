//! BankID's recommended user messages, by their official ids.

use serde::{Deserialize, Serialize};

/// A recommended user message of BankID's (RP API v6.0, "Recommended user messages"), by id.
/// The sentences are data in package `bankid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Advice {
    /// Start the app.
    Rfa1,
    /// The app seems to be missing.
    Rfa2,
    /// Cancelled, try again.
    Rfa3,
    /// One is already going on for this person.
    Rfa4,
    /// Something went wrong at BankID.
    Rfa5,
    /// Cancelled by the person.
    Rfa6,
    /// The app does not answer.
    Rfa8,
    /// Enter the security code.
    Rfa9,
    /// Trying to start the app.
    Rfa13,
    /// Looking for a BankID on this computer.
    Rfa15A,
    /// Looking for a BankID on this phone or tablet.
    Rfa15B,
    /// The BankID is blocked or too old.
    Rfa16,
    /// The app seems to be missing; no QR code was shown.
    Rfa17A,
    /// The QR code was not read.
    Rfa17B,
    /// This computer or a mobile BankID?
    Rfa19,
    /// This device or another?
    Rfa20,
    /// Going on.
    Rfa21,
    /// Something went wrong.
    Rfa22,
    /// Photograph the identity document.
    Rfa23,
    /// Face recognition.
    Rfa24,
    /// Choose how to confirm.
    Rfa25,
    /// The identity document was not accepted.
    Rfa26,
    /// Face recognition failed.
    Rfa27,
    /// The device cannot read identity documents.
    Rfa28,
    /// Several BankIDs on the device.
    Rfa29,
    /// The confirmation failed.
    Rfa30,
}

impl Advice {
    /// Every id, in order.
    pub const ALL: [Self; 26] = [
        Self::Rfa1,
        Self::Rfa2,
        Self::Rfa3,
        Self::Rfa4,
        Self::Rfa5,
        Self::Rfa6,
        Self::Rfa8,
        Self::Rfa9,
        Self::Rfa13,
        Self::Rfa15A,
        Self::Rfa15B,
        Self::Rfa16,
        Self::Rfa17A,
        Self::Rfa17B,
        Self::Rfa19,
        Self::Rfa20,
        Self::Rfa21,
        Self::Rfa22,
        Self::Rfa23,
        Self::Rfa24,
        Self::Rfa25,
        Self::Rfa26,
        Self::Rfa27,
        Self::Rfa28,
        Self::Rfa29,
        Self::Rfa30,
    ];
}
