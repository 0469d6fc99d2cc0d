//! Development: the house keeps the town's time, so that a test can let hours pass.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use portal::Clock;
use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

/// How often the town is asked: twice within the second it may take.
const EVERY: Duration = Duration::from_millis(400);
/// How long a house that starts waits for a town that starts beside it.
const START: Duration = Duration::from_secs(10);
/// The longest answer of a town.
const LONGEST: u64 = 4096;

#[derive(Deserialize)]
struct Shown {
    now: Timestamp,
}

/// Sets `clock` by the town at `origin`.
///
/// # Errors
/// Where no town answers.
pub(crate) async fn set(clock: &Clock, origin: &str) -> Result<()> {
    let asked = tokio::time::timeout(Duration::from_secs(2), ask(origin)).await.context("no answer");
    let shown =
        asked.and_then(|answer| answer).with_context(|| format!("clock.town: no town at {origin}"))?;
    // Small differences are the way there and back; following them would make time jump.
    if shown.now.duration_since(clock.now()).abs() > jiff::SignedDuration::from_millis(250) {
        clock.set(shown.now);
    }
    Ok(())
}

/// Sets `clock` by a town that may still be starting.
///
/// # Errors
/// Where none answers for [`START`].
pub(crate) async fn find(clock: &Clock, origin: &str, stop: &CancellationToken) -> Result<()> {
    let begun = Instant::now();
    loop {
        let found = set(clock, origin).await;
        if found.is_ok() || stop.is_cancelled() || begun.elapsed() >= START {
            return found.or_else(|error| if stop.is_cancelled() { Ok(()) } else { Err(error) });
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Follows the town until `stop`. A town that is away is asked again.
pub(crate) async fn follow(clock: Clock, origin: String, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {
                let _ = set(&clock, &origin).await;
            }
        }
    }
}

/// `GET /control/clock`. A client library for one question of a test world would be too much.
async fn ask(origin: &str) -> Result<Shown> {
    let authority = origin.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(authority).await?;
    let question = format!("GET /control/clock HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    stream.write_all(question.as_bytes()).await?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("a broken answer")?;
    ensure!(head.starts_with("HTTP/1.1 200"), "a broken answer");
    Ok(serde_json::from_str(body.trim())?)
}
