//! A notice leaves by one channel: everything is asked again, then the letter is written and handed over while no
//! connection to the database is held, then it is written down that it left.

use std::time::Duration;

use dispatch::{
    Mail, letters,
    sms::{self, Sms},
};
use jiff::Timestamp;
use jobs::{Job, Setback};
use model::{Channel, Email, Language, Mobile};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait as _},
};
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    entity::{account, delivery as row, notice},
};
use uuid::Uuid;

use super::{
    STANDING,
    delivery::{self, notice_of, object, of_notice, step},
    failing, id_of, kind,
    leaving::{Left, Sent},
    message, rules, state,
    telling::{reach_of, wish_of},
    turn,
    verdict::{CHOICE, EXCUSED, Verdict, stands, verdict},
};
use crate::{
    Error, Portal, Result, System,
    audit::Deed,
    clock::from_millis,
    failpoint, tasks,
    texting::{self, Leaving},
    trail::{Actor, Line},
};

/// Why a delivery waits that may not leave by night.
const NIGHT: &str = "night";

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
    /// Its deadline, which is the delivery's, ends it.
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

    async fn given_up(&self, portal: &Portal, why: &str) -> Result<(), Setback> {
        let found = row::Entity::find_by_id(self.delivery.to_string()).one(portal.store().reader()).await;
        let found = found.map_err(|error| tasks::later(error.into()))?;
        let Some(delivery) = found.filter(is_pending) else { return Ok(()) };
        let why = if why == "deadline" { "deadline" } else { "given-up" };
        failing::give_up(portal, &delivery, why).await.map_err(tasks::later)
    }
}

fn is_pending(delivery: &row::Model) -> bool {
    state::PENDING.contains(&delivery.state.as_str())
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
        Verdict::NotNow(at) => return put_off(portal, delivery, channel, at).await.map_err(tasks::later),
        Verdict::NotTheirs(why) => return end(portal, delivery, state::WITHHELD, why).await,
        Verdict::NoWay(why) => return failing::give_up(portal, delivery, why).await.map_err(tasks::later),
    };
    failpoint::pass(portal.rules().failpoint.as_deref(), "delivery.before-send");
    let sent = match channel {
        Channel::Mail => mail(portal, delivery, &told, &account, now).await,
        Channel::Sms => text(portal, delivery, &told, &account).await,
        Channel::Pim => Ok(Sent::default()),
    };
    failpoint::pass(portal.rules().failpoint.as_deref(), "delivery.after-send");
    match sent {
        Ok(sent) => {
            let left = Left { delivery: delivery.clone(), told, sent };
            left.write(portal).await.map_err(tasks::later)
        }
        Err(Setback::Never(why)) => failing::give_up(portal, delivery, why).await.map_err(tasks::later),
        Err(setback) => {
            postpone(portal, delivery, word_of(setback)).await.map_err(tasks::later)?;
            Err(setback)
        }
    }
}

const fn word_of(setback: Setback) -> &'static str {
    match setback {
        Setback::Later(why) | Setback::Away(why) | Setback::Never(why) => why,
    }
}

async fn mail(
    portal: &Portal,
    delivery: &row::Model,
    told: &notice::Model,
    account: &account::Model,
    now: Timestamp,
) -> Result<Sent, Setback> {
    let mail = written(portal, delivery, told, account, now).map_err(tasks::later)?;
    let Some(mail) = mail else { return Err(Setback::Never("address")) };
    // Should the house be gone before it can say that the mail left, it counts as one that may be there.
    Leaving::Delivery(delivery.id.clone()).begin(portal).await.map_err(tasks::later)?;
    tasks::hand_over(portal, &mail).await?;
    Ok(Sent { contact: account.email_index.clone(), provider: None })
}

/// The mail as it leaves; none where its address is none.
fn written(
    portal: &Portal,
    delivery: &row::Model,
    told: &notice::Model,
    account: &account::Model,
    now: Timestamp,
) -> Result<Option<Mail>> {
    let rules = portal.rules();
    let language = language_of(account);
    let letter = match link(portal, delivery)? {
        Some(link) if told.kind != kind::CORRECTION => {
            let days = u32::try_from(rules.spans.confirm_link.as_secs() / 86_400).unwrap_or(u32::MAX);
            letters::absence_notice(language, &link, &rules.site, days)
        }
        _ => letters::absence_corrected(language, &rules.site),
    };
    let Some(sealed) = account.email.as_deref() else { return Ok(None) };
    let text = portal.unseal("account", "email", &account.id, sealed)?;
    let Ok(to) = Email::parse(&text) else { return Ok(None) };
    Ok(Some(Mail { to, letter, reference: id_of(&delivery.id)?, at: now }))
}

async fn text(
    portal: &Portal,
    delivery: &row::Model,
    told: &notice::Model,
    account: &account::Model,
) -> Result<Sent, Setback> {
    let sms = texted(portal, delivery, told, account).map_err(tasks::later)?;
    let Some(sms) = sms else { return Err(Setback::Never("address")) };
    let which = Leaving::Delivery(delivery.id.clone());
    let provider = texting::hand_over(portal, &which, &sms, delivery.begun_at.map(from_millis)).await?;
    Ok(Sent { contact: account.mobile_index.clone(), provider: Some(provider) })
}

