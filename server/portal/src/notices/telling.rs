//! Absences that are due are told: one transaction makes the notices with their messages, deliveries and jobs.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use jiff::{Timestamp, civil::Date};
use jobs::{Job, Setback};
use model::{AbsenceKind, ChildId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    entity::{absence, account, child_link, notice, notice_choice, pupil},
};
use uuid::Uuid;

use super::{
    STANDING, call_home, cover,
    rules::{Proven, Reach, Wish},
    turn,
};
use crate::{
    Error, Portal, Result, System, absence as absences, account as accounts,
    clock::{day_of, from_millis},
    custody, failpoint, links,
    person::Identity,
    tasks,
    trail::Actor,
};

mod day;
mod listener;

use day::Day;

/// Tells the guardians of one pupil of everything that is due. Once more, it finds nothing.
#[derive(Serialize, Deserialize)]
pub(crate) struct TellGuardians {
    pub(crate) pupil: Uuid,
}

impl Job for TellGuardians {
    const NAME: &'static str = "absence.tell-guardians";
    /// Letters go first: what was begun is finished before the next is begun.
    const PRIORITY: i64 = 5;
    /// Whatever is in the way, it is tried until the day is over; then the school calls.
    const MAX_TRIES: u32 = 1000;
    const TARGET: Option<Duration> = Some(Duration::from_secs(60));
    type House = Portal;

    async fn run(&self, portal: &Portal) -> Result<(), Setback> {
        tell(portal, ChildId::from_uuid(self.pupil)).await.map_err(tasks::later)
    }
}

/// Tells the guardians of `child` what is due.
pub(super) async fn tell(portal: &Portal, child: ChildId) -> Result<()> {
    let now = portal.clock().now();
    if due(portal.store().reader(), child, now).await?.is_empty() {
        return Ok(());
    }
    let listeners = listeners(portal, child, now).await?;
    let telling = &portal.0.telling;
    telling
        .write(portal, Telling { child, listeners }, |portal, tx, all, now| async move {
            let pupils: Vec<String> = all.iter().map(|telling| telling.child.uuid().to_string()).collect();
            turn::take(&tx, pupils.iter().map(String::as_str)).await?;
            for Telling { child, listeners } in &all {
                tell_in(&portal, &tx, *child, listeners, now).await?;
            }
            failpoint::pass(portal.rules().failpoint.as_deref(), "notice.before-commit");
            Ok(all.iter().map(|_| Ok(())).collect())
        })
        .await?;
    failpoint::pass(portal.rules().failpoint.as_deref(), "notice.after-commit");
    Ok(())
}

/// A child whose guardians are told now, and the accounts of those who may hear.
#[derive(Clone)]
pub(crate) struct Telling {
    child: ChildId,
    listeners: Vec<String>,
}

async fn due(
    on: &impl sea_orm::ConnectionTrait,
    child: ChildId,
    now: Timestamp,
) -> Result<Vec<absence::Model>> {
    let rows = absence::Entity::find()
        .filter(absence::Column::PupilId.eq(child.uuid().to_string()))
        .filter(absence::Column::ToldAt.is_null())
        .filter(absence::Column::DueAt.lte(now.as_millisecond()))
        .filter(absence::Column::State.eq(STANDING))
        .filter(absence::Column::Kind.ne(AbsenceKind::Present.word()))
        .order_by_asc(absence::Column::StartAt);
    Ok(rows.all(on).await?)
}

