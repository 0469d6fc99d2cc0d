//! Who is told, when, in how many notices, and what comes next where a channel failed: pure functions of what is known.

use std::time::Duration;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time, time},
};
use model::{AbsenceKind, Channel};

use crate::clock::{day_of, stockholm};

#[cfg(test)]
mod tests;

/// No letter leaves later than this, in Sweden.
const LAST: Time = time(21, 0, 0, 0);
/// What can wait waits until this.
const FIRST: Time = time(7, 0, 0, 0);
/// What is found out later than so many days after is history, and nobody's home is called for it.
const OLD_DAYS: i32 = 7;
/// A guardian hears of one child at most so often a day; what comes then joins the last notice.
const MOST_A_DAY: usize = 6;

/// When guardians are to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Then.
    At(Timestamp),
    /// It came too late for letters of this day: the school calls.
    TooLate,
    /// Nobody is told.
    Never,
}

/// A moment of a day in Sweden; in the hour that a switch leaves out, the hour after.
fn at(day: Date, time: Time) -> Timestamp {
    stockholm().to_timestamp(day.to_datetime(time)).unwrap_or(Timestamp::MAX)
}

/// The beginning and the end of a day in Sweden: 23, 24 or 25 hours.
pub(super) fn bounds(day: Date) -> (Timestamp, Timestamp) {
    (at(day, Time::midnight()), at(day.saturating_add(1.day()), Time::midnight()))
}

/// No letter of this day leaves from then on.
pub(super) fn deadline(day: Date) -> Timestamp {
    at(day, LAST)
}

/// When guardians are told of an absence that came in at `seen`, by its school's delay.
pub(super) fn when(
    kind: AbsenceKind,
    start: Timestamp,
    end: Timestamp,
    seen: Timestamp,
    delay: Duration,
) -> When {
    let due = seen.checked_add(delay).unwrap_or(seen);
    let (today, on) = (day_of(seen), day_of(start));
    match kind {
        AbsenceKind::Present => When::Never,
        AbsenceKind::Unexcused if on < today => {
            let old = today.saturating_sub(OLD_DAYS.days());
            if on < old { When::Never } else { When::TooLate }
        }
        AbsenceKind::Unexcused if due >= deadline(today) => When::TooLate,
        AbsenceKind::Unexcused => When::At(due),
        // Whoever wants to hear of valid absence as well loses nothing by hearing of it in the morning.
        AbsenceKind::Reported | AbsenceKind::Leave if day_of(end) < today => When::Never,
        AbsenceKind::Reported | AbsenceKind::Leave if due < deadline(today) => When::At(due),
        AbsenceKind::Reported | AbsenceKind::Leave => {
            let morning = today.saturating_add(1.day());
            if day_of(end) < morning { When::Never } else { When::At(at(morning, FIRST)) }
        }
    }
}

/// When a correction leaves: at once by day, in the morning by night.
pub(super) fn when_corrected(now: Timestamp) -> Timestamp {
    let day = day_of(now);
    if now < at(day, FIRST) {
        at(day, FIRST)
    } else if now < deadline(day) {
        now
    } else {
        at(day.saturating_add(1.day()), FIRST)
    }
}

/// Whether a guardian's channel can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Proven {
    /// There is no address, or it is not proven.
    #[default]
    No,
    /// It is, but what was last sent there came to nothing.
    Failing,
    /// It is.
    Yes,
}

/// The ways out of the house to one guardian.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) mail: Proven,
    pub(super) sms: Proven,
}

impl Reach {
    fn of(self, channel: Channel) -> Proven {
        match channel {
            Channel::Mail => self.mail,
            Channel::Sms => self.sms,
            Channel::Pim => Proven::Yes,
        }
    }
}

/// How a guardian wants to hear of one child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) mail: bool,
    pub(super) pim: bool,
    pub(super) sms: bool,
    /// Of valid absence as well.
    pub(super) valid_too: bool,
}

impl Default for Wish {
    fn default() -> Self {
        Self { mail: true, pim: true, sms: false, valid_too: false }
    }
}

impl Wish {
    pub(super) fn wants(self, channel: Channel) -> bool {
        match channel {
            Channel::Mail => self.mail,
            Channel::Pim => self.pim,
            Channel::Sms => self.sms,
        }
    }

    /// Whether letters leave the house at all.
    pub(super) fn wants_letters(self) -> bool {
        self.mail || self.sms
    }
}

/// The channels a notice takes: those that were chosen and can be used; another proven one beside a chosen one that is
/// not there or is failing; the message inside the service where nothing else is left.
pub(super) fn channels(wish: Wish, reach: Reach) -> Vec<Channel> {
    let mut taken: Vec<Channel> = Channel::ALL
        .into_iter()
        .filter(|channel| wish.wants(*channel) && reach.of(*channel) != Proven::No)
        .collect();
    let is_safe =
        Channel::LETTERS.iter().any(|letter| taken.contains(letter) && reach.of(*letter) == Proven::Yes);
    if wish.wants_letters() && !is_safe {
        taken.extend(fallback(&taken, reach));
    }
    if taken.is_empty() {
        taken.push(Channel::Pim);
    }
    taken
}

