//! `jobs`, with its leases, lines and ends.

use std::sync::Arc;

use jiff::Timestamp;
use jobs::{Due, Job, Line, Registry, Setback, Settings, Worker};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use store::{Store, entity::job};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{GLANCE, HANDS, JOBS, Outside, TOGETHER};

#[derive(Serialize, Deserialize)]
struct Letter(Uuid);

impl Job for Letter {
    const NAME: &'static str = "bench.letter";
    const LINES: &'static [&'static str] = &["mail"];
    type House = Outside;

    async fn run(&self, outside: &Outside) -> Result<(), Setback> {
        outside.send(self.0).await.map_err(|_| Setback::Away("sink"))
    }
}

pub(crate) async fn run(store: &Store) {
    for _ in 0..JOBS / TOGETHER {
        let ten: Vec<Letter> = (0..TOGETHER).map(|_| Letter(Uuid::new_v4())).collect();
        let enqueue = store.change(|tx| async move {
            let due = Due::now(Timestamp::UNIX_EPOCH);
            jobs::enqueue(&tx, ten.iter().map(|letter| (letter, due)).collect::<Vec<_>>()).await
        });
        enqueue.await.unwrap();
    }
    let stop = CancellationToken::new();
    // One hand more than the line takes, as a worker keeps one free.
    let lines = [("mail", Line { at_once: HANDS, ..Line::default() })].into();
    let settings = Settings { workers: HANDS + 1, lines, ..Settings::default() };
    let registry = Registry::new().with::<Letter>();
    let clock = Arc::new(|| Timestamp::UNIX_EPOCH);
    let worker = Worker::new(store.clone(), Outside::open().await, registry, clock, settings);
    let worker = tokio::spawn(worker.run(stop.clone()));
    while done(store).await < JOBS as u64 {
        tokio::time::sleep(GLANCE).await;
    }
    stop.cancel();
    worker.await.unwrap();
}

/// How many rows say that their letter has left.
pub(crate) async fn done(store: &Store) -> u64 {
    job::Entity::find().filter(job::Column::State.eq("done")).count(store.reader()).await.unwrap()
}
