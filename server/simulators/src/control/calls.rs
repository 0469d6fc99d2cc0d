//! The calls, one function each.

use super::{Body, Refusal};
use crate::{
    FaultOrder, State, System,
    bankid::{Approved, Listed, Play, Stay, Switches},
    calls::Call,
    messenger::Told,
    post::{After, Item, Postbox, Wanted},
    pupil::{self, Mark, Marked, Record, Recorded},
    sms,
    state::Unchanged,
    world::{Person, World},
};
use axum::{
    Json,
    extract::{Path, Query, State as Shared},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{net::IpAddr, sync::Arc, time::Duration};
use uuid::Uuid;

type Town = Shared<Arc<State>>;

/// A person as `GET /control/persons` lists them.
#[derive(Serialize)]
pub(super) struct Entry {
    id: String,
    number: Option<String>,
    given: String,
    family: String,
    tags: Vec<String>,
    /// Ids of the children in their custody today.
    guardian_of: Vec<String>,
    /// Where they are a pupil, else where they work: code of the unit, id of the group.
    unit: Option<String>,
    group: Option<String>,
    bankid: bool,
    note: Option<String>,
}

pub(super) async fn persons(Shared(town): Town) -> Json<Vec<Entry>> {
    let (census, today) = (town.census(), town.today());
    let entry = |person: &Person| {
        let (unit, group) = place(person, today);
        let held = person.guardian_of.iter().filter(|custody| custody.stands(today));
        Entry {
            id: person.id.clone(),
            number: person.number.clone(),
            given: person.given.clone(),
            family: person.family.clone(),
            tags: census.tags(person, today),
            guardian_of: held.map(|custody| custody.child.clone()).collect(),
            unit,
            group,
            bankid: person.bankid,
            note: person.note.clone(),
        }
    };
    Json(census.persons.iter().map(entry).collect())
}

/// The unit and group where a person is today, or was last.
fn place(person: &Person, today: Date) -> (Option<String>, Option<String>) {
    let now = person.enrolments.iter().find(|enrolment| enrolment.stands(today));
    match (now.or(person.enrolments.last()), person.duties.first()) {
        (Some(enrolment), _) => (Some(enrolment.unit.clone()), enrolment.group.clone()),
        (None, Some(duty)) => (Some(duty.unit.clone()), None),
        (None, None) => (None, None),
    }
}

pub(super) async fn amend(
    Shared(town): Town,
    Path(id): Path<String>,
    Body(change): Body<Map<String, Value>>,
) -> Result<Json<Person>, Refusal> {
    town.amend(&id, change).map(Json).map_err(|unchanged| match unchanged {
        Unchanged::Nobody => nobody(&id),
        Unchanged::Wrong(wrongs) => Refusal::wrong(wrongs),
    })
}

pub(super) async fn world(Shared(town): Town) -> Json<World> {
    Json(town.census().world().clone())
}

pub(super) async fn replace(Shared(town): Town, Body(world): Body<World>) -> Result<Json<Value>, Refusal> {
    let persons = world.persons.len();
    town.replace(world).map_err(Refusal::wrong)?;
    Ok(Json(json!({ "persons": persons })))
}

/// What a person does with the BankID app.
#[derive(Deserialize)]
pub(super) struct Act {
    /// Id or number.
    person: String,
    qr: Option<String>,
    /// The token, or the start address that holds it.
    autostart: Option<String>,
    /// An order the app already holds, by the id in the answer of an earlier act.
    order: Option<Uuid>,
    answer: String,
    device_ip: Option<IpAddr>,
    /// `low` (also without it), `moderate`, `high`; `none`: not computable.
    risk: Option<String>,
    uhi: Option<String>,
    issue_date: Option<String>,
}

pub(super) async fn phone(Shared(town): Town, Body(act): Body<Act>) -> Result<Response, Refusal> {
    let census = town.census();
    let person = census
        .person(&act.person)
        .or_else(|| census.numbered(&act.person))
        .ok_or_else(|| nobody(&act.person))?;
    let shown = match (&act.qr, &act.autostart, act.order) {
        (Some(text), None, None) => Stay::Qr(text),
        (None, Some(start), None) => Stay::Autostart(token(start)),
        (None, None, Some(order)) => Stay::Held(order),
        _ => return Err(Refusal::wrong(vec!["give one of qr, autostart and order".into()])),
    };
    let risk = act.risk.unwrap_or_else(|| "low".into());
    let approved = Approved {
        device_ip: act.device_ip,
        risk: (risk != "none").then_some(risk),
        uhi: act.uhi,
        issue_date: act.issue_date,
    };
    let play = Play::parse(&act.answer, approved)
        .ok_or_else(|| Refusal::wrong(vec![format!("no answer called {}", act.answer)]))?;
    match town.bankid.play(&census, person, shown, &play, town.clock.now()).await {
        Ok(Ok(played)) => Ok(Json(played).into_response()),
        Ok(Err(refused)) => {
            let body = json!({ "status": "refused", "reason": refused.as_str(), "message": refused.said() });
            Ok(Json(body).into_response())
        }
        Err(error) => {
            tracing::error!(%error, "the pretend phone cannot sign");
            Err(Refusal(StatusCode::INTERNAL_SERVER_ERROR, vec!["the town cannot sign".into()]))
        }
    }
}

/// The autostart token, also out of a whole start address.
pub(super) fn token(start: &str) -> &str {
    let after = start.split_once("autostarttoken=").map_or(start, |(_, token)| token);
    after.split(['&', '#']).next().unwrap_or(after)
}

pub(super) async fn orders(Shared(town): Town) -> Json<Vec<Listed>> {
    Json(town.bankid.list(town.clock.now()))
}

/// One absence, or a whole roll call.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum RollCall {
    One(Marked),
    Many(Vec<Marked>),
}

