//! A report on its way to the pupil register, and back out of it.
//!
//! The register gives the ids and takes a report as often as it is sent. So before a second try it is asked whether the
//! first one arrived; and of two guardians who say the same, one report goes and stands for both.

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use jobs::{Job, Setback};
use model::ReportState;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use ss12000::{AbsenceReport, Code, Error as Trouble};
use store::{
    Tx,
    entity::{absence_report as row, account, child_link, pupil, unit},
};
use uuid::Uuid;

use super::{
    recall,
    steps::{leave, mark, step},
    unsaid::unsay_one,
};
use crate::{
    Portal, Result, account as accounts,
    audit::Deed,
    cases,
    clock::{day_of, from_millis},
    failpoint, links, pupils,
    tasks::{REGISTER, enqueue, later},
    trail::{Actor, Line},
};

/// How long after the absence it is still worth telling.
const TOO_LATE: SignedDuration = SignedDuration::from_hours(24);
/// A fortnight ahead, a try every quarter of an hour: time ends a job, not its tries.
pub(super) const TRIES: u32 = 2_000;

/// Writes a report to the pupil register.
#[derive(Serialize, Deserialize)]
pub(crate) struct SendReport {
    report: Uuid,
}

pub(super) async fn queue(tx: &Tx, report: Uuid, now: Timestamp) -> Result<()> {
    enqueue(tx, &SendReport { report }, now).await
}

pub(super) fn id_of(report: &row::Model) -> Result<Uuid> {
    Ok(report.id.parse().map_err(|_| anyhow!("a report's id cannot be read"))?)
}

/// The standing reports of the same child and part of a day, the earliest first: another guardian's.
pub(super) async fn standing_beside(
    on: &impl ConnectionTrait,
    report: &row::Model,
) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::PupilId.eq(report.pupil_id.clone()))
        .filter(row::Column::Slot.eq(report.slot.clone()))
        .filter(row::Column::Id.ne(report.id.clone()))
        .filter(row::Column::WithdrawnAt.is_null())
        .filter(row::Column::State.is_in([ReportState::Sending.word(), ReportState::Sent.word()]))
        .order_by_asc(row::Column::CreatedAt)
        .order_by_asc(row::Column::Id)
        .all(on)
        .await?)
}

/// Whoever said the same carries it on, now that the one who went first does not.
pub(super) async fn pass_on(tx: &Tx, beside: &[row::Model], now: Timestamp) -> Result<()> {
    match beside.iter().find(|report| report.state == ReportState::Sending.word()) {
        Some(next) => queue(tx, id_of(next)?, now).await,
        None => Ok(()),
    }
}

/// What is about to be written.
struct Parcel {
    row: row::Model,
    report: AbsenceReport,
    /// An earlier try, of this report or of one that says the same, may have arrived.
    doubtful: bool,
}

impl Job for SendReport {
    const NAME: &'static str = "absence.send-report";
    const PRIORITY: i64 = 5;
    const MAX_TRIES: u32 = TRIES;
    const LINES: &'static [&'static str] = &[REGISTER];
    type House = Portal;

    async fn run(&self, portal: &Portal) -> Result<(), Setback> {
        let found = row::Entity::find_by_id(self.report.to_string()).one(portal.store().reader()).await;
        let found = found.map_err(|error| later(error.into()))?;
        let Some(row) = found.filter(is_to_be_sent) else { return Ok(()) };
        let is_guardian = match is_guardian(portal, &row).await.map_err(later) {
            Ok(is_guardian) => is_guardian,
            // Who may speak for the child cannot be asked.
            Err(Setback::Later(why)) if is_too_late(portal, &row) => {
                return not_taken(portal, &row, true, why).await.map_err(later);
            }
            Err(setback) => return Err(setback),
        };
        let Some(parcel) = pack(portal, self.report, is_guardian).await.map_err(later)? else {
            return Ok(());
        };
        failpoint::pass(portal.rules().failpoint.as_deref(), "report.before-send");
        let sent = hand_over(portal, &parcel).await;
        failpoint::pass(portal.rules().failpoint.as_deref(), "report.after-send");
        match sent {
            Ok(id) => arrived(portal, &parcel.row, id).await.map_err(later),
            Err(Refused::Never(why)) => {
                not_taken(portal, &parcel.row, parcel.doubtful, why).await.map_err(later)
            }
            Err(Refused::Later(why) | Refused::Away(why)) if is_too_late(portal, &parcel.row) => {
                not_taken(portal, &parcel.row, true, why).await.map_err(later)
            }
            Err(Refused::Later(why)) => Err(Setback::Later(why)),
            Err(Refused::Away(why)) => Err(Setback::Away(why)),
        }
    }
}

fn is_to_be_sent(row: &row::Model) -> bool {
    row.withdrawn_at.is_none() && row.state == ReportState::Sending.word()
}

