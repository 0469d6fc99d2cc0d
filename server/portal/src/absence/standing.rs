//! What is said of children beforehand and not over.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Time};
use model::{AbsenceKind, ChildCard, ChildId, Reason, ReportId, ReportState};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use store::entity::{absence, absence_report as row};

use super::{Own, send};
use crate::{
    Portal, Result,
    clock::{from_millis, stockholm},
};

/// An absence that is said beforehand and is not over.
#[derive(Clone, PartialEq, Eq)]
pub struct Reported {
    /// The child.
    pub child: ChildId,
    /// Given name.
    pub given: String,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// Whole days.
    pub whole: bool,
    /// Leave that the school granted.
    pub leave: bool,
    /// The guardian's own report; none where the school, or anybody else, said so.
    pub own: Option<OwnReport>,
}

/// What only the one who reported knows of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OwnReport {
    /// The report.
    pub id: ReportId,
    /// Why, while that is kept.
    pub reason: Option<Reason>,
    /// How far it has come.
    pub state: ReportState,
    /// When the register had it.
    pub sent: Option<Timestamp>,
    /// Whether it can still be changed and taken back.
    pub open: bool,
    /// Whether it was taken back.
    pub withdrawn: bool,
}

/// What is said of these children and not over: the guardian's own reports with all they know of them, and of everybody
/// else's that there is one.
pub(super) async fn standing(own: &Own, cards: &[ChildCard]) -> Result<Vec<Reported>> {
    let pupils: Vec<String> = cards.iter().map(|card| card.id.uuid().to_string()).collect();
    let (now, account) = (own.now.as_millisecond(), own.account.uuid().to_string());
    let reports = row::Entity::find()
        .filter(row::Column::PupilId.is_in(pupils.clone()))
        .filter(row::Column::EndAt.gt(now))
        .order_by_asc(row::Column::StartAt)
        .order_by_asc(row::Column::CreatedAt)
        .all(&own.tx)
        .await?;
    let told = absence::Entity::find()
        .filter(absence::Column::PupilId.is_in(pupils))
        .filter(absence::Column::EndAt.gt(now))
        .filter(absence::Column::State.eq("standing"))
        .filter(absence::Column::Resource.eq("absence"))
        .filter(
            Condition::any()
                .add(absence::Column::Kind.eq(AbsenceKind::Reported.word()))
                .add(absence::Column::Kind.eq(AbsenceKind::Leave.word())),
        )
        .all(&own.tx)
        .await?;
    let given = |pupil: &str| {
        let card = cards.iter().find(|card| card.id.uuid().to_string() == pupil);
        card.map(|card| (card.id, card.given.clone()))
    };
    let mut all = Vec::new();
    let mut said = BTreeSet::new();
    let (mine, others): (Vec<_>, Vec<_>) = reports.iter().partition(|report| report.account_id == account);
    for report in mine {
        if report.withdrawn_at.is_none() {
            said.insert((report.pupil_id.clone(), report.slot.clone()));
        }
        let Some((child, given)) = given(&report.pupil_id) else { continue };
        if let Some(known) = known_of(own, report)? {
            all.push(reported(child, given, report.start_at, report.end_at, false, Some(known)));
        }
    }
    for report in others.into_iter().filter(|report| report.withdrawn_at.is_none()) {
        if report.state == ReportState::Withheld.word()
            || !said.insert((report.pupil_id.clone(), report.slot.clone()))
        {
            continue;
        }
        let Some((child, given)) = given(&report.pupil_id) else { continue };
        all.push(reported(child, given, report.start_at, report.end_at, false, None));
    }
    // What came back from the register is what was sent there.
    let ours: BTreeSet<&str> = reports.iter().filter_map(|report| report.register_id.as_deref()).collect();
    for absence in told.iter().filter(|absence| !ours.contains(absence.register_id.as_str())) {
        let Some((child, given)) = given(&absence.pupil_id) else { continue };
        let leave = absence.kind == AbsenceKind::Leave.word();
        all.push(reported(child, given, absence.start_at, absence.end_at, leave, None));
    }
    all.sort_by(|a, b| (a.start, &a.given, a.end).cmp(&(b.start, &b.given, b.end)));
    Ok(all)
}

/// What its author knows of a report; none for what is over for them. What was taken back is shown until the register has
/// heard of it.
fn known_of(own: &Own, report: &row::Model) -> Result<Option<OwnReport>> {
    let state = ReportState::from_word(&report.state).unwrap_or(ReportState::Sending);
    let withdrawn = report.withdrawn_at.is_some();
    if state == ReportState::Withheld || (withdrawn && state == ReportState::Withdrawn) {
        return Ok(None);
    }
    Ok(Some(OwnReport {
        id: ReportId::from_uuid(send::id_of(report)?),
        reason: reason_of(&own.portal, report)?,
        state,
        sent: report.sent_at.map(from_millis),
        open: own.is_open(report),
        withdrawn,
    }))
}

fn reported(
    child: ChildId,
    given: String,
    start: i64,
    end: i64,
    leave: bool,
    own: Option<OwnReport>,
) -> Reported {
    let (start, end) = (from_millis(start), from_millis(end));
    Reported { child, given, start, end, whole: are_whole_days(start, end), leave, own }
}

/// From one midnight to another.
pub(super) fn are_whole_days(start: Timestamp, end: Timestamp) -> bool {
    let is_midnight = |time| stockholm().to_datetime(time).time() == Time::midnight();
    is_midnight(start) && is_midnight(end)
}

fn reason_of(portal: &Portal, report: &row::Model) -> Result<Option<Reason>> {
    let Some(sealed) = &report.reason else { return Ok(None) };
    Ok(Reason::from_word(&portal.unseal("absence_report", "reason", &report.id, sealed)?))
}
