//! The made-up outside world: one town with every system the portal meets, for development and tests.
//!
//! A town is one population ([`World`]) on one [`Clock`], seen through BankID, the population register, the pupil register,
//! a mail relay and an SMS gateway, each speaking its real protocol over a real socket. Beside them stands a control interface
//! (plain HTTP, JSON) that plays the people and the bad days, and a page for people at its root. Everything is written
//! from the specifications and knows nothing of the portal's clients, so a slip in a client shows here.
//!
//! In a test: `Town::start(Options::any_port(dir))`, then [`Town::url`] and [`Town::files`] give a client all it needs.
//! What no town would ever say, a [`Scripted`] server says. On the command line: the program `town` (`make run` starts
//! it).
//!
//! Invariant: nothing here is real, and nothing here is reachable from the portal's own program. Every page says so.

mod authorities;
mod bankid;
mod bearer;
mod calls;
mod clock;
mod control;
mod faults;
mod hook;
mod https;
mod messenger;
mod population;
mod post;
mod pupil;
#[cfg(test)]
mod receiver;
mod scripted;
mod sms;
mod smtp;
mod state;
mod system;
mod tls;
mod town;
pub mod world;

pub use authorities::{ClientKeys, Files, GatewayKeys, Tokens};
pub use calls::{Answer, Call};
pub use clock::Clock;
pub use faults::{Fault, Order as FaultOrder};
pub use messenger::Told;
pub use post::{Mail, Sms};
pub use pupil::register_id;
pub use scripted::{Scripted, answer};
pub use system::System;
pub use tls::use_ring;
pub use town::{Options, Town};
pub use world::World;

pub(crate) use state::State;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`. What it guards is whole even after a panic elsewhere: every change is a single step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
