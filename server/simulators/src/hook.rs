//! The town tells the portal that something changed, as the real registers would: a hint without content.

use crate::State;
use axum::{
    extract::{Request, State as Shared},
    http::Method,
    middleware::Next,
    response::Response,
};
use std::{sync::Arc, time::Duration};

/// Where the portal listens for it.
const PATH: &str = "/krok/andrat";
/// How long the portal may think.
const PATIENCE: Duration = Duration::from_secs(5);

/// Posts a hint after every call that changed the population. The call's own answer does not wait for it.
pub(crate) async fn after_changes(
    Shared(state): Shared<Arc<State>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let changes = match *request.method() {
        Method::PUT => path.ends_with("/world"),
        Method::PATCH => true,
        Method::POST => path.ends_with("/reset"),
        _ => false,
    };
    let response = next.run(request).await;
    if changes && response.status().is_success() {
        tokio::spawn(async move {
            let closing = state.closing.clone();
            closing.run_until_cancelled(hint(&state)).await;
        });
    }
    response
}

/// A portal that is not there hears nothing, and reads the registers when it comes.
async fn hint(state: &State) {
    let Some(portal) = &state.portal else { return };
    crate::use_ring();
    let told = async {
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let to = format!("{}{PATH}", portal.trim_end_matches('/'));
        client.post(to).bearer_auth(&state.tokens.hook).body("").send().await?.error_for_status()
    };
    if let Err(error) = told.await {
        tracing::debug!(%error, "the portal was not told of a change");
    }
}
