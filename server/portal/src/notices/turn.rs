//! Who is at a pupil's notices: one transaction at a time.
//!
//! What follows from a failed letter, an absence withdrawn or a notice joined is decided by looking at the other notices of
//! the same pupil. On PostgreSQL two transactions that decide at the same time would each look at what was before the
//! other; on SQLite there is one writer.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use store::Tx;
use uuid::Uuid;

use crate::Result;

/// Keeps these locks apart from any other's. "hjpu" in ASCII.
const PUPILS: i32 = 0x686a_7075;

/// Waits until nobody else is at the notices of these pupils (by our ids), and keeps everybody else away until the
/// transaction ends. Called once in a transaction, before it reads what it decides by. Answers whether there was anybody to
/// wait for at all: what was read before has to be read again then.
pub(crate) async fn take(tx: &Tx, pupils: impl IntoIterator<Item = &str>) -> Result<bool> {
    if tx.get_database_backend() != DbBackend::Postgres {
        return Ok(false);
    }
    // In one order everywhere, so that no two wait for each other.
    let keys: BTreeSet<i32> = pupils.into_iter().map(key).collect();
    for key in keys {
        let lock = "SELECT pg_advisory_xact_lock($1, $2)";
        let lock = Statement::from_sql_and_values(DbBackend::Postgres, lock, [PUPILS.into(), key.into()]);
        tx.execute_raw(lock).await?;
    }
    Ok(true)
}

/// Two pupils with the same key only wait for each other.
fn key(pupil: &str) -> i32 {
    let id = pupil.parse().map_or(0, |id: Uuid| id.as_u128());
    let folded = id ^ (id >> 64);
    let [a, b, c, d, e, f, g, h, ..] = folded.to_le_bytes();
    i32::from_le_bytes([a ^ e, b ^ f, c ^ g, d ^ h])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use store::testing;
    use tokio::time::timeout;

    use super::*;

    const ONE: &str = "7a0c4a4e-3a34-4a3f-9a55-0d7e1f6f2c11";
    const OTHER: &str = "2f6c1f0e-7d52-4d1b-8c1e-5a9b3c4d5e6f";

    #[tokio::test]
    async fn two_are_never_at_the_notices_of_one_pupil_and_nobody_waits_for_another_pupils() {
        let Some(store) = testing::postgres().await else { return };
        let first = store.begin().await.unwrap();
        assert!(take(&first, [ONE]).await.unwrap());
        let third = store.begin().await.unwrap();
        assert!(take(&third, [OTHER]).await.unwrap());
        let second = store.begin().await.unwrap();
        let mut waiting = Box::pin(take(&second, [OTHER, ONE]));
        third.commit().await.unwrap();
        assert!(timeout(Duration::from_millis(300), &mut waiting).await.is_err(), "the first is not through");
        first.commit().await.unwrap();
        assert!((&mut waiting).await.unwrap());
        drop(waiting);
        second.commit().await.unwrap();
    }

    #[tokio::test]
    async fn where_there_is_one_writer_nobody_waits() {
        let store = testing::sqlite().await;
        let tx = store.begin().await.unwrap();
        assert!(!take(&tx, [ONE]).await.unwrap());
        tx.rollback().await.unwrap();
    }
}
