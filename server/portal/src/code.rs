//! Six digits that prove an address: what a try of them comes to.

/// What a try of a code comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    Right,
    /// Not the latest letter's.
    Wrong,
    /// Right once: of an earlier letter, used, or too old.
    Old,
    /// Too many tries; a new letter is needed.
    TooOften,
}

/// How many letters back a code is recognised as an old one.
pub(crate) const REMEMBERED: u64 = 10;

/// A letter with a code, as far as a try of it goes.
#[derive(Clone, Copy)]
pub(crate) struct Sent {
    /// The digits tried are its own.
    pub(crate) is_its_code: bool,
    /// It still proves something.
    pub(crate) works: bool,
    /// Tries before this one.
    pub(crate) tries: i64,
}

/// Judges a try against the letters sent so far, the latest first; each takes `most` tries.
///
/// An old letter's code is told as old; that gives no guess, for it proves nothing any more.
pub(crate) fn judge(letters: &[Sent], most: i64) -> Tried {
    let is_old = letters.iter().any(|letter| letter.is_its_code && !letter.works);
    let otherwise = if is_old { Tried::Old } else { Tried::Wrong };
    match letters.iter().find(|letter| letter.works) {
        None if letters.first().is_some_and(|letter| letter.tries >= most) => Tried::TooOften,
        None => otherwise,
        Some(latest) if latest.tries >= most => Tried::TooOften,
        Some(latest) if latest.is_its_code => Tried::Right,
        Some(latest) if latest.tries + 1 >= most => Tried::TooOften,
        Some(_) => otherwise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn sent(is_its_code: bool, works: bool, tries: i64) -> Sent {
        Sent { is_its_code, works, tries }
    }

    #[test]
    fn only_the_code_of_a_letter_that_works_is_right() {
        for (letters, tried) in [
            (vec![], Tried::Wrong),
            (vec![sent(true, true, 0)], Tried::Right),
            (vec![sent(true, true, 4)], Tried::Right),
            (vec![sent(true, true, 5)], Tried::TooOften),
            (vec![sent(false, true, 0)], Tried::Wrong),
            (vec![sent(false, true, 4)], Tried::TooOften),
            (vec![sent(true, false, 0)], Tried::Old),
            (vec![sent(false, false, 5)], Tried::TooOften),
            (vec![sent(false, true, 0), sent(true, false, 1)], Tried::Old),
            (vec![sent(true, true, 0), sent(true, false, 1)], Tried::Right),
        ] {
            assert_eq!(judge(&letters, 5), tried);
        }
    }
}
