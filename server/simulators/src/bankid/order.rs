//! One order and its life: waiting, picked up, final, gone.

use super::{phone::Start, request::Asked};
use crate::tls::ClientCertificate;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// The app must have picked the order up by then.
const TO_START: SignedDuration = SignedDuration::from_secs(30);
/// How long a completed order is there to be collected.
const COMPLETE_KEPT: SignedDuration = SignedDuration::from_mins(3);
/// How long a failed order is there to be collected.
const FAILED_KEPT: SignedDuration = SignedDuration::from_mins(5);
/// How long an order that was never picked up is there, from its making.
const UNSTARTED_KEPT: SignedDuration = SignedDuration::from_secs(190);

/// Hint codes the town gives by itself.
pub(crate) mod hint {
    pub(crate) const OUTSTANDING: &str = "outstandingTransaction";
    pub(crate) const STARTED: &str = "started";
    pub(crate) const USER_SIGN: &str = "userSign";
    pub(crate) const START_FAILED: &str = "startFailed";
    pub(crate) const EXPIRED: &str = "expiredTransaction";
    pub(crate) const CANCELLED: &str = "cancelled";
}

/// An order.
#[derive(Debug)]
pub(crate) struct Order {
    /// The town's own name for it: no secret, and of no use at BankID.
    pub(crate) id: Uuid,
    pub(crate) order_ref: Uuid,
    pub(crate) auto_start_token: Uuid,
    pub(crate) qr_start_token: Uuid,
    pub(crate) qr_start_secret: Uuid,
    /// Whose it is.
    pub(crate) party: ClientCertificate,
    pub(crate) asked: Asked,
    pub(crate) made: Timestamp,
    /// When and how the app picked it up.
    pub(crate) picked_up: Option<(Timestamp, Start)>,
    /// The id of the person whose app holds it.
    pub(crate) person: Option<String>,
    pub(crate) stage: Stage,
    pub(crate) asked_for: AskedFor,
}

/// How often the relying party has asked for an order.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct AskedFor {
    /// Collects so far.
    collects: u32,
    /// The shortest time between two of them, in milliseconds.
    closest_ms: Option<i64>,
    #[serde(skip)]
    last: Option<Timestamp>,
}

impl AskedFor {
    /// Counts one more.
    pub(crate) fn count(&mut self, now: Timestamp) {
        self.collects += 1;
        if let Some(last) = self.last.replace(now) {
            let since = now.as_millisecond() - last.as_millisecond();
            self.closest_ms = Some(self.closest_ms.map_or(since, |closest| closest.min(since)));
        }
    }
}

/// How far an order has come.
#[derive(Debug, PartialEq)]
pub(crate) enum Stage {
    /// Waiting for the app or the person.
    Pending(String),
    /// Approved at that time, with `completionData`; not collected yet.
    Complete(Timestamp, Box<Value>),
    /// Over at that time; not collected yet.
    Failed(Timestamp, String),
    /// Nobody can collect it any more: the answer was given, it was cancelled, or it is too old.
    Gone(&'static str),
}

impl Order {
    /// A new order of `party`.
    pub(crate) fn new(asked: Asked, party: ClientCertificate, now: Timestamp) -> Self {
        Self {
            id: Uuid::new_v4(),
            order_ref: Uuid::new_v4(),
            auto_start_token: Uuid::new_v4(),
            qr_start_token: Uuid::new_v4(),
            qr_start_secret: Uuid::new_v4(),
            party,
            asked,
            made: now,
            picked_up: None,
            person: None,
            stage: Stage::Pending(hint::OUTSTANDING.into()),
            asked_for: AskedFor::default(),
        }
    }

    /// Lets time do its work up to `now`. `to_finish`: how long a person may take once the app has the order.
    pub(crate) fn settle(&mut self, now: Timestamp, to_finish: SignedDuration) {
        if let Stage::Pending(_) = self.stage {
            let (end, hint) = match self.picked_up {
                None => (self.made + TO_START, hint::START_FAILED),
                Some((at, _)) => (at + to_finish, hint::EXPIRED),
            };
            if now >= end {
                self.stage = Stage::Failed(end, hint.into());
            }
        }
        let kept_until = match &self.stage {
            Stage::Pending(_) | Stage::Gone(_) => return,
            Stage::Complete(at, _) => *at + COMPLETE_KEPT,
            Stage::Failed(..) if self.picked_up.is_none() => self.made + UNSTARTED_KEPT,
            Stage::Failed(at, _) => *at + FAILED_KEPT,
        };
        if now >= kept_until {
            self.stage = Stage::Gone("too-old");
        }
    }

    /// Whether the app or the person is still expected to act. Only meaningful after [`Order::settle`].
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Pending(_))
    }

    pub(crate) fn fail(&mut self, now: Timestamp, hint: &str) {
        self.stage = Stage::Failed(now, hint.into());
    }

    /// Seconds since the order was made.
    pub(crate) fn elapsed(&self, now: Timestamp) -> i64 {
        now.duration_since(self.made).as_secs()
    }

    /// What may be shown of it.
    pub(crate) fn listed(&self) -> Listed {
        let (state, hint, ended) = match &self.stage {
            Stage::Pending(hint) => ("pending", Some(hint.clone()), None),
            Stage::Complete(at, _) => ("complete", None, Some(*at)),
            Stage::Failed(at, hint) => ("failed", Some(hint.clone()), Some(*at)),
            Stage::Gone(how) => (*how, None, None),
        };
        Listed {
            id: self.id,
            state,
            hint,
            purpose: self.asked.kind.as_str(),
            party: self.party.name.clone(),
            text: self.asked.shown(),
            requires: self.asked.requirement.personal_number.is_some(),
            started_by: self.picked_up.map(|(_, start)| start),
            person: self.person.clone(),
            made: self.made,
            picked_up: self.picked_up.map(|(at, _)| at),
            ended,
            asked_for: self.asked_for,
        }
    }
}

/// An order as the control interface lists it: no token, no reference, no secret.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Listed {
    /// The town's own id of it.
    pub(crate) id: Uuid,
    /// `pending`, `complete`, `failed`, then how it went: `delivered`, `cancelled`, `too-old`.
    pub(crate) state: &'static str,
    pub(crate) hint: Option<String>,
    /// `auth` or `sign`.
    pub(crate) purpose: &'static str,
    /// The relying party's name as the app shows it.
    pub(crate) party: String,
    pub(crate) text: Option<String>,
    /// Whether only one person may answer it.
    pub(crate) requires: bool,
    pub(crate) started_by: Option<Start>,
    /// Who holds it in their app.
    pub(crate) person: Option<String>,
    pub(crate) made: Timestamp,
    pub(crate) picked_up: Option<Timestamp>,
    pub(crate) ended: Option<Timestamp>,
    #[serde(flatten)]
    pub(crate) asked_for: AskedFor,
}
