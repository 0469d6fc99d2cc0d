//! The one way out to a system: bounded in time and size, and at rest after repeated failures.

use std::{fmt, marker::PhantomData, time::Duration};

use failsafe::{
    StateMachine,
    backoff::{self, Constant},
    failure_policy::{self, ConsecutiveFailures},
};

use crate::{Address, Answer, BadSetting, Cause, Error, Identity, Peer, Refusal, Request, Result, tls};

/// Kept shorter than any server or gateway keeps an idle connection, so that no request is sent into a closing one.
const IDLE: Duration = Duration::from_secs(10);
/// How many connections are kept at most; more than that are in use at a time only in a rush.
const KEPT: usize = 16;

/// A line to one system, which refuses with `C`. One for the whole house; it keeps its connections.
pub struct Line<C> {
    kept: reqwest::Client,
    fresh: reqwest::Client,
    base: Address,
    body_max: usize,
    timeout: Duration,
    breaker: StateMachine<ConsecutiveFailures<Constant>, ()>,
    code: PhantomData<fn() -> C>,
}

impl<C: Refusal> Line<C> {
    /// Reads the authorities and makes ready; calls nobody. No answer is longer than `body_max` bytes.
    ///
    /// # Errors
    /// [`BadSetting`] for an endpoint that is not https, or a file that cannot be used.
    pub fn open(
        peer: &Peer,
        identity: Option<Identity>,
        body_max: usize,
    ) -> std::result::Result<Self, BadSetting> {
        let base = Address::parse(&format!("the endpoint of {}", C::SYSTEM), &peer.endpoint)?;
        let tls = tls::config(&peer.authorities, identity)?;
        let http = |kept: usize| {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .https_only(true)
                .http1_only()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .referer(false)
                .connect_timeout(peer.connect_timeout)
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(kept)
                .build()
                .map_err(|why| BadSetting::new(format!("the line to {}", C::SYSTEM), causes(&why)))
        };
        let rest = failure_policy::consecutive_failures(peer.failures, backoff::constant(peer.rest));
        Ok(Self {
            kept: http(KEPT)?,
            fresh: http(0)?,
            base,
            body_max,
            timeout: peer.timeout,
            breaker: StateMachine::new(rest, ()),
            code: PhantomData,
        })
    }

    /// A request to read what lies at `path`.
    pub fn get(&self, path: &str) -> Request {
        Request::new(self.kept.get(self.base.join(path)))
    }

    /// A request to `path` that carries something.
    pub fn post(&self, path: &str) -> Request {
        Request::new(self.kept.post(self.base.join(path)))
    }

    /// The same to another address of the same system: the same roots are trusted there, the same identity is shown.
    pub fn post_to(&self, address: &Address) -> Request {
        Request::new(self.kept.post(address.as_str()))
    }

    /// A request to change what lies at `path`.
    pub fn patch(&self, path: &str) -> Request {
        Request::new(self.kept.patch(self.base.join(path)))
    }

    /// A request to take away what lies at `path`.
    pub fn delete(&self, path: &str) -> Request {
        Request::new(self.kept.delete(self.base.join(path)))
    }

    /// Puts one question, in one or more tries, and says in the log, beside `name`, when it failed. Only a call that found
    /// nobody brings the line nearer to its rest: a refusal is an answer.
    ///
    /// # Errors
    /// What `tries` ended with; [`Cause::Timeout`] where it took too long, [`Cause::Resting`] where it was not even put.
    pub async fn call<T>(
        &self,
        name: impl fmt::Display,
        tries: impl Future<Output = Result<T, C>>,
    ) -> Result<T, C> {
        if !self.breaker.is_call_permitted() {
            return Err(Error::Unreachable(Cause::Resting));
        }
        let outcome = tokio::time::timeout(self.timeout, tries).await;
        let outcome = outcome.unwrap_or(Err(Error::Unreachable(Cause::Timeout)));
        match &outcome {
            Err(Error::Unreachable(_)) => self.breaker.on_error(),
            _ => self.breaker.on_success(),
        }
        if let Err(error) = &outcome {
            tracing::warn!(call = %name, %error, "a call failed");
        }
        outcome
    }

    /// Sends a request, once, and waits for the whole answer. Bounded in time only within [`Line::call`].
    ///
    /// # Errors
    /// [`Error::Unreachable`], and [`Error::Garbled`] for an answer that is too long.
    pub async fn send(&self, request: Request) -> Result<Answer, C> {
        let http = if request.fresh { &self.fresh } else { &self.kept };
        let request = request.builder.build().map_err(lost)?;
        Answer::read(http.execute(request).await.map_err(lost)?, self.body_max).await
    }
}

impl<C> fmt::Debug for Line<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

pub(crate) fn lost<C: Refusal>(error: reqwest::Error) -> Error<C> {
    let cause = if error.is_timeout() {
        Cause::Timeout
    } else if error.is_connect() {
        Cause::Connect
    } else {
        Cause::Broken
    };
    tracing::info!(error = causes(&error), "no answer from {}", C::SYSTEM);
    Error::Unreachable(cause)
}

/// What led to an error, on one line. Without the error itself: that names the address.
fn causes(error: &reqwest::Error) -> String {
    let mut line = String::new();
    let mut next: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(cause) = next {
        if !line.is_empty() {
            line.push_str(": ");
        }
        line.push_str(&cause.to_string());
        next = cause.source();
    }
    line
}