pub(super) async fn record(Shared(town): Town, Body(call): Body<RollCall>) -> Result<Response, Refusal> {
    let census = town.census();
    let (marked, many) = match call {
        RollCall::One(marked) => (vec![marked], false),
        RollCall::Many(marked) => (marked, true),
    };
    let with_pupil = |marked: Marked| {
        let pupil = census.person(&marked.child).ok_or_else(|| nobody(&marked.child))?;
        match marked.start < marked.end {
            true => Ok((pupil, marked)),
            false => Err(Refusal::wrong(vec!["the absence ends before it starts".into()])),
        }
    };
    let marked = marked.into_iter().map(with_pupil).collect::<Result<_, _>>()?;
    let mut recorded: Vec<Recorded> = town.pupil.mark(&census, marked);
    match (many, recorded.pop()) {
        (false, Some(one)) if recorded.is_empty() => Ok((StatusCode::CREATED, Json(one)).into_response()),
        (false, None) => Err(Refusal::nothing("there is no such absence to withdraw")),
        (_, last) => {
            recorded.extend(last);
            Ok((StatusCode::CREATED, Json(recorded)).into_response())
        }
    }
}

pub(super) async fn absences(Shared(town): Town) -> Json<Vec<Mark>> {
    Json(town.pupil.marks())
}

/// A pupil who was there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Present {
    child: String,
    start: Timestamp,
    end: Option<Timestamp>,
}

pub(super) async fn attend(
    Shared(town): Town,
    Body(present): Body<Present>,
) -> Result<(StatusCode, Json<Vec<Record>>), Refusal> {
    let census = town.census();
    let pupil = census.person(&present.child).ok_or_else(|| nobody(&present.child))?;
    if present.end.is_some_and(|end| end <= present.start) {
        return Err(Refusal::wrong(vec!["the presence ends before it starts".into()]));
    }
    let records = town.pupil.attend(&census, pupil, (present.start, present.end));
    Ok((StatusCode::CREATED, Json(records)))
}

/// Which letters are asked for, and for how many seconds to wait for the first.
#[derive(Deserialize)]
pub(super) struct Asked {
    to: Option<String>,
    after: Option<String>,
    wait: Option<f64>,
}

