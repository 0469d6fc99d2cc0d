//! A notice leaves by one channel: everything is asked again, then the letter is written and handed over while no
//! connection to the database is held, then it is written down that it left.

use std::time::Duration;

use dispatch::{
    Mail, letters,
    sms::{self, Failure, Sms},
};
use jiff::Timestamp;
use jobs::{Job, Setback};
use model::{Channel, Email, Language, Mobile};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    entity::{account, delivery as row, notice},
};
use uuid::Uuid;

use super::{
    correcting,
    delivery::{self, channel_of, notice_of, object, step},
    failing, id_of, kind, message, state,
    telling::{reach_of, wish_of},
};
use crate::{
    Error, Portal, Result, account as accounts,
    audit::Deed,
    clock::{from_millis, millis},
    custody, failpoint, links, tasks,
    trail::{Actor, Line},
};

/// Sends one delivery. It has left, or is no longer wanted: then there is nothing to do.
#[derive(Serialize, Deserialize)]
pub(crate) struct SendNotice {
    pub(crate) delivery: Uuid,
    /// The way it goes, so that it is known without a look whom the job calls.
    pub(crate) channel: Channel,
}

impl Job for SendNotice {
    const NAME: &'static str = "absence.send-notice";
    const PRIORITY: i64 = 6;
    /// The delivery's own deadline ends it.
    const MAX_TRIES: u32 = 1000;
    const LINES: &'static [&'static str] = &[tasks::MAIL, tasks::SMS];
    const TARGET: Option<Duration> = Some(Duration::from_secs(60));
    type House = Portal;

    fn line(&self) -> Option<&'static str> {
        tasks::line_of(self.channel)
    }

    async fn run(&self, portal: &Portal) -> Result<(), Setback> {
        let id = self.delivery.to_string();
        let found = row::Entity::find_by_id(id).one(portal.store().reader()).await;
        let found = found.map_err(|error| tasks::later(error.into()))?;
        let Some(delivery) = found.filter(is_pending) else { return Ok(()) };
        send(portal, &delivery, self.channel).await
    }
}

fn is_pending(delivery: &row::Model) -> bool {
    state::PENDING.contains(&delivery.state.as_str())
}

