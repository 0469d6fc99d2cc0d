//! Absences as the pupil register records them. Telling the portal is a [`crate::state::Hook`]'s work.

use crate::lock;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use uuid::Uuid;

/// One absence of a pupil.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Absence {
    /// The register's id of it.
    #[serde(default = "Uuid::new_v4")]
    pub(crate) id: Uuid,
    /// The pupil's id in this world.
    pub(crate) child: String,
    /// From when.
    pub(crate) start: Timestamp,
    /// Until when.
    pub(crate) end: Timestamp,
    /// Whether a guardian had reported it.
    pub(crate) kind: AbsenceKind,
    /// Whether the mark was taken back.
    #[serde(default)]
    pub(crate) withdrawn: bool,
}

/// Whether the school knew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AbsenceKind {
    /// A guardian had reported it.
    Reported,
    /// Nobody had.
    Unreported,
}

/// Every absence, in the order of recording.
#[derive(Debug, Default)]
pub(crate) struct Absences(Mutex<Vec<Absence>>);

impl Absences {
    /// Records an absence; the same id again changes the first.
    pub(crate) fn record(&self, absence: Absence) {
        let mut all = lock(&self.0);
        match all.iter_mut().find(|known| known.id == absence.id) {
            Some(known) => *known = absence,
            None => all.push(absence),
        }
    }

    /// All of them.
    pub(crate) fn list(&self) -> Vec<Absence> {
        lock(&self.0).clone()
    }

    /// Forgets all.
    pub(crate) fn clear(&self) {
        lock(&self.0).clear();
    }
}
