//! Reading the log back: is it whole?

use std::{collections::HashMap, fmt, str::FromStr};

use jiff::Timestamp;
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use store::{
    Store,
    entity::{audit, audit_address, seal},
};

use uuid::Uuid;

use super::{ActorKind, Deed, Row, row, seal as sealing, write};
use crate::{
    Result,
    keys::{KeyRing, same},
};

/// Rows or seals read at a time.
const PAGE: u64 = 5_000;

/// Which rows are read. Seals are always read from the first one on: they are few, and a chain is only as good as its
/// beginning.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// The first row, or the first there is.
    pub from: Option<i64>,
    /// The last row, or the last there is.
    pub to: Option<i64>,
}

impl Span {
    fn touches(self, first: i64, last: i64) -> bool {
        self.from.is_none_or(|from| last >= from) && self.to.is_none_or(|to| first <= to)
    }
}

/// A seal as it left the house, from the log stream or a write-once place. Written `number:mac in hexadecimal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideSeal {
    /// Its number.
    pub n: i64,
    /// Its mac.
    pub mac: Vec<u8>,
}

impl FromStr for OutsideSeal {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a seal is written as its number, a colon and its mac in hexadecimal";
        let (n, mac) = text.split_once(':').ok_or(wrong)?;
        let n = n.parse().map_err(|_| wrong)?;
        let mac = hex::decode(mac).ok().filter(|mac| mac.len() == 32).ok_or(wrong)?;
        Ok(Self { n, mac })
    }
}

/// What was found first that cannot be so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Bad {
    /// The row was changed, swapped with another or made without the key.
    RowChanged {
        /// Its number.
        seq: i64,
    },
    /// There is no such row, though there must be.
    RowMissing {
        /// Its number.
        seq: i64,
    },
    /// The row stands where its seal says that there is none.
    RowInserted {
        /// Its number.
        seq: i64,
    },
    /// The address kept beside the row is not the one it was written with.
    AddressChanged {
        /// Number of the row.
        seq: i64,
    },
    /// Every row looks right by itself, but they are not the ones that were sealed.
    BatchChanged {
        /// Number of the seal.
        n: i64,
    },
    /// The seal was changed, or does not follow the one before it.
    SealChanged {
        /// Its number.
        n: i64,
    },
    /// There is no such seal, though there must be: cut away, or an old database was put back.
    SealMissing {
        /// Its number.
        n: i64,
    },
    /// Another seal of this number left the house: the history was written anew.
    SealReplaced {
        /// Its number.
        n: i64,
    },
    /// The key file lacks the version a row or seal was made with.
    KeyMissing {
        /// The version.
        version: i64,
    },
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RowChanged { seq } => write!(f, "row {seq} was changed"),
            Self::RowMissing { seq } => write!(f, "row {seq} is missing"),
            Self::RowInserted { seq } => write!(f, "row {seq} was inserted"),
            Self::AddressChanged { seq } => write!(f, "the address of row {seq} was changed"),
            Self::BatchChanged { n } => write!(f, "the rows under seal {n} are not those that were sealed"),
            Self::SealChanged { n } => write!(f, "seal {n} was changed"),
            Self::SealMissing { n } => write!(f, "seal {n} is missing"),
            Self::SealReplaced { n } => write!(f, "seal {n} is not the one that left the house"),
            Self::KeyMissing { version } => write!(f, "the key file lacks version {version}"),
        }
    }
}

/// What reading the log came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows that were read and are whole.
    pub rows: u64,
    /// Seals that were read and are whole.
    pub seals: u64,
    /// Rows among them that no seal covers yet.
    pub unsealed: u64,
    /// Numbers that seals attest as never used.
    pub gaps: u64,
    /// Number and mac of the last seal, in hexadecimal: to be compared with what left the house.
    pub last_seal: Option<String>,
    /// The first thing that cannot be so; nothing after it was read.
    pub first_bad: Option<Bad>,
}

impl Report {
    /// Whether nothing bad was found.
    pub fn whole(&self) -> bool {
        self.first_bad.is_none()
    }
}

/// Reads the log and its seals, and compares them with the seals that left the house.
///
/// Finds a changed, deleted, swapped or inserted row and a broken chain by itself. A cut tail and an old database put
/// back are only seen against a seal in `outside`.
///
/// # Errors
/// When the database does not answer. A log that is not whole is a report, not an error.
pub async fn verify(store: &Store, keys: &KeyRing, span: Span, outside: &[OutsideSeal]) -> Result<Report> {
    let mut reading = Reading { store, keys, span, report: Report::default() };
    let bad = reading.all(outside).await?;
    reading.report.first_bad = bad.err();
    Ok(reading.report)
}

/// Writes into the log that it was verified, and how that went.
///
/// # Errors
/// When the row cannot be written.
pub async fn note_verification(store: &Store, keys: &KeyRing, report: &Report, at: Timestamp) -> Result<()> {
    let whole = report.whole();
    let keys = keys.clone();
    store
        .change(move |tx| async move {
            let row = Row {
                at,
                actor: None,
                actor_kind: ActorKind::Operator,
                level: None,
                session: None,
                school: None,
                action: Deed::VerifiedAudit,
                object: None,
                child: None,
                outcome: if whole { "done" } else { "failed" },
                reason: None,
                request: Uuid::new_v4(),
                address: None,
            };
            write(&tx, &keys, vec![row]).await
        })
        .await
}

/// What was read so far. Inner results: `Err` is the first bad thing found.
struct Reading<'a> {
    store: &'a Store,
    keys: &'a KeyRing,
    span: Span,
    report: Report,
}

