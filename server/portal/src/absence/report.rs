//! Anmäl frånvaro: a guardian says that children will be away, changes that, or takes it back before it begins.

use std::collections::BTreeSet;

use anyhow::anyhow;
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
};
use model::{
    AbsenceKind, ChildCard, ChildId, Reason, Refusal, Report, ReportForm, ReportId, ReportState, Shown,
    TimeOfDay, When, Wrong, Wrongs,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, OnConflict},
};
use store::entity::{absence, absence_report as row};
use uuid::Uuid;

use super::{Own, Strange, send};
use crate::{
    Error, Guardian, Portal, Result,
    audit::Deed,
    clock::{from_millis, stockholm},
    limits::Limit,
    pupils,
    trail::Line,
};

/// The name a refused form is set aside under.
const ASIDE: &str = "absence-report";

/// A child whose absence can be reported.
#[derive(Clone, PartialEq, Eq)]
pub struct ReportChild {
    /// The child.
    pub id: ChildId,
    /// Given name.
    pub given: String,
}

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

/// What the report's page shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Reports {
    /// The children, by name.
    pub children: Vec<ReportChild>,
    /// What is said of them and not over, by time.
    pub standing: Vec<Reported>,
    /// A form that was refused.
    pub refused: Option<Shown<ReportForm>>,
}

/// Why a report was not kept, to be committed with what was counted.
enum No {
    Wrongs(Wrongs),
    Error(Error),
}

impl Portal {
    fn reports_by_account(&self) -> Limit {
        Limit {
            name: "absence-reports-by-account",
            most: self.rules().limits.absence_reports_per_hour,
            per: std::time::Duration::from_secs(3_600),
        }
    }
}

impl Guardian<'_> {
    /// What can be reported, and what stands. Every child that is shown is in the audit log before it is.
    ///
    /// # Errors
    /// As [`Guardian::children`].
    pub async fn absence_reports(&self) -> Result<Reports> {
        let (children, standing) = self
            .among_own(|own| async move {
                let cards = own.cards(Deed::SawAbsences).await?;
                let standing = standing(&own, &cards).await?;
                let children = cards.into_iter().map(|card| ReportChild { id: card.id, given: card.given });
                Ok((children.collect(), standing))
            })
            .await?;
        Ok(Reports { children, standing, refused: self.visit.aside(ASIDE).await? })
    }

    /// Reports absence. Reported twice, by a second tap or another tab, it stands once.
    ///
    /// # Errors
    /// Refused: [`Refusal::Form`], set aside. [`Error::NotFound`] for a child who is not theirs, [`Error::TooMany`].
    pub async fn report_absence(&self, form: &ReportForm) -> Result<()> {
        self.keep_report(form, None).await
    }

    /// Says something else in an earlier report's place.
    ///
    /// # Errors
    /// As [`Guardian::report_absence`]; refused with [`Refusal::AlreadyBegun`]. [`Error::NotFound`] for a report that is
    /// not theirs.
    pub async fn change_report(&self, report: ReportId, form: &ReportForm) -> Result<()> {
        self.keep_report(form, Some(report)).await
    }

    /// Takes a report back. Taken back already, it stays so.
    ///
    /// # Errors
    /// Refused: [`Refusal::AlreadyBegun`]. [`Error::NotFound`] for a report that is not theirs, [`Error::TooMany`].
    pub async fn withdraw_report(&self, report: ReportId) -> Result<()> {
        self.among_own(move |own| async move {
            if let Err(error) = own.count().await? {
                return Ok(Err(error));
            }
            let found = match own.report(report).await? {
                Ok(found) => found,
                Err(error) => return Ok(Err(error)),
            };
            if found.withdrawn_at.is_some() {
                return Ok(Ok(()));
            }
            if !own.is_open(&found) {
                return Ok(Err(Refusal::AlreadyBegun.into()));
            }
            withdraw(&own, &found).await.map(Ok)
        })
        .await?
    }

    async fn keep_report(&self, form: &ReportForm, instead_of: Option<ReportId>) -> Result<()> {
        let now = stockholm().to_datetime(self.visit.0.now);
        let report = match form.check(now) {
            Ok(report) => report,
            Err(wrongs) => return self.set_report_aside(form, wrongs).await,
        };
        let kept = self.among_own(move |own| async move { keep(&own, &report, instead_of).await }).await?;
        match kept {
            Ok(()) => self.visit.forget_aside(ASIDE).await,
            Err(No::Wrongs(wrongs)) => self.set_report_aside(form, wrongs).await,
            Err(No::Error(error)) => Err(error),
        }
    }

    async fn set_report_aside(&self, form: &ReportForm, wrongs: Wrongs) -> Result<()> {
        self.visit.set_aside(ASIDE, &Shown { form: form.clone(), wrongs }).await?;
        Err(Refusal::Form.into())
    }
}

