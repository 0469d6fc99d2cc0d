//! The one way out to BankID: mutual TLS, and no request that may have arrived is sent again.

use jiff::Timestamp;
use serde::Serialize;
use wire::{Answer, Identity, Line, Request};
use zeroize::Zeroizing;

use crate::{BadSetting, Cause, Code, Error, Result, Settings};

/// Signature and OCSP answer are 20 to 40 KiB; six times that is ample.
const BODY_MAX: usize = 256 * 1024;

#[derive(Debug)]
pub(crate) struct Door {
    line: Line<Code>,
    expires: Timestamp,
}

impl Door {
    pub(crate) fn open(settings: &Settings) -> std::result::Result<Self, BadSetting> {
        let identity = Identity::read(&settings.identity)?;
        let expires = identity.expires();
        Ok(Self { line: Line::open(&settings.peer, Some(identity), BODY_MAX)?, expires })
    }

    /// When the relying party's certificate ends.
    pub(crate) fn expires(&self) -> Timestamp {
        self.expires
    }

    /// Posts what must not be asked twice, and returns the text of a 200.
    pub(crate) async fn post_once(&self, path: &str, body: &impl Serialize) -> Result<Zeroizing<String>> {
        let request = || self.line.post(path).json(body).on_a_fresh_connection();
        self.ask(path, request, Answer::accepted).await
    }

    /// Posts what the caller asks again by itself, and returns the text of a 200.
    pub(crate) async fn post_often(&self, path: &str, body: &impl Serialize) -> Result<Zeroizing<String>> {
        self.ask(path, || self.line.post(path).json(body), Answer::accepted).await
    }

    /// What BankID's own sample asks to see whether it is there and knows our certificate: a GET, to be answered 405.
    pub(crate) async fn probe(&self, path: &str) -> Result<()> {
        let expected = |answer: Answer| match answer.status() {
            405 => Ok(()),
            200 => Err(Error::Garbled("the probe was answered 200, not 405")),
            _ => answer.accepted().map(drop),
        };
        self.ask(path, || self.line.get(path).on_a_fresh_connection(), expected).await
    }

    /// Sends a request, and once more only where the first one never left.
    async fn ask<T>(
        &self,
        path: &str,
        request: impl Fn() -> Request,
        read: impl FnOnce(Answer) -> Result<T>,
    ) -> Result<T> {
        let tries = async {
            let answer = match self.line.send(request()).await {
                Err(Error::Unreachable(Cause::Connect)) => self.line.send(request()).await,
                answer => answer,
            };
            read(answer?)
        };
        self.line.call(path, tries).await
    }
}
