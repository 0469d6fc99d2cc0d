//! The one way out to the register: TLS with no root but the configured, a bearer token, bounded in time and size.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
    sync::{Arc, RwLock},
    time::Duration,
};

use failsafe::{
    StateMachine,
    backoff::{self, Constant},
    failure_policy::{self, ConsecutiveFailures},
};
use reqwest::{
    Response, Url,
    header::{AUTHORIZATION, HeaderValue, RETRY_AFTER},
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use zeroize::Zeroizing;

use crate::{BadSetting, Cause, Code, Error, Result, Settings, wire};

/// 500 persons with enrolments, addresses and guardians are some 2 MiB.
const BODY_MAX: usize = 16 * 1024 * 1024;
/// Kept shorter than any gateway keeps an idle connection.
const IDLE: Duration = Duration::from_secs(10);
/// How long the client waits before a second try where the server does not say.
const PAUSE: Duration = Duration::from_millis(500);

pub(crate) struct Door {
    http: reqwest::Client,
    base: Url,
    tokens: Tokens,
    page: u32,
    timeout: Duration,
    patience: Duration,
    breaker: StateMachine<ConsecutiveFailures<Constant>, ()>,
}

impl Door {
    pub(crate) fn open(settings: &Settings) -> std::result::Result<Self, BadSetting> {
        let base = base(&settings.endpoint)?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(&settings.authorities)?)
            .https_only(true)
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|why| BadSetting::new("pupil register client", chain(&why)))?;
        let rest = backoff::constant(settings.rest);
        let breaker = StateMachine::new(failure_policy::consecutive_failures(settings.failures, rest), ());
        let tokens = Tokens::read(&settings.tokens, &settings.token)?;
        let (page, timeout, patience) = (settings.page.max(1), settings.timeout, settings.patience);
        Ok(Self { http, base, tokens, page, timeout, patience, breaker })
    }

    /// Gets a list and returns the text of a 200.
    pub(crate) async fn get(&self, path: &str, query: Option<(&str, String)>) -> Result<Zeroizing<String>> {
        self.ask(path, self.page, query).await
    }

    /// The same with so many rows at most.
    pub(crate) async fn few(&self, path: &str, rows: u32) -> Result<Zeroizing<String>> {
        self.ask(path, rows, None).await
    }

    /// Asked once more where that may help: no connection or one that broke, a short "later", a token that was replaced.
    async fn ask(&self, path: &str, rows: u32, query: Option<(&str, String)>) -> Result<Zeroizing<String>> {
        if !self.breaker.is_call_permitted() {
            return Err(Error::Unreachable(Cause::Resting));
        }
        let mut url = self.base.join(path).map_err(|_| Error::Garbled("no such address"))?;
        url.query_pairs_mut().append_pair("limit", &rows.to_string());
        if let Some((name, value)) = query {
            url.query_pairs_mut().append_pair(name, &value);
        }
        let outcome = match self.once(&url).await {
            Err(error) => match self.pause_after(&error) {
                Some(pause) => {
                    tracing::info!(path, %error, "asking the pupil register once more");
                    tokio::time::sleep(pause).await;
                    self.once(&url).await
                }
                None => Err(error),
            },
            answer => answer,
        };
        if let Err(error) = &outcome {
            tracing::warn!(path, %error, "no list from the pupil register");
        }
        match &outcome {
            Err(Error::Unreachable(_)) => self.breaker.on_error(),
            _ => self.breaker.on_success(),
        }
        outcome
    }

    /// How long to wait before a second try; none where there should be none.
    fn pause_after(&self, error: &Error) -> Option<Duration> {
        match error {
            Error::Unreachable(Cause::Connect | Cause::Broken) => Some(Duration::ZERO),
            Error::Said(Code::Unauthorized) => self.tokens.renewed().then_some(Duration::ZERO),
            Error::Said(Code::TooMany(after) | Code::Busy(after)) => {
                Some(after.unwrap_or(PAUSE)).filter(|pause| *pause <= self.patience)
            }
            _ => None,
        }
    }

    async fn once(&self, url: &Url) -> Result<Zeroizing<String>> {
        let request = self.http.get(url.clone()).header(AUTHORIZATION, self.tokens.bearer());
        let asked = async { accepted(request.send().await.map_err(lost)?).await };
        tokio::time::timeout(self.timeout, asked).await.unwrap_or(Err(Error::Unreachable(Cause::Timeout)))
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// The bearer token, and where a newer one would stand.
struct Tokens {
    file: PathBuf,
    name: String,
    bearer: RwLock<HeaderValue>,
}

impl Tokens {
    fn read(file: &Path, name: &str) -> std::result::Result<Self, BadSetting> {
        let bearer = RwLock::new(bearer(file, name)?);
        Ok(Self { file: file.to_owned(), name: name.to_owned(), bearer })
    }

    fn bearer(&self) -> HeaderValue {
        self.bearer.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Reads the file again; whether it held another token.
    fn renewed(&self) -> bool {
        let Ok(new) = bearer(&self.file, &self.name) else { return false };
        let mut held = self.bearer.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let other = *held != new;
        *held = new;
        other
    }
}

fn bearer(file: &Path, name: &str) -> std::result::Result<HeaderValue, BadSetting> {
    let bad = |why: String| BadSetting::new(format!("{}, token \"{name}\"", file.display()), why);
    let text = Zeroizing::new(fs::read_to_string(file).map_err(|why| bad(why.to_string()))?);
    // The parser's own words could repeat a token.
    let all: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&text).map_err(|_| bad("the file is not a JSON object".into()))?;
    let token = all.get(name).and_then(|token| token.as_str()).ok_or_else(|| bad("is not there".into()))?;
    let line = Zeroizing::new(format!("Bearer {token}"));
    let mut header =
        HeaderValue::from_str(&line).map_err(|_| bad("holds characters no header takes".into()))?;
    header.set_sensitive(true);
    Ok(header)
}

/// The address every path is joined to: https, and with a slash at its end.
fn base(endpoint: &str) -> std::result::Result<Url, BadSetting> {
    let bad = |why: String| BadSetting::new(format!("pupil register endpoint {endpoint}"), why);
    let url =
        Url::parse(&format!("{}/", endpoint.trim_end_matches('/'))).map_err(|why| bad(why.to_string()))?;
    if url.scheme() == "https" { Ok(url) } else { Err(bad("must begin with https://".into())) }
}

fn tls(authorities: &Path) -> std::result::Result<rustls::ClientConfig, BadSetting> {
    let bad = |why: String| BadSetting::new(authorities.display().to_string(), why);
    let mut roots = rustls::RootCertStore::empty();
    for root in CertificateDer::pem_file_iter(authorities).map_err(|why| bad(why.to_string()))? {
        roots.add(root.map_err(|why| bad(why.to_string()))?).map_err(|why| bad(why.to_string()))?;
    }
    if roots.is_empty() {
        return Err(bad("holds no certificate".into()));
    }
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|why| BadSetting::new("TLS", why))?
            .with_root_certificates(roots)
            .with_no_client_auth();
    Ok(config)
}

