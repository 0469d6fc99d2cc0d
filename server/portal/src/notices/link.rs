//! The link of a letter that tells of an absence: whoever has the letter says with it that it was received.
//!
//! Invariant: it logs nobody in and shows nothing of anybody; opening its page does nothing, a POST of the page confirms.
//! What is no working link, for whatever reason, is one answer.

use std::time::Duration;

use jiff::Timestamp;
use model::Refusal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use store::{
    Tx,
    entity::{account, child_link, delivery, notice},
};
use uuid::Uuid;

use super::confirm::{How, confirm};
use crate::{
    Asking, Error, Portal, Result, account as accounts, clock::millis, identification::network,
    limits::Limit, messages, pupils, token, trail::Actor,
};

impl Portal {
    /// Says by a letter's link that a notice was received, on whatever device it was opened. Only a POST may call it.
    /// Followed twice, it says the same twice.
    ///
    /// # Errors
    /// [`Refusal::LinkSpent`] for whatever is not a working link, known or not; [`Error::TooMany`].
    pub async fn confirm_notice_by_link(&self, token: &str, asking: &Asking) -> Result<()> {
        let now = self.clock().now();
        let limits = &self.rules().limits;
        let by_address =
            Limit { name: "letter-links", most: limits.links_per_minute, per: Duration::from_secs(60) };
        let by_token =
            Limit { name: "one-link", most: limits.tries_per_link, per: Duration::from_secs(15 * 60) };
        let (portal, network) = (self.clone(), network(asking.address));
        let hash = token::hash_of_cookie(Some(token));
        let actor = Actor::of_asking(asking);
        self.change(move |tx| async move {
            match portal.count(&tx, by_address, &network, &actor, now).await {
                Err(refused @ Error::TooMany { .. }) => return Ok(Err(refused)),
                other => other?,
            }
            let Some(hash) = hash else { return Ok(Err(Refusal::LinkSpent.into())) };
            match portal.count(&tx, by_token, &hash, &actor, now).await {
                Err(refused @ Error::TooMany { .. }) => return Ok(Err(refused)),
                other => other?,
            }
            let Some(notice) = notice_of(&portal, &tx, hash, now).await? else {
                return Ok(Err(Refusal::LinkSpent.into()));
            };
            confirm(&portal, &tx, notice, How::Link, &actor, now).await?;
            messages::confirmed_elsewhere(&tx, notice, now).await?;
            Ok(Ok(()))
        })
        .await?
    }
}

/// The notice a working link is of: not too old, and its reader still who is told of the child.
async fn notice_of(portal: &Portal, tx: &Tx, hash: Vec<u8>, now: Timestamp) -> Result<Option<Uuid>> {
    let found = delivery::Entity::find().filter(delivery::Column::TokenHash.eq(hash)).one(tx).await?;
    let Some(sent) = found else { return Ok(None) };
    let works_until =
        sent.sent_at.unwrap_or(sent.created_at).saturating_add(millis(portal.rules().spans.confirm_link));
    if works_until <= now.as_millisecond() {
        return Ok(None);
    }
    let Some(notice) = notice::Entity::find_by_id(sent.notice_id).one(tx).await? else { return Ok(None) };
    if !is_still_told(tx, &notice, now).await? {
        return Ok(None);
    }
    Ok(Some(notice.id.parse().map_err(|_| anyhow::anyhow!("a notice's id cannot be read"))?))
}

/// Who lost the child since takes nobody's home off the list of those to call.
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
