//! Who does the work.
//!
//! One [`Worker`] runs several jobs at a time. Any number of workers, in any number of processes, may share a database:
//! a lease is taken with `FOR UPDATE SKIP LOCKED` on PostgreSQL, and in SQLite's one writing transaction there.

mod attempt;
mod choice;
mod lease;
mod lines;
mod registry;
mod settle;
mod watch;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use store::Store;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use uuid::Uuid;

use crate::{Clock, Keep, Line, clean};
use attempt::{Ended, attempt};
use lease::{Leased, Wish};
use lines::{Lines, Turn};
use registry::Kind;
use watch::Watch;

pub use registry::Registry;

/// How often the queue is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(5);
/// Longer than the database lets any statement take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two tries to write down what has ended, when the database is busy.
const SETTLE_AGAIN: Duration = Duration::from_millis(500);
/// The shortest wait for a line that lacks time: what it allows meanwhile begins together.
const SHORTEST_NAP: Duration = Duration::from_millis(50);

/// How a worker works.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Jobs run at the same time.
    pub workers: usize,
    /// How each line is used, by its name; see [`crate::Job::LINES`]. One that is not here is used by the defaults.
    pub lines: BTreeMap<&'static str, Line>,
    /// How long the table is not looked at when nobody rings: for what other processes enqueued, and what became due.
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
            lines: BTreeMap::new(),
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

