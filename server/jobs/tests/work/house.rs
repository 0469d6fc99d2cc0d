//! A house with jobs in it, and a clock that stands until it is moved.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use jobs::{Due, Job, JobRow, Registry, Setback, Settings, State, Worker, enqueue};
use serde::{Deserialize, Serialize};
use store::Store;
use tokio::{sync::Semaphore, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    ends::Promise,
    lines::{Call, Hang},
};

pub(crate) type Asked = Result<(), Box<dyn std::error::Error>>;

/// Longer than any of this takes; only a broken promise waits for it.
const FOREVER: Duration = Duration::from_secs(100);

#[derive(Clone, Default)]
pub(crate) struct House(Arc<Inside>);

#[derive(Default)]
pub(crate) struct Inside {
    now: AtomicI64,
    /// Which jobs ran, in order, a line for each try.
    pub(crate) ran: Mutex<Vec<String>>,
    pub(crate) at_once: AtomicUsize,
    pub(crate) most_at_once: AtomicUsize,
    /// Whether nobody is there outside.
    pub(crate) away: AtomicBool,
    /// What was given up and heard so, with the reason.
    pub(crate) heard: Mutex<Vec<String>>,
    /// Whether nobody hears it.
    pub(crate) deaf: AtomicBool,
    gate: Gate,
}

/// Jobs that wait are let through one by one.
struct Gate(Semaphore);

impl Default for Gate {
    fn default() -> Self {
        Self(Semaphore::new(0))
    }
}

impl std::ops::Deref for House {
    type Target = Inside;

    fn deref(&self) -> &Inside {
        &self.0
    }
}

impl House {
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.now.fetch_add(by.as_millis() as i64, Ordering::SeqCst);
    }

    pub(crate) fn set_back(&self, by: Duration) {
        self.now.fetch_sub(by.as_millis() as i64, Ordering::SeqCst);
    }

    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().map(|heard| heard.clone()).unwrap_or_default()
    }

    /// How often this ran.
    pub(crate) fn times(&self, what: &str) -> usize {
        self.ran().iter().filter(|ran| *ran == what).count()
    }

    pub(crate) fn ran(&self) -> Vec<String> {
        self.ran.lock().map(|ran| ran.clone()).unwrap_or_default()
    }

    pub(crate) fn open_gate(&self, jobs: usize) {
        self.gate.0.add_permits(jobs);
    }

    pub(crate) fn note(&self, what: &str) {
        if let Ok(mut ran) = self.ran.lock() {
            ran.push(what.to_owned());
        }
    }

    /// Waits to be let through.
    pub(crate) async fn wait_at_gate(&self) {
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        if let Ok(permit) = self.gate.0.acquire().await {
            permit.forget();
        }
        self.at_once.fetch_sub(1, Ordering::SeqCst);
    }

    /// Waits until `tries` tries have begun.
    pub(crate) async fn tries(&self, tries: usize) {
        until("so many tries", || async { self.ran().len() >= tries }).await;
    }

    /// A worker at work, and the way to stop it.
    pub(crate) fn hire(&self, store: &Store, settings: Settings) -> (JoinHandle<()>, CancellationToken) {
        let registry = Registry::new().with::<Note>().with::<Urgent>().with::<Stumble>().with::<Wait>();
        let registry = registry.with::<Panic>().with::<Slow>().with::<Change>();
        self.hire_for(registry.with::<Call>().with::<Hang>().with::<Promise>(), store, settings)
    }

    /// The same for these jobs only.
    pub(crate) fn hire_for(
        &self,
        registry: Registry<Self>,
        store: &Store,
        settings: Settings,
    ) -> (JoinHandle<()>, CancellationToken) {
        let (clock, stop) = (self.clone(), CancellationToken::new());
        let clock = Arc::new(move || clock.now());
        let worker = Worker::new(store.clone(), self.clone(), registry, clock, settings);
        (tokio::spawn(worker.run(stop.clone())), stop)
    }

    pub(crate) async fn enqueue<J: Job + Clone>(&self, store: &Store, job: J) -> Result<(), jobs::Error> {
        self.enqueue_due(store, job, Due::now(self.now())).await
    }

    pub(crate) async fn enqueue_due<J: Job + Clone>(
        &self,
        store: &Store,
        job: J,
        due: Due,
    ) -> Result<(), jobs::Error> {
        store.change(move |tx| async move { enqueue(&tx, vec![(&job, due)]).await }).await
    }
}