/// The channel that stands in for one that failed: the next proven one that the notice has not taken yet.
pub(super) fn fallback(taken: &[Channel], reach: Reach) -> Option<Channel> {
    Channel::LETTERS.into_iter().find(|letter| !taken.contains(letter) && reach.of(*letter) != Proven::No)
}

/// A time a pupil was away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Away {
    pub(super) id: String,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) unexcused: bool,
}

impl Away {
    /// Whether an absence that was reported or granted holds all of it.
    pub(super) fn is_covered(&self, reports: &[(Timestamp, Timestamp)]) -> bool {
        reports.iter().any(|(from, to)| *from <= self.from && self.to <= *to)
    }
}

/// A notice that stands, with when the pupil was away by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) notice: String,
    pub(super) begins: Vec<Timestamp>,
    /// Whether it told of unexcused absence: a guardian who was told of a visit to the dentist does not know that the
    /// child never came back.
    pub(super) unexcused: bool,
    /// Nobody has said yet that it was received, and something of it is on its way or there. Otherwise it takes in nothing
    /// more: what comes after the answer is news, and what never arrived told nobody.
    pub(super) open: bool,
}

/// What becomes of absences that are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// The notice they join; a new one where there is none.
    pub(super) into: Option<String>,
    pub(super) away: Vec<Away>,
}

/// Adjoining absences share a notice: those between which the pupil was not seen. Absence after presence is news, up to
/// [`MOST_A_DAY`].
pub(super) fn parts(mut due: Vec<Away>, standing: &[Standing], seen: &[Timestamp]) -> Vec<Part> {
    due.sort_by_key(|away| (away.from, away.to));
    let seen_between = |one: Timestamp, other: Timestamp| {
        let (first, last) = (one.min(other), one.max(other));
        seen.iter().any(|at| first < *at && *at < last)
    };
    let mut parts: Vec<Part> = Vec::new();
    for away in due {
        let adjoins = |begins: &[Timestamp]| begins.iter().any(|at| !seen_between(*at, away.from));
        let takes = |notice: &Standing| notice.open && (notice.unexcused || !away.unexcused);
        let joined = standing
            .iter()
            .rev()
            .find(|notice| takes(notice) && adjoins(&notice.begins))
            .map(|notice| notice.notice.clone());
        if let Some(notice) = joined {
            match parts.iter_mut().find(|part| part.into.as_deref() == Some(notice.as_str())) {
                Some(part) => part.away.push(away),
                None => parts.push(Part { into: Some(notice), away: vec![away] }),
            }
            continue;
        }
        let fresh: Vec<usize> = (0..parts.len()).filter(|at| parts[*at].into.is_none()).collect();
        let adjoining = fresh.iter().copied().find(|at| {
            let begins: Vec<Timestamp> = parts[*at].away.iter().map(|other| other.from).collect();
            adjoins(&begins)
        });
        let is_full = standing.len() + fresh.len() >= MOST_A_DAY;
        match adjoining.or(fresh.last().copied().filter(|_| is_full)) {
            Some(at) => parts[at].away.push(away),
            None => {
                let last = standing.iter().rev().find(|notice| is_full && takes(notice));
                let into = last.map(|notice| notice.notice.clone());
                parts.push(Part { into, away: vec![away] });
            }
        }
    }
    parts
}

/// What was known of an absence before the register's latest word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Was {
    /// It stood, and said that the pupil was away.
    pub(super) away: bool,
    pub(super) unexcused: bool,
    /// It was decided whom to tell.
    pub(super) told: bool,
}

/// What is known of it now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Is {
    pub(super) away: bool,
    pub(super) unexcused: bool,
    /// Times or kind are other ones.
    pub(super) differs: bool,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing.
    Nothing,
    /// Guardians are told, when it is time.
    Tell,
    /// Nobody was told yet, and nobody will be.
    Drop,
    /// Whoever was told is told that it was wrong.
    Correct,
    /// Whoever was told reads the new words in the message.
    Refresh,
}

/// What a word of the register means for those who were told, or will be.
pub(super) fn then(was: Option<Was>, is: Is) -> Then {
    let was = was.unwrap_or(Was { away: false, unexcused: false, told: false });
    match (was.away, is.away) {
        (false, true) => Then::Tell,
        (true, false) if was.told => Then::Correct,
        (true, false) => Then::Drop,
        (true, true) if is.unexcused && !was.unexcused => Then::Tell,
        (true, true) if is.differs && was.told => Then::Refresh,
        _ => Then::Nothing,
    }
}
