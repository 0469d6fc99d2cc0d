//! A letter has left: what is written down of it, and what follows where its notice changed meanwhile.

use std::collections::{BTreeSet, HashSet};

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
    failing, message, state, turn,
};
use crate::{
    Error, Portal, Result, System,
    audit::Deed,
    texting,
    trail::{Actor, Line},
};

/// A letter that left.
#[derive(Clone)]
pub(crate) struct Left {
    pub(super) delivery: row::Model,
    pub(super) told: notice::Model,
    pub(super) sent: Sent,
}

/// What is known of a letter that left.
#[derive(Clone, Default)]
pub(super) struct Sent {
    /// Blind index of where it went.
    pub(super) contact: Option<Vec<u8>>,
    /// The gateway's name of it.
    pub(super) provider: Option<String>,
}

impl Left {
    /// Writes it down, with the others that left at the same time.
    pub(super) async fn write(self, portal: &Portal) -> Result<()> {
        let channel = self.delivery.channel.clone();
        let left = &portal.0.left;
        left.write(
            portal,
            self,
            |portal, tx, all, now| async move { write_all(&portal, &tx, all, now).await },
        )
        .await?;
        metrics::counter!("portal_notices_sent", "channel" => channel).increment(1);
        Ok(())
    }

    /// Answers whether it is news: a commit whose answer was lost may have brought it here already.
    async fn write_in(&self, portal: &Portal, tx: &Tx, actor: &Actor, now: Timestamp) -> Result<bool> {
        let Self { delivery, told, sent } = self;
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
            return Ok(true);
        }
        // Its notice was taken back while it was leaving.
        if step(tx, &delivery.id, &[state::WITHDRAWN], state::SENT, more(), now).await? {
            correcting::overtaken(portal, tx, &told.id, channel_of(delivery)?, actor, now).await?;
            return Ok(true);
        }
        let Some(row) = row::Entity::find_by_id(delivery.id.clone()).one(tx).await? else { return Ok(false) };
        if row.contact.is_some() && row.contact == sent.contact {
            return Ok(false);
        }
        let state = row.state.as_str();
        if state::LEFT.contains(&state) {
            // The gateway's report was quicker.
            step(tx, &row.id, &[state], state, more(), now).await?;
        } else if row.reason.as_deref() != Some(arriving::FAILED)
            && step(tx, &row.id, &[state::FAILED, state::REPLACED], state::SENT, more(), now).await?
        {
            // Given up a moment too early: it left all the same, beside what stands in for it.
            correcting::overtaken(portal, tx, &told.id, channel_of(delivery)?, actor, now).await?;
        }
        Ok(true)
    }
}

/// Writes letters down that left; answers each. One whose name another message took for itself meanwhile is asked for again
/// at its next try.
async fn write_all(portal: &Portal, tx: &Tx, all: Vec<Left>, now: Timestamp) -> Result<Vec<Result<()>>> {
    let actor = Actor::house();
    turn::take(tx, all.iter().map(|left| left.told.pupil_id.as_str())).await?;
    let names: Vec<String> = all.iter().filter_map(|left| left.sent.provider.clone()).collect();
    let claimed = texting::claimed(tx, &names).await?;
    let (mut taken, mut answers) = (HashSet::new(), Vec::with_capacity(all.len()));
    let (mut lines, mut mailed) = (Vec::new(), BTreeSet::new());
    for left in &all {
        let (what, id) = object(&left.delivery)?;
        if let Some(name) = &left.sent.provider {
            let is_anothers = claimed.iter().any(|(known, of)| known == name && *of != left.delivery.id);
            if is_anothers || !taken.insert(name) {
                answers.push(Err(Error::Unavailable(System::Sms)));
                continue;
            }
        }
        let channel = channel_of(&left.delivery)?;
        if left.write_in(portal, tx, &actor, now).await? {
            let line = Line::new(Deed::HandedOverNotice).of(what, id).child(message::child_of(&left.told)?);
            lines.push(line.because(channel.word()));
        }
        // That the gateway has a text message says nothing of the number.
        if channel == Channel::Mail {
            mailed.insert(left.told.account_id.clone());
        }
        answers.push(Ok(()));
    }
    failing::works(tx, &mailed, Channel::Mail, now).await?;
    portal.trail_all(tx, &actor, lines, now).await?;
    Ok(answers)
}
