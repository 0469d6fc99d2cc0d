//! What is due of one pupil and day, told to each guardian in their own way.

use std::collections::HashSet;

use jiff::{Timestamp, civil::Date};
use model::{AbsenceKind, Channel, ChildId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use store::{
    Tx,
    entity::{absence, notice, notice_absence},
};

use super::{
    New,
    listener::{Known, Listener},
};
use crate::{
    Portal, Result,
    audit::Deed,
    clock::{day_of, from_millis},
    messages,
    notices::{
        STANDING,
        call_home::{self, Why},
        cover::unexcused,
        delivery, id_of, kind, message,
        rules::{self, Away, Part, Reach, Standing},
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

/// A notice to be made, with what it tells of and the ways it goes.
struct Fresh {
    notice: notice::Model,
    away: Vec<Away>,
    channels: Vec<Channel>,
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
        Ok(Self {
            portal,
            tx,
            child,
            day: day.to_string(),
            actor: Actor::house(),
            now,
            deadline: rules::deadline(day.min(day_of(now))),
            seen: present.iter().map(|row| from_millis(row.start_at)).collect(),
            unexcused: unexcused(tx, &absences).await?,
            absences,
        })
    }

    pub(super) async fn tell(&self, accounts: &[String]) -> Result<()> {
        let (mut heard, mut unreachable) = (false, false);
        if self.now < self.deadline {
            let mut fresh = Vec::new();
            for listener in Listener::all(self.tx, accounts, self.child, &self.day).await? {
                match self.tell_one(&listener, &mut fresh).await? {
                    Told::Nothing => {}
                    Told::Within => heard = true,
                    Told::NoWay => unreachable = true,
                }
            }
            self.write(fresh).await?;
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

    /// What is news to one guardian joins what they were told, or is `fresh`.
    async fn tell_one(&self, listener: &Listener, fresh: &mut Vec<Fresh>) -> Result<Told> {
        let (wish, reach) = (listener.wish, listener.reach);
        let is_known = |known: &Known| known.reached && known.notice.unexcused;
        let knows =
            |away: &Away| listener.known.iter().any(|it| is_known(it) && it.absences.contains(&away.id));
        let due: Vec<Away> = self
            .absences
            .iter()
            .map(|absence| Away { unexcused: self.unexcused.contains(&absence.id), ..message::away(absence) })
            .filter(|away| (away.unexcused || wish.valid_too) && !knows(away))
            .collect();
        if due.is_empty() {
            return Ok(if listener.known.iter().any(is_known) { Told::Within } else { Told::Nothing });
        }
        let standing: Vec<Standing> = listener.known.iter().map(|it| it.notice.clone()).collect();
        let mut number = listener.next_number();
        for Part { into, away } in rules::parts(due, &standing, &self.seen) {
            if let Some(id) = into {
                self.join(listener, &id, &away).await?;
                continue;
            }
            let notice = self.notice(&listener.account, number, &away);
            number += 1;
            self.leave_others(listener, &notice.id, &away).await?;
            fresh.push(Fresh { notice, away, channels: rules::channels(wish, reach) });
        }
        Ok(if wish.wants_letters() && reach == Reach::default() { Told::NoWay } else { Told::Within })
    }

    fn notice(&self, account: &str, number: i64, away: &[Away]) -> notice::Model {
        let kind = if away.iter().any(|away| away.unexcused) { kind::ABSENCE } else { kind::VALID };
        let pupil = self.child.uuid().to_string();
        let new =
            New { account, pupil: &pupil, day: &self.day, kind, corrects: None, deadline: self.deadline };
        new.row(number, self.now)
    }

    /// Everything that is made, at once.
    async fn write(&self, fresh: Vec<Fresh>) -> Result<()> {
        if fresh.is_empty() {
            return Ok(());
        }
        let notices = fresh.iter().map(|one| notice::ActiveModel::from(one.notice.clone()));
        notice::Entity::insert_many(notices).exec_without_returning(self.tx).await?;
        let parts = fresh.iter().flat_map(|one| one.away.iter().map(|away| (&*one.notice.id, &*away.id)));
        self.tie(parts.collect()).await?;
        let ways = fresh.iter().map(|one| (&one.notice, one.channels.as_slice())).collect();
        delivery::offer(self.portal, self.tx, ways, self.now).await?;
        let (mut inside, mut lines) = (Vec::new(), Vec::new());
        for Fresh { notice, away, channels } in &fresh {
            if channels.contains(&Channel::Pim) {
                let absences =
                    self.absences.iter().filter(|absence| away.iter().any(|away| away.id == absence.id));
                inside.push(message::of(notice, absences, &self.unexcused)?);
            }
            lines.push(self.line(&notice.id, "absence")?);
        }
        messages::put_new(self.portal, self.tx, inside, &self.actor, self.now).await?;
        self.portal.trail_all(self.tx, &self.actor, lines, self.now).await
    }

    /// A notice that stands now tells of more.
    async fn join(&self, listener: &Listener, id: &str, away: &[Away]) -> Result<()> {
        let notice = listener.notices.iter().find(|notice| notice.id == id);
        let notice = notice.ok_or_else(|| anyhow::anyhow!("a notice that stands is gone"))?;
        self.leave_others(listener, id, away).await?;
        self.tie(away.iter().map(|away| (id, &*away.id)).collect()).await?;
        if delivery::of_notice(self.tx, id).await?.iter().any(|it| it.channel == Channel::Pim.word()) {
            let absences = message::absences_of(self.tx, id).await?;
            message::put(self.portal, self.tx, notice, &absences, &self.actor, self.now).await?;
        }
        self.portal.trail(self.tx, &self.actor, self.line(id, "joined")?, self.now).await
    }

    fn line(&self, notice: &str, why: &'static str) -> Result<Line> {
        Ok(Line::new(Deed::QueuedNotice).of("notice", id_of(notice)?).child(self.child).because(why))
    }

    /// An absence belongs to one notice of each guardian.
    async fn leave_others(&self, listener: &Listener, notice: &str, away: &[Away]) -> Result<()> {
        let others: Vec<&str> =
            listener.notices.iter().map(|other| other.id.as_str()).filter(|other| *other != notice).collect();
        if others.is_empty() {
            return Ok(());
        }
        notice_absence::Entity::update_many()
            .col_expr(notice_absence::Column::LeftAt, Expr::value(self.now.as_millisecond()))
            .filter(notice_absence::Column::AbsenceId.is_in(away.iter().map(|away| away.id.as_str())))
            .filter(notice_absence::Column::NoticeId.is_in(others))
            .filter(notice_absence::Column::LeftAt.is_null())
            .exec(self.tx)
            .await?;
        Ok(())
    }

    /// Notices tell of absences, by the ids of both.
    async fn tie(&self, parts: Vec<(&str, &str)>) -> Result<()> {
        let parts = parts.into_iter().map(|(notice, absence)| notice_absence::ActiveModel {
            notice_id: Set(notice.to_owned()),
            absence_id: Set(absence.to_owned()),
            joined_at: Set(self.now.as_millisecond()),
            left_at: Set(None),
        });
        let back = OnConflict::columns([notice_absence::Column::NoticeId, notice_absence::Column::AbsenceId])
            .update_columns([notice_absence::Column::JoinedAt, notice_absence::Column::LeftAt])
            .to_owned();
        notice_absence::Entity::insert_many(parts).on_conflict(back).exec_without_returning(self.tx).await?;
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
