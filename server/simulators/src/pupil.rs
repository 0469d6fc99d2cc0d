//! The pupil register: SS 12000:2020, version 2.0 (registers.md 1).
//!
//! Organisations, groups, persons, placements and duties can be read whole, in pages, by filter, by id and by lookup.
//! Everything else of the standard answers 501, as a server may that does not offer a resource.
//!
//! What the register shows is a [`Snapshot`] of the census on one day. When the census or the day has changed since
//! the last request, another snapshot is taken and compared with the old one: what differs gets a new `meta.modified`,
//! and so does a child whose guardians changed, because they are an attribute of the child.

mod answer;
mod desk;
mod ids;
mod objects;
mod page;
mod query;
mod resource;
mod snapshot;
mod taking;

pub use ids::register_id;

use crate::{
    State,
    bearer::{self, Asking, Bearers},
    lock,
    population::local,
};
use answer::Fault;
use axum::{
    Form, Router,
    extract::{FromRequestParts, State as Held},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::Response,
    routing::{MethodFilter, on, post},
};
use objects::{Duty, Group, Organisation, Person, Placement};
use page::Cursors;
use snapshot::Snapshot;
use std::sync::{Arc, Mutex};

/// The base path; clients have it in their configuration.
const BASE: &str = "/v2.0";
/// Where tokens that run out are given out. The standard leaves this open; vendors do it so.
const TOKEN: &str = "/oauth2/token";
/// The scope of such a token.
const SCOPE: &str = "ss12000";
/// Resources of the standard that this register does not offer.
const NOT_OFFERED: [&str; 19] = [
    "programmes",
    "studyplans",
    "syllabuses",
    "schoolUnitOfferings",
    "activities",
    "calendarEvents",
    "attendances",
    "attendanceEvents",
    "attendanceSchedule",
    "absences",
    "aggregatedAttendance",
    "grades",
    "resources",
    "rooms",
    "subscriptions",
    "deletedEntities",
    "log",
    "log/",
    "statistics",
];

/// The register behind its routes.
struct Register {
    town: Arc<State>,
    bearers: Bearers,
    cursors: Cursors,
    shown: Mutex<Option<Arc<Snapshot>>>,
}

pub(crate) fn router(town: Arc<State>) -> Router {
    let (bearers, cursors, shown) = (Bearers::default(), Cursors::default(), Mutex::default());
    let register = Arc::new(Register { town, bearers, cursors, shown });
    let mut offered = Router::new()
        .merge(desk::routes::<Organisation>())
        .merge(desk::routes::<Person>())
        .merge(desk::routes::<Placement>())
        .merge(desk::routes::<Duty>())
        .merge(desk::routes::<Group>());
    for name in NOT_OFFERED {
        let any = MethodFilter::GET.or(MethodFilter::POST);
        offered = offered.route(&format!("/{name}"), on(any, not_offered));
    }
    Router::new()
        .nest(BASE, offered.fallback(nothing_here))
        .route(TOKEN, post(give_token))
        .with_state(register)
}

async fn give_token(Held(register): Held<Arc<Register>>, headers: HeaderMap, form: Form<Asking>) -> Response {
    let town = &register.town;
    register.bearers.answer(form, &headers, &town.tokens.pupil_client, SCOPE, town.clock.now())
}

async fn not_offered(_: Admitted) -> Fault {
    Fault::new(StatusCode::NOT_IMPLEMENTED, "NOT_OFFERED", "resursen erbjuds inte här")
}

async fn nothing_here(_: Admitted) -> Fault {
    Fault::new(StatusCode::NOT_FOUND, "NOT_FOUND", "det finns inget här")
}

impl Register {
    /// What the register shows now.
    fn snapshot(&self) -> Arc<Snapshot> {
        let (census, now) = (self.town.census(), self.town.clock.now());
        let mut shown = lock(&self.shown);
        let old = shown.take();
        let fresh = match old {
            Some(old) if old.is_of(&census, local(now), now) => old,
            old => Arc::new(Snapshot::take(&census, now, old.as_deref())),
        };
        *shown = Some(fresh.clone());
        fresh
    }
}

/// A request that brought a token: the one of `tokens.json`, which is always good, or one that was given out and has not run out.
struct Admitted;

impl FromRequestParts<Arc<Register>> for Admitted {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, register: &Arc<Register>) -> Result<Self, Response> {
        let town = &register.town;
        let good = |token| token == town.tokens.pupil || register.bearers.hold(token, town.clock.now());
        if bearer::shown(&parts.headers).is_some_and(good) {
            return Ok(Self);
        }
        let fault =
            Fault::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "token saknas, är fel eller har gått ut");
        let mut response = axum::response::IntoResponse::into_response(fault);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        Err(response)
    }
}

#[cfg(test)]
mod tests;
