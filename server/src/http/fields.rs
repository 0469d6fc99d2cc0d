//! The fields of a form: those its server function takes, each once.
//!
//! serde would pass over a field it does not know. A form of ours has none, so whoever sends one tries something: an
//! account's id, a level, a second value behind the first.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{Method, StatusCode},
    middleware::Next,
    response::Response,
};

use super::{functions, refusal::refuse};

/// Lets in posts that hold nothing but what is asked for. That there is no such function is told further in.
pub async fn listed(request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !functions::is_known(request.uri().path()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // It was taken whole and measured at the door.
    let Ok(body) = to_bytes(body, usize::MAX).await else { return refuse(StatusCode::BAD_REQUEST) };
    if !app::takes(parts.uri.path(), &body) {
        metrics::counter!("http_strange_fields").increment(1);
        return refuse(StatusCode::BAD_REQUEST);
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}
