//! The town's control interface: JSON calls that play the people and the bad days, and pages for people.
//!
//! It listens on plain HTTP without any login, as what it controls is made up. The calls are those of contract.md
//! section 3; `GET` beside a `POST` shows what stands, `/control/{bankid,pupil,gateway}` hold a system's switches,
//! and `/control/notices` lists what the systems sent by themselves.

mod calls;
mod page;
mod pages;
mod people;
mod phone;

use crate::{State, hook};
use axum::{
    Json, Router,
    body::to_bytes,
    extract::{FromRequest, Request},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, patch, post},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::Arc;
use tokio::net::TcpListener;

/// A generated city is the largest thing anyone sends.
const BODY: usize = 256 * 1024 * 1024;

/// Serves until the town closes.
pub(crate) async fn serve(listener: TcpListener, state: Arc<State>) {
    let closing = state.closing.clone();
    let served = closing.run_until_cancelled(axum::serve(listener, router(state)).into_future()).await;
    if let Some(Err(error)) = served {
        tracing::error!(%error, "the control interface has ended");
    }
}

fn router(state: Arc<State>) -> Router {
    let control = Router::new()
        .route("/persons", get(calls::persons))
        .route("/persons/{id}", patch(calls::amend))
        .route("/world", get(calls::world).put(calls::replace))
        .route("/phone", post(calls::phone))
        .route("/orders", get(calls::orders))
        .route("/absences", get(calls::absences).post(calls::record))
        .route("/presence", post(calls::attend))
        .route("/mail", get(calls::mail))
        .route("/sms", get(calls::sms))
        .route("/faults", get(calls::faults).post(calls::order_fault))
        .route("/clock", get(calls::clock).post(calls::set_clock))
        .route("/calls", get(calls::calls))
        .route("/notices", get(calls::notices))
        .route("/bankid", get(calls::switches).put(calls::switch))
        .route("/pupil", get(calls::pupil_switches).put(calls::switch_pupil))
        .route("/gateway", get(calls::gateway_switches).put(calls::switch_gateway))
        .route("/reset", post(calls::reset))
        .fallback(|| async { Refusal::nothing("no such call") })
        .method_not_allowed_fallback(|| async {
            Refusal(StatusCode::METHOD_NOT_ALLOWED, vec!["this call has another method".into()])
        })
        .layer(middleware::from_fn_with_state(state.clone(), hook::after_changes));
    Router::new()
        .nest("/control", control)
        .route("/", get(people::everyone))
        .route("/mail", get(pages::mail))
        .route("/sms", get(pages::sms))
        .route("/orders", get(pages::orders))
        .route("/phone", get(phone::start).post(phone::scan))
        .route("/phone/{order}", get(phone::order).post(phone::answer))
        .fallback(pages::nothing)
        .layer(middleware::map_response(never_kept))
        .with_state(state)
}

/// Nothing here may be cached: it is all about now.
async fn never_kept(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Why a call was not carried out: `{"error": …, "wrongs": [...]}`.
#[derive(Debug)]
struct Refusal(StatusCode, Vec<String>);

impl Refusal {
    fn nothing(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, vec![what.into()])
    }

    fn wrong(wrongs: Vec<String>) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, wrongs)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1.join("; "), "wrongs": self.1 }))).into_response()
    }
}

/// A JSON body, whatever the content type says.
struct Body<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Self::Rejection> {
        let bytes = to_bytes(request.into_body(), BODY)
            .await
            .map_err(|_| Refusal(StatusCode::PAYLOAD_TOO_LARGE, vec!["the body is too large".into()]))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Refusal::wrong(vec![error.to_string()]))
    }
}
