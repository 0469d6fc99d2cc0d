//! Frånvarohistorik, and whether a child is away today.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use model::{AbsenceKind, AbsentToday, ChildId, Entry, History, Period, ReportState, Span, What};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use store::entity::{absence as row, absence_report};

use super::{Own, ReportChild, Strange, standing::are_whole_days};
use crate::{
    Guardian, Result,
    audit::Deed,
    clock::{day_of, from_millis, stockholm},
    pupils,
    trail::Line,
};

impl Guardian<'_> {
    /// A child's absence over a period, the latest first, and the guardian's children to choose from. Without a child
    /// named it is that of the first one; none where there is no child. Written in the audit log before it is shown.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) for a child who is not theirs; as [`Guardian::children`].
    pub async fn absence_history(
        &self,
        child: Option<ChildId>,
        period: Period,
    ) -> Result<(Vec<ReportChild>, Option<History>)> {
        self.among_own(move |own| async move {
            let cards = pupils::cards(&own.portal, &own.tx, &own.children, day_of(own.now)).await?;
            let chosen = match child {
                None => cards.first(),
                Some(child) => match cards.iter().find(|card| card.id == child) {
                    Some(card) => Some(card),
                    None => return Ok(Err(own.strange(Strange::Child(child)).await?)),
                },
            };
            let history = match chosen {
                None => None,
                Some(card) => {
                    own.line(Line::new(Deed::SawAbsences).child(card.id)).await?;
                    let span = period.span(day_of(own.now));
                    let entries = entries(&own, card.id, span).await?;
                    let (given, family) = (card.given.clone(), card.family.clone());
                    Some(History { child: card.id, given, family, span, entries })
                }
            };
            let children = cards.into_iter().map(|card| ReportChild { id: card.id, given: card.given });
            Ok(Ok((children.collect(), history)))
        })
        .await?
    }
}

