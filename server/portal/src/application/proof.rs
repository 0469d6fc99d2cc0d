//! The proof of an address: one code, one link, ten minutes from the moment the letter leaves, five tries.
//!
//! Invariant: at most one proof of an application works at a time; a new letter ends the one before it.
//!
//! Invariant: the link logs nobody in and shows nothing of anybody; it may be opened on any device, and only a POST of
//! its page proves anything.

use std::time::Duration;

use anyhow::anyhow;
use dispatch::{Mail, letters};
use jiff::Timestamp;
use jobs::{Job, Setback};
use model::{Email, Language, Refusal};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    entity::{application, proof as row},
};
use uuid::Uuid;

use super::{draft::id_of, email::proven};
use crate::{
    Asking, Error, Portal, Result, Rules,
    audit::Deed,
    clock::millis,
    code::{REMEMBERED, Sent, Tried, judge},
    identification::network,
    keys::same,
    limits::Limit,
    personal::Goes,
    tasks, token,
    trail::{Actor, Line},
};

/// Makes a new proof and queues its letter, in the transaction that wants it. A letter that goes nowhere is
/// not written; its proof looks as any other, and nobody knows its code.
pub(super) async fn send(
    portal: &Portal,
    tx: &Tx,
    application: &str,
    email: &Email,
    goes: Goes,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    end_all(tx, application, now).await?;
    let id = Uuid::new_v4();
    let row_id = id.to_string();
    let code = token::code()?;
    let token = token_for_letter(portal.rules())?;
    // Until the letter leaves nobody knows the code; its ten minutes begin then.
    let waits = millis(portal.rules().spans.draft);
    let proof = row::ActiveModel {
        application_id: Set(application.to_owned()),
        email: Set(portal.seal("proof", "email", &row_id, email.reveal())?),
        code: Set(portal.seal("proof", "code", &row_id, &code)?),
        token: Set(portal.seal("proof", "token", &row_id, &token)?),
        code_hash: Set(portal.keys().index_code(&row_id, &code)),
        token_hash: Set(token::hash(&token)),
        tries: Set(0),
        created_at: Set(now.as_millisecond()),
        sent_at: Set(None),
        expires_at: Set(now.as_millisecond().saturating_add(waits)),
        used_at: Set(None),
        ended_at: Set(None),
        id: Set(row_id),
    };
    row::Entity::insert(proof).exec_without_returning(tx).await?;
    match goes {
        Goes::Out => {
            let line = Line::new(Deed::QueuedLetter).of("proof", id).because("email-code");
            portal.trail(tx, actor, line, now).await?;
            tasks::enqueue(tx, &SendEmailCode { proof: id }, now).await
        }
        Goes::Nowhere => {
            let line = Line::new(Deed::WithheldLetter).of("proof", id).refused("address-had-its-share");
            portal.trail(tx, actor, line, now).await?;
            left(portal, tx, id, Goes::seems_to_leave(now)).await.map(drop)
        }
    }
}

/// A token whose link holds no run of six digits: the code is the only one in its letter.
fn token_for_letter(rules: &Rules) -> Result<String> {
    loop {
        let token = token::make::<{ token::SHORT_BYTES }>()?;
        if !letters::holds_six_digits(&link(rules, &token)) {
            return Ok(token);
        }
    }
}

fn link(rules: &Rules, token: &str) -> String {
    format!("{}{}{token}", rules.site, Rules::CONFIRM_PATH)
}

