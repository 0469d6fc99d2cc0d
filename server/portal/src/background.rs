//! What runs beside the visits: the collector, the sealer, the imports, what looks after notices, and the cleaner.
//!
//! Each loop may run in every replica. What must not be done twice is guarded by the row it is about.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{Portal, Result, audit, identification, retention, tasks};

/// How often each loop looks whether there is something to do. BankID's pace is kept by the order's row, not by this.
const COLLECT: Duration = Duration::from_millis(250);
const LOOK_FOR_SYNC: Duration = Duration::from_secs(1);
const LOOK_AFTER: Duration = Duration::from_secs(5);
const CLEAN: Duration = Duration::from_secs(60);
/// Collecting goes on while one batch waits for a slow answer.
const BATCHES: usize = 8;

/// The running background work.
pub struct Background(JoinSet<()>);

impl Background {
    /// Waits until all of it has ended; where one part fell, not for the others.
    pub async fn ended(mut self) {
        while let Some(Ok(())) = self.0.join_next().await {}
    }
}

impl Portal {
    /// One round of the collector: asks BankID about every order that is due. The background does it all the time.
    ///
    /// # Errors
    /// Only what is broken: a BankID that does not answer is asked again.
    pub async fn collect_orders(&self) -> Result<usize> {
        identification::collect_due(self).await
    }

    /// One round of the cleaner: erases what was kept long enough, and answers how many rows that were.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn erase_old(&self) -> Result<u64> {
        retention::clean(self, self.clock().now()).await
    }

    /// Starts all of it; it ends with `stop`.
    pub fn background(&self, stop: CancellationToken) -> Background {
        let mut loops = JoinSet::new();
        loops.spawn(collect(self.clone(), stop.clone()));
        loops.spawn(every(
            "seal",
            self.clone(),
            stop.clone(),
            self.rules().spans.seal_every,
            async |portal: &Portal| {
                audit::seal(portal.store(), portal.keys(), portal.clock().now()).await.map(drop)
            },
        ));
        loops.spawn(every("sync", self.clone(), stop.clone(), LOOK_FOR_SYNC, async |portal: &Portal| {
            if portal.sync_is_due(portal.clock().now()).await? {
                portal.sync_registers(false).await?;
            }
            Ok(())
        }));
        let between = self.rules().notices.every;
        loops.spawn(every("attendance", self.clone(), stop.clone(), between, async |portal: &Portal| {
            portal.keep_subscription().await?;
            portal.read_attendance().await.map(drop)
        }));
        loops.spawn(every("notices", self.clone(), stop.clone(), LOOK_AFTER, async |portal: &Portal| {
            portal.look_after_notices().await
        }));
        loops.spawn(every("clean", self.clone(), stop, CLEAN, async |portal: &Portal| {
            portal.0.watch.forget_old();
            retention::clean(portal, portal.clock().now()).await.map(drop)
        }));
        Background(loops)
    }

    /// The worker of the portal's jobs.
    pub fn worker(&self, settings: jobs::Settings) -> jobs::Worker<Self> {
        let clock = self.clock().clone();
        jobs::Worker::new(
            self.store().clone(),
            self.clone(),
            tasks::registry(),
            Arc::new(move || clock.now()),
            settings,
        )
    }
}

/// Does `work` now and then. Trouble, a panic too, is logged and met again the next time.
async fn every<W>(name: &'static str, portal: Portal, stop: CancellationToken, pause: Duration, work: W)
where
    W: AsyncFn(&Portal) -> Result<()>,
{
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            done = AssertUnwindSafe(work(&portal)).catch_unwind() => {
                match done {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => {
                        tracing::warn!(name, %error, "background work met trouble");
                        metrics::counter!("portal_background_errors", "work" => name).increment(1);
                    }
                    // Where is told by the panic itself.
                    Err(_) => metrics::counter!("portal_background_errors", "work" => name).increment(1),
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Batches run beside each other, so that an answer that takes its time delays nobody else's.
async fn collect(portal: Portal, stop: CancellationToken) {
    let mut batches = JoinSet::new();
    let mut beat = tokio::time::interval(COLLECT);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = batches.join_next(), if !batches.is_empty() => continue,
            _ = beat.tick(), if batches.len() < BATCHES => {
                let portal = portal.clone();
                batches.spawn(async move {
                    if let Err(error) = identification::collect_due(&portal).await {
                        tracing::warn!(%error, "orders could not be collected");
                        metrics::counter!("portal_background_errors", "work" => "collect").increment(1);
                    }
                });
            }
        }
    }
    // What BankID told once must still be stored.
    while batches.join_next().await.is_some() {}
}
