//! Anmäl frånvaro: a guardian says that children will be away. The reason comes from a short list: free text would
//! invite what nobody should write down.

use std::collections::BTreeSet;

use jiff::{
    Span,
    civil::{Date, DateTime},
};
use serde::{Deserialize, Serialize};

use crate::{ChildId, Typed, Wrong, Wrongs};

/// Why a child is away, as far as anybody needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Ill.
    Ill,
    /// At the doctor's, the dentist's or the like.
    Care,
    /// Anything else.
    Other,
}

impl Reason {
    /// Every reason, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Ill, Self::Care, Self::Other];

    /// The word it is kept under.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ill => "ill",
            Self::Care => "care",
            Self::Other => "other",
        }
    }

    /// The reason kept under `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

/// How far a report has come on its way to the pupil register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportState {
    /// On its way; tried again until it arrives.
    Sending,
    /// The register has it.
    Sent,
    /// Taken back here, and on its way to being so in the register.
    Recalling,
    /// Taken back.
    Withdrawn,
    /// The register does not take what was said: the school was told.
    Left,
    /// Whoever reported is no guardian of the child any more: it was not sent.
    Withheld,
}

impl ReportState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Sending, Self::Sent, Self::Recalling, Self::Withdrawn, Self::Left, Self::Withheld];

    /// The word it is kept under.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Recalling => "recalling",
            Self::Withdrawn => "withdrawn",
            Self::Left => "left",
            Self::Withheld => "withheld",
        }
    }

    /// The state kept under `word`.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A time of the day, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// Reads `08:10` as browsers write it, and `8.10` as people do. Nothing typed is no time.
    ///
    /// # Errors
    /// [`Wrong::NotATime`].
    pub fn parse(typed: &str) -> Result<Option<Self>, Wrong> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let mut parts = typed.split([':', '.']);
        let mut part = |below: u16| {
            let digits = parts.next().unwrap_or_default();
            let fits = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            digits.parse().ok().filter(|value: &u16| fits && *value < below)
        };
        let (hour, minute) = (part(24), part(60));
        // Some browsers add seconds; nobody is away to the second.
        let seconds = typed.split([':', '.']).nth(2).is_none_or(|seconds| seconds == "00");
        match (hour, minute, seconds && typed.split([':', '.']).count() <= 3) {
            (Some(hour), Some(minute), true) => Ok(Some(Self(hour * 60 + minute))),
            _ => Err(Wrong::NotATime),
        }
    }

    /// The hour, from 0.
    pub const fn hour(self) -> i8 {
        (self.0 / 60) as i8
    }

    /// The minute of the hour.
    pub const fn minute(self) -> i8 {
        (self.0 % 60) as i8
    }
}

/// From when and until when, as far as either is said.
pub type Times = (Option<TimeOfDay>, Option<TimeOfDay>);

/// When somebody is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The whole of a day.
    WholeDay(Date),
    /// From this moment to the end of the day.
    RestOf(Date),
    /// Part of a day: from its beginning where no time says otherwise, to its end where none does.
    Part {
        /// The day.
        day: Date,
        /// From when.
        from: Option<TimeOfDay>,
        /// Until when.
        until: Option<TimeOfDay>,
    },
}

impl When {
    /// The day it is about.
    pub const fn day(self) -> Date {
        match self {
            Self::WholeDay(day) | Self::RestOf(day) | Self::Part { day, .. } => day,
        }
    }
}

/// A report, exactly as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    /// The children it is about.
    pub who: Vec<ChildId>,
    /// A day as `2026-11-24` for the whole of it, [`ReportForm::REST`], or [`ReportForm::OWN`] for the fields below.
    pub when: Typed,
    /// The day of one's own times.
    pub day: Typed,
    /// From when.
    pub from: Typed,
    /// Until when.
    pub until: Typed,
    /// Why.
    pub reason: Option<Reason>,
}

/// What a report says. Only [`ReportForm::check`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    children: BTreeSet<ChildId>,
    when: When,
    reason: Reason,
}

impl Report {
    /// The children, each once.
    pub const fn children(&self) -> &BTreeSet<ChildId> {
        &self.children
    }

    /// When they are away.
    pub const fn when(&self) -> When {
        self.when
    }

    /// Why.
    pub const fn reason(&self) -> Reason {
        self.reason
    }
}