impl Own {
    /// Counts one more report, change or withdrawal.
    async fn count(&self) -> Result<Result<()>> {
        let limit = self.portal.reports_by_account();
        let who = *self.account.uuid().as_bytes();
        match self.portal.count(&self.tx, limit, &who, &self.actor, self.now).await {
            Err(refused @ Error::TooMany { .. }) => Ok(Err(refused)),
            counted => counted.map(Ok),
        }
    }

    /// A report of this guardian's own, about a child who is theirs now.
    async fn report(&self, id: ReportId) -> Result<Result<row::Model>> {
        let found = row::Entity::find_by_id(id.uuid().to_string()).one(&self.tx).await?;
        let mine = found.filter(|found| found.account_id == self.account.uuid().to_string());
        if let Some(found) = mine
            && self.children.contains(&pupils::child_id(&found.pupil_id)?)
        {
            return Ok(Ok(found));
        }
        Ok(Err(self.strange(Strange::Report(id.uuid())).await?))
    }

    /// Whether a report stands and has not begun.
    fn is_open(&self, report: &row::Model) -> bool {
        report.withdrawn_at.is_none()
            && report.open_until > self.now.as_millisecond()
            && matches!(ReportState::from_word(&report.state), Some(ReportState::Sending | ReportState::Sent))
    }
}

/// What a report comes to in moments.
struct Stretch {
    /// The same words of a day make the same report.
    slot: String,
    start: Timestamp,
    end: Timestamp,
    open_until: Timestamp,
}

async fn keep(own: &Own, report: &Report, instead_of: Option<ReportId>) -> Result<Result<(), No>> {
    if let Err(error) = own.count().await? {
        return Ok(Err(No::Error(error)));
    }
    for child in report.children() {
        if !own.children.contains(child) {
            return Ok(Err(No::Error(own.strange(Strange::Child(*child)).await?)));
        }
        if pupils::unit_on(&own.tx, *child, report.when().day()).await?.is_none() {
            return Ok(Err(No::Wrongs(Wrongs::one(ReportForm::WHO, Wrong::NoPlace))));
        }
    }
    let stretch = stretch(&own.portal, report.when(), own.now)?;
    if let Some(id) = instead_of {
        let before = match own.report(id).await? {
            Ok(before) => before,
            Err(error) => return Ok(Err(No::Error(error))),
        };
        let same_child = pupils::child_id(&before.pupil_id)?;
        if report.children().iter().ne([&same_child]) {
            return Ok(Err(No::Error(own.strange(Strange::Report(id.uuid())).await?)));
        }
        if !own.is_open(&before) {
            return Ok(Err(No::Error(Refusal::AlreadyBegun.into())));
        }
        if before.slot == stretch.slot {
            return change_reason(own, &before, report.reason()).await.map(Ok);
        }
        withdraw(own, &before).await?;
    }
    for child in report.children() {
        insert(own, *child, &stretch, report.reason()).await?;
    }
    Ok(Ok(()))
}

/// The moments of a report. A whole day is the calendar's, also on the days that have 23 or 25 hours.
fn stretch(portal: &Portal, when: When, now: Timestamp) -> Result<Stretch> {
    let zone = stockholm();
    let at = |local: DateTime| zone.to_timestamp(local).map_err(|_| anyhow!("a time that is none"));
    let time_of = |day: Date, time: TimeOfDay| at(day.at(time.hour(), time.minute(), 0, 0));
    let day = when.day();
    let begins = at(day.at(0, 0, 0, 0))?;
    let ends = at(day.tomorrow().map_err(|_| anyhow!("a day without an end"))?.at(0, 0, 0, 0))?;
    let school = SignedDuration::try_from(portal.rules().spans.school_begins).unwrap_or_default();
    let school_begins = at(day.at(0, 0, 0, 0).saturating_add(school))?;
    Ok(match when {
        When::WholeDay(_) => {
            Stretch { slot: format!("{day}/whole"), start: begins, end: ends, open_until: school_begins }
        }
        When::RestOf(_) => {
            let start = from_millis(now.as_millisecond().div_euclid(60_000) * 60_000);
            Stretch { slot: format!("{day}/rest"), start, end: ends, open_until: start }
        }
        When::Part { from, until, .. } => {
            let said = |time: Option<TimeOfDay>| {
                time.map_or_else(String::new, |time| format!("{:02}{:02}", time.hour(), time.minute()))
            };
            let start = from.map_or(Ok(begins), |time| time_of(day, time))?;
            let end = until.map_or(Ok(ends), |time| time_of(day, time))?;
            let open_until = if from.is_some() { start } else { school_begins.min(end) };
            Stretch { slot: format!("{day}/{}-{}", said(from), said(until)), start, end, open_until }
        }
    })
}

