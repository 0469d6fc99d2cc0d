//! Subscriptions: whom the register tells that something has changed (registers.md 1.7).
//!
//! A notice names types, never objects, and comes at once; what changes while a notice is on its way is told together in the
//! next. One that is not answered 200 comes three times more within five minutes. Whatever authenticates the notice stands in
//! the target the subscriber chose. Subscriptions outlive a reset of the town, as they belong to no world.

use super::{
    Admitted, Register,
    answer::Fault,
    change::{Change, Kind, OTHERS},
    query::Query,
    switches::Spelling,
};
use crate::{
    System, lock,
    messenger::{Body, Letter, Messenger, Persistence},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query as Asked, State},
    http::StatusCode,
    routing::get,
};
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};
use uuid::Uuid;

/// How long a subscription stands without being renewed.
const LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Three more tries, the last after five minutes.
const PERSISTENCE: Persistence = Persistence {
    accepts: |status| status == reqwest::StatusCode::OK,
    again: &[SignedDuration::from_secs(20), SignedDuration::from_secs(100), SignedDuration::from_secs(300)],
};

/// A subscription as it is shown.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Subscription {
    id: Uuid,
    name: String,
    target: String,
    resource_types: Vec<ResourceType>,
    expires: Timestamp,
    /// The target, read.
    #[serde(skip)]
    url: Url,
    /// Not told yet.
    #[serde(skip)]
    pending: Change,
    /// Whether a notice is on its way.
    #[serde(skip)]
    busy: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct ResourceType {
    resource: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    name: String,
    target: String,
    resource_types: Vec<ResourceType>,
}

/// Every subscription. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Subscriptions(Arc<Mutex<Vec<Subscription>>>);

impl Subscriptions {
    /// Whether anybody wants to be told anything.
    pub(super) fn any(&self) -> bool {
        !lock(&self.0).is_empty()
    }

    /// Tells every subscriber what of `change` concerns them, `copies` times at once.
    pub(super) fn tell(&self, change: &Change, messenger: &Messenger, spelling: Spelling, copies: usize) {
        let now = messenger.clock().now();
        let mut all = lock(&self.0);
        all.retain(|subscription| subscription.expires > now);
        for subscription in all.iter_mut() {
            let part = change.among(&subscription.kinds());
            if part.is_empty() || copies == 0 {
                continue;
            }
            subscription.pending = std::mem::take(&mut subscription.pending).and(part);
            if !std::mem::replace(&mut subscription.busy, true) {
                let (own, id, messenger) = (self.clone(), subscription.id, messenger.clone());
                messenger.clone().spawn(async move { own.work(id, &messenger, spelling, copies).await });
            }
        }
    }

    /// Sends what is pending for one subscriber until nothing is.
    async fn work(&self, id: Uuid, messenger: &Messenger, spelling: Spelling, copies: usize) {
        while let Some((target, change)) = self.next(id) {
            let letter =
                Letter { from: System::Pupil, to: target, body: Body::Json(notice(&change, spelling)) };
            let first = messenger.clock().now();
            let tries = (0..copies).map(|_| messenger.once(&letter, PERSISTENCE));
            if !futures::future::join_all(tries).await.contains(&true) {
                let (messenger, again) = (messenger.clone(), messenger.clone());
                messenger.spawn_for_now(async move { again.again(&letter, PERSISTENCE, first).await });
            }
        }
    }

    fn next(&self, id: Uuid) -> Option<(Url, Change)> {
        let mut all = lock(&self.0);
        let subscription = all.iter_mut().find(|subscription| subscription.id == id)?;
        let change = std::mem::take(&mut subscription.pending);
        subscription.busy = !change.is_empty();
        subscription.busy.then(|| (subscription.url.clone(), change))
    }

    fn find<T>(&self, id: Uuid, now: Timestamp, with: impl FnOnce(&mut Subscription) -> T) -> Option<T> {
        lock(&self.0).iter_mut().find(|one| one.id == id && one.expires > now).map(with)
    }
}

