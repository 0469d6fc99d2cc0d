//! The audit log: who did or saw what, written with the deed.
//!
//! Invariant: a row is written in the transaction of its change, or before a read leaves the house. Where it cannot be
//! written there is no deed.
//!
//! Invariant: no names, numbers or texts; ids and codes only. The client address stands apart ([`store::entity::audit_address`]),
//! because it is kept for 90 days only; the row holds a keyed hash of it.
//!
//! Three layers keep it honest: the tables refuse change ([`store`]'s triggers); every row carries a mac over its number
//! and its fields, so that whoever has the database alone can make none; and seals chain batches of rows together and
//! leave the house in the log stream ([`seal`], [`verify`]).

mod deed;
mod row;
mod seal;
mod verify;

use std::net::IpAddr;

use jiff::Timestamp;
use model::Assurance;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, EntityTrait, Statement};
use store::{
    Tx,
    entity::{audit, audit_address},
};
use uuid::Uuid;

pub use deed::{ActorKind, Deed};
pub use seal::seal;
pub use verify::{Bad, OutsideSeal, Report, Span, note_verification, verify};

use crate::{Result, keys::KeyRing};

/// One line of the log, before it has a number.
#[derive(Clone, Debug)]
pub struct Row {
    /// When.
    pub at: Timestamp,
    /// Account, clerk or operator.
    pub actor: Option<Uuid>,
    /// What kind of actor.
    pub actor_kind: ActorKind,
    /// Assurance of the session.
    pub level: Option<Assurance>,
    /// First eight bytes of the session's hash.
    pub session: Option<[u8; 8]>,
    /// School unit concerned.
    pub school: Option<Uuid>,
    /// What was done.
    pub action: Deed,
    /// What it was done to: kind and id.
    pub object: Option<(&'static str, Uuid)>,
    /// The pupil concerned.
    pub child: Option<Uuid>,
    /// How it went: `done`, `refused`, `failed`.
    pub outcome: &'static str,
    /// Why, by code.
    pub reason: Option<&'static str>,
    /// The request it belongs to; what the house does by itself makes one up.
    pub request: Uuid,
    /// Address of the client.
    pub address: Option<IpAddr>,
}

/// Held shared by whoever writes rows and alone by the sealer for a moment, so that the sealer knows that no lower number
/// is still on its way (PostgreSQL; SQLite has one writer). "hjaudit\0" in ASCII.
const NUMBERS_LOCK: i64 = 0x686a_6175_6469_7400;

/// Which build wrote a row.
const BUILD: &str = match option_env!("HJARNTORGET_BUILD") {
    Some(build) => build,
    None => env!("CARGO_PKG_VERSION"),
};

/// Writes `row` in the transaction of its deed, and says its number.
///
/// # Errors
/// When the log cannot be written; then the deed must not be done either.
pub async fn write(tx: &Tx, keys: &KeyRing, row: Row) -> Result<i64> {
    let seq = next_number(tx).await?;
    let (entry, address) = row::entry(keys, seq, row)?;
    audit::Entity::insert(audit::ActiveModel::from(entry)).exec_without_returning(tx).await?;
    if let Some(address) = address {
        audit_address::Entity::insert(audit_address::ActiveModel {
            seq: Set(address.seq),
            address: Set(address.address),
            at: Set(address.at),
        })
        .exec_without_returning(tx)
        .await?;
    }
    Ok(seq)
}

/// The next number of the log. On SQLite the transaction has the writer's place already, so that numbers have no gaps;
/// they are never used twice, for a seal remembers the last one even when rows are gone.
async fn next_number(tx: &Tx) -> Result<i64> {
    let statement = match tx.get_database_backend() {
        DbBackend::Postgres => {
            let lock = "SELECT pg_advisory_xact_lock_shared($1)";
            tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, lock, [NUMBERS_LOCK.into()]))
                .await?;
            Statement::from_string(DbBackend::Postgres, "SELECT nextval('audit_number') AS number")
        }
        backend => Statement::from_string(
            backend,
            "SELECT MAX(COALESCE((SELECT MAX(seq) FROM audit), 0), \
             COALESCE((SELECT MAX(last_seq) FROM seal), 0)) + 1 AS number",
        ),
    };
    let answer = tx.query_one_raw(statement).await?;
    let answer = answer.ok_or_else(|| anyhow::anyhow!("the audit log gives no number"))?;
    Ok(answer.try_get("", "number")?)
}

#[cfg(test)]
mod tests;
