//! A notice on its way by one channel: made once, moved on by whoever is first.

use std::collections::HashMap;

use anyhow::anyhow;
use dispatch::letters;
use jiff::Timestamp;
use model::Channel;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use store::{
    Tx,
    entity::{delivery as row, notice},
};
use uuid::Uuid;

use super::{SendNotice, id_of, kind, state, verdict::CHOICE};
use crate::{
    Portal, Result, Rules,
    clock::{from_millis, millis},
    tasks, token,
};

/// A delivery to be made.
pub(super) struct New<'n> {
    pub(super) notice: &'n notice::Model,
    pub(super) channel: Channel,
    /// The delivery that failed, where this one stands in for it.
    pub(super) instead_of: Option<&'n str>,
    /// Not before.
    pub(super) due: Timestamp,
    /// Not after.
    pub(super) deadline: Timestamp,
}

/// Makes deliveries with the jobs that send them. The message inside the service has arrived when it is there. One of the
/// same notice and channel that is there already stays as it is.
pub(super) async fn make(portal: &Portal, tx: &Tx, news: Vec<New<'_>>, now: Timestamp) -> Result<()> {
    let (mut rows, mut jobs) = (Vec::with_capacity(news.len()), HashMap::with_capacity(news.len()));
    for new in news {
        let id = Uuid::new_v4();
        rows.push(row_of(portal, id, &new, now)?);
        if new.channel != Channel::Pim {
            let due = tasks::due_at(new.due, now).until(new.deadline);
            jobs.insert(id.to_string(), (SendNotice { delivery: id, channel: new.channel }, due));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let once = OnConflict::columns([row::Column::NoticeId, row::Column::Channel]).do_nothing().to_owned();
    let made = row::Entity::insert_many(rows).on_conflict(once).exec_with_returning_keys(tx).await?;
    let jobs = made.iter().filter_map(|id| jobs.get(id)).map(|(job, due)| (job, *due)).collect();
    tasks::enqueue_all(tx, jobs).await
}

fn row_of(portal: &Portal, id: Uuid, new: &New<'_>, now: Timestamp) -> Result<row::ActiveModel> {
    let row_id = id.to_string();
    let at = now.as_millisecond();
    let inside = new.channel == Channel::Pim;
    let mut delivery = row::ActiveModel {
        id: Set(row_id.clone()),
        notice_id: Set(new.notice.id.clone()),
        channel: Set(new.channel.word().to_owned()),
        state: Set(if inside { state::DELIVERED } else { state::WAITING }.to_owned()),
        reason: Set(None),
        instead_of: Set(new.instead_of.map(str::to_owned)),
        token: Set(None),
        token_hash: Set(None),
        report: Set(None),
        report_hash: Set(None),
        contact: Set(None),
        provider_id: Set(None),
        tries: Set(0),
        created_at: Set(at),
        deadline_at: Set(new.deadline.as_millisecond()),
        begun_at: Set(None),
        sent_at: Set(inside.then_some(at)),
        delivered_at: Set(inside.then_some(at)),
        updated_at: Set(at),
    };
    if !inside && new.notice.kind != kind::CORRECTION {
        let token = token_for_letter(portal.rules())?;
        delivery.token = Set(Some(portal.seal("delivery", "token", &row_id, &token)?));
        delivery.token_hash = Set(Some(token::hash(&token)));
    }
    if new.channel == Channel::Sms {
        let report = token::make::<{ token::SHORT_BYTES }>()?;
        delivery.report = Set(Some(portal.seal("delivery", "report", &row_id, &report)?));
        delivery.report_hash = Set(Some(token::hash(&report)));
    }
    Ok(delivery)
}

/// Makes a delivery of each notice by each of its channels.
pub(super) async fn offer(
    portal: &Portal,
    tx: &Tx,
    notices: Vec<(&notice::Model, &[Channel])>,
    now: Timestamp,
) -> Result<()> {
    let mut news = Vec::new();
    for (notice, channels) in notices {
        let deadline = deadline(portal, notice, now);
        let by = |channel: &Channel| New { notice, channel: *channel, instead_of: None, due: now, deadline };
        news.extend(channels.iter().map(by));
    }
    make(portal, tx, news, now).await
}

/// Until when a delivery that is made now is tried: for as long as the rules and the notice's own deadline say.
pub(super) fn deadline(portal: &Portal, notice: &notice::Model, now: Timestamp) -> Timestamp {
    let end = from_millis(now.as_millisecond() + millis(portal.rules().notices.try_for));
    end.min(from_millis(notice.deadline_at))
}

/// A token whose link holds no run of six digits: only codes look like that.
fn token_for_letter(rules: &Rules) -> Result<String> {
    loop {
        let token = token::make::<{ token::SHORT_BYTES }>()?;
        if !letters::holds_six_digits(&link(rules, &token)) {
            return Ok(token);
        }
    }
}

/// The link that says that a notice was received.
pub(super) fn link(rules: &Rules, token: &str) -> String {
    format!("{}{}{token}", rules.site, Rules::RECEIVED_PATH)
}

/// On its way, or there.
pub(super) fn is_alive(delivery: &row::Model) -> bool {
    state::PENDING.contains(&delivery.state.as_str()) || state::LEFT.contains(&delivery.state.as_str())
}

/// Whether its guardian hears of a notice that has these deliveries: they said so, or a letter is on its way or there. The
/// message inside the service is enough only where no letter was wanted: it tells nobody who does not look.
pub(super) fn is_heard(notice: &notice::Model, deliveries: &[&row::Model]) -> bool {
    let is_letter =
        |it: &&row::Model| it.channel != Channel::Pim.word() && it.reason.as_deref() != Some(CHOICE);
    let mut letters = deliveries.iter().copied().filter(is_letter).peekable();
    notice.confirmed_at.is_some()
        || if letters.peek().is_some() {
            letters.any(is_alive)
        } else {
            deliveries.iter().copied().any(is_alive)
        }
}

/// The same, looked up.
pub(super) async fn hears(on: &impl sea_orm::ConnectionTrait, notice: &notice::Model) -> Result<bool> {
    let all = of_notice(on, &notice.id).await?;
    Ok(is_heard(notice, &all.iter().collect::<Vec<_>>()))
}

/// Every delivery of a notice.
pub(super) async fn of_notice(on: &impl sea_orm::ConnectionTrait, notice: &str) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::NoticeId.eq(notice)).all(on).await?)
}

