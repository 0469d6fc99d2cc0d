//! The pupil register: SS 12000:2020, version 2.0 (registers.md 1).
//!
//! Organisations, groups, persons, placements, duties and the schedule follow from the world; attendance is written, by the
//! control interface and by clients. Everything can be read whole, in pages, by filter, by what changed, by id and by lookup.
//! Whoever subscribes is told of changes. Everything else of the standard answers 501, as a server may that does not
//! offer a resource.
//!
//! What follows from the world is a [`Snapshot`] of the census on one day. When the census or the day has changed since the
//! last request, another snapshot is taken and compared with the old one: what differs gets a new `meta.modified`,
//! and so does a child whose guardians changed, because they are an attribute of the child. What is written stands in the
//! journal, beside it.

mod answer;
mod change;
mod deleted;
mod desk;
mod ids;
mod journal;
mod marks;
mod objects;
mod page;
mod query;
mod records;
mod resource;
mod schedule;
mod snapshot;
mod subscriptions;
mod switches;
mod taking;
mod timed;
mod writing;

pub use ids::register_id;

pub(crate) use journal::{Record, Recorded};
pub(crate) use marks::{Mark, Marked};
pub(crate) use switches::Switches;

use crate::{
    State,
    bearer::{self, Asking, Bearers},
    clock::local,
    lock,
    messenger::Messenger,
    world::{Census, Person as Human},
};
use answer::Fault;
use axum::{
    Form, Router,
    extract::{FromRequestParts, State as Held},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::Response,
    routing::{MethodFilter, get, on, post},
};
use deleted::Deleted;
use jiff::Timestamp;
use journal::{Journal, Written};
use objects::{Duty, Group, Organisation, Person, Placement};
use page::Cursors;
use records::{Absence, Activity, Attendance, AttendanceEvent, CalendarEvent};
use snapshot::{Shown, Snapshot};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};
use subscriptions::Subscriptions;

/// The base path; clients have it in their configuration.
const BASE: &str = "/v2.0";
/// Where tokens that run out are given out. The standard leaves this open; vendors do it so.
const TOKEN: &str = "/oauth2/token";
/// The scope of such a token.
const SCOPE: &str = "ss12000";
/// Resources of the standard that this register does not offer.
const NOT_OFFERED: [&str; 12] = [
    "programmes",
    "studyplans",
    "syllabuses",
    "schoolUnitOfferings",
    "attendanceSchedule",
    "aggregatedAttendance",
    "grades",
    "resources",
    "rooms",
    "log",
    "log/",
    "statistics",
];

/// What the register remembers, for its routes and for the control interface.
#[derive(Debug)]
pub(crate) struct PupilRegister {
    shown: Mutex<Option<Arc<Snapshot>>>,
    journal: Journal,
    deleted: Deleted,
    subscriptions: Subscriptions,
    switches: Mutex<Switches>,
    messenger: Messenger,
}

/// The register behind its routes.
struct Register {
    town: Arc<State>,
    bearers: Bearers,
    cursors: Cursors,
}

pub(crate) fn router(town: Arc<State>) -> Router {
    let register = Arc::new(Register { town, bearers: Bearers::default(), cursors: Cursors::default() });
    let mut offered = Router::new()
        .merge(desk::routes::<Organisation>())
        .merge(desk::routes::<Person>())
        .merge(desk::routes::<Placement>())
        .merge(desk::routes::<Duty>())
        .merge(desk::routes::<Group>())
        .merge(desk::routes::<Activity>())
        .merge(desk::routes::<CalendarEvent>())
        .merge(desk::routes::<Attendance>())
        .merge(desk::routes::<AttendanceEvent>())
        .merge(desk::routes::<Absence>())
        .merge(writing::routes())
        .merge(subscriptions::routes())
        .route("/deletedEntities", get(deleted::list));
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
    fn shown(&self) -> Shown {
        self.town.pupil.shown(&self.town.census())
    }
}

