//! From the words of a report to moments.

use std::time::Duration;

use anyhow::anyhow;
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
};
use model::{TimeOfDay, When};

use crate::{
    Result,
    clock::{from_millis, stockholm},
};

/// What a report comes to in moments.
pub(super) struct Stretch {
    /// The same words of a day make the same report.
    pub(super) slot: String,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) open_until: Timestamp,
}

/// The moments of a report. A whole day is the calendar's, also on the days that have 23 or 25 hours; `school` is the time
/// of day at which it begins.
pub(super) fn stretch(school: Duration, when: When, now: Timestamp) -> Result<Stretch> {
    let zone = stockholm();
    let at = |local: DateTime| zone.to_timestamp(local).map_err(|_| anyhow!("a time that is none"));
    let time_of = |day: Date, time: TimeOfDay| at(day.at(time.hour(), time.minute(), 0, 0));
    let day = when.day();
    let begins = at(day.at(0, 0, 0, 0))?;
    let ends = at(day.tomorrow().map_err(|_| anyhow!("a day without an end"))?.at(0, 0, 0, 0))?;
    let school = SignedDuration::try_from(school).unwrap_or_default();
    let school_begins = at(day.at(0, 0, 0, 0).saturating_add(school))?;
    Ok(match when {
        When::WholeDay(_) => {
            Stretch { slot: format!("{day}/whole"), start: begins, end: ends, open_until: school_begins }
        }
        When::RestOf(_) => {
            let start = from_millis(now.as_millisecond().div_euclid(60_000) * 60_000);
            Stretch { slot: format!("{day}/rest"), start, end: ends, open_until: start }
        }
        When::Part { from, until, .. } => {
            let said = |time: Option<TimeOfDay>| {
                time.map_or_else(String::new, |time| format!("{:02}{:02}", time.hour(), time.minute()))
            };
            let start = from.map_or(Ok(begins), |time| time_of(day, time))?;
            let end = until.map_or(Ok(ends), |time| time_of(day, time))?;
            let open_until = if from.is_some() { start } else { school_begins.min(end) };
            Stretch { slot: format!("{day}/{}-{}", said(from), said(until)), start, end, open_until }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EIGHT: Duration = Duration::from_secs(8 * 60 * 60);

    /// Hours from the beginning to the end, and the beginning as it reads in UTC.
    fn of(when: When) -> (f64, String) {
        let Stretch { start, end, .. } = stretch(EIGHT, when, Timestamp::UNIX_EPOCH).unwrap();
        (end.duration_since(start).as_secs_f64() / 3600.0, start.to_string())
    }

    #[test]
    fn a_day_is_the_calendars_when_the_clock_changes_too() {
        let part = |day: &str, from: &str, until: &str| When::Part {
            day: day.parse().unwrap(),
            from: TimeOfDay::parse(from).unwrap(),
            until: TimeOfDay::parse(until).unwrap(),
        };
        let whole = |day: &str| When::WholeDay(day.parse().unwrap());
        // The last Sundays of March and October, in which two o'clock is three, and three is two once more.
        for (when, hours, start) in [
            (whole("2027-03-27"), 24.0, "2027-03-26T23:00:00Z"),
            (whole("2027-03-28"), 23.0, "2027-03-27T23:00:00Z"),
            (whole("2027-10-31"), 25.0, "2027-10-30T22:00:00Z"),
            (part("2027-03-28", "01:00", "04:00"), 2.0, "2027-03-28T00:00:00Z"),
            (part("2027-10-31", "01:00", "04:00"), 4.0, "2027-10-30T23:00:00Z"),
            (part("2027-03-28", "", "08:10"), 7.0 + 1.0 / 6.0, "2027-03-27T23:00:00Z"),
            (part("2027-10-31", "08:10", ""), 15.0 + 5.0 / 6.0, "2027-10-31T07:10:00Z"),
            // There is no half past two that night.
            (part("2027-03-28", "02:30", "04:00"), 0.5, "2027-03-28T01:30:00Z"),
        ] {
            let (is, from) = of(when);
            assert!((is - hours).abs() < 1e-9 && from == start, "{when:?}: {is} h from {from}");
        }
    }

    #[test]
    fn school_begins_at_eight_by_the_clock_on_the_wall() {
        for (day, begins) in [("2027-03-28", "2027-03-28T06:00:00Z"), ("2027-10-31", "2027-10-31T07:00:00Z")]
        {
            let when = When::WholeDay(day.parse().unwrap());
            let open_until = stretch(EIGHT, when, Timestamp::UNIX_EPOCH).unwrap().open_until;
            assert_eq!(open_until.to_string(), begins);
        }
    }
}