/// What is to become of a delivery, asked at the last moment.
enum Verdict {
    /// It leaves for this account.
    Leaves(Box<account::Model>),
    /// It is no longer wanted: nothing it tells of stands, or it was confirmed, or unticked.
    Unwanted(&'static str),
    /// It is no longer this person's to hear.
    NotTheirs(&'static str),
    /// The channel is not there any more.
    NoWay(&'static str),
}

async fn send(portal: &Portal, delivery: &row::Model, channel: Channel) -> Result<(), Setback> {
    let now = portal.clock().now();
    if delivery.deadline_at <= now.as_millisecond() {
        return failing::give_up(portal, delivery, "deadline").await.map_err(tasks::later);
    }
    let asked = async {
        let told = notice_of(portal.store().reader(), delivery).await?;
        Ok::<_, Error>((verdict(portal, delivery, &told, now).await?, told))
    };
    let (verdict, told) = asked.await.map_err(tasks::later)?;
    let account = match verdict {
        Verdict::Leaves(account) => account,
        Verdict::Unwanted(why) => return end(portal, delivery, state::WITHDRAWN, why).await,
        Verdict::NotTheirs(why) => return end(portal, delivery, state::WITHHELD, why).await,
        Verdict::NoWay(why) => return failing::give_up(portal, delivery, why).await.map_err(tasks::later),
    };
    failpoint::pass(portal.rules().failpoint.as_deref(), "delivery.before-send");
    let sent = match channel {
        Channel::Mail => mail(portal, delivery, &told, &account, now).await,
        Channel::Sms => text(portal, delivery, &told, &account, now).await,
        Channel::Pim => Ok(Sent::default()),
    };
    failpoint::pass(portal.rules().failpoint.as_deref(), "delivery.after-send");
    match sent {
        Ok(sent) => left(portal, delivery, sent).await.map_err(tasks::later),
        Err(Trouble::Later(setback)) => {
            postpone(portal, delivery, word_of(setback)).await.map_err(tasks::later)?;
            Err(setback)
        }
        Err(Trouble::Never(why)) => failing::give_up(portal, delivery, why).await.map_err(tasks::later),
        Err(Trouble::Ours(error)) => Err(tasks::later(error)),
    }
}

/// Asks everything again.
async fn verdict(
    portal: &Portal,
    delivery: &row::Model,
    told: &notice::Model,
    now: Timestamp,
) -> Result<Verdict> {
    let on = portal.store().reader();
    let is_correction = told.kind == kind::CORRECTION;
    if told.confirmed_at.is_some() {
        return Ok(Verdict::Unwanted("confirmed"));
    }
    let row = account::Entity::find_by_id(told.account_id.clone()).one(on).await?;
    let Some(row) = row.filter(|row| row.state == "open") else { return Ok(Verdict::NotTheirs("account")) };
    let Some(person) = accounts::holder(portal, &row)? else { return Ok(Verdict::NotTheirs("account")) };
    let child = message::child_of(told)?;
    let custody = custody::of_person(portal, &person, &Actor::house(), now).await?;
    if !links::may_hear(portal, on, &person, &row.id, child, &custody, now).await? {
        return Ok(Verdict::NotTheirs("custody"));
    }
    let wish = wish_of(on, &row.id, child).await?;
    if !is_correction {
        let mut stands = false;
        for absence in message::absences_of(on, &told.id).await? {
            let away = message::away(&absence);
            let excused = !away.unexcused || away.is_covered(&message::reports(on, &absence).await?);
            stands |= !excused || wish.valid_too;
        }
        if !stands {
            return Ok(Verdict::Unwanted("excused"));
        }
        let channel = channel_of(delivery)?;
        // What stands in for a channel was not chosen; nor was what goes beside one that cannot be used.
        let was_taken = super::rules::channels(wish, reach_of(&row)).contains(&channel);
        if delivery.instead_of.is_none() && !was_taken {
            return Ok(Verdict::Unwanted("choice"));
        }
    }
    let is_proven = match channel_of(delivery)? {
        Channel::Mail => row.email.is_some() && row.email_verified_at.is_some(),
        Channel::Sms => row.mobile.is_some() && row.mobile_verified_at.is_some(),
        Channel::Pim => true,
    };
    Ok(if is_proven { Verdict::Leaves(Box::new(row)) } else { Verdict::NoWay("no-contact") })
}

/// What is known of a letter that left.
#[derive(Default)]
struct Sent {
    /// Blind index of where it went.
    contact: Option<Vec<u8>>,
    /// The gateway's name of it.
    provider: Option<String>,
}

/// A text message that may have left: it is asked for before it is sent again.
const DOUBTFUL: &str = "gateway-doubtful";

const fn word_of(setback: Setback) -> &'static str {
    match setback {
        Setback::Later(why) | Setback::Away(why) | Setback::Never(why) => why,
    }
}

/// Why a letter did not leave.
enum Trouble {
    Later(Setback),
    Never(&'static str),
    Ours(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

async fn mail(
    portal: &Portal,
    delivery: &row::Model,
    told: &notice::Model,
    account: &account::Model,
    now: Timestamp,
) -> Result<Sent, Trouble> {
    let rules = portal.rules();
    let language = language_of(account);
    let letter = match link(portal, delivery)? {
        Some(link) if told.kind != kind::CORRECTION => {
            let days = u32::try_from(rules.spans.confirm_link.as_secs() / 86_400).unwrap_or(u32::MAX);
            letters::absence_notice(language, &link, &rules.site, days)
        }
        _ => letters::absence_corrected(language, &rules.site),
    };
    let sealed = account.email.as_deref().ok_or(Trouble::Never("no-contact"))?;
    let text = portal.unseal("account", "email", &account.id, sealed)?;
    let to = Email::parse(&text).map_err(|_| Trouble::Never("address"))?;
    let mail = Mail { to, letter, reference: id_of(&delivery.id)?, at: now };
    match tasks::hand_over(portal, &mail).await {
        Ok(()) => Ok(Sent { contact: account.email_index.clone(), provider: None }),
        Err(Setback::Never(why)) => Err(Trouble::Never(why)),
        Err(setback) => Err(Trouble::Later(setback)),
    }
}

async fn text(
    portal: &Portal,
    delivery: &row::Model,
    told: &notice::Model,
    account: &account::Model,
    now: Timestamp,
) -> Result<Sent, Trouble> {
    let contact = account.mobile_index.clone();
    let sealed = account.mobile.as_deref().ok_or(Trouble::Never("no-contact"))?;
    let number = portal.unseal("account", "mobile", &account.id, sealed)?;
    let to = Mobile::parse(&number).map_err(|_| Trouble::Never("address"))?;
    if let Some(begun) = delivery.begun_at.map(from_millis)
        && let Some(provider) = asked_for(portal, &to, begun, now).await?
    {
        return Ok(Sent { contact, provider: Some(provider) });
    }
    let language = language_of(account);
    let text = match link(portal, delivery)? {
        Some(link) if told.kind != kind::CORRECTION => sms::absence_notice(language, &link),
        _ => sms::absence_corrected(language, &portal.rules().site),
    };
    let sealed = delivery.report.as_deref().ok_or_else(|| anyhow::anyhow!("a text without a reference"));
    let reference = portal.unseal("delivery", "report", &delivery.id, sealed.map_err(Error::from)?)?;
    begin(portal, delivery, Some(now)).await?;
    let sms = Sms { to, text, reference: reference.to_string() };
    match portal.0.parts.gateway.send(&sms).await {
        Ok(seen) => Ok(Sent { contact, provider: Some(seen.id) }),
        Err(Failure::Refused) => Err(Trouble::Never("gateway-refused")),
        // Not taken is certain; whatever else happened is asked about before the next try.
        Err(Failure::NotTaken { .. }) => {
            begin(portal, delivery, None).await?;
            Err(Trouble::Later(Setback::Away("gateway-not-taken")))
        }
        Err(Failure::Doubtful) => Err(Trouble::Later(Setback::Away(DOUBTFUL))),
    }
}

/// A try that began and whose end nobody knows: the gateway is asked what it took for the number since. None where it
/// took nothing of ours.
async fn asked_for(
    portal: &Portal,
    to: &Mobile,
    begun: Timestamp,
    now: Timestamp,
) -> Result<Option<String>, Trouble> {
    let since = now.as_millisecond() - begun.as_millisecond();
    if (0..millis(portal.rules().notices.doubt)).contains(&since) {
        // It may still be on its way to the gateway.
        return Err(Trouble::Later(Setback::Later(DOUBTFUL)));
    }
    let seen = portal.0.parts.gateway.sent_to(to, begun).await;
    let seen = seen.map_err(|_| Trouble::Later(Setback::Away(DOUBTFUL)))?;
    let ids: Vec<String> = seen.into_iter().map(|seen| seen.id).collect();
    let others = row::Entity::find().filter(row::Column::ProviderId.is_in(ids.clone()));
    let others = others.all(portal.store().reader()).await.map_err(Error::from)?;
    // The text and our reference are not shown: one that no other delivery is known to be is this one.
    Ok(ids.into_iter().find(|id| others.iter().all(|other| other.provider_id.as_ref() != Some(id))))
}

/// Notes that a text message is about to leave, or that it certainly did not.
async fn begin(portal: &Portal, delivery: &row::Model, at: Option<Timestamp>) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::BegunAt, Expr::value(at.map(Timestamp::as_millisecond)))
        .filter(row::Column::Id.eq(delivery.id.clone()))
        .exec(portal.store().writer())
        .await?;
    Ok(())
}

/// The link of a letter that can be confirmed.
fn link(portal: &Portal, delivery: &row::Model) -> Result<Option<String>> {
    let Some(sealed) = delivery.token.as_deref() else { return Ok(None) };
    let token = portal.unseal("delivery", "token", &delivery.id, sealed)?;
    Ok(Some(delivery::link(portal.rules(), &token)))
}

fn language_of(account: &account::Model) -> Language {
    Language::from_tag(&account.language).unwrap_or_default()
}

/// Writes down that a letter left.
async fn left(portal: &Portal, delivery: &row::Model, sent: Sent) -> Result<()> {
    let (house, delivery, now) = (portal.clone(), delivery.clone(), portal.clock().now());
    let channel = delivery.channel.clone();
    portal.change(move |tx| async move { left_in(&house, &tx, &delivery, sent, now).await }).await?;
    metrics::counter!("portal_notices_sent", "channel" => channel).increment(1);
    Ok(())
}

async fn left_in(portal: &Portal, tx: &Tx, delivery: &row::Model, sent: Sent, now: Timestamp) -> Result<()> {
    let actor = Actor::house();
    let at = now.as_millisecond();
    let told = notice_of(tx, delivery).await?;
    let more = || {
        vec![
            (row::Column::SentAt, Expr::value(at)),
            (row::Column::Contact, Expr::value(sent.contact.clone())),
            (row::Column::ProviderId, Expr::value(sent.provider.clone())),
            (row::Column::Tries, Expr::value(delivery.tries + 1)),
            (row::Column::Reason, Expr::value(Option::<String>::None)),
        ]
    };
    if step(tx, &delivery.id, &state::PENDING, state::SENT, more(), now).await? {
        failing::works(tx, &told.account_id, channel_of(delivery)?, now).await?;
    } else {
        // The gateway's report was quicker, or the notice was taken back while its letter was leaving.
        let taken_back = step(tx, &delivery.id, &[state::WITHDRAWN], state::SENT, more(), now).await?;
        if taken_back {
            correcting::overtaken(portal, tx, &told, channel_of(delivery)?, &actor, now).await?;
        }
        // Given up a moment too early: it left all the same, beside what stands in for it.
        step(tx, &delivery.id, &[state::FAILED, state::REPLACED], state::SENT, more(), now).await?;
    }
    let (what, id) = object(delivery)?;
    let line = Line::new(Deed::HandedOverNotice).of(what, id).child(message::child_of(&told)?);
    let channel = channel_of(delivery)?.word();
    portal.trail(tx, &actor, line.because(channel), now).await
}

/// It is tried again later.
async fn postpone(portal: &Portal, delivery: &row::Model, why: &'static str) -> Result<()> {
    let (delivery, now) = (delivery.clone(), portal.clock().now());
    metrics::counter!("portal_notices_retried", "channel" => delivery.channel.clone()).increment(1);
    portal
        .change(move |tx| async move {
            let more = vec![
                (row::Column::Reason, Expr::value(why)),
                (row::Column::Tries, Expr::value(delivery.tries + 1)),
            ];
            step(&tx, &delivery.id, &state::PENDING, state::FAILED_TEMPORARILY, more, now).await.map(drop)
        })
        .await
}

/// It does not leave.
async fn end(
    portal: &Portal,
    delivery: &row::Model,
    to: &'static str,
    why: &'static str,
) -> Result<(), Setback> {
    let (house, delivery, now) = (portal.clone(), delivery.clone(), portal.clock().now());
    let ended = portal.change(move |tx| async move {
        let more = vec![(row::Column::Reason, Expr::value(why))];
        if !step(&tx, &delivery.id, &state::PENDING, to, more, now).await? {
            return Ok(());
        }
        let actor = Actor::house();
        let told = notice_of(&tx, &delivery).await?;
        let child = message::child_of(&told)?;
        let (what, id) = object(&delivery)?;
        let line = Line::new(Deed::WithheldNotice).of(what, id).child(child).because(why);
        house.trail(&tx, &actor, line, now).await?;
        if to == state::WITHHELD {
            failing::nobody_left(&house, &tx, &told, &actor, now).await?;
        }
        Ok(())
    });
    ended.await.map_err(tasks::later)
}
