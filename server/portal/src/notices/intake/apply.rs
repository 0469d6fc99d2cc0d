//! News of attendance, written down: the absence, what follows from it, and its line in the log, in one transaction.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::Timestamp;
use model::{AbsenceKind, ChildId};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter};
use store::{
    Tx,
    entity::{absence as row, notice, notice_absence, pupil, unit},
};
use uuid::Uuid;

use super::heard::{Heard, gone};
use crate::{
    Portal, Result,
    audit::Deed,
    clock::{day_of, from_millis},
    failpoint,
    notices::{
        STANDING,
        call_home::{self, Why},
        correcting, delivery, kind,
        rules::{self, Is, Then, Was, When},
        settings::Delays,
        telling::{self, TellGuardians},
        turn,
    },
    pupils, tasks,
    trail::{Actor, Line},
};

/// News written down in one transaction: visitors who write wait no longer than for these.
const BATCH: usize = 50;
/// The other word of `absence.state`.
const WITHDRAWN: &str = "withdrawn";

/// What was written down.
#[derive(Default)]
pub(super) struct Applied {
    pub(super) changed: usize,
    /// When words changed that are about pupils nobody here knows.
    pub(super) unknown: Vec<Timestamp>,
}

/// Writes news down.
pub(super) async fn apply(portal: &Portal, news: Vec<Heard>, now: Timestamp) -> Result<Applied> {
    let mut all = Applied::default();
    if news.is_empty() {
        return Ok(all);
    }
    let delays = Arc::new(Delays::read(&portal.rules().notices).await);
    for batch in news.chunks(BATCH) {
        if delays.are_within(portal.rules().spans.trust_for) {
            let missed = batch.iter().filter(|heard| heard.word == Some(AbsenceKind::Unexcused));
            let students: HashSet<String> = missed.map(|heard| heard.student.to_string()).collect();
            // Only quicker for it: who may be told is asked when it is told.
            if let Err(error) = telling::ask_ahead(portal, students, now).await {
                tracing::warn!(%error, "custody could not be asked ahead");
            }
        }
        let (house, batch, delays) = (portal.clone(), batch.to_vec(), Arc::clone(&delays));
        let applied = portal
            .change(move |tx| async move {
                let mut desk = Desk::open(&house, &tx, &batch, &delays, now).await?;
                for heard in &batch {
                    desk.take(heard).await?;
                }
                let applied = desk.close().await?;
                failpoint::pass(house.rules().failpoint.as_deref(), "absence.before-commit");
                Ok(applied)
            })
            .await?;
        failpoint::pass(portal.rules().failpoint.as_deref(), "absence.after-commit");
        all.changed += applied.changed;
        all.unknown.extend(applied.unknown);
    }
    Ok(all)
}

/// Withdraws what the register has no more, and answers how many absences that were.
pub(super) async fn withdraw(portal: &Portal, ids: Vec<Uuid>, now: Timestamp) -> Result<usize> {
    let mut lost = Vec::new();
    for ids in ids.chunks(10 * BATCH) {
        let rows = row::Entity::find()
            .filter(row::Column::RegisterId.is_in(ids.iter().map(Uuid::to_string)))
            .filter(row::Column::State.eq(STANDING))
            .all(portal.store().reader())
            .await?;
        lost.extend(rows.iter().filter_map(gone));
    }
    Ok(apply(portal, lost, now).await?.changed)
}

/// One transaction's work: what is known of those it is about.
struct Desk<'d> {
    portal: &'d Portal,
    tx: &'d Tx,
    delays: &'d Delays,
    actor: Actor,
    now: Timestamp,
    pupils: HashMap<Uuid, String>,
    units: Vec<unit::Model>,
    /// Our id of the unit a pupil goes to, where the register's word names none.
    places: HashMap<String, String>,
    rows: HashMap<String, row::Model>,
    /// Whom to tell of, and when: one job each.
    due: HashSet<(String, Timestamp)>,
    /// What was noted, for the log.
    lines: Vec<Line>,
    applied: Applied,
}

