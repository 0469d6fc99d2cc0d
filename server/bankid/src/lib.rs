//! Relying-party client for Swedish BankID, RP API v6.0.
//!
//! [`Client`] starts, collects and cancels orders over mutual TLS. Beside it stand the parts that need no network:
//! [`qr`] (the animated code), [`launch`] (how the app is started and where it returns to) and [`advice`] (BankID's
//! recommended user messages).
//!
//! Invariants:
//! - Every code of BankID's is an open enumeration: an unknown status, hint, risk or error never fails an answer, and
//!   none of them can become a completed identification.
//! - Order references, tokens, secrets, names and the evidence have a masked `Debug` and are wiped from memory.
//! - A request that may have reached BankID is never sent again: orders are not idempotent, and the final answer of an
//!   order is delivered once.
//!
//! Deliberately not here: who may collect when, what an order is for, and what is kept. That is `portal::identification`.

pub mod advice;
mod client;
mod door;
mod error;
mod hint;
mod json;
pub mod launch;
mod order;
pub mod qr;
mod secret;
mod settings;

pub use client::Client;
pub use error::{Code, Error, Result};
pub use hint::{FailedHint, PendingHint, Risk};
pub use order::{AuthRequest, Browser, Collected, Completion, Intent, Order, TooLong};
pub use secret::{AutoStartToken, Evidence, OrderRef, QrStartSecret, QrStartToken};
pub use settings::Settings;
pub use wire::{BadSetting, Cause};
