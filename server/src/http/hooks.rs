//! Registers that tell of a change. What they say is a hint: nothing of it is read, and the house asks for the truth itself.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, anyhow};
use axum::{
    extract::{Path as Segment, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
};
use ring::digest::{Digest, SHA256, digest};

use super::{Doors, refusal};
use crate::settings::Hooks;

/// Where a register says that something changed.
pub const PATH: &str = "/krok/andrat";

/// Where the pupil register says that attendance changed; the token in it authenticates the call.
pub const ATTENDANCE: &str = "/krok/narvaro/{token}";

/// What a register shows to be believed: a bearer token (RFC 6750, section 2.1), of which only the digest is kept.
#[derive(Clone)]
pub struct Expected(Digest);

impl Expected {
    /// Reads the token that `hooks` names; none where no register calls.
    ///
    /// # Errors
    /// The file or its entry is missing.
    pub fn read(hooks: &Hooks) -> Result<Option<Self>> {
        hooks.secrets.as_deref().map(|file| Self::named(file, &hooks.secret)).transpose()
    }

    fn named(file: &Path, name: &str) -> Result<Self> {
        let text =
            std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        // The parser's own words could repeat a secret.
        let all: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(&text).map_err(|_| anyhow!("{} is not a JSON object", file.display()))?;
        let secret = all.get(name).and_then(|secret| secret.as_str()).filter(|secret| !secret.is_empty());
        Ok(Self(hashed(secret.with_context(|| format!("{} holds no \"{name}\"", file.display()))?)))
    }

    /// Digests are compared: how far two of them agree says nothing of how far the secrets do.
    fn is_shown(&self, headers: &HeaderMap) -> bool {
        let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        shown.is_some_and(|secret| hashed(secret).as_ref() == self.0.as_ref())
    }
}

fn hashed(secret: &str) -> Digest {
    digest(&SHA256, secret.as_bytes())
}

/// Something changed. 204, or 401 for whoever does not show the secret; the body is not looked at.
pub async fn changed(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    if !doors.hook().is_some_and(|expected| expected.is_shown(&headers)) {
        metrics::counter!("http_foreign_hooks").increment(1);
        let mut refused = refusal::refuse(StatusCode::UNAUTHORIZED);
        refused.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return refused;
    }
    doors.portal().registers_changed();
    StatusCode::NO_CONTENT.into_response()
}

/// Attendance changed. 200, as SS 12000 wants it, or 404 for whoever calls by another token; the body is not looked at.
pub async fn attendance(State(doors): State<Doors>, Segment(token): Segment<String>) -> Response {
    if !doors.portal().is_called_by(&token) {
        metrics::counter!("http_foreign_hooks").increment(1);
        return refusal::refuse(StatusCode::NOT_FOUND);
    }
    doors.portal().attendance_changed();
    StatusCode::OK.into_response()
}
