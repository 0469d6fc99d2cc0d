//! `/deletedEntities`: what is there no more (registers.md 1.7). No times stand in the answer, so a client keeps its own.

use super::{
    Admitted, BASE, Register,
    answer::Fault,
    change::{Kind, OTHERS},
    page::{Cursor, Show},
    query::Query,
    snapshot::Shown,
};
use crate::lock;
use axum::{
    Json,
    extract::{Query as Asked, State},
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use uuid::Uuid;

/// Where cursors of this list belong.
const PATH: &str = "deletedEntities";

/// When each object went.
#[derive(Debug, Default)]
pub(super) struct Deleted(Mutex<HashMap<Uuid, (Kind, Timestamp)>>);

impl Deleted {
    pub(super) fn note(&self, gone: impl IntoIterator<Item = (Kind, Uuid)>, now: Timestamp) {
        lock(&self.0).extend(gone.into_iter().map(|(kind, id)| (id, (kind, now))));
    }

    pub(super) fn clear(&self) {
        lock(&self.0).clear();
    }

    /// What went after `after`, oldest first; what has come back since is there.
    fn since(&self, after: Option<Timestamp>, kinds: &[Kind], seen: &Shown) -> Vec<Uuid> {
        let all = lock(&self.0);
        let fits = |id: &Uuid, kind: Kind, at: Timestamp| {
            after.is_none_or(|after| at > after)
                && (kinds.is_empty() || kinds.contains(&kind))
                && !seen.holds(kind, *id)
        };
        let mut found: Vec<_> = all
            .iter()
            .filter(|(id, (kind, at))| fits(id, *kind, *at))
            .map(|(id, (_, at))| (*at, *id))
            .collect();
        found.sort();
        found.into_iter().map(|(_, id)| id).collect()
    }

    fn kind(&self, id: &Uuid) -> Option<Kind> {
        lock(&self.0).get(id).map(|(kind, _)| *kind)
    }
}

pub(super) async fn list(
    _: Admitted,
    State(register): State<Arc<Register>>,
    Asked(pairs): Asked<Vec<(String, String)>>,
) -> Result<Json<Value>, Fault> {
    let query = Query::read(pairs, &["after", "entities"], None)?;
    let limit: Option<usize> = query.one("limit")?;
    if limit == Some(0) {
        return Err(Fault::bad("limit är minst 1"));
    }
    let seen = register.shown();
    let memory = &register.town.pupil;
    let cursor = match query.one::<String>("pageToken")? {
        Some(_) if query.filters() => return Err(Fault::bad("pageToken får bara stå tillsammans med limit")),
        Some(token) => register.cursors.find(PATH, &token).ok_or_else(|| Fault::bad("pageToken är okänd"))?,
        None => {
            let named = query.all("entities").into_iter().flat_map(|list| list.split(','));
            let mut kinds = Vec::new();
            for name in named {
                match Kind::named(name) {
                    Some(kind) => kinds.push(kind),
                    None if OTHERS.contains(&name) => {}
                    None => return Err(Fault::bad(format!("{BASE}/{PATH} känner inte {name}"))),
                }
            }
            // Types that are not held here alone mean none, not all.
            let ids = match query.all("entities").is_empty() || !kinds.is_empty() {
                true => memory.deleted.since(query.one("after")?, &kinds, &seen),
                false => Vec::new(),
            };
            Cursor { path: PATH, ids: ids.into(), next: 0, show: Show::default() }
        }
    };
    let switches = memory.switches();
    let end =
        cursor.ids.len().min(cursor.next.saturating_add(limit.unwrap_or(switches.rows).min(switches.rows)));
    let mut data: Map<String, Value> =
        Kind::ALL.into_iter().map(|kind| (switches.spelling.plural(kind).to_owned(), json!([]))).collect();
    for id in &cursor.ids[cursor.next..end] {
        let list = memory.deleted.kind(id).and_then(|kind| data.get_mut(switches.spelling.plural(kind)));
        if let Some(Value::Array(list)) = list {
            list.push(id.to_string().into());
        }
    }
    let next = (end < cursor.ids.len()).then(|| register.cursors.keep(Cursor { next: end, ..cursor }));
    Ok(Json(json!({ "data": data, "pageToken": next })))
}
