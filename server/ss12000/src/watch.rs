//! Hearing of changes: subscriptions, and what is there no more.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Client, Code, Error, Result};

/// The list of subscriptions.
const SUBSCRIPTIONS: &str = "subscriptions";
/// The list of what is there no more.
const DELETED: &str = "deletedEntities";
/// Pages of one list, at the most; a server that never ends its list is at fault.
const PAGES: usize = 10_000;

/// That the register calls an address of ours when objects of some types change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The register's name of it.
    pub id: Uuid,
    /// Ours.
    pub name: String,
    /// When it ends unless it is renewed; none where the register does not say.
    pub expires: Option<Timestamp>,
    target: String,
}

impl Subscription {
    /// Whether it calls this address. The address holds a secret, so it is compared, never shown.
    pub fn calls(&self, target: &str) -> bool {
        self.target == target
    }
}

/// What is there no more, by type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Attendances.
    pub attendances: Vec<Uuid>,
    /// Absences.
    pub absences: Vec<Uuid>,
    /// Comings and goings.
    pub events: Vec<Uuid>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSubscription {
    id: Uuid,
    name: Option<String>,
    target: String,
    expires: Option<String>,
}

impl From<WireSubscription> for Subscription {
    fn from(wire: WireSubscription) -> Self {
        Self {
            id: wire.id,
            name: wire.name.unwrap_or_default(),
            expires: wire.expires.and_then(|time| time.parse().ok()),
            target: wire.target,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDeleted {
    data: BTreeMap<String, Vec<Value>>,
    page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireList {
    Paged { data: Vec<Value> },
    Bare(Vec<Value>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wanted<'w> {
    name: &'w str,
    target: &'w str,
    resource_types: Vec<WantedType<'w>>,
}

#[derive(Serialize)]
struct WantedType<'w> {
    resource: &'w str,
}

impl Client {
    /// What was deleted after a moment, by the register's clock. Safe to repeat.
    ///
    /// # Errors
    /// [`Code::NotOffered`] where the server keeps no such list, and the other errors of a call.
    pub async fn deleted(&self, after: Timestamp) -> Result<Deleted> {
        let mut all = Deleted::default();
        let after = after.to_string();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let query = token.as_deref().map_or(("after", after.as_str()), |token| ("pageToken", token));
            let text = self.door().look(DELETED, &[query]).await?;
            let page: WireDeleted =
                serde_json::from_str(&text).map_err(|_| Error::Garbled("not a list of what was deleted"))?;
            for (kind, ids) in page.data {
                let list = match kind.as_str() {
                    "attendances" => &mut all.attendances,
                    "absences" => &mut all.absences,
                    "attendanceEvents" => &mut all.events,
                    _ => continue,
                };
                list.extend(ids.iter().filter_map(|id| id.as_str()?.parse::<Uuid>().ok()));
            }
            match page.page_token.filter(|next| !next.is_empty()) {
                None => return Ok(all),
                Some(next) if token.as_ref() == Some(&next) => break,
                next => token = next,
            }
        }
        Err(Error::Garbled("a list without an end"))
    }

    /// Every subscription of ours.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>> {
        let text = self.door().look(SUBSCRIPTIONS, &[]).await?;
        let list = serde_json::from_str(&text).map_err(|_| Error::Garbled("not a list of subscriptions"))?;
        let (WireList::Paged { data } | WireList::Bare(data)) = list;
        let read = |row| serde_json::from_value::<WireSubscription>(row).ok().map(Subscription::from);
        Ok(data.into_iter().filter_map(read).collect())
    }

    /// Asks to be called at `target` when objects of these types change. What authenticates the call stands in the
    /// address.
    pub async fn subscribe(&self, name: &str, target: &str, types: &[&str]) -> Result<Subscription> {
        let resource_types = types.iter().map(|resource| WantedType { resource }).collect();
        let text = self.door().make(SUBSCRIPTIONS, &Wanted { name, target, resource_types }).await?;
        subscription(&text)
    }

    /// Lets a subscription live on. [`Code::Status`] 404 where it has ended.
    pub async fn renew(&self, subscription_id: Uuid) -> Result<Subscription> {
        let path = format!("{SUBSCRIPTIONS}/{subscription_id}");
        match self.door().change(SUBSCRIPTIONS, &path, &json!({})).await {
            Ok(text) => subscription(&text),
            // On one object 404 says that it is gone, not that there are no such objects.
            Err(Error::Said(Code::NotOffered)) => Err(Error::Said(Code::Status(404, None))),
            Err(error) => Err(error),
        }
    }
}

fn subscription(text: &str) -> Result<Subscription> {
    // The parser's own words could repeat the address and its secret.
    let wire: WireSubscription =
        serde_json::from_str(text).map_err(|_| Error::Garbled("not a subscription"))?;
    Ok(wire.into())
}