impl ReportForm {
    /// The fields' names, which are their ids too. None may be called as a member of a form is: the page's script walks the
    /// `children` of every form, and a field of that id would stand in their place.
    pub const WHO: &'static str = "who";
    /// When.
    pub const WHEN: &'static str = "when";
    /// The day of one's own times.
    pub const DAY: &'static str = "day";
    /// From when.
    pub const FROM: &'static str = "from";
    /// Until when.
    pub const UNTIL: &'static str = "until";
    /// Why.
    pub const REASON: &'static str = "reason";

    /// The answer "the rest of the day".
    pub const REST: &'static str = "rest";
    /// The answer "times of my own".
    pub const OWN: &'static str = "own";

    /// How many days ahead absence can be reported.
    pub const DAYS_AHEAD: i32 = 14;

    /// Reads the report; `now` is the local time.
    ///
    /// # Errors
    /// What is wrong with each field.
    pub fn check(&self, now: DateTime) -> Result<Report, Wrongs> {
        let mut wrongs = Wrongs::default();
        let children: BTreeSet<ChildId> = self.who.iter().copied().collect();
        let some = if children.is_empty() { Err(Wrong::ChooseOne) } else { Ok(children) };
        let children = wrongs.keep(Self::WHO, some);
        let when = self.when(now, &mut wrongs);
        let reason = wrongs.keep(Self::REASON, self.reason.ok_or(Wrong::Missing));
        match (children, when, reason) {
            (Some(children), Some(when), Some(reason)) => Ok(Report { children, when, reason }),
            _ => Err(wrongs),
        }
    }

    fn when(&self, now: DateTime, wrongs: &mut Wrongs) -> Option<When> {
        match self.when.trim() {
            "" => wrongs.keep(Self::WHEN, Err(Wrong::Missing)),
            Self::REST => Some(When::RestOf(now.date())),
            Self::OWN => self.own_times(now, wrongs),
            day => wrongs.keep(Self::WHEN, day_within(day, now.date())).map(When::WholeDay),
        }
    }

    fn own_times(&self, now: DateTime, wrongs: &mut Wrongs) -> Option<When> {
        let day = wrongs.keep(Self::DAY, day_within(&self.day, now.date()));
        let times = match Self::times(&self.from, &self.until) {
            Ok(times) => Some(times),
            Err((field, wrong)) => wrongs.keep(field, Err(wrong)),
        };
        let ((from, until), day) = (times?, day?);
        let is_over = until.is_some_and(|until| {
            day == now.date() && (until.hour(), until.minute()) <= (now.hour(), now.minute())
        });
        wrongs.keep(Self::UNTIL, if is_over { Err(Wrong::Over) } else { Ok(()) })?;
        Some(match (from, until) {
            (None, None) => When::WholeDay(day),
            (from, until) => When::Part { day, from, until },
        })
    }

    /// Reads the two times, as far as that goes without knowing the day.
    ///
    /// # Errors
    /// The field, and what is wrong with it.
    pub fn times(from: &str, until: &str) -> Result<Times, (&'static str, Wrong)> {
        let from = TimeOfDay::parse(from).map_err(|wrong| (Self::FROM, wrong))?;
        let until = TimeOfDay::parse(until).map_err(|wrong| (Self::UNTIL, wrong))?;
        match (from, until) {
            (Some(from), Some(until)) if until <= from => Err((Self::UNTIL, Wrong::Reversed)),
            times => Ok(times),
        }
    }
}

