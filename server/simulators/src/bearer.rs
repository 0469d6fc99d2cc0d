//! Bearer tokens as both registers give them out: OAuth 2.0 client credentials (RFC 6749, section 4.4), on the town's clock.

use crate::{authorities::ClientKeys, lock};
use axum::{
    Form, Json,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;
use std::{collections::HashMap, sync::Mutex};

/// How long a token is good.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// The tokens one register has given out and when each runs out.
#[derive(Debug, Default)]
pub(crate) struct Bearers(Mutex<HashMap<String, Timestamp>>);

/// The form of a token request.
#[derive(Debug, Deserialize)]
pub(crate) struct Asking {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    scope: Option<String>,
}

impl Bearers {
    /// Answers a token request: the client's keys stand in the form or in a Basic header, `scope` is the only one there is.
    pub(crate) fn answer(
        &self,
        Form(asking): Form<Asking>,
        headers: &HeaderMap,
        keys: &ClientKeys,
        scope: &str,
        now: Timestamp,
    ) -> Response {
        if asking.grant_type.as_deref() != Some("client_credentials") {
            return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type");
        }
        let shown = basic(headers).or_else(|| asking.client_id.zip(asking.client_secret));
        if !shown.is_some_and(|(id, secret)| keys.are(&id, &secret)) {
            return refused(StatusCode::UNAUTHORIZED, "invalid_client");
        }
        if asking.scope.as_deref().is_some_and(|wanted| wanted != scope) {
            return refused(StatusCode::BAD_REQUEST, "invalid_scope");
        }
        let token = hex::encode(rand::random::<[u8; 24]>());
        let mut issued = lock(&self.0);
        issued.retain(|_, until| *until > now);
        issued.insert(token.clone(), now + LIFE);
        let body = json!({ "access_token": token, "token_type": "Bearer", "expires_in": LIFE.as_secs(), "scope": scope });
        ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }

    /// Whether `token` was given out here and is still good.
    pub(crate) fn hold(&self, token: &str, now: Timestamp) -> bool {
        lock(&self.0).get(token).is_some_and(|until| now < *until)
    }
}

impl ClientKeys {
    /// Whether these are the keys.
    pub(crate) fn are(&self, id: &str, secret: &str) -> bool {
        self.client_id == id && self.client_secret == secret
    }
}

/// The token in the Authorization header.
pub(crate) fn shown(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The user and the password in a Basic header.
pub(crate) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let plain = BASE64_STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    let (id, secret) = std::str::from_utf8(&plain).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn refused(status: StatusCode, error: &str) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "error": error }))).into_response()
}
