//! Not yet served.

use crate::State;
use axum::Router;
use std::sync::Arc;

pub(crate) fn router(_state: Arc<State>) -> Router {
    Router::new()
}
