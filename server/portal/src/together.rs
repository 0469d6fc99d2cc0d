//! Changes of one kind that come at the same time, written in one transaction: the busier the house is, the more of them
//! each commit carries.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use store::Tx;
use tokio::{
    sync::{Mutex as Turn, oneshot},
    time::timeout,
};

use crate::{Error, Portal, Result, System};

/// Longer than the database lets any statement take: one that is gone without a word keeps nobody's turn for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// What waits to be written together.
pub(crate) struct Together<T> {
    waiting: Arc<Mutex<Vec<Waiting<T>>>>,
    turn: Arc<Turn<()>>,
}

/// How each was written, in order.
type Answers = Result<Vec<Result<()>>>;

struct Waiting<T> {
    what: T,
    done: oneshot::Sender<Result<()>>,
}

impl<T> Default for Together<T> {
    fn default() -> Self {
        Self { waiting: Arc::default(), turn: Arc::default() }
    }
}

/// Gives what is to be written, once the transaction has begun: whatever came until then goes along.
type Take<T> = Box<dyn FnOnce() -> Vec<T> + Send>;

impl<T: Clone + Send + 'static> Together<T> {
    /// Has `what` written by `work`, with whatever else waits when the transaction has begun. `work` is given all of it and
    /// answers each in the same order. Where it fails nothing is written, and it is called for each alone: what cannot be
    /// written keeps nobody else's from being.
    ///
    /// What was begun is brought to its end even if the caller is dropped.
    ///
    /// # Errors
    /// What `work` answers.
    pub(crate) async fn write<W, F>(&self, portal: &Portal, what: T, work: W) -> Result<()>
    where
        W: Fn(Portal, Tx, Vec<T>, Timestamp) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Answers> + Send + 'static,
    {
        let portal = portal.clone();
        let write = move |take: Take<T>| {
            let (house, on) = (portal.clone(), portal.clone());
            async move {
                on.change(move |tx| {
                    let now = house.clock().now();
                    work(house, tx, take(), now)
                })
                .await
            }
        };
        self.go(what, write).await
    }

    async fn go<W, F>(&self, what: T, write: W) -> Result<()>
    where
        W: Fn(Take<T>) -> F + Send + Sync + 'static,
        F: Future<Output = Answers> + Send,
    {
        let (done, answer) = oneshot::channel();
        let (waiting, turn) = (Arc::clone(&self.waiting), Arc::clone(&self.turn));
        lock(&waiting).push(Waiting { what, done });
        tokio::spawn(async move {
            let _turn = turn.lock().await;
            // Ours may have gone with those before.
            if lock(&waiting).is_empty() {
                return;
            }
            let taken = Arc::new(Mutex::new(Vec::new()));
            let (from, to) = (Arc::clone(&waiting), Arc::clone(&taken));
            let take = move || {
                let all = std::mem::take(&mut *lock(&from));
                let what = all.iter().map(|one| one.what.clone()).collect();
                *lock(&to) = all;
                what
            };
            let written = timeout(PATIENCE, write(Box::new(take))).await;
            let taken = std::mem::take(&mut *lock(&taken));
            let gone = Err(Error::Unavailable(System::Database));
            let is_gone = written.is_err() || taken.is_empty();
            match written.unwrap_or(gone) {
                Ok(answers) => taken.into_iter().zip(answers).for_each(|(one, answer)| one.hear(answer)),
                Err(error) if is_gone => {
                    tracing::warn!(%error, rows = taken.len(), "no transaction to write in");
                    let all = std::mem::take(&mut *lock(&waiting));
                    let all = taken.into_iter().chain(all);
                    all.for_each(|one| one.hear(Err(Error::Unavailable(System::Database))));
                }
                Err(error) => {
                    tracing::warn!(%error, rows = taken.len(), "not written together, so one by one");
                    for one in taken {
                        let what = vec![one.what.clone()];
                        let answers = write(Box::new(move || what)).await;
                        one.hear(answers.and_then(|answers| answers.into_iter().collect()));
                    }
                }
            }
        });
        answer.await.unwrap_or(Err(Error::Unavailable(System::Database)))
    }
}

impl<T> Waiting<T> {
    fn hear(self, answer: Result<()>) {
        // Nobody listens where the caller was dropped.
        let _ = self.done.send(answer);
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Writes 1, 2 and 3, all of which wait before the turn comes; says how each went, and how often it was written.
    async fn three<F>(write: fn(Take<usize>) -> F) -> (Vec<bool>, usize)
    where
        F: Future<Output = Answers> + Send + 'static,
    {
        let (together, calls) = (Together::<usize>::default(), Arc::new(AtomicUsize::new(0)));
        let held = Arc::clone(&together.turn).lock_owned().await;
        let one = |what: usize| {
            let calls = Arc::clone(&calls);
            together.go(what, move |take| {
                calls.fetch_add(1, Ordering::Relaxed);
                write(take)
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
        let write = |take: Take<usize>| async move {
            Ok(take().into_iter().map(|one| if one == 2 { Err(Error::NotFound) } else { Ok(()) }).collect())
        };
        assert_eq!(three(write).await, (vec![true, false, true], 1));
    }

    #[tokio::test]
    async fn what_cannot_be_written_keeps_nothing_else_from_being() {
        let write = |take: Take<usize>| async move {
            let all = take();
            if all.contains(&2) { Err(Error::NotFound) } else { Ok(all.iter().map(|_| Ok(())).collect()) }
        };
        assert_eq!(three(write).await, (vec![true, false, true], 4));
    }

    #[tokio::test]
    async fn without_a_transaction_everybody_hears_so_at_once() {
        let write = |_: Take<usize>| async move { Err(Error::Unavailable(System::Database)) };
        assert_eq!(three(write).await, (vec![false; 3], 1));
    }

    #[tokio::test]
    async fn whoever_is_dropped_has_it_written_all_the_same() {
        let (together, written) = (Together::<usize>::default(), Arc::new(AtomicUsize::new(0)));
        let held = Arc::clone(&together.turn).lock_owned().await;
        let calls = Arc::clone(&written);
        let write = move |take: Take<usize>| {
            calls.fetch_add(take().len(), Ordering::Relaxed);
            async { Ok(vec![Ok(()), Ok(())]) }
        };
        let mut dropped = Box::pin(together.go(1, write.clone()));
        assert!(poll_fn(|cx| Poll::Ready(dropped.as_mut().poll(cx).is_pending())).await);
        drop(dropped);
        drop(held);
        assert!(together.go(2, write).await.is_ok());
        assert_eq!(written.load(Ordering::Relaxed), 2);
    }
}
