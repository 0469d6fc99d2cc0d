//! The HTTP side of RP API v6.0.

use super::{
    answer::Wrong,
    request::{Asked, Kind},
};
use crate::{State, https::AnswerUnknown, tls::ClientCertificate};
use axum::{
    Extension, Json, Router,
    body::{Body, to_bytes},
    extract::{Request, State as Shared},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Map, Value};
use std::sync::Arc;

/// More than the largest signature request; nobody knows where BankID draws the line.
const BODY: usize = 512 * 1024;

/// The four calls.
pub(crate) fn router(state: Arc<State>) -> Router {
    let api = Router::new()
        .route("/auth", post(auth))
        .route("/sign", post(sign))
        .route("/collect", post(collect))
        .route("/cancel", post(cancel))
        .fallback(|| async { Wrong::NOT_FOUND })
        .method_not_allowed_fallback(|| async { Wrong::METHOD });
    Router::new().nest("/rp/v6.0", api).fallback(|| async { Wrong::NOT_FOUND }).with_state(state)
}

/// Who asks, and whether the answer is to be one nobody knows.
type Party = Extension<ClientCertificate>;
type Unknown = Option<Extension<AnswerUnknown>>;

async fn auth(Shared(state): Shared<Arc<State>>, party: Party, unknown: Unknown, request: Request) -> Answer {
    make(Kind::Auth, &state, party, unknown, request).await
}

async fn sign(Shared(state): Shared<Arc<State>>, party: Party, unknown: Unknown, request: Request) -> Answer {
    make(Kind::Sign, &state, party, unknown, request).await
}

async fn make(kind: Kind, state: &State, party: Party, unknown: Unknown, request: Request) -> Answer {
    let body = object(request).await?;
    let asked = Asked::check(kind, &body, state.bankid.switches().removed_members)?;
    if unknown.is_some() {
        return Err(Wrong::UNKNOWN);
    }
    state.bankid.make(asked, party.0, state.clock.now()).map(Json)
}

async fn collect(
    Shared(state): Shared<Arc<State>>,
    party: Party,
    unknown: Unknown,
    request: Request,
) -> Answer {
    let order_ref = order_ref(request).await?;
    state.bankid.collect(&order_ref, &party, state.clock.now(), unknown.is_some()).map(Json)
}

async fn cancel(
    Shared(state): Shared<Arc<State>>,
    party: Party,
    unknown: Unknown,
    request: Request,
) -> Answer {
    let order_ref = order_ref(request).await?;
    if unknown.is_some() {
        return Err(Wrong::UNKNOWN);
    }
    state.bankid.cancel(&order_ref, &party, state.clock.now()).map(Json)
}

type Answer = Result<Json<Value>, Wrong>;

async fn order_ref(request: Request) -> Result<String, Wrong> {
    match object(request).await?.remove("orderRef") {
        Some(Value::String(order_ref)) => Ok(order_ref),
        _ => Err(Wrong::parameters("Invalid request")),
    }
}

/// The JSON object in the body.
async fn object(request: Request) -> Result<Map<String, Value>, Wrong> {
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers) {
        return Err(Wrong::MEDIA_TYPE);
    }
    let wrong = |_| Wrong::parameters("Invalid request");
    let bytes = to_bytes(body, BODY).await.map_err(|_| Wrong::parameters("Invalid request"))?;
    match serde_json::from_slice(&bytes).map_err(wrong)? {
        Value::Object(object) => Ok(object),
        _ => Err(Wrong::parameters("Invalid request")),
    }
}

/// Exactly `application/json`: a charset is refused.
fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().eq_ignore_ascii_case(b"application/json"))
}

impl From<Wrong> for Response<Body> {
    fn from(wrong: Wrong) -> Self {
        wrong.into_response()
    }
}
