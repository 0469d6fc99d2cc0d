//! A report on its way back out of the pupil register.

use jiff::Timestamp;
use jobs::{Job, Setback};
use model::ReportState;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde::{Deserialize, Serialize};
use ss12000::Recall;
use store::{Tx, entity::absence_report as row};
use uuid::Uuid;

use super::{
    send::{Refused, TRIES, id_of, is_anothers, is_too_late, report_of, standing_beside},
    steps::{leave, mark},
};
use crate::{
    Portal, Result,
    audit::Deed,
    cases,
    clock::from_millis,
    pupils,
    tasks::{REGISTER, enqueue, later},
    trail::{Actor, Line},
};

/// Takes a report back out of it.
#[derive(Serialize, Deserialize)]
pub(crate) struct RecallReport {
    report: Uuid,
}

pub(super) async fn queue(tx: &Tx, report: Uuid, now: Timestamp) -> Result<()> {
    enqueue(tx, &RecallReport { report }, now).await
}

impl Job for RecallReport {
    const NAME: &'static str = "absence.recall-report";
    const PRIORITY: i64 = 5;
    const MAX_TRIES: u32 = TRIES;
    const LINES: &'static [&'static str] = &[REGISTER];
    type House = Portal;

    async fn run(&self, portal: &Portal) -> Result<(), Setback> {
        let Some(row) = to_recall(portal, self.report).await.map_err(later)? else { return Ok(()) };
        match recall(portal, &row).await {
            Ok(Found { id, outcome: Recall::Gone }) => recalled(portal, &row, id).await.map_err(later),
            Ok(Found { id, outcome: Recall::Kept }) => {
                kept(portal, &row, id, "not-offered").await.map_err(later)
            }
            Err(Refused::Never(why)) => kept(portal, &row, None, why).await.map_err(later),
            Err(Refused::Later(why) | Refused::Away(why)) if is_too_late(portal, &row) => {
                kept(portal, &row, None, why).await.map_err(later)
            }
            Err(Refused::Later(why)) => Err(Setback::Later(why)),
            Err(Refused::Away(why)) => Err(Setback::Away(why)),
        }
    }
}

/// What the register had of a report, and what became of it.
struct Found {
    /// The register's id; of several, of one that is still there.
    id: Option<Uuid>,
    outcome: Recall,
}

/// The report, if it is still to be recalled and nobody else's stands for the same absence.
async fn to_recall(portal: &Portal, id: Uuid) -> Result<Option<row::Model>> {
    let house = portal.clone();
    portal
        .change(move |tx| async move {
            let found = row::Entity::find_by_id(id.to_string()).one(&tx).await?;
            let Some(row) = found.filter(|row| row.state == ReportState::Recalling.word()) else {
                return Ok(None);
            };
            if standing_beside(&tx, &row).await?.is_empty() {
                return Ok(Some(row));
            }
            mark(&tx, &row, ReportState::Withdrawn, house.clock().now()).await?;
            Ok(None)
        })
        .await
}

/// Takes it out of the register: the absence it is known to be, or those an unanswered try may have left.
async fn recall(portal: &Portal, row: &row::Model) -> Result<Found, Refused> {
    let register = &portal.0.parts.pupils;
    let report = report_of(portal.store().reader(), row).await?;
    let known = row.register_id.as_deref().and_then(|id| id.parse::<Uuid>().ok());
    let there = match known {
        Some(id) => vec![id],
        None => register.find_report(&report, Some(from_millis(row.created_at))).await?,
    };
    let mut found = Found { id: None, outcome: Recall::Gone };
    for id in there {
        if known.is_none() && is_anothers(portal, row, id).await? {
            continue;
        }
        match register.recall_absence(id, &report).await? {
            Recall::Kept => found = Found { id: Some(id), outcome: Recall::Kept },
            Recall::Gone => found.id = found.id.or(Some(id)),
        }
    }
    Ok(found)
}

async fn recalled(portal: &Portal, row: &row::Model, id: Option<Uuid>) -> Result<()> {
    let (house, row) = (portal.clone(), row.clone());
    portal
        .change(move |tx| async move {
            let now = house.clock().now();
            name(&tx, &row, id).await?;
            mark(&tx, &row, ReportState::Withdrawn, now).await?;
            let line = Line::new(Deed::RecalledAbsence)
                .of("absence-report", id_of(&row)?)
                .child(pupils::child_id(&row.pupil_id)?);
            house.trail(&tx, &Actor::house(), line, now).await
        })
        .await
}

/// The register keeps it: a person has to take it out.
async fn kept(portal: &Portal, row: &row::Model, id: Option<Uuid>, why: &'static str) -> Result<()> {
    let (house, row) = (portal.clone(), row.clone());
    portal
        .change(move |tx| async move {
            let now = house.clock().now();
            name(&tx, &row, id).await?;
            let from = ReportState::Recalling;
            leave(&house, &tx, &row, from, cases::ABSENCE_NOT_RECALLED, why, now).await.map(drop)
        })
        .await
}

/// Writes down which absence a try left that had no answer: by that it is known that it excuses nothing.
async fn name(tx: &Tx, row: &row::Model, id: Option<Uuid>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    row::Entity::update_many()
        .col_expr(row::Column::RegisterId, Expr::value(Some(id.to_string())))
        .filter(row::Column::Id.eq(row.id.clone()))
        .filter(row::Column::RegisterId.is_null())
        .exec(tx)
        .await?;
    Ok(())
}
