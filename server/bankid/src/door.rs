//! The one way out to BankID: mutual TLS, no root but BankID's own, bounded in time and size.

use std::{fmt, path::Path, sync::Arc, time::Duration};

use failsafe::{
    StateMachine,
    backoff::{self, Constant},
    failure_policy::{self, ConsecutiveFailures},
};
use reqwest::{Method, Response, StatusCode, Url};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{BadSetting, Cause, Code, Error, Result, Settings, wire};

/// Signature and OCSP answer are 20 to 40 KiB; six times that is ample.
const BODY_MAX: usize = 256 * 1024;
/// Kept shorter than any server keeps an idle connection, so that no request is sent into a closing one.
const IDLE: Duration = Duration::from_secs(10);
/// How many connections are kept at most; more than that are in use at a time only in a rush.
const KEPT: usize = 16;

pub(crate) struct Door {
    /// Opens a connection for each call. For what must not be asked twice: a kept connection that the other end is
    /// just closing would take the request with it.
    fresh: reqwest::Client,
    /// Keeps its connections. For what is asked again anyway.
    kept: reqwest::Client,
    base: Url,
    timeout: Duration,
    breaker: StateMachine<ConsecutiveFailures<Constant>, ()>,
    expires: jiff::Timestamp,
}

impl Door {
    pub(crate) fn open(settings: &Settings) -> std::result::Result<Self, BadSetting> {
        let base = base(&settings.endpoint)?;
        let (tls, expires) = tls(settings)?;
        let http = |idle: usize| {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .https_only(true)
                .http1_only()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .referer(false)
                .connect_timeout(settings.connect_timeout)
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(idle)
                .build()
                .map_err(|why| BadSetting::new("BankID client", chain(&why)))
        };
        let (fresh, kept) = (http(0)?, http(KEPT)?);
        let rest = backoff::constant(settings.rest);
        let breaker = StateMachine::new(failure_policy::consecutive_failures(settings.failures, rest), ());
        Ok(Self { fresh, kept, base, timeout: settings.timeout, breaker, expires })
    }

    /// When the relying party's certificate ends.
    pub(crate) fn expires(&self) -> jiff::Timestamp {
        self.expires
    }

    /// Posts what must not be asked twice, and returns the text of a 200.
    pub(crate) async fn post_once<B: Serialize + Sync>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<Zeroizing<String>> {
        self.post(&self.fresh, path, body).await
    }

    /// Posts what the caller asks again by itself, and returns the text of a 200.
    pub(crate) async fn post_often<B: Serialize + Sync>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<Zeroizing<String>> {
        self.post(&self.kept, path, body).await
    }

    async fn post<B: Serialize + Sync>(
        &self,
        http: &reqwest::Client,
        path: &str,
        body: &B,
    ) -> Result<Zeroizing<String>> {
        let (status, answer) = self.call(http, Method::POST, path, Some(body)).await?;
        match status {
            StatusCode::OK => Ok(answer),
            _ => Err(Error::Said(refusal(path, status, &answer))),
        }
    }

    /// What BankID's own sample asks to see whether it is there and knows our certificate: a GET, to be answered 405.
    pub(crate) async fn probe(&self, path: &str) -> Result<()> {
        let (status, answer) = self.call::<()>(&self.fresh, Method::GET, path, None).await?;
        match status {
            StatusCode::METHOD_NOT_ALLOWED => Ok(()),
            StatusCode::OK => Err(Error::Garbled("the probe was answered 200, not 405")),
            _ => Err(Error::Said(refusal(path, status, &answer))),
        }
    }

    async fn call<B: Serialize + Sync>(
        &self,
        http: &reqwest::Client,
        method: Method,
        path: &str,
        body: Option<&B>,
    ) -> Result<(StatusCode, Zeroizing<String>)> {
        if !self.breaker.is_call_permitted() {
            return Err(Error::Unreachable(Cause::Resting));
        }
        let url = self.base.join(path).map_err(|_| Error::Garbled("no such address"))?;
        let asked = async {
            let answer = send(http, method, url, body).await?;
            let status = answer.status();
            Ok((status, text(answer).await?))
        };
        let outcome = tokio::time::timeout(self.timeout, asked).await;
        let outcome = outcome.unwrap_or(Err(Error::Unreachable(Cause::Timeout)));
        match &outcome {
            Err(error @ Error::Unreachable(_)) => {
                tracing::warn!(path, %error, "BankID did not answer");
                self.breaker.on_error();
            }
            _ => self.breaker.on_success(),
        }
        outcome
    }
}

/// Sends a request, and once more only where the first one never left.
async fn send<B: Serialize + Sync>(
    http: &reqwest::Client,
    method: Method,
    url: Url,
    body: Option<&B>,
) -> Result<Response> {
    let request = || {
        let request = http.request(method.clone(), url.clone());
        // `json` sets exactly `application/json`; with a charset BankID answers 415.
        if let Some(body) = body { request.json(body) } else { request }
    };
    match request().send().await {
        Err(error) if error.is_connect() => {
            tracing::info!(error = chain(&error), "no connection to BankID, trying once more");
            request().send().await.map_err(lost)
        }
        answer => answer.map_err(lost),
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("base", &self.base.as_str()).field("expires", &self.expires).finish()
    }
}

/// The address every path is joined to: https, and with a slash at its end.
fn base(endpoint: &str) -> std::result::Result<Url, BadSetting> {
    let bad = |why: String| BadSetting::new(format!("BankID endpoint {endpoint}"), why);
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

/// The body as text, given up on as soon as it is longer than any answer of BankID's.
async fn text(mut answer: Response) -> Result<Zeroizing<String>> {
    let mut body = Zeroizing::new(Vec::new());
    while let Some(piece) = answer.chunk().await.map_err(lost)? {
        if body.len() + piece.len() > BODY_MAX {
            return Err(Error::Garbled("longer than any answer of BankID's"));
        }
        body.extend_from_slice(&piece);
    }
    String::from_utf8(std::mem::take(&mut *body)).map(Zeroizing::new).map_err(|_| Error::Garbled("not UTF-8"))
}

fn lost(error: reqwest::Error) -> Error {
    let cause = if error.is_timeout() {
        Cause::Timeout
    } else if error.is_connect() {
        Cause::Connect
    } else {
        Cause::Broken
    };
    tracing::info!(error = chain(&error), "no answer from BankID");
    Error::Unreachable(cause)
}

/// The code of a refusal. Its `details` are neither shown nor logged: they may repeat what was sent.
fn refusal(path: &str, status: StatusCode, answer: &str) -> Code {
    let code =
        wire::error_code(answer).map_or_else(|| Code::of_status(status.as_u16()), |code| Code::parse(&code));
    tracing::warn!(path, status = status.as_u16(), %code, "BankID refused a call");
    code
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
