//! The one way out to the register: mutual TLS, no root but the configured, bounded in time and size.

use std::{fmt, path::Path, sync::Arc, time::Duration};

use failsafe::{
    StateMachine,
    backoff::{self, Constant},
    failure_policy::{self, ConsecutiveFailures},
};
use reqwest::{Response, Url};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde::Serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{BadSetting, Cause, Code, Error, Result, Settings, token::Keys};

/// 900 whole posts with history are some 5 MiB.
const BODY_MAX: usize = 16 * 1024 * 1024;
/// Kept shorter than any gateway keeps an idle connection.
const IDLE: Duration = Duration::from_secs(10);

pub(crate) struct Door {
    http: reqwest::Client,
    base: Url,
    keys: Option<Keys>,
    timeout: Duration,
    breaker: StateMachine<ConsecutiveFailures<Constant>, ()>,
    expires: jiff::Timestamp,
}

impl Door {
    pub(crate) fn open(settings: &Settings) -> std::result::Result<Self, BadSetting> {
        let base = base(&settings.endpoint)?;
        let (tls, expires) = tls(settings)?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|why| BadSetting::new("population register client", chain(&why)))?;
        let rest = backoff::constant(settings.rest);
        let breaker = StateMachine::new(failure_policy::consecutive_failures(settings.failures, rest), ());
        let keys = settings.credentials.as_ref().map(Keys::read).transpose()?;
        Ok(Self { http, base, keys, timeout: settings.timeout, breaker, expires })
    }

    /// When the organisation's certificate ends.
    pub(crate) fn expires(&self) -> jiff::Timestamp {
        self.expires
    }

    /// Posts a question and returns the text of a 200. A question changes nothing, so it is put once more where that may
    /// help: no connection or one that broke, closed for the moment, a token that was taken back.
    pub(crate) async fn post<B: Serialize + Sync>(
        &self,
        path: &str,
        correlation: Uuid,
        body: &B,
    ) -> Result<Zeroizing<String>> {
        if !self.breaker.is_call_permitted() {
            return Err(Error::Unreachable(Cause::Resting));
        }
        let url = self.base.join(path).map_err(|_| Error::Garbled("no such address"))?;
        let asked = async {
            match self.ask(url.clone(), correlation, body).await {
                Err(Error::Unreachable(Cause::Connect | Cause::Broken) | Error::Said(Code::Closed)) => {}
                Err(Error::Said(Code::Unauthorized)) if self.keys.is_some() => {}
                answer => return answer,
            }
            tracing::info!(%correlation, "asking the population register once more");
            if let Some(keys) = &self.keys {
                keys.forget().await;
            }
            self.ask(url, correlation, body).await
        };
        let outcome = tokio::time::timeout(self.timeout, asked).await;
        let outcome = outcome.unwrap_or(Err(Error::Unreachable(Cause::Timeout)));
        match &outcome {
            Err(error @ Error::Unreachable(_)) => {
                tracing::warn!(%correlation, %error, "the population register did not answer");
                self.breaker.on_error();
            }
            Err(error) => {
                tracing::warn!(%correlation, %error, "the population register refused");
                self.breaker.on_success();
            }
            Ok(_) => self.breaker.on_success(),
        }
        outcome
    }

    async fn ask<B: Serialize + Sync>(
        &self,
        url: Url,
        correlation: Uuid,
        body: &B,
    ) -> Result<Zeroizing<String>> {
        let mut request =
            self.http.post(url).header("skv_client_correlation_id", correlation.to_string()).json(body);
        if let Some(keys) = &self.keys {
            request = keys.sign(&self.http, request).await?;
        }
        accepted("lookup", request.send().await).await
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("base", &self.base.as_str()).field("expires", &self.expires).finish()
    }
}

/// The text of an answer with status 200, given up on as soon as it is longer than any.
pub(crate) async fn accepted(
    what: &'static str,
    answer: reqwest::Result<Response>,
) -> Result<Zeroizing<String>> {
    let mut answer = answer.map_err(lost)?;
    let status = answer.status().as_u16();
    if status != 200 {
        tracing::warn!(what, status, "the population register answered with an error");
        return Err(Error::Said(Code::of_status(status)));
    }
    let mut body = Zeroizing::new(Vec::new());
    while let Some(piece) = answer.chunk().await.map_err(lost)? {
        if body.len() + piece.len() > BODY_MAX {
            return Err(Error::Garbled("longer than any answer of the register's"));
        }
        body.extend_from_slice(&piece);
    }
    String::from_utf8(std::mem::take(&mut *body)).map(Zeroizing::new).map_err(|_| Error::Garbled("not UTF-8"))
}

/// The address every path is joined to: https, and with a slash at its end.
fn base(endpoint: &str) -> std::result::Result<Url, BadSetting> {
    let bad = |why: String| BadSetting::new(format!("population register endpoint {endpoint}"), why);
    let url =
        Url::parse(&format!("{}/", endpoint.trim_end_matches('/'))).map_err(|why| bad(why.to_string()))?;
    if url.scheme() == "https" { Ok(url) } else { Err(bad("must begin with https://".into())) }
}

fn tls(settings: &Settings) -> std::result::Result<(rustls::ClientConfig, jiff::Timestamp), BadSetting> {
    let mut roots = rustls::RootCertStore::empty();
    for root in certificates(&settings.authorities)? {
        roots.add(root).map_err(|why| bad_file(&settings.authorities, why))?;
    }
    let chain = certificates(&settings.identity)?;
    let expires = expiry(&settings.identity, &chain)?;
    let key =
        PrivateKeyDer::from_pem_file(&settings.identity).map_err(|why| bad_file(&settings.identity, why))?;
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|why| BadSetting::new("TLS", why))?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)
            .map_err(|why| bad_file(&settings.identity, why))?;
    Ok((config, expires))
}

fn certificates(path: &Path) -> std::result::Result<Vec<CertificateDer<'static>>, BadSetting> {
    let found: Vec<_> =
        CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(|why| bad_file(path, why))?;
    if found.is_empty() { Err(bad_file(path, "holds no certificate")) } else { Ok(found) }
}

/// When the first certificate, the client's own, ends.
fn expiry(path: &Path, chain: &[CertificateDer<'_>]) -> std::result::Result<jiff::Timestamp, BadSetting> {
    let own = chain.first().ok_or_else(|| bad_file(path, "holds no certificate"))?;
    let (_, own) = x509_parser::parse_x509_certificate(own).map_err(|why| bad_file(path, why))?;
    jiff::Timestamp::from_second(own.validity().not_after.timestamp()).map_err(|why| bad_file(path, why))
}

fn bad_file(path: &Path, why: impl fmt::Display) -> BadSetting {
    BadSetting::new(path.display().to_string(), why)
}

fn lost(error: reqwest::Error) -> Error {
    let cause = if error.is_timeout() {
        Cause::Timeout
    } else if error.is_connect() {
        Cause::Connect
    } else {
        Cause::Broken
    };
    tracing::info!(error = chain(&error), "no answer from the population register");
    Error::Unreachable(cause)
}

/// An error with its causes, on one line and without the address.
fn chain(error: &reqwest::Error) -> String {
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
