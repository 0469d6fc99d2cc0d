//! The link of a letter that tells of an absence: whoever has the letter says with it that it was received.
//!
//! Invariant: it logs nobody in and shows nothing of anybody; opening its page does nothing, a POST of the page confirms.
//! What is no working link, for whatever reason, is one answer; and only that counts against the address it comes from.

use std::time::Duration;

use jiff::Timestamp;
use model::Refusal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use store::{
    Tx,
    entity::{account, child_link, delivery, notice},
};

use super::{
    confirm::{How, confirm},
    id_of,
};
use crate::{
    Asking, Error, Portal, Result, System, account as accounts, clock::millis, identification::network,
    limits::Limit, links, messages, pupils, token, trail::Actor,
};

/// Somebody who follows a link, at one moment.
#[derive(Clone)]
struct Follower {
    portal: Portal,
    network: Vec<u8>,
    actor: Actor,
    now: Timestamp,
}

impl Portal {
    /// Says by a letter's link that a notice was received, on whatever device it was opened. Only a POST may call it.
    /// Followed twice, it says the same twice.
    ///
    /// # Errors
    /// [`Refusal::LinkSpent`] for whatever is not a working link, known or not; [`Error::TooMany`], by where it comes
    /// from, only for such a one: no stranger's tries keep a working link from being followed.
    pub async fn confirm_notice_by_link(&self, token: &str, asking: &Asking) -> Result<()> {
        let now = self.clock().now();
        let follower = Follower {
            portal: self.clone(),
            network: network(asking.address),
            actor: Actor::of_asking(asking),
            now,
        };
        let (finder, hash) = (follower.clone(), token::hash_of_cookie(Some(token)));
        let told = self.change(move |tx| async move { finder.find(&tx, hash).await }).await??;
        let is_told = hears(self, &told, now).await?;
        self.change(move |tx| async move {
            if !is_told || !is_still_told(&tx, &told, now).await? {
                return Ok(Err(follower.refused(&tx).await?));
            }
            let notice = id_of(&told.id)?;
            confirm(&follower.portal, &tx, notice, How::Link, &follower.actor, now).await?;
            messages::confirmed_elsewhere(&tx, notice, now).await?;
            Ok(Ok(()))
        })
        .await?
    }
}

impl Follower {
    /// The notice a link is of that works, as far as the house knows without asking anybody.
    async fn find(&self, tx: &Tx, hash: Option<Vec<u8>>) -> Result<Result<notice::Model>> {
        let Some(hash) = hash else { return Ok(Err(self.refused(tx).await?)) };
        let found = notice_of(&self.portal, tx, &hash, self.now).await?;
        // Of whoever has tried too many there is nothing more to count.
        if found.is_none() && self.portal.left(tx, self.by_address(), &self.network, self.now).await? == 0 {
            return Ok(Err(self.refused(tx).await?));
        }
        match self.portal.count(tx, self.by_token(), &hash, &self.actor, self.now).await {
            Err(refused @ Error::TooMany { .. }) => return Ok(Err(refused)),
            other => other?,
        }
        match found {
            Some(told) => Ok(Ok(told)),
            None => Ok(Err(self.refused(tx).await?)),
        }
    }

    /// The answer to what proved to be no working link, which counts by where it came from.
    async fn refused(&self, tx: &Tx) -> Result<Error> {
        match self.portal.count(tx, self.by_address(), &self.network, &self.actor, self.now).await {
            Ok(()) => Ok(Refusal::LinkSpent.into()),
            Err(refused @ Error::TooMany { .. }) => Ok(refused),
            Err(error) => Err(error),
        }
    }

    fn by_address(&self) -> Limit {
        let most = self.portal.rules().limits.links_per_minute;
        Limit { name: "letter-links", most, per: Duration::from_secs(60) }
    }

    fn by_token(&self) -> Limit {
        let most = self.portal.rules().limits.tries_per_link;
        Limit { name: "one-link", most, per: Duration::from_secs(15 * 60) }
    }
}

/// The notice a working link is of: not too old, and its reader still who is told of the child.
async fn notice_of(portal: &Portal, tx: &Tx, hash: &[u8], now: Timestamp) -> Result<Option<notice::Model>> {
    let found =
        delivery::Entity::find().filter(delivery::Column::TokenHash.eq(hash.to_vec())).one(tx).await?;
    let Some(sent) = found else { return Ok(None) };
    let works_until =
        sent.sent_at.unwrap_or(sent.created_at).saturating_add(millis(portal.rules().spans.confirm_link));
    if works_until <= now.as_millisecond() {
        return Ok(None);
    }
    let Some(told) = notice::Entity::find_by_id(sent.notice_id).one(tx).await? else { return Ok(None) };
    Ok(is_still_told(tx, &told, now).await?.then_some(told))
}

/// Whether a notice's reader hears of the child at this moment, by both registers. Asked without a connection in hand.
/// While folkbokföringen cannot be asked, what the house knows by itself is enough to say that a letter came.
async fn hears(portal: &Portal, told: &notice::Model, now: Timestamp) -> Result<bool> {
    let child = pupils::child_id(&told.pupil_id)?;
    match links::still_hears(portal, &told.account_id, child, now).await {
        Err(Error::Unavailable(System::PopulationRegister)) => Ok(true),
        answer => answer,
    }
}

/// Who lost the child since takes nobody's home off the list of those to call: as far as the house knows by itself.
async fn is_still_told(tx: &Tx, notice: &notice::Model, now: Timestamp) -> Result<bool> {
    let link = child_link::Entity::find()
        .filter(child_link::Column::AccountId.eq(notice.account_id.clone()))
        .filter(child_link::Column::PupilId.eq(notice.pupil_id.clone()))
        .filter(child_link::Column::Until.is_null())
        .one(tx)
        .await?;
    let account = account::Entity::find_by_id(notice.account_id.clone()).one(tx).await?;
    let (Some(_), Some(account)) = (link, account.filter(|account| account.state == "open")) else {
        return Ok(false);
    };
    accounts::may_speak(tx, &account.subject, pupils::child_id(&notice.pupil_id)?, now).await
}
