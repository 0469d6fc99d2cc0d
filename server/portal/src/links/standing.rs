//! What an account holder is to a child at this moment, asked from outside of their own look: whether they hear of it, and
//! whether what they say of it counts.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::{ChildId, Outcome};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use store::entity::{account as holder, child_link as row};

use super::{
    IN_GOOD_FAITH, MAY_NOT_GO_ON, ending, fate_of,
    hears::{Listener, hears},
    is_lately,
};
use crate::{
    Portal, Result, absence, account,
    custody::{self, Custody},
    eligibility::{Account, Fate},
    person::Identity,
    trail::Actor,
};

/// What a holder of an open account is to a child at this moment.
struct Standing {
    /// May be told of it.
    hears: bool,
    /// May say something of it.
    speaks: bool,
}

/// Whether an account holder may be told of a child at this moment: linked, and by the rule ([`hears`]). The link is left
/// as it is; but what was said of the child by somebody who turns out to speak for it no more is taken back at once, and
/// not only when they look. Not for use in a transaction.
pub(crate) async fn may_hear(
    portal: &Portal,
    on: &impl ConnectionTrait,
    person: &Identity,
    account: &str,
    child: ChildId,
    custody: &Custody,
    now: Timestamp,
) -> Result<bool> {
    Ok(stands(portal, on, person, account, child, custody, now).await?.hears)
}

async fn stands(
    portal: &Portal,
    on: &impl ConnectionTrait,
    person: &Identity,
    account: &str,
    child: ChildId,
    custody: &Custody,
    now: Timestamp,
) -> Result<Standing> {
    let neither = Standing { hears: false, speaks: false };
    let link = row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::PupilId.eq(child.uuid().to_string()))
        .filter(row::Column::Until.is_null())
        .one(on)
        .await?;
    // Without a link all that is left to ask is whether what they said stands.
    if link.is_none() && !absence::has_said(on, account, Some(&BTreeSet::from([child])), now).await? {
        return Ok(neither);
    }
    let decision = portal.decide_about(on, person, custody, Account::Open, &BTreeSet::new(), now).await?;
    let named = decision.standing(child);
    let finding = decision.findings.iter().find(|(found, _)| *found == named).map(|(_, finding)| *finding);
    let may_go_on = decision.outcome != Outcome::TurnToTheSchool;
    let fate = fate_of(finding, custody);
    let ends = match (&link, fate) {
        (Some(link), fate) => ending(portal, link, fate, now),
        (None, Fate::Closes(why)) => Some(why),
        (None, _) => None,
    };
    let standing = match &link {
        None => neither,
        Some(link) => Standing {
            hears: hears(Listener {
                outcome: decision.outcome,
                finding,
                asked: custody.answer.population.is_some(),
                lately: is_lately(portal, link, now),
            }),
            speaks: may_go_on && ends.is_none(),
        },
    };
    let (of, why) = if may_go_on {
        (Some(decision.rows_of(named)), ends.filter(|why| !IN_GOOD_FAITH.contains(why)))
    } else {
        (None, Some(MAY_NOT_GO_ON))
    };
    let Some(why) = why.filter(|_| !standing.hears) else { return Ok(standing) };
    if absence::has_said(on, account, of.as_ref(), now).await? {
        let (house, account) = (portal.clone(), account.to_owned());
        portal
            .change(
                move |tx| async move { absence::unsay(&house, &tx, &account, of.as_ref(), why, now).await },
            )
            .await?;
    }
    Ok(standing)
}

/// The same of an account, with folkbokföringen asked first: the holder of one that is closed hears nothing.
///
/// # Errors
/// [`crate::Error::Unavailable`] where folkbokföringen cannot be asked, and what it last said is too old.
pub(crate) async fn still_hears(
    portal: &Portal,
    account: &str,
    child: ChildId,
    now: Timestamp,
) -> Result<bool> {
    Ok(still_stands(portal, account, child, now).await?.is_some_and(|standing| standing.hears))
}

/// Whether what the holder of an account says of a child counts: as long as their link would not end at the next look.
///
/// # Errors
/// As [`still_hears`].
pub(crate) async fn still_speaks(
    portal: &Portal,
    account: &str,
    child: ChildId,
    now: Timestamp,
) -> Result<bool> {
    Ok(still_stands(portal, account, child, now).await?.is_some_and(|standing| standing.speaks))
}

async fn still_stands(
    portal: &Portal,
    account: &str,
    child: ChildId,
    now: Timestamp,
) -> Result<Option<Standing>> {
    let on = portal.store().reader();
    let found = holder::Entity::find_by_id(account.to_owned()).one(on).await?;
    let Some(found) = found.filter(|found| found.state == "open") else { return Ok(None) };
    let Some(person) = account::holder(portal, &found)? else { return Ok(None) };
    let custody = custody::of_person(portal, &person, &Actor::house(), now).await?;
    stands(portal, on, &person, &found.id, child, &custody, now).await.map(Some)
}