/// Why the register did not do it, by a code of ours.
pub(super) enum Refused {
    Later(&'static str),
    /// Nobody was there.
    Away(&'static str),
    Never(&'static str),
}

impl From<Trouble> for Refused {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable(_) => Self::Away("register-unreachable"),
            Trouble::Garbled(_) => Self::Later("register-garbled"),
            Trouble::Said(Code::TooMany(_) | Code::Busy(_)) => Self::Later("register-busy"),
            Trouble::Said(Code::Unauthorized) => Self::Later("register-refuses-us"),
            Trouble::Said(Code::NotOffered) => Self::Never("not-offered"),
            Trouble::Said(Code::Status(400..=499, _)) => Self::Never("register-refused"),
            Trouble::Said(_) => Self::Later("register-broken"),
        }
    }
}

impl From<crate::Error> for Refused {
    fn from(error: crate::Error) -> Self {
        match later(error) {
            Setback::Later(why) => Self::Later(why),
            Setback::Away(why) => Self::Away(why),
            Setback::Never(why) => Self::Never(why),
        }
    }
}

pub(super) fn is_too_late(portal: &Portal, row: &row::Model) -> bool {
    portal.clock().now().duration_since(from_millis(row.end_at)) > TOO_LATE
}

/// Looks once more whether the report is still wanted, by whom and in what company, and writes down that it is tried.
async fn pack(portal: &Portal, id: Uuid, is_guardian: bool) -> Result<Option<Parcel>> {
    let house = portal.clone();
    portal
        .change(move |tx| async move {
            let now = house.clock().now();
            let found = row::Entity::find_by_id(id.to_string()).one(&tx).await?;
            let Some(row) = found.filter(is_to_be_sent) else { return Ok(None) };
            if !is_guardian || !is_guardian_still(&tx, &row, now).await? {
                unsay_one(&house, &tx, &row, "not-guardian", now).await?;
                return Ok(None);
            }
            let beside = standing_beside(&tx, &row).await?;
            if let Some(sent) = beside.iter().find(|other| other.register_id.is_some()) {
                // When another guardian's arrived is theirs to know.
                let (id, at) = (sent.register_id.clone(), now.as_millisecond());
                mark_sent(&tx, Condition::all().add(row::Column::Id.eq(row.id)), id, at, now).await?;
                return Ok(None);
            }
            // The earlier one goes and stands for both.
            if beside.iter().any(|other| (other.created_at, &other.id) < (row.created_at, &row.id)) {
                return Ok(None);
            }
            let doubtful = was_tried(&tx, &row).await?;
            let tried = row::Entity::update_many()
                .col_expr(row::Column::TriedAt, Expr::value(row.tried_at.unwrap_or(now.as_millisecond())))
                .filter(row::Column::Id.eq(row.id.clone()))
                .filter(row::Column::WithdrawnAt.is_null())
                .exec(&tx)
                .await?;
            // Taken back since it was read.
            if tried.rows_affected == 0 {
                return Ok(None);
            }
            let report = report_of(&tx, &row).await?;
            Ok(Some(Parcel { row, report, doubtful }))
        })
        .await
}

/// Whether both registers say at this moment that the account may speak for the child: a link ends with custody only
/// when somebody looks. Asked without a connection in hand.
async fn is_guardian(portal: &Portal, row: &row::Model) -> Result<bool> {
    links::still_speaks(portal, &row.account_id, pupils::child_id(&row.pupil_id)?, portal.clock().now()).await
}

/// The same as far as the house knows by itself: open, linked and not barred.
async fn is_guardian_still(tx: &Tx, row: &row::Model, now: Timestamp) -> Result<bool> {
    let account = account::Entity::find_by_id(row.account_id.clone()).one(tx).await?;
    let link = child_link::Entity::find()
        .filter(child_link::Column::AccountId.eq(row.account_id.clone()))
        .filter(child_link::Column::PupilId.eq(row.pupil_id.clone()))
        .filter(child_link::Column::Until.is_null())
        .one(tx)
        .await?;
    let Some(account) = account.filter(|account| account.state == "open" && link.is_some()) else {
        return Ok(false);
    };
    accounts::may_speak(tx, &account.subject, pupils::child_id(&row.pupil_id)?, now).await
}

/// Whether a try of this report, or of one that said the same, is without an answer.
async fn was_tried(tx: &Tx, row: &row::Model) -> Result<bool> {
    let tried = row::Entity::find()
        .filter(row::Column::PupilId.eq(row.pupil_id.clone()))
        .filter(row::Column::Slot.eq(row.slot.clone()))
        .filter(row::Column::TriedAt.is_not_null())
        .filter(row::Column::RegisterId.is_null())
        .one(tx)
        .await?;
    Ok(tried.is_some())
}

/// The absence in the register's own ids.
pub(super) async fn report_of(on: &impl ConnectionTrait, row: &row::Model) -> Result<AbsenceReport> {
    let register = |id: &str| id.parse::<Uuid>().map_err(|_| anyhow!("a register's id cannot be read"));
    let pupil = pupil::Entity::find_by_id(row.pupil_id.clone()).one(on).await?;
    let pupil = pupil.ok_or_else(|| anyhow!("a report about nobody"))?;
    let start = from_millis(row.start_at);
    let place = pupils::unit_on(on, pupils::child_id(&row.pupil_id)?, day_of(start)).await?;
    let unit = match place {
        Some(id) => unit::Entity::find_by_id(id).one(on).await?,
        None => None,
    };
    Ok(AbsenceReport {
        pupil: register(&pupil.register_id)?,
        unit: unit.map(|unit| register(&unit.register_id)).transpose()?,
        start,
        end: from_millis(row.end_at),
    })
}

/// Writes it, unless an earlier try arrived. No connection is held while the register thinks.
async fn hand_over(portal: &Portal, parcel: &Parcel) -> Result<Uuid, Refused> {
    let register = &portal.0.parts.pupils;
    if parcel.doubtful {
        let since = Some(from_millis(parcel.row.created_at));
        let there = match register.find_report(&parcel.report, since).await {
            // A register that cannot be asked gets the report once too often rather than never.
            Err(Trouble::Said(Code::NotOffered)) => Vec::new(),
            answer => answer?,
        };
        for id in there {
            if !is_anothers(portal, &parcel.row, id).await? {
                return Ok(id);
            }
        }
    }
    Ok(register.report_absence(&parcel.report).await?)
}

/// Whether a report of something else has this absence of the register's.
pub(super) async fn is_anothers(portal: &Portal, row: &row::Model, id: Uuid) -> Result<bool> {
    let other = row::Entity::find()
        .filter(row::Column::RegisterId.eq(id.to_string()))
        .filter(row::Column::Id.ne(row.id.clone()))
        .one(portal.store().reader())
        .await?;
    Ok(other.is_some())
}

/// The register has it, for everybody who said the same. Who took the report back meanwhile has it recalled.
async fn arrived(portal: &Portal, row: &row::Model, id: Uuid) -> Result<()> {
    let (house, row) = (portal.clone(), row.clone());
    portal
        .change(move |tx| async move {
            let now = house.clock().now();
            let at = now.as_millisecond();
            let beside = standing_beside(&tx, &row).await?;
            let waiting = Condition::all()
                .add(row::Column::PupilId.eq(row.pupil_id.clone()))
                .add(row::Column::Slot.eq(row.slot.clone()))
                .add(row::Column::WithdrawnAt.is_null())
                .add(row::Column::State.eq(ReportState::Sending.word()));
            mark_sent(&tx, waiting, Some(id.to_string()), at, now).await?;
            let line = Line::new(Deed::HandedOverAbsence)
                .of("absence-report", id_of(&row)?)
                .child(pupils::child_id(&row.pupil_id)?);
            house.trail(&tx, &Actor::house(), line, now).await?;
            let taken_back = row::Entity::find_by_id(row.id.clone())
                .one(&tx)
                .await?
                .is_some_and(|row| row.withdrawn_at.is_some());
            if !taken_back || !beside.is_empty() {
                return Ok(());
            }
            row::Entity::update_many()
                .col_expr(row::Column::RegisterId, Expr::value(Some(id.to_string())))
                .col_expr(row::Column::State, Expr::value(ReportState::Recalling.word()))
                .col_expr(row::Column::UpdatedAt, Expr::value(at))
                .filter(row::Column::Id.eq(row.id.clone()))
                .exec(&tx)
                .await?;
            recall::queue(&tx, id_of(&row)?, now).await
        })
        .await
}

async fn mark_sent(tx: &Tx, which: Condition, id: Option<String>, at: i64, now: Timestamp) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::RegisterId, Expr::value(id))
        .col_expr(row::Column::State, Expr::value(ReportState::Sent.word()))
        .col_expr(row::Column::SentAt, Expr::value(Some(at)))
        .col_expr(row::Column::UpdatedAt, Expr::value(now.as_millisecond()))
        .filter(which)
        .exec(tx)
        .await?;
    Ok(())
}

/// The register does not take it, or never did in time. `in_doubt` says that a try may have arrived all the same.
async fn not_taken(portal: &Portal, row: &row::Model, in_doubt: bool, why: &'static str) -> Result<()> {
    let (house, row) = (portal.clone(), row.clone());
    portal
        .change(move |tx| async move {
            let now = house.clock().now();
            let from = ReportState::Sending;
            if leave(&house, &tx, &row, from, cases::ABSENCE_NOT_TAKEN, why, now).await? {
                // What is true of this one is true of those that say the same, and each of them is told so.
                return pass_on(&tx, &standing_beside(&tx, &row).await?, now).await;
            }
            // It was taken back while the register thought about it, and nothing of it is there to be recalled.
            if !in_doubt {
                step(&tx, &row, ReportState::Recalling, ReportState::Withdrawn, now).await?;
            }
            Ok(())
        })
        .await
}

/// Tries once more what was left to the school.
pub(super) async fn queue_again(tx: &Tx, row: &row::Model, now: Timestamp) -> Result<()> {
    mark(tx, row, ReportState::Sending, now).await?;
    queue(tx, id_of(row)?, now).await
}
