//! Absence (frånvaro): what the pupil register tells of it, how a guardian wants to hear of it, reports it, and looks
//! back on it.

mod choice;
mod history;
mod report;

pub use choice::{Choice, ChoiceForm};
pub use history::{DayMark, Entry, History, Period, Shows, Span, Totals, What};
pub use report::{Reason, Report, ReportForm, ReportState, TimeOfDay, Times, When};

use serde::{Deserialize, Serialize};

/// What the register says of a pupil and a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AbsenceKind {
    /// Ogiltig frånvaro: away, and nobody had said so.
    Unexcused,
    /// Giltig frånvaro: reported by a guardian, the pupil or the school.
    Reported,
    /// Beviljad ledighet.
    Leave,
    /// Was there: seen to arrive, or what was unexcused has been corrected.
    Present,
}

impl AbsenceKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Unexcused, Self::Reported, Self::Leave, Self::Present];

    /// The word it is kept under.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unexcused => "unexcused",
            Self::Reported => "reported",
            Self::Leave => "leave",
            Self::Present => "present",
        }
    }

    /// The kind kept under `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether the school had agreed or been told.
    pub const fn is_valid(self) -> bool {
        matches!(self, Self::Reported | Self::Leave)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_again_by_its_word() {
        for kind in AbsenceKind::ALL {
            assert_eq!(AbsenceKind::from_word(kind.word()), Some(kind));
        }
        assert_eq!(AbsenceKind::from_word("late"), None);
    }

    #[test]
    fn only_what_was_agreed_or_told_is_valid() {
        let valid: Vec<_> = AbsenceKind::ALL.into_iter().filter(|kind| kind.is_valid()).collect();
        assert_eq!(valid, [AbsenceKind::Reported, AbsenceKind::Leave]);
    }
}
