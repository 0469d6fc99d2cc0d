//! What may differ between one pupil register and another: where the standard leaves it open, or is spelled in two ways.

use super::change::Kind;
use serde::{Deserialize, Serialize};

/// How this register behaves. `PUT /control/pupil` sets all of them; what is left out goes back to the usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Switches {
    /// The most rows on a page.
    pub(crate) rows: usize,
    /// How misspelled names of the standard are spelled.
    pub(crate) spelling: Spelling,
    /// Whether an absence can be deleted; version 2.0 of the standard has no way to.
    pub(crate) delete_absences: bool,
    /// How many times each notice comes, at once; nought for a register whose notices are lost.
    pub(crate) copies: usize,
}

impl Default for Switches {
    fn default() -> Self {
        Self { rows: 100, spelling: Spelling::Standard, delete_absences: false, copies: 1 }
    }
}

/// Which spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Spelling {
    /// As the standard's file has it: `modifiedEntites`, `activitites`.
    Standard,
    /// As Skolverket's reference implementation has it: `modifiedEntities`, `activities`.
    Reference,
}

impl Spelling {
    /// The name of the list of types in a notice.
    pub(super) fn modified(self) -> &'static str {
        match self {
            Self::Standard => "modifiedEntites",
            Self::Reference => "modifiedEntities",
        }
    }

    /// The name of a type's list among the deleted.
    pub(super) fn plural(self, kind: Kind) -> &'static str {
        match kind {
            Kind::Organisation => "organisations",
            Kind::Person => "persons",
            Kind::Placement => "placements",
            Kind::Duty => "duties",
            Kind::Group => "groups",
            Kind::Activity if self == Self::Standard => "activitites",
            Kind::Activity => "activities",
            Kind::CalendarEvent => "calendarEvents",
            Kind::Attendance => "attendances",
            Kind::AttendanceEvent => "attendanceEvents",
            Kind::Absence => "absences",
        }
    }
}
