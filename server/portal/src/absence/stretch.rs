//! From the words of a report to moments.

use anyhow::anyhow;
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
};
use model::{TimeOfDay, When};

use crate::{
    Portal, Result,
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

/// The moments of a report. A whole day is the calendar's, also on the days that have 23 or 25 hours.
pub(super) fn stretch(portal: &Portal, when: When, now: Timestamp) -> Result<Stretch> {
    let zone = stockholm();
    let at = |local: DateTime| zone.to_timestamp(local).map_err(|_| anyhow!("a time that is none"));
    let time_of = |day: Date, time: TimeOfDay| at(day.at(time.hour(), time.minute(), 0, 0));
    let day = when.day();
    let begins = at(day.at(0, 0, 0, 0))?;
    let ends = at(day.tomorrow().map_err(|_| anyhow!("a day without an end"))?.at(0, 0, 0, 0))?;
    let school = SignedDuration::try_from(portal.rules().spans.school_begins).unwrap_or_default();
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
