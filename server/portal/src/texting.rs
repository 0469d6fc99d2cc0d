//! Handing a text message over once.
//!
//! The gateway has no word for "this one again": a try whose end nobody knows is asked for before there is another. It
//! shows neither our reference nor the text of what it took, so what was taken for the same number and is no other
//! message's is this one.

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

    /// Writes down that a try begins; deliveries that begin at the same time do it together.
    pub(crate) async fn begin(&self, portal: &Portal) -> Result<()> {
        let Self::Delivery(id) = self else { return self.mark(portal, Some(portal.clock().now())).await };
        let begun = &portal.0.begun;
        begun
            .write(portal, id.clone(), |_, tx, ids, now| async move {
                let answers = ids.iter().map(|_| Ok(())).collect();
                mark_deliveries(&tx, ids, Some(now)).await?;
                Ok(answers)
            })
            .await
    }

    /// Writes down when a try began, or that it certainly came to nothing.
    async fn mark(&self, portal: &Portal, at: Option<Timestamp>) -> Result<()> {
        match self {
            Self::Delivery(id) => mark_deliveries(portal.store().writer(), vec![id.clone()], at).await,
            Self::Letter(id) => {
                let at = Expr::value(at.map(Timestamp::as_millisecond));
                let row = account_letter::Entity::update_many().col_expr(account_letter::Column::TriedAt, at);
                row.filter(account_letter::Column::Id.eq(id)).exec(portal.store().writer()).await?;
                Ok(())
            }
        }
    }
}

async fn mark_deliveries(on: &impl ConnectionTrait, ids: Vec<String>, at: Option<Timestamp>) -> Result<()> {
    let at = Expr::value(at.map(Timestamp::as_millisecond));
    let rows = delivery::Entity::update_many().col_expr(delivery::Column::BegunAt, at);
    rows.filter(delivery::Column::Id.is_in(ids)).exec(on).await?;
    Ok(())
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
        let claimed = claimed(portal.store().reader(), &names).await.map_err(tasks::later)?;
        let is_free = |name: &String| claimed.iter().all(|(taken, id)| taken != name || id == leaving.id());
        if let Some(name) = names.into_iter().find(is_free) {
            return Ok(name);
        }
    }
    leaving.begin(portal).await.map_err(tasks::later)?;
    match gateway.send(sms).await {
        Ok(seen) => Ok(seen.id),
        Err(Failure::Refused) => Err(Setback::Never(REFUSED)),
        Err(Failure::NotTaken) => {
            leaving.mark(portal, None).await.map_err(tasks::later)?;
            Err(Setback::Away("gateway-not-taken"))
        }
        Err(Failure::Doubtful) => Err(Setback::Away(DOUBTFUL)),
    }
}

/// Which of these names of the gateway's are known, each with the id of its message.
pub(crate) async fn claimed(on: &impl ConnectionTrait, names: &[String]) -> Result<Vec<(String, String)>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let notices = delivery::Entity::find()
        .filter(delivery::Column::ProviderId.is_in(names.iter().cloned()))
        .all(on)
        .await?;
    let letters = account_letter::Entity::find()
        .filter(account_letter::Column::ProviderId.is_in(names.iter().cloned()))
        .all(on)
        .await?;
    let notices = notices.into_iter().filter_map(|row| Some((row.provider_id?, row.id)));
    Ok(notices.chain(letters.into_iter().filter_map(|row| Some((row.provider_id?, row.id)))).collect())
}