impl<'d> Desk<'d> {
    async fn open(
        portal: &'d Portal,
        tx: &'d Tx,
        batch: &[Heard],
        delays: &'d Delays,
        now: Timestamp,
    ) -> Result<Self> {
        let students: HashSet<String> = batch.iter().map(|heard| heard.student.to_string()).collect();
        let found = pupil::Entity::find().filter(pupil::Column::RegisterId.is_in(students)).all(tx).await?;
        let pupils: HashMap<Uuid, String> =
            found.into_iter().filter_map(|pupil| Some((pupil.register_id.parse().ok()?, pupil.id))).collect();
        let mut rows = rows_of(tx, batch).await?;
        let about = pupils.values().chain(rows.iter().map(|row| &row.pupil_id)).map(String::as_str);
        if turn::take(tx, about).await? {
            rows = rows_of(tx, batch).await?;
        }
        let named: HashSet<String> =
            batch.iter().filter_map(|heard| heard.unit).map(|unit| unit.to_string()).collect();
        let places = pupils::units_on(tx, pupils.values().cloned().collect(), day_of(now)).await?;
        let known = Condition::any()
            .add(unit::Column::RegisterId.is_in(named))
            .add(unit::Column::Id.is_in(places.values().cloned()));
        let units = unit::Entity::find().filter(known).all(tx).await?;
        Ok(Self {
            portal,
            tx,
            delays,
            actor: Actor::house(),
            now,
            pupils,
            units,
            places,
            rows: rows.into_iter().map(|row| (row.register_id.clone(), row)).collect(),
            due: HashSet::new(),
            lines: Vec::new(),
            applied: Applied::default(),
        })
    }

    /// Queues what is to be told, once a pupil and time, and writes the log.
    async fn close(mut self) -> Result<Applied> {
        let mut jobs = Vec::with_capacity(self.due.len());
        for (pupil, at) in &self.due {
            let pupil = pupils::child_id(pupil)?.uuid();
            jobs.push((TellGuardians { pupil }, tasks::due_at(*at, self.now)));
        }
        tasks::enqueue_all(self.tx, jobs.iter().map(|(job, due)| (job, *due)).collect()).await?;
        self.log().await?;
        Ok(self.applied)
    }

    /// Writes the log so far: what was noted stands in it before what follows from it.
    async fn log(&mut self) -> Result<()> {
        let lines = std::mem::take(&mut self.lines);
        self.portal.trail_all(self.tx, &self.actor, lines, self.now).await
    }

    async fn take(&mut self, heard: &Heard) -> Result<()> {
        let before = self.rows.get(&heard.register_id.to_string()).cloned();
        let known = before.as_ref().map(|row| row.pupil_id.clone());
        let Some(pupil) = known.or_else(|| self.pupils.get(&heard.student).cloned()) else {
            if heard.word.is_some_and(|kind| kind != AbsenceKind::Present) {
                self.applied.unknown.push(heard.modified);
            }
            return Ok(());
        };
        let after = self.row_of(heard, before.as_ref(), &pupil);
        let (was, is) = (before.as_ref().map(was), is(&after, before.as_ref()));
        match &before {
            None if after.state == WITHDRAWN => return Ok(()),
            // Somebody read a younger word meanwhile, or the same.
            Some(before) if heard.word.is_some() && before.modified_at >= after.modified_at => return Ok(()),
            Some(before) if before.modified_at > after.modified_at || !is.differs => return Ok(()),
            _ => {}
        }
        self.write(after, before, rules::then(was, is), &pupil).await
    }

