//! The population register: "Folkbokföringsuppgifter för offentliga aktörer" v3 (registers.md 2.6).
//!
//! A client shows its certificate on every connection. Whether the API gateway then still wants its keys and a bearer token is
//! not settled, so both readings work: a request that brings any of them must bring all of them, and right; one that
//! brings none stands on its certificate. The order (beställning) decides whether protected persons are delivered.
//!
//! Deliberately not there: search (`/v3/sok`), which a school has no business to use, and the limit of 25 calls a second.

mod post;

use crate::{
    State,
    bearer::{self, Asking, Bearers},
    clock::local,
    https::AnswerUnknown,
    world::{Census, Person, Protection},
};
use axum::{
    Extension, Form, Json, Router,
    body::Bytes,
    extract::State as Held,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// Where the lookup is.
const LOOKUP: &str = "/folkbokforing/folkbokforingsuppgifter-for-offentliga-aktorer/v3/hamta";
/// Where tokens are given out.
const TOKEN: &str = "/oauth2/v1/sysorg/token";
/// The only scope.
const SCOPE: &str = "fbfuppgoffakt";
/// How many numbers one call may ask for.
const MOST: usize = 900;
/// The header that names a call, and the only thing support wants to hear.
const CORRELATION: &str = "skv_client_correlation_id";
/// The published test organisation "Kommun A" and its orders (registers.md 6).
const ORGANISATION: &str = "162021004748";
const ORDER_WITHOUT_PROTECTED: &str = "00000236-FO01-0001";
const ORDER_WITH_PROTECTED: &str = "00000236-FO01-0002";

struct Register {
    town: Arc<State>,
    bearers: Bearers,
}

pub(crate) fn router(town: Arc<State>) -> Router {
    let register = Arc::new(Register { town, bearers: Bearers::default() });
    Router::new().route(LOOKUP, post(look_up)).route(TOKEN, post(give_token)).with_state(register)
}

#[derive(Deserialize)]
struct Request {
    bestallning: Order,
    sokvillkor: Vec<Condition>,
}

#[derive(Deserialize)]
struct Order {
    organisationsnummer: String,
    bestallningsidentitet: String,
}

#[derive(Deserialize)]
struct Condition {
    identitetsbeteckning: String,
}

async fn give_token(Held(register): Held<Arc<Register>>, headers: HeaderMap, form: Form<Asking>) -> Response {
    let town = &register.town;
    register.bearers.answer(form, &headers, &town.tokens.population, SCOPE, town.clock.now())
}

async fn look_up(
    Held(register): Held<Arc<Register>>,
    unknown: Option<Extension<AnswerUnknown>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let town = &register.town;
    let now = town.clock.now();
    let correlation = headers.get(CORRELATION).and_then(|id| id.to_str().ok()?.parse::<Uuid>().ok());
    let outcome = register
        .admit(&headers, now)
        .and_then(|()| correlation.ok_or((StatusCode::BAD_REQUEST, "skv_client_correlation_id saknas")))
        .and_then(|_| ordered(&headers, &body));
    let mut answer = match outcome {
        Ok((request, with_protected)) => {
            let census = town.census();
            let desk = Desk { census: &census, today: local(now), with_protected, odd: unknown.is_some() };
            Json(desk.answer(&request.sokvillkor, now)).into_response()
        }
        Err((status, why)) => {
            let fault = json!({ "orsakskod": status.as_u16(), "orsakskodsbeskrivning": why });
            (status, Json(json!({ "status": status.as_u16(), "tidpunkt": moment(now), "fel": [fault] })))
                .into_response()
        }
    };
    if let Some(id) = correlation.and_then(|id| id.to_string().parse().ok()) {
        answer.headers_mut().insert(CORRELATION, id);
    }
    answer
}

type Refused = (StatusCode, &'static str);

impl Register {
    /// Checks keys and token, if the request brings any.
    fn admit(&self, headers: &HeaderMap, now: Timestamp) -> Result<(), Refused> {
        let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let brought = (of("client_id"), of("client_secret"), bearer::shown(headers));
        match brought {
            (None, None, None) if !headers.contains_key(header::AUTHORIZATION) => Ok(()),
            (Some(id), Some(secret), Some(token)) => {
                let keys = self.town.tokens.population.are(id, secret);
                let right = keys && self.bearers.hold(token, now);
                right.then_some(()).ok_or((StatusCode::UNAUTHORIZED, "Fel nyckel, eller token som gått ut"))
            }
            _ => Err((StatusCode::UNAUTHORIZED, "client_id, client_secret och Authorization hör ihop")),
        }
    }
}

/// The request, and whether its order includes protected persons.
fn ordered(headers: &HeaderMap, body: &[u8]) -> Result<(Request, bool), Refused> {
    let json = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !json.is_some_and(|kind| kind.starts_with("application/json")) {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, "Content-Type ska vara application/json"));
    }
    let request: Request =
        serde_json::from_slice(body).map_err(|_| (StatusCode::BAD_REQUEST, "Begäran går inte att läsa"))?;
    if request.bestallning.organisationsnummer != ORGANISATION {
        return Err((StatusCode::FORBIDDEN, "Organisationen har ingen beställning"));
    }
    let with_protected = match request.bestallning.bestallningsidentitet.as_str() {
        ORDER_WITH_PROTECTED => true,
        ORDER_WITHOUT_PROTECTED => false,
        _ => return Err((StatusCode::FORBIDDEN, "Okänd beställning")),
    };
    match request.sokvillkor.len() {
        0 => Err((StatusCode::BAD_REQUEST, "Sökvillkor saknas")),
        1..=MOST => Ok((request, with_protected)),
        _ => Err((StatusCode::BAD_REQUEST, "Högst 900 sökvillkor")),
    }
}

/// What one question is answered from.
struct Desk<'a> {
    census: &'a Census,
    today: Date,
    with_protected: bool,
    /// Answer with codes that no specification lists.
    odd: bool,
}

impl Desk<'_> {
    fn answer(&self, conditions: &[Condition], now: Timestamp) -> Value {
        let mut posts = Vec::new();
        let mut faults = Vec::new();
        for Condition { identitetsbeteckning: number } in conditions {
            match self.find(number) {
                Some(person) => posts.push(self.post(person)),
                None => faults.push(json!({
                    "id": number, "orsakskod": 404, "orsakskodsbeskrivning": "Personen finns inte",
                })),
            }
        }
        json!({ "status": 200, "tidpunkt": moment(now), "folkbokforingsposter": posts, "fel": faults })
    }

    fn find(&self, number: &str) -> Option<&Person> {
        let person = self.census.numbered(number).filter(|person| person.in_population_register())?;
        (self.with_protected || person.protection == Protection::None).then_some(person)
    }
}

fn moment(now: Timestamp) -> String {
    now.to_zoned_datetime(TimeZone::get("Europe/Stockholm").unwrap_or(TimeZone::UTC))
        .strftime("%Y-%m-%dT%H:%M:%S%.3f%:z")
        .to_string()
}

#[cfg(test)]
mod tests;
