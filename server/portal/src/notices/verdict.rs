//! Whether a notice still leaves: everything is asked again at the last moment.

use jiff::Timestamp;
use model::Channel;
use sea_orm::{ConnectionTrait, EntityTrait};
use store::entity::{account, delivery as row, notice};

use super::{
    STANDING,
    cover::unexcused,
    delivery::channel_of,
    kind, message,
    rules::{self, Wish},
    telling::{reach_of, wish_of},
};
use crate::{Portal, Result, account as accounts, custody, links, trail::Actor};

/// Why a delivery is withdrawn by whose choice another channel may take its place.
pub(super) const CHOICE: &str = "choice";

/// Why a delivery is withdrawn of which nothing stands any more.
pub(super) const EXCUSED: &str = "excused";

/// What is to become of a delivery, asked at the last moment.
pub(super) enum Verdict {
    /// It leaves for this account.
    Leaves(Box<account::Model>),
    /// It is no longer wanted: nothing it tells of stands, or it was confirmed, or unticked.
    Unwanted(&'static str),
    /// It is no longer this person's to hear.
    NotTheirs(&'static str),
    /// The channel is not there any more.
    NoWay(&'static str),
    /// It is night: it leaves then.
    NotNow(Timestamp),
}

/// Asks everything again.
pub(super) async fn verdict(
    portal: &Portal,
    delivery: &row::Model,
    told: &notice::Model,
    now: Timestamp,
) -> Result<Verdict> {
    let on = portal.store().reader();
    let is_correction = told.kind == kind::CORRECTION;
    if told.confirmed_at.is_some() {
        return Ok(Verdict::Unwanted("confirmed"));
    }
    let row = account::Entity::find_by_id(told.account_id.clone()).one(on).await?;
    let Some(row) = row.filter(|row| row.state == "open") else { return Ok(Verdict::NotTheirs("account")) };
    let Some(person) = accounts::holder(portal, &row)? else { return Ok(Verdict::NotTheirs("account")) };
    let child = message::child_of(told)?;
    let custody = custody::of_person(portal, &person, &Actor::house(), now).await?;
    if !links::may_hear(portal, on, &person, &row.id, child, &custody, now).await? {
        return Ok(Verdict::NotTheirs("custody"));
    }
    if is_correction {
        if is_true_again(on, told).await? {
            return Ok(Verdict::Unwanted("stands-again"));
        }
        let leaves = rules::when_corrected(now);
        if leaves > now {
            return Ok(Verdict::NotNow(leaves));
        }
    } else {
        let wish = wish_of(on, &row.id, child).await?;
        if !stands_for(on, told, wish).await? {
            return Ok(Verdict::Unwanted(EXCUSED));
        }
        let channel = channel_of(delivery)?;
        // What stands in for a channel was not chosen; nor was what goes beside one that cannot be used.
        let was_taken = rules::channels(wish, reach_of(&row)).contains(&channel);
        if delivery.instead_of.is_none() && !was_taken {
            return Ok(Verdict::Unwanted(CHOICE));
        }
    }
    let is_proven = match channel_of(delivery)? {
        Channel::Mail => row.email.is_some() && row.email_verified_at.is_some(),
        Channel::Sms => row.mobile.is_some() && row.mobile_verified_at.is_some(),
        Channel::Pim => true,
    };
    Ok(if is_proven { Verdict::Leaves(Box::new(row)) } else { Verdict::NoWay("no-contact") })
}

/// Whether something a notice tells of stands that its guardian wants to hear of.
pub(super) async fn stands(on: &impl ConnectionTrait, told: &notice::Model) -> Result<bool> {
    let wish = wish_of(on, &told.account_id, message::child_of(told)?).await?;
    stands_for(on, told, wish).await
}

async fn stands_for(on: &impl ConnectionTrait, told: &notice::Model, wish: Wish) -> Result<bool> {
    let mut absences = message::absences_of(on, &told.id).await?;
    absences.retain(|absence| absence.state == STANDING);
    Ok(!absences.is_empty() && (wish.valid_too || !unexcused(on, &absences).await?.is_empty()))
}

/// Whether something that a correction says was wrong is right after all.
async fn is_true_again(on: &impl ConnectionTrait, correction: &notice::Model) -> Result<bool> {
    let Some(corrected) = &correction.corrects else { return Ok(false) };
    let mut standing = message::ever_of(on, corrected).await?;
    standing.retain(|absence| absence.state == STANDING);
    Ok(!unexcused(on, &standing).await?.is_empty())
}