impl PupilRegister {
    /// A register that nobody has asked anything yet.
    pub(crate) fn new(messenger: Messenger) -> Self {
        Self {
            shown: Mutex::default(),
            journal: Journal::default(),
            deleted: Deleted::default(),
            subscriptions: Subscriptions::default(),
            switches: Mutex::default(),
            messenger,
        }
    }

    /// Makes ready to show `census`, which takes seconds for a city.
    pub(crate) async fn prepare(self: &Arc<Self>, census: Arc<Census>) {
        let register = self.clone();
        let show = move || drop(register.shown(&census));
        drop(tokio::task::spawn_blocking(show).await);
    }

    /// How it behaves.
    pub(crate) fn switches(&self) -> Switches {
        *lock(&self.switches)
    }

    /// Makes it behave so.
    pub(crate) fn switch(&self, to: Switches) {
        *lock(&self.switches) = Switches { rows: to.rows.max(1), ..to };
    }

    /// Every mark, oldest first.
    pub(crate) fn marks(&self) -> Vec<Mark> {
        self.journal.marks()
    }

    /// Makes marks or takes them back, and tells the subscribers once of all of them. Each comes with its pupil.
    pub(crate) fn mark(&self, census: &Census, marked: Vec<(&Human, Marked)>) -> Vec<Recorded> {
        let (mut recorded, mut all) = (Vec::new(), Written::default());
        for (pupil, marked) in marked {
            let (made, written) = self.journal.mark(census, pupil, marked, self.messenger.clock().now());
            recorded.extend(made);
            all.add(written);
        }
        self.told(all);
        recorded
    }

    /// Notes that `pupil` was there, from one time to another, and tells the subscribers.
    pub(crate) fn attend(
        &self,
        census: &Census,
        pupil: &Human,
        times: (Timestamp, Option<Timestamp>),
    ) -> Vec<Record> {
        let (records, written) = self.journal.attend(census, pupil, times, self.messenger.clock().now());
        self.told(written);
        records
    }

    /// Forgets pupils of `old` who are not in `new`, or are somebody else there.
    pub(crate) fn forget(&self, old: &Census, new: &Census) {
        if !self.journal.is_empty() {
            let same = |person: &Human| new.person(&person.id).is_some_and(|p| p.number == person.number);
            let gone = old.persons.iter().filter(|person| !same(person)).map(|person| person.id.as_str());
            self.journal.forget(&gone.collect::<HashSet<_>>());
        }
    }

    /// Tells subscribers at once what is different in a changed `census`; without any it shows when somebody asks.
    pub(crate) fn follow(self: &Arc<Self>, census: &Arc<Census>) {
        if self.subscriptions.any() {
            let (register, census) = (self.clone(), census.clone());
            self.messenger.spawn(async move { register.prepare(census).await });
        }
    }

    /// Forgets everything but subscriptions.
    pub(crate) fn clear(&self) {
        self.journal.clear();
        self.deleted.clear();
        self.switch(Switches::default());
    }

    /// What is shown of `census` now.
    fn shown(&self, census: &Arc<Census>) -> Shown {
        let mut shown = lock(&self.shown);
        // Asked under the lock: of two who look at once, the second looks later.
        let now = self.messenger.clock().now();
        let old = shown.take();
        let (fresh, difference) = match old {
            Some(old) if old.is_of(census, local(now), now) => (old, None),
            old => {
                let (fresh, difference) = Snapshot::take(census, now, old.as_deref());
                (Arc::new(fresh), old.is_some().then_some(difference))
            }
        };
        *shown = Some(fresh.clone());
        drop(shown);
        if let Some(difference) = difference {
            self.deleted.note(difference.gone, fresh.taken());
            self.tell(&difference.change);
        }
        Shown { snapshot: fresh, written: self.journal.tables() }
    }

    /// Remembers what a write deleted and tells of it.
    fn told(&self, written: Written) {
        self.deleted.note(written.gone, self.messenger.clock().now());
        self.tell(&written.change);
    }

    fn tell(&self, change: &change::Change) {
        if !change.is_empty() {
            let Switches { spelling, copies, .. } = self.switches();
            self.subscriptions.tell(change, &self.messenger, spelling, copies);
        }
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
