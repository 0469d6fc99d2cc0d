//! Who does the work.
//!
//! One [`Worker`] runs several jobs at a time. Any number of workers, in any number of processes, may share a database:
//! a lease is taken with `FOR UPDATE SKIP LOCKED` on PostgreSQL, and in SQLite's one writing transaction there.

mod lease;
mod registry;
mod watch;

use std::{sync::Arc, time::Duration};

use futures::FutureExt;
use jiff::Timestamp;
use store::{Store, entity::job};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Clock, Keep, Setback, clean, millis};

pub use registry::Registry;
use registry::Runner;

/// Added to a job's patience for its lease: the time to write down how it went.
const MARGIN: Duration = Duration::from_secs(15);
/// How often the queue is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(5);
/// Between two tries to write down how a job went, when the database is busy.
const SETTLE_AGAIN: Duration = Duration::from_millis(500);
/// How often that is tried; after that the lease runs out by itself.
const SETTLE_TRIES: u32 = 10;

/// How a worker works.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Jobs run at the same time.
    pub workers: usize,
    /// How often the table is looked at when nobody rings: what other processes enqueued, and what became due.
    pub look_every: Duration,
    /// How long a stop waits for running jobs. Those that are not done by then are given back.
    pub drain: Duration,
    /// How long finished work is kept.
    pub keep: Keep,
    /// How often it is cleared away.
    pub clean_every: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workers: 8,
            look_every: Duration::from_secs(1),
            drain: Duration::from_secs(15),
            keep: Keep::default(),
            clean_every: Duration::from_secs(10 * 60),
        }
    }
}

/// A worker. [`Worker::run`] is its life.
pub struct Worker<H> {
    store: Store,
    house: Arc<H>,
    registry: Arc<Registry<H>>,
    clock: Clock,
    settings: Settings,
    /// Signs its leases.
    name: Uuid,
}

impl<H: Send + Sync + 'static> Worker<H> {
    /// A worker that knows the jobs of `registry` and leaves all others alone.
    pub fn new(store: Store, house: H, registry: Registry<H>, clock: Clock, settings: Settings) -> Self {
        let (house, registry) = (Arc::new(house), Arc::new(registry));
        Self { store, house, registry, clock, settings, name: Uuid::new_v4() }
    }

    /// Works until `stop` is cancelled; then begins nothing new, waits for what runs (at most [`Settings::drain`]), and
    /// gives the rest back.
    ///
    /// A database that is busy or away is waited for. Dropping the future stops running jobs where they are; their
    /// leases run out by themselves.
    pub async fn run(self, stop: CancellationToken) {
        let mut running = JoinSet::new();
        let hands = self.settings.workers.max(1);
        let (mut measure, mut clean) = (Every::new(MEASURE_EVERY), Every::new(self.settings.clean_every));
        while !stop.is_cancelled() {
            // Listening begins before looking: whoever rings in between is heard.
            let bell = self.store.bell();
            tokio::pin!(bell);
            bell.as_mut().enable();

            while running.try_join_next().is_some() {}
            for job in self.lease(hands.saturating_sub(running.len())).await {
                self.begin(&mut running, job);
            }
            if measure.is_due() {
                watch::measure(&self.store, self.now()).await;
            }
            if clean.is_due() {
                self.clean().await;
            }
            // While every hand is full a bell changes nothing; the end of a job does.
            let free = running.len() < hands;
            tokio::select! {
                () = stop.cancelled() => {}
                () = bell, if free => {}
                () = sleep(self.settings.look_every), if free => {}
                Some(_) = running.join_next() => {}
            }
        }
        self.drain(running).await;
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    async fn lease(&self, free: usize) -> Vec<job::Model> {
        if free == 0 {
            return Vec::new();
        }
        match lease::take(&self.store, &self.registry.names(), self.name, self.now(), free as u64).await {
            Ok(jobs) => jobs,
            Err(cause) => {
                tracing::warn!(%cause, "no job could be leased");
                Vec::new()
            }
        }
    }

    fn begin(&self, running: &mut JoinSet<()>, job: job::Model) {
        let runner = self.registry.runner(&job.name);
        let house = Arc::clone(&self.house);
        let (store, clock) = (self.store.clone(), Arc::clone(&self.clock));
        running.spawn(async move {
            let begun = Instant::now();
            let outcome = attempt(runner, &job, house).await;
            watch::tried(&job, outcome, begun.elapsed());
            write_down(&store, &job, outcome, &clock).await;
        });
    }

    async fn drain(&self, mut running: JoinSet<()>) {
        let all_ended = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(self.settings.drain, all_ended).await.is_ok() {
            return;
        }
        running.shutdown().await;
        match lease::give_back(&self.store, self.name, self.now()).await {
            Ok(given) => tracing::warn!(jobs = given, "stopped in the middle and given back"),
            Err(cause) => tracing::warn!(%cause, "stopped in the middle; the leases will run out"),
        }
    }

    async fn clean(&self) {
        match clean(&self.store, self.now(), self.settings.keep).await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(jobs = gone, "finished work cleared away"),
            Err(cause) => tracing::warn!(%cause, "finished work not cleared away"),
        }
    }
}

/// Writes down how a try ended. Where the database will not have it for long, the lease runs out and the job runs again.
async fn write_down(store: &Store, job: &job::Model, outcome: Result<(), Setback>, clock: &Clock) {
    for _ in 0..SETTLE_TRIES {
        match lease::settle(store, job, outcome, clock()).await {
            Ok(settled) => return watch::settled(job, outcome, settled),
            Err(cause) => {
                tracing::warn!(job = %job.id, name = %job.name, %cause, "how it went is not written down yet");
            }
        }
        sleep(SETTLE_AGAIN).await;
    }
}

/// One try: bounded in time, and a panic in it is a setback like another.
async fn attempt<H>(runner: Option<Runner<H>>, job: &job::Model, house: Arc<H>) -> Result<(), Setback> {
    // Only known names are leased.
    let Some(runner) = runner else { return Err(Setback::Later("unknown")) };
    let run = std::panic::AssertUnwindSafe((runner.run)(job.payload.clone(), house)).catch_unwind();
    match tokio::time::timeout(runner.patience, run).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(Setback::Later("panic")),
        Err(_) => Err(Setback::Later("timeout")),
    }
}

/// Something that is due at first and then every so often.
struct Every {
    span: Duration,
    last: Option<Instant>,
}

impl Every {
    const fn new(span: Duration) -> Self {
        Self { span, last: None }
    }

    fn is_due(&mut self) -> bool {
        let due = self.last.is_none_or(|last| last.elapsed() >= self.span);
        if due {
            self.last = Some(Instant::now());
        }
        due
    }
}

/// Until when a job leased `now` belongs to its worker.
fn lease_end(now: i64, patience: Duration) -> i64 {
    now.saturating_add(millis(patience + MARGIN))
}
