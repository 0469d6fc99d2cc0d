//! What operators see of the work: counts, ages, and a line where something was given up or waits too long.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use store::{Store, entity::job};

use super::{
    attempt::{Ended, Fate},
    lines::Turn,
    registry::Kind,
};
use crate::{Setback, State};

/// How often the same alarm is repeated while it lasts.
const ALARM_EVERY: Duration = Duration::from_secs(60);

/// Measures the queue, and remembers which alarms were raised.
pub(super) struct Watch {
    kinds: Vec<Kind>,
    alarms: BTreeMap<(&'static str, &'static str), Instant>,
}

impl Watch {
    pub(super) fn new(kinds: &[Kind]) -> Self {
        // What leaves by lines leaves without one only after an upgrade: nothing to draw a curve of.
        let has_lines = |name| kinds.iter().any(|kind| kind.name == name && kind.line.is_some());
        let kinds = kinds.iter().filter(|kind| kind.line.is_some() || !has_lines(kind.name)).copied();
        Self { kinds: kinds.collect(), alarms: BTreeMap::new() }
    }

    /// `jobs_waiting{name, line}` and `jobs_oldest_seconds{name, line}`: how many jobs are wanted by now and not done, and
    /// for how long the oldest has been; tries in between make it no younger.
    pub(super) async fn measure(&mut self, store: &Store, now: Timestamp) {
        let now = now.as_millisecond();
        let open = job::Entity::find()
            .select_only()
            .column(job::Column::Name)
            .column(job::Column::Line)
            .column_as(job::Column::Id.count(), "waiting")
            .column_as(job::Column::WantedAt.min(), "oldest")
            .filter(job::Column::State.is_in([State::Waiting.word(), State::Running.word()]))
            .filter(job::Column::WantedAt.lte(now))
            .group_by(job::Column::Name)
            .group_by(job::Column::Line)
            .into_tuple::<(String, String, i64, i64)>()
            .all(store.reader())
            .await;
        // A database that is away says so elsewhere; an old figure is better than a made-up one.
        let Ok(open) = open else { return };
        for kind in self.kinds.clone() {
            let found = open.iter().find(|(name, line, ..)| name == kind.name && line == kind.line_word());
            let (waiting, oldest) = found.map_or((0, now), |(.., waiting, oldest)| (*waiting, *oldest));
            let age = Duration::from_millis(now.saturating_sub(oldest).max(0).unsigned_abs());
            let (name, line) = (kind.name, line_of(&kind));
            metrics::gauge!("jobs_waiting", "name" => name, "line" => line).set(waiting as f64);
            metrics::gauge!("jobs_oldest_seconds", "name" => name, "line" => line).set(age.as_secs_f64());
            self.alarm(&kind, waiting, age);
        }
    }

    fn alarm(&mut self, kind: &Kind, waiting: i64, age: Duration) {
        let (name, line) = (kind.name, line_of(kind));
        let milliseconds = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        if kind.target.is_some_and(|target| age > target) {
            let told = self.alarms.get(&(name, line));
            if told.is_none_or(|told| told.elapsed() >= ALARM_EVERY) {
                self.alarms.insert((name, line), Instant::now());
                let what = line;
                tracing::error!(
                    name,
                    what,
                    jobs = waiting,
                    milliseconds,
                    "alarm: the oldest waits longer than it may"
                );
            }
        } else if self.alarms.remove(&(name, line)).is_some() {
            tracing::info!(name, what = line, jobs = waiting, milliseconds, "the alarm is over");
        }
    }
}

/// The line in figures and log lines.
fn line_of(kind: &Kind) -> &'static str {
    kind.line.unwrap_or("none")
}

/// `jobs_tries_total{name, line, outcome}` and `jobs_seconds{name, line}`.
pub(super) fn tried(kind: &Kind, outcome: Result<(), Setback>, took: Duration) {
    let word = match outcome {
        Ok(()) => "done",
        Err(Setback::Later(_)) => "later",
        Err(Setback::Away(_)) => "away",
        Err(Setback::Never(_)) => "never",
    };
    let (name, line) = (kind.name, line_of(kind));
    metrics::counter!("jobs_tries_total", "name" => name, "line" => line, "outcome" => word).increment(1);
    metrics::histogram!("jobs_seconds", "name" => name, "line" => line).record(took);
}

/// `jobs_delay_seconds{name, line}`: from when it was wanted until it was done.
pub(super) fn done(kind: &Kind, job: &job::Model, now: Timestamp) {
    let delay =
        Duration::from_millis(now.as_millisecond().saturating_sub(job.wanted_at).max(0).unsigned_abs());
    metrics::histogram!("jobs_delay_seconds", "name" => kind.name, "line" => line_of(kind)).record(delay);
}

/// `jobs_given_up_total{name, line}`, and a line in the log for what did not go as it should.
pub(super) fn settled(end: &Ended, stood: bool) {
    let (job, name, tries) = (&end.held.id, end.kind.name, end.held.tries);
    if !stood {
        tracing::warn!(job, name, tries, "ended after its lease had run out");
        return;
    }
    match &end.fate {
        Fate::Done => tracing::debug!(job, name, tries, "done"),
        Fate::Again { why, .. } => tracing::warn!(job, name, tries, why, "to be tried again"),
        Fate::GivenUp { why } => {
            tracing::error!(job, name, tries, why, "given up");
            let line = line_of(&end.kind);
            metrics::counter!("jobs_given_up_total", "name" => name, "line" => line).increment(1);
        }
    }
}

/// A job did not take it in that it is given up.
pub(super) fn unheard(job: &job::Model, why: &'static str) {
    tracing::error!(job = %job.id, name = %job.name, why, "not told that it is given up");
}

/// `jobs_line_resting{line}`: whether nobody is there.
pub(super) fn resting(line: &'static str, rests: bool) {
    metrics::gauge!("jobs_line_resting", "line" => line).set(if rests { 1.0 } else { 0.0 });
}

/// The same, with a line in the log when it changes.
pub(super) fn turned(line: &'static str, turn: Turn) {
    match turn {
        Turn::Same => {}
        Turn::Rests => {
            resting(line, true);
            tracing::warn!(what = line, "nobody is there: the line rests");
        }
        Turn::Back => {
            resting(line, false);
            tracing::info!(what = line, "somebody is there again");
        }
    }
}
