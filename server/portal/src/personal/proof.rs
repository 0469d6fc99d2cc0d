//! The proof of an account's new address: one code, ten minutes from the moment it leaves, five tries.
//!
//! Invariant: at most one proof of an account and a channel works at a time; a new code ends the one before it.

use jiff::Timestamp;
use model::Channel;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use store::{Tx, entity::contact_proof as row};
use uuid::Uuid;

use super::{Goes, contact::Contact, letters};
use crate::{
    Portal, Result,
    audit::Deed,
    clock::millis,
    code::{REMEMBERED, Sent, Tried, judge},
    keys::same,
    token,
    trail::{Actor, Line},
};

/// Makes a new proof and queues its letter, in the transaction that wants it. `asked` is when the holder,
/// freshly identified, asked for it. A letter that goes nowhere is not written; its proof looks as any other,
/// and nobody knows its code.
#[expect(clippy::too_many_arguments, reason = "whose proof, of what, and who asks when")]
pub(super) async fn send(
    portal: &Portal,
    tx: &Tx,
    account: &str,
    contact: &Contact,
    goes: Goes,
    asked: i64,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let channel = contact.channel();
    end_all(tx, account, channel, now).await?;
    let id = Uuid::new_v4();
    let row_id = id.to_string();
    let code = token::code()?;
    // Until the letter leaves nobody knows the code; its ten minutes begin then.
    let waits = millis(portal.rules().spans.draft);
    let proof = row::ActiveModel {
        account_id: Set(account.to_owned()),
        channel: Set(channel.word().to_owned()),
        address: Set(portal.seal("contact_proof", "address", &row_id, contact.reveal())?),
        code_hash: Set(portal.keys().index_code(&row_id, &code)),
        tries: Set(0),
        asked_at: Set(asked),
        created_at: Set(now.as_millisecond()),
        sent_at: Set(None),
        expires_at: Set(now.as_millisecond().saturating_add(waits)),
        used_at: Set(None),
        ended_at: Set(None),
        id: Set(row_id),
    };
    row::Entity::insert(proof).exec_without_returning(tx).await?;
    match goes {
        Goes::Out => letters::write_code(portal, tx, account, id, contact, &code, actor, now).await,
        Goes::Nowhere => {
            let line = Line::new(Deed::WithheldLetter).of("letter", id).refused("address-had-its-share");
            portal.trail(tx, actor, line, now).await?;
            sent(portal, tx, id, Goes::seems_to_leave(now)).await
        }
    }
}

/// Ends every proof of an account and a channel that still works.
pub(super) async fn end_all(tx: &Tx, account: &str, channel: Channel, now: Timestamp) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::EndedAt, Expr::value(now.as_millisecond()))
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::Channel.eq(channel.word()))
        .filter(row::Column::EndedAt.is_null())
        .filter(row::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// The latest proof that proved nothing yet, working or not: its page stays until it did, or another day comes.
pub(super) async fn latest(
    on: &impl ConnectionTrait,
    account: &str,
    channel: Channel,
) -> Result<Option<row::Model>> {
    let latest = of(on, account, channel, 1).await?.into_iter().next();
    Ok(latest.filter(|proof| proof.used_at.is_none()))
}

/// The latest proofs, newest first.
async fn of(
    on: &impl ConnectionTrait,
    account: &str,
    channel: Channel,
    most: u64,
) -> Result<Vec<row::Model>> {
    let found = row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::Channel.eq(channel.word()))
        .order_by(row::Column::CreatedAt, Order::Desc)
        .limit(most)
        .all(on)
        .await?;
    Ok(found)
}

pub(super) fn contact_of(portal: &Portal, proof: &row::Model) -> Result<Contact> {
    let text = portal.unseal("contact_proof", "address", &proof.id, &proof.address)?;
    Contact::read(&proof.channel, &text)
}

/// Whether the identification that was fresh when the code was asked for still counts.
pub(super) fn was_asked_for_lately(portal: &Portal, proof: &row::Model, now: Timestamp) -> bool {
    now.as_millisecond() - proof.asked_at < millis(portal.rules().spans.fresh)
}

pub(super) fn works(proof: &row::Model, now: Timestamp) -> bool {
    proof.used_at.is_none() && proof.ended_at.is_none() && proof.expires_at > now.as_millisecond()
}

/// Tries a code against the latest letter, and uses the proof up where it is right.
pub(super) async fn try_code(
    portal: &Portal,
    tx: &Tx,
    account: &str,
    channel: Channel,
    code: &str,
    now: Timestamp,
) -> Result<(Tried, Option<row::Model>)> {
    let proofs = of(tx, account, channel, REMEMBERED).await?;
    let is_its_code = |proof: &row::Model| same(&portal.keys().index_code(&proof.id, code), &proof.code_hash);
    let letters: Vec<Sent> = proofs
        .iter()
        .map(|proof| Sent { is_its_code: is_its_code(proof), works: works(proof, now), tries: proof.tries })
        .collect();
    let most = portal.rules().limits.code_tries.into();
    let tried = judge(&letters, most);
    let Some(working) = proofs.iter().find(|proof| works(proof, now)) else { return Ok((tried, None)) };
    let counted = row::Entity::update_many()
        .col_expr(row::Column::Tries, Expr::col(row::Column::Tries).add(1_i64))
        .filter(row::Column::Id.eq(working.id.clone()))
        .filter(row::Column::UsedAt.is_null())
        .filter(row::Column::EndedAt.is_null())
        .filter(row::Column::Tries.lt(most))
        .exec(tx)
        .await?;
    match tried {
        _ if counted.rows_affected == 0 => return Ok((Tried::TooOften, None)),
        Tried::Right => {
            row::Entity::update_many()
                .col_expr(row::Column::UsedAt, Expr::value(now.as_millisecond()))
                .filter(row::Column::Id.eq(working.id.clone()))
                .exec(tx)
                .await?;
            return Ok((tried, Some(working.clone())));
        }
        Tried::TooOften => end_all(tx, account, channel, now).await?,
        Tried::Wrong | Tried::Old => {}
    }
    Ok((tried, None))
}

/// The letter left: its ten minutes begin.
pub(super) async fn sent(portal: &Portal, tx: &Tx, id: Uuid, now: Timestamp) -> Result<()> {
    let expires = now.as_millisecond().saturating_add(millis(portal.rules().spans.proof));
    row::Entity::update_many()
        .col_expr(row::Column::SentAt, Expr::value(now.as_millisecond()))
        .col_expr(row::Column::ExpiresAt, Expr::value(expires))
        .filter(row::Column::Id.eq(id.to_string()))
        .filter(row::Column::SentAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}
