//! BankID RP API v6.0.

use crate::{Files, State};
use axum::{
    Router,
    body::Body,
    http::{Response, StatusCode},
};
use std::sync::Arc;

pub(crate) struct BankId;

impl BankId {
    pub(crate) fn new(_files: &Files) -> Self {
        Self
    }
    pub(crate) fn clear(&self) {}
}

pub(crate) fn router(_state: Arc<State>) -> Router {
    Router::new()
}

pub(crate) fn failed(_status: StatusCode) -> Option<Response<Body>> {
    None
}