/// The first moment of a day.
fn midnight(day: Date) -> Timestamp {
    stockholm().to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What stands between two moments, without what a guardian took back here and the register could not.
async fn standing(
    on: &impl ConnectionTrait,
    children: &[ChildId],
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<row::Model>> {
    let pupils = children.iter().map(|child| child.uuid().to_string());
    let rows = row::Entity::find()
        .filter(row::Column::PupilId.is_in(pupils))
        .filter(row::Column::State.eq("standing"))
        .filter(row::Column::Kind.ne(AbsenceKind::Present.word()))
        .filter(row::Column::StartAt.lt(to.as_millisecond()))
        .filter(row::Column::EndAt.gt(from.as_millisecond()))
        .order_by_desc(row::Column::StartAt)
        .all(on)
        .await?;
    let taken_back = taken_back(on, &rows).await?;
    Ok(rows.into_iter().filter(|row| !taken_back.contains(&row.register_id)).collect())
}

/// Which of these the guardians who reported them took back, or the house for them, all of them: a register that takes
/// nothing back shows them until a person does. By the register's ids.
pub(crate) async fn taken_back(on: &impl ConnectionTrait, rows: &[row::Model]) -> Result<BTreeSet<String>> {
    if rows.is_empty() {
        return Ok(BTreeSet::new());
    }
    let reports = absence_report::Entity::find()
        .filter(absence_report::Column::RegisterId.is_in(rows.iter().map(|row| row.register_id.clone())))
        .all(on)
        .await?;
    let known: BTreeSet<String> = reports.iter().filter_map(|report| report.register_id.clone()).collect();
    let others: Vec<&row::Model> = rows.iter().filter(|row| !known.contains(&row.register_id)).collect();
    let mut back = left_by_a_try(on, others).await?;
    let (stand, taken): (Vec<_>, Vec<_>) =
        reports.into_iter().partition(|report| report.withdrawn_at.is_none());
    back.extend(taken.into_iter().filter_map(|report| report.register_id));
    for id in stand.into_iter().filter_map(|report| report.register_id) {
        back.remove(&id);
    }
    Ok(back)
}

/// Those of these absences that, as it seems, a try without an answer left of a report that was taken back since: of
/// just its times, and heard of after it was made. Once the register was asked, its id stands with the report.
async fn left_by_a_try(on: &impl ConnectionTrait, mut rows: Vec<&row::Model>) -> Result<BTreeSet<String>> {
    rows.retain(|row| row.resource == "absence" && row.kind == AbsenceKind::Reported.word());
    if rows.is_empty() {
        return Ok(BTreeSet::new());
    }
    let pupils: BTreeSet<&str> = rows.iter().map(|row| row.pupil_id.as_str()).collect();
    let open =
        absence_report::Entity::find()
            .filter(absence_report::Column::PupilId.is_in(pupils))
            .filter(absence_report::Column::RegisterId.is_null())
            .filter(absence_report::Column::State.is_in(
                [ReportState::Sending, ReportState::Recalling, ReportState::Left].map(ReportState::word),
            ))
            .all(on)
            .await?;
    let is_left = |row: &row::Model| {
        let same = open.iter().filter(|report| {
            report.pupil_id == row.pupil_id
                && (report.start_at, report.end_at) == (row.start_at, row.end_at)
                && report.created_at <= row.seen_at
        });
        let (taken, stand): (Vec<_>, Vec<_>) = same.partition(|report| report.withdrawn_at.is_some());
        // Another guardian who still says the same may have sent it as well.
        !taken.is_empty() && stand.is_empty()
    };
    Ok(rows.into_iter().filter(|row| is_left(row)).map(|row| row.register_id.clone()).collect())
}

async fn entries(own: &Own, child: ChildId, span: Span) -> Result<Vec<Entry>> {
    let after = span.to.tomorrow().unwrap_or(Date::MAX);
    let rows = standing(&own.tx, &[child], midnight(span.from), midnight(after)).await?;
    Ok(rows.iter().filter_map(entry_of).collect())
}

/// A row as an absence; none where a newer binary wrote a word this one does not know.
fn entry_of(row: &row::Model) -> Option<Entry> {
    let kind = AbsenceKind::from_word(&row.kind)?;
    let (start, end) = (from_millis(row.start_at), from_millis(row.end_at));
    let what = match row.resource.as_str() {
        "attendance" => What::Lesson(row.lesson.clone()),
        "event" => What::Care,
        _ => What::Reported,
    };
    // What ends at midnight ends the day before.
    let last = from_millis(row.end_at.saturating_sub(1).max(row.start_at));
    Some(Entry {
        kind,
        what,
        first: day_of(start),
        last: day_of(last),
        start,
        end,
        whole: are_whole_days(start, end),
        valid_minutes: row.valid_minutes,
        invalid_minutes: row.invalid_minutes,
    })
}

/// Which of these children are away today, as far as anybody has said: the register, or a guardian a moment ago.
pub(crate) async fn today(
    on: &impl ConnectionTrait,
    children: &[ChildId],
    now: Timestamp,
) -> Result<BTreeMap<ChildId, AbsentToday>> {
    let today = day_of(now);
    let (from, to) = (midnight(today), midnight(today.tomorrow().unwrap_or(Date::MAX)));
    let mut away: BTreeMap<ChildId, AbsentToday> = BTreeMap::new();
    let mut note = |pupil: &str, what: AbsentToday| -> Result<()> {
        let known = away.entry(pupils::child_id(pupil)?).or_insert(what);
        *known = (*known).max(what);
        Ok(())
    };
    for row in standing(on, children, from, to).await? {
        let unexcused = row.kind == AbsenceKind::Unexcused.word() || row.invalid_minutes > 0;
        note(&row.pupil_id, if unexcused { AbsentToday::Unexcused } else { AbsentToday::Reported })?;
    }
    let pupils: Vec<String> = children.iter().map(|child| child.uuid().to_string()).collect();
    let reports = absence_report::Entity::find()
        .filter(absence_report::Column::PupilId.is_in(pupils))
        .filter(absence_report::Column::WithdrawnAt.is_null())
        .filter(absence_report::Column::State.ne(ReportState::Withheld.word()))
        .filter(absence_report::Column::StartAt.lt(to.as_millisecond()))
        .filter(absence_report::Column::EndAt.gt(from.as_millisecond()))
        .all(on)
        .await?;
    for report in reports {
        note(&report.pupil_id, AbsentToday::Reported)?;
    }
    Ok(away)
}
