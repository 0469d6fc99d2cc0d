//! Messages inside the service (PIM), as their reader sees them.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AbsenceKind, MessageId, UnitContact};

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// A child is absent.
    Absence,
    /// A child who was said to be absent was not.
    Correction,
    /// The reader asked for it, to see that it arrives.
    Trial,
}

impl MessageKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Absence, Self::Correction, Self::Trial];

    /// The word it is kept under.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Absence => "absence",
            Self::Correction => "correction",
            Self::Trial => "trial",
        }
    }

    /// The kind kept under `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether the school wants to know that it was received.
    pub const fn wants_answer(self) -> bool {
        matches!(self, Self::Absence)
    }
}

/// A time a child was missed: a lesson, a day, or part of one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// The lesson, where it was one.
    pub lesson: Option<String>,
    /// What the register says of it.
    pub kind: AbsenceKind,
}

/// Nothing of a child's day gets into a log.
impl fmt::Debug for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Missed(..)")
    }
}

/// A message in the list of them.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageLine {
    /// The message.
    pub id: MessageId,
    /// What it is for.
    pub kind: MessageKind,
    /// The given name of the child it is about.
    pub child: Option<String>,
    /// When it came, or last changed.
    pub at: Timestamp,
    /// Whether it was opened since.
    pub read: bool,
    /// When its reader said that it was received.
    pub acknowledged: Option<Timestamp>,
}

impl fmt::Debug for MessageLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageLine").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A message, opened.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// What the list says of it.
    pub line: MessageLine,
    /// When the child was missed, in order of time.
    pub missed: Vec<Missed>,
    /// Whom to call about it.
    pub unit: Option<UnitContact>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("line", &self.line).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_again_by_its_word() {
        for kind in MessageKind::ALL {
            assert_eq!(MessageKind::from_word(kind.word()), Some(kind));
        }
        assert_eq!(MessageKind::from_word("advert"), None);
    }

    #[test]
    fn only_of_an_absence_does_the_school_want_to_know_that_it_was_received() {
        let wanted: Vec<_> = MessageKind::ALL.into_iter().filter(|kind| kind.wants_answer()).collect();
        assert_eq!(wanted, [MessageKind::Absence]);
    }

    #[test]
    fn debug_shows_no_child_and_no_hour() {
        let at: Timestamp = "2026-11-24T07:10:00Z".parse().unwrap();
        let missed =
            Missed { from: at, to: at, lesson: Some("Matematik".into()), kind: AbsenceKind::Unexcused };
        let line = MessageLine {
            id: MessageId::from_uuid(uuid::Uuid::nil()),
            kind: MessageKind::Absence,
            child: Some("Maja".into()),
            at,
            read: false,
            acknowledged: None,
        };
        let message = Message { line, missed: vec![missed], unit: None };
        let shown = format!("{message:?} {:?} {:?}", message.line, message.missed);
        for secret in ["Maja", "Matematik", "2026"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