/// The text message as it leaves; none where its number is none.
fn texted(
    portal: &Portal,
    delivery: &row::Model,
    told: &notice::Model,
    account: &account::Model,
) -> Result<Option<Sms>> {
    let Some(sealed) = account.mobile.as_deref() else { return Ok(None) };
    let number = portal.unseal("account", "mobile", &account.id, sealed)?;
    let Ok(to) = Mobile::parse(&number) else { return Ok(None) };
    let language = language_of(account);
    let text = match link(portal, delivery)? {
        Some(link) if told.kind != kind::CORRECTION => sms::absence_notice(language, &link),
        _ => sms::absence_corrected(language, &portal.rules().site),
    };
    let sealed = delivery.report.as_deref().ok_or_else(|| anyhow::anyhow!("a text without a reference"))?;
    let reference = portal.unseal("delivery", "report", &delivery.id, sealed)?;
    Ok(Some(Sms { to, text, reference: reference.to_string() }))
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

/// It waits for the morning, without counting as tried. Put off once more it waits no other time.
async fn put_off(portal: &Portal, delivery: &row::Model, channel: Channel, at: Timestamp) -> Result<()> {
    let (delivery, id, now) = (delivery.clone(), id_of(&delivery.id)?, portal.clock().now());
    let deadline = from_millis(delivery.deadline_at);
    portal
        .change(move |tx| async move {
            let put = row::Entity::update_many()
                .col_expr(row::Column::Reason, Expr::value(NIGHT))
                .col_expr(row::Column::UpdatedAt, Expr::value(now.as_millisecond()))
                .filter(row::Column::Id.eq(delivery.id))
                .filter(row::Column::State.is_in(state::PENDING))
                .filter(row::Column::Reason.is_null().or(row::Column::Reason.ne(NIGHT)));
            if put.exec(&tx).await?.rows_affected == 0 {
                return Ok(());
            }
            let due = tasks::due_at(at, now).until(deadline);
            tasks::enqueue_all(&tx, vec![(&SendNotice { delivery: id, channel }, due)]).await
        })
        .await
}

/// It is tried again later.
async fn postpone(portal: &Portal, delivery: &row::Model, why: &'static str) -> Result<()> {
    let (delivery, now) = (delivery.clone(), portal.clock().now());
    metrics::counter!("portal_notices_retried", "channel" => delivery.channel.clone()).increment(1);
    portal
        .change(move |tx| async move {
            let mut more = vec![
                (row::Column::Reason, Expr::value(why)),
                (row::Column::Tries, Expr::value(delivery.tries + 1)),
            ];
            // It may be there, whatever a later try says; of one that is certainly not, only what was known before.
            if tasks::IN_DOUBT.contains(&why) {
                more.push((row::Column::BegunAt, Expr::value(now.as_millisecond())));
            } else if delivery.channel == Channel::Mail.word() {
                more.push((row::Column::BegunAt, Expr::value(delivery.begun_at)));
            }
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
        turn::take(&tx, [notice_of(&tx, &delivery).await?.pupil_id.as_str()]).await?;
        let told = notice_of(&tx, &delivery).await?;
        // Something unexcused has joined it since that was asked.
        if why == EXCUSED && stands(&tx, &told).await? {
            return Err(Error::Unavailable(System::Database));
        }
        let more = vec![(row::Column::Reason, Expr::value(why))];
        if !step(&tx, &delivery.id, &state::PENDING, to, more, now).await? {
            return Ok(());
        }
        let actor = Actor::house();
        let child = message::child_of(&told)?;
        let (what, id) = object(&delivery)?;
        let line = Line::new(Deed::WithheldNotice).of(what, id).child(child).because(why);
        house.trail(&tx, &actor, line, now).await?;
        if to == state::WITHHELD {
            failing::nobody_left(&house, &tx, &told, &actor, now).await?;
        }
        if why == CHOICE { choose_again(&house, &tx, &told, &actor, now).await } else { Ok(()) }
    });
    ended.await.map_err(tasks::later)
}

/// The guardian chose otherwise while it waited: it goes by what they chose.
async fn choose_again(
    portal: &Portal,
    tx: &Tx,
    told: &notice::Model,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let account = account::Entity::find_by_id(told.account_id.clone()).one(tx).await?;
    let Some(account) = account.filter(|_| told.state == STANDING && now.as_millisecond() < told.deadline_at)
    else {
        return Ok(());
    };
    let wish = wish_of(tx, &account.id, message::child_of(told)?).await?;
    let channels = rules::channels(wish, reach_of(&account));
    let is_new = !of_notice(tx, &told.id).await?.iter().any(|it| it.channel == Channel::Pim.word());
    delivery::offer(portal, tx, vec![(told, channels.as_slice())], now).await?;
    if is_new && channels.contains(&Channel::Pim) {
        let absences = message::absences_of(tx, &told.id).await?;
        message::put(portal, tx, told, &absences, actor, now).await?;
    }
    // What they chose may have failed already.
    if wish.wants_letters() { failing::no_letter_left(portal, tx, told, actor, now).await } else { Ok(()) }
}
