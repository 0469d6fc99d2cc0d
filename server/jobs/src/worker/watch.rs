//! What operators see of the work: counts, ages, and a line where something was given up.

use std::time::Duration;

use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use store::{Store, entity::job};

use super::lease::Settled;
use crate::{Setback, State};

/// `jobs_waiting` and `jobs_oldest_seconds`: how many jobs are due, and for how long the oldest has been.
pub(super) async fn measure(store: &Store, now: Timestamp) {
    let now = now.as_millisecond();
    let due = job::Entity::find()
        .select_only()
        .column_as(job::Column::Id.count(), "waiting")
        .column_as(job::Column::DueAt.min(), "oldest")
        .filter(job::Column::State.eq(State::Waiting.word()))
        .filter(job::Column::DueAt.lte(now))
        .into_tuple::<(i64, Option<i64>)>()
        .one(store.reader())
        .await;
    // A database that is away says so elsewhere; an old figure is better than a made-up one.
    let Ok(Some((waiting, oldest))) = due else { return };
    let oldest = oldest.map_or(0, |oldest| now.saturating_sub(oldest).unsigned_abs());
    metrics::gauge!("jobs_waiting").set(waiting as f64);
    metrics::gauge!("jobs_oldest_seconds").set(Duration::from_millis(oldest).as_secs_f64());
}

/// `jobs_tries_total{name, outcome}` and `jobs_seconds{name}`.
pub(super) fn tried(job: &job::Model, outcome: Result<(), Setback>, took: Duration) {
    let word = match outcome {
        Ok(()) => "done",
        Err(Setback::Later(_)) => "later",
        Err(Setback::Never(_)) => "never",
    };
    metrics::counter!("jobs_tries_total", "name" => job.name.clone(), "outcome" => word).increment(1);
    metrics::histogram!("jobs_seconds", "name" => job.name.clone()).record(took);
}

/// A line for what did not go as it should.
pub(super) fn settled(job: &job::Model, outcome: Result<(), Setback>, settled: Settled) {
    let (id, name, tries) = (&job.id, &job.name, job.tries);
    match (outcome, settled) {
        (_, Settled::Overtaken) => {
            tracing::warn!(job = %id, %name, tries, "ended after its lease had run out")
        }
        (Err(Setback::Later(why) | Setback::Never(why)), Settled::Finished) => {
            tracing::error!(job = %id, %name, tries, why, "given up");
        }
        (Err(Setback::Later(why) | Setback::Never(why)), Settled::Again) => {
            tracing::warn!(job = %id, %name, tries, why, "to be tried again");
        }
        (Ok(()), _) => tracing::debug!(job = %id, %name, tries, "done"),
    }
}