/// The accounts of those who may be told: linked, and by both registers still a guardian. Asked without a connection in
/// hand. Where custody cannot be asked the notice is made all the same: before anything leaves, or is read, it is asked
/// again.
async fn listeners(portal: &Portal, child: ChildId, now: Timestamp) -> Result<Vec<String>> {
    let on = portal.store().reader();
    let links = child_link::Entity::find()
        .filter(child_link::Column::PupilId.eq(child.uuid().to_string()))
        .filter(child_link::Column::Until.is_null())
        .order_by_asc(child_link::Column::Since)
        .all(on)
        .await?;
    let mut listeners = Vec::with_capacity(links.len());
    for link in links {
        let row = account::Entity::find_by_id(link.account_id.clone()).one(on).await?;
        let Some(row) = row.filter(|row| row.state == "open") else { continue };
        let Some(person) = holder(portal, &row) else { continue };
        let may_hear = match custody::of_person(portal, &person, &Actor::house(), now).await {
            Ok(custody) => links::may_hear(portal, on, &person, &row.id, child, &custody, now).await?,
            Err(Error::Unavailable(System::PopulationRegister)) => true,
            Err(error) => return Err(error),
        };
        if may_hear {
            listeners.push(row.id);
        }
    }
    // Whoever is linked no more, and said something that still excuses: it may have ended with their custody.
    for account in absences::who_said(on, child, now).await? {
        match links::still_hears(portal, &account, child, now).await {
            Ok(_) | Err(Error::Unavailable(System::PopulationRegister)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(listeners)
}

/// Asks at once about the guardians of all these pupils (by the register's ids), who will be told of soon.
pub(super) async fn ask_ahead(portal: &Portal, students: HashSet<String>, now: Timestamp) -> Result<()> {
    let on = portal.store().reader();
    let pupils: Vec<String> = pupil::Entity::find()
        .select_only()
        .column(pupil::Column::Id)
        .filter(pupil::Column::RegisterId.is_in(students))
        .into_tuple()
        .all(on)
        .await?;
    let links = child_link::Entity::find()
        .filter(child_link::Column::PupilId.is_in(pupils))
        .filter(child_link::Column::Until.is_null())
        .all(on)
        .await?;
    let rows = account::Entity::find()
        .filter(account::Column::Id.is_in(links.into_iter().map(|link| link.account_id)))
        .filter(account::Column::State.eq("open"))
        .all(on)
        .await?;
    let people = rows.iter().filter_map(|row| holder(portal, row)).collect();
    custody::ask_ahead(portal, people, &Actor::house(), now).await
}

/// Whose account it is. One that cannot be read keeps nobody else from hearing.
fn holder(portal: &Portal, row: &account::Model) -> Option<Identity> {
    accounts::holder(portal, row).unwrap_or_else(|error| {
        tracing::error!(%error, "an account cannot be told: its holder cannot be read");
        None
    })
}

async fn tell_in(
    portal: &Portal,
    tx: &Tx,
    child: ChildId,
    listeners: &[String],
    now: Timestamp,
) -> Result<()> {
    let due = due(tx, child, now).await?;
    let taken = absence::Entity::update_many()
        .col_expr(absence::Column::ToldAt, Expr::value(now.as_millisecond()))
        .filter(absence::Column::Id.is_in(due.iter().map(|absence| absence.id.clone())))
        .filter(absence::Column::ToldAt.is_null())
        .filter(absence::Column::State.eq(STANDING))
        .exec(tx)
        .await?;
    if taken.rows_affected != due.len() as u64 {
        // Somebody told the same meanwhile, or it was withdrawn: nothing of this transaction stays, and the next try sees.
        return Err(Error::Unavailable(System::Database));
    }
    let mut days: BTreeMap<Date, Vec<absence::Model>> = BTreeMap::new();
    let today = day_of(now);
    for absence in due {
        let begins = day_of(from_millis(absence.start_at));
        // A leave of a week is told on the day it is told; a lesson was missed on its own.
        let day = if absence.lesson_id.is_some() { begins } else { begins.max(today) };
        days.entry(day).or_default().push(absence);
    }
    for (day, absences) in days {
        Day::open(portal, tx, child, day, absences, now).await?.tell(listeners).await?;
    }
    Ok(())
}

/// What was excused between these moments, and is so no more, is told of after all: not what is excused by something else,
/// nor what somebody said was received. Whoever was told of it before hears nothing twice.
pub(crate) async fn tell_after_all(
    tx: &Tx,
    child: ChildId,
    (from, until): (i64, i64),
    now: Timestamp,
) -> Result<()> {
    // Also of what is not told yet: somebody may be deciding on it at this moment, by what stood until now. What has no time
    // to be told at is on the list of homes to call.
    let rows = absence::Entity::find()
        .filter(absence::Column::PupilId.eq(child.uuid().to_string()))
        .filter(absence::Column::Kind.eq(AbsenceKind::Unexcused.word()))
        .filter(absence::Column::State.eq(STANDING))
        .filter(absence::Column::DueAt.is_not_null())
        .filter(absence::Column::StartAt.gte(from))
        .filter(absence::Column::EndAt.lte(until))
        .all(tx)
        .await?;
    let unexcused = cover::unexcused(tx, &rows).await?;
    let mut untold = Vec::new();
    for row in rows.iter().filter(|row| unexcused.contains(&row.id)) {
        let day = day_of(from_millis(row.start_at)).to_string();
        if !call_home::is_answered(tx, child, &day).await? {
            untold.push(row.id.clone());
        }
    }
    if untold.is_empty() {
        return Ok(());
    }
    absence::Entity::update_many()
        .col_expr(absence::Column::ToldAt, Expr::value(Option::<i64>::None))
        .filter(absence::Column::Id.is_in(untold))
        .exec(tx)
        .await?;
    tasks::enqueue(tx, &TellGuardians { pupil: child.uuid() }, now).await
}

/// A notice to be made.
pub(super) struct New<'n> {
    pub(super) account: &'n str,
    pub(super) pupil: &'n str,
    pub(super) day: &'n str,
    pub(super) kind: &'static str,
    pub(super) corrects: Option<&'n str>,
    pub(super) deadline: Timestamp,
}

impl New<'_> {
    fn row(self, number: i64, now: Timestamp) -> notice::Model {
        let at = now.as_millisecond();
        notice::Model {
            id: Uuid::new_v4().to_string(),
            account_id: self.account.to_owned(),
            pupil_id: self.pupil.to_owned(),
            day: self.day.to_owned(),
            number,
            kind: self.kind.to_owned(),
            corrects: self.corrects.map(str::to_owned),
            state: STANDING.to_owned(),
            deadline_at: self.deadline.as_millisecond(),
            created_at: at,
            confirmed_at: None,
            confirmed_by: None,
            updated_at: at,
        }
    }
}

/// Makes a notice under the next number of its guardian, pupil and day: two that are made at once are one too many.
pub(super) async fn insert(tx: &Tx, new: New<'_>, now: Timestamp) -> Result<notice::Model> {
    let last = notice::Entity::find()
        .filter(notice::Column::AccountId.eq(new.account))
        .filter(notice::Column::PupilId.eq(new.pupil))
        .filter(notice::Column::Day.eq(new.day))
        .order_by_desc(notice::Column::Number)
        .one(tx)
        .await?;
    let row = new.row(last.map_or(1, |last| last.number + 1), now);
    let written: notice::ActiveModel = row.clone().into();
    notice::Entity::insert(written).exec_without_returning(tx).await?;
    Ok(row)
}

/// How a guardian wants to hear of a child.
pub(super) async fn wish_of(
    on: &impl sea_orm::ConnectionTrait,
    account: &str,
    child: ChildId,
) -> Result<Wish> {
    let key = (account.to_owned(), child.uuid().to_string());
    Ok(wish(notice_choice::Entity::find_by_id(key).one(on).await?.as_ref()))
}

fn wish(chosen: Option<&notice_choice::Model>) -> Wish {
    chosen.map_or_else(Wish::default, |row| Wish {
        mail: row.mail != 0,
        pim: row.pim != 0,
        sms: row.sms != 0,
        valid_too: row.valid_too != 0,
    })
}

/// The ways to a guardian.
pub(super) fn reach_of(row: &account::Model) -> Reach {
    let proven =
        |address: bool, verified: Option<i64>, failing: Option<i64>| match (address, verified, failing) {
            (true, Some(_), None) => Proven::Yes,
            (true, Some(_), Some(_)) => Proven::Failing,
            _ => Proven::No,
        };
    Reach {
        mail: proven(row.email.is_some(), row.email_verified_at, row.email_failing_since),
        sms: proven(row.mobile.is_some(), row.mobile_verified_at, row.mobile_failing_since),
    }
}