/// Ends every proof of an application that still works.
pub(super) async fn end_all(tx: &Tx, application: &str, now: Timestamp) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::EndedAt, Expr::value(now.as_millisecond()))
        .filter(row::Column::ApplicationId.eq(application))
        .filter(row::Column::EndedAt.is_null())
        .filter(row::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Tries a code against the latest letter. The try is counted before anything is compared.
pub(super) async fn try_code(
    portal: &Portal,
    tx: &Tx,
    application: &str,
    code: &str,
    now: Timestamp,
) -> Result<Tried> {
    let proofs = row::Entity::find()
        .filter(row::Column::ApplicationId.eq(application))
        .order_by(row::Column::CreatedAt, Order::Desc)
        .limit(REMEMBERED)
        .all(tx)
        .await?;
    let is_its_code = |proof: &row::Model| same(&portal.keys().index_code(&proof.id, code), &proof.code_hash);
    let letters: Vec<Sent> = proofs
        .iter()
        .map(|proof| Sent { is_its_code: is_its_code(proof), works: works(proof, now), tries: proof.tries })
        .collect();
    let tried = judge(&letters, most(portal));
    let Some(latest) = proofs.iter().find(|proof| works(proof, now)) else { return Ok(tried) };
    let counted = row::Entity::update_many()
        .col_expr(row::Column::Tries, Expr::col(row::Column::Tries).add(1_i64))
        .filter(row::Column::Id.eq(latest.id.clone()))
        .filter(row::Column::UsedAt.is_null())
        .filter(row::Column::EndedAt.is_null())
        .filter(row::Column::Tries.lt(most(portal)))
        .exec(tx)
        .await?;
    match tried {
        _ if counted.rows_affected == 0 => return Ok(Tried::TooOften),
        Tried::Right => use_up(tx, &latest.id, now).await?,
        Tried::TooOften => end_all(tx, application, now).await?,
        Tried::Wrong | Tried::Old => {}
    }
    Ok(tried)
}

fn most(portal: &Portal) -> i64 {
    portal.rules().limits.code_tries.into()
}

fn works(proof: &row::Model, now: Timestamp) -> bool {
    proof.used_at.is_none() && proof.ended_at.is_none() && proof.expires_at > now.as_millisecond()
}

async fn use_up(tx: &Tx, id: &str, now: Timestamp) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::UsedAt, Expr::value(now.as_millisecond()))
        .filter(row::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

impl Portal {
    /// Proves an e-mail address by the letter's link, on whatever device it was opened. Only a POST may call it.
    /// Followed twice, it says the same twice.
    ///
    /// # Errors
    /// [`Refusal::LinkSpent`] for whatever is not a working link, known or not; [`Error::TooMany`], by where
    /// it comes from, only for such a one: no stranger's tries keep a working link from being followed.
    pub async fn confirm_email_by_link(&self, token: &str, asking: &Asking) -> Result<()> {
        let now = self.clock().now();
        let limit = Limit {
            name: "letter-links",
            most: self.rules().limits.links_per_minute,
            per: Duration::from_secs(60),
        };
        let (portal, network) = (self.clone(), network(asking.address));
        let hash = token::hash_of_cookie(Some(token));
        let actor = Actor::of_asking(asking);
        self.change(move |tx| async move {
            if let Some(hash) = hash
                && follow(&portal, &tx, hash, &actor, now).await?
            {
                return Ok(Ok(()));
            }
            // Only what proved to be no working link counts by where it came from.
            match portal.count(&tx, limit, &network, &actor, now).await {
                Ok(()) => Ok(Err(Error::Refused(Refusal::LinkSpent))),
                Err(refused @ Error::TooMany { .. }) => Ok(Err(refused)),
                Err(error) => Err(error),
            }
        })
        .await?
    }
}

async fn follow(portal: &Portal, tx: &Tx, hash: Vec<u8>, actor: &Actor, now: Timestamp) -> Result<bool> {
    let Some(proof) = row::Entity::find().filter(row::Column::TokenHash.eq(hash)).one(tx).await? else {
        return Ok(false);
    };
    let draft = application::Entity::find_by_id(proof.application_id.clone()).one(tx).await?;
    let Some(draft) = draft.filter(|draft| draft.expires_at > now.as_millisecond() || draft.state != "open")
    else {
        return Ok(false);
    };
    if proof.used_at.is_some() {
        // Harmless as long as it is still the proof of the address that stands.
        return Ok(draft.email_confirmed_at.is_some()
            && proof.ended_at.is_none()
            && proof_is_of(portal, &proof, &draft)?);
    }
    if !works(&proof, now) || draft.state != "open" || !proof_is_of(portal, &proof, &draft)? {
        return Ok(false);
    }
    use_up(tx, &proof.id, now).await?;
    proven(portal, tx, &draft, now).await?;
    let line = Line::new(Deed::ProvedEmail).of("application", id_of(&draft)?).because("link");
    portal.trail(tx, actor, line, now).await?;
    Ok(true)
}

/// Whether the letter went to the address the draft holds now.
fn proof_is_of(portal: &Portal, proof: &row::Model, draft: &application::Model) -> Result<bool> {
    let email = address_of(portal, proof)?;
    Ok(draft.email_index.as_deref().is_some_and(|index| same(index, &portal.keys().index_email(&email))))
}

fn address_of(portal: &Portal, proof: &row::Model) -> Result<Email> {
    let text = portal.unseal("proof", "email", &proof.id, &proof.email)?;
    Ok(Email::parse(&text).map_err(|_| anyhow!("a kept address cannot be read"))?)
}

/// Sends the letter of one proof, as long as it is the one that works.
#[derive(Serialize, Deserialize)]
pub(crate) struct SendEmailCode {
    proof: Uuid,
}

impl Job for SendEmailCode {
    const NAME: &'static str = "application.send-email-code";
    const PRIORITY: i64 = 10;
    const MAX_TRIES: u32 = 200;
    const LINES: &'static [&'static str] = &[tasks::MAIL];
    const TARGET: Option<Duration> = Some(Duration::from_secs(60));
    type House = Portal;

    async fn run(&self, portal: &Portal) -> Result<(), Setback> {
        let Some((mail, language)) = letter(portal, self.proof).await.map_err(tasks::later)? else {
            return tasks::withhold(portal, "email-code", self.proof).await;
        };
        // No connection is held while a stranger thinks.
        tasks::hand_over_letter(portal, &mail).await?;
        tracing::info!(proof = %self.proof, language = language.tag(), "a letter left");
        sent(portal, self.proof).await.map_err(tasks::later)
    }
}

