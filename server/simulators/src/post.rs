//! What the town's people receive: mail and text messages, in boxes that can be waited on.

use crate::lock;
use jiff::Timestamp;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Mutex, time::Duration};
use tokio::sync::watch;

/// A mail as it arrived, one for each recipient of its envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// Counts from 1 in order of arrival.
    pub id: u64,
    /// The recipient of the envelope.
    pub to: String,
    /// The address in the From header, else the sender of the envelope.
    pub from: String,
    /// The decoded subject.
    pub subject: String,
    /// When it was accepted.
    pub at: Timestamp,
    /// Every header, its name as it was sent.
    pub headers: BTreeMap<String, String>,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    #[serde(default)]
    pub html: Option<String>,
    /// The Message-ID without its brackets.
    pub reference: Option<String>,
}

/// A text message as the gateway would deliver it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sms {
    /// Counts from 1 in order of arrival.
    pub id: u64,
    /// The mobile number.
    pub to: String,
    /// The sender shown.
    pub from: String,
    /// The message.
    pub text: String,
    /// When it was accepted.
    pub at: Timestamp,
    /// What the sender calls it: the last part of the address for its delivery reports.
    pub reference: Option<String>,
    /// How many messages it was sent as, and paid for.
    pub parts: usize,
}

/// What a box can hold.
pub(crate) trait Item: Clone {
    /// Gives the item its number.
    fn numbered(self, id: u64) -> Self;
    fn id(&self) -> u64;
    fn to(&self) -> &str;
    fn at(&self) -> Timestamp;
}

macro_rules! item {
    ($kind:ty) => {
        impl Item for $kind {
            fn numbered(self, id: u64) -> Self {
                Self { id, ..self }
            }
            fn id(&self) -> u64 {
                self.id
            }
            fn to(&self) -> &str {
                &self.to
            }
            fn at(&self) -> Timestamp {
                self.at
            }
        }
    };
}
item!(Mail);
item!(Sms);

/// Which items are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Only those to this recipient, letter case aside.
    pub(crate) to: Option<String>,
    /// Only those after this.
    pub(crate) after: Option<After>,
}

/// A place in a box: an item's number or a time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum After {
    Id(u64),
    Time(Timestamp),
}

impl std::str::FromStr for After {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .map(Self::Id)
            .or_else(|_| text.parse().map(Self::Time))
            .map_err(|_| "after is the id of an item or a time".to_owned())
    }
}

/// A box of mail or messages, oldest first.
#[derive(Debug)]
pub(crate) struct Postbox<T> {
    items: Mutex<(u64, Vec<T>)>,
    arrived: watch::Sender<u64>,
}

impl<T> Default for Postbox<T> {
    fn default() -> Self {
        Self { items: Mutex::new((0, Vec::new())), arrived: watch::Sender::new(0) }
    }
}

impl<T: Item> Postbox<T> {
    /// Puts an item in, numbers it and wakes whoever waits.
    pub(crate) fn put(&self, item: T) -> u64 {
        let mut items = lock(&self.items);
        items.0 += 1;
        let id = items.0;
        items.1.push(item.numbered(id));
        drop(items);
        self.arrived.send_replace(id);
        id
    }

    /// What is there now.
    pub(crate) fn list(&self, wanted: &Wanted) -> Vec<T> {
        let fits = |item: &&T| {
            wanted.to.as_deref().is_none_or(|to| to.eq_ignore_ascii_case(item.to()))
                && wanted.after.is_none_or(|after| match after {
                    After::Id(id) => item.id() > id,
                    After::Time(time) => item.at() > time,
                })
        };
        lock(&self.items).1.iter().filter(fits).cloned().collect()
    }

    /// What is there, or comes within `patience` if nothing is.
    pub(crate) async fn wait(&self, wanted: &Wanted, patience: Duration) -> Vec<T> {
        let mut arrived = self.arrived.subscribe();
        let found = async {
            loop {
                let found = self.list(wanted);
                if !found.is_empty() || arrived.changed().await.is_err() {
                    return found;
                }
            }
        };
        tokio::time::timeout(patience, found).await.unwrap_or_default()
    }

    /// Empties the box; numbers go on.
    pub(crate) fn clear(&self) {
        lock(&self.items).1.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn to(recipient: &str) -> Mail {
        Mail { to: recipient.into(), ..Mail::default() }
    }

    #[test]
    fn a_box_answers_by_recipient_and_place() {
        let mail = Postbox::default();
        mail.put(to("anna@example.se"));
        let second = mail.put(to("bo@example.se"));
        mail.put(to("anna@example.se"));
        let annas = Wanted { to: Some("Anna@example.se".into()), after: None };
        assert_eq!(mail.list(&annas).iter().map(|m| m.id).collect::<Vec<_>>(), [1, 3]);
        let later = Wanted { after: Some(After::Id(second)), ..annas };
        assert_eq!(mail.list(&later).iter().map(|m| m.id).collect::<Vec<_>>(), [3]);
        mail.clear();
        assert_eq!(mail.put(to("bo@example.se")), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_is_woken_by_the_right_mail_and_not_kept_for_ever() {
        let mail = Arc::new(Postbox::default());
        let wanted = Wanted { to: Some("anna@example.se".into()), after: None };
        assert!(mail.wait(&wanted, Duration::from_secs(5)).await.is_empty());
        let waiting = tokio::spawn({
            let (mail, wanted) = (mail.clone(), wanted.clone());
            async move { mail.wait(&wanted, Duration::from_secs(3600)).await }
        });
        tokio::task::yield_now().await;
        mail.put(to("bo@example.se"));
        mail.put(to("anna@example.se"));
        assert_eq!(waiting.await.unwrap().len(), 1);
    }
}
