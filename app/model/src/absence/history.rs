//! Frånvarohistorik: what a child's absence over a time comes to.

use std::{collections::BTreeMap, fmt};

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
};

use crate::{AbsenceKind, ChildId};

/// How far one looks back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// The term so far: from January, or from the tenth of August, when no school has begun yet.
    #[default]
    Term,
    /// The term before.
    LastTerm,
    /// The last thirty days.
    Month,
    /// The school year so far, from the tenth of August.
    Year,
}

impl Period {
    /// Every period, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Term, Self::LastTerm, Self::Month, Self::Year];

    /// The word an address asks for it by.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Term => "termin",
            Self::LastTerm => "forra-terminen",
            Self::Month => "manad",
            Self::Year => "lasar",
        }
    }

    /// The period asked for by `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.word() == word)
    }

    /// Its first and its last day.
    pub fn span(self, today: Date) -> Span {
        // What lies between two school years, when preschools are open, counts with the term before.
        let begun = autumn(today.year());
        let spring = today < begun;
        let last = if spring { autumn(today.year().saturating_sub(1)) } else { begun };
        let january = Date::constant(today.year(), 1, 1);
        let (from, to) = match self {
            Self::Term if spring => (january, today),
            Self::Term | Self::Year => (last, today),
            Self::LastTerm if spring => (last, january.yesterday().unwrap_or(Date::MIN)),
            Self::LastTerm => (january, begun.yesterday().unwrap_or(Date::MIN)),
            Self::Month => (today.saturating_sub(jiff::Span::new().days(29)), today),
        };
        Span { from, to }
    }
}

/// From when on absence belongs to the autumn term. Registers give no dates of terms; schools begin in the middle of
/// August.
fn autumn(year: i16) -> Date {
    Date::new(year, 8, 10).unwrap_or(Date::MIN)
}

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Span {
    /// Its days, in order.
    pub fn days(self) -> impl Iterator<Item = Date> {
        self.from.series(jiff::Span::new().days(1)).take_while(move |day| *day <= self.to)
    }
}

/// Which absences are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shows {
    /// All of them.
    #[default]
    All,
    /// What was reported or granted.
    Valid,
    /// What was neither.
    Invalid,
}

impl Shows {
    /// Every choice, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::All, Self::Valid, Self::Invalid];

    /// The word an address asks for it by.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "alla",
            Self::Valid => "giltig",
            Self::Invalid => "ogiltig",
        }
    }

    /// The choice asked for by `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shows| shows.word() == word)
    }

    /// Whether `entry` is one of those.
    pub fn fits(self, entry: &Entry) -> bool {
        match self {
            Self::All => true,
            Self::Valid => entry.is_valid(),
            Self::Invalid => entry.is_invalid(),
        }
    }
}

/// What a child was away from.
#[derive(Clone, PartialEq, Eq)]
pub enum What {
    /// A lesson, with its school subject where it is known.
    Lesson(Option<String>),
    /// A time somebody reported, or leave that was granted.
    Reported,
    /// A time at a preschool or in after-school care.
    Care,
}

/// One absence.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the register says.
    pub kind: AbsenceKind,
    /// What the child was away from.
    pub what: What,
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// From when.
    pub start: Timestamp,
    /// Until when.
    pub end: Timestamp,
    /// Whole days: no times are said.
    pub whole: bool,
    /// Minutes of valid absence.
    pub valid_minutes: i64,
    /// Minutes of invalid absence.
    pub invalid_minutes: i64,
}

impl Entry {
    /// Whether some of it was reported or granted.
    pub const fn is_valid(&self) -> bool {
        self.kind.is_valid() || self.valid_minutes > 0
    }

    /// Whether some of it was neither.
    pub const fn is_invalid(&self) -> bool {
        matches!(self.kind, AbsenceKind::Unexcused) || self.invalid_minutes > 0
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("kind", &self.kind).field("first", &self.first).finish_non_exhaustive()
    }
}

/// What a day comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayMark {
    /// Valid absence.
    Valid,
    /// Invalid absence.
    Invalid,
    /// Both.
    Both,
}

impl DayMark {
    fn with(before: Option<Self>, entry: &Entry) -> Option<Self> {
        let valid = entry.is_valid() || matches!(before, Some(Self::Valid | Self::Both));
        let invalid = entry.is_invalid() || matches!(before, Some(Self::Invalid | Self::Both));
        match (valid, invalid) {
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::Valid),
            (false, true) => Some(Self::Invalid),
            (false, false) => None,
        }
    }
}

/// The sums of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Weekdays of the period.
    pub weekdays: usize,
    /// Weekdays with absence.
    pub days: usize,
    /// Weekdays with invalid absence.
    pub invalid_days: usize,
    /// Lessons with valid absence.
    pub valid_lessons: usize,
    /// Lessons with invalid absence.
    pub invalid_lessons: usize,
    /// Minutes of valid absence from lessons.
    pub valid_minutes: i64,
    /// Minutes of invalid absence from lessons.
    pub invalid_minutes: i64,
}

impl Totals {
    /// The share of the period's weekdays that had absence, in whole percent.
    pub const fn percent(&self) -> usize {
        match self.weekdays {
            0 => 0,
            weekdays => (self.days * 100 + weekdays / 2) / weekdays,
        }
    }
}

/// A child's absence over a period.
#[derive(Clone, PartialEq, Eq)]
pub struct History {
    /// The child.
    pub child: ChildId,
    /// Given name.
    pub given: String,
    /// Family name.
    pub family: String,
    /// The days.
    pub span: Span,
    /// The absences, the latest first.
    pub entries: Vec<Entry>,
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History")
            .field("child", &self.child)
            .field("span", &self.span)
            .finish_non_exhaustive()
    }
}

