//! A channel that failed: the next proven one stands in, and where none is left the school calls.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
use model::Channel;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use store::{
    Tx,
    entity::{account, delivery as row, notice},
};

use super::{
    STANDING,
    call_home::{self, Why},
    delivery::{self, channel_of, is_alive, notice_of, object, of_notice, step},
    kind, message, rules, state,
    telling::reach_of,
    turn,
};
use crate::{
    Portal, Result,
    audit::Deed,
    failpoint,
    trail::{Actor, Line},
};

/// Gives a delivery up that has not left.
pub(super) async fn give_up(portal: &Portal, delivery: &row::Model, why: &'static str) -> Result<()> {
    let (house, delivery, now) = (portal.clone(), delivery.clone(), portal.clock().now());
    portal
        .change(move |tx| async move {
            turn::take(&tx, [notice_of(&tx, &delivery).await?.pupil_id.as_str()]).await?;
            failed(&house, &tx, &delivery, &state::PENDING, why, &Actor::house(), now).await
        })
        .await
}

/// What follows where a delivery failed that was in one of the states `from`. Once more, nothing does. It is this
/// transaction's turn at the pupil's notices.
pub(super) async fn failed(
    portal: &Portal,
    tx: &Tx,
    delivery: &row::Model,
    from: &[&str],
    why: &'static str,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let told = notice_of(tx, delivery).await?;
    let account = account::Entity::find_by_id(told.account_id.clone()).one(tx).await?;
    let others = of_notice(tx, &told.id).await?;
    let wanted = told.kind != kind::CORRECTION
        && told.state == STANDING
        && told.confirmed_at.is_none()
        && now.as_millisecond() < told.deadline_at;
    let next = match account.as_ref().filter(|account| wanted && account.state == "open") {
        None => None,
        Some(account) => {
            let taken = others.iter().map(channel_of).collect::<Result<Vec<_>>>()?;
            rules::fallback(&taken, reach_of(account))
        }
    };
    let to = if next.is_some() { state::REPLACED } else { state::FAILED };
    let reason = vec![(row::Column::Reason, Expr::value(why))];
    if !step(tx, &delivery.id, from, to, reason, now).await? {
        return Ok(());
    }
    metrics::counter!("portal_notices_failed", "channel" => delivery.channel.clone()).increment(1);
    let (what, id) = object(delivery)?;
    let line = Line::new(Deed::FailedNotice).of(what, id).child(message::child_of(&told)?).because(why);
    portal.trail(tx, actor, line, now).await?;
    if is_the_channels_fault(delivery, why) {
        mark(tx, &told.account_id, delivery, now).await?;
    }
    if let Some(channel) = next {
        let new = delivery::New {
            notice: &told,
            channel,
            instead_of: Some(&delivery.id),
            due: now,
            deadline: delivery::deadline(portal, &told, now),
        };
        delivery::make(portal, tx, vec![new], now).await?;
        failpoint::pass(portal.rules().failpoint.as_deref(), "fallback.before-commit");
        return Ok(());
    }
    no_letter_left(portal, tx, &told, actor, now).await
}

/// A guardian wants letters of a notice, and one of them will not come: where none is left, nor one of another guardian
/// about the same, the school calls.
pub(super) async fn no_letter_left(
    portal: &Portal,
    tx: &Tx,
    told: &notice::Model,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let is_settled = told.kind != kind::ABSENCE || told.state != STANDING || told.confirmed_at.is_some();
    if is_settled || has_letter(tx, told).await? || letter_of_another(tx, told).await? {
        return Ok(());
    }
    call(portal, tx, told, Why::Unreachable, actor, now).await
}

