//! The one way out to the register: TLS, a bearer token, and a list asked for twice at most.

use std::time::Duration;

use serde::Serialize;
use wire::{Answer, Line, Request};
use zeroize::Zeroizing;

use crate::{BadSetting, Cause, Code, Error, Result, Settings, token::Tokens};

/// 500 persons with enrolments, addresses and guardians are some 2 MiB.
const BODY_MAX: usize = 16 * 1024 * 1024;
/// How long the client waits before a second try where the server does not say.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct Door {
    line: Line<Code>,
    tokens: Tokens,
    page: u32,
    patience: Duration,
}

impl Door {
    pub(crate) fn open(settings: &Settings) -> std::result::Result<Self, BadSetting> {
        let line = Line::open(&settings.peer, None, BODY_MAX)?;
        let tokens = Tokens::read(&settings.tokens, &settings.token)?;
        Ok(Self { line, tokens, page: settings.page.max(1), patience: settings.patience })
    }

    /// Gets a list and returns the text of a 200.
    pub(crate) async fn get(&self, path: &str, query: Option<(&str, String)>) -> Result<Zeroizing<String>> {
        self.rows(path, self.page, query).await
    }

    /// The same with so many rows at most.
    pub(crate) async fn few(&self, path: &str, rows: u32) -> Result<Zeroizing<String>> {
        self.rows(path, rows, None).await
    }

    async fn rows(&self, path: &str, rows: u32, query: Option<(&str, String)>) -> Result<Zeroizing<String>> {
        self.twice(path, || {
            let request = self.line.get(path).query("limit", &rows.to_string());
            query.iter().fold(request, |request, (name, value)| request.query(name, value))
        })
        .await
    }

    /// Gets what is no list, or a list that is not paged.
    pub(crate) async fn look(&self, path: &str, query: &[(&str, &str)]) -> Result<Zeroizing<String>> {
        self.twice(path, || asking(self.line.get(path), query)).await
    }

    /// Asks a question that is posted, as a lookup is.
    pub(crate) async fn look_up(
        &self,
        path: &str,
        query: &[(&str, &str)],
        body: &(impl Serialize + Sync),
    ) -> Result<Zeroizing<String>> {
        self.twice(path, || asking(self.line.post(path), query).json(body)).await
    }

    /// Makes something, once: what a broken connection left behind nobody knows.
    pub(crate) async fn make(&self, path: &str, body: &(impl Serialize + Sync)) -> Result<Zeroizing<String>> {
        let once = async {
            let request = self.line.post(path).json(body).secret("authorization", &self.tokens.bearer());
            self.line.send(request).await?.made()
        };
        self.line.call(path, once).await
    }

    /// Changes what lies at `path` in a way that may be repeated. `name` says what it is, for the log.
    pub(crate) async fn change(
        &self,
        name: &str,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<Zeroizing<String>> {
        self.twice(name, || self.line.patch(path).json(body)).await
    }

    /// Asked once more where that may help: no connection or one that broke, a short "later", a token that was replaced.
    async fn twice(
        &self,
        name: &str,
        request: impl Fn() -> Request + Send + Sync,
    ) -> Result<Zeroizing<String>> {
        let once = async || {
            let request = request().secret("authorization", &self.tokens.bearer());
            self.line.send(request).await?.accepted()
        };
        let tries = async {
            let error = match once().await {
                Err(error) => error,
                answer => return answer,
            };
            let Some(pause) = self.pause_after(&error) else { return Err(error) };
            tracing::info!(call = name, %error, "asking the pupil register once more");
            tokio::time::sleep(pause).await;
            once().await
        };
        self.line.call(name, tries).await
    }

    /// Sends what `make` makes, whole whatever its status. Once: what is written must not be written twice. Only a token
    /// that was replaced is shown again, since a refused call has done nothing.
    pub(crate) async fn write(&self, name: &str, make: impl Fn(&Line<Code>) -> Request) -> Result<Answer> {
        let once = async || {
            let request = make(&self.line).secret("authorization", &self.tokens.bearer());
            self.line.send(request.on_a_fresh_connection()).await
        };
        let tries = async {
            let answer = once().await?;
            if answer.status() == 401 && self.tokens.renewed() { once().await } else { Ok(answer) }
        };
        self.line.call(name, tries).await
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
}

fn asking(request: Request, query: &[(&str, &str)]) -> Request {
    query.iter().fold(request, |request, (name, value)| request.query(name, value))
}
