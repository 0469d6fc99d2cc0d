//! Homes to call: children of whose absence nobody could be told in time.

use std::collections::{BTreeMap, HashSet};

use jiff::{Timestamp, civil::Date};
use model::{AbsenceKind, ChildId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, OnConflict},
};
use serde::Serialize;
use store::{
    Tx,
    entity::{absence, call_home as row, notice, notice_absence, unit},
};
use uuid::Uuid;

use super::{STANDING, cover, kind, rules};
use crate::{
    Portal, Result,
    audit::Deed,
    clock::from_millis,
    trail::{Actor, Line},
};

/// A child whose home a school should call. Holds no name: who may see the child finds it by its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallHome {
    /// The child.
    pub child: String,
    /// Skolenhetskod of the unit that should call.
    pub unit: Option<String>,
    /// The day of the absence, `YYYY-MM-DD`.
    pub day: String,
    /// `nobody` is to be told, everybody was `unreachable`, or it was `too-late`.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

/// Why a home is to be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// No guardian can be told by the house.
    Nobody,
    /// Every channel of a guardian failed.
    Unreachable,
    /// It came to the house when it was too late for letters.
    TooLate,
}

impl Why {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Unreachable => "unreachable",
            Self::TooLate => "too-late",
        }
    }
}

/// Puts a child on the list. One that is there already stays as it is.
#[expect(clippy::too_many_arguments, reason = "whose home, which day, who calls, why, and who says so when")]
pub(super) async fn list(
    portal: &Portal,
    tx: &Tx,
    child: ChildId,
    unit: Option<&str>,
    day: &str,
    why: Why,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let open = row::Entity::find()
        .filter(row::Column::PupilId.eq(child.uuid().to_string()))
        .filter(row::Column::Day.eq(day))
        .filter(row::Column::Until.is_null());
    if open.one(tx).await?.is_some() {
        return Ok(());
    }
    let id = Uuid::new_v4();
    let entry = row::ActiveModel {
        id: Set(id.to_string()),
        pupil_id: Set(child.uuid().to_string()),
        unit_id: Set(unit.map(str::to_owned)),
        day: Set(day.to_owned()),
        reason: Set(why.word().to_owned()),
        since: Set(now.as_millisecond()),
        until: Set(None),
        end_reason: Set(None),
    };
    // Whoever was quicker put the same child there.
    let put = row::Entity::insert(entry).on_conflict(OnConflict::new().do_nothing().to_owned());
    if put.exec_without_returning(tx).await? == 0 {
        return Ok(());
    }
    let line = Line::new(Deed::ListedCallHome).of("call-home", id).child(child).because(why.word());
    portal.trail(tx, actor, line, now).await
}

/// Takes a child off the list.
pub(super) async fn end(
    portal: &Portal,
    tx: &Tx,
    child: ChildId,
    day: &str,
    reason: &'static str,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let ended = row::Entity::update_many()
        .col_expr(row::Column::Until, Expr::value(now.as_millisecond()))
        .col_expr(row::Column::EndReason, Expr::value(reason))
        .filter(row::Column::PupilId.eq(child.uuid().to_string()))
        .filter(row::Column::Day.eq(day))
        .filter(row::Column::Until.is_null())
        .exec(tx)
        .await?;
    if ended.rows_affected == 0 {
        return Ok(());
    }
    portal.trail(tx, actor, Line::new(Deed::ListedCallHome).child(child).because(reason), now).await
}

/// Whether somebody said of everything unexcused of a child and day that it was received.
pub(super) async fn is_answered(tx: &Tx, child: ChildId, day: &str) -> Result<bool> {
    let unexcused = unexcused(tx, child, day).await?;
    let parts = notice_absence::Entity::find()
        .filter(notice_absence::Column::AbsenceId.is_in(unexcused.clone()))
        .filter(notice_absence::Column::LeftAt.is_null())
        .all(tx)
        .await?;
    let answered = notice::Entity::find()
        .filter(notice::Column::Id.is_in(parts.iter().map(|part| part.notice_id.clone())))
        .filter(notice::Column::Kind.eq(kind::ABSENCE))
        .filter(notice::Column::State.eq(STANDING))
        .filter(notice::Column::ConfirmedAt.is_not_null())
        .all(tx)
        .await?;
    let answered: HashSet<String> = answered.into_iter().map(|notice| notice.id).collect();
    Ok(unexcused.iter().all(|absence| {
        parts.iter().any(|part| part.absence_id == *absence && answered.contains(&part.notice_id))
    }))
}

/// A home need not be called any more where nothing unexcused is left of the day.
pub(super) async fn quiet(
    portal: &Portal,
    tx: &Tx,
    child: ChildId,
    day: Date,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let day = day.to_string();
    if !unexcused(tx, child, &day).await?.is_empty() {
        return Ok(());
    }
    end(portal, tx, child, &day, "corrected", actor, now).await
}

/// What stands of a child and day that nobody excused.
async fn unexcused(tx: &Tx, child: ChildId, day: &str) -> Result<HashSet<String>> {
    let day: Date = day.parse().map_err(|_| anyhow::anyhow!("a day cannot be read"))?;
    let (begins, ends) = rules::bounds(day);
    let rows = absence::Entity::find()
        .filter(absence::Column::PupilId.eq(child.uuid().to_string()))
        .filter(absence::Column::Kind.eq(AbsenceKind::Unexcused.word()))
        .filter(absence::Column::State.eq(STANDING))
        .filter(absence::Column::StartAt.gte(begins.as_millisecond()))
        .filter(absence::Column::StartAt.lt(ends.as_millisecond()))
        .all(tx)
        .await?;
    cover::unexcused(tx, &rows).await
}

impl Portal {
    /// The homes to call, the oldest first.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn call_home(&self) -> Result<Vec<CallHome>> {
        let on = self.store().reader();
        let rows = row::Entity::find()
            .filter(row::Column::Until.is_null())
            .order_by_asc(row::Column::Since)
            .order_by_asc(row::Column::Id)
            .all(on)
            .await?;
        let units = unit::Entity::find().all(on).await?;
        let codes: BTreeMap<String, Option<String>> =
            units.into_iter().map(|unit| (unit.id, unit.code)).collect();
        let entries = rows.into_iter().map(|row| CallHome {
            unit: row.unit_id.and_then(|id| codes.get(&id).cloned().flatten()),
            child: row.pupil_id,
            day: row.day,
            reason: row.reason,
            since: from_millis(row.since),
        });
        Ok(entries.collect())
    }
}