    /// The row as it will stand; when to tell is another question.
    fn row_of(&self, heard: &Heard, before: Option<&row::Model>, pupil: &str) -> row::Model {
        let named = heard.unit.map(|unit| unit.to_string());
        let named = self.units.iter().find(|unit| named.as_ref() == Some(&unit.register_id));
        let unit = named.map(|unit| &unit.id).or_else(|| self.places.get(pupil)).cloned();
        let said = |text: &str| text.to_owned();
        let fresh = row::Model {
            id: before.map_or_else(|| Uuid::new_v4().to_string(), |row| row.id.clone()),
            register_id: heard.register_id.to_string(),
            resource: said(heard.resource),
            pupil_id: said(pupil),
            unit_id: unit,
            lesson_id: heard.lesson_id.map(|lesson| lesson.to_string()),
            lesson: heard.lesson.clone(),
            kind: said(heard.word.unwrap_or(AbsenceKind::Present).word()),
            start_at: heard.start.as_millisecond(),
            end_at: heard.end.as_millisecond(),
            valid_minutes: heard.valid,
            invalid_minutes: heard.invalid,
            state: said(if heard.word.is_some() { STANDING } else { WITHDRAWN }),
            modified_at: heard.modified.as_millisecond(),
            seen_at: before.map_or(self.now.as_millisecond(), |row| row.seen_at),
            due_at: before.and_then(|row| row.due_at),
            told_at: before.and_then(|row| row.told_at),
        };
        match (before, heard.word) {
            // What it said stays readable; it only stands no more.
            (Some(before), None) => row::Model {
                state: said(WITHDRAWN),
                modified_at: fresh.modified_at.max(before.modified_at),
                ..before.clone()
            },
            _ => fresh,
        }
    }

    async fn write(
        &mut self,
        mut after: row::Model,
        before: Option<row::Model>,
        then: Then,
        pupil: &str,
    ) -> Result<()> {
        let child = pupils::child_id(pupil)?;
        match then {
            Then::Tell => self.plan(&mut after, child).await?,
            Then::Drop => (after.due_at, after.told_at) = (None, None),
            Then::Nothing | Then::Correct | Then::Refresh => {}
        }
        let active = whole(after.clone());
        match &before {
            None => row::Entity::insert(active).exec_without_returning(self.tx).await.map(drop)?,
            Some(_) => row::Entity::update(active).exec_without_returning(self.tx).await.map(drop)?,
        }
        self.applied.changed += 1;
        let word = if after.state == STANDING { word_of(&after) } else { WITHDRAWN };
        let id: Uuid = after.id.parse().map_err(|_| anyhow::anyhow!("an absence's id cannot be read"))?;
        self.lines.push(Line::new(Deed::NotedAbsence).of("absence", id).child(child).because(word));
        if matches!(then, Then::Correct | Then::Refresh) || is_report(&after) {
            self.log().await?;
        }
        match then {
            Then::Correct => {
                correcting::withdrawn(self.portal, self.tx, &after, &self.actor, self.now).await?;
            }
            Then::Refresh => {
                correcting::refreshed(self.portal, self.tx, &after, &self.actor, self.now).await?;
            }
            Then::Tell | Then::Drop | Then::Nothing => {}
        }
        if is_report(&after) {
            correcting::quiet(self.portal, self.tx, &after, &self.actor, self.now).await?;
        }
        if let Some(before) = before.filter(is_report) {
            self.uncover(&before, &after).await?;
        }
        self.rows.insert(after.register_id.clone(), after);
        Ok(())
    }

    /// When guardians are to be told of it. Where it is too late for letters the school calls.
    async fn plan(&mut self, absence: &mut row::Model, child: ChildId) -> Result<()> {
        let Some(kind) = AbsenceKind::from_word(&absence.kind) else { return Ok(()) };
        let (start, end) = (from_millis(absence.start_at), from_millis(absence.end_at));
        let delay = self.delays.of(self.code_of(absence));
        let (due, told) = match rules::when(kind, start, end, self.now, delay) {
            When::At(at) => {
                self.due.insert((absence.pupil_id.clone(), at));
                (Some(at), None)
            }
            When::TooLate => {
                let day = day_of(start).to_string();
                let unit = absence.unit_id.as_deref();
                call_home::list(self.portal, self.tx, child, unit, &day, Why::TooLate, &self.actor, self.now)
                    .await?;
                (None, Some(self.now))
            }
            When::Never => (None, Some(self.now)),
        };
        absence.due_at = due.map(Timestamp::as_millisecond);
        absence.told_at = told.map(Timestamp::as_millisecond);
        Ok(())
    }

