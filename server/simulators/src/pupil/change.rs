//! Which types of object have changed: what a notice says (registers.md 1.7).

use std::collections::BTreeSet;

/// A type of object this register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Organisation,
    Person,
    Placement,
    Duty,
    Group,
    Activity,
    CalendarEvent,
    Attendance,
    AttendanceEvent,
    Absence,
}

impl Kind {
    /// Every one.
    pub(super) const ALL: [Self; 10] = [
        Self::Organisation,
        Self::Person,
        Self::Placement,
        Self::Duty,
        Self::Group,
        Self::Activity,
        Self::CalendarEvent,
        Self::Attendance,
        Self::AttendanceEvent,
        Self::Absence,
    ];

    /// The name in subscriptions and notices.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "Organisation",
            Self::Person => "Person",
            Self::Placement => "Placement",
            Self::Duty => "Duty",
            Self::Group => "Group",
            Self::Activity => "Activity",
            Self::CalendarEvent => "CalendarEvent",
            Self::Attendance => "Attendance",
            Self::AttendanceEvent => "AttendanceEvent",
            Self::Absence => "Absence",
        }
    }

    /// The kind with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Types of the standard that this register does not hold. They can be subscribed to; nothing ever comes.
pub(super) const OTHERS: [&str; 8] = [
    "Grade",
    "AttendanceSchedule",
    "Resource",
    "Room",
    "StudyPlan",
    "Programme",
    "Syllabus",
    "SchoolUnitOffering",
];

/// What has changed since somebody was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// Types with new or changed objects.
    pub(super) modified: BTreeSet<Kind>,
    /// Types that have lost objects.
    pub(super) deleted: BTreeSet<Kind>,
}

impl Change {
    /// New or changed objects of one type.
    pub(super) fn of(kind: Kind) -> Self {
        Self { modified: BTreeSet::from([kind]), deleted: BTreeSet::new() }
    }

    /// Lost objects of one type.
    pub(super) fn loss(kind: Kind) -> Self {
        Self { modified: BTreeSet::new(), deleted: BTreeSet::from([kind]) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.modified.is_empty() && self.deleted.is_empty()
    }

    /// Both changes.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.modified.extend(other.modified);
        self.deleted.extend(other.deleted);
        self
    }

    /// What of it concerns one of `kinds`.
    pub(super) fn among(&self, kinds: &BTreeSet<Kind>) -> Self {
        Self {
            modified: self.modified.intersection(kinds).copied().collect(),
            deleted: self.deleted.intersection(kinds).copied().collect(),
        }
    }
}