/// The text of an answer with status 200, given up on as soon as it is longer than any.
async fn accepted(mut answer: Response) -> Result<Zeroizing<String>> {
    let status = answer.status().as_u16();
    let after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let mut body = Zeroizing::new(Vec::new());
    while let Some(piece) = answer.chunk().await.map_err(lost)? {
        if body.len() + piece.len() > BODY_MAX {
            return Err(Error::Garbled("longer than any answer of the register's"));
        }
        body.extend_from_slice(&piece);
    }
    let text = String::from_utf8(std::mem::take(&mut *body)).map(Zeroizing::new);
    match status {
        200 => text.map_err(|_| Error::Garbled("not UTF-8")),
        401 | 403 => Err(Error::Said(Code::Unauthorized)),
        404 | 405 | 501 => Err(Error::Said(Code::NotOffered)),
        429 => Err(Error::Said(Code::TooMany(after.map(Duration::from_secs)))),
        503 => Err(Error::Said(Code::Busy(after.map(Duration::from_secs)))),
        other => Err(Error::Said(Code::Status(other, text.ok().and_then(|text| wire::error_code(&text))))),
    }
}

fn lost(error: reqwest::Error) -> Error {
    let cause = if error.is_timeout() {
        Cause::Timeout
    } else if error.is_connect() {
        Cause::Connect
    } else {
        Cause::Broken
    };
    tracing::info!(error = chain(&error), "no answer from the pupil register");
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
