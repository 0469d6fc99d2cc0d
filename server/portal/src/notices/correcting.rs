//! What was told and is wrong: whoever got it, by whatever way, is told so the same way. Where nothing had left, nothing
//! leaves.

use jiff::Timestamp;
use model::{AbsenceKind, Channel};
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
    trail::{Actor, Line},
};

/// How long a correction is tried.
const TRIED_FOR: i64 = 12 * 60 * 60 * 1000;

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
    if absence.kind == AbsenceKind::Unexcused.word() || absence.resource == "attendance" {
        quiet(portal, tx, absence, actor, now).await?;
    }
    Ok(())
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
    Ok(())
}

/// A letter that was on its way when its notice was taken back: whoever got it is told as well.
pub(super) async fn overtaken(
    portal: &Portal,
    tx: &Tx,
    told: &notice::Model,
    channel: Channel,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    if ![TAKEN_BACK, CORRECTED].contains(&told.state.as_str()) {
        return Ok(());
    }
    correct(portal, tx, told, &[channel], actor, now).await
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
    let mut got = Vec::new();
    for delivery in of_notice(tx, &told.id).await? {
        let reason = vec![(row::Column::Reason, Expr::value("corrected"))];
        let waited = step(tx, &delivery.id, &state::PENDING, state::WITHDRAWN, reason, now).await?;
        // Given up does not mean that it never came: what was handed over once may have arrived.
        if !waited && delivery.sent_at.is_some() {
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
    let deadline = from_millis(due.as_millisecond() + TRIED_FOR);
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
    for channel in channels {
        let new = delivery::New { notice: &correction, channel: *channel, instead_of: None, due, deadline };
        delivery::make(portal, tx, new, now).await?;
        if *channel == Channel::Pim {
            let wrong = once_told(tx, told).await?;
            message::put(portal, tx, &correction, &wrong, actor, now).await?;
        }
    }
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

/// Everything a notice ever told of.
async fn once_told(tx: &Tx, told: &notice::Model) -> Result<Vec<absence::Model>> {
    let parts = notice_absence::Entity::find()
        .filter(notice_absence::Column::NoticeId.eq(told.id.clone()))
        .all(tx)
        .await?;
    let ids = parts.into_iter().map(|part| part.absence_id);
    Ok(absence::Entity::find().filter(absence::Column::Id.is_in(ids)).all(tx).await?)
}

/// A home need not be called any more where nothing unexcused is left of the day.
async fn quiet(
    portal: &Portal,
    tx: &Tx,
    absence: &absence::Model,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let day = day_of(from_millis(absence.start_at));
    let (begins, ends) = rules::bounds(day);
    let left = absence::Entity::find()
        .filter(absence::Column::PupilId.eq(absence.pupil_id.clone()))
        .filter(absence::Column::Kind.eq(AbsenceKind::Unexcused.word()))
        .filter(absence::Column::State.eq(STANDING))
        .filter(absence::Column::StartAt.gte(begins.as_millisecond()))
        .filter(absence::Column::StartAt.lt(ends.as_millisecond()))
        .one(tx)
        .await?;
    if left.is_some() {
        return Ok(());
    }
    let child = crate::pupils::child_id(&absence.pupil_id)?;
    call_home::end(portal, tx, child, &day.to_string(), "corrected", actor, now).await
}
