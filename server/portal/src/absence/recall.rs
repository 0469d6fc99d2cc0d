//! A report on its way back out of the pupil register.

use jiff::Timestamp;
use jobs::{Job, Setback};
use model::ReportState;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use ss12000::Recall;
use store::{Tx, entity::absence_report as row};
use uuid::Uuid;

use super::send::{
    Refused, TRIES, give_up, id_of, is_anothers, is_too_late, mark, report_of, standing_beside,
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
            Ok(Recall::Gone) => recalled(portal, &row).await.map_err(later),
            Ok(Recall::Kept) => {
                give_up(portal, &row, cases::ABSENCE_NOT_RECALLED, "not-offered").await.map_err(later)
            }
            Err(Refused::Never(why)) => {
                give_up(portal, &row, cases::ABSENCE_NOT_RECALLED, why).await.map_err(later)
            }
            Err(Refused::Later(why) | Refused::Away(why)) if is_too_late(portal, &row) => {
                give_up(portal, &row, cases::ABSENCE_NOT_RECALLED, why).await.map_err(later)
            }
            Err(Refused::Later(why)) => Err(Setback::Later(why)),
            Err(Refused::Away(why)) => Err(Setback::Away(why)),
        }
    }
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
async fn recall(portal: &Portal, row: &row::Model) -> Result<Recall, Refused> {
    let register = &portal.0.parts.pupils;
    let report = report_of(portal.store().reader(), row).await?;
    let known = row.register_id.as_deref().and_then(|id| id.parse::<Uuid>().ok());
    let there = match known {
        Some(id) => vec![id],
        None => register.find_report(&report, Some(from_millis(row.created_at))).await?,
    };
    let mut outcome = Recall::Gone;
    for id in there {
        if known.is_none() && is_anothers(portal, row, id).await? {
            continue;
        }
        if register.recall_absence(id, &report).await? == Recall::Kept {
            outcome = Recall::Kept;
        }
    }
    Ok(outcome)
}

async fn recalled(portal: &Portal, row: &row::Model) -> Result<()> {
    let (house, row) = (portal.clone(), row.clone());
    portal
        .change(move |tx| async move {
            let now = house.clock().now();
            mark(&tx, &row, ReportState::Withdrawn, now).await?;
            let line = Line::new(Deed::RecalledAbsence)
                .of("absence-report", id_of(&row)?)
                .child(pupils::child_id(&row.pupil_id)?);
            house.trail(&tx, &Actor::house(), line, now).await
        })
        .await
}
