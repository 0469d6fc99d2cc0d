//! Workers in processes of their own, killed under load.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::Timestamp;
use jobs::{Due, Job, Registry, Setback, Worker};
use serde::{Deserialize, Serialize};
use store::{Settings, testing};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

use crate::house::{Asked, eager, states, until};

const JOBS: usize = 400;
const KILLS: usize = 5;
const HANDS: usize = 4;
const PROCESSES: usize = 2;

/// Leaves the house under a reference.
#[derive(Clone, Serialize, Deserialize)]
struct Letter(String);

/// Where to.
struct Outside(String);

impl Job for Letter {
    const NAME: &'static str = "test.send";
    const MAX_TRIES: u32 = 100;
    type House = Outside;

    async fn run(&self, outside: &Outside) -> Result<(), Setback> {
        let away = |_| Setback::Away("sink");
        let mut sink = TcpStream::connect(&outside.0).await.map_err(away)?;
        sink.write_all(format!("{}\n", self.0).as_bytes()).await.map_err(away)?;
        let mut taken = [0];
        sink.read_exact(&mut taken).await.map_err(away)?;
        Ok(())
    }
}

/// Takes what is sent and keeps the references.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<String>>>);

impl Sink {
    async fn open(&self) -> std::io::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let kept = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = kept.clone();
                tokio::spawn(async move { kept.take(stream).await });
            }
        });
        Ok(address)
    }

    async fn take(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut reference = String::new();
        // A sender that was killed may leave half a line.
        if stream.read_line(&mut reference).await? > 0 && reference.ends_with('\n') {
            if let Ok(mut kept) = self.0.lock() {
                kept.push(reference.trim_end().to_owned());
            }
            stream.write_all(b"k").await?;
        }
        Ok(())
    }

    fn kept(&self) -> Vec<String> {
        self.0.lock().map(|kept| kept.clone()).unwrap_or_default()
    }
}

/// Not a test by itself: what the test below starts, with a database, a sink and a clock, and kills.
#[tokio::test]
async fn a_process_that_works_until_it_is_killed() -> Asked {
    let (Ok(database), Ok(sink), Ok(clock)) =
        (env::var("JOBS_TEST_DATABASE"), env::var("JOBS_TEST_SINK"), env::var("JOBS_TEST_CLOCK"))
    else {
        return Ok(());
    };
    let store = store::connect(&Settings::new(database)).await?;
    let registry = Registry::new().with::<Letter>();
    let clock = Arc::new(move || read_clock(Path::new(&clock)));
    Worker::new(store, Outside(sink), registry, clock, eager(HANDS)).run(CancellationToken::new()).await;
    Ok(())
}

fn read_clock(file: &Path) -> Timestamp {
    let text = fs::read_to_string(file).unwrap_or_default();
    Timestamp::from_second(text.parse().unwrap_or_default()).unwrap_or_default()
}

/// Killed when dropped.
struct Process(Child);

impl Process {
    fn start(database: &str, sink: &str, clock: &Path) -> std::io::Result<Self> {
        let child = Command::new(env::current_exe()?)
            .args(["--exact", "kills::a_process_that_works_until_it_is_killed"])
            .env("JOBS_TEST_DATABASE", database)
            .env("JOBS_TEST_SINK", sink)
            .env("JOBS_TEST_CLOCK", clock)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Self(child))
    }
}

impl Drop for Process {
    /// `kill -9`.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A clock that all processes read.
struct Clock {
    file: PathBuf,
    second: i64,
}

impl Clock {
    fn advance(&mut self, by: Duration) -> std::io::Result<()> {
        self.second += by.as_secs() as i64;
        let next = self.file.with_extension("next");
        fs::write(&next, self.second.to_string())?;
        fs::rename(next, &self.file)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_killed_under_load_lose_nothing_and_double_only_what_was_in_flight() -> Asked {
    for store in testing::engines().await {
        let sink = Sink::default();
        let address = sink.open().await?;
        let folder = tempfile::tempdir()?;
        let mut clock = Clock { file: folder.path().join("clock"), second: 0 };
        clock.advance(Duration::ZERO)?;
        let database = store.settings().url.clone();
        let start = || Process::start(&database, &address, &folder.path().join("clock"));
        let enqueue = store.change(|tx| async move {
            for n in 0..JOBS {
                jobs::enqueue(&tx, vec![(&Letter(format!("r{n}")), Due::now(Timestamp::UNIX_EPOCH))]).await?;
            }
            Ok::<_, jobs::Error>(())
        });
        enqueue.await?;

        let mut processes: Vec<Process> = (0..PROCESSES).map(|_| start()).collect::<std::io::Result<_>>()?;
        for kill in 1..=KILLS {
            until("enough was sent", || async { sink.kept().len() >= kill * JOBS / (KILLS + 2) }).await;
            drop(processes.remove(0));
            processes.push(start()?);
            // What the killed one held is free from here on; the living one's leases have run out as well.
            clock.advance(2 * Letter::PATIENCE)?;
        }
        until("all done", || async {
            jobs::list(&store).await.is_ok_and(|rows| states(&rows) == [("done".to_owned(), JOBS)].into())
        })
        .await;
        drop(processes);

        let mut times = BTreeMap::<String, usize>::new();
        for reference in sink.kept() {
            *times.entry(reference).or_default() += 1;
        }
        assert_eq!(times.len(), JOBS, "something was lost");
        let doubled: usize = times.values().map(|times| times - 1).sum();
        assert!(doubled <= KILLS * PROCESSES * HANDS, "{doubled} doubled: more than was in flight");
    }
    Ok(())
}
