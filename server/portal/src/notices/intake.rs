//! What the pupil register says of attendance, taken in: by a call that something changed, and each minute in case no call
//! came.
//!
//! Invariant: a call is a hint and nothing else. The truth is read from the register, by when it changed, and what was
//! read before changes nothing: an object is known by its id, and an older word never replaces a newer one.

use std::{
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    time::Duration,
};

use futures::TryStreamExt;
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use serde::Serialize;
use ss12000::{Absence, At, Attendance, AttendanceEvent, Code};
use store::entity::register_state as row;
use tokio::sync::Mutex;

use super::rules;
use crate::{
    Error, Portal, Result, System,
    calls::Calls,
    clock::{day_of, from_millis, millis},
};

mod apply;
mod heard;

use heard::Source;

/// The row that remembers how far deletions were read.
const DELETED: &str = "deleted-attendance";
/// After a call it is enough to look back this far: objects get their times a moment before they can be read.
const GLANCE: Duration = Duration::from_secs(5);
/// Each minute it is looked back further, for what a register showed late.
const LOOK: Duration = Duration::from_secs(5 * 60);
/// Once in so many looks, all of the day is read again.
const WHOLE_DAY: usize = 60;

/// Who reads, and whether somebody called meanwhile.
#[derive(Default)]
pub(crate) struct Intake {
    calls: Calls,
    /// Looks without a call, to know when all of the day is due.
    looks: AtomicUsize,
    /// One reading at a time, by process.
    reading: Mutex<()>,
}

/// What a reading came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AttendanceReport {
    /// Objects read.
    pub read: usize,
    /// Absences that are new, or say something else than before.
    pub changed: usize,
    /// Objects about pupils the house does not know yet; they are read again.
    pub unknown: usize,
}

impl Portal {
    /// The register says that attendance changed: it is read, beside everything else. However many calls come meanwhile,
    /// one more reading follows them all.
    pub fn attendance_changed(&self) {
        let portal = self.clone();
        self.0.intake.calls.follow("a change of attendance", move || {
            let portal = portal.clone();
            async move { portal.take_in(GLANCE).await.map(drop) }
        });
    }

    /// Reads what changed of attendance since the last reading, and a while before it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the register does not answer: what was read until then is kept.
    pub async fn read_attendance(&self) -> Result<AttendanceReport> {
        let looks = self.0.intake.looks.fetch_add(1, SeqCst);
        let back = if looks % WHOLE_DAY == WHOLE_DAY - 1 { Duration::from_secs(24 * 60 * 60) } else { LOOK };
        self.take_in(back).await
    }

    async fn take_in(&self, back: Duration) -> Result<AttendanceReport> {
        let _alone = self.0.intake.reading.lock().await;
        let now = self.clock().now();
        let mut report = AttendanceReport::default();
        // Reports first: they excuse lessons. What is deleted comes last, so that nothing read a moment ago outlives it.
        read::<Absence>(self, back, now, &mut report).await?;
        read::<Attendance>(self, back, now, &mut report).await?;
        read::<AttendanceEvent>(self, back, now, &mut report).await?;
        read_deleted(self, back, now, &mut report).await?;
        if report.changed > 0 {
            tracing::info!(read = report.read, changed = report.changed, "attendance was taken in");
        }
        metrics::counter!("portal_attendance_read").increment(report.read as u64);
        Ok(report)
    }
}

/// Reads one kind from where it was left.
async fn read<S: Source>(
    portal: &Portal,
    back: Duration,
    now: Timestamp,
    report: &mut AttendanceReport,
) -> Result<()> {
    let left = cursor(portal, S::CURSOR).await?;
    let from = begin(left, back, now);
    let mut newest = left;
    // What is about pupils who are not known yet is read again, for as long as an import may take to bring them.
    let mut held: Option<Timestamp> = None;
    let mut pages = pin!(portal.0.parts.pupils.pages::<S>(At::ChangedAfter(from)));
    loop {
        let page = match pages.try_next().await {
            Ok(Some(page)) => page,
            Ok(None) => break,
            Err(ss12000::Error::Said(Code::NotOffered)) => return Ok(()),
            Err(error) => return Err(unavailable(error)),
        };
        report.read += page.rows.len();
        newest = newest.max(page.rows.iter().filter_map(Source::modified).max());
        let news = S::hear(portal, page.rows, now).await?;
        let taken = apply::apply(portal, news, now).await?;
        report.changed += taken.changed;
        report.unknown += taken.unknown.len();
        held = taken.unknown.into_iter().chain(held).min();
    }
    let patience = from_millis(now.as_millisecond() - 2 * millis(portal.rules().spans.sync_every));
    let mark = match (newest, held.filter(|held| *held > patience)) {
        (Some(newest), Some(held)) => Some(newest.min(held)),
        (newest, _) => newest,
    };
    // The register's own clock counts; one that was ahead and is set right must not hide what comes.
    let mark = mark.or(left).unwrap_or(from).min(now);
    if Some(mark) == left { Ok(()) } else { keep(portal, S::CURSOR, mark, now).await }
}

async fn read_deleted(
    portal: &Portal,
    back: Duration,
    now: Timestamp,
    report: &mut AttendanceReport,
) -> Result<()> {
    let left = cursor(portal, DELETED).await?;
    // The answer holds no times: the mark is our own, taken before the call, and always looked back from.
    let from = begin(left, back.max(LOOK), now);
    let deleted = match portal.0.parts.pupils.deleted(from).await {
        Ok(deleted) => deleted,
        Err(ss12000::Error::Said(Code::NotOffered)) => return Ok(()),
        Err(error) => return Err(unavailable(error)),
    };
    let all = [deleted.attendances, deleted.absences, deleted.events].concat();
    report.changed += apply::withdraw(portal, all, now).await?;
    keep(portal, DELETED, now, now).await
}

/// The first reading begins with the day: what was before is history that nobody was promised.
fn begin(left: Option<Timestamp>, back: Duration, now: Timestamp) -> Timestamp {
    let (midnight, _) = rules::bounds(day_of(now));
    match left {
        None => midnight,
        Some(left) => from_millis(left.min(now).as_millisecond() - millis(back)),
    }
}

async fn cursor(portal: &Portal, name: &str) -> Result<Option<Timestamp>> {
    let state = row::Entity::find_by_id(name).one(portal.store().reader()).await?;
    Ok(state.and_then(|state| state.cursor?.parse().ok()))
}

async fn keep(portal: &Portal, name: &'static str, mark: Timestamp, now: Timestamp) -> Result<()> {
    let state = row::ActiveModel {
        name: Set(name.to_owned()),
        outcome: Set("read".to_owned()),
        tried_at: Set(now.as_millisecond()),
        read_at: Set(Some(now.as_millisecond())),
        persons: Set(0),
        relations: Set(0),
        cursor: Set(Some(mark.to_string())),
        detail: Set(None),
    };
    let moved = OnConflict::column(row::Column::Name)
        .update_columns([
            row::Column::Outcome,
            row::Column::TriedAt,
            row::Column::ReadAt,
            row::Column::Cursor,
        ])
        .to_owned();
    row::Entity::insert(state).on_conflict(moved).exec_without_returning(portal.store().writer()).await?;
    Ok(())
}

fn unavailable(error: ss12000::Error) -> Error {
    tracing::warn!(%error, "attendance cannot be read");
    metrics::counter!("portal_register_errors", "system" => System::PupilRegister.word()).increment(1);
    Error::Unavailable(System::PupilRegister)
}
