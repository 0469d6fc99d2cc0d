//! BankID's answers: JSON on success and on error, in the words of RP API v6.0.

use axum::{
    Json,
    body::Body,
    http::{Response, StatusCode},
    response::IntoResponse,
};
use serde_json::json;

/// An error answer: `{"errorCode": …, "details": …}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) details: &'static str,
}

impl Wrong {
    /// 400 `invalidParameters`, by far the most usual.
    pub(crate) const fn parameters(details: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "invalidParameters", details }
    }

    pub(crate) const NO_SUCH_ORDER: Self = Self::parameters("No such order");

    pub(crate) const ALREADY_IN_PROGRESS: Self = Self {
        status: StatusCode::BAD_REQUEST,
        code: "alreadyInProgress",
        details: "Order already in progress for pno",
    };

    /// What no specification lists.
    pub(crate) const UNKNOWN: Self =
        Self { status: StatusCode::BAD_REQUEST, code: "aCodeNobodyKnows", details: "Something new happened" };

    pub(crate) const NOT_FOUND: Self =
        Self { status: StatusCode::NOT_FOUND, code: "notFound", details: "No such resource" };

    pub(crate) const METHOD: Self = Self {
        status: StatusCode::METHOD_NOT_ALLOWED,
        code: "methodNotAllowed",
        details: "Only POST is supported",
    };

    pub(crate) const MEDIA_TYPE: Self = Self {
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        code: "unsupportedMediaType",
        details: "Content-Type must be application/json",
    };
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response<Body> {
        let body = Json(json!({ "errorCode": self.code, "details": self.details }));
        (self.status, body).into_response()
    }
}

/// The error answer for a status, where BankID words one itself; the rest, 403 among them, comes from the edge as HTML.
pub(crate) fn failed(status: StatusCode) -> Option<Response<Body>> {
    let (code, details) = match status {
        StatusCode::BAD_REQUEST => ("invalidParameters", "Invalid request"),
        StatusCode::UNAUTHORIZED => ("unauthorized", "RP does not have access"),
        StatusCode::NOT_FOUND => return Some(Wrong::NOT_FOUND.into_response()),
        StatusCode::METHOD_NOT_ALLOWED => return Some(Wrong::METHOD.into_response()),
        StatusCode::REQUEST_TIMEOUT => ("requestTimeout", "It took too long time to transmit the request"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => return Some(Wrong::MEDIA_TYPE.into_response()),
        StatusCode::TOO_MANY_REQUESTS => ("tooManyRequests", "Too many requests"),
        StatusCode::INTERNAL_SERVER_ERROR => ("internalError", "Internal error"),
        StatusCode::SERVICE_UNAVAILABLE => ("maintenance", "The service is temporarily out of service"),
        _ => return None,
    };
    Some(Wrong { status, code, details }.into_response())
}
