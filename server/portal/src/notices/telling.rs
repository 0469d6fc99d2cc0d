//! Absences that are due are told: one transaction makes the notices with their messages, deliveries and jobs.

use std::collections::{BTreeMap, HashSet};

use jiff::{Timestamp, civil::Date};
use jobs::{Job, Setback};
use model::{AbsenceKind, ChildId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, OnConflict},
};
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    entity::{absence, account, child_link, notice, notice_absence, notice_choice},
};
use uuid::Uuid;

use super::{
    STANDING,
    call_home::{self, Why},
    delivery, id_of, kind, message,
    rules::{self, Away, Part, Proven, Reach, Standing, Wish},
};
use crate::{
    Error, Portal, Result, System, account as accounts,
    audit::Deed,
    clock::{day_of, from_millis, millis},
    custody, failpoint, links, pupils, tasks,
    trail::{Actor, Line},
};

/// Tells the guardians of one pupil of everything that is due. Once more, it finds nothing.
#[derive(Serialize, Deserialize)]
pub(crate) struct TellGuardians {
    pub(crate) pupil: Uuid,
}

impl Job for TellGuardians {
    const NAME: &'static str = "absence.tell-guardians";
    const PRIORITY: i64 = 6;
    /// Whatever is in the way, it is tried until the day is over; then the school calls.
    const MAX_TRIES: u32 = 1000;
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
    let house = portal.clone();
    portal
        .change(move |tx| async move {
            tell_in(&house, &tx, child, &listeners, now).await?;
            failpoint::pass(house.rules().failpoint.as_deref(), "notice.before-commit");
            Ok(())
        })
        .await?;
    failpoint::pass(portal.rules().failpoint.as_deref(), "notice.after-commit");
    Ok(())
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
        let Some(person) = accounts::holder(portal, &row)? else { continue };
        let may_hear = match custody::of_person(portal, &person, &Actor::house(), now).await {
            Ok(custody) => links::may_hear(portal, on, &person, &row.id, child, &custody, now).await?,
            Err(Error::Unavailable(System::PopulationRegister)) => true,
            Err(error) => return Err(error),
        };
        if may_hear {
            listeners.push(row.id);
        }
    }
    Ok(listeners)
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
        .exec(tx)
        .await?;
    if taken.rows_affected != due.len() as u64 {
        // Another worker tells the same at this moment: nothing of this transaction stays, and the next try sees.
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

/// What is due of one pupil and day.
struct Day<'d> {
    portal: &'d Portal,
    tx: &'d Tx,
    child: ChildId,
    day: String,
    actor: Actor,
    now: Timestamp,
    deadline: Timestamp,
    absences: Vec<absence::Model>,
    /// What nobody had agreed to or told.
    unexcused: HashSet<String>,
    /// When the pupil was seen that day.
    seen: Vec<Timestamp>,
}

impl<'d> Day<'d> {
    async fn open(
        portal: &'d Portal,
        tx: &'d Tx,
        child: ChildId,
        day: Date,
        absences: Vec<absence::Model>,
        now: Timestamp,
    ) -> Result<Self> {
        let (begins, ends) = rules::bounds(day);
        let present = absence::Entity::find()
            .filter(absence::Column::PupilId.eq(child.uuid().to_string()))
            .filter(absence::Column::Kind.eq(AbsenceKind::Present.word()))
            .filter(absence::Column::State.eq(STANDING))
            .filter(absence::Column::StartAt.gte(begins.as_millisecond()))
            .filter(absence::Column::StartAt.lt(ends.as_millisecond()))
            .all(tx)
            .await?;
        let mut unexcused = HashSet::new();
        for absence in &absences {
            let away = message::away(absence);
            if away.unexcused && !away.is_covered(&message::reports(tx, absence).await?) {
                unexcused.insert(away.id);
            }
        }
        Ok(Self {
            portal,
            tx,
            child,
            day: day.to_string(),
            actor: Actor::house(),
            now,
            deadline: rules::deadline(day.min(day_of(now))),
            seen: present.iter().map(|row| from_millis(row.start_at)).collect(),
            absences,
            unexcused,
        })
    }

