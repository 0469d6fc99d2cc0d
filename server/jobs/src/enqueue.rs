//! Writing a job down.

use std::time::Duration;

use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, EntityTrait};
use store::{Tx, entity::job};
use uuid::Uuid;

use crate::{Job, State, millis};

/// When a job is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    enqueued: Timestamp,
    delay: Duration,
    deadline: Option<Timestamp>,
}

impl Due {
    /// As soon as a worker is free.
    pub const fn now(now: Timestamp) -> Self {
        Self { enqueued: now, delay: Duration::ZERO, deadline: None }
    }

    /// Not before `delay` has passed.
    pub const fn after(now: Timestamp, delay: Duration) -> Self {
        Self { enqueued: now, delay, deadline: None }
    }

    /// Not after `deadline`: from then on the job counts as failed, however many tries are left.
    pub const fn until(mut self, deadline: Timestamp) -> Self {
        self.deadline = Some(deadline);
        self
    }
}

/// Why a job could not be written down. Then the transaction that caused it must not be committed either.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The job does not serialise to JSON.
    #[error("job {0} cannot be written as JSON")]
    Unwritable(&'static str),
    /// The job leaves by a line that is none of [`Job::LINES`]: nobody would take it.
    #[error("job {0} leaves by an unknown line")]
    Line(&'static str),
}

/// Writes jobs of a kind down in the caller's transaction, each in its time. Once that is committed, a worker of this
/// process is woken; those of other processes find them at their next look.
///
/// # Errors
/// See [`Error`]; then none is written down.
pub async fn enqueue<J: Job>(tx: &Tx, jobs: Vec<(&J, Due)>) -> Result<(), Error> {
    let rows: Vec<_> = jobs.into_iter().map(|(job, due)| row(job, due)).collect::<Result<_, _>>()?;
    if rows.is_empty() {
        return Ok(());
    }
    job::Entity::insert_many(rows).exec_without_returning(tx).await.map_err(store::Error::from)?;
    tx.ring_after_commit();
    Ok(())
}

fn row<J: Job>(job: &J, due: Due) -> Result<job::ActiveModel, Error> {
    let payload = serde_json::to_string(job).map_err(|_| Error::Unwritable(J::NAME))?;
    let line = job.line().unwrap_or_default();
    if !line.is_empty() && !J::LINES.contains(&line) {
        return Err(Error::Line(J::NAME));
    }
    let created_at = due.enqueued.as_millisecond();
    let due_at = created_at.saturating_add(millis(due.delay));
    Ok(job::ActiveModel {
        id: Set(Uuid::new_v4().to_string()),
        name: Set(J::NAME.into()),
        line: Set(line.into()),
        payload: Set(payload),
        priority: Set(J::PRIORITY),
        state: Set(State::Waiting.word().into()),
        tries: Set(0),
        max_tries: Set(J::MAX_TRIES.into()),
        wanted_at: Set(due_at),
        due_at: Set(due_at),
        deadline_at: Set(due.deadline.map(Timestamp::as_millisecond)),
        lease_until: Set(None),
        lease_owner: Set(None),
        last_error: Set(None),
        created_at: Set(created_at),
        finished_at: Set(None),
    })
}
