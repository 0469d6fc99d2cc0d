//! The SMS gateway: the API of 46elks (registers.md 4.1), with delivery reports back to whoever sent.
//!
//! Accepted is arrived: the message lies in the box at once, and reports follow on the town's clock. What the sender calls the
//! message is the last part of its report address, as there is nothing else to know a message by when the answer is lost.
//! Errors are plain text. Deliberately not there: voice, numbers, incoming messages, the queue behind 100 messages a minute.

mod reports;
mod request;
mod switches;
mod text;

pub(crate) use switches::Switches;

use crate::{
    State, bearer,
    https::{AnswerUnknown, nginx},
    lock,
    messenger::Messenger,
    post::Sms,
};
use axum::{
    Extension, Form, Json, Router,
    body::Body,
    extract::{FromRequestParts, Path, Query, State as Held},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::Timestamp;
use request::{Order, Wrong};
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

/// What one part costs, in ten-thousandths of a krona.
const PRICE: usize = 3500;
/// How many messages of the history come at once.
const PAGE: usize = 100;

/// What the gateway remembers.
#[derive(Debug)]
pub(crate) struct Gateway {
    sent: Mutex<History>,
    switches: Mutex<Switches>,
    messenger: Messenger,
}

/// Every message, oldest first.
#[derive(Debug, Default)]
struct History {
    all: Vec<Message>,
    by_id: HashMap<String, usize>,
}

/// A message that was accepted.
#[derive(Clone, Debug)]
struct Message {
    id: String,
    from: String,
    to: String,
    /// None where the sender wanted it forgotten.
    text: Option<String>,
    flash: bool,
    parts: usize,
    created: Timestamp,
    status: &'static str,
    delivered: Option<Timestamp>,
    report: Option<Url>,
}

pub(crate) fn router(town: Arc<State>) -> Router {
    let mut router = Router::new();
    // Their own examples write the path both ways.
    for path in ["/a1/sms", "/a1/SMS"] {
        router = router.route(path, get(history).post(send)).route(&format!("{path}/{{id}}"), get(one));
    }
    router.with_state(town)
}

/// An error answer in the gateway's words, for a fault that was ordered.
pub(crate) fn failed(status: StatusCode) -> Response<Body> {
    let said = match status {
        StatusCode::BAD_REQUEST => "Bad request",
        StatusCode::UNAUTHORIZED => "API access requires Basic HTTP authentication",
        StatusCode::FORBIDDEN => "Not enough credits",
        StatusCode::TOO_MANY_REQUESTS => "Too many requests, slow down",
        _ => return nginx(status),
    };
    (status, said).into_response()
}

async fn send(
    _: Customer,
    Held(town): Held<Arc<State>>,
    odd: Option<Extension<AnswerUnknown>>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Json<Value>, Wrong> {
    let order = Order::read(fields)?;
    let parts = text::parts(&order.message);
    // As fine as it is shown, so that a page of the history begins where the one before ended.
    let now = Timestamp::from_microsecond(town.clock.now().as_microsecond()).unwrap_or_default();
    let message = Message {
        id: format!("s{}", hex::encode(rand::random::<[u8; 16]>())),
        from: order.from,
        to: order.to,
        text: (!order.forget).then(|| order.message.clone()),
        flash: order.flash,
        parts,
        created: now,
        status: "created",
        delivered: None,
        report: order.report,
    };
    let mut answer = message.shown();
    if order.dry {
        answer["estimated_cost"] = answer["cost"].take();
        if let Value::Object(members) = &mut answer {
            members.retain(|name, _| !["id", "cost"].contains(&name.as_str()));
        }
        return Ok(Json(answer));
    }
    let switches = town.gateway.switches();
    town.gateway.keep(message.clone());
    if !switches.fails.contains(&message.to) {
        town.sms.put(Sms {
            id: 0,
            to: message.to.clone(),
            from: message.from.clone(),
            text: order.message,
            at: now,
            reference: message.report.as_ref().and_then(reference),
            parts,
        });
    }
    reports::follow(&town.gateway, message, switches).await;
    if odd.is_some() {
        answer["status"] = "somewhere-else".into();
    }
    Ok(Json(answer))
}

async fn one(
    _: Customer,
    Held(town): Held<Arc<State>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Wrong> {
    let sent = lock(&town.gateway.sent);
    let message = sent.by_id.get(&id).map(|&at| &sent.all[at]);
    message.map(|message| Json(message.shown())).ok_or(Wrong(StatusCode::NOT_FOUND, "No such SMS".into()))
}

/// Which part of the history is asked for.
#[derive(Deserialize)]
struct Asked {
    to: Option<String>,
    /// Only what was created then or earlier.
    start: Option<String>,
    /// Only what was created then or later.
    end: Option<String>,
    limit: Option<usize>,
}

/// The history, newest first; `next` is where to start for more.
async fn history(
    _: Customer,
    Held(town): Held<Arc<State>>,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Wrong> {
    let moment = |text: Option<String>| {
        let Some(text) = text else { return Ok(None) };
        let time = format!("{}Z", text.trim_end_matches('Z')).parse::<Timestamp>();
        time.map(Some).map_err(|_| Wrong::bad("start and end are times in UTC"))
    };
    let (start, end) = (moment(asked.start)?, moment(asked.end)?);
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let sent = lock(&town.gateway.sent);
    let fits = |message: &&Message| {
        asked.to.as_ref().is_none_or(|to| *to == message.to)
            && start.is_none_or(|start| message.created <= start)
            && end.is_none_or(|end| message.created >= end)
    };
    let mut found = sent.all.iter().rev().filter(fits);
    let data: Vec<Value> = found.by_ref().take(limit).map(Message::shown).collect();
    let mut answer = json!({ "data": data });
    if let Some(next) = found.next() {
        answer["next"] = moment_of(next.created).into();
    }
    Ok(Json(answer))
}

impl Gateway {
    /// A gateway that has sent nothing.
    pub(crate) fn new(messenger: Messenger) -> Self {
        Self { sent: Mutex::default(), switches: Mutex::default(), messenger }
    }

    /// How it behaves.
    pub(crate) fn switches(&self) -> Switches {
        lock(&self.switches).clone()
    }

    /// Makes it behave so.
    pub(crate) fn switch(&self, to: Switches) {
        *lock(&self.switches) = to;
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *lock(&self.sent) = History::default();
        self.switch(Switches::default());
    }

    fn keep(&self, message: Message) {
        let mut sent = lock(&self.sent);
        let at = sent.all.len();
        sent.by_id.insert(message.id.clone(), at);
        sent.all.push(message);
    }

    /// Moves a message on; one that has ended stays where it is.
    fn mark(&self, id: &str, status: &'static str, now: Timestamp) {
        let mut sent = lock(&self.sent);
        let Some(&at) = sent.by_id.get(id) else { return };
        let message = &mut sent.all[at];
        if !["delivered", "failed"].contains(&message.status) {
            message.status = status;
            message.delivered = (status == "delivered").then_some(now);
        }
    }
}

impl Message {
    /// The message as the API shows it.
    fn shown(&self) -> Value {
        let mut shown = json!({
            "id": self.id, "status": self.status, "direction": "outgoing", "from": self.from, "to": self.to,
            "created": moment_of(self.created), "parts": self.parts, "cost": self.parts * PRICE,
        });
        match &self.text {
            Some(text) => shown["message"] = text.as_str().into(),
            None => shown["dontlog"] = "message".into(),
        }
        if self.flash {
            shown["flashsms"] = "yes".into();
        }
        if let Some(delivered) = self.delivered {
            shown["delivered"] = moment_of(delivered).into();
        }
        shown
    }
}

/// A time as 46elks writes it: UTC, without saying so.
fn moment_of(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

/// The last part of an address: the value of the last parameter, else the last segment of the path.
fn reference(report: &Url) -> Option<String> {
    let last = report.query_pairs().last().map(|(_, value)| value.into_owned());
    last.or_else(|| Some(report.path_segments()?.rfind(|part| !part.is_empty())?.to_owned()))
}

/// Who shows the account's keys.
struct Customer;

impl FromRequestParts<Arc<State>> for Customer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, town: &Arc<State>) -> Result<Self, Response> {
        let keys = &town.tokens.sms;
        if bearer::basic(&parts.headers)
            .is_some_and(|(user, password)| user == keys.user && password == keys.password)
        {
            return Ok(Self);
        }
        let asks = [(header::WWW_AUTHENTICATE, "Basic realm=\"46elks API\"")];
        Err((asks, failed(StatusCode::UNAUTHORIZED)).into_response())
    }
}

#[cfg(test)]
mod tests;
