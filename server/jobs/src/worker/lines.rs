//! How the lines are at this moment: how many jobs are on each, how fast more may follow, and whether it rests.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::Line;

/// How many more jobs each line may take now.
pub(super) type Rooms = BTreeMap<&'static str, usize>;

/// What a try says about its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Somebody answered, whatever it was.
    Somebody,
    /// Nobody was there.
    Nobody,
}

/// What has become of a line by what was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It goes on as before.
    Same,
    /// It rests from now on.
    Rests,
    /// It rested, and somebody is there again.
    Back,
}

/// The lines of one worker. Time is monotonic: a clock on the wall that is set back must not make a line rest for long.
pub(super) struct Lines(BTreeMap<&'static str, Live>);

struct Live {
    line: Line,
    under_way: usize,
    /// How many tries may begin at once; grows by `per_second`.
    allowance: f64,
    counted: Instant,
    failures: u32,
    rest: Option<Rest>,
}

struct Rest {
    until: Instant,
    span: Duration,
}

impl Lines {
    /// All at rest from work, none from failure.
    pub(super) fn new(lines: impl Iterator<Item = (&'static str, Line)>, hands: usize, now: Instant) -> Self {
        let most = hands.saturating_sub(1).max(1);
        let live = |line: Line| Live {
            line: Line { at_once: line.at_once.min(most), ..line },
            under_way: 0,
            allowance: allowance(line),
            counted: now,
            failures: 0,
            rest: None,
        };
        Self(lines.map(|(name, line)| (name, live(line))).collect())
    }

    pub(super) fn rooms(&mut self, now: Instant) -> Rooms {
        self.0.iter_mut().map(|(name, live)| (*name, live.room(now))).collect()
    }

    /// When a line that only lacks time has room again. `None` where no line waits for time.
    pub(super) fn opens_in(&self, now: Instant) -> Option<Duration> {
        self.0.values().filter_map(|live| live.opens_in(now)).min()
    }

    pub(super) fn begun(&mut self, line: &str) {
        if let Some(live) = self.0.get_mut(line) {
            live.under_way += 1;
            live.allowance -= 1.0;
        }
    }

    pub(super) fn ended(&mut self, line: &str, heard: Heard, now: Instant) -> Turn {
        self.0.get_mut(line).map_or(Turn::Same, |live| live.ended(heard, now))
    }
}

fn allowance(line: Line) -> f64 {
    line.per_second.map_or(f64::INFINITY, |most| f64::from(most.get()))
}

impl Live {
    fn room(&mut self, now: Instant) -> usize {
        if let Some(per_second) = self.line.per_second {
            let grown = f64::from(per_second.get()) * (now - self.counted).as_secs_f64();
            self.allowance = (self.allowance + grown).min(allowance(self.line));
        }
        self.counted = now;
        let most = match &self.rest {
            Some(rest) if now < rest.until => 0,
            Some(_) => 1,
            None => self.line.at_once,
        };
        // An allowance without end is more than any number of jobs.
        most.saturating_sub(self.under_way).min(self.allowance as usize)
    }

    fn opens_in(&self, now: Instant) -> Option<Duration> {
        if let Some(rest) = &self.rest {
            return rest.until.checked_duration_since(now).filter(|left| !left.is_zero());
        }
        let per_second = f64::from(self.line.per_second?.get());
        (self.allowance < 1.0).then(|| Duration::from_secs_f64((1.0 - self.allowance) / per_second))
    }

    fn ended(&mut self, heard: Heard, now: Instant) -> Turn {
        self.under_way = self.under_way.saturating_sub(1);
        if heard == Heard::Somebody {
            self.failures = 0;
            return if self.rest.take().is_some() { Turn::Back } else { Turn::Same };
        }
        self.failures = self.failures.saturating_add(1);
        let span = match &self.rest {
            // Begun before the rest; it tells nothing new.
            Some(rest) if now < rest.until => return Turn::Same,
            Some(rest) => (rest.span * 2).min(self.line.longest_rest),
            None if self.failures < self.line.failures => return Turn::Same,
            None => self.line.rest,
        };
        let began = self.rest.is_none();
        self.rest = Some(Rest { until: now + span, span });
        if began { Turn::Rests } else { Turn::Same }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn lines(line: Line, hands: usize) -> (Lines, Instant) {
        let now = Instant::now();
        (Lines::new([("mail", line), ("sms", Line::default())].into_iter(), hands, now), now)
    }

    fn room(lines: &mut Lines, now: Instant) -> usize {
        lines.rooms(now)["mail"]
    }

    #[test]
    fn a_line_has_room_for_so_many_at_once_and_never_for_every_hand() {
        for (at_once, hands, most) in
            [(3, 8, 3), (8, 8, 7), (usize::MAX, 8, 7), (usize::MAX, 1, 1), (0, 8, 0)]
        {
            let (mut lines, now) = lines(Line { at_once, ..Line::default() }, hands);
            assert_eq!(room(&mut lines, now), most, "{at_once} with {hands} hands");
            for left in (0..most).rev() {
                lines.begun("mail");
                assert_eq!(room(&mut lines, now), left);
            }
        }
    }

    #[test]
    fn after_a_burst_tries_begin_at_the_pace_of_the_line() {
        let (mut lines, now) = lines(Line { per_second: NonZeroU32::new(2), ..Line::default() }, 100);
        assert_eq!(room(&mut lines, now), 2);
        for _ in 0..2 {
            lines.begun("mail");
            lines.ended("mail", Heard::Somebody, now);
        }
        assert_eq!(room(&mut lines, now), 0);
        assert_eq!(lines.opens_in(now), Some(SECOND / 2));
        assert_eq!(room(&mut lines, now + SECOND / 4), 0);
        assert_eq!(room(&mut lines, now + SECOND / 2), 1);
        assert_eq!(lines.opens_in(now + SECOND / 2), None);
        assert_eq!(room(&mut lines, now + 60 * SECOND), 2, "silence is not saved up");
    }

    #[test]
    fn a_line_rests_after_failures_in_a_row_and_one_job_goes_ahead_for_all() {
        let line = Line { failures: 3, rest: SECOND, longest_rest: 3 * SECOND, ..Line::default() };
        let (mut lines, mut now) = lines(line, 8);
        for _ in 0..4 {
            lines.begun("mail");
        }
        assert_eq!(lines.ended("mail", Heard::Nobody, now), Turn::Same);
        assert_eq!(lines.ended("mail", Heard::Nobody, now), Turn::Same);
        assert_eq!(lines.ended("mail", Heard::Nobody, now), Turn::Rests);
        assert_eq!(lines.ended("mail", Heard::Nobody, now), Turn::Same, "begun before the rest");
        for span in [1, 2, 3, 3] {
            assert_eq!(room(&mut lines, now), 0);
            assert_eq!(lines.opens_in(now), Some(span * SECOND));
            now += span * SECOND;
            assert_eq!(room(&mut lines, now), 1);
            lines.begun("mail");
            assert_eq!(room(&mut lines, now), 0, "one at a time");
            assert_eq!(lines.ended("mail", Heard::Nobody, now), Turn::Same);
        }
        now += 3 * SECOND;
        lines.begun("mail");
        assert_eq!(lines.ended("mail", Heard::Somebody, now), Turn::Back);
        assert_eq!(room(&mut lines, now), 7);
        assert_eq!(lines.rooms(now)["sms"], 7, "the other line never noticed");
    }

    #[test]
    fn an_answer_in_between_begins_the_row_anew() {
        let (mut lines, now) = lines(Line { failures: 2, ..Line::default() }, 8);
        for heard in [Heard::Nobody, Heard::Somebody, Heard::Nobody, Heard::Somebody] {
            lines.begun("mail");
            assert_eq!(lines.ended("mail", heard, now), Turn::Same);
        }
        assert_eq!(room(&mut lines, now), 7);
    }
}
