//! Package `store`: the tables of the portal, on SQLite and on PostgreSQL.
//!
//! It remembers and decides nothing. Reading goes through [`Store::reader`], which cannot write; changing goes through
//! [`Store::change`], which runs one transaction to its end even when the visitor who caused it has hung up.
//!
//! Invariant: nothing leaves this crate that carries a value out of a row, except the row itself. Errors are codes and
//! constraint names; SQL is not logged.

pub mod entity;

mod connect;
mod error;
mod migration;
mod tx;

#[cfg(feature = "testing")]
pub mod testing;

pub use connect::{Settings, Store, connect};
pub use error::Error;
pub use migration::{migrate, pending_migrations, unmigrate};
pub use tx::Tx;

/// What every call here returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;
