//! The book of orders.

use super::{
    BankId, Listed, Order,
    answer::Wrong,
    order::{Stage, hint},
    request::Asked,
};
use crate::{lock, tls::ClientCertificate};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use uuid::Uuid;

/// How many orders are remembered, gone ones among them; the oldest are forgotten first.
const REMEMBERED: usize = 20_000;

/// Every order, by its reference and in the order of making.
#[derive(Debug, Default)]
pub(crate) struct Book {
    orders: HashMap<Uuid, Order>,
    sequence: VecDeque<Uuid>,
}

impl Book {
    fn write(&mut self, order: Order) {
        if self.sequence.len() == REMEMBERED
            && let Some(oldest) = self.sequence.pop_front()
        {
            self.orders.remove(&oldest);
        }
        self.sequence.push_back(order.order_ref);
        self.orders.insert(order.order_ref, order);
    }

    pub(crate) fn settle(&mut self, now: Timestamp, to_finish: SignedDuration) {
        self.orders.values_mut().for_each(|order| order.settle(now, to_finish));
    }

    pub(crate) fn find(&mut self, fits: impl Fn(&Order) -> bool) -> Option<&mut Order> {
        self.orders.values_mut().find(|order| fits(order))
    }

    pub(crate) fn each(&mut self) -> impl Iterator<Item = &mut Order> {
        self.orders.values_mut()
    }
}

impl BankId {
    pub(crate) fn to_finish(&self) -> SignedDuration {
        SignedDuration::from_secs(self.switches().finish_seconds.into())
    }

    /// Runs `change` on the book after time has done its work in it.
    pub(crate) fn with_book<T>(&self, now: Timestamp, change: impl FnOnce(&mut Book) -> T) -> T {
        let to_finish = self.to_finish();
        let mut book = lock(&self.book);
        book.settle(now, to_finish);
        change(&mut book)
    }

    /// Makes an order; the answer to `auth` and `sign`.
    pub(crate) fn make(
        &self,
        asked: Asked,
        party: ClientCertificate,
        now: Timestamp,
    ) -> Result<Value, Wrong> {
        if let Some(number) = asked.requirement.personal_number.clone() {
            let same = |order: &&mut Order| {
                order.is_open() && order.asked.requirement.personal_number.as_ref() == Some(&number)
            };
            let running = self.with_book(now, |book| {
                let running = book.each().filter(same);
                running.map(|order| order.fail(now, hint::CANCELLED)).count()
            });
            if running > 0 {
                return Err(Wrong::ALREADY_IN_PROGRESS);
            }
        }
        let order = Order::new(asked, party, now);
        let answer = json!({
            "orderRef": order.order_ref,
            "autoStartToken": order.auto_start_token,
            "qrStartToken": order.qr_start_token,
            "qrStartSecret": order.qr_start_secret,
        });
        lock(&self.book).write(order);
        Ok(answer)
    }

    /// The answer to `collect`. A final one is given once. With `unknown` the hint is one nobody knows.
    pub(crate) fn collect(
        &self,
        order_ref: &str,
        party: &ClientCertificate,
        now: Timestamp,
        unknown: bool,
    ) -> Result<Value, Wrong> {
        let to_finish = self.to_finish();
        let mut book = lock(&self.book);
        let order = book.own(order_ref, party)?;
        order.settle(now, to_finish);
        order.asked_for.count(now);
        let hinted = |status: &str, hint: &str| {
            let hint = if unknown { "aHintNobodyKnows" } else { hint };
            json!({ "orderRef": order.order_ref, "status": status, "hintCode": hint })
        };
        let answer = match &order.stage {
            Stage::Pending(hint) => return Ok(hinted("pending", hint)),
            Stage::Gone(_) => return Err(Wrong::NO_SUCH_ORDER),
            Stage::Failed(_, hint) => hinted("failed", hint),
            Stage::Complete(_, data) => {
                json!({ "orderRef": order.order_ref, "status": "complete", "completionData": data })
            }
        };
        order.stage = Stage::Gone("delivered");
        Ok(answer)
    }

    /// The answer to `cancel`: afterwards nobody can collect the order. An order that is complete but not collected can be
    /// cancelled too; what BankID does then is unknown.
    pub(crate) fn cancel(
        &self,
        order_ref: &str,
        party: &ClientCertificate,
        now: Timestamp,
    ) -> Result<Value, Wrong> {
        let to_finish = self.to_finish();
        let mut book = lock(&self.book);
        let order = book.own(order_ref, party)?;
        order.settle(now, to_finish);
        if let Stage::Gone(_) = order.stage {
            return Err(Wrong::NO_SUCH_ORDER);
        }
        order.stage = Stage::Gone("cancelled");
        Ok(json!({}))
    }

    /// Every order, oldest first.
    pub(crate) fn list(&self, now: Timestamp) -> Vec<Listed> {
        self.with_book(now, |book| {
            let orders = book.sequence.iter().filter_map(|order_ref| book.orders.get(order_ref));
            orders.map(Order::listed).collect()
        })
    }
}

impl Book {
    /// The order with this reference, if it is `party`'s. A foreign order looks like none.
    fn own(&mut self, order_ref: &str, party: &ClientCertificate) -> Result<&mut Order, Wrong> {
        // Only the written form that was given out counts.
        let key = Uuid::try_parse(order_ref).ok().filter(|key| key.to_string() == order_ref);
        let order = key.and_then(|key| self.orders.get_mut(&key));
        order.filter(|order| order.party.fingerprint == party.fingerprint).ok_or(Wrong::NO_SUCH_ORDER)
    }
}
