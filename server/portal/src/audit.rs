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
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};
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
    /// Account, clerk or operator; where there is no account, an index of the person.
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

/// Writes `rows` in the transaction of their deeds, in this order.
///
/// # Errors
/// When the log cannot be written; then the deeds must not be done either.
pub async fn write(tx: &Tx, keys: &KeyRing, rows: Vec<Row>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let numbers = numbers(tx, rows.len()).await?;
    if numbers.len() != rows.len() {
        return Err(anyhow::anyhow!("the audit log gives too few numbers").into());
    }
    let (mut entries, mut addresses) = (Vec::new(), Vec::new());
    for (seq, row) in numbers.into_iter().zip(rows) {
        let (entry, address) = row::entry(keys, seq, row)?;
        entries.push(audit::ActiveModel::from(entry));
        addresses.extend(address.map(audit_address::ActiveModel::from));
    }
    audit::Entity::insert_many(entries).exec_without_returning(tx).await?;
    if !addresses.is_empty() {
        audit_address::Entity::insert_many(addresses).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The next numbers of the log. On SQLite the transaction has the writer's place already, so that numbers have no gaps;
/// they are never used twice, for a seal remembers the last one even when rows are gone.
async fn numbers(tx: &Tx, count: usize) -> Result<Vec<i64>> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    if tx.get_database_backend() == DbBackend::Postgres {
        let lock = "SELECT pg_advisory_xact_lock_shared($1)";
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, lock, [NUMBERS_LOCK.into()]))
            .await?;
        let next = "SELECT nextval('audit_number') AS number FROM generate_series(1, $1)";
        let next = Statement::from_sql_and_values(DbBackend::Postgres, next, [count.into()]);
        let rows = tx.query_all_raw(next).await?;
        return Ok(rows.iter().map(|row| row.try_get("", "number")).collect::<Result<_, _>>()?);
    }
    let last = "SELECT MAX(COALESCE((SELECT MAX(seq) FROM audit), 0), \
                COALESCE((SELECT MAX(last_seq) FROM seal), 0)) AS number";
    let answer = tx.query_one_raw(Statement::from_string(DbBackend::Sqlite, last)).await?;
    let last: i64 =
        answer.ok_or_else(|| anyhow::anyhow!("the audit log gives no number"))?.try_get("", "number")?;
    Ok((last + 1..=last + count).collect())
}

#[cfg(test)]
mod tests;
