//! Whom a register has just kept waiting in vain: for a moment they are told at once, so that one page after another
//! does not wait as long again, and no place at work is held for it.
//!
//! Only a register that gave no answer in time is remembered. One that refuses costs nobody time, and is asked again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::time::error::Elapsed;

use crate::{clock::millis, person::Subject};

/// How long it is not asked again.
const REST: Duration = Duration::from_secs(5);

/// The questions that got no answer in time, by whom they were about.
#[derive(Default)]
pub(crate) struct Hung(Mutex<HashMap<Subject, Timestamp>>);

impl Hung {
    /// What `asked` comes to, unless the same question hung a moment ago.
    pub(crate) async fn or_ask<T>(
        &self,
        subject: &Subject,
        now: Timestamp,
        asked: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        if self.rests(subject, now) {
            anyhow::bail!("no answer in time a moment ago");
        }
        let answer = asked.await;
        if answer.as_ref().is_err_and(is_late) {
            self.note(subject.clone(), now);
        }
        answer
    }

    fn rests(&self, subject: &Subject, now: Timestamp) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(subject)
            .is_some_and(|at| is_recent(*at, now))
    }

    fn note(&self, subject: Subject, now: Timestamp) {
        let mut hung = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hung.retain(|_, at| is_recent(*at, now));
        hung.insert(subject, now);
    }
}

fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    (0..millis(REST)).contains(&(now.as_millisecond() - at.as_millisecond()))
}

fn is_late(error: &anyhow::Error) -> bool {
    let unreachable = navet::Error::Unreachable(navet::Cause::Timeout);
    error.is::<Elapsed>() || error.downcast_ref::<navet::Error>() == Some(&unreachable)
}
