//! A letter has left: what is written down of it, and what follows where its notice changed meanwhile.

use std::collections::HashSet;

use jiff::Timestamp;
use model::Channel;
use sea_orm::{EntityTrait, sea_query::Expr};
use store::{
    Tx,
    entity::{delivery as row, notice},
};

use super::{
    arriving, correcting,
    delivery::{channel_of, object, step},
    failing, message, state,
};
use crate::{
    Error, Portal, Result, System,
    audit::Deed,
    texting,
    trail::{Actor, Line},
};

/// A letter that left.
pub(crate) struct Left {
    pub(super) delivery: row::Model,
    pub(super) told: notice::Model,
    pub(super) sent: Sent,
    /// Mail to this guardian had come to nothing before.
    pub(super) was_failing: bool,
}

/// What is known of a letter that left.
#[derive(Default)]
pub(super) struct Sent {
    /// Blind index of where it went.
    pub(super) contact: Option<Vec<u8>>,
    /// The gateway's name of it.
    pub(super) provider: Option<String>,
}

impl Left {
    /// Writes it down, with the others that left at the same time.
    pub(super) async fn write(self, portal: &Portal) -> Result<()> {
        let (house, channel) = (portal.clone(), self.delivery.channel.clone());
        let all = move |left: Vec<Self>| async move {
            let (now, on) = (house.clock().now(), house.clone());
            on.change(move |tx| async move { write_all(&house, &tx, left, now).await }).await
        };
        portal.0.left.write(self, all).await?;
        metrics::counter!("portal_notices_sent", "channel" => channel).increment(1);
        Ok(())
    }

    async fn write_in(&self, portal: &Portal, tx: &Tx, actor: &Actor, now: Timestamp) -> Result<()> {
        let Self { delivery, told, sent, was_failing } = self;
        // What opens its link and its report is the hash; nobody needs to write either again.
        let more = || {
            vec![
                (row::Column::Token, Expr::value(Option::<Vec<u8>>::None)),
                (row::Column::Report, Expr::value(Option::<Vec<u8>>::None)),
                (row::Column::SentAt, Expr::value(now.as_millisecond())),
                (row::Column::Contact, Expr::value(sent.contact.clone())),
                (row::Column::ProviderId, Expr::value(sent.provider.clone())),
                (row::Column::Tries, Expr::value(delivery.tries + 1)),
                (row::Column::Reason, Expr::value(Option::<String>::None)),
            ]
        };
        if step(tx, &delivery.id, &state::PENDING, state::SENT, more(), now).await? {
            // That the gateway has a text message says nothing of the number.
            if *was_failing && channel_of(delivery)? == Channel::Mail {
                failing::works(tx, &told.account_id, Channel::Mail, now).await?;
            }
            return Ok(());
        }
        // The gateway's report was quicker, or the notice was taken back while its letter was leaving.
        if step(tx, &delivery.id, &[state::WITHDRAWN], state::SENT, more(), now).await?
            && let Some(told) = notice::Entity::find_by_id(told.id.clone()).one(tx).await?
        {
            correcting::overtaken(portal, tx, &told, channel_of(delivery)?, actor, now).await?;
        }
        // Given up a moment too early: it left all the same, beside what stands in for it. What the gateway says failed did.
        let given_up = row::Entity::find_by_id(delivery.id.clone()).one(tx).await?;
        if given_up.is_some_and(|row| row.reason.as_deref() != Some(arriving::FAILED)) {
            step(tx, &delivery.id, &[state::FAILED, state::REPLACED], state::SENT, more(), now).await?;
        }
        Ok(())
    }
}

/// Writes letters down that left; answers each. One whose name another message took for itself meanwhile is asked for again
/// at its next try.
async fn write_all(portal: &Portal, tx: &Tx, all: Vec<Left>, now: Timestamp) -> Result<Vec<Result<()>>> {
    let actor = Actor::house();
    let names: Vec<String> = all.iter().filter_map(|left| left.sent.provider.clone()).collect();
    let claimed = texting::claimed(tx, &names).await?;
    let (mut answers, mut lines, mut taken) = (Vec::with_capacity(all.len()), Vec::new(), HashSet::new());
    for left in &all {
        let id = &left.delivery.id;
        if let Some(name) = &left.sent.provider {
            let is_taken = claimed.iter().any(|(known, other)| known == name && other != id);
            if is_taken || !taken.insert(name) {
                answers.push(Err(Error::Unavailable(System::Sms)));
                continue;
            }
        }
        left.write_in(portal, tx, &actor, now).await?;
        let (what, id) = object(&left.delivery)?;
        let line = Line::new(Deed::HandedOverNotice).of(what, id).child(message::child_of(&left.told)?);
        lines.push(line.because(channel_of(&left.delivery)?.word()));
        answers.push(Ok(()));
    }
    portal.trail_all(tx, &actor, lines, now).await?;
    Ok(answers)
}