/// Whether another guardian hears of the same by a letter that is on its way or there. Should it fail too, it is the last.
async fn letter_of_another(tx: &Tx, told: &notice::Model) -> Result<bool> {
    let mine: HashSet<String> =
        message::absences_of(tx, &told.id).await?.into_iter().map(|absence| absence.id).collect();
    for other in others_of(tx, told).await? {
        let theirs = message::absences_of(tx, &other.id).await?;
        let theirs: HashSet<String> = theirs.into_iter().map(|absence| absence.id).collect();
        let hears = other.confirmed_at.is_some() || has_letter(tx, &other).await?;
        if mine.is_subset(&theirs) && hears {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a letter of a notice is on its way or there.
async fn has_letter(tx: &Tx, told: &notice::Model) -> Result<bool> {
    let all = of_notice(tx, &told.id).await?;
    Ok(all.iter().any(|it| it.channel != Channel::Pim.word() && is_alive(it)))
}

/// What stands of unexcused absence of the same child and day for everybody else.
async fn others_of(tx: &Tx, told: &notice::Model) -> Result<Vec<notice::Model>> {
    Ok(notice::Entity::find()
        .filter(notice::Column::PupilId.eq(told.pupil_id.clone()))
        .filter(notice::Column::Day.eq(told.day.clone()))
        .filter(notice::Column::Kind.eq(kind::ABSENCE))
        .filter(notice::Column::State.eq(STANDING))
        .filter(notice::Column::AccountId.ne(told.account_id.clone()))
        .all(tx)
        .await?)
}

/// Nobody hears of an absence any more where the only one who was told may not: the school calls.
pub(super) async fn nobody_left(
    portal: &Portal,
    tx: &Tx,
    told: &notice::Model,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    if told.kind != kind::ABSENCE || told.state != STANDING {
        return Ok(());
    }
    for other in others_of(tx, told).await? {
        if delivery::hears(tx, &other).await? {
            return Ok(());
        }
    }
    call(portal, tx, told, Why::Nobody, actor, now).await
}

async fn call(
    portal: &Portal,
    tx: &Tx,
    told: &notice::Model,
    why: Why,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let absences = message::absences_of(tx, &told.id).await?;
    let unit = absences.iter().find_map(|absence| absence.unit_id.as_deref());
    call_home::list(portal, tx, message::child_of(told)?, unit, &told.day, why, actor, now).await
}

/// Whether the guardian should know that the channel does not work: not where it was never tried.
fn is_the_channels_fault(delivery: &row::Model, why: &str) -> bool {
    why != "no-contact" && (delivery.tries > 0 || !["deadline", "given-up"].contains(&why))
}

/// Keeps since when a channel fails, unless the address is another one by now.
async fn mark(tx: &Tx, account: &str, delivery: &row::Model, now: Timestamp) -> Result<()> {
    let Some((since, index)) = columns(channel_of(delivery)?) else { return Ok(()) };
    let mut marked = account::Entity::update_many()
        .col_expr(since, Expr::value(now.as_millisecond()))
        .filter(account::Column::Id.eq(account))
        .filter(since.is_null());
    if let Some(contact) = &delivery.contact {
        marked = marked.filter(index.eq(contact.clone()));
    }
    marked.exec(tx).await?;
    Ok(())
}

/// A channel by which something left to these accounts, or arrived, works.
pub(super) async fn works(
    tx: &Tx,
    accounts: &BTreeSet<String>,
    channel: Channel,
    now: Timestamp,
) -> Result<()> {
    let Some((since, _)) = columns(channel).filter(|_| !accounts.is_empty()) else { return Ok(()) };
    account::Entity::update_many()
        .col_expr(since, Expr::value(Option::<i64>::None))
        .col_expr(account::Column::UpdatedAt, Expr::value(now.as_millisecond()))
        .filter(account::Column::Id.is_in(accounts))
        .filter(since.is_not_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Where an account remembers since when a channel fails, and what its address is.
const fn columns(channel: Channel) -> Option<(account::Column, account::Column)> {
    match channel {
        Channel::Mail => Some((account::Column::EmailFailingSince, account::Column::EmailIndex)),
        Channel::Sms => Some((account::Column::MobileFailingSince, account::Column::MobileIndex)),
        Channel::Pim => None,
    }
}
