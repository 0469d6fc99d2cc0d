//! The portal's clock: the only place that asks what time it is.
//!
//! Invariant: every rule below takes its time from a [`Clock`] as an argument, so that a test can set it and, in
//! development, the whole house can follow the town.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// A clock that can be moved. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Milliseconds added to the system's time.
    offset: Arc<AtomicI64>,
}

impl Clock {
    /// The system's own time.
    pub fn system() -> Self {
        Self::default()
    }

    /// The time now, whole milliseconds.
    pub fn now(&self) -> Timestamp {
        let offset = SignedDuration::from_millis(self.offset.load(Ordering::Relaxed));
        let now = system_now();
        whole_milliseconds(now.checked_add(offset).unwrap_or(now))
    }

    /// Moves the clock so that it shows `now` at this moment, and runs on from there.
    pub fn set(&self, now: Timestamp) {
        let offset = now.as_millisecond().saturating_sub(system_now().as_millisecond());
        self.offset.store(offset, Ordering::Relaxed);
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: std::time::Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.offset.fetch_add(by, Ordering::Relaxed);
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock every other place is told to use")]
fn system_now() -> Timestamp {
    Timestamp::now()
}

fn whole_milliseconds(time: Timestamp) -> Timestamp {
    from_millis(time.as_millisecond())
}

/// The zone of every calendar day in the house.
pub fn stockholm() -> TimeZone {
    // The zone data is compiled in (`tzdb-bundle-always`), so that the fall-back is never met.
    TimeZone::get("Europe/Stockholm").unwrap_or(TimeZone::UTC)
}

/// The calendar day in Sweden.
pub fn day_of(time: Timestamp) -> Date {
    time.to_zoned_datetime(stockholm()).date()
}

/// A column's milliseconds as a time; what no time can be is read as the beginning of time.
pub(crate) fn from_millis(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `span` in a column's milliseconds.
pub(crate) fn millis(span: std::time::Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_set_clock_shows_that_time_and_its_clones_follow() {
        let clock = Clock::system();
        let clone = clock.clone();
        let then: Timestamp = "2026-11-24T06:00:00Z".parse().unwrap();
        clock.set(then);
        assert!(clone.now() >= then && clone.now() < then + SignedDuration::from_secs(60));
        clock.advance(Duration::from_secs(3600));
        assert!(clone.now() >= then + SignedDuration::from_secs(3600));
    }

    #[test]
    fn days_are_swedish_in_winter_and_in_summer() {
        for (time, day) in [
            ("2026-01-31T22:59:59Z", "2026-01-31"),
            ("2026-01-31T23:00:00Z", "2026-02-01"),
            ("2026-06-30T21:59:59Z", "2026-06-30"),
            ("2026-06-30T22:00:00Z", "2026-07-01"),
        ] {
            assert_eq!(day_of(time.parse().unwrap()), day.parse().unwrap(), "{time}");
        }
    }
}
