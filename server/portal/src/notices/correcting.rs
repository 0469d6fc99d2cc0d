//! What was told and is wrong: whoever got it, by whatever way, is told so the same way. Where nothing had left, nothing
//! leaves.

use std::collections::HashSet;

use jiff::{Timestamp, ToSpan};
use model::Channel;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use store::{
    Tx,
    entity::{absence, delivery as row, notice, notice_absence},
};

use super::{
    CORRECTED, STANDING, TAKEN_BACK, call_home,
    delivery::{self, channel_of, of_notice, step},
    id_of, kind, message, rules, state,
    telling::{self, New},
};
use crate::{
    Portal, Result,
    audit::Deed,
    clock::{day_of, from_millis},
    failpoint, pupils,
    trail::{Actor, Line},
};

/// How long a correction is tried.
const TRIED_FOR: i64 = 12 * 60 * 60 * 1000;
/// How long one that lay over night is tried in the morning.
const TRIED_IN_THE_MORNING: i64 = 4 * 60 * 60 * 1000;
/// No home is called for what is older.
const LISTED_DAYS: i32 = 7;

/// An absence that was told of does not stand.
pub(super) async fn withdrawn(
    portal: &Portal,
    tx: &Tx,
    absence: &absence::Model,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    for part in parts(tx, absence).await? {
        notice_absence::Entity::update_many()
            .col_expr(notice_absence::Column::LeftAt, Expr::value(now.as_millisecond()))
            .filter(notice_absence::Column::NoticeId.eq(part.notice_id.clone()))
            .filter(notice_absence::Column::AbsenceId.eq(part.absence_id.clone()))
            .exec(tx)
            .await?;
        let found = notice::Entity::find_by_id(part.notice_id).one(tx).await?;
        let Some(told) = found.filter(|told| told.state == STANDING) else { continue };
        let rest = message::absences_of(tx, &told.id).await?;
        if rest.is_empty() {
            take_back(portal, tx, &told, actor, now).await?;
        } else {
            show(portal, tx, &told, &rest, actor, now).await?;
        }
    }
    quiet(portal, tx, absence, actor, now).await
}

/// An absence that was told of stands, with other words.
pub(super) async fn refreshed(
    portal: &Portal,
    tx: &Tx,
    absence: &absence::Model,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    for part in parts(tx, absence).await? {
        let found = notice::Entity::find_by_id(part.notice_id).one(tx).await?;
        let Some(told) = found.filter(|told| told.state == STANDING) else { continue };
        let all = message::absences_of(tx, &told.id).await?;
        show(portal, tx, &told, &all, actor, now).await?;
    }
    quiet(portal, tx, absence, actor, now).await
}

/// The school need not call of a day of which nothing unexcused is left.
pub(super) async fn quiet(
    portal: &Portal,
    tx: &Tx,
    absence: &absence::Model,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let child = pupils::child_id(&absence.pupil_id)?;
    let first = day_of(from_millis(absence.start_at));
    let last = day_of(from_millis(absence.end_at.saturating_sub(1).max(absence.start_at)));
    for day in first
        .max(day_of(now).saturating_sub(LISTED_DAYS.days()))
        .series(1_i32.day())
        .take_while(|day| *day <= last.min(day_of(now)))
    {
        call_home::quiet(portal, tx, child, day, actor, now).await?;
    }
    Ok(())
}

/// A letter that was on its way when its notice was taken back: whoever got it is told as well. The notice is read here: what
/// was known of it before the letter's row was moved may be older than its taking back.
pub(super) async fn overtaken(
    portal: &Portal,
    tx: &Tx,
    notice: &str,
    channel: Channel,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let found = notice::Entity::find_by_id(notice).one(tx).await?;
    match found.filter(|told| [TAKEN_BACK, CORRECTED].contains(&told.state.as_str())) {
        Some(told) => correct(portal, tx, &told, &[channel], actor, now).await,
        None => Ok(()),
    }
}

async fn parts(tx: &Tx, absence: &absence::Model) -> Result<Vec<notice_absence::Model>> {
    let parts = notice_absence::Entity::find()
        .filter(notice_absence::Column::AbsenceId.eq(absence.id.clone()))
        .filter(notice_absence::Column::LeftAt.is_null());
    Ok(parts.all(tx).await?)
}