impl Asked {
    async fn of<T: Item>(self, letters: &Postbox<T>) -> Result<Json<Vec<T>>, Refusal> {
        let after = match self.after.as_deref() {
            None | Some("") => None,
            Some(after) => Some(after.parse::<After>().map_err(|wrong| Refusal::wrong(vec![wrong]))?),
        };
        let wanted = Wanted { to: self.to.filter(|to| !to.is_empty()), after };
        // Five minutes are more than any client keeps a connection open for.
        let patience = Duration::try_from_secs_f64(self.wait.unwrap_or_default().clamp(0.0, 300.0));
        Ok(Json(letters.wait(&wanted, patience.unwrap_or_default()).await))
    }
}

pub(super) async fn mail(Shared(town): Town, Query(asked): Query<Asked>) -> impl IntoResponse {
    asked.of(&town.mail).await
}

pub(super) async fn sms(Shared(town): Town, Query(asked): Query<Asked>) -> impl IntoResponse {
    asked.of(&town.sms).await
}

pub(super) async fn faults(Shared(town): Town) -> Json<Vec<FaultOrder>> {
    Json(town.faults.list())
}

pub(super) async fn order_fault(
    Shared(town): Town,
    Body(order): Body<FaultOrder>,
) -> Result<Json<Vec<FaultOrder>>, Refusal> {
    town.faults.order(order).map_err(|wrong| Refusal::wrong(vec![wrong]))?;
    Ok(Json(town.faults.list()))
}

/// A time to show, or a way to go.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetClock {
    now: Option<Timestamp>,
    advance_seconds: Option<i64>,
}

pub(super) async fn clock(Shared(town): Town) -> Json<Value> {
    Json(json!({ "now": town.clock.now() }))
}

pub(super) async fn set_clock(town: Town, Body(set): Body<SetClock>) -> Result<Json<Value>, Refusal> {
    match (set.now, set.advance_seconds) {
        (Some(now), None) => town.clock.set(now),
        (None, Some(seconds)) => town.clock.advance(SignedDuration::from_secs(seconds)),
        _ => return Err(Refusal::wrong(vec!["give one of now and advance_seconds".into()])),
    }
    Ok(clock(town).await)
}

/// Whose calls are asked for.
#[derive(Deserialize)]
pub(super) struct Of {
    system: Option<String>,
}

impl Of {
    fn system(self) -> Result<Option<System>, Refusal> {
        let named = self.system.filter(|name| !name.is_empty());
        named.map(|name| name.parse()).transpose().map_err(|wrong| Refusal::wrong(vec![wrong]))
    }
}

pub(super) async fn calls(Shared(town): Town, Query(of): Query<Of>) -> Result<Json<Vec<Call>>, Refusal> {
    Ok(Json(town.calls.list(of.system()?)))
}

pub(super) async fn notices(Shared(town): Town, Query(of): Query<Of>) -> Result<Json<Vec<Told>>, Refusal> {
    Ok(Json(town.messenger.told(of.system()?)))
}

pub(super) async fn switches(Shared(town): Town) -> Json<Switches> {
    Json(town.bankid.switches())
}

pub(super) async fn switch(Shared(town): Town, Body(to): Body<Switches>) -> Json<Switches> {
    town.bankid.switch(to);
    Json(town.bankid.switches())
}

pub(super) async fn pupil_switches(Shared(town): Town) -> Json<pupil::Switches> {
    Json(town.pupil.switches())
}

pub(super) async fn switch_pupil(town: Town, Body(to): Body<pupil::Switches>) -> Json<pupil::Switches> {
    town.pupil.switch(to);
    pupil_switches(town).await
}

pub(super) async fn gateway_switches(Shared(town): Town) -> Json<sms::Switches> {
    Json(town.gateway.switches())
}

pub(super) async fn switch_gateway(town: Town, Body(to): Body<sms::Switches>) -> Json<sms::Switches> {
    town.gateway.switch(to);
    gateway_switches(town).await
}

pub(super) async fn reset(Shared(town): Town) -> Json<Value> {
    town.reset();
    Json(json!({ "persons": town.census().persons.len() }))
}

fn nobody(id: &str) -> Refusal {
    Refusal::nothing(&format!("nobody in this world is called {id}"))
}
