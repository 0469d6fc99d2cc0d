//! Anmäl frånvaro: a guardian says that children will be away, changes that, or takes it back before it begins.

use model::{ChildId, Reason, Refusal, Report, ReportForm, ReportId, ReportState, Shown, Wrong, Wrongs};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use store::entity::absence_report as row;
use uuid::Uuid;

use super::{
    Own, Strange, send,
    standing::{Reported, standing},
    stretch::{Stretch, stretch},
    unsaid::take_back,
};
use crate::{
    Error, Guardian, Portal, Result, audit::Deed, clock::stockholm, limits::Limit, pupils, trail::Line,
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
    pub(super) fn is_open(&self, report: &row::Model) -> bool {
        report.withdrawn_at.is_none()
            && report.open_until > self.now.as_millisecond()
            && matches!(ReportState::from_word(&report.state), Some(ReportState::Sending | ReportState::Sent))
    }
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
    let stretch = stretch(own.portal.rules().spans.school_begins, report.when(), own.now)?;
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
    if let Some(standing) = standing {
        // The register would not take it the first time.
        let was_left = standing.state == ReportState::Left.word();
        return if was_left { send::queue_again(&own.tx, &standing, own.now).await } else { Ok(()) };
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

/// Takes a report back, as its author wants it.
async fn withdraw(own: &Own, report: &row::Model) -> Result<()> {
    if !take_back(&own.tx, report, ReportState::Withdrawn, own.now).await? {
        return Ok(());
    }
    let child = pupils::child_id(&report.pupil_id)?;
    own.line(Line::new(Deed::WithdrewAbsence).of("absence-report", send::id_of(report)?).child(child)).await
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
