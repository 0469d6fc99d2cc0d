//! Changes of one kind that come at the same time, written in one transaction: the busier the house is, the more of them
//! each commit carries.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use store::Tx;
use tokio::sync::{Mutex as Turn, oneshot};

use crate::{Error, Portal, Result, System};

/// What waits to be written together.
pub(crate) struct Together<T> {
    waiting: Arc<Mutex<Vec<Waiting<T>>>>,
    turn: Arc<Turn<()>>,
}

struct Waiting<T> {
    what: T,
    done: oneshot::Sender<Result<()>>,
}

impl<T> Default for Together<T> {
    fn default() -> Self {
        Self { waiting: Arc::default(), turn: Arc::default() }
    }
}

impl<T: Clone + Send + 'static> Together<T> {
    /// Has `what` written by `work`, with whatever else waits when its turn comes, in one transaction. `work` is given all
    /// of it and answers each in the same order. Where it fails nothing is written, and it is called for each alone: what
    /// cannot be written keeps nobody else's from being.
    ///
    /// What was begun is brought to its end even if the caller is dropped.
    ///
    /// # Errors
    /// What `work` answers.
    pub(crate) async fn write<W, F>(&self, portal: &Portal, what: T, work: W) -> Result<()>
    where
        W: Fn(Portal, Tx, Vec<T>, Timestamp) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Result<Vec<Result<()>>>> + Send + 'static,
    {
        let portal = portal.clone();
        self.go(what, move |all| {
            let (house, on, now) = (portal.clone(), portal.clone(), portal.clock().now());
            async move { on.change(move |tx| work(house, tx, all, now)).await }
        })
        .await
    }

    async fn go<W, F>(&self, what: T, write: W) -> Result<()>
    where
        W: Fn(Vec<T>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Vec<Result<()>>>> + Send,
    {
        let (done, answer) = oneshot::channel();
        let (waiting, turn) = (Arc::clone(&self.waiting), Arc::clone(&self.turn));
        waiting.lock().unwrap_or_else(PoisonError::into_inner).push(Waiting { what, done });
        tokio::spawn(async move {
            let _turn = turn.lock().await;
            let all = std::mem::take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner));
            // Empty where ours went with those before.
            if all.is_empty() {
                return;
            }
            let (what, done): (Vec<_>, Vec<_>) = all.into_iter().map(|one| (one.what, one.done)).unzip();
            let answers = match write(what.clone()).await {
                Ok(answers) => answers,
                Err(error) if what.len() == 1 => vec![Err(error)],
                Err(error) => {
                    tracing::warn!(%error, rows = what.len(), "not written together, so one by one");
                    one_by_one(what, write).await
                }
            };
            for (done, answer) in done.into_iter().zip(answers) {
                // Nobody listens where the caller was dropped.
                let _ = done.send(answer);
            }
        });
        answer.await.unwrap_or(Err(Error::Unavailable(System::Database)))
    }
}

async fn one_by_one<T, W, F>(what: Vec<T>, write: W) -> Vec<Result<()>>
where
    W: Fn(Vec<T>) -> F,
    F: Future<Output = Result<Vec<Result<()>>>>,
{
    let mut answers = Vec::with_capacity(what.len());
    for one in what {
        let answer = write(vec![one]).await.and_then(|answers| answers.into_iter().collect());
        answers.push(answer);
    }
    answers
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        pin::pin,
        sync::atomic::{AtomicUsize, Ordering},
        task::Poll,
    };

    use super::*;

    type Answers = Result<Vec<Result<()>>>;

    /// Writes 1, 2 and 3, all of which wait before the turn comes; says how each went, and how often it was written.
    async fn three<F>(write: fn(Vec<usize>) -> F) -> (Vec<bool>, usize)
    where
        F: Future<Output = Answers> + Send + 'static,
    {
        let (together, calls) = (Together::<usize>::default(), Arc::new(AtomicUsize::new(0)));
        let held = Arc::clone(&together.turn).lock_owned().await;
        let one = |what: usize| {
            let calls = Arc::clone(&calls);
            together.go(what, move |all| {
                calls.fetch_add(1, Ordering::Relaxed);
                write(all)
            })
        };
        let (mut first, mut second, mut third) = (pin!(one(1)), pin!(one(2)), pin!(one(3)));
        let all_wait = poll_fn(|cx| {
            let waits = [first.as_mut().poll(cx), second.as_mut().poll(cx), third.as_mut().poll(cx)];
            Poll::Ready(waits.iter().all(Poll::is_pending))
        });
        assert!(all_wait.await);
        drop(held);
        let answers = [first.await, second.await, third.await];
        (answers.iter().map(Result::is_ok).collect(), calls.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn what_waits_is_written_at_once_and_each_hears_its_own_answer() {
        let write = |all: Vec<usize>| async move {
            Ok(all.into_iter().map(|one| if one == 2 { Err(Error::NotFound) } else { Ok(()) }).collect())
        };
        assert_eq!(three(write).await, (vec![true, false, true], 1));
    }

    #[tokio::test]
    async fn what_cannot_be_written_keeps_nothing_else_from_being() {
        let write = |all: Vec<usize>| async move {
            if all.contains(&2) { Err(Error::NotFound) } else { Ok(all.iter().map(|_| Ok(())).collect()) }
        };
        assert_eq!(three(write).await, (vec![true, false, true], 4));
    }
}