/// Looks often, so that a moved clock is noticed at once.
pub(crate) fn eager(workers: usize) -> Settings {
    Settings { workers, look_every: Duration::from_millis(5), ..Settings::default() }
}

pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    assert!(tokio::time::timeout(FOREVER, waiting).await.is_ok(), "still not: {what}");
}

/// Waits until every job is finished, and lists them.
pub(crate) async fn all_finished(store: &Store) -> Vec<JobRow> {
    until("all finished", || async {
        jobs::list(store)
            .await
            .is_ok_and(|rows| rows.iter().all(|row| matches!(row.state, State::Done | State::Failed)))
    })
    .await;
    jobs::list(store).await.unwrap_or_default()
}

/// How often each state occurs.
pub(crate) fn states(rows: &[JobRow]) -> BTreeMap<String, usize> {
    rows.iter().fold(BTreeMap::new(), |mut states, row| {
        *states.entry(row.state.to_string()).or_default() += 1;
        states
    })
}

macro_rules! jobs_of_the_house {
    ($($name:ident($($field:ty)?) = $word:literal, priority $priority:literal, tries $tries:literal;)*) => {$(
        #[derive(Clone, Serialize, Deserialize)]
        pub(crate) struct $name($(pub(crate) $field)?);

        impl Job for $name {
            const NAME: &'static str = $word;
            const PRIORITY: i64 = $priority;
            const MAX_TRIES: u32 = $tries;
            const PATIENCE: Duration = PATIENCE;
            type House = House;

            async fn run(&self, house: &House) -> Result<(), Setback> {
                self.go(house).await
            }
        }
    )*};
}

/// Of every job here.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

jobs_of_the_house! {
    Note(String) = "test.note", priority 0, tries 3;
    Urgent(String) = "test.urgent", priority 10, tries 3;
    Stumble(String) = "test.stumble", priority 0, tries 3;
    Wait(String) = "test.wait", priority 0, tries 3;
    Panic(String) = "test.panic", priority 0, tries 2;
    Slow(String) = "test.slow", priority 0, tries 1;
    Change(u8) = "test.change", priority 0, tries 1;
}

impl Note {
    async fn go(&self, house: &House) -> Result<(), Setback> {
        house.note(&self.0);
        Ok(())
    }
}

impl Urgent {
    async fn go(&self, house: &House) -> Result<(), Setback> {
        house.note(&self.0);
        Ok(())
    }
}

impl Stumble {
    /// Never gets anywhere, or not this time.
    async fn go(&self, house: &House) -> Result<(), Setback> {
        house.note(&self.0);
        if self.0 == "never" { Err(Setback::Never("refused")) } else { Err(Setback::Later("away")) }
    }
}

impl Wait {
    async fn go(&self, house: &House) -> Result<(), Setback> {
        house.note(&self.0);
        house.wait_at_gate().await;
        Ok(())
    }
}

impl Panic {
    #[expect(clippy::panic, reason = "that is what it is for")]
    async fn go(&self, house: &House) -> Result<(), Setback> {
        house.note(&self.0);
        panic!("a bug in a job")
    }
}

impl Slow {
    async fn go(&self, house: &House) -> Result<(), Setback> {
        house.note(&self.0);
        std::future::pending().await
    }
}

impl Change {
    /// Needs the database's writer while it runs.
    async fn go(&self, house: &House) -> Result<(), Setback> {
        let Some(store) = STORE.lock().ok().and_then(|store| store.clone()) else {
            return Err(Setback::Never("store"));
        };
        let follow_up = Note(self.0.to_string());
        let now = house.now();
        let change =
            store.change(move |tx| async move { enqueue(&tx, vec![(&follow_up, Due::now(now))]).await });
        change.await.map_err(|_| Setback::Never("writer"))
    }
}

/// The database that [`Change`] writes to.
pub(crate) static STORE: Mutex<Option<Store>> = Mutex::new(None);
