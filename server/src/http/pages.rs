//! Pages: every address that is no file and no server function.

use axum::{
    Extension,
    extract::{Request, State},
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header::CONTENT_TYPE};
use portal::Visit;
use tower_http::compression::predicate::{Predicate, SizeAbove};

use super::{
    Doors,
    refusal::{only, refuse},
    seal::{Kind, Seal},
};
use crate::telemetry::Template;

/// Answers with the page at the request's address.
pub async fn show(
    State(doors): State<Doors>,
    Extension(visit): Extension<Visit>,
    Extension(seal): Extension<Seal>,
    request: Request,
) -> Response {
    let Some(place) = app::Place::parse(request.uri().path()) else { return refuse(StatusCode::NOT_FOUND) };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return only("GET, HEAD");
    }
    let asked = app::Asked {
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        nonce: seal.nonce,
    };
    let answer = doors.pages().page(place, &visit, &asked).await;
    let mut response = (answer.status, answer.headers, answer.body).into_response();
    let kind = if answer.status.is_redirection() {
        response.headers_mut().remove(CONTENT_TYPE);
        Kind::Answer
    } else if answer.file {
        Kind::Answer
    } else {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        Kind::Page { public: answer.public, frames: answer.frames }
    };
    response.extensions_mut().insert(kind);
    response.extensions_mut().insert(Template(place.template()));
    response
}

/// Compresses only pages that hold nothing of a person: the length of a compressed page tells about its content to one
/// who can add to it.
#[derive(Clone, Copy, Debug)]
pub struct Open;

impl Predicate for Open {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &http::Response<B>) -> bool {
        let open = matches!(response.extensions().get(), Some(Kind::Page { public: true, .. }));
        open && SizeAbove::new(256).should_compress(response)
    }
}
