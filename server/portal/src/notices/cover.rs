//! What excuses an absence: that it was reported, or that the school granted it.

use std::collections::HashSet;

use jiff::Timestamp;
use model::ReportState;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use store::entity::{absence, absence_report, child_link};

use super::{STANDING, message, rules::Away};
use crate::{Result, absence as absences, clock::from_millis};

/// Those of a pupil's `absences` that nobody excused, by their ids.
pub(super) async fn unexcused(
    on: &impl ConnectionTrait,
    absences: &[absence::Model],
) -> Result<HashSet<String>> {
    let mut left: Vec<Away> = absences.iter().map(message::away).filter(|away| away.unexcused).collect();
    if let Some(pupil) = absences.first().filter(|_| !left.is_empty()) {
        let covers = covers(on, &pupil.pupil_id, &left).await?;
        left.retain(|away| !away.is_covered(&covers));
    }
    Ok(left.into_iter().map(|away| away.id).collect())
}

/// The times of a pupil that are excused and may hold one of these: by the register's word, unless a guardian took back
/// what it rests on, and by what guardians reported that the register does not show yet.
async fn covers(
    on: &impl ConnectionTrait,
    pupil: &str,
    away: &[Away],
) -> Result<Vec<(Timestamp, Timestamp)>> {
    let first = away.iter().map(|away| away.from.as_millisecond()).min().unwrap_or_default();
    let last = away.iter().map(|away| away.to.as_millisecond()).max().unwrap_or_default();
    let shown = absence::Entity::find()
        .filter(absence::Column::PupilId.eq(pupil))
        .filter(absence::Column::Resource.eq("absence"))
        .filter(absence::Column::State.eq(STANDING))
        .filter(absence::Column::StartAt.lte(last))
        .filter(absence::Column::EndAt.gte(first))
        .all(on)
        .await?;
    let taken_back = absences::taken_back(on, &shown).await?;
    let shown = shown.iter().filter(|row| !taken_back.contains(&row.register_id));
    let shown = shown.map(|row| (row.start_at, row.end_at));
    let said = said(on, pupil, first, last).await?;
    Ok(shown.chain(said).map(|(start, end)| (from_millis(start), from_millis(end))).collect())
}

/// What those who are linked to the pupil now reported, and what stands of that. No register is asked here: what was said
/// by somebody who speaks for the child no more was taken back when that was known, and each of them is asked about right
/// before an absence is told ([`crate::links::may_hear`]).
async fn said(on: &impl ConnectionTrait, pupil: &str, first: i64, last: i64) -> Result<Vec<(i64, i64)>> {
    let reports = absence_report::Entity::find()
        .filter(absence_report::Column::PupilId.eq(pupil))
        .filter(absence_report::Column::StartAt.lte(last))
        .filter(absence_report::Column::EndAt.gte(first))
        .filter(absence_report::Column::WithdrawnAt.is_null())
        .filter(absence_report::Column::State.ne(ReportState::Withheld.word()))
        .all(on)
        .await?;
    if reports.is_empty() {
        return Ok(Vec::new());
    }
    let links = child_link::Entity::find()
        .filter(child_link::Column::PupilId.eq(pupil))
        .filter(child_link::Column::Until.is_null())
        .all(on)
        .await?;
    let guardians: HashSet<String> = links.into_iter().map(|link| link.account_id).collect();
    let theirs = reports.into_iter().filter(|report| guardians.contains(&report.account_id));
    Ok(theirs.map(|report| (report.start_at, report.end_at)).collect())
}
