//! The three questions every resource answers: the list, one object, a lookup.

use super::{
    Admitted, BASE, Register,
    answer::Fault,
    page::{Cursor, Show},
    query::{History, Query},
    resource::Resource,
    snapshot::{Row, Shown},
};
use crate::https::AnswerUnknown;
use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::{Path, Query as Asked, State},
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// More keys than this in one lookup are too many for the server.
const MOST_KEYS: usize = 1000;

type Pairs = Asked<Vec<(String, String)>>;
type Odd = Option<Extension<AnswerUnknown>>;

/// The routes of one resource below [`BASE`].
pub(super) fn routes<R: Resource>() -> Router<Arc<Register>> {
    let path = R::PATH;
    Router::new()
        .route(&format!("/{path}"), get(list::<R>))
        .route(&format!("/{path}/lookup"), post(look_up::<R>))
        .route(&format!("/{path}/{{id}}"), get(one::<R>))
}

async fn list<R: Resource>(
    _: Admitted,
    State(register): State<Arc<Register>>,
    odd: Odd,
    Asked(pairs): Pairs,
) -> Result<Json<Value>, Fault> {
    let seen = register.shown();
    let query = Query::read(pairs, R::PARAMETERS, R::DATED)?;
    let limit: Option<usize> = query.one("limit")?;
    if limit == Some(0) {
        return Err(Fault::bad("limit är minst 1"));
    }
    let cursor = match query.one::<String>("pageToken")? {
        Some(_) if query.filters() => return Err(Fault::bad("pageToken får bara stå tillsammans med limit")),
        Some(token) => {
            register.cursors.find(R::PATH, &token).ok_or_else(|| Fault::bad("pageToken är okänd"))?
        }
        None => Cursor { path: R::PATH, ids: found::<R>(&query, &seen)?, next: 0, show: show::<R>(&query)? },
    };
    let most = register.town.pupil.switches().rows;
    let end = cursor.ids.len().min(cursor.next.saturating_add(limit.unwrap_or(most).min(most)));
    let ids = cursor.ids[cursor.next..end].iter();
    let rows = ids.filter_map(|id| seen.get::<R>(*id)).map(|row| shown(row, &cursor.show, &seen, &odd));
    let data: Vec<Value> = rows.collect();
    let next = (end < cursor.ids.len()).then(|| register.cursors.keep(Cursor { next: end, ..cursor }));
    Ok(Json(json!({ "data": data, "pageToken": next })))
}

async fn one<R: Resource>(
    _: Admitted,
    State(register): State<Arc<Register>>,
    odd: Odd,
    Path(id): Path<String>,
    Asked(pairs): Pairs,
) -> Result<Json<Value>, Fault> {
    let id: Uuid = id.parse().map_err(|_| Fault::bad("id är inget UUID"))?;
    let query = Query::read(pairs, &[], None)?;
    let seen = register.shown();
    let missing =
        || Fault::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("{BASE}/{} saknar detta id", R::PATH));
    let row = seen.get::<R>(id).ok_or_else(missing)?;
    Ok(Json(shown(row, &show::<R>(&query)?, &seen, &odd)))
}

async fn look_up<R: Resource>(
    _: Admitted,
    State(register): State<Arc<Register>>,
    odd: Odd,
    Asked(pairs): Pairs,
    body: Bytes,
) -> Result<Json<Vec<Value>>, Fault> {
    let query = Query::read(pairs, &[], None)?;
    let keys: BTreeMap<String, Vec<String>> =
        serde_json::from_slice(&body).map_err(|_| Fault::bad("kroppen är ett objekt av listor av texter"))?;
    if let Some(key) = keys.keys().find(|key| *key != "ids" && !R::LOOKUPS.contains(&key.as_str())) {
        return Err(Fault::bad(format!("{key} finns inte här")));
    }
    if keys.values().map(Vec::len).sum::<usize>() > MOST_KEYS {
        return Err(Fault::new(StatusCode::SERVICE_UNAVAILABLE, "TOO_LARGE", "dela upp frågan"));
    }
    let parsed = keys
        .get("ids")
        .into_iter()
        .flatten()
        .map(|id| id.parse().map_err(|_| Fault::bad("id är inget UUID")));
    let ids: HashSet<Uuid> = parsed.collect::<Result<_, _>>()?;
    let seen = register.shown();
    let show = show::<R>(&query)?;
    let meant = |row: &&Row<R>| {
        ids.contains(&row.object.id())
            || keys.iter().any(|(key, values)| key != "ids" && row.object.looked_up(key, values, &seen))
    };
    let rows = seen.rows::<R>().filter(meant);
    Ok(Json(rows.map(|row| shown(row, &show, &seen, &odd)).collect()))
}