/// Puts the words that hold now into the message, where there is one.
async fn show(
    portal: &Portal,
    tx: &Tx,
    told: &notice::Model,
    absences: &[absence::Model],
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let inside = of_notice(tx, &told.id).await?.iter().any(|it| it.channel == Channel::Pim.word());
    if inside { message::put(portal, tx, told, absences, actor, now).await } else { Ok(()) }
}

/// Nothing of a notice stands any more.
async fn take_back(
    portal: &Portal,
    tx: &Tx,
    told: &notice::Model,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let mut waited = HashSet::new();
    for delivery in of_notice(tx, &told.id).await? {
        let reason = vec![(row::Column::Reason, Expr::value("corrected"))];
        if step(tx, &delivery.id, &state::PENDING, state::WITHDRAWN, reason, now).await? {
            waited.insert(delivery.id);
        }
    }
    let mut got = Vec::new();
    // What left before it could be held back is seen now.
    for delivery in of_notice(tx, &told.id).await? {
        // Given up does not mean that it never came: what was handed over once, or may have been, may have arrived.
        let tried_in_vain = matches!(delivery.reason.as_deref(), Some("deadline" | "given-up"));
        let in_doubt = delivery.begun_at.is_some() && (waited.contains(&delivery.id) || tried_in_vain);
        if delivery.sent_at.is_some() || in_doubt {
            got.push(channel_of(&delivery)?);
        }
    }
    if got.is_empty() {
        settle(tx, told, TAKEN_BACK, now).await?;
        let line = Line::new(Deed::WithheldNotice).of("notice", id_of(&told.id)?).because("corrected");
        return portal.trail(tx, actor, line.child(message::child_of(told)?), now).await;
    }
    correct(portal, tx, told, &got, actor, now).await
}

/// Until when a correction is tried that is due then: nobody is woken by one, so what is not there by night gets a morning.
fn deadline(due: Timestamp) -> Timestamp {
    let end = from_millis(due.as_millisecond() + TRIED_FOR);
    let leaves = rules::when_corrected(end);
    if leaves > end { from_millis(leaves.as_millisecond() + TRIED_IN_THE_MORNING) } else { end }
}

/// Tells by these channels that a notice was wrong.
async fn correct(
    portal: &Portal,
    tx: &Tx,
    told: &notice::Model,
    channels: &[Channel],
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    settle(tx, told, CORRECTED, now).await?;
    let due = rules::when_corrected(now);
    let deadline = deadline(due);
    let before = notice::Entity::find().filter(notice::Column::Corrects.eq(told.id.clone())).one(tx).await?;
    let correction = match before {
        Some(correction) => correction,
        None => {
            let new = New {
                account: &told.account_id,
                pupil: &told.pupil_id,
                day: &told.day,
                kind: kind::CORRECTION,
                corrects: Some(&told.id),
                deadline,
            };
            let made = telling::insert(tx, new, now).await?;
            let line = Line::new(Deed::QueuedNotice).of("notice", id_of(&made.id)?).because("correction");
            portal.trail(tx, actor, line.child(message::child_of(told)?), now).await?;
            made
        }
    };
    let by = |channel: &Channel| delivery::New {
        notice: &correction,
        channel: *channel,
        instead_of: None,
        due,
        deadline,
    };
    delivery::make(portal, tx, channels.iter().map(by).collect(), now).await?;
    if channels.contains(&Channel::Pim) {
        let wrong = message::ever_of(tx, &told.id).await?;
        message::put(portal, tx, &correction, &wrong, actor, now).await?;
    }
    failpoint::pass(portal.rules().failpoint.as_deref(), "correction.before-commit");
    Ok(())
}

async fn settle(tx: &Tx, told: &notice::Model, to: &str, now: Timestamp) -> Result<()> {
    notice::Entity::update_many()
        .col_expr(notice::Column::State, Expr::value(to))
        .col_expr(notice::Column::UpdatedAt, Expr::value(now.as_millisecond()))
        .filter(notice::Column::Id.eq(told.id.clone()))
        .exec(tx)
        .await?;
    Ok(())
}