/// What a worker has in its hands.
struct Shift {
    running: JoinSet<Ended>,
    /// Whose lease it has: what runs, and what has ended and is not yet written down.
    held: BTreeSet<String>,
    /// Ended and not yet written down.
    ended: Vec<Ended>,
    lines: Lines,
    /// Lines on which somebody is there again.
    back: Vec<&'static str>,
    /// Jobs leased so far.
    leased: u64,
    look: Every,
    /// What the clock said last.
    seen: Timestamp,
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
        let kinds = self.registry.kinds();
        let mut shift = self.shift(&kinds);
        let _beside = AbortOnDropHandle::new(tokio::spawn(self.beside(kinds.clone(), stop.clone())));
        while !stop.is_cancelled() {
            // Listening begins before looking: whoever rings in between is heard.
            let bell = self.store.bell();
            tokio::pin!(bell);
            bell.as_mut().enable();

            while let Some(Ok(ended)) = shift.running.try_join_next() {
                shift.end(ended);
            }
            self.heed_clock(&mut shift, &kinds).await;
            let nap = self.round(&mut shift, &kinds).await;
            // While every hand is full a bell changes nothing; the end of a job does.
            let free = shift.running.len() < self.hands();
            tokio::select! {
                () = stop.cancelled() => {}
                () = bell, if free => {}
                () = sleep(nap), if free || !shift.ended.is_empty() => {}
                Some(ended) = shift.running.join_next() => ended.into_iter().for_each(|ended| shift.end(ended)),
            }
        }
        self.drain(shift, &kinds).await;
    }

    fn shift(&self, kinds: &[Kind]) -> Shift {
        let lines = kinds.iter().filter_map(|kind| kind.line).map(|name| {
            watch::resting(name, false);
            (name, self.settings.lines.get(name).copied().unwrap_or_default())
        });
        Shift {
            running: JoinSet::new(),
            held: BTreeSet::new(),
            ended: Vec::new(),
            lines: Lines::new(lines, self.hands(), Instant::now().into_std()),
            back: Vec::new(),
            leased: 0,
            look: Every::new(self.settings.look_every),
            seen: Timestamp::MAX,
        }
    }

    fn hands(&self) -> usize {
        self.settings.workers.max(1)
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Writes down what has ended and begins what may begin. Says how long it need not be done again.
    async fn round(&self, shift: &mut Shift, kinds: &[Kind]) -> Duration {
        let free = self.hands().saturating_sub(shift.running.len());
        let leased = match self.exchange(shift, kinds, free).await {
            Ok(leased) => leased,
            Err(cause) => {
                tracing::warn!(%cause, jobs = shift.ended.len(), "the jobs could not be looked at");
                return SETTLE_AGAIN.min(self.settings.look_every);
            }
        };
        for leased in leased {
            self.begin(shift, leased);
        }
        for line in std::mem::take(&mut shift.back) {
            match lease::hurry(&self.store, line, self.now()).await {
                Ok(hurried) => tracing::info!(what = line, jobs = hurried, "tried again at once"),
                Err(cause) => tracing::warn!(what = line, %cause, "what waits keeps waiting for its clock"),
            }
        }
        let opens = shift.lines.opens_in(Instant::now().into_std());
        opens.map_or(self.settings.look_every, |left| left.max(SHORTEST_NAP).min(self.settings.look_every))
    }

    /// Hands in what has ended, for at most `most` leases.
    async fn exchange(&self, shift: &mut Shift, kinds: &[Kind], most: usize) -> store::Result<Vec<Leased>> {
        let wish = Wish {
            owner: self.name,
            now: self.now(),
            kinds: kinds.to_vec(),
            held: shift.held.iter().cloned().collect(),
            most,
            rooms: shift.lines.rooms(Instant::now().into_std()),
            turn: shift.leased,
            thorough: shift.look.is_due(),
        };
        // A database that is gone without a word must not keep the worker for ever.
        let round = timeout(PATIENCE, lease::round(&self.store, &shift.ended, wish)).await;
        let (stood, leased) = round.map_err(|_| store::Error::Busy("silent".into()))??;
        for (end, stood) in shift.ended.drain(..).zip(stood) {
            watch::settled(&end, stood);
            shift.held.remove(&end.held.id);
        }
        Ok(leased)
    }

    fn begin(&self, shift: &mut Shift, leased: Leased) {
        // Only known kinds are leased.
        let Some(runner) = self.registry.runner(&leased.job.name, &leased.job.line) else { return };
        shift.leased += 1;
        shift.held.insert(leased.job.id.clone());
        if let Some(line) = runner.kind.line.filter(|_| leased.foregone.is_none()) {
            shift.lines.begun(line);
        }
        shift.running.spawn(attempt(runner, leased, Arc::clone(&self.house), Arc::clone(&self.clock)));
    }

    /// At the beginning, and whenever the clock was set back.
    async fn heed_clock(&self, shift: &mut Shift, kinds: &[Kind]) {
        let now = self.now();
        if now >= shift.seen {
            shift.seen = now;
            return;
        }
        match lease::forget_the_future(&self.store, kinds.to_vec(), now).await {
            Ok(changed) => {
                shift.seen = now;
                if changed > 0 {
                    tracing::warn!(
                        jobs = changed,
                        "the clock was set back: these were to wait for a time long to come"
                    );
                }
            }
            Err(cause) => tracing::warn!(%cause, "the clock was set back, and some jobs wait for it"),
        }
    }

    async fn drain(&self, mut shift: Shift, kinds: &[Kind]) {
        let end = Instant::now() + self.settings.drain;
        while !shift.running.is_empty() || !shift.ended.is_empty() {
            if shift.ended.is_empty() {
                match timeout_at(end, shift.running.join_next()).await {
                    Ok(Some(Ok(ended))) => shift.end(ended),
                    Ok(_) => {}
                    Err(_) => break,
                }
            }
            while let Some(Ok(ended)) = shift.running.try_join_next() {
                shift.end(ended);
            }
            match self.exchange(&mut shift, kinds, 0).await {
                Ok(_) => {}
                Err(_) if Instant::now() >= end => break,
                Err(_) => sleep(SETTLE_AGAIN).await,
            }
        }
        if shift.running.is_empty() && shift.ended.is_empty() {
            return;
        }
        shift.running.shutdown().await;
        match lease::give_back(&self.store, self.name, self.now()).await {
            Ok(given) => tracing::warn!(jobs = given, "stopped in the middle and given back"),
            Err(cause) => tracing::warn!(%cause, "stopped in the middle; the leases will run out"),
        }
    }

    /// What goes on beside the work and never keeps it waiting: measuring and clearing away.
    fn beside(&self, kinds: Vec<Kind>, stop: CancellationToken) -> impl Future<Output = ()> + use<H> {
        let (store, clock, settings) = (self.store.clone(), Arc::clone(&self.clock), self.settings.clone());
        async move {
            let (mut watch, mut cleaning) = (Watch::new(&kinds), Every::new(settings.clean_every));
            let mut beat = tokio::time::interval(MEASURE_EVERY);
            beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    _ = beat.tick() => {}
                }
                watch.measure(&store, clock()).await;
                if cleaning.is_due() {
                    match clean(&store, clock(), settings.keep).await {
                        Ok(0) => {}
                        Ok(gone) => tracing::info!(jobs = gone, "finished work cleared away"),
                        Err(cause) => tracing::warn!(%cause, "finished work not cleared away"),
                    }
                }
            }
        }
    }
}

impl Shift {
    /// A job has come to an end, or to the end of a try.
    fn end(&mut self, ended: Ended) {
        if let (Some(line), Some(heard)) = (ended.kind.line, ended.heard) {
            let turn = self.lines.ended(line, heard, Instant::now().into_std());
            watch::turned(line, turn);
            if turn == Turn::Back {
                self.back.push(line);
            }
        }
        self.ended.push(ended);
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
