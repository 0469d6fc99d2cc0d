//! The town's one clock: every rule about time asks here, so a test moves all of them at once.
//!
//! The clock always runs. Setting or advancing it changes only its distance from real time, and wakes whoever waits for
//! a moment. This is the one file of the crate that may ask what time it really is.

use crate::lock;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::watch;

/// A clock that can be set. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead: Arc<Mutex<SignedDuration>>,
    moved: Arc<watch::Sender<()>>,
}

impl Clock {
    /// What the clock shows.
    pub fn now(&self) -> Timestamp {
        real() + *lock(&self.ahead)
    }

    /// The day it is in Sweden.
    pub fn today(&self) -> Date {
        local(self.now())
    }

    /// Makes the clock show `now`; it goes on from there.
    pub fn set(&self, now: Timestamp) {
        *lock(&self.ahead) = now.duration_since(real());
        self.moved.send_replace(());
    }

    /// Moves the clock, backwards if `by` is negative. A clock that would leave the range of time stays.
    pub fn advance(&self, by: SignedDuration) {
        let mut ahead = lock(&self.ahead);
        if let Some(moved) = ahead.checked_add(by)
            && real().checked_add(moved).is_ok()
        {
            *ahead = moved;
            drop(ahead);
            self.moved.send_replace(());
        }
    }

    /// Shows real time again.
    pub fn reset(&self) {
        *lock(&self.ahead) = SignedDuration::ZERO;
        self.moved.send_replace(());
    }

    /// Waits until the clock shows `at`, whether time goes there by itself or is moved.
    pub(crate) async fn reached(&self, at: Timestamp) {
        let mut moved = self.moved.subscribe();
        loop {
            let left = at.duration_since(self.now());
            let Ok(left) = Duration::try_from(left) else { return };
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                // The sender lives as long as this clock does.
                _ = moved.changed() => {}
            }
        }
    }
}

/// The day in Sweden at `now`.
pub(crate) fn local(now: Timestamp) -> Date {
    TimeZone::get("Europe/Stockholm").unwrap_or(TimeZone::UTC).to_datetime(now).date()
}

/// Real time. Certificates of the transport are checked against it, as clients do that too.
#[expect(clippy::disallowed_methods, reason = "the one place in the town that asks for real time")]
pub(crate) fn real() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_clock_runs_on_and_a_reset_one_shows_real_time() {
        let clock = Clock::default();
        let then: Timestamp = "2026-11-24T07:00:00+01:00".parse().unwrap();
        clock.set(then);
        let shown = clock.clone().now();
        assert!(shown >= then && shown < then + SignedDuration::from_mins(1));
        clock.advance(SignedDuration::from_hours(2));
        assert!(clock.now() >= then + SignedDuration::from_hours(2));
        clock.reset();
        assert!(clock.now().duration_since(real()).abs() < SignedDuration::from_mins(1));
    }

    #[tokio::test]
    async fn who_waits_for_a_moment_is_woken_when_the_clock_is_moved_there() {
        let clock = Clock::default();
        clock.reached(clock.now()).await;
        let waiting = tokio::spawn({
            let clock = clock.clone();
            let at = clock.now() + SignedDuration::from_hours(6);
            async move { clock.reached(at).await }
        });
        clock.advance(SignedDuration::from_hours(5));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.advance(SignedDuration::from_hours(2));
        waiting.await.unwrap();
    }

    #[test]
    fn a_clock_never_leaves_the_range_of_time() {
        let clock = Clock::default();
        clock.advance(SignedDuration::MAX);
        clock.advance(SignedDuration::MIN);
        assert!(clock.now().duration_since(real()).abs() < SignedDuration::from_mins(1));
    }
}
