//! Changes of one kind that come at the same time, written in one transaction: the busier the house is, the more of them
//! each commit carries.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Turn, oneshot};

use crate::{Error, Result, System};

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

impl<T: Send + 'static> Together<T> {
    /// Has `what` written by `write`, with whatever else waits when its turn comes. `write` is given all of it and answers
    /// each in the same order; where it fails nothing is written, and each hears so.
    ///
    /// What was begun is brought to its end even if the caller is dropped.
    ///
    /// # Errors
    /// What `write` answers.
    pub(crate) async fn write<W, F>(&self, what: T, write: W) -> Result<()>
    where
        W: FnOnce(Vec<T>) -> F + Send + 'static,
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
            let answers = write(what).await.unwrap_or_else(|error| vec![Err(error)]);
            let answers = answers.into_iter().chain(std::iter::repeat_with(|| Err(not_written())));
            for (done, answer) in done.into_iter().zip(answers) {
                // Nobody listens where the caller was dropped.
                let _ = done.send(answer);
            }
        });
        answer.await.unwrap_or_else(|_| Err(not_written()))
    }
}

/// What all but the first hear of a transaction that came to nothing: the first hears why.
fn not_written() -> Error {
    Error::Unavailable(System::Database)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn what_comes_meanwhile_is_written_together_and_each_hears_its_own_answer() {
        let together = Together::<usize>::default();
        let written = Arc::new(AtomicUsize::new(0));
        let held = together.turn.clone().lock_owned().await;
        let count = |what: usize| {
            let written = Arc::clone(&written);
            together.write(what, move |all| async move {
                written.fetch_add(1, Ordering::Relaxed);
                let answer = |one: usize| if one == 3 { Err(Error::NotFound) } else { Ok(()) };
                Ok(all.into_iter().map(answer).collect())
            })
        };
        let all = futures_of([count(1), count(2), count(3), count(4)], held);
        let answers: Vec<bool> = all.await.iter().map(Result::is_ok).collect();
        assert_eq!(answers, [true, true, false, true]);
        assert_eq!(written.load(Ordering::Relaxed), 1, "one transaction for all of them");
    }

    #[tokio::test]
    async fn where_nothing_was_written_everybody_hears_so() {
        let together = Together::<usize>::default();
        let held = together.turn.clone().lock_owned().await;
        let fail = |what| together.write(what, |_| async { Err(Error::NotFound) });
        let answers = futures_of([fail(1), fail(2), fail(3)], held).await;
        assert!(matches!(answers[0], Err(Error::NotFound)), "the first hears why");
        assert!(
            answers[1..].iter().all(|answer| matches!(answer, Err(Error::Unavailable(System::Database))))
        );
    }

    /// Lets all of them wait before the turn is given back.
    async fn futures_of<F: Future<Output = Result<()>>, const N: usize>(
        all: [F; N],
        held: tokio::sync::OwnedMutexGuard<()>,
    ) -> Vec<Result<()>> {
        let mut all: Vec<_> = all.into_iter().map(Box::pin).collect();
        for one in &mut all {
            assert!(futures_now(one).await, "it waits");
        }
        drop(held);
        let mut answers = Vec::new();
        for one in all {
            answers.push(one.await);
        }
        answers
    }

    /// Polls once; answers whether it waits.
    async fn futures_now<F: Future + Unpin>(one: &mut F) -> bool {
        std::future::poll_fn(|cx| std::task::Poll::Ready(std::pin::Pin::new(&mut *one).poll(cx).is_pending()))
            .await
    }
}
