//! What the town's systems send by themselves: notices of change and delivery reports, to addresses their clients gave.
//!
//! A letter that is not accepted is sent again at set distances on the town's clock. Each try stands in a log that the
//! control interface shows, without the path and the user of the address: those carry the client's secret.
//!
//! Certificates are not checked: what is sent is made up, and a portal under development has one that nobody signed.

use crate::{Clock, System, calls::Answer, lock};
use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, StatusCode, Url, redirect::Policy};
use serde::Serialize;
use serde_json::Value;
use std::{
    collections::VecDeque,
    future::Future,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{runtime::Handle, sync::Semaphore};
use tokio_util::sync::CancellationToken;

/// How long a receiver may think (registers.md 1.7).
const PATIENCE: Duration = Duration::from_secs(5);
/// How many letters are under way at once.
const AT_ONCE: usize = 64;
/// How many tries are remembered; the oldest are forgotten first.
const REMEMBERED: usize = 50_000;

/// A letter to a client's address.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    /// Who sends it.
    pub(crate) from: System,
    /// The address with whatever proves to the receiver that the letter is genuine: a secret in its path, a user and password.
    pub(crate) to: Url,
    pub(crate) body: Body,
}

/// What a letter says.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Json(Value),
    Form(Vec<(&'static str, String)>),
}

/// When a letter counts as accepted, and when it is sent again if it was not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Persistence {
    /// The statuses that accept.
    pub(crate) accepts: fn(StatusCode) -> bool,
    /// How long after the first try each further one comes.
    pub(crate) again: &'static [SignedDuration],
}

/// One try to deliver a letter, as `GET /control/notices` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Who sent it.
    pub system: System,
    /// When, on the town's clock.
    pub time: Timestamp,
    /// The receiver's origin.
    pub to: String,
    /// What was said; a form as an object.
    pub body: Value,
    /// Counts from 1.
    pub attempt: usize,
    /// What the receiver answered.
    pub answer: Answer,
}

/// The one that carries letters. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Messenger(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    http: Client,
    at_once: Semaphore,
    told: Mutex<VecDeque<Told>>,
    /// Ended by a reset: what waits to be sent then is forgotten.
    era: Mutex<CancellationToken>,
    closing: CancellationToken,
    runtime: Handle,
}

impl Messenger {
    /// A messenger that works until `closing`. Its tasks run where this is called.
    ///
    /// # Errors
    /// No client can be made, or there is no runtime.
    pub(crate) fn new(clock: Clock, closing: CancellationToken) -> Result<Self> {
        let http = Client::builder()
            .tls_danger_accept_invalid_certs(true)
            .no_proxy()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()
            .context("the town cannot send letters")?;
        Ok(Self(Arc::new(Inner {
            clock,
            http,
            at_once: Semaphore::new(AT_ONCE),
            told: Mutex::default(),
            era: Mutex::new(closing.child_token()),
            closing,
            runtime: Handle::try_current()?,
        })))
    }

    /// Does `work` beside everything else, until the town closes.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let closing = self.0.closing.clone();
        self.0.runtime.spawn(async move { closing.run_until_cancelled(work).await });
    }

    /// Does `work` beside everything else, until the town closes or is reset.
    pub(crate) fn spawn_for_now(&self, work: impl Future<Output = ()> + Send + 'static) {
        let era = lock(&self.0.era).clone();
        self.0.runtime.spawn(async move { era.run_until_cancelled(work).await });
    }

    /// Forgets what waits to be sent and what was.
    pub(crate) fn reset(&self) {
        let ended = std::mem::replace(&mut *lock(&self.0.era), self.0.closing.child_token());
        ended.cancel();
        lock(&self.0.told).clear();
    }

    /// The clock letters are sent by.
    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Every try to deliver a letter of `system`, or of all, oldest first.
    pub(crate) fn told(&self, system: Option<System>) -> Vec<Told> {
        lock(&self.0.told).iter().filter(|told| system.is_none_or(|s| s == told.system)).cloned().collect()
    }

    /// Tries once to deliver `letter`; whether it was accepted.
    pub(crate) async fn once(&self, letter: &Letter, persistence: Persistence) -> bool {
        self.attempt(letter, persistence, 1).await
    }

    /// Goes on with a letter that was not accepted at `first`, until it is or all tries are used.
    pub(crate) async fn again(&self, letter: &Letter, persistence: Persistence, first: Timestamp) {
        for (at, after) in persistence.again.iter().enumerate() {
            self.0.clock.reached(first + *after).await;
            if self.attempt(letter, persistence, at + 2).await {
                return;
            }
        }
    }

    async fn attempt(&self, letter: &Letter, persistence: Persistence, attempt: usize) -> bool {
        // The semaphore is never closed, so this only ever waits.
        let _permit = self.0.at_once.acquire().await;
        let time = self.0.clock.now();
        let request = self.0.http.post(letter.to.clone());
        let request = match &letter.body {
            Body::Json(json) => request.json(json),
            Body::Form(fields) => request.form(fields),
        };
        let answered = request.send().await.map(|response| response.status());
        let answer = match &answered {
            Ok(status) => Answer::Status(status.as_u16()),
            Err(error) if error.is_timeout() => Answer::Nothing("timeout"),
            Err(error) if error.is_connect() => Answer::Nothing("unreachable"),
            Err(_) => Answer::Nothing("dropped"),
        };
        self.note(Told {
            system: letter.from,
            time,
            to: letter.to.origin().ascii_serialization(),
            body: letter.body.shown(),
            attempt,
            answer,
        });
        answered.is_ok_and(persistence.accepts)
    }

    fn note(&self, told: Told) {
        let mut all = lock(&self.0.told);
        if all.len() == REMEMBERED {
            all.pop_front();
        }
        all.push_back(told);
    }
}

impl Body {
    fn shown(&self) -> Value {
        match self {
            Self::Json(json) => json.clone(),
            Self::Form(fields) => {
                fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect()
            }
        }
    }
}
