//! apalis on the same engines, as durable as ours: the same settings of the database, its lock and its result written
//! down for each task. Its rows come ten in a transaction of its own pool, which no deed of the portal could be part of.

use std::str::FromStr;

use apalis::prelude::{
    BoxDynError, Data, ParallelizeExt, Task, TaskBuilder, WorkerBuilder, WorkerBuilderExt,
};
use apalis_postgres::{PgPool, PostgresStorage};
use apalis_sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteStorage};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use store::testing::TestStore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{GLANCE, HANDS, JOBS, Outside, TOGETHER};

const QUEUE: &str = "bench.letter";
/// Tasks it takes at a time: of 10, 16 and 100 the quickest. All but the hands' number wait in memory, held as taken.
const BATCH: usize = 100;

#[derive(Serialize, Deserialize)]
struct Letter(Uuid);

/// A pool of its own with apalis' tables.
pub(crate) enum Queue {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Queue {
    pub(crate) async fn open(beside: &TestStore) -> Self {
        let url = &beside.settings().url;
        if url.starts_with("sqlite:") {
            // apalis' own `setup` puts `synchronous` off, with which what was promised may be gone after a loss of power.
            let options = SqliteConnectOptions::from_str(url)
                .unwrap()
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full);
            // One connection, as the store has one that writes: with more of them SQLite answers that it is busy.
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
            SqliteStorage::migrations().run(&pool).await.unwrap();
            Self::Sqlite(pool)
        } else {
            let pool = PgPool::connect(url).await.unwrap();
            PostgresStorage::migrations().run(&pool).await.unwrap();
            Self::Postgres(pool)
        }
    }

    async fn push(&self, ten: Vec<Task<Vec<u8>>>) {
        match self {
            Self::Sqlite(pool) => {
                let mut tx = pool.begin().await.unwrap();
                apalis_sqlite::queries::push_tasks(&mut *tx, QUEUE, &ten).await.unwrap();
                tx.commit().await.unwrap();
            }
            Self::Postgres(pool) => {
                let mut tx = pool.begin().await.unwrap();
                apalis_postgres::queries::push_tasks(&mut *tx, QUEUE, ten).await.unwrap();
                tx.commit().await.unwrap();
            }
        }
    }

    async fn done(&self) -> usize {
        let done: i64 = match self {
            Self::Sqlite(pool) => {
                sqlx::query_scalar("SELECT count(*) FROM Jobs WHERE status = 'Done'").fetch_one(pool).await
            }
            Self::Postgres(pool) => {
                sqlx::query_scalar("SELECT count(*) FROM apalis.jobs WHERE status = 'Done'")
                    .fetch_one(pool)
                    .await
            }
        }
        .unwrap();
        usize::try_from(done).unwrap()
    }
}

pub(crate) async fn run(queue: &Queue) {
    for _ in 0..JOBS / TOGETHER {
        let ten = (0..TOGETHER).map(|_| TaskBuilder::new(payload()).build()).collect();
        queue.push(ten).await;
    }
    let (outside, stop) = (Outside::open().await, CancellationToken::new());
    /// The same worker whatever the back end, whose type is another on each engine.
    macro_rules! worker {
        ($storage:expr) => {{
            let worker = WorkerBuilder::new("beside")
                .backend($storage)
                .data(outside)
                .concurrency(HANDS)
                .parallelize(tokio::spawn)
                .build(send);
            let stopped = stop.clone().cancelled_owned();
            tokio::spawn(worker.run_until(async move {
                stopped.await;
                Ok::<_, std::io::Error>(())
            }))
        }};
    }
    let worker = match queue {
        Queue::Sqlite(pool) => worker!(
            SqliteStorage::<Letter>::new(pool)
                .with_config(apalis_sqlite::Config::default().queue(QUEUE).batch_size(BATCH))
        ),
        Queue::Postgres(pool) => worker!(
            PostgresStorage::<Letter>::new(pool)
                .with_config(apalis_postgres::Config::default().queue(QUEUE).batch_size(BATCH))
        ),
    };
    while queue.done().await < JOBS {
        tokio::time::sleep(GLANCE).await;
    }
    stop.cancel();
    worker.await.unwrap().unwrap();
}

fn payload() -> Vec<u8> {
    serde_json::to_vec(&Letter(Uuid::new_v4())).unwrap()
}

async fn send(Letter(reference): Letter, outside: Data<Outside>) -> Result<(), BoxDynError> {
    outside.send(reference).await.map_err(Into::into)
}
