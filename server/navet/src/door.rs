//! The one way out to the register: mutual TLS, a token where the gateway wants one, and a question put twice at most.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;
use wire::{Identity, Line};
use zeroize::Zeroizing;

use crate::{BadSetting, Cause, Code, Error, Result, Settings, token::Keys};

/// 900 whole posts with history are some 5 MiB.
const BODY_MAX: usize = 16 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Door {
    line: Line<Code>,
    keys: Option<Keys>,
    expires: Timestamp,
}

impl Door {
    pub(crate) fn open(settings: &Settings) -> std::result::Result<Self, BadSetting> {
        let identity = Identity::read(&settings.identity)?;
        let expires = identity.expires();
        let line = Line::open(&settings.peer, Some(identity), BODY_MAX)?;
        let keys = settings.credentials.as_ref().map(Keys::read).transpose()?;
        Ok(Self { line, keys, expires })
    }

    /// When the organisation's certificate ends.
    pub(crate) fn expires(&self) -> Timestamp {
        self.expires
    }

    /// Posts a question and returns the text of a 200. A question changes nothing, so it is put once more where that may
    /// help: no connection or one that broke, closed for the moment, a token that was taken back.
    pub(crate) async fn post(
        &self,
        path: &str,
        correlation: Uuid,
        body: &impl Serialize,
    ) -> Result<Zeroizing<String>> {
        let tries = async {
            match self.ask(path, correlation, body).await {
                Err(Error::Unreachable(Cause::Connect | Cause::Broken) | Error::Said(Code::Closed)) => {}
                Err(Error::Said(Code::Unauthorized)) if self.keys.is_some() => {}
                answer => return answer,
            }
            tracing::info!(%correlation, "asking the population register once more");
            if let Some(keys) = &self.keys {
                keys.forget().await;
            }
            self.ask(path, correlation, body).await
        };
        self.line.call(correlation, tries).await
    }

    async fn ask(&self, path: &str, correlation: Uuid, body: &impl Serialize) -> Result<Zeroizing<String>> {
        let mut request =
            self.line.post(path).header("skv_client_correlation_id", &correlation.to_string()).json(body);
        if let Some(keys) = &self.keys {
            request = keys.sign(&self.line, request).await?;
        }
        self.line.send(request).await?.accepted()
    }
}
