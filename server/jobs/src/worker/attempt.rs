//! One try of one job, and what is to become of the job after it.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use store::entity::job;
use tokio::time::Instant;

use super::{
    lease::{Held, Leased},
    lines::Heard,
    registry::{Kind, Runner},
    watch,
};
use crate::{Clock, Setback, millis, retry};

/// How long a job may take to hear that it is given up. Together with the time to write that down it is within the
/// margin of its lease.
const HEARING: Duration = Duration::from_secs(10);
/// A job that could not hear it hears it again after this.
const TOLD_AGAIN: Duration = Duration::from_secs(60);

/// A try that has ended, not yet written down.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) held: Held,
    pub(super) kind: Kind,
    pub(super) fate: Fate,
    /// What its line learned; nothing where nobody was called.
    pub(super) heard: Option<Heard>,
}

/// What becomes of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Done,
    /// It waits until `due` for what is next.
    Again {
        due: i64,
        why: String,
    },
    /// Nothing more is tried, and the job knows it.
    GivenUp {
        why: String,
    },
}

/// Runs what was leased, unless it is too late for that; then, and where it was the last try, the job hears that it is
/// given up.
pub(super) async fn attempt<H>(runner: Runner<H>, leased: Leased, house: Arc<H>, clock: Clock) -> Ended {
    let Leased { job, foregone } = leased;
    let kind = runner.kind;
    let held = Held::of(&job);
    let end = |fate, heard| Ended { held, kind, fate, heard };
    if let Some(why) = foregone {
        return end(give_up(&runner, &job, house, why, clock()).await, None);
    }
    let begun = Instant::now();
    let run = (runner.run)(job.payload.clone(), Arc::clone(&house), String::new());
    let outcome = bounded(run, kind.patience).await.map_err(|setback| match setback {
        // Who calls nobody is kept waiting by nobody.
        Setback::Away(why) if kind.line.is_none() => Setback::Later(why),
        other => other,
    });
    watch::tried(&kind, outcome, begun.elapsed());
    let heard = Some(if matches!(outcome, Err(Setback::Away(_))) { Heard::Nobody } else { Heard::Somebody });
    let now = clock();
    let fate = match outcome {
        Ok(()) => {
            watch::done(&kind, &job, now);
            Fate::Done
        }
        Err(Setback::Never(why)) => give_up(&runner, &job, house, why.to_owned(), now).await,
        Err(Setback::Later(why) | Setback::Away(why)) => match next_try(&job, now) {
            Some(due) => Fate::Again { due, why: why.to_owned() },
            None => give_up(&runner, &job, house, why.to_owned(), now).await,
        },
    };
    end(fate, heard)
}

/// When the job is tried again; `None` after its last try, or when that would be after its deadline.
fn next_try(job: &job::Model, now: Timestamp) -> Option<i64> {
    let next = now.as_millisecond().saturating_add(millis(retry::wait(job.tries)));
    let in_time = job.deadline_at.is_none_or(|deadline| next < deadline);
    (job.tries < job.max_tries && in_time).then_some(next)
}

async fn give_up<H>(
    runner: &Runner<H>,
    job: &job::Model,
    house: Arc<H>,
    why: String,
    now: Timestamp,
) -> Fate {
    let hear = (runner.give_up)(job.payload.clone(), house, why.clone());
    match bounded(hear, HEARING).await {
        Ok(()) => Fate::GivenUp { why },
        // It will not hear it another time either.
        Err(Setback::Never(trouble)) => {
            watch::unheard(job, trouble);
            Fate::GivenUp { why }
        }
        Err(Setback::Later(trouble) | Setback::Away(trouble)) => {
            watch::unheard(job, trouble);
            Fate::Again { due: now.as_millisecond().saturating_add(millis(TOLD_AGAIN)), why }
        }
    }
}

/// Bounded in time, and a panic is a setback like another.
async fn bounded(call: BoxFuture<'static, Result<(), Setback>>, patience: Duration) -> Result<(), Setback> {
    match tokio::time::timeout(patience, AssertUnwindSafe(call).catch_unwind()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Setback::Later("panic")),
        Err(_) => Err(Setback::Away("timeout")),
    }
}
