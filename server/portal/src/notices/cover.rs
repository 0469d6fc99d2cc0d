//! What excuses an absence: that it was reported, or that the school granted it.

use std::collections::HashSet;

use jiff::Timestamp;
use model::ReportState;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use store::entity::{absence, absence_report, child_link};

use super::STANDING;
use crate::{Result, absence as absences, clock::from_millis};

/// The times of a pupil that are excused and touch `absence`: by the register's word, unless a guardian took back what it
/// rests on, and by what guardians reported that the register does not show yet.
pub(super) async fn covers(
    on: &impl ConnectionTrait,
    absence: &absence::Model,
) -> Result<Vec<(Timestamp, Timestamp)>> {
    let shown = absence::Entity::find()
        .filter(absence::Column::PupilId.eq(absence.pupil_id.clone()))
        .filter(absence::Column::Resource.eq("absence"))
        .filter(absence::Column::State.eq(STANDING))
        .filter(absence::Column::StartAt.lte(absence.end_at))
        .filter(absence::Column::EndAt.gte(absence.start_at))
        .all(on)
        .await?;
    let reports = absence_report::Entity::find()
        .filter(absence_report::Column::PupilId.eq(absence.pupil_id.clone()))
        .filter(absence_report::Column::StartAt.lte(absence.end_at))
        .filter(absence_report::Column::EndAt.gte(absence.start_at))
        .all(on)
        .await?;
    let guardians: HashSet<String> = child_link::Entity::find()
        .filter(child_link::Column::PupilId.eq(absence.pupil_id.clone()))
        .filter(child_link::Column::Until.is_null())
        .all(on)
        .await?
        .into_iter()
        .map(|link| link.account_id)
        .collect();
    let stands = |report: &&absence_report::Model| {
        report.withdrawn_at.is_none()
            && report.state != ReportState::Withheld.word()
            && guardians.contains(&report.account_id)
    };
    let taken_back = absences::taken_back(on, &shown).await?;
    let shown = shown.iter().filter(|row| !taken_back.contains(&row.register_id));
    let shown = shown.map(|row| (row.start_at, row.end_at));
    let said = reports.iter().filter(stands).map(|report| (report.start_at, report.end_at));
    Ok(shown.chain(said).map(|(start, end)| (from_millis(start), from_millis(end))).collect())
}
