//! The background collector: asks BankID how the live orders stand, and stores every answer before anyone is told.
//!
//! Invariant: one order is asked about at most once in two seconds, by one asker, whatever tabs and replicas want to
//! know. The right to ask is a lease in the order's row; it is given back when the answer is stored.
//!
//! Invariant: nothing is asked after a final answer, because BankID gives that once.

use std::{collections::HashMap, time::Duration};

use bankid::{Code, Collected, FailedHint, PendingHint};
use futures::{StreamExt, stream};
use jiff::Timestamp;
use model::Device;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order as Sorting, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use store::{Tx, entity::identification as row};
use uuid::Uuid;

use super::order::{Identified, Order, Secrets, State, TOO_LATE};
use crate::{
    Portal, Result,
    audit::Deed,
    clock::millis,
    trail::{Actor, Line},
};

/// BankID's rule: never more often than this (RP API v6, collect).
const PACE: Duration = Duration::from_secs(2);
/// How long one asker has an order to itself. Longer than the client waits for an answer.
const LEASE: Duration = Duration::from_secs(15);
/// How many orders are taken on at once, and how many are asked about at the same time.
const BATCH: u64 = 256;
const AT_ONCE: usize = 64;
/// How often an unread code is replaced at most.
const RESTARTS: i64 = 6;

/// Asks about every order that is due, and stores the answers. Answers how many were asked about.
pub(crate) async fn collect_due(portal: &Portal) -> Result<usize> {
    let now = portal.clock().now();
    let owner = Uuid::new_v4().to_string();
    let orders = lease_due(portal, &owner, now).await?;
    let asked = orders.len();
    let answers =
        stream::iter(orders).map(|order| ask(portal, order)).buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
    let mut answers = std::pin::pin!(answers);
    while let Some(chunk) = answers.next().await {
        store(portal, &owner, chunk).await?;
    }
    Ok(asked)
}

async fn lease_due(portal: &Portal, owner: &str, now: Timestamp) -> Result<Vec<Order>> {
    let due = is_due(now);
    let ids: Vec<String> = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(due.clone())
        .order_by(row::Column::CollectedAt, Sorting::Asc)
        .limit(BATCH)
        .into_tuple()
        .all(portal.store().reader())
        .await?;
    if ids.is_empty() {
        return Ok(vec![]);
    }
    row::Entity::update_many()
        .col_expr(row::Column::LeaseOwner, Expr::value(owner))
        .col_expr(row::Column::LeaseUntil, Expr::value(now.as_millisecond().saturating_add(millis(LEASE))))
        .col_expr(row::Column::CollectedAt, Expr::value(now.as_millisecond()))
        .filter(row::Column::Id.is_in(ids.clone()))
        .filter(due)
        .exec(portal.store().writer())
        .await?;
    let leased = row::Entity::find()
        .filter(row::Column::Id.is_in(ids))
        .filter(row::Column::LeaseOwner.eq(owner))
        .all(portal.store().reader())
        .await?;
    leased.into_iter().map(Order::read).collect()
}

/// Pending, asked about long enough ago, and in nobody's hands. A clock that was set back is no reason to wait for ever.
fn is_due(now: Timestamp) -> Condition {
    let now = now.as_millisecond();
    let rested = Condition::any()
        .add(row::Column::CollectedAt.is_null())
        .add(row::Column::CollectedAt.lte(now.saturating_sub(millis(PACE))))
        .add(row::Column::CollectedAt.gt(now.saturating_add(millis(PACE))));
    let free = Condition::any()
        .add(row::Column::LeaseUntil.is_null())
        .add(row::Column::LeaseUntil.lte(now))
        .add(row::Column::LeaseUntil.gt(now.saturating_add(2 * millis(LEASE))));
    Condition::all().add(row::Column::State.eq(State::Pending.word())).add(rested).add(free)
}

/// What is to be stored of one order.
enum News {
    /// As before, or no answer: give the lease back.
    Nothing,
    Pending(PendingHint),
    Failed(String),
    Complete(Box<Identified>),
    /// The code was not read; a new order takes its place.
    Renewed(Box<Secrets>, Timestamp),
}

async fn ask(portal: &Portal, order: Order) -> (Order, News) {
    let news = match news_of(portal, &order).await {
        Ok(news) => news,
        Err(error) => {
            tracing::error!(identification = %order.id, %error, "an order cannot be collected");
            News::Failed(FailedHint::Unusable.as_str().to_owned())
        }
    };
    (order, news)
}

async fn news_of(portal: &Portal, order: &Order) -> Result<News> {
    let now = portal.clock().now();
    if now >= order.expires {
        return Ok(News::Failed(TOO_LATE.to_owned()));
    }
    let secrets = order.secrets(portal)?;
    Ok(match portal.0.parts.bankid.collect(&secrets.order_ref()).await {
        Ok(Collected::Pending(hint)) if order.hint.as_deref() == Some(hint.as_str()) => News::Nothing,
        Ok(Collected::Pending(hint)) => News::Pending(hint),
        Ok(Collected::Failed(FailedHint::StartFailed)) if may_renew(portal, order, now) => {
            renew(portal, order, &secrets).await?
        }
        Ok(Collected::Failed(hint)) => News::Failed(hint.as_str().to_owned()),
        Ok(Collected::Complete(completion)) => {
            News::Complete(Box::new(Identified::of(&completion, secrets.intent())))
        }
        // The order is gone, or we may not ask: no later answer will differ.
        Err(bankid::Error::Said(Code::InvalidParameters | Code::NotFound)) => {
            News::Failed(TOO_LATE.to_owned())
        }
        Err(error) => {
            tracing::warn!(identification = %order.id, %error, "BankID did not answer a collect");
            metrics::counter!("portal_bankid_errors").increment(1);
            News::Nothing
        }
    })
}

