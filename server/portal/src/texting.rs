//! Handing a text message over once.
//!
//! The gateway has no word for "this one again": a try whose end nobody knows is asked for before there is another. It
//! shows neither our reference nor the text of what it took, so what was taken for the same number and is no other
//! message's is this one.

use std::collections::HashSet;

use dispatch::sms::{Failure, Sms};
use jiff::{SignedDuration, Timestamp};
use jobs::Setback;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr};
use store::entity::{account_letter, delivery};

use crate::{Portal, Result, tasks};

/// What the gateway may have taken is looked for from so long before it was handed over: two clocks are never quite the
/// same.
const TWO_CLOCKS: SignedDuration = SignedDuration::from_secs(30);

/// A try without an end that is known.
const DOUBTFUL: &str = "gateway-doubtful";
/// What [`hand_over`] says of a message the gateway will never take.
const REFUSED: &str = "gateway-refused";

/// What leaves, by its id, and so where its tries are written down.
pub(crate) enum Leaving {
    /// A delivery of a notice.
    Delivery(String),
    /// A letter to an account's own address.
    Letter(String),
}

impl Leaving {
    fn id(&self) -> &str {
        match self {
            Self::Delivery(id) | Self::Letter(id) => id,
        }
    }

    /// Writes down when a try begins, or that it certainly came to nothing.
    pub(crate) async fn mark(&self, portal: &Portal, at: Option<Timestamp>) -> Result<()> {
        let (on, at) = (portal.store().writer(), Expr::value(at.map(Timestamp::as_millisecond)));
        match self {
            Self::Delivery(id) => {
                let row = delivery::Entity::update_many().col_expr(delivery::Column::BegunAt, at);
                row.filter(delivery::Column::Id.eq(id)).exec(on).await?;
            }
            Self::Letter(id) => {
                let row = account_letter::Entity::update_many().col_expr(account_letter::Column::TriedAt, at);
                row.filter(account_letter::Column::Id.eq(id)).exec(on).await?;
            }
        }
        Ok(())
    }
}

/// Hands a text message over, or finds that a try begun at `tried` arrived; answers the gateway's name of it.
pub(crate) async fn hand_over(
    portal: &Portal,
    leaving: &Leaving,
    sms: &Sms,
    tried: Option<Timestamp>,
) -> Result<String, Setback> {
    let (gateway, now) = (&portal.0.parts.gateway, portal.clock().now());
    if let Some(tried) = tried {
        let doubt = SignedDuration::try_from(portal.rules().notices.doubt).unwrap_or_default();
        let since = now.duration_since(tried);
        if !since.is_negative() && since < doubt {
            // It may still be on its way to the gateway.
            return Err(Setback::Later(DOUBTFUL));
        }
        let seen = gateway.sent_to(&sms.to, tried - TWO_CLOCKS).await;
        // What came later than this try can have ended is another message's, whose name is not written down yet.
        let end = tried + doubt + TWO_CLOCKS;
        let seen = seen.map_err(|_| Setback::Away(DOUBTFUL))?.into_iter().filter(|seen| seen.created <= end);
        let names: Vec<String> = seen.map(|seen| seen.id).collect();
        let taken = claimed(portal.store().reader(), &names, leaving.id()).await.map_err(tasks::later)?;
        if let Some(name) = names.into_iter().find(|name| !taken.contains(name)) {
            return Ok(name);
        }
    }
    leaving.mark(portal, Some(now)).await.map_err(tasks::later)?;
    match gateway.send(sms).await {
        Ok(seen) => Ok(seen.id),
        Err(Failure::Refused) => Err(Setback::Never(REFUSED)),
        Err(Failure::NotTaken { .. }) => {
            leaving.mark(portal, None).await.map_err(tasks::later)?;
            Err(Setback::Away("gateway-not-taken"))
        }
        Err(Failure::Doubtful) => Err(Setback::Away(DOUBTFUL)),
    }
}

/// Which of these names of the gateway's are known as another message than `id`.
pub(crate) async fn claimed(
    on: &impl ConnectionTrait,
    names: &[String],
    id: &str,
) -> Result<HashSet<String>> {
    let notices = delivery::Entity::find()
        .filter(delivery::Column::ProviderId.is_in(names.iter().cloned()))
        .filter(delivery::Column::Id.ne(id))
        .all(on)
        .await?;
    let letters = account_letter::Entity::find()
        .filter(account_letter::Column::ProviderId.is_in(names.iter().cloned()))
        .filter(account_letter::Column::Id.ne(id))
        .all(on)
        .await?;
    let notices = notices.into_iter().filter_map(|row| row.provider_id);
    Ok(notices.chain(letters.into_iter().filter_map(|row| row.provider_id)).collect())
}
