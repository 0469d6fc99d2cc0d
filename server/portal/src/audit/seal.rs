//! The sealer: chains batches of rows together and sends each seal out of the house.
//!
//! A seal is made over a batch, not over each row, so that two replicas do not queue on one lock to write. Any number of
//! sealers may run; the number of a seal is its primary key, so that one of them wins.

use jiff::Timestamp;
use ring::digest;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use store::{
    Store,
    entity::{audit, seal},
};

use crate::{Result, keys::KeyRing};

use super::NUMBERS_LOCK;

/// Rows under one seal at most, so that a batch is read in a blink and fits in memory.
const BATCH: u64 = 5_000;

/// Seals every row that has none yet. Called once a minute; says how many seals were made.
///
/// Each seal is written to the log stream as an event of target `seal`: that copy, out of reach of whoever has the
/// database, is what [`super::verify`] is compared with.
///
/// # Errors
/// When the database does not answer. The next call seals what this one left.
pub async fn seal(store: &Store, keys: &KeyRing, now: Timestamp) -> Result<u64> {
    let Some(horizon) = last_settled(store).await? else { return Ok(0) };
    let mut made = 0;
    loop {
        let before = last(store).await?;
        let first = before.as_ref().map_or(1, |seal| seal.last_seq + 1);
        let rows = audit::Entity::find()
            .filter(audit::Column::Seq.between(first, horizon))
            .order_by_asc(audit::Column::Seq)
            .limit(BATCH)
            .all(store.reader())
            .await?;
        let Some(seal) = over(keys, before.as_ref(), &rows, now)? else { return Ok(made) };
        match append(store, seal.clone()).await {
            Ok(()) => {}
            // Another sealer was quicker; the chain goes on from its seal.
            Err(store::Error::Conflict(_) | store::Error::AppendOnly) => return Ok(made),
            Err(other) => return Err(other.into()),
        }
        tracing::info!(
            target: "seal",
            n = seal.n,
            first = seal.first_seq,
            last = seal.last_seq,
            rows = seal.rows,
            mac = hex::encode(&seal.mac),
            "audit sealed"
        );
        made += 1;
    }
}

/// The last number below which nothing is on its way any more.
async fn last_settled(store: &Store) -> Result<Option<i64>> {
    let last = "SELECT MAX(seq) AS last FROM audit";
    let backend = store.backend();
    let answer = if backend == DbBackend::Postgres {
        let answer = store.change(move |tx| async move {
            tx.execute_raw(Statement::from_sql_and_values(
                backend,
                "SELECT pg_advisory_xact_lock($1)",
                [NUMBERS_LOCK.into()],
            ))
            .await?;
            Ok::<_, store::Error>(tx.query_one_raw(Statement::from_string(backend, last)).await?)
        });
        match answer.await {
            // Somebody writes for long; the next minute will do.
            Err(store::Error::Busy(_)) => return Ok(None),
            answer => answer?,
        }
    } else {
        store.reader().query_one_raw(Statement::from_string(backend, last)).await?
    };
    Ok(match answer {
        Some(row) => row.try_get("", "last")?,
        None => None,
    })
}

pub(super) async fn last(store: &Store) -> Result<Option<seal::Model>> {
    Ok(seal::Entity::find().order_by_desc(seal::Column::N).one(store.reader()).await?)
}

async fn append(store: &Store, seal: seal::Model) -> Result<(), store::Error> {
    store
        .change(move |tx| async move {
            seal::Entity::insert(seal::ActiveModel::from(seal)).exec_without_returning(&tx).await?;
            Ok(())
        })
        .await
}

/// The seal over `rows`, following `before`; none where there is nothing to seal.
fn over(
    keys: &KeyRing,
    before: Option<&seal::Model>,
    rows: &[audit::Model],
    now: Timestamp,
) -> Result<Option<seal::Model>> {
    let (Some(_), Some(end)) = (rows.first(), rows.last()) else { return Ok(None) };
    let first_seq = before.map_or(1, |seal| seal.last_seq + 1);
    let mut seal = seal::Model {
        n: before.map_or(1, |seal| seal.n + 1),
        first_seq,
        last_seq: end.seq,
        rows: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        gaps: gaps(first_seq, rows.iter().map(|row| row.seq)),
        digest: digest_of(rows),
        at: now.as_millisecond(),
        key_version: keys.signing_version(),
        mac: Vec::new(),
    };
    seal.mac = mac(keys, before, &seal).ok_or_else(|| anyhow::anyhow!("the audit key is missing"))?;
    Ok(Some(seal))
}

/// SHA-256 over the rows' macs in order.
pub(super) fn digest_of(rows: &[audit::Model]) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    for row in rows {
        context.update(&row.mac);
    }
    context.finish().as_ref().to_vec()
}

/// The mac a seal must have after `before`. `None` when the ring lacks its key.
pub(super) fn mac(keys: &KeyRing, before: Option<&seal::Model>, seal: &seal::Model) -> Option<Vec<u8>> {
    let seal::Model { n, first_seq, last_seq, rows, gaps, digest, at, key_version, mac: _ } = seal;
    let before = before.map(|seal| seal.mac.as_slice()).unwrap_or_default();
    let numbers = [n, first_seq, last_seq, rows, at].map(|number| number.to_be_bytes());
    let mut parts: Vec<&[u8]> = vec![before];
    parts.extend(numbers.iter().map(<[u8; 8]>::as_slice));
    parts.extend([gaps.as_bytes(), digest.as_slice()]);
    keys.sign(*key_version, "audit-seal", &parts)
}

/// The numbers from `first` on that are missing among `present` (ascending): `4,7-9`.
fn gaps(first: i64, present: impl Iterator<Item = i64>) -> String {
    let mut missing = Vec::new();
    let mut expected = first;
    for number in present {
        match number - expected {
            ..=0 => {}
            1 => missing.push(expected.to_string()),
            _ => missing.push(format!("{expected}-{}", number - 1)),
        }
        expected = number + 1;
    }
    missing.join(",")
}

/// Whether `number` is one of `gaps`. What cannot be read is none: a gap must be attested.
pub(super) fn is_gap(gaps: &str, number: i64) -> bool {
    gaps.split(',').any(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        matches!((first.parse::<i64>(), last.parse::<i64>()), (Ok(first), Ok(last)) if (first..=last).contains(&number))
    })
}

/// How many numbers `gaps` holds.
pub(super) fn gap_count(gaps: &str) -> u64 {
    gaps.split(',')
        .filter_map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            u64::try_from(last.parse::<i64>().ok()? - first.parse::<i64>().ok()? + 1).ok()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_name_every_missing_number_and_no_other() {
        let missing = gaps(3, [4, 5, 7, 10, 11].into_iter());
        assert_eq!(missing, "3,6,8-9");
        let found: Vec<_> = (0..20).filter(|number| is_gap(&missing, *number)).collect();
        assert_eq!(found, [3, 6, 8, 9]);
        assert_eq!(gap_count(&missing), 4);
        assert_eq!((gaps(1, [1, 2].into_iter()).as_str(), gap_count("")), ("", 0));
        assert!(!is_gap("", 0) && !is_gap("x,-", 0));
    }
}