/// The ids of what the query asks for, in its order.
fn found<R: Resource>(query: &Query, seen: &Shown) -> Result<Arc<[Uuid]>, Fault> {
    let history = History::read(query)?;
    let fits = R::filter(query, seen)?;
    let mut rows: Vec<&Row<R>> =
        seen.rows::<R>().filter(|row| history.fits(&row.meta) && fits(&row.object)).collect();
    match query.one::<String>("sortkey")?.as_deref() {
        None => {}
        Some("ModifiedDesc") => rows.sort_by_key(|row| std::cmp::Reverse(row.meta.modified)),
        Some("StartTimeDesc") if R::PARAMETERS.contains(&"startTime.onOrAfter") => {
            rows.sort_by_cached_key(|row| std::cmp::Reverse(row.object.sorted_by("StartTimeAsc")));
        }
        Some(key) => {
            if rows.iter().any(|row| row.object.sorted_by(key).is_none()) {
                return Err(Fault::bad(format!("sortkey {key} finns inte här")));
            }
            rows.sort_by_cached_key(|row| row.object.sorted_by(key));
        }
    }
    Ok(rows.into_iter().map(|row| row.object.id()).collect())
}

/// What the query wants added to each row.
fn show<R: Resource>(query: &Query) -> Result<Show, Fault> {
    let wanted = query.all("expand").into_iter().flat_map(|list| list.split(','));
    let expand: Vec<String> = wanted.map(str::to_owned).collect();
    match expand.iter().find(|what| !R::EXPANDS.contains(&what.as_str())) {
        Some(what) => Err(Fault::bad(format!("expand {what} finns inte här"))),
        None => Ok(Show { expand, names: query.one("expandReferenceNames")?.unwrap_or(false) }),
    }
}

fn shown<R: Resource>(row: &Row<R>, show: &Show, seen: &Shown, odd: &Odd) -> Value {
    let mut value = serde_json::to_value(row).unwrap_or_default();
    if !show.expand.is_empty() {
        let expanded = show.expand.iter().map(|what| (what.clone(), row.object.expanded(what, seen)));
        value["_embedded"] = Value::Object(expanded.collect());
    }
    if R::WRITTEN {
        // A mark that came after the writing shows all the same.
        walk(&mut value, &|object| {
            let id = object.get("id").filter(|_| object.contains_key("securityMarking"));
            let person = id.and_then(|id| seen.persons.get(id.as_str()?.parse().ok()?));
            if let Some(person) = person {
                object.insert("securityMarking".to_owned(), person.object.security_marking.into());
            }
        });
    }
    if show.names {
        walk(&mut value, &|object| {
            let reference = object.keys().all(|key| key == "id" || key == "securityMarking");
            let id = object.get("id").filter(|_| reference).and_then(|id| id.as_str()?.parse().ok());
            if let Some(name) = id.and_then(|id| seen.name(id)) {
                object.insert("displayName".to_owned(), name.into());
            }
        });
    }
    if odd.is_some() {
        const CODES: [&str; 8] = [
            "securityMarking",
            "schoolType",
            "groupType",
            "organisationType",
            "relationType",
            "personStatus",
            "activityType",
            "eventType",
        ];
        walk(&mut value, &|object| {
            // An absence calls its code only `type`, as do mail addresses, which are not meant.
            let absence = object.contains_key("student") && object.contains_key("startTime");
            let code = |key: &str| CODES.contains(&key) || (absence && key == "type");
            object.iter_mut().filter(|(key, _)| code(key)).for_each(|(_, code)| {
                *code = "Kod som ingen lista har".into();
            });
        });
    }
    value
}

/// Visits every object of `value`, itself included.
fn walk(value: &mut Value, visit: &impl Fn(&mut Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            visit(object);
            object.values_mut().for_each(|inner| walk(inner, visit));
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| walk(inner, visit)),
        _ => {}
    }
}
