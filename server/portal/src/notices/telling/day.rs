//! What is due of one pupil and day, told to each guardian in their own way.

use std::collections::HashSet;

use jiff::{Timestamp, civil::Date};
use model::{AbsenceKind, ChildId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, OnConflict},
};
use store::{
    Tx,
    entity::{absence, account, notice, notice_absence},
};

use super::{New, insert, reach_of, wish_of};
use crate::{
    Portal, Result,
    audit::Deed,
    clock::{day_of, from_millis},
    notices::{
        STANDING,
        call_home::{self, Why},
        cover::covers,
        delivery, id_of, kind, message,
        rules::{self, Away, Part, Reach, Standing, Wish},
    },
    trail::{Actor, Line},
};

/// What is due of one pupil and day.
pub(super) struct Day<'d> {
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
    pub(super) async fn open(
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
            if away.unexcused && !away.is_covered(&covers(tx, absence).await?) {
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

    pub(super) async fn tell(&self, listeners: &[String]) -> Result<()> {
        let (mut heard, mut unreachable) = (false, false);
        if self.now < self.deadline {
            for listener in listeners {
                match self.tell_one(listener).await? {
                    Told::Nothing => {}
                    Told::Within => heard = true,
                    Told::NoWay => unreachable = true,
                }
            }
        }
        if self.unexcused.is_empty() {
            return Ok(());
        }
        let why = match (heard, unreachable) {
            _ if self.now >= self.deadline => Why::TooLate,
            (true, _) => return Ok(()),
            (false, true) => Why::Unreachable,
            (false, false) => Why::Nobody,
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
            .filter(|away| {
                !known.iter().any(|it| it.reached && it.notice.unexcused && it.absences.contains(&away.id))
            })
            .collect();
        if due.is_empty() {
            let is_known = known.iter().any(|it| it.reached && it.notice.unexcused);
            return Ok(if is_known { Told::Within } else { Told::Nothing });
        }
        let reach = reach_of(&row);
        let standing: Vec<Standing> = known.into_iter().map(|it| it.notice).collect();
        for part in rules::parts(due, &standing, &self.seen) {
            self.write(&row.id, part, wish, reach).await?;
        }
        Ok(if wish.wants_letters() && reach == Reach::default() { Told::NoWay } else { Told::Within })
    }

    /// The notices of the day that stand.
    async fn standing(&self, account: &str) -> Result<Vec<Known>> {
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
            let absences = absences.into_iter().map(|absence| absence.id).collect();
            let reached = delivery::of_notice(self.tx, &row.id).await?.iter().any(delivery::is_alive);
            let (unexcused, open) = (row.kind == kind::ABSENCE, reached && row.confirmed_at.is_none());
            standing.push(Known {
                notice: Standing { notice: row.id, begins, unexcused, open },
                absences,
                reached,
            });
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
        if is_new {
            delivery::offer(self.portal, self.tx, &notice, rules::channels(wish, reach), self.now).await?;
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
        let new =
            New { account, pupil: &pupil, day: &self.day, kind, corrects: None, deadline: self.deadline };
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

/// A notice that stands, and what it tells of.
struct Known {
    notice: Standing,
    absences: HashSet<String>,
    /// Something of it is on its way or there.
    reached: bool,
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