/// A code that nobody read is replaced silently while its page is open, for three minutes at most.
fn may_renew(portal: &Portal, order: &Order, now: Timestamp) -> bool {
    let spans = &portal.rules().spans;
    let since = |then: Timestamp| now.as_millisecond() - then.as_millisecond();
    order.device == Device::Other
        && order.restarts < RESTARTS
        && since(order.started) < millis(spans.restart)
        && since(order.seen) <= millis(spans.page_open)
}

async fn renew(portal: &Portal, order: &Order, secrets: &Secrets) -> Result<News> {
    let failed = || News::Failed(FailedHint::StartFailed.as_str().to_owned());
    let Some(request) = order.request_again(secrets) else { return Ok(failed()) };
    Ok(match portal.0.parts.bankid.auth(&request.for_bankid(&portal.rules().domain)?).await {
        Ok(new) => News::Renewed(Box::new(Secrets::of(new, &request)), portal.clock().now()),
        Err(error) => {
            tracing::warn!(identification = %order.id, %error, "a code could not be replaced");
            failed()
        }
    })
}

async fn store(portal: &Portal, owner: &str, chunk: Vec<(Order, News)>) -> Result<()> {
    let (house, owner) = (portal.clone(), owner.to_owned());
    let ended = portal
        .change(move |tx| async move {
            // The pace is counted from the answer: a question may have waited on its way, and the next must not come on its heels.
            let answered = house.clock().now();
            let mut unchanged = Vec::new();
            let mut ended = HashMap::new();
            for (order, news) in chunk {
                let id = order.id.to_string();
                match news {
                    News::Nothing => unchanged.push(id),
                    News::Pending(hint) => pending(&tx, id, &hint, answered).await?,
                    News::Renewed(secrets, begun) => renewed(&house, &tx, id, &secrets, begun).await?,
                    News::Failed(hint) => {
                        if decided(&house, &tx, &order, State::Failed, &hint, None).await? {
                            ended.insert(order.id, (order, State::Failed, hint));
                        }
                    }
                    News::Complete(result) => {
                        if decided(&house, &tx, &order, State::Complete, "complete", Some(&result)).await? {
                            ended.insert(order.id, (order, State::Complete, "complete".to_owned()));
                        }
                    }
                }
            }
            if !unchanged.is_empty() {
                row::Entity::update_many()
                    .col_expr(row::Column::LeaseUntil, Expr::value(Option::<i64>::None))
                    .col_expr(row::Column::CollectedAt, Expr::value(answered.as_millisecond()))
                    .filter(row::Column::Id.is_in(unchanged))
                    .filter(row::Column::LeaseOwner.eq(owner))
                    .exec(&tx)
                    .await?;
            }
            Ok(ended)
        })
        .await?;
    for (order, state, hint) in ended.into_values() {
        portal.order_ended(&order, state, &hint);
    }
    Ok(())
}

/// Only an order that is still pending takes news: a browser may have given it up meanwhile.
fn still_pending(id: String) -> Condition {
    Condition::all().add(row::Column::Id.eq(id)).add(row::Column::State.eq(State::Pending.word()))
}

async fn pending(tx: &Tx, id: String, hint: &PendingHint, answered: Timestamp) -> Result<()> {
    let mut update = row::Entity::update_many()
        .col_expr(row::Column::Hint, Expr::value(hint.as_str()))
        .col_expr(row::Column::CollectedAt, Expr::value(answered.as_millisecond()))
        .col_expr(row::Column::LeaseUntil, Expr::value(Option::<i64>::None));
    if !hint.shows_qr() {
        update = update.col_expr(row::Column::PickedUp, Expr::value(1_i64));
    }
    update.filter(still_pending(id)).exec(tx).await?;
    Ok(())
}

async fn renewed(portal: &Portal, tx: &Tx, id: String, secrets: &Secrets, begun: Timestamp) -> Result<()> {
    let sealed = portal.seal_json("identification", "secrets", &id, secrets)?;
    row::Entity::update_many()
        .col_expr(row::Column::Secrets, Expr::value(sealed))
        .col_expr(row::Column::OrderStartedAt, Expr::value(begun.as_millisecond()))
        .col_expr(row::Column::Restarts, Expr::col(row::Column::Restarts).add(1_i64))
        .col_expr(row::Column::Hint, Expr::value(Option::<String>::None))
        .col_expr(row::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .filter(still_pending(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// The end of an order at BankID. Answers whether it was news.
async fn decided(
    portal: &Portal,
    tx: &Tx,
    order: &Order,
    state: State,
    hint: &str,
    result: Option<&Identified>,
) -> Result<bool> {
    let now = portal.clock().now();
    let id = order.id.to_string();
    let result =
        result.map(|result| portal.seal_json("identification", "result", &id, result)).transpose()?;
    let update = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(state.word()))
        .col_expr(row::Column::Hint, Expr::value(hint))
        .col_expr(row::Column::Secrets, Expr::value(Vec::<u8>::new()))
        .col_expr(row::Column::Result, Expr::value(result))
        .col_expr(row::Column::CompletedAt, Expr::value(now.as_millisecond()))
        .col_expr(row::Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .filter(still_pending(id))
        .exec(tx)
        .await?;
    if update.rows_affected == 0 {
        return Ok(false);
    }
    if state == State::Failed {
        let line = Line::new(Deed::FailedIdentification).of("identification", order.id).refused("failed");
        portal.trail(tx, &Actor::house(), line, now).await?;
    }
    Ok(true)
}
