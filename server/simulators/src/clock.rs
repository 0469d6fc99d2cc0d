//! The town's one clock: every rule about time asks here, so a test moves all of them at once.
//!
//! The clock always runs. Setting or advancing it changes only its distance from real time. This is the one file of
//! the crate that may ask what time it really is.

use crate::lock;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex};

/// A clock that can be set. Clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead: Arc<Mutex<SignedDuration>>,
}

impl Clock {
    /// What the clock shows.
    pub fn now(&self) -> Timestamp {
        real() + *lock(&self.ahead)
    }

    /// Makes the clock show `now`; it goes on from there.
    pub fn set(&self, now: Timestamp) {
        *lock(&self.ahead) = now.duration_since(real());
    }

    /// Moves the clock, backwards if `by` is negative. A clock that would leave the range of time stays.
    pub fn advance(&self, by: SignedDuration) {
        let mut ahead = lock(&self.ahead);
        if let Some(moved) = ahead.checked_add(by)
            && real().checked_add(moved).is_ok()
        {
            *ahead = moved;
        }
    }

    /// Shows real time again.
    pub fn reset(&self) {
        *lock(&self.ahead) = SignedDuration::ZERO;
    }
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

    #[test]
    fn a_clock_never_leaves_the_range_of_time() {
        let clock = Clock::default();
        clock.advance(SignedDuration::MAX);
        clock.advance(SignedDuration::MIN);
        assert!(clock.now().duration_since(real()).abs() < SignedDuration::from_mins(1));
    }
}
