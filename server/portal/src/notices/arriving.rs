//! What the SMS gateway says became of a text message: twice, in the wrong order, or before our own word that it left.
//!
//! Invariant: a delivery only goes on. What arrived is not lost again by an older word, and what was confirmed stays so.

use std::collections::{BTreeSet, HashMap};

use dispatch::sms::Status;
use jiff::Timestamp;
use model::Channel;
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use store::{
    Tx,
    entity::{delivery as row, notice},
};

use super::{
    correcting,
    delivery::{channel_of, object, step},
    failing, message, state, turn,
};
use crate::{
    Portal, Result,
    audit::Deed,
    trail::{Actor, Line},
};

/// Why a delivery failed of which the gateway says so.
pub(super) const FAILED: &str = "gateway";

/// What the gateway says of a text message.
#[derive(Clone)]
pub(crate) struct Arrival {
    /// The delivery it is of.
    pub(super) delivery: String,
    /// What the gateway calls the message.
    pub(super) provider: String,
    /// How far it has come.
    pub(super) status: Status,
}

impl Arrival {
    /// Whether it can change anything of `delivery`. Our own answer from the gateway says that a message was made, and
    /// mostly that it was sent.
    pub(super) fn is_news(status: Status, delivery: &row::Model) -> bool {
        match status {
            Status::Created => false,
            Status::Sent => !state::LEFT.contains(&delivery.state.as_str()),
            Status::Delivered | Status::Failed => true,
        }
    }
}

/// Keeps what the gateway says. A name that is not the one we were given is another message's and changes nothing.
pub(super) async fn arrived(portal: &Portal, tx: &Tx, arrivals: &[Arrival], now: Timestamp) -> Result<()> {
    let mut known = rows_of(tx, arrivals).await?;
    if turn::take(tx, known.1.iter().map(|notice| notice.pupil_id.as_str())).await? {
        known = rows_of(tx, arrivals).await?;
    }
    let (rows, notices) = known;
    let told = |row: &row::Model| notices.iter().find(|notice| notice.id == row.notice_id).cloned();
    let rows = rows.into_iter().filter_map(|row| Some((row.id.clone(), (told(&row)?, row))));
    let mut desk = Desk {
        portal,
        tx,
        actor: Actor::house(),
        now,
        rows: rows.collect(),
        lines: Vec::new(),
        reached: BTreeSet::new(),
    };
    for arrival in arrivals {
        desk.take(arrival).await?;
    }
    failing::works(tx, &desk.reached, Channel::Sms, now).await?;
    portal.trail_all(tx, &desk.actor, desk.lines, now).await
}

/// The deliveries that arrived, and their notices.
async fn rows_of(tx: &Tx, arrivals: &[Arrival]) -> Result<(Vec<row::Model>, Vec<notice::Model>)> {
    let ids = arrivals.iter().map(|arrival| arrival.delivery.as_str());
    let rows = row::Entity::find().filter(row::Column::Id.is_in(ids)).all(tx).await?;
    let notices = notice::Entity::find()
        .filter(notice::Column::Id.is_in(rows.iter().map(|row| row.notice_id.as_str())))
        .all(tx)
        .await?;
    Ok((rows, notices))
}

/// One transaction's work.
struct Desk<'d> {
    portal: &'d Portal,
    tx: &'d Tx,
    actor: Actor,
    now: Timestamp,
    rows: HashMap<String, (notice::Model, row::Model)>,
    lines: Vec<Line>,
    /// The accounts whose telephones got something.
    reached: BTreeSet<String>,
}

impl Desk<'_> {
    async fn take(&mut self, arrival: &Arrival) -> Result<()> {
        let (portal, tx, now) = (self.portal, self.tx, self.now);
        let Some((told, delivery)) = self.rows.get_mut(&arrival.delivery) else { return Ok(()) };
        if delivery.provider_id.as_ref().is_some_and(|known| *known != arrival.provider) {
            return Ok(());
        }
        let on_the_way = [&state::PENDING[..], &[state::SENT]].concat();
        // What it may come from, and from what it comes all the same: its notice was taken back, or it was given up.
        let (to, from, overtaken) = match arrival.status {
            Status::Created => return Ok(()),
            Status::Sent => (state::SENT, state::PENDING.to_vec(), vec![state::WITHDRAWN]),
            Status::Delivered => {
                let ended = vec![state::WITHDRAWN, state::FAILED, state::REPLACED];
                (state::DELIVERED, on_the_way, ended)
            }
            Status::Failed => {
                return failing::failed(portal, tx, delivery, &on_the_way, FAILED, &self.actor, now).await;
            }
        };
        delivery.provider_id = Some(arrival.provider.clone());
        let is_there = arrival.status == Status::Delivered;
        let at = now.as_millisecond();
        let more = || {
            let mut more = vec![
                (row::Column::ProviderId, Expr::value(arrival.provider.as_str())),
                (row::Column::SentAt, Expr::col(row::Column::SentAt).if_null(at)),
            ];
            if is_there {
                more.push((row::Column::DeliveredAt, Expr::value(at)));
            }
            more
        };
        let is_in_time = step(tx, &delivery.id, &from, to, more(), now).await?;
        let is_late = !is_in_time && step(tx, &delivery.id, &overtaken, to, more(), now).await?;
        if is_late {
            correcting::overtaken(portal, tx, &told.id, channel_of(delivery)?, &self.actor, now).await?;
        }
        if is_there && (is_in_time || is_late) {
            let (what, id) = object(delivery)?;
            let line = Line::new(Deed::DeliveredNotice).of(what, id).child(message::child_of(told)?);
            self.lines.push(line.because(Channel::Sms.word()));
            self.reached.insert(told.account_id.clone());
        }
        Ok(())
    }
}