    async fn tell(&self, listeners: &[String]) -> Result<()> {
        let (mut heard, mut unreachable) = (false, false);
        if self.now < self.deadline {
            for listener in listeners {
                match self.tell_one(listener).await? {
                    Told::Nothing => {}
                    Told::Within => heard = true,
                    Told::NoWay => (heard, unreachable) = (true, true),
                }
            }
        }
        if self.unexcused.is_empty() {
            return Ok(());
        }
        let why = match (heard, unreachable) {
            _ if self.now >= self.deadline => Why::TooLate,
            (false, _) => Why::Nobody,
            (true, true) => Why::Unreachable,
            (true, false) => return Ok(()),
        };
        let unit = self.absences.iter().find_map(|absence| absence.unit_id.as_deref());
        call_home::list(self.portal, self.tx, self.child, unit, &self.day, why, &self.actor, self.now).await
    }

    async fn tell_one(&self, account: &str) -> Result<Told> {
        let row = account::Entity::find_by_id(account).one(self.tx).await?;
        let Some(row) = row.filter(|row| row.state == "open") else { return Ok(Told::Nothing) };
        let wish = wish_of(self.tx, &row.id, self.child).await?;
        let known = self.standing(&row.id).await?;
        let due: Vec<Away> = self
            .absences
            .iter()
            .map(|absence| Away { unexcused: self.unexcused.contains(&absence.id), ..message::away(absence) })
            .filter(|away| away.unexcused || wish.valid_too)
            .filter(|away| !known.iter().any(|(notice, ids)| notice.unexcused && ids.contains(&away.id)))
            .collect();
        if due.is_empty() {
            let is_known = known.iter().any(|(notice, _)| notice.unexcused);
            return Ok(if is_known { Told::Within } else { Told::Nothing });
        }
        let reach = reach_of(&row);
        let standing: Vec<Standing> = known.into_iter().map(|(notice, _)| notice).collect();
        for part in rules::parts(due, &standing, &self.seen) {
            self.write(&row.id, part, wish, reach).await?;
        }
        Ok(if wish.wants_letters() && reach == Reach::default() { Told::NoWay } else { Told::Within })
    }

    /// The notices of the day that stand, with their absences.
    async fn standing(&self, account: &str) -> Result<Vec<(Standing, HashSet<String>)>> {
        let rows = notice::Entity::find()
            .filter(notice::Column::AccountId.eq(account))
            .filter(notice::Column::PupilId.eq(self.child.uuid().to_string()))
            .filter(notice::Column::Day.eq(self.day.clone()))
            .filter(notice::Column::State.eq(STANDING))
            .filter(notice::Column::Kind.ne(kind::CORRECTION))
            .order_by_asc(notice::Column::Number)
            .all(self.tx)
            .await?;
        let mut standing = Vec::with_capacity(rows.len());
        for row in rows {
            let absences = message::absences_of(self.tx, &row.id).await?;
            let begins = absences.iter().map(|absence| from_millis(absence.start_at)).collect();
            let ids = absences.into_iter().map(|absence| absence.id).collect();
            let unexcused = row.kind == kind::ABSENCE;
            standing.push((Standing { notice: row.id, begins, unexcused }, ids));
        }
        Ok(standing)
    }

    /// A new notice, or an old one that now tells of more.
    async fn write(&self, account: &str, part: Part, wish: Wish, reach: Reach) -> Result<()> {
        let is_new = part.into.is_none();
        let notice = match part.into {
            Some(id) => notice::Entity::find_by_id(id).one(self.tx).await?,
            None => Some(self.make(account, part.away.iter().any(|away| away.unexcused)).await?),
        };
        let notice = notice.ok_or_else(|| anyhow::anyhow!("a notice that stands is gone"))?;
        for away in &part.away {
            self.join(account, &notice, &away.id).await?;
        }
        let absences = message::absences_of(self.tx, &notice.id).await?;
        let channels = if is_new { rules::channels(wish, reach) } else { Vec::new() };
        for channel in channels {
            let pause = millis(self.portal.rules().notices.try_for);
            let deadline = from_millis(self.now.as_millisecond() + pause).min(self.deadline);
            let new = delivery::New { notice: &notice, channel, instead_of: None, due: self.now, deadline };
            delivery::make(self.portal, self.tx, new, self.now).await?;
        }
        if delivery::of_notice(self.tx, &notice.id).await?.iter().any(|it| it.channel == "pim") {
            message::put(self.portal, self.tx, &notice, &absences, &self.actor, self.now).await?;
        }
        let why = if is_new { "absence" } else { "joined" };
        let line = Line::new(Deed::QueuedNotice).of("notice", id_of(&notice.id)?).child(self.child);
        self.portal.trail(self.tx, &self.actor, line.because(why), self.now).await
    }

