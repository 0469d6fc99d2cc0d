//! The bearer token: OAuth 2.0 client credentials (RFC 6749, section 4.4), asked for over the same mutual TLS.

use std::{fs, time::Duration};

use reqwest::{Method, RequestBuilder, Url, header::HeaderValue};
use serde::Deserialize;
use tokio::{sync::Mutex, time::Instant};
use zeroize::Zeroizing;

use crate::{BadSetting, Credentials, Error, Result};

/// A token is renewed this long before it ends, so that none ends on its way.
const MARGIN: Duration = Duration::from_secs(30);
/// What a token is good for where the service does not say.
const SHORT_LIFE: Duration = Duration::from_secs(60);

pub(crate) struct Keys {
    url: Url,
    scope: String,
    id: String,
    secret: Zeroizing<String>,
    held: Mutex<Option<Held>>,
}

struct Held {
    bearer: HeaderValue,
    until: Instant,
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    expires_in: Option<u64>,
}

impl Keys {
    pub(crate) fn read(credentials: &Credentials) -> std::result::Result<Self, BadSetting> {
        let what = format!("token service {}", credentials.token_url);
        let url = Url::parse(&credentials.token_url).map_err(|why| BadSetting::new(&what, why))?;
        if url.scheme() != "https" {
            return Err(BadSetting::new(what, "must begin with https://"));
        }
        let path = &credentials.client_secret;
        let bad = |why: String| BadSetting::new(path.display().to_string(), why);
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|why| bad(why.to_string()))?);
        let secret = Zeroizing::new(text.trim().to_owned());
        if secret.is_empty() || HeaderValue::from_str(&secret).is_err() {
            return Err(bad("holds no secret on one line".into()));
        }
        if HeaderValue::from_str(&credentials.client_id).is_err() {
            return Err(BadSetting::new("client id", "holds characters no header takes"));
        }
        Ok(Self {
            url,
            scope: credentials.scope.clone(),
            id: credentials.client_id.clone(),
            secret,
            held: Mutex::new(None),
        })
    }

    /// Puts the gateway's keys and the token on a request.
    pub(crate) async fn sign(
        &self,
        http: &reqwest::Client,
        request: RequestBuilder,
    ) -> Result<RequestBuilder> {
        let bearer = self.bearer(http).await?;
        let mut secret =
            HeaderValue::from_str(&self.secret).map_err(|_| Error::Garbled("the secret is no header"))?;
        secret.set_sensitive(true);
        Ok(request
            .header(reqwest::header::AUTHORIZATION, bearer)
            .header("client_id", &self.id)
            .header("client_secret", secret))
    }

    /// Forgets a token the service did not like.
    pub(crate) async fn forget(&self) {
        *self.held.lock().await = None;
    }

    /// The token held, or a fresh one; many who ask at once wait for one answer.
    async fn bearer(&self, http: &reqwest::Client) -> Result<HeaderValue> {
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
        let answer = http.request(Method::POST, self.url.clone()).form(&form).send().await;
        let text = crate::door::accepted("token", answer).await?;
        let given: Given = serde_json::from_str(&text).map_err(|_| Error::Garbled("token: not a token"))?;
        let bearer = Zeroizing::new(format!("Bearer {}", given.access_token));
        let mut bearer =
            HeaderValue::from_str(&bearer).map_err(|_| Error::Garbled("token: of an odd form"))?;
        bearer.set_sensitive(true);
        let life = given.expires_in.map_or(SHORT_LIFE, Duration::from_secs).saturating_sub(MARGIN);
        *held = Some(Held { bearer: bearer.clone(), until: now + life });
        Ok(bearer)
    }
}
