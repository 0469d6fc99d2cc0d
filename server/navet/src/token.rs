//! The bearer token: OAuth 2.0 client credentials (RFC 6749, section 4.4), asked for over the same mutual TLS.

use std::{fmt, time::Duration};

use serde::Deserialize;
use tokio::{sync::Mutex, time::Instant};
use wire::{Address, Line, Request, Secret, read_secret};
use zeroize::Zeroizing;

use crate::{BadSetting, Code, Credentials, Error, Result};

/// A token is renewed this long before it ends, so that none ends on its way.
const MARGIN: Duration = Duration::from_secs(30);
/// What a token is good for where the service does not say.
const SHORT_LIFE: Duration = Duration::from_secs(60);

pub(crate) struct Keys {
    address: Address,
    scope: String,
    id: String,
    secret: Zeroizing<String>,
    /// The same id and secret, as the gateway wants to see them on every request.
    shown: [Secret; 2],
    held: Mutex<Option<Held>>,
}

struct Held {
    bearer: Secret,
    until: Instant,
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    expires_in: Option<u64>,
}

impl Keys {
    pub(crate) fn read(credentials: &Credentials) -> std::result::Result<Self, BadSetting> {
        let secret = read_secret(&credentials.client_secret)?;
        let unfit = "holds characters no header takes";
        let shown = [
            Secret::new(&credentials.client_id).ok_or_else(|| BadSetting::new("client id", unfit))?,
            Secret::new(&secret).ok_or_else(|| BadSetting::file(&credentials.client_secret, unfit))?,
        ];
        Ok(Self {
            address: Address::parse("the token service", &credentials.token_url)?,
            scope: credentials.scope.clone(),
            id: credentials.client_id.clone(),
            secret,
            shown,
            held: Mutex::new(None),
        })
    }

    /// Puts the gateway's keys and the token on a request.
    pub(crate) async fn sign(&self, line: &Line<Code>, request: Request) -> Result<Request> {
        let bearer = self.bearer(line).await?;
        let [id, secret] = &self.shown;
        Ok(request.secret("authorization", &bearer).secret("client_id", id).secret("client_secret", secret))
    }

    /// Forgets a token the service did not like.
    pub(crate) async fn forget(&self) {
        *self.held.lock().await = None;
    }

    /// The token held, or a fresh one; many who ask at once wait for one answer.
    async fn bearer(&self, line: &Line<Code>) -> Result<Secret> {
        let mut held = self.held.lock().await;
        let now = Instant::now();
        if let Some(held) = held.as_ref().filter(|held| now < held.until) {
            return Ok(held.bearer.clone());
        }
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.id),
            ("client_secret", &self.secret),
            ("scope", &self.scope),
        ];
        let text = line.send(line.post_to(&self.address).form(&form)).await?.accepted()?;
        let given: Given = serde_json::from_str(&text).map_err(|_| Error::Garbled("token: not a token"))?;
        let bearer = Secret::bearer(&given.access_token).ok_or(Error::Garbled("token: of an odd form"))?;
        let life = given.expires_in.map_or(SHORT_LIFE, Duration::from_secs).saturating_sub(MARGIN);
        *held = Some(Held { bearer: bearer.clone(), until: now + life });
        Ok(bearer)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("address", &self.address).finish_non_exhaustive()
    }
}
