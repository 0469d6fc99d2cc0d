//! What the operator sees: one line per event, figures, and whether the house is ready.
//!
//! Invariant: no person in any of it. Log lines hold only fields that are on a list, addresses appear as the template of
//! their route, and what other people's code says is reduced to where it was said.

mod log;

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{MatchedPath, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use portal::Portal;
use serde_json::json;
use tracing::Instrument;

use crate::http::{functions, qr, reports, seal::Seal};

pub use log::{FIELDS, Stream, Style, start};

/// The template of the route that answered, told to the log by way of the answer.
#[derive(Clone, Copy, Debug)]
pub struct Template(pub &'static str);

/// Logs and counts one request.
pub async fn watch(request: Request, next: Next) -> Response {
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let path = request.uri().path().to_owned();
    let span = match request.extensions().get::<Seal>() {
        Some(seal) => tracing::info_span!("request", request = %seal.request),
        None => tracing::Span::none(),
    };
    let begun = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let spent = begun.elapsed();
    let route = match response.extensions().get::<Template>() {
        Some(Template(template)) => (*template).to_owned(),
        None => matched.or_else(|| function(&path)).unwrap_or_else(|| "unknown".to_owned()),
    };
    let status = response.status().as_u16();
    let milliseconds = u64::try_from(spent.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(method, route, status, milliseconds, "answered"));
    metrics::counter!("http_requests", "method" => method, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("http_seconds", "route" => route).record(spent.as_secs_f64());
    response
}

/// A path that is its own template because a server function or a fixed route of ours bears it.
fn function(path: &str) -> Option<String> {
    let fixed = [qr::IMAGE, qr::FRAME, reports::PATH];
    (fixed.contains(&path) || functions::is_known(path)).then(|| path.to_owned())
}

/// The figures of this process, kept from the first call on.
///
/// # Errors
/// Where another recorder is in place.
pub fn figures() -> anyhow::Result<PrometheusHandle> {
    static FIGURES: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = FIGURES.get() {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets(&[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])?
        .with_recommended_naming(true)
        .install_recorder()?;
    Ok(FIGURES.get_or_init(|| handle).clone())
}

/// Whether the house can be used yet, for `/ready`. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<State_>);

#[derive(Debug, Default)]
struct State_ {
    waits: AtomicU8,
    portal: OnceLock<Open>,
    worker: OnceLock<()>,
}

/// What a house that is not open yet waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// The town's clock (development).
    Clock,
    /// The database answers nothing yet.
    Database,
    /// Somebody has to run `hjarntorget migrate`.
    Migrations,
    /// Keys and clients are being opened.
    Portal,
}

impl Waits {
    const ALL: [Self; 4] = [Self::Database, Self::Migrations, Self::Clock, Self::Portal];

    fn word(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Database => "database",
            Self::Migrations => "migrations",
            Self::Portal => "portal",
        }
    }
}

/// A portal; its inside is nobody's business.
struct Open(Portal);

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Portal")
    }
}

impl Readiness {
    /// The house waits for this.
    pub fn waits(&self, what: Waits) {
        let place = Waits::ALL.iter().position(|one| *one == what).and_then(|place| u8::try_from(place).ok());
        self.0.waits.store(place.unwrap_or_default(), Ordering::Relaxed);
    }

    /// The portal stands.
    pub fn opened(&self, portal: Portal) {
        let _ = self.0.portal.set(Open(portal));
    }

    /// The worker runs, or this process needs none.
    pub fn working(&self) {
        let _ = self.0.worker.set(());
    }

    /// Why the house cannot be used; empty when it can.
    pub async fn reasons(&self) -> Vec<String> {
        let mut reasons: Vec<String> = match self.0.portal.get() {
            Some(Open(portal)) => (portal.ready().await.into_iter())
                .filter_map(|reason| serde_json::to_value(reason).ok()?.as_str().map(str::to_owned))
                .collect(),
            None => {
                let waits = Waits::ALL.get(usize::from(self.0.waits.load(Ordering::Relaxed)));
                waits.iter().map(|waits| waits.word().to_owned()).collect()
            }
        };
        if self.0.worker.get().is_none() {
            reasons.push("worker".to_owned());
        }
        reasons
    }
}

/// The operator's listener: `/live`, `/ready`, `/metrics`.
pub fn router(readiness: Readiness, figures: PrometheusHandle) -> Router {
    Router::new()
        .route("/live", get(async || "live\n"))
        .route("/ready", get(ready))
        .with_state(readiness)
        .route(
            "/metrics",
            get(async move || {
                figures.run_upkeep();
                ([("content-type", "text/plain; version=0.0.4; charset=utf-8")], figures.render())
            }),
        )
}

async fn ready(State(readiness): State<Readiness>) -> Response {
    let reasons = match tokio::time::timeout(Duration::from_secs(5), readiness.reasons()).await {
        Ok(reasons) => reasons,
        Err(_) => vec!["database".to_owned()],
    };
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": reasons.is_empty(), "reasons": reasons }))).into_response()
}