impl History {
    /// Only what is asked for.
    #[must_use]
    pub fn only(mut self, shows: Shows) -> Self {
        self.entries.retain(|entry| shows.fits(entry));
        self
    }

    /// The days of the period that had absence.
    pub fn marks(&self) -> BTreeMap<Date, DayMark> {
        let mut marks = BTreeMap::new();
        for entry in &self.entries {
            let Span { from, to } = self.span;
            for day in (Span { from: entry.first.max(from), to: entry.last.min(to) }).days() {
                if let Some(mark) = DayMark::with(marks.get(&day).copied(), entry) {
                    marks.insert(day, mark);
                }
            }
        }
        marks
    }

    /// The sums.
    pub fn totals(&self) -> Totals {
        let marks = self.marks();
        let mut totals =
            Totals { weekdays: self.span.days().filter(|day| is_weekday(*day)).count(), ..Totals::default() };
        for mark in marks.iter().filter(|(day, _)| is_weekday(**day)).map(|(_, mark)| *mark) {
            totals.days += 1;
            totals.invalid_days += usize::from(mark != DayMark::Valid);
        }
        for entry in self.entries.iter().filter(|entry| matches!(entry.what, What::Lesson(_))) {
            totals.valid_lessons += usize::from(entry.valid_minutes > 0);
            totals.invalid_lessons += usize::from(entry.invalid_minutes > 0);
            totals.valid_minutes += entry.valid_minutes;
            totals.invalid_minutes += entry.invalid_minutes;
        }
        totals
    }
}

/// Monday to Friday.
fn is_weekday(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn lesson(on: &str, valid_minutes: i64, invalid_minutes: i64) -> Entry {
        let kind = if invalid_minutes > 0 { AbsenceKind::Unexcused } else { AbsenceKind::Reported };
        Entry {
            kind,
            what: What::Lesson(Some("Bild".into())),
            first: day(on),
            last: day(on),
            start: Timestamp::UNIX_EPOCH,
            end: Timestamp::UNIX_EPOCH,
            whole: false,
            valid_minutes,
            invalid_minutes,
        }
    }

    fn history(entries: Vec<Entry>) -> History {
        History {
            child: ChildId::from_uuid(uuid::Uuid::nil()),
            given: "Alva".into(),
            family: "Lind".into(),
            span: Span { from: day("2026-11-16"), to: day("2026-11-29") },
            entries,
        }
    }

    #[test]
    fn a_period_is_a_term_a_year_or_the_days_before() {
        for (today, period, from, to) in [
            ("2026-11-24", Period::Term, "2026-08-10", "2026-11-24"),
            ("2026-11-24", Period::LastTerm, "2026-01-01", "2026-08-09"),
            ("2026-11-24", Period::Month, "2026-10-26", "2026-11-24"),
            ("2026-11-24", Period::Year, "2026-08-10", "2026-11-24"),
            ("2027-02-01", Period::Term, "2027-01-01", "2027-02-01"),
            ("2027-02-01", Period::LastTerm, "2026-08-10", "2026-12-31"),
            ("2027-02-01", Period::Year, "2026-08-10", "2027-02-01"),
            ("2027-07-20", Period::Term, "2027-01-01", "2027-07-20"),
            ("2027-07-20", Period::Year, "2026-08-10", "2027-07-20"),
            ("2027-08-10", Period::Term, "2027-08-10", "2027-08-10"),
        ] {
            assert_eq!(period.span(day(today)), Span { from: day(from), to: day(to) }, "{today} {period:?}");
        }
    }

    #[test]
    fn a_day_counts_once_however_many_lessons_were_missed() {
        let totals = history(vec![
            lesson("2026-11-24", 50, 0),
            lesson("2026-11-24", 0, 40),
            lesson("2026-11-25", 60, 0),
            // A Saturday is no weekday to be away from.
            lesson("2026-11-28", 60, 0),
        ])
        .totals();
        assert_eq!((totals.weekdays, totals.days, totals.invalid_days), (10, 2, 1));
        assert_eq!(totals.percent(), 20);
        assert_eq!((totals.valid_lessons, totals.invalid_lessons), (3, 1));
        assert_eq!((totals.valid_minutes, totals.invalid_minutes), (170, 40));
    }

    #[test]
    fn an_absence_of_days_marks_each_of_them_within_the_period() {
        let mut leave = lesson("2026-11-27", 0, 0);
        (leave.kind, leave.what, leave.last) = (AbsenceKind::Leave, What::Reported, day("2026-12-04"));
        let marks = history(vec![leave, lesson("2026-11-27", 0, 30)]).marks();
        assert_eq!(marks.len(), 3);
        assert_eq!(marks[&day("2026-11-27")], DayMark::Both);
        assert_eq!(marks[&day("2026-11-29")], DayMark::Valid);
    }

    #[test]
    fn only_what_is_asked_for_is_left() {
        let all = history(vec![lesson("2026-11-24", 50, 0), lesson("2026-11-24", 10, 40)]);
        assert_eq!(all.clone().only(Shows::Invalid).entries.len(), 1);
        assert_eq!(all.clone().only(Shows::Valid).entries.len(), 2);
        assert_eq!(all.only(Shows::All).entries.len(), 2);
    }

    #[test]
    fn every_word_is_found_again() {
        for period in Period::ALL {
            assert_eq!(Period::from_word(period.word()), Some(period));
        }
        for shows in Shows::ALL {
            assert_eq!(Shows::from_word(shows.word()), Some(shows));
        }
    }
}