    fn code_of(&self, absence: &row::Model) -> Option<&str> {
        let id = absence.unit_id.as_deref()?;
        self.units.iter().find(|unit| unit.id == id)?.code.as_deref()
    }

    /// A report that excused lessons and does so no more: they are to be told of, where nobody knows them as unexcused.
    async fn uncover(&mut self, before: &row::Model, after: &row::Model) -> Result<()> {
        let still_covers =
            after.state == STANDING && after.start_at <= before.start_at && before.end_at <= after.end_at;
        if still_covers {
            return Ok(());
        }
        let lessons = row::Entity::find()
            .filter(row::Column::PupilId.eq(before.pupil_id.clone()))
            .filter(row::Column::Kind.eq(AbsenceKind::Unexcused.word()))
            .filter(row::Column::State.eq(STANDING))
            .filter(row::Column::ToldAt.is_not_null())
            .filter(row::Column::StartAt.gte(before.start_at))
            .filter(row::Column::EndAt.lte(before.end_at))
            .all(self.tx)
            .await?;
        for mut lesson in lessons {
            if self.is_known(&lesson).await? {
                continue;
            }
            let child = pupils::child_id(&lesson.pupil_id)?;
            self.plan(&mut lesson, child).await?;
            row::Entity::update(whole(lesson)).exec_without_returning(self.tx).await?;
        }
        Ok(())
    }

    /// Whether a guardian was told of it as unexcused, or is being told.
    async fn is_known(&self, lesson: &row::Model) -> Result<bool> {
        let parts = notice_absence::Entity::find()
            .filter(notice_absence::Column::AbsenceId.eq(lesson.id.clone()))
            .filter(notice_absence::Column::LeftAt.is_null())
            .all(self.tx)
            .await?;
        let told = notice::Entity::find()
            .filter(notice::Column::Id.is_in(parts.into_iter().map(|part| part.notice_id)))
            .filter(notice::Column::Kind.eq(kind::ABSENCE))
            .all(self.tx)
            .await?;
        for notice in told {
            if delivery::hears(self.tx, &notice).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What is known already of what the register speaks of.
async fn rows_of(tx: &Tx, batch: &[Heard]) -> Result<Vec<row::Model>> {
    let ids = batch.iter().map(|heard| heard.register_id.to_string());
    Ok(row::Entity::find().filter(row::Column::RegisterId.is_in(ids)).all(tx).await?)
}

fn was(row: &row::Model) -> Was {
    let away = row.state == STANDING && row.kind != AbsenceKind::Present.word();
    Was { away, unexcused: row.kind == AbsenceKind::Unexcused.word(), told: row.told_at.is_some() }
}

fn is(after: &row::Model, before: Option<&row::Model>) -> Is {
    let shown = |row: &row::Model| {
        (row.state.clone(), row.kind.clone(), row.start_at, row.end_at, row.lesson.clone())
    };
    let minutes = |row: &row::Model| (row.valid_minutes, row.invalid_minutes);
    let now = was(after);
    Is {
        away: now.away,
        unexcused: now.unexcused,
        differs: before
            .is_none_or(|before| shown(before) != shown(after) || minutes(before) != minutes(after)),
    }
}

fn is_report(row: &row::Model) -> bool {
    row.resource == "absence" && row.state == STANDING
}

fn word_of(row: &row::Model) -> &'static str {
    AbsenceKind::from_word(&row.kind).map_or("unknown", AbsenceKind::word)
}

/// Every column of a row, to be written.
fn whole(row: row::Model) -> row::ActiveModel {
    row.into_active_model().reset_all()
}
