//! Client for the population register (folkbokföringen): Skatteverket's REST service "Folkbokföringsuppgifter för
//! offentliga aktörer", v3, lookup by number.
//!
//! What it is asked for: who holds custody of whom ([`Post::guardians`], [`Post::guardian_of`]), who is protected, who is
//! deregistered, and which number replaced which. Spouses and parents without custody are not even read.
//!
//! Invariants:
//! - A missing or unknown protection mark counts as protected.
//! - Only relation code `V` on a child's own post makes a guardian; kinship (`MO`, `FA`, `F`, `B`) never does.
//! - An answer speaks of every number that was asked for, or it is [`Error::Garbled`].
//! - Nothing here prints a number, a name or an address.

mod client;
mod door;
mod error;
mod json;
mod post;
mod settings;
mod token;

pub use client::{Answer, Client, IDS_A_CALL};
pub use error::{Code, Error, Result};
pub use post::{Address, Deregistration, Gone, Post, Relation, Status};
pub use settings::{Credentials, Settings};
pub use wire::{BadSetting, Cause};
