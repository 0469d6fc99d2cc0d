//! Answers that say no: layers and handlers name a status, one layer dresses it as a page in the visitor's language.

use axum::{
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, ALLOW, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
};

use super::{
    Doors,
    seal::{Kind, Seal},
    session::Known,
};

/// Marks an answer whose body is still to be written.
#[derive(Clone, Copy, Debug)]
struct Bare;

/// An answer of which only the status is decided.
pub fn refuse(status: StatusCode) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(Bare);
    response
}

/// 405, with the methods that would do.
pub fn only(methods: &'static str) -> Response {
    let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

/// 429 or 503, with the whole seconds after which a new try is welcome.
pub fn later(status: StatusCode, seconds: u64) -> Response {
    let mut response = refuse(status);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}

/// Whether the answer is for a browser or another plain client: only an island asks for JSON, and for nothing else.
pub fn wants_page(headers: &HeaderMap) -> bool {
    let named = |kind| {
        headers.get_all(ACCEPT).iter().any(|value| value.to_str().is_ok_and(|accept| accept.contains(kind)))
    };
    !named("application/json") || named("text/html")
}

/// Seconds after which a 503 that names no time may be tried again.
const CALM: u64 = 30;

/// Writes the body of every answer that [`refuse`] left without, and says of every 503 when to come back.
pub async fn dress(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let seal = request.extensions().get::<Seal>().cloned();
    let page = wants_page(request.headers());
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    if response.status() == StatusCode::SERVICE_UNAVAILABLE && !response.headers().contains_key(RETRY_AFTER) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(CALM));
    }
    if response.extensions_mut().remove::<Bare>().is_none() {
        return response;
    }
    let status = response.status();
    // The length of the empty body it came with.
    response.headers_mut().remove(CONTENT_LENGTH);
    let Some(seal) = seal.filter(|_| page) else {
        let words = status.canonical_reason().unwrap_or("Refused");
        *response.body_mut() = Body::from(format!("{words}\n"));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        return response;
    };
    let who = response.extensions_mut().remove::<Known>().map_or(portal::Who::Stranger, |known| known.0);
    let html = doors.pages().fault_page(status, seal.language, &who, Some(seal.nonce), &path);
    *response.body_mut() = Body::from(html);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response.extensions_mut().insert(Kind::Page { public: false, frames: false });
    response
}
