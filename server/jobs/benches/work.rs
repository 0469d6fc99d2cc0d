//! What durable work costs: jobs against a bare loop that does the same inserts, updates and socket writes by hand, in the
//! same run, on both engines. Prints a table and writes `target/bench/jobs.json`; asserts nothing about time.
//!
//! Both do this for each of the jobs: a row inserted in a transaction of ten, marked as running, a line written to a
//! socket and its answer awaited, marked as done. The bare loop knows its rows by heart: it looks for nothing, leases
//! nothing and retries nothing.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark talks to its reader and ends where it cannot go on"
)]

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use jobs::{Due, Job, Line, Registry, Setback, Settings, Worker};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Statement,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Store, entity::job, testing};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const JOBS: usize = 4_000;
/// Rows in one transaction of whoever causes them.
const TOGETHER: usize = 10;
const HANDS: usize = 16;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    // `cargo test --benches` runs this too: then there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!(
        "\n{JOBS} jobs, {HANDS} at once; the processor time is this process' own, socket's other end included\n\
         {:<12}{:<10}{:>12}{:>12}{:>14}",
        "engine", "loop", "seconds", "CPU s", "jobs per CPU s"
    );
    let mut rows = Vec::new();
    for engine in testing::engines().await {
        let name = format!("{:?}", engine.backend());
        let (one, other) = (engine.another().await, engine.another().await);
        let bare = measured(&name, "bare", bare(&one).await);
        let jobs = measured(&name, "jobs", durable(&other).await);
        println!("{name:<12}{:<10}{:>38.3}", "ratio", jobs / bare);
        rows.push(json!({ "engine": name, "bare": bare, "jobs": jobs, "ratio": jobs / bare }));
    }
    let folder = target().join("bench");
    fs::create_dir_all(&folder).unwrap();
    let report: Value = json!({ "jobs": JOBS, "hands": HANDS, "per_cpu_second": rows });
    fs::write(folder.join("jobs.json"), serde_json::to_vec_pretty(&report).unwrap()).unwrap();
}

/// The build's folder: the program stands in `<target>/release/deps`.
fn target() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned()
}

/// Processor time this process has used, user and system (proc(5), `stat`, fields 14 and 15, in 1/100 s).
fn processor_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

struct Spent {
    clock: Duration,
    processor: Duration,
}

/// Says what was spent; answers the jobs done in a second of processor time.
fn measured(engine: &str, which: &str, spent: Spent) -> f64 {
    let rate = JOBS as f64 / spent.processor.as_secs_f64();
    let (clock, processor) = (spent.clock.as_secs_f64(), spent.processor.as_secs_f64());
    println!("{engine:<12}{which:<10}{clock:>12.2}{processor:>12.2}{rate:>14.0}");
    rate
}

async fn spent(work: impl Future<Output = ()>) -> Spent {
    let (clock, processor) = (Instant::now(), processor_time());
    work.await;
    Spent { clock: clock.elapsed(), processor: processor_time() - processor }
}

/// The other end of the socket, and the connections kept to it.
#[derive(Clone)]
struct Outside {
    address: String,
    kept: Arc<Mutex<Vec<TcpStream>>>,
}

impl Outside {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut line = [0; 37];
                    while stream.read_exact(&mut line).await.is_ok() && stream.write_all(b"k").await.is_ok() {
                    }
                });
            }
        });
        Self { address, kept: Arc::default() }
    }

    async fn send(&self, reference: Uuid) -> std::io::Result<()> {
        let kept = self.kept.lock().unwrap().pop();
        let mut stream = match kept {
            Some(stream) => stream,
            None => TcpStream::connect(&self.address).await?,
        };
        stream.write_all(format!("{reference}\n").as_bytes()).await?;
        stream.read_exact(&mut [0]).await?;
        self.kept.lock().unwrap().push(stream);
        Ok(())
    }
}

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

async fn durable(store: &Store) -> Spent {
    let outside = Outside::open().await;
    spent(async {
        for _ in 0..JOBS / TOGETHER {
            let enqueue = store.change(|tx| async move {
                for _ in 0..TOGETHER {
                    jobs::enqueue(&tx, vec![(&Letter(Uuid::new_v4()), Due::now(Timestamp::UNIX_EPOCH))])
                        .await?;
                }
                Ok::<_, jobs::Error>(())
            });
            enqueue.await.unwrap();
        }
        let stop = CancellationToken::new();
        // One hand more than the line takes, as a worker keeps one free.
        let lines = [("mail", Line { at_once: HANDS, ..Line::default() })].into();
        let settings = Settings { workers: HANDS + 1, lines, ..Settings::default() };
        let registry = Registry::new().with::<Letter>();
        let worker =
            Worker::new(store.clone(), outside, registry, Arc::new(|| Timestamp::UNIX_EPOCH), settings);
        let worker = tokio::spawn(worker.run(stop.clone()));
        while done(store).await < JOBS as u64 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        stop.cancel();
        worker.await.unwrap();
    })
    .await
}

async fn done(store: &Store) -> u64 {
    job::Entity::find().filter(job::Column::State.eq("done")).count(store.reader()).await.unwrap()
}

/// The same by hand.
async fn bare(store: &Store) -> Spent {
    let outside = Outside::open().await;
    spent(async {
        let mut ids = Vec::with_capacity(JOBS);
        for _ in 0..JOBS / TOGETHER {
            let ten: Vec<String> = (0..TOGETHER).map(|_| Uuid::new_v4().to_string()).collect();
            ids.extend(ten.iter().cloned());
            let insert = store.change(|tx| async move {
                for id in ten {
                    job::Entity::insert(row(id)).exec_without_returning(&tx).await?;
                }
                Ok::<_, store::Error>(())
            });
            insert.await.unwrap();
        }
        let (ids, mut hands) = (Arc::new(Mutex::new(ids)), JoinSet::new());
        for _ in 0..HANDS {
            let (ids, store, outside) = (Arc::clone(&ids), store.clone(), outside.clone());
            hands.spawn(async move {
                loop {
                    let Some(id) = ids.lock().unwrap().pop() else { return };
                    mark(&store, "UPDATE job SET state = 'running', tries = 1 WHERE id = $1", &id).await;
                    outside.send(id.parse().unwrap()).await.unwrap();
                    mark(&store, "UPDATE job SET state = 'done', finished_at = 0 WHERE id = $1", &id).await;
                }
            });
        }
        while hands.join_next().await.is_some() {}
        assert_eq!(done(store).await, JOBS as u64);
    })
    .await
}

fn row(id: String) -> job::ActiveModel {
    job::ActiveModel {
        payload: Set(format!("\"{id}\"")),
        id: Set(id),
        name: Set("bench.letter".into()),
        line: Set("mail".into()),
        priority: Set(0),
        state: Set("waiting".into()),
        tries: Set(0),
        max_tries: Set(12),
        wanted_at: Set(0),
        due_at: Set(0),
        deadline_at: Set(None),
        lease_until: Set(None),
        lease_owner: Set(None),
        last_error: Set(None),
        created_at: Set(0),
        finished_at: Set(None),
    }
}

async fn mark(store: &Store, statement: &str, id: &str) {
    let statement = Statement::from_sql_and_values(store.backend(), statement, [id.into()]);
    store.writer().execute_raw(statement).await.unwrap();
}