    async fn make(&self, account: &str, unexcused: bool) -> Result<notice::Model> {
        let kind = if unexcused { kind::ABSENCE } else { kind::VALID };
        let pupil = self.child.uuid().to_string();
        let new = New { account, pupil: &pupil, day: &self.day, kind, corrects: None, deadline: self.deadline };
        insert(self.tx, new, self.now).await
    }

    /// An absence belongs to one notice of each guardian.
    async fn join(&self, account: &str, notice: &notice::Model, absence: &str) -> Result<()> {
        let own = notice::Entity::find()
            .filter(notice::Column::AccountId.eq(account))
            .filter(notice::Column::PupilId.eq(notice.pupil_id.clone()))
            .filter(notice::Column::Day.eq(notice.day.clone()))
            .filter(notice::Column::Id.ne(notice.id.clone()))
            .all(self.tx)
            .await?;
        notice_absence::Entity::update_many()
            .col_expr(notice_absence::Column::LeftAt, Expr::value(self.now.as_millisecond()))
            .filter(notice_absence::Column::AbsenceId.eq(absence))
            .filter(notice_absence::Column::NoticeId.is_in(own.into_iter().map(|other| other.id)))
            .filter(notice_absence::Column::LeftAt.is_null())
            .exec(self.tx)
            .await?;
        let part = notice_absence::ActiveModel {
            notice_id: Set(notice.id.clone()),
            absence_id: Set(absence.to_owned()),
            joined_at: Set(self.now.as_millisecond()),
            left_at: Set(None),
        };
        let back = OnConflict::columns([notice_absence::Column::NoticeId, notice_absence::Column::AbsenceId])
            .update_columns([notice_absence::Column::JoinedAt, notice_absence::Column::LeftAt])
            .to_owned();
        notice_absence::Entity::insert(part).on_conflict(back).exec_without_returning(self.tx).await?;
        Ok(())
    }
}

/// What became of one guardian.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Nothing is for them.
    Nothing,
    /// They hear of it.
    Within,
    /// They want letters, and there is no way for one.
    NoWay,
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

/// Makes a notice under the next number of its guardian, pupil and day: two that are made at once are one too many.
pub(super) async fn insert(tx: &Tx, new: New<'_>, now: Timestamp) -> Result<notice::Model> {
    let last = notice::Entity::find()
        .filter(notice::Column::AccountId.eq(new.account))
        .filter(notice::Column::PupilId.eq(new.pupil))
        .filter(notice::Column::Day.eq(new.day))
        .order_by_desc(notice::Column::Number)
        .one(tx)
        .await?;
    let at = now.as_millisecond();
    let row = notice::Model {
        id: Uuid::new_v4().to_string(),
        account_id: new.account.to_owned(),
        pupil_id: new.pupil.to_owned(),
        day: new.day.to_owned(),
        number: last.map_or(1, |last| last.number + 1),
        kind: new.kind.to_owned(),
        corrects: new.corrects.map(str::to_owned),
        state: STANDING.to_owned(),
        deadline_at: new.deadline.as_millisecond(),
        created_at: at,
        confirmed_at: None,
        confirmed_by: None,
        updated_at: at,
    };
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
    let row = notice_choice::Entity::find_by_id(key).one(on).await?;
    Ok(row.map_or_else(Wish::default, |row| Wish {
        mail: row.mail != 0,
        pim: row.pim != 0,
        sms: row.sms != 0,
        valid_too: row.valid_too != 0,
    }))
}

/// The ways to a guardian.
pub(super) fn reach_of(row: &account::Model) -> Reach {
    let proven = |address: bool, verified: Option<i64>, failing: Option<i64>| match (address, verified, failing) {
        (true, Some(_), None) => Proven::Yes,
        (true, Some(_), Some(_)) => Proven::Failing,
        _ => Proven::No,
    };
    Reach {
        mail: proven(row.email.is_some(), row.email_verified_at, row.email_failing_since),
        sms: proven(row.mobile.is_some(), row.mobile_verified_at, row.mobile_failing_since),
    }
}
