//! Times of absence as people say them.

use jiff::{Timestamp, civil::Time};
use model::Date;

use crate::{
    text::Text,
    ui::dates::{day, time},
};

/// When somebody is away: days where they are whole, else times of a day.
pub(super) fn when(start: Timestamp, end: Timestamp, whole: bool, today: Date) -> Text {
    // What ends at midnight ends the day before.
    let last = end.checked_sub(jiff::SignedDuration::from_millis(1)).unwrap_or(end).max(start);
    let (first, last) = (portal::day_of(start), portal::day_of(last));
    let said = |date| day(date, today);
    match (whole, first == last) {
        (true, true) => Text::AbsenceWhenDay { day: said(first) },
        (true, false) => Text::AbsenceWhenDays { first: said(first), last: said(last) },
        (false, true) => match (is_midnight(start), is_midnight(end)) {
            (_, true) => Text::AbsenceWhenFrom { day: said(first), from: time(start) },
            (true, false) => Text::AbsenceWhenUntil { day: said(first), until: time(end) },
            (false, false) => {
                Text::AbsenceWhenTimes { day: said(first), from: time(start), until: time(end) }
            }
        },
        (false, false) => Text::AbsenceWhenDays {
            first: format!("{} {}", said(first), time(start)),
            last: format!("{} {}", said(last), time(end)),
        },
    }
}

fn is_midnight(at: Timestamp) -> bool {
    portal::stockholm().to_datetime(at).time() == Time::midnight()
}

/// Whole days as `3 days`, in words of the language.
pub(super) fn days(start: Timestamp, end: Timestamp) -> String {
    let (first, after) = (portal::day_of(start), portal::day_of(end));
    let days = first.until(after).map_or(1, |span| span.get_days().max(1));
    Text::AbsenceDays { days: days.unsigned_abs().into() }.owned()
}

/// `1 h 20 min`, in words of the language.
pub(super) fn length(minutes: i64) -> String {
    let (hours, rest) = (minutes.max(0) / 60, minutes.max(0) % 60);
    match (hours, rest) {
        (0, rest) => Text::AbsenceMinutes { minutes: rest.to_string() }.owned(),
        (hours, 0) => Text::AbsenceHours { hours: hours.to_string() }.owned(),
        (hours, rest) => {
            Text::AbsenceHoursMinutes { hours: hours.to_string(), minutes: rest.to_string() }.owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Language;

    use super::*;

    fn said(start: &str, end: &str, whole: bool) -> String {
        let today = Date::constant(2026, 11, 24);
        when(start.parse().unwrap(), end.parse().unwrap(), whole, today).say(Language::Sv).into_owned()
    }

    #[test]
    fn a_time_of_absence_is_said_no_longer_than_needed() {
        let (begins, ends) = ("2026-11-24T00:00:00+01:00", "2026-11-25T00:00:00+01:00");
        assert_eq!(said(begins, ends, true), "tisdag 24 november, hela dagen");
        assert_eq!(
            said(begins, "2026-11-27T00:00:00+01:00", true),
            "tisdag 24 november till torsdag 26 november"
        );
        assert_eq!(said("2026-11-24T10:05:00+01:00", ends, false), "tisdag 24 november från 10:05");
        assert_eq!(said(begins, "2026-11-24T10:05:00+01:00", false), "tisdag 24 november till 10:05");
        assert_eq!(
            said("2026-11-24T08:10:00+01:00", "2026-11-24T09:00:00+01:00", false),
            "tisdag 24 november 08:10–09:00"
        );
    }
}