impl Reading<'_> {
    async fn all(&mut self, outside: &[OutsideSeal]) -> Result<Result<(), Bad>> {
        let mut before: Option<seal::Model> = None;
        loop {
            let after = before.as_ref().map_or(0, |seal| seal.n);
            let page = seal::Entity::find()
                .filter(seal::Column::N.gt(after))
                .order_by_asc(seal::Column::N)
                .limit(PAGE)
                .all(self.store.reader())
                .await?;
            if page.is_empty() {
                break;
            }
            for seal in page {
                if let Err(bad) = self.seal(before.as_ref(), &seal, outside) {
                    return Ok(Err(bad));
                }
                if self.span.touches(seal.first_seq, seal.last_seq)
                    && let Err(bad) = self.batch(&seal).await?
                {
                    return Ok(Err(bad));
                }
                before = Some(seal);
            }
        }
        self.report.last_seal = before.as_ref().map(|seal| format!("{}:{}", seal.n, hex::encode(&seal.mac)));
        let last = before.as_ref().map_or(0, |seal| seal.n);
        if let Some(cut) = outside.iter().map(|seal| seal.n).filter(|n| *n > last || *n < 1).min() {
            return Ok(Err(Bad::SealMissing { n: cut }));
        }
        self.tail(before.map_or(0, |seal| seal.last_seq)).await
    }

    fn seal(
        &mut self,
        before: Option<&seal::Model>,
        seal: &seal::Model,
        outside: &[OutsideSeal],
    ) -> Result<(), Bad> {
        let n = before.map_or(1, |before| before.n + 1);
        if seal.n != n {
            return Err(Bad::SealMissing { n });
        }
        let mac =
            sealing::mac(self.keys, before, seal).ok_or(Bad::KeyMissing { version: seal.key_version })?;
        let follows = seal.first_seq == before.map_or(1, |before| before.last_seq + 1);
        if !follows || !same(&mac, &seal.mac) {
            return Err(Bad::SealChanged { n });
        }
        if outside.iter().any(|outside| outside.n == n && !same(&outside.mac, &seal.mac)) {
            return Err(Bad::SealReplaced { n });
        }
        self.report.seals += 1;
        self.report.gaps += sealing::gap_count(&seal.gaps);
        Ok(())
    }

    /// Every row under one seal.
    async fn batch(&mut self, seal: &seal::Model) -> Result<Result<(), Bad>> {
        let rows = self.rows(seal.first_seq, seal.last_seq, None).await?;
        let addresses = self.addresses(seal.first_seq, seal.last_seq).await?;
        let mut expected = seal.first_seq;
        for row in &rows {
            if let Err(bad) = attested_gap(&seal.gaps, expected, row.seq) {
                return Ok(Err(bad));
            }
            if sealing::is_gap(&seal.gaps, row.seq) {
                return Ok(Err(Bad::RowInserted { seq: row.seq }));
            }
            if let Err(bad) = self.row(row, addresses.get(&row.seq)) {
                return Ok(Err(bad));
            }
            expected = row.seq + 1;
        }
        if let Err(bad) = attested_gap(&seal.gaps, expected, seal.last_seq + 1) {
            return Ok(Err(bad));
        }
        if sealing::digest_of(&rows) != seal.digest || u64::try_from(seal.rows) != Ok(rows.len() as u64) {
            return Ok(Err(Bad::BatchChanged { n: seal.n }));
        }
        Ok(Ok(()))
    }

    /// The rows no seal covers yet. PostgreSQL may have numbers on their way or rolled back; SQLite never has a gap.
    async fn tail(&mut self, sealed: i64) -> Result<Result<(), Bad>> {
        let mut expected = sealed + 1;
        while self.span.touches(expected, i64::MAX) {
            let rows = self.rows(expected, i64::MAX, Some(PAGE)).await?;
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else { break };
            let addresses = self.addresses(first.seq, last.seq).await?;
            for row in &rows {
                if row.seq != expected && self.store.backend() == DbBackend::Sqlite {
                    return Ok(Err(Bad::RowMissing { seq: expected }));
                }
                if let Err(bad) = self.row(row, addresses.get(&row.seq)) {
                    return Ok(Err(bad));
                }
                self.report.unsealed += 1;
                expected = row.seq + 1;
            }
        }
        Ok(Ok(()))
    }

    fn row(&mut self, row: &audit::Model, address: Option<&audit_address::Model>) -> Result<(), Bad> {
        let whole = row::is_whole(self.keys, row).ok_or(Bad::KeyMissing { version: row.key_version })?;
        if !whole {
            return Err(Bad::RowChanged { seq: row.seq });
        }
        if !row::address_fits(self.keys, row, address) {
            return Err(Bad::AddressChanged { seq: row.seq });
        }
        self.report.rows += 1;
        Ok(())
    }

    async fn rows(&self, first: i64, last: i64, limit: Option<u64>) -> Result<Vec<audit::Model>> {
        let question = audit::Entity::find()
            .filter(audit::Column::Seq.between(first, last))
            .order_by_asc(audit::Column::Seq)
            .limit(limit);
        Ok(question.all(self.store.reader()).await?)
    }

    async fn addresses(&self, first: i64, last: i64) -> Result<HashMap<i64, audit_address::Model>> {
        let found = audit_address::Entity::find()
            .filter(audit_address::Column::Seq.between(first, last))
            .all(self.store.reader())
            .await?;
        Ok(found.into_iter().map(|address| (address.seq, address)).collect())
    }
}

/// Whether every number from `expected` up to, not including, `next` is attested as never used.
fn attested_gap(gaps: &str, expected: i64, next: i64) -> Result<(), Bad> {
    match (expected..next).find(|seq| !sealing::is_gap(gaps, *seq)) {
        Some(seq) => Err(Bad::RowMissing { seq }),
        None => Ok(()),
    }
}