/// Writes a report down and sends it. One that says no more than one of their own that stands is that one.
async fn insert(own: &Own, child: ChildId, stretch: &Stretch, reason: Reason) -> Result<()> {
    let standing = row::Entity::find()
        .filter(row::Column::AccountId.eq(own.account.uuid().to_string()))
        .filter(row::Column::PupilId.eq(child.uuid().to_string()))
        .filter(row::Column::WithdrawnAt.is_null())
        .filter(row::Column::StartAt.lte(stretch.start.as_millisecond()))
        .filter(row::Column::EndAt.gte(stretch.end.as_millisecond()))
        .one(&own.tx)
        .await?;
    if standing.is_some() {
        return Ok(());
    }
    let (id, now) = (Uuid::new_v4(), own.now.as_millisecond());
    let report = row::ActiveModel {
        id: Set(id.to_string()),
        account_id: Set(own.account.uuid().to_string()),
        pupil_id: Set(child.uuid().to_string()),
        slot: Set(stretch.slot.clone()),
        start_at: Set(stretch.start.as_millisecond()),
        end_at: Set(stretch.end.as_millisecond()),
        open_until: Set(stretch.open_until.as_millisecond()),
        reason: Set(Some(own.portal.seal("absence_report", "reason", &id.to_string(), reason.word())?)),
        state: Set(ReportState::Sending.word().to_owned()),
        register_id: Set(None),
        tried_at: Set(None),
        sent_at: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
        withdrawn_at: Set(None),
    };
    // The other tab was a moment faster: its report says the same.
    let or_the_other_tabs = OnConflict::new().do_nothing().to_owned();
    let inserted =
        row::Entity::insert(report).on_conflict(or_the_other_tabs).exec_without_returning(&own.tx).await?;
    if inserted == 0 {
        return Ok(());
    }
    own.line(Line::new(Deed::ReportedAbsence).of("absence-report", id).child(child)).await?;
    send::queue(&own.tx, id, own.now).await
}

/// Takes a report back here; what the register has of it is taken back by a job, unless another guardian's report stands
/// for the same absence.
async fn withdraw(own: &Own, report: &row::Model) -> Result<()> {
    let (id, now) = (send::id_of(report)?, own.now.as_millisecond());
    let shared = send::standing_beside(&own.tx, report).await?;
    let may_be_there = report.register_id.is_some() || report.tried_at.is_some();
    let recall = may_be_there && shared.is_empty();
    let state = if recall { ReportState::Recalling } else { ReportState::Withdrawn };
    row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(state.word()))
        .col_expr(row::Column::WithdrawnAt, Expr::value(now))
        .col_expr(row::Column::UpdatedAt, Expr::value(now))
        .filter(row::Column::Id.eq(report.id.clone()))
        .exec(&own.tx)
        .await?;
    let child = pupils::child_id(&report.pupil_id)?;
    own.line(Line::new(Deed::WithdrewAbsence).of("absence-report", id).child(child)).await?;
    if recall {
        return send::queue_recall(&own.tx, id, own.now).await;
    }
    send::pass_on(&own.tx, &shared, own.now).await
}

async fn change_reason(own: &Own, report: &row::Model, reason: Reason) -> Result<()> {
    let sealed = own.portal.seal("absence_report", "reason", &report.id, reason.word())?;
    row::Entity::update_many()
        .col_expr(row::Column::Reason, Expr::value(Some(sealed)))
        .col_expr(row::Column::UpdatedAt, Expr::value(own.now.as_millisecond()))
        .filter(row::Column::Id.eq(report.id.clone()))
        .exec(&own.tx)
        .await?;
    let child = pupils::child_id(&report.pupil_id)?;
    let line = Line::new(Deed::ReportedAbsence).of("absence-report", send::id_of(report)?).child(child);
    own.line(line.because("reason")).await
}

/// What is said of these children and not over: the guardian's own reports with all they know of them, and of everybody
/// else's that there is one.
async fn standing(own: &Own, cards: &[ChildCard]) -> Result<Vec<Reported>> {
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
        let state = ReportState::from_word(&report.state).unwrap_or(ReportState::Sending);
        // What was taken back is shown until the register has heard of it.
        let over = report.withdrawn_at.is_some() && state == ReportState::Withdrawn;
        if over || state == ReportState::Withheld {
            continue;
        }
        if report.withdrawn_at.is_none() {
            said.insert((report.pupil_id.clone(), report.slot.clone()));
        }
        let Some((child, given)) = given(&report.pupil_id) else { continue };
        let known = OwnReport {
            id: ReportId::from_uuid(send::id_of(report)?),
            reason: reason_of(&own.portal, report)?,
            state,
            sent: report.sent_at.map(from_millis),
            open: own.is_open(report),
            withdrawn: report.withdrawn_at.is_some(),
        };
        all.push(reported(child, given, report.start_at, report.end_at, false, Some(known)));
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
