//! From one state of a report to the next, and what is left to the school.

use jiff::Timestamp;
use model::ReportState;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use store::{
    Tx,
    entity::{absence_report as row, account},
};

use super::send::id_of;
use crate::{
    Portal, Result,
    audit::Deed,
    cases, pupils,
    trail::{Actor, Line},
};

/// To this state, whatever it was in.
pub(super) async fn mark(tx: &Tx, row: &row::Model, state: ReportState, now: Timestamp) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(state.word()))
        .col_expr(row::Column::UpdatedAt, Expr::value(now.as_millisecond()))
        .filter(row::Column::Id.eq(row.id.clone()))
        .exec(tx)
        .await?;
    Ok(())
}

/// From this state to that, and from no other: it may have been taken back since it was read. Answers whether it was in
/// the first.
pub(super) async fn step(
    tx: &Tx,
    row: &row::Model,
    from: ReportState,
    to: ReportState,
    now: Timestamp,
) -> Result<bool> {
    let withdrawn = row::Column::WithdrawnAt;
    let fits = if from == ReportState::Recalling { withdrawn.is_not_null() } else { withdrawn.is_null() };
    let stepped = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(to.word()))
        .col_expr(row::Column::UpdatedAt, Expr::value(now.as_millisecond()))
        .filter(row::Column::Id.eq(row.id.clone()))
        .filter(row::Column::State.eq(from.word()))
        .filter(fits)
        .exec(tx)
        .await?;
    Ok(stepped.rows_affected > 0)
}

/// The register does not do it: from here on it is the school's. One that is no longer in the state `from` is nobody's
/// to do anything about. Answers whether it was.
pub(super) async fn leave(
    portal: &Portal,
    tx: &Tx,
    row: &row::Model,
    from: ReportState,
    case: &'static str,
    why: &'static str,
    now: Timestamp,
) -> Result<bool> {
    if !step(tx, row, from, ReportState::Left, now).await? {
        return Ok(false);
    }
    open_case(portal, tx, row, case, why, now).await?;
    Ok(true)
}

/// Tells the school of the child, as something that somebody has to do.
pub(super) async fn open_case(
    portal: &Portal,
    tx: &Tx,
    row: &row::Model,
    case: &'static str,
    why: &'static str,
    now: Timestamp,
) -> Result<()> {
    let child = pupils::child_id(&row.pupil_id)?;
    let line = Line::new(Deed::FailedAbsence).of("absence-report", id_of(row)?).child(child).because(why);
    portal.trail(tx, &Actor::house(), line, now).await?;
    let Some(account) = account::Entity::find_by_id(row.account_id.clone()).one(tx).await? else {
        return Ok(());
    };
    cases::open(portal, tx, case, &account.subject, child, &Actor::house(), now).await
}