/// Moves a delivery from one of the states `from` to `to`, with more of its columns; answers whether it was there.
/// Whoever comes second finds it moved.
pub(super) async fn step(
    tx: &Tx,
    id: &str,
    from: &[&str],
    to: &str,
    more: Vec<(row::Column, Expr)>,
    now: Timestamp,
) -> Result<bool> {
    let mut change = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(to))
        .col_expr(row::Column::UpdatedAt, Expr::value(now.as_millisecond()));
    for (column, value) in more {
        change = change.col_expr(column, value);
    }
    let moved = change
        .filter(row::Column::Id.eq(id))
        .filter(row::Column::State.is_in(from.iter().copied()))
        .exec(tx)
        .await?;
    Ok(moved.rows_affected > 0)
}

/// The channel of a delivery.
pub(super) fn channel_of(delivery: &row::Model) -> Result<Channel> {
    Ok(Channel::from_word(&delivery.channel).ok_or_else(|| anyhow!("a delivery by no channel"))?)
}

/// The notice a delivery is of.
pub(super) async fn notice_of(
    on: &impl sea_orm::ConnectionTrait,
    delivery: &row::Model,
) -> Result<notice::Model> {
    let found = notice::Entity::find_by_id(delivery.notice_id.clone()).one(on).await?;
    Ok(found.ok_or_else(|| anyhow!("a delivery of no notice"))?)
}

/// The object of a line in the log.
pub(super) fn object(delivery: &row::Model) -> Result<(&'static str, Uuid)> {
    Ok(("delivery", id_of(&delivery.id)?))
}

/// Notes that somebody looked.
pub(super) async fn touch(tx: &Tx, id: &str, now: Timestamp) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::UpdatedAt, Expr::value(now.as_millisecond()))
        .filter(row::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}
