//! A child as its guardian may see it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ChildId, Date};

/// Skyddade personuppgifter: how strongly a person's whereabouts are protected. The stronger mark always wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// No mark.
    #[default]
    None,
    /// Sekretessmarkering: a warning mark. Also what a missing or unknown mark counts as.
    SecrecyMark,
    /// Skyddad folkbokföring: the register does not hold the true address.
    ProtectedRegistration,
}

impl Protection {
    /// Whether the person carries any mark.
    pub fn is_protected(self) -> bool {
        self > Self::None
    }
}

/// The kind of a school unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitKind {
    /// Förskola.
    Preschool,
    /// Grundskola, with förskoleklass.
    Compulsory,
    /// Gymnasieskola.
    UpperSecondary,
    /// A unit the register gives another or no kind.
    Other,
}

/// A school unit as anybody may know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitContact {
    /// The unit's name.
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
    /// The telephone number to show, in groups, such as `031-390 06 10`.
    pub phone: Option<String>,
    /// The unit's public e-mail address.
    pub email: Option<String>,
}

/// What the pupil register says of a child's place today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum ChildToday {
    /// Has a place.
    Enrolled,
    /// Has a place from a coming day on.
    Begins {
        /// The first day.
        on: Date,
    },
    /// Had a place, and can still be read about for a while.
    Ended {
        /// The last day.
        on: Date,
    },
}

/// That a child is away today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AbsentToday {
    /// Somebody said so, or leave was granted.
    Reported,
    /// Away, and nobody had said so.
    Unexcused,
}

/// One of the guardian's own children on Mina barn.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildCard {
    /// The child.
    pub id: ChildId,
    /// Given name, shown large.
    pub given: String,
    /// Family name.
    pub family: String,
    /// The school unit.
    pub unit: Option<UnitContact>,
    /// Class or section.
    pub group: Option<String>,
    /// The child's user name, which the service adds.
    pub username: Option<String>,
    /// The child's school e-mail address, which the service adds.
    pub email: Option<String>,
    /// The child's place.
    pub today: ChildToday,
    /// Whether the child is away today, as far as anybody has said.
    pub absent: Option<AbsentToday>,
}

impl fmt::Debug for ChildCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildCard").field("id", &self.id).field("today", &self.today).finish_non_exhaustive()
    }
}
