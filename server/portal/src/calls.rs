//! Calls that come faster than they are followed.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use futures::FutureExt;

use crate::{Error, Result};

/// Calls from outside that want the same work done. However many come while it is done, it is done once more for all.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<AtomicUsize>);

impl Calls {
    /// Follows one more call with `work`, beside everything else.
    pub(crate) fn follow<F>(&self, what: &'static str, work: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = Result<()>> + Send,
    {
        if self.0.fetch_add(1, SeqCst) > 0 {
            return;
        }
        let calls = self.clone();
        tokio::spawn(async move {
            loop {
                let followed = calls.0.load(SeqCst);
                // A panic is told where it happens; the next call must find somebody who listens.
                match AssertUnwindSafe(work()).catch_unwind().await {
                    // The registers' own trouble is told where it is met.
                    Ok(Ok(()) | Err(Error::Unavailable(_))) | Err(_) => {}
                    Ok(Err(error)) => tracing::error!(what, %error, "a call was not followed"),
                }
                if calls.0.compare_exchange(followed, 0, SeqCst, SeqCst).is_ok() {
                    return;
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::{Semaphore, mpsc};

    use super::*;

    #[tokio::test]
    async fn however_many_call_meanwhile_one_more_round_follows_them_and_a_panic_ends_nothing() {
        let (calls, gate) = (Calls::default(), Arc::new(Semaphore::new(0)));
        let (begun, mut rounds) = mpsc::unbounded_channel();
        let call = || {
            let (gate, begun) = (Arc::clone(&gate), begun.clone());
            calls.follow("test", move || {
                let (gate, begun) = (Arc::clone(&gate), begun.clone());
                async move {
                    begun.send(()).unwrap();
                    gate.acquire().await.unwrap().forget();
                    panic!("on purpose");
                }
            });
        };
        call();
        rounds.recv().await.unwrap();
        for _ in 0..32 {
            call();
        }
        gate.add_permits(2);
        rounds.recv().await.unwrap();
        // Both rounds have ended: the next call begins one of its own.
        while calls.0.load(SeqCst) > 0 {
            tokio::task::yield_now().await;
        }
        assert!(rounds.try_recv().is_err(), "a third round followed the same calls");
        call();
        tokio::time::timeout(Duration::from_secs(5), rounds.recv()).await.unwrap().unwrap();
    }
}
