//! A report that is taken back: by whoever made it, or by the house once they speak for the child no more.
//!
//! Invariant: what was taken back excuses nothing from that moment on, whatever the register still has of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::{ChildId, ReportState};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use store::{
    Tx,
    entity::{absence_report as row, account, child_link},
};

use super::{
    recall,
    send::{id_of, pass_on, standing_beside},
    steps::{mark, open_case},
};
use crate::{
    Portal, Result,
    audit::Deed,
    cases, notices, pupils,
    trail::{Actor, Line},
};

/// Takes a report back here. What the register may have of it is taken back by a job, unless another guardian's
/// report stands for the same absence; one that it cannot have is `otherwise` at once. Answers whether it stood.
pub(super) async fn take_back(
    tx: &Tx,
    report: &row::Model,
    otherwise: ReportState,
    now: Timestamp,
) -> Result<bool> {
    let taken = row::Entity::update_many()
        .col_expr(row::Column::WithdrawnAt, Expr::value(now.as_millisecond()))
        .filter(row::Column::Id.eq(report.id.clone()))
        .filter(row::Column::WithdrawnAt.is_null())
        .exec(tx)
        .await?;
    if taken.rows_affected == 0 {
        return Ok(false);
    }
    // As it is by now: a try may have begun since it was read.
    let Some(report) = row::Entity::find_by_id(report.id.clone()).one(tx).await? else { return Ok(false) };
    let may_be_there = report.register_id.is_some() || report.tried_at.is_some();
    // Also where another guardian's report stands for the same absence: whoever takes theirs back must not see that
    // by a shorter way.
    mark(tx, &report, if may_be_there { ReportState::Recalling } else { otherwise }, now).await?;
    if report.state == ReportState::Left.word() {
        forget_to_enter(tx, &report, now).await?;
    }
    if may_be_there {
        recall::queue(tx, id_of(&report)?, now).await?;
    }
    pass_on(tx, &standing_beside(tx, &report).await?, now).await?;
    Ok(true)
}

/// The school was to enter it by hand, and is not any more.
async fn forget_to_enter(tx: &Tx, report: &row::Model, now: Timestamp) -> Result<()> {
    let found = account::Entity::find_by_id(report.account_id.clone()).one(tx).await?;
    let Some(account) = found else { return Ok(()) };
    let child = pupils::child_id(&report.pupil_id)?;
    cases::close(tx, cases::ABSENCE_NOT_TAKEN, &account.subject, child, now).await
}

/// Takes back what an account said of these pupils, or of all where none are named, as far as it is not over:
/// its holder speaks for them no more, for the reason `why`.
pub(crate) async fn unsay(
    portal: &Portal,
    tx: &Tx,
    account: &str,
    of: Option<&BTreeSet<ChildId>>,
    why: &'static str,
    now: Timestamp,
) -> Result<()> {
    for report in said(tx, account, of, now).await? {
        unsay_one(portal, tx, &report, why, now).await?;
    }
    Ok(())
}

/// Whether there is anything that [`unsay`] would take back.
pub(crate) async fn has_said(
    on: &impl ConnectionTrait,
    account: &str,
    of: Option<&BTreeSet<ChildId>>,
    now: Timestamp,
) -> Result<bool> {
    Ok(!said(on, account, of, now).await?.is_empty())
}

/// The accounts that said something of a pupil which is not over, and are linked to it no more.
pub(crate) async fn who_said(
    on: &impl ConnectionTrait,
    child: ChildId,
    now: Timestamp,
) -> Result<BTreeSet<String>> {
    let reports = row::Entity::find()
        .filter(row::Column::PupilId.eq(child.uuid().to_string()))
        .filter(row::Column::WithdrawnAt.is_null())
        .filter(row::Column::EndAt.gt(now.as_millisecond()))
        .all(on)
        .await?;
    let mut accounts: BTreeSet<String> = reports.into_iter().map(|report| report.account_id).collect();
    if !accounts.is_empty() {
        let links = child_link::Entity::find()
            .filter(child_link::Column::PupilId.eq(child.uuid().to_string()))
            .filter(child_link::Column::Until.is_null())
            .all(on)
            .await?;
        links.iter().for_each(|link| {
            accounts.remove(&link.account_id);
        });
    }
    Ok(accounts)
}

async fn said(
    on: &impl ConnectionTrait,
    account: &str,
    of: Option<&BTreeSet<ChildId>>,
    now: Timestamp,
) -> Result<Vec<row::Model>> {
    let mut said = row::Entity::find()
        .filter(row::Column::AccountId.eq(account))
        .filter(row::Column::WithdrawnAt.is_null())
        .filter(row::Column::EndAt.gt(now.as_millisecond()))
        .order_by_asc(row::Column::CreatedAt)
        .order_by_asc(row::Column::Id);
    if let Some(pupils) = of {
        said = said.filter(row::Column::PupilId.is_in(pupils.iter().map(|pupil| pupil.uuid().to_string())));
    }
    Ok(said.all(on).await?)
}

/// Takes one report back in the house's own name. One that the register is not known to have is a case for the
/// school: who said that the child would be away was no guardian any more.
pub(super) async fn unsay_one(
    portal: &Portal,
    tx: &Tx,
    report: &row::Model,
    why: &'static str,
    now: Timestamp,
) -> Result<()> {
    if !take_back(tx, report, ReportState::Withheld, now).await? {
        return Ok(());
    }
    let child = pupils::child_id(&report.pupil_id)?;
    let line =
        Line::new(Deed::WithdrewAbsence).of("absence-report", id_of(report)?).child(child).because(why);
    portal.trail(tx, &Actor::house(), line, now).await?;
    if report.state != ReportState::Sent.word() {
        open_case(portal, tx, report, cases::ABSENCE_WITHHELD, why, now).await?;
    }
    notices::tell_after_all(tx, child, (report.start_at, report.end_at), now).await
}
