//! Package `jobs`: durable work.
//!
//! A job is enqueued in the transaction that causes it, so that a letter is promised exactly when the deed is done. A
//! [`Worker`] leases what is due, runs it without holding a connection, and writes down how it went. What leaves the house
//! goes over a [`Line`]: bounded in number and pace, at rest while nobody is there.
//!
//! Invariant: at least once. A worker that dies leaves a lease that runs out, and the job runs again; so a job asks
//! first whether it is still wanted, and leaves the house under a reference that lets the other side notice a double.
//!
//! Invariant: nothing ends unheard. A job is done, or [`Job::given_up`] was told that it never will be.
//!
//! Invariant: a job carries ids, never a person, and its setbacks are codes of ours, never a text from outside: both are
//! shown to operators.
//!
//! Deliberately not here: what a job means. Why this is ours and not a crate: `docs/decisions/jobs.md`.

mod clean;
mod enqueue;
mod line;
mod list;
mod retry;
mod worker;

use std::{
    future::{Future, ready},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

pub use clean::{Keep, clean};
pub use enqueue::{Due, Error, enqueue};
pub use line::Line;
pub use list::{JobRow, State, list};
pub use worker::{Registry, Settings, Worker};

/// Says what time it is. Given at construction, so that a test can set it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A piece of durable work. Its fields travel as JSON: ids and codes only.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// `slice.verb-noun`. It stands in the table, so it never changes.
    const NAME: &'static str;
    /// Higher goes first among what is due. Somebody waiting for it: 10; a notice: 5; the rest: 0. Now and then what has
    /// waited longest goes before all, so that nothing waits for ever.
    const PRIORITY: i64 = 0;
    /// How often it is tried before it counts as failed. Twelve tries take about two hours.
    const MAX_TRIES: u32 = 12;
    /// How long one try may take. After that it is stopped, and tried again later.
    const PATIENCE: Duration = Duration::from_secs(60);
    /// The lines it may leave the house by, by words of ours such as `mail`; see [`Line`]. They stand in the table, so they
    /// never change.
    const LINES: &'static [&'static str] = &[];
    /// How long after it was wanted it should be done. While one waits longer the log says so.
    const TARGET: Option<Duration> = None;
    /// What it needs in order to run.
    type House: Send + Sync + 'static;

    /// Does it. Asks first whether it is still wanted; a job that is not is `Ok`.
    fn run(&self, house: &Self::House) -> impl Future<Output = Result<(), Setback>> + Send;

    /// The line this one leaves by, one of [`Job::LINES`]. `None` where it calls nobody outside.
    fn line(&self) -> Option<&'static str> {
        Self::LINES.first().copied()
    }

    /// It will not be done: its deadline or its last try has passed, or a try said [`Setback::Never`]. `why` is the code
    /// of the setback, `deadline`, or `lease` where its last worker died. Told at least once, before the job counts as
    /// failed; a setback here is told again later.
    fn given_up(&self, house: &Self::House, why: &str) -> impl Future<Output = Result<(), Setback>> + Send {
        let _ = (house, why);
        ready(Ok(()))
    }
}

/// Why a try came to nothing, by a code of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// It may work later.
    Later(&'static str),
    /// Nobody was there: it may work later, and so may everything else on this line. After some of these in a row the line
    /// rests.
    Away(&'static str),
    /// It never will.
    Never(&'static str),
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
