//! What the SMS gateway says became of a text message: twice, in the wrong order, or before our own word that it left.
//!
//! Invariant: a delivery only goes on. What arrived is not lost again by an older word, and what was confirmed stays so.

use dispatch::sms::Status;
use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use store::{Tx, entity::delivery as row};

use super::{
    correcting,
    delivery::{channel_of, notice_of, object, step},
    failing, message, state,
};
use crate::{
    Portal, Result,
    audit::Deed,
    trail::{Actor, Line},
};

/// Why a delivery failed of which the gateway says so.
pub(super) const FAILED: &str = "gateway";

/// Keeps what the gateway says of the message it calls `provider`. A name that is not the one we were given is another
/// message's and changes nothing.
pub(super) async fn arrived(
    portal: &Portal,
    tx: &Tx,
    delivery: &row::Model,
    provider: &str,
    status: Status,
    now: Timestamp,
) -> Result<()> {
    if delivery.provider_id.as_deref().is_some_and(|known| known != provider) {
        return Ok(());
    }
    let actor = Actor::house();
    let on_the_way = [&state::PENDING[..], &[state::SENT]].concat();
    let (to, from) = match status {
        // Our own answer from the gateway says the same.
        Status::Created => return Ok(()),
        Status::Sent => (state::SENT, state::PENDING.to_vec()),
        // It was given up, and came all the same.
        Status::Delivered => {
            (state::DELIVERED, [&on_the_way[..], &[state::FAILED, state::REPLACED]].concat())
        }
        Status::Failed => {
            return failing::failed(portal, tx, delivery, &on_the_way, FAILED, &actor, now).await;
        }
    };
    let at = now.as_millisecond();
    let more = || {
        let mut more = vec![
            (row::Column::ProviderId, Expr::value(provider)),
            (row::Column::SentAt, Expr::col(row::Column::SentAt).if_null(at)),
        ];
        if status == Status::Delivered {
            more.push((row::Column::DeliveredAt, Expr::value(at)));
        }
        more
    };
    let told = notice_of(tx, delivery).await?;
    if !step(tx, &delivery.id, &from, to, more(), now).await? {
        // The notice was taken back while the message was leaving.
        if step(tx, &delivery.id, &[state::WITHDRAWN], to, more(), now).await? {
            correcting::overtaken(portal, tx, &told, channel_of(delivery)?, &actor, now).await?;
        }
        return Ok(());
    }
    if status != Status::Delivered {
        return Ok(());
    }
    failing::works(tx, [told.account_id.as_str()].into(), channel_of(delivery)?, now).await?;
    let (what, id) = object(delivery)?;
    let line = Line::new(Deed::DeliveredNotice).of(what, id).child(message::child_of(&told)?).because("sms");
    portal.trail(tx, &actor, line, now).await
}
