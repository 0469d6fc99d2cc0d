//! The public door: HTTP in front of the portal.
//!
//! From outside in, a request meets: the headers every answer bears ([`seal`]), the log ([`crate::telemetry`]), the page
//! that dresses every refusal ([`refusal`]), a net for panics, then the guards ([`guard`]: method, host, rate by address,
//! body, foreign origins, room), and last the visit ([`session`]) with what answers it: pages, server functions, the QR
//! code. Files need no visit.
//!
//! Deliberately not here: what a page shows (`app`), what a visitor may do (`portal`).

pub mod assets;
mod brisk;
pub mod cookies;
pub mod fields;
pub mod functions;
pub mod guard;
mod handles;
pub mod hooks;
pub mod listen;
pub mod pages;
pub mod proxies;
pub mod qr;
pub mod refusal;
pub mod reports;
pub mod routes;
pub mod seal;
pub mod session;
pub mod sms;

use std::{any::Any, net::IpAddr, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::{any, get, post},
};
use portal::Portal;
use tokio::sync::Semaphore;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    csrf::{CsrfLayer, ProtectionError},
};

use crate::{
    settings::{Http, Settings},
    telemetry,
};
use guard::{Counter, counter};

/// What the layers and handlers share.
#[derive(Clone)]
pub struct Doors(Arc<Inner>);

struct Inner {
    portal: Portal,
    pages: app::Site,
    site: crate::settings::Site,
    origin: String,
    bounds: Http,
    assets: assets::Assets,
    reload: Option<String>,
    lenient: bool,
    hook: Option<hooks::Expected>,
    addresses: Counter<IpAddr>,
    gateways: Counter<IpAddr>,
    sessions: Counter<String>,
    reports: Counter<IpAddr>,
    places: Semaphore,
}

impl Doors {
    /// The doors of `portal` as `settings` want them; `hook` is what a register shows that tells of a change.
    pub fn new(settings: &Settings, portal: Portal, hook: Option<hooks::Expected>) -> Self {
        let (house, limits) = (&settings.house, &settings.house.limits);
        let leptos = &settings.leptos;
        Self(Arc::new(Inner {
            portal,
            pages: app::Site::new(leptos.clone(), house.site.base()),
            site: house.site.clone(),
            origin: guard::origin_of(house.site.base()),
            bounds: house.http.clone(),
            assets: assets::Assets::new(
                std::path::Path::new(leptos.site_root.as_ref()),
                leptos.site_pkg_dir.as_ref(),
                leptos.hash_files,
            ),
            reload: settings
                .watched()
                .then(|| format!("ws://{}:{}", leptos.site_addr.ip(), leptos.reload_port)),
            lenient: !settings.in_production(),
            hook,
            addresses: counter(limits.address_per_second, limits.address_per_second),
            gateways: counter(limits.callbacks_per_second, limits.callbacks_per_second),
            sessions: counter(limits.session_per_second, limits.session_burst),
            reports: counter(limits.reports_per_second, limits.reports_per_second),
            places: Semaphore::new(house.http.requests),
        }))
    }

    /// The rules behind the doors.
    pub fn portal(&self) -> &Portal {
        &self.0.portal
    }

    fn pages(&self) -> &app::Site {
        &self.0.pages
    }

    fn authority(&self) -> &str {
        self.0.site.authority()
    }

    fn base(&self) -> &str {
        self.0.site.base()
    }

    /// The site's address as a browser writes it in `Origin`.
    fn origin(&self) -> &str {
        &self.0.origin
    }

    fn bounds(&self) -> &Http {
        &self.0.bounds
    }

    fn assets(&self) -> &assets::Assets {
        &self.0.assets
    }

    fn reload_socket(&self) -> Option<&str> {
        self.0.reload.as_deref()
    }

    /// Development: other names of this machine are led to the right one instead of being refused.
    fn lenient(&self) -> bool {
        self.0.lenient
    }

    fn hook(&self) -> Option<&hooks::Expected> {
        self.0.hook.as_ref()
    }

    fn proxies(&self) -> &proxies::Proxies {
        &self.0.bounds.trusted_proxies
    }

    fn addresses(&self) -> &Counter<IpAddr> {
        &self.0.addresses
    }

    /// SMS gateways, by address: thousands of messages are reported from one.
    fn gateways(&self) -> &Counter<IpAddr> {
        &self.0.gateways
    }

    fn sessions(&self) -> &Counter<String> {
        &self.0.sessions
    }

    fn reports(&self) -> &Counter<IpAddr> {
        &self.0.reports
    }

    fn places(&self) -> &Semaphore {
        &self.0.places
    }

    /// Forgets counters that have run out; called now and then.
    pub fn forget_the_quiet(&self) {
        self.0.addresses.retain_recent();
        self.0.gateways.retain_recent();
        self.0.sessions.retain_recent();
        self.0.reports.retain_recent();
    }
}

/// Everything the public listener answers.
pub fn router(doors: &Doors) -> Router {
    let visited = Router::new()
        .route(qr::IMAGE, get(qr::image))
        .route(qr::FRAME, get(qr::frame))
        .route("/api/{*function}", any(functions::run).layer(from_fn(fields::listed)))
        .fallback(pages::show)
        .method_not_allowed_fallback(async || refusal::only("GET, HEAD"))
        .layer(from_fn_with_state(doors.clone(), session::visit));
    let files = from_fn_with_state(doors.clone(), assets::serve);
    let guarded = Router::new()
        .route(reports::PATH, post(reports::take))
        .route(hooks::PATH, post(hooks::changed))
        .route(hooks::ATTENDANCE, post(hooks::attendance))
        .route(sms::PATH, post(sms::reported))
        .method_not_allowed_fallback(async || refusal::only("POST"))
        .fallback_service(visited.layer(files).with_state(doors.clone()))
        .with_state(doors.clone())
        // Bodies are bounded before any extractor sees them.
        .layer(DefaultBodyLimit::disable());
    guarded
        .layer(from_fn_with_state(doors.clone(), guard::room))
        .layer(from_fn_with_state(doors.clone(), guard::origin))
        .layer(CsrfLayer::new().with_rejection_response(foreign))
        .layer(from_fn_with_state(doors.clone(), guard::whole))
        .layer(from_fn_with_state(doors.clone(), guard::address))
        .layer(from_fn_with_state(doors.clone(), guard::host))
        .layer(from_fn(guard::method))
        .layer(CatchPanicLayer::custom(fallen))
        .layer(from_fn_with_state(doors.clone(), refusal::dress))
        .layer(CompressionLayer::new().compress_when(pages::Open))
        .layer(from_fn(telemetry::watch))
        .layer(from_fn_with_state(doors.clone(), seal::seal))
}

/// A post that another site sent.
fn foreign(_: ProtectionError) -> Response {
    metrics::counter!("http_foreign_posts").increment(1);
    refusal::refuse(StatusCode::FORBIDDEN)
}

/// What a panic leaves: an error page for this request, and nothing of what it said.
fn fallen(_: Box<dyn Any + Send + 'static>) -> Response {
    metrics::counter!("http_panics").increment(1);
    refusal::refuse(StatusCode::INTERNAL_SERVER_ERROR)
}
