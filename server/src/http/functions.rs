//! Server functions: every change a visitor makes comes in here.
//!
//! Two of server_fn's habits end here. It answers a failed form with a redirect that carries the error in an address, and
//! any failure with status 500; we answer with the error page and the status that is true. And it finds nothing wrong
//! with a client that hangs up half-way; we finish what was begun, whoever still listens.

use axum::{
    Extension,
    body::{Body, to_bytes},
    extract::Request,
    http::{Method, StatusCode},
    response::Response,
};
use http::{
    HeaderValue,
    header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER},
};
use leptos::context::provide_context;
use portal::{Asking, Visit};
use server_fn::error::{FromServerFnError, SERVER_FN_ERROR_HEADER};

use super::{
    refusal::{only, refuse, wants_page},
    seal::Seal,
};

/// The server function an island asks again and again while it waits.
const POLL: &str = "/api/sign_in/progress";

/// The longest error a server function of ours can write.
const LONGEST: usize = 4096;

/// Whether a page asks this by itself, so that asking says nothing about the visitor being there.
pub fn is_poll(path: &str) -> bool {
    path == POLL
}

/// Whether a server function bears this path.
pub fn is_known(path: &str) -> bool {
    server_fn::axum::server_fn_paths().any(|(known, _)| known == path)
}

/// Runs the server function at the request's path.
pub async fn run(
    Extension(visit): Extension<Visit>,
    Extension(asking): Extension<Asking>,
    Extension(seal): Extension<Seal>,
    mut request: Request,
) -> Response {
    match (is_known(request.uri().path()), request.method() == Method::POST) {
        (false, _) => return refuse(StatusCode::NOT_FOUND),
        (true, false) => return only("POST"),
        (true, true) => {}
    }
    let page = wants_page(request.headers());
    if page {
        // server_fn takes a client that does not say what it reads for an island, and would lead it nowhere.
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("text/html"));
    }
    let context = move || {
        provide_context(visit.clone());
        provide_context(asking.clone());
        provide_context(seal.nonce.clone());
    };
    // A task of its own: a browser that goes away does not cut a deed in half.
    let deed = tokio::spawn(async move {
        use axum::response::IntoResponse;
        leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
    });
    match deed.await {
        Ok(response) => truthful(response, page).await,
        Err(_) => {
            metrics::counter!("http_panics").increment(1);
            refuse(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// Gives a failure its status, and a page where a person reads it.
async fn truthful(mut response: Response, page: bool) -> Response {
    if response.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        let (mut parts, body) = response.into_parts();
        let Ok(bytes) = to_bytes(body, LONGEST).await else {
            return refuse(StatusCode::INTERNAL_SERVER_ERROR);
        };
        let fault = app::Fault::de(bytes.clone());
        let status = fault.status();
        let mut refused = if page {
            refuse(status)
        } else {
            parts.status = status;
            parts.headers.remove(LOCATION);
            parts.headers.remove(CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(bytes))
        };
        if let app::Fault::TooMany { seconds } = fault {
            refused.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        return refused;
    }
    // After a post, a new page is fetched with GET and nothing else.
    if response.status() == StatusCode::FOUND {
        *response.status_mut() = StatusCode::SEE_OTHER;
        // What the function returned is for islands.
        *response.body_mut() = Body::empty();
        for name in [CONTENT_LENGTH, CONTENT_TYPE] {
            response.headers_mut().remove(name);
        }
    }
    response
}