/// The letter, if it is still wanted.
async fn letter(portal: &Portal, id: Uuid) -> Result<Option<(Mail, Language)>> {
    let now = portal.clock().now();
    let on = portal.store().reader();
    let Some(proof) = row::Entity::find_by_id(id.to_string()).one(on).await? else { return Ok(None) };
    if !works(&proof, now) || proof.sent_at.is_some() {
        return Ok(None);
    }
    let Some(draft) = application::Entity::find_by_id(proof.application_id.clone()).one(on).await? else {
        return Ok(None);
    };
    let language = Language::from_tag(&draft.language).unwrap_or_default();
    let code = portal.unseal("proof", "code", &proof.id, &proof.code)?;
    let token = portal.unseal("proof", "token", &proof.id, &proof.token)?;
    let minutes = u32::try_from(portal.rules().spans.proof.as_secs() / 60).unwrap_or(u32::MAX);
    let letter = letters::email_code(language, &code, &link(portal.rules(), &token), minutes);
    Ok(Some((Mail { to: address_of(portal, &proof)?, letter, reference: id, at: now }, language)))
}

/// Notes that a letter was handed over.
async fn sent(portal: &Portal, id: Uuid) -> Result<()> {
    let (house, now) = (portal.clone(), portal.clock().now());
    portal
        .change(move |tx| async move {
            if !left(&house, &tx, id, now).await? {
                return Ok(());
            }
            house.trail(&tx, &Actor::house(), Line::new(Deed::HandedOverLetter).of("proof", id), now).await
        })
        .await
}

/// The letter left: its ten minutes begin, and nobody needs its secrets in clear any more. Says whether that
/// is news.
async fn left(portal: &Portal, tx: &Tx, id: Uuid, now: Timestamp) -> Result<bool> {
    let expires = now.as_millisecond().saturating_add(millis(portal.rules().spans.proof));
    let sent = row::Entity::update_many()
        .col_expr(row::Column::SentAt, Expr::value(now.as_millisecond()))
        .col_expr(row::Column::ExpiresAt, Expr::value(expires))
        .col_expr(row::Column::Code, Expr::value(Vec::<u8>::new()))
        .col_expr(row::Column::Token, Expr::value(Vec::<u8>::new()))
        .filter(row::Column::Id.eq(id.to_string()))
        .filter(row::Column::SentAt.is_null())
        .exec(tx)
        .await?;
    if sent.rows_affected == 0 {
        return Ok(false);
    }
    if let Some(proof) = row::Entity::find_by_id(id.to_string()).one(tx).await? {
        application::Entity::update_many()
            .col_expr(application::Column::CodeSentAt, Expr::value(now.as_millisecond()))
            .filter(application::Column::Id.eq(proof.application_id))
            .exec(tx)
            .await?;
    }
    Ok(true)
}
