//! BankID RP API v6.0: orders for identification and signature, and the people's app that answers them.
//!
//! Four calls (`auth`, `sign`, `collect`, `cancel`) under `/rp/v6.0`, all POST, for relying parties with a client certificate.
//! What happens in the person's phone is played through [`BankId::play`], by the control interface or the pretend phone.
//!
//! Invariants: an order belongs to the relying party that made it; a final answer is given once; every rule about time
//! goes by the town's clock. Deliberately not here: payments, orders by telephone, ID-card checks.

mod answer;
mod book;
mod evidence;
mod ocsp;
mod order;
mod phone;
mod qr;
mod request;
mod routes;

pub(crate) use answer::failed;
pub(crate) use order::{Listed, Order};
pub(crate) use phone::{Approved, Play, Played, Refused, Start, Stay};
pub(crate) use routes::router;

use crate::{Files, lock};
use book::Book;
use evidence::Signer;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;

/// BankID's side of the town.
#[derive(Debug)]
pub(crate) struct BankId {
    book: Mutex<Book>,
    signer: Signer,
    switches: Mutex<Switches>,
}

/// What can be set where BankID's true behaviour is unknown, or where a test needs another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Switches {
    /// What is done with members that version 5 had and version 6 has not.
    pub(crate) removed_members: Removed,
    /// How a client without an accepted certificate is turned away.
    pub(crate) strangers: Strangers,
    /// How long a person may take after the app has picked the order up.
    pub(crate) finish_seconds: u32,
}

impl Default for Switches {
    fn default() -> Self {
        Self { removed_members: Removed::Refuse, strangers: Strangers::Page, finish_seconds: 180 }
    }
}

/// What is done with members of version 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Removed {
    /// 400 `invalidParameters`.
    Refuse,
    /// Nothing.
    Ignore,
}

/// How strangers are turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Strangers {
    /// With a page and status 403.
    Page,
    /// In the handshake.
    Handshake,
}

impl BankId {
    /// A BankID that has seen no order; its keys are kept in `files`.
    pub(crate) fn new(files: &Files) -> Self {
        Self { book: Mutex::default(), signer: Signer::new(files), switches: Mutex::default() }
    }

    /// Forgets all orders and goes back to the usual switches.
    pub(crate) fn clear(&self) {
        *lock(&self.book) = Book::default();
        *lock(&self.switches) = Switches::default();
    }

    pub(crate) fn switches(&self) -> Switches {
        lock(&self.switches).clone()
    }

    pub(crate) fn switch(&self, to: Switches) {
        *lock(&self.switches) = to;
    }
}
