//! Clearing away what is finished.

use std::time::Duration;

use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use store::{Store, entity::job};

use crate::{State, millis};

/// Rows that go in one transaction: nobody should wait for a clean-up.
const BATCH: u64 = 500;

/// How long finished work is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// What was done.
    pub done: Duration,
    /// What was given up: somebody may want to know why.
    pub failed: Duration,
}

impl Default for Keep {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self { done: DAY, failed: 90 * DAY }
    }
}

/// Deletes what was finished long enough ago, and says how many rows that were.
///
/// # Errors
/// When the database does not answer. What was deleted until then is gone.
pub async fn clean(store: &Store, now: Timestamp, keep: Keep) -> store::Result<u64> {
    let mut gone = 0;
    for (state, span) in [(State::Done, keep.done), (State::Failed, keep.failed)] {
        let before = now.as_millisecond().saturating_sub(millis(span));
        loop {
            let old: Vec<String> = job::Entity::find()
                .select_only()
                .column(job::Column::Id)
                .filter(job::Column::State.eq(state.word()))
                .filter(job::Column::FinishedAt.lt(before))
                .limit(BATCH)
                .into_tuple()
                .all(store.reader())
                .await?;
            if old.is_empty() {
                break;
            }
            let delete = job::Entity::delete_many().filter(job::Column::Id.is_in(old));
            gone += delete.exec(store.writer()).await?.rows_affected;
        }
    }
    Ok(gone)
}
