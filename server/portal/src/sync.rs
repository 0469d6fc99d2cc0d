//! The pupil register's import: everything is read, staged, held against yesterday's copy, and applied in one
//! transaction, or not at all.
//!
//! Invariant: an import gives nobody access. It ends access at once where a guardian vanished, and it never lowers a
//! protection mark: that is for two people at a school.

use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use serde::Serialize;
use store::entity::register_state as row;

use crate::{
    Error, Portal, Result, System,
    audit::Deed,
    clock::millis,
    pupils::REGISTER,
    trail::{Actor, Line},
};

mod apply;
mod diff;
mod snapshot;

use diff::Diff;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SyncReport {
    /// School units read.
    pub units: usize,
    /// Groups read.
    pub groups: usize,
    /// Persons read.
    pub persons: usize,
    /// Pupils among them.
    pub pupils: usize,
    /// Guardian relations read.
    pub relations: usize,
    /// Rows that could not be read, or that point nowhere.
    pub unreadable: usize,
    /// Pupils that are new, changed or gone.
    pub changed: usize,
    /// Links closed because the register no longer names the guardian.
    pub links_closed: usize,
    /// Why the import stopped and yesterday's copy stands; none where it was applied.
    pub braked: Option<&'static str>,
}

impl Portal {
    /// Reads the whole pupil register into the house's copy. `accept` lets through what the brake would stop: a human
    /// decided.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the register does not answer; the copy stands as it was.
    pub async fn sync_registers(&self, accept: bool) -> Result<SyncReport> {
        let now = self.clock().now();
        let read = snapshot::read(self).await;
        let snapshot = match read {
            Ok(snapshot) => snapshot,
            Err(error) => {
                tracing::warn!(%error, "the pupil register cannot be read");
                metrics::counter!("portal_register_errors", "system" => System::PupilRegister.word())
                    .increment(1);
                self.note_sync(now, "failed", None).await?;
                return Err(Error::Unavailable(System::PupilRegister));
            }
        };
        for (kind, holes) in snapshot.holes.by_kind() {
            metrics::gauge!("portal_sync_unreadable", "kind" => kind).set(holes as f64);
        }
        if snapshot.holes.all() > 0 {
            tracing::warn!(
                unreadable = snapshot.holes.all(),
                "rows of the pupil register cannot be read; what they would have ended goes on"
            );
        }
        let before = row::Entity::find_by_id(REGISTER).one(self.store().reader()).await?;
        let read_before = before.as_ref().and_then(|state| state.read_at);
        let diff = Diff::between(self, &snapshot).await?;
        let mut report = snapshot.report();
        report.changed = diff.changed_pupils();
        let stop = match (read_before, accept) {
            (Some(_), false) => {
                diff.brake(&self.rules().brake, before.as_ref().map_or(0, |state| state.persons), &snapshot)
            }
            // The first import has nothing to be held against; an accepted one was looked at.
            _ => None,
        };
        if let Some(reason) = stop {
            tracing::error!(
                reason,
                persons = report.persons,
                changed = report.changed,
                "the import of the pupil register stopped; yesterday's copy stands"
            );
            metrics::counter!("portal_sync_braked").increment(1);
            apply::protect(self, &diff, now).await?;
            self.note_sync(now, "braked", Some(reason)).await?;
            report.braked = Some(reason);
            return Ok(report);
        }
        report.links_closed = apply::apply(self, diff, &snapshot, read_before, now).await?;
        tracing::info!(
            persons = report.persons,
            pupils = report.pupils,
            changed = report.changed,
            links_closed = report.links_closed,
            unreadable = report.unreadable,
            "the pupil register was read"
        );
        Ok(report)
    }

    /// Whether the copy is old enough to be read again. A copy that was never read always is.
    pub(crate) async fn sync_is_due(&self, now: Timestamp) -> Result<bool> {
        let state = row::Entity::find_by_id(REGISTER).one(self.store().reader()).await?;
        let every = millis(self.rules().spans.sync_every);
        Ok(match state {
            None => true,
            // After a failure it is tried again soon.
            Some(state) => {
                let wait = if state.outcome == "failed" { every.min(60_000) } else { every };
                !(0..wait).contains(&(now.as_millisecond() - state.tried_at))
            }
        })
    }

    /// Writes down how it went where nothing was applied.
    async fn note_sync(
        &self,
        now: Timestamp,
        outcome: &'static str,
        reason: Option<&'static str>,
    ) -> Result<()> {
        let portal = self.clone();
        self.change(move |tx| async move {
            let state = row::ActiveModel {
                name: Set(REGISTER.to_owned()),
                outcome: Set(outcome.to_owned()),
                tried_at: Set(now.as_millisecond()),
                read_at: Set(None),
                persons: Set(0),
                relations: Set(0),
                cursor: Set(None),
                detail: Set(reason.map(str::to_owned)),
            };
            let noted = OnConflict::column(row::Column::Name)
                .update_columns([row::Column::Outcome, row::Column::TriedAt, row::Column::Detail])
                .to_owned();
            row::Entity::insert(state).on_conflict(noted).exec_without_returning(&tx).await?;
            let line = match reason {
                Some(reason) => Line::new(Deed::BrakedRegister).refused(reason),
                None => Line::new(Deed::ReadRegister).refused(outcome),
            };
            portal.trail(&tx, &Actor::house(), line, now).await
        })
        .await
    }
}
