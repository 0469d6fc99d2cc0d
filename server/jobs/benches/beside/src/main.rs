//! What durable work costs: `jobs`, a bare loop that does the same inserts, updates and socket writes by hand, and apalis,
//! in the same run, on both engines. Prints a table and writes `target/bench/jobs.json`; asserts nothing about time.
//!
//! Each does this for each of the jobs: a row inserted in a transaction with nine others, marked as running, a line written to a
//! socket and its answer awaited, marked as done.

mod bare;
mod ours;
mod theirs;

use std::{
    fs, io,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::json;
use store::testing::{self, TestStore};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

const JOBS: usize = 4_000;
/// Rows in one transaction of whoever causes them.
const TOGETHER: usize = 10;
/// Letters on their way at the same time.
const HANDS: usize = 16;
/// How often whoever waits for the end looks.
const GLANCE: Duration = Duration::from_millis(50);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    println!(
        "\n{JOBS} jobs, {HANDS} at once; the socket's other end is part of this process\n\
         {:<12}{:<10}{:>10}{:>10}{:>14}{:>18}{:>12}",
        "engine", "loop", "seconds", "CPU s", "of a server", "jobs per CPU s", "to bare"
    );
    let mut rows = Vec::new();
    for engine in testing::engines().await {
        let name = format!("{:?}", engine.backend());
        let meter = Meter::new(&engine);
        let (one, other) = (engine.another().await, engine.another().await);
        let third = theirs::Queue::open(&engine.another().await).await;
        let bare = meter.spent(bare::run(&one)).await;
        let ours = meter.spent(ours::run(&other)).await;
        let theirs = meter.spent(theirs::run(&third)).await;
        for (which, one) in [("bare", &bare), ("jobs", &ours), ("apalis", &theirs)] {
            let [clock, here, server] = [one.clock, one.here, one.server].map(|one| one.as_secs_f64());
            let ratio = one.rate() / bare.rate();
            println!(
                "{name:<12}{which:<10}{clock:>10.2}{here:>10.2}{server:>14.2}{:>18.0}{ratio:>12.3}",
                one.rate()
            );
        }
        rows.push(json!({
            "engine": name,
            "bare": bare.rate(),
            "jobs": ours.rate(),
            "apalis": theirs.rate(),
            "jobs_to_bare": ours.rate() / bare.rate(),
            "apalis_to_bare": theirs.rate() / bare.rate(),
        }));
    }
    let folder = target().join("bench");
    fs::create_dir_all(&folder).unwrap();
    let report = json!({ "jobs": JOBS, "hands": HANDS, "per_cpu_second": rows });
    fs::write(folder.join("jobs.json"), serde_json::to_vec_pretty(&report).unwrap()).unwrap();
}

/// The build's folder: the program stands in `<target>/release`.
fn target() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned()
}

/// What one loop took.
struct Spent {
    clock: Duration,
    /// Processor time of this process.
    here: Duration,
    /// Processor time of the database's server; none on SQLite, which works in this process.
    server: Duration,
}

impl Spent {
    /// Jobs done in a second of processor time, whoever's.
    fn rate(&self) -> f64 {
        JOBS as f64 / (self.here + self.server).as_secs_f64()
    }
}

struct Meter {
    server: Option<String>,
}

impl Meter {
    fn new(engine: &TestStore) -> Self {
        let pid = fs::read_to_string(engine.folder().join("data/postmaster.pid")).ok();
        Self { server: pid.and_then(|file| Some(file.lines().next()?.to_owned())) }
    }

    async fn spent(&self, work: impl Future<Output = ()>) -> Spent {
        let (clock, here, server) = (Instant::now(), self.here(), self.server());
        work.await;
        Spent { clock: clock.elapsed(), here: self.here() - here, server: self.server() - server }
    }

    fn here(&self) -> Duration {
        stat("self").map_or(Duration::ZERO, |stat| stat.own)
    }

    /// The server, its children, and those of them that have ended.
    fn server(&self) -> Duration {
        let Some(server) = &self.server else { return Duration::ZERO };
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let stats = processes.filter_map(|process| {
            let pid = process.file_name().into_string().ok()?;
            Some((stat(&pid)?, pid == *server))
        });
        stats.fold(Duration::ZERO, |sum, (stat, is_server)| match is_server {
            true => sum + stat.own + stat.ended,
            false if stat.parent == *server => sum + stat.own,
            false => sum,
        })
    }
}

/// Of a process (proc(5), `stat`: fields 4 and 14 to 17, in 1/100 s). `None` when it has ended meanwhile.
struct Stat {
    parent: String,
    own: Duration,
    ended: Duration,
}

fn stat(pid: &str) -> Option<Stat> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
    let ticks = |at: usize| Some(Duration::from_millis(fields.get(at)?.parse::<u64>().ok()? * 10));
    Some(Stat {
        parent: (*fields.get(1)?).to_owned(),
        own: ticks(11)? + ticks(12)?,
        ended: ticks(13)? + ticks(14)?,
    })
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

    async fn send(&self, reference: Uuid) -> io::Result<()> {
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