impl Subscription {
    fn kinds(&self) -> BTreeSet<Kind> {
        self.resource_types.iter().filter_map(|wanted| Kind::named(&wanted.resource)).collect()
    }
}

fn notice(change: &Change, spelling: Spelling) -> Value {
    let modified: Vec<&str> = change.modified.iter().map(|kind| kind.as_str()).collect();
    json!({ spelling.modified(): modified, "deletedEntities": !change.deleted.is_empty() })
}

pub(super) fn routes() -> Router<Arc<Register>> {
    Router::new()
        .route("/subscriptions", get(list).post(create))
        .route("/subscriptions/{id}", get(one).patch(renew).delete(end))
}

async fn list(
    _: Admitted,
    State(register): State<Arc<Register>>,
    Asked(pairs): Asked<Vec<(String, String)>>,
) -> Result<Json<Value>, Fault> {
    Query::read(pairs, &[], None)?;
    let now = register.town.clock.now();
    let all = lock(&register.town.pupil.subscriptions.0);
    let live: Vec<&Subscription> = all.iter().filter(|one| one.expires > now).collect();
    Ok(Json(json!({ "data": live, "pageToken": null })))
}

async fn create(
    _: Admitted,
    State(register): State<Arc<Register>>,
    body: Bytes,
) -> Result<(StatusCode, Json<Subscription>), Fault> {
    let wanted: Wanted = serde_json::from_slice(&body)
        .map_err(|_| Fault::bad("kroppen är { name, target, resourceTypes: [{ resource }] }"))?;
    let web = |target: &Url| ["http", "https"].contains(&target.scheme()) && target.has_host();
    let url = Url::parse(&wanted.target).ok().filter(web);
    let url = url.ok_or_else(|| Fault::bad("target är ingen webbadress"))?;
    if wanted.resource_types.is_empty() {
        return Err(Fault::bad("resourceTypes är tom"));
    }
    let known = |name: &str| Kind::named(name).is_some() || OTHERS.contains(&name);
    if let Some(unknown) = wanted.resource_types.iter().find(|wanted| !known(&wanted.resource)) {
        return Err(Fault::bad(format!("resourceType {} finns inte", unknown.resource)));
    }
    let subscription = Subscription {
        id: Uuid::new_v4(),
        name: wanted.name,
        target: wanted.target,
        url,
        resource_types: wanted.resource_types,
        expires: register.town.clock.now() + LIFE,
        pending: Change::default(),
        busy: false,
    };
    // Looked at first: from here on what changes has something to differ from, and what changed before is no news.
    register.shown();
    lock(&register.town.pupil.subscriptions.0).push(subscription.clone());
    Ok((StatusCode::CREATED, Json(subscription)))
}

async fn one(
    _: Admitted,
    State(register): State<Arc<Register>>,
    Path(id): Path<String>,
) -> Result<Json<Subscription>, Fault> {
    register.subscription(&id, |subscription| subscription.clone()).map(Json)
}

async fn renew(
    _: Admitted,
    State(register): State<Arc<Register>>,
    Path(id): Path<String>,
) -> Result<Json<Subscription>, Fault> {
    let expires = register.town.clock.now() + LIFE;
    let renew = |subscription: &mut Subscription| {
        subscription.expires = expires;
        subscription.clone()
    };
    register.subscription(&id, renew).map(Json)
}

async fn end(
    _: Admitted,
    State(register): State<Arc<Register>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    let id = register.subscription(&id, |subscription| subscription.id)?;
    lock(&register.town.pupil.subscriptions.0).retain(|subscription| subscription.id != id);
    Ok(StatusCode::NO_CONTENT)
}

impl Register {
    fn subscription<T>(&self, id: &str, with: impl FnOnce(&mut Subscription) -> T) -> Result<T, Fault> {
        let id = id.parse().map_err(|_| Fault::bad("id är inget UUID"))?;
        let missing = || Fault::new(StatusCode::NOT_FOUND, "NOT_FOUND", "prenumerationen finns inte");
        self.town.pupil.subscriptions.find(id, self.town.clock.now(), with).ok_or_else(missing)
    }
}