/// A day that is not over, and not too far ahead.
fn day_within(typed: &str, today: Date) -> Result<Date, Wrong> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Wrong::Missing);
    }
    let day: Date = Some(typed)
        .filter(|text| text.len() == 10)
        .and_then(|text| text.parse().ok())
        .ok_or(Wrong::NotADay)?;
    if day < today {
        return Err(Wrong::Over);
    }
    let last = today.checked_add(Span::new().days(ReportForm::DAYS_AHEAD)).unwrap_or(Date::MAX);
    if day > last { Err(Wrong::TooFarAhead) } else { Ok(day) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: DateTime = jiff::civil::datetime(2026, 11, 24, 7, 30, 0, 0);

    fn child(id: u128) -> ChildId {
        ChildId::from_uuid(Uuid::from_u128(id))
    }

    fn whole(when: &str) -> ReportForm {
        ReportForm {
            who: vec![child(1)],
            when: when.into(),
            reason: Some(Reason::Ill),
            ..ReportForm::default()
        }
    }

    fn own(day: &str, from: &str, until: &str) -> ReportForm {
        ReportForm { day: day.into(), from: from.into(), until: until.into(), ..whole(ReportForm::OWN) }
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_means_the_whole_of_it_and_rest_what_is_left_of_today() {
        assert_eq!(whole("2026-11-24").check(NOW).unwrap().when(), When::WholeDay(day("2026-11-24")));
        assert_eq!(whole("2026-11-25").check(NOW).unwrap().when(), When::WholeDay(day("2026-11-25")));
        assert_eq!(whole("rest").check(NOW).unwrap().when(), When::RestOf(day("2026-11-24")));
    }

    #[test]
    fn own_times_can_leave_out_either_end_or_both() {
        let when = |form: ReportForm| form.check(NOW).unwrap().when();
        assert_eq!(when(own("2026-11-26", "", "")), When::WholeDay(day("2026-11-26")));
        let time = |text: &str| TimeOfDay::parse(text).unwrap();
        assert_eq!(
            when(own("2026-11-26", "10:00", "")),
            When::Part { day: day("2026-11-26"), from: time("10:00"), until: None }
        );
        assert_eq!(
            when(own("2026-11-26", "", "9.30")),
            When::Part { day: day("2026-11-26"), from: None, until: time("09:30") }
        );
    }

    #[test]
    fn every_slip_is_told_at_its_own_field() {
        for (form, field, wrong) in [
            (ReportForm { who: vec![], ..whole("2026-11-24") }, "who", Wrong::ChooseOne),
            (ReportForm { reason: None, ..whole("2026-11-24") }, "reason", Wrong::Missing),
            (whole(""), "when", Wrong::Missing),
            (whole("i dag"), "when", Wrong::NotADay),
            (whole("2026-11-23"), "when", Wrong::Over),
            (whole("2026-12-09"), "when", Wrong::TooFarAhead),
            (own("", "", ""), "day", Wrong::Missing),
            (own("2026-02-30", "", ""), "day", Wrong::NotADay),
            (own("2026-12-09", "", ""), "day", Wrong::TooFarAhead),
            (own("2026-11-26", "25:00", ""), "from", Wrong::NotATime),
            (own("2026-11-26", "10:00", "x"), "until", Wrong::NotATime),
            (own("2026-11-26", "10:00", "10:00"), "until", Wrong::Reversed),
            (own("2026-11-24", "06:00", "07:30"), "until", Wrong::Over),
        ] {
            let wrongs = form.check(NOW).unwrap_err();
            assert_eq!(wrongs.iter().collect::<Vec<_>>(), [(field, wrong)], "{form:?}");
        }
    }

    #[test]
    fn fourteen_days_ahead_can_be_reported_and_a_child_named_twice_counts_once() {
        assert!(whole("2026-12-08").check(NOW).is_ok());
        let twice = ReportForm { who: vec![child(1), child(1), child(2)], ..whole("2026-11-24") };
        assert_eq!(twice.check(NOW).unwrap().children().len(), 2);
    }

    #[test]
    fn a_time_is_read_as_browsers_and_people_write_it() {
        for (typed, read) in [("08:05", (8, 5)), (" 8.05 ", (8, 5)), ("23:59:00", (23, 59)), ("0:00", (0, 0))]
        {
            let time = TimeOfDay::parse(typed).unwrap().unwrap();
            assert_eq!((time.hour(), time.minute()), read, "{typed}");
        }
        assert_eq!(TimeOfDay::parse("  "), Ok(None));
        for typed in
            ["8", "24:00", "12:60", "1:2:3", "-1:00", "١٢:٠٠", "12:00:00:00", "012:00", "12:00\u{202e}"]
        {
            assert_eq!(TimeOfDay::parse(typed), Err(Wrong::NotATime), "{typed}");
        }
    }

    #[test]
    fn every_word_is_found_again() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_word(reason.word()), Some(reason));
        }
        for state in ReportState::ALL {
            assert_eq!(ReportState::from_word(state.word()), Some(state));
        }
    }
}
