//! How long to wait before the next try.

use std::time::Duration;

use rand::Rng;

/// The first wait. A short fault (a dropped connection) should not cost a visitor a minute.
const FIRST: Duration = Duration::from_secs(1);
/// How much longer each wait is than the one before.
const GROWTH: u32 = 3;
/// The longest wait. An outage of hours ends with the letters on their way within this.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// The most that a wait is spread to.
const SPREAD: f64 = 1.25;

/// The wait after so many tries: growing, and spread by a quarter either way so that a thousand jobs that failed
/// together do not come back together.
pub(crate) fn wait(tries: i64) -> Duration {
    plain(tries).mul_f64(rand::rng().random_range(0.75..SPREAD))
}

/// Nothing waits longer than this.
pub(crate) fn longest() -> Duration {
    LONGEST.mul_f64(SPREAD)
}

fn plain(tries: i64) -> Duration {
    let exponent = u32::try_from(tries.saturating_sub(1).max(0)).unwrap_or(u32::MAX);
    GROWTH
        .checked_pow(exponent)
        .and_then(|times| FIRST.checked_mul(times))
        .map_or(LONGEST, |wait| wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<u64> =
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 100, i64::MAX].map(|tries| plain(tries).as_secs()).into();
        assert_eq!(seconds, [1, 1, 3, 9, 27, 81, 243, 729, 900, 900, 900]);
    }

    #[test]
    fn waits_are_spread_and_stay_within_their_bounds() {
        let waits: Vec<_> = (0..1000).map(|_| wait(5)).collect();
        assert!(waits.iter().all(|wait| (60.75..101.25).contains(&wait.as_secs_f64())));
        assert!(waits.iter().collect::<std::collections::HashSet<_>>().len() > 900);
    }
}
