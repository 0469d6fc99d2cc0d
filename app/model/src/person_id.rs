//! Personnummer and its relatives: personnummer, samordningsnummer, and the schools' own temporary numbers.

use std::fmt;

use jiff::civil::Date;

/// A person's number in the registers, twelve characters `YYYYMMDDNNNC`.
///
/// Invariant: has the form of its kind, with a right check digit where the kind has one. That says nothing of whether
/// such a person exists.
///
/// There is no `Display` and no `Serialize`; `Debug` is a mask, and [`PersonId::reveal`] is the one word to grep for.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId {
    digits: [u8; 12],
    kind: PersonIdKind,
}

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PersonIdKind {
    /// Given by Skatteverket to everyone registered in the population register.
    Personnummer,
    /// Given by Skatteverket to people who never were registered: day + 60. The date may be incomplete.
    Samordningsnummer,
    /// TF number: made by a municipality for a pupil, `YYYYMMDD` + two letters + two digits, no check digit.
    /// It proves nobody's identity and never comes from BankID.
    Temporary,
}

/// The text is not a person's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPersonId;

impl fmt::Display for NotAPersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a person's number")
    }
}

impl std::error::Error for NotAPersonId {}

impl PersonId {
    /// Reads twelve characters, `YYYYMMDDNNNC`; a dash or a plus before the last four is passed over.
    ///
    /// # Errors
    /// [`NotAPersonId`] where the date, the check digit or the form is wrong. A personnummer needs a real date; a
    /// samordningsnummer may have month 00 and day 60 (Skatteverket's list of test numbers has 194 such).
    pub fn parse(text: &str) -> Result<Self, NotAPersonId> {
        let bytes = text.as_bytes();
        let mut digits = [0; 12];
        match bytes.len() {
            12 => digits.copy_from_slice(bytes),
            13 if matches!(bytes[8], b'-' | b'+') => {
                digits[..8].copy_from_slice(&bytes[..8]);
                digits[8..].copy_from_slice(&bytes[9..]);
            }
            _ => return Err(NotAPersonId),
        }
        let kind = kind_of(&digits).ok_or(NotAPersonId)?;
        Ok(Self { digits, kind })
    }

    /// Reads the ten-digit form as well, `YYMMDD-NNNC`, with the century taken from the sign and `today`: `+` from the
    /// calendar year in which the person turns 100, else `-` or nothing.
    ///
    /// # Errors
    /// As [`PersonId::parse`].
    pub fn parse_written(text: &str, today: Date) -> Result<Self, NotAPersonId> {
        let text = text.trim();
        let (short, over_100) = match (text.len(), text.as_bytes().get(6)) {
            (10, _) => (text.to_owned(), false),
            (11, Some(sign @ (b'-' | b'+'))) => (format!("{}{}", &text[..6], &text[7..]), *sign == b'+'),
            _ => return Self::parse(text),
        };
        let two: i16 = short.get(..2).and_then(|yy| yy.parse().ok()).ok_or(NotAPersonId)?;
        let mut year = today.year() - (today.year() - two).rem_euclid(100);
        if over_100 {
            year -= 100;
        }
        Self::parse(&format!("{:02}{short}", year / 100))
    }

    /// The kind of number.
    pub fn kind(&self) -> PersonIdKind {
        self.kind
    }

    /// The date in the number, where it holds a whole one. It may differ from the true birth date, which the register
    /// knows.
    pub fn birth_date(&self) -> Option<Date> {
        date_in(&self.digits, self.kind)
    }

    /// Whole years of age on `day` by the date in the number. Who is born on 29 February has birthdays on 1 March in
    /// common years.
    pub fn age_on(&self, day: Date) -> Option<i16> {
        let born = self.birth_date()?;
        let before_birthday = (day.month(), day.day()) < (born.month(), born.day());
        Some(day.year() - born.year() - i16::from(before_birthday))
    }

    /// The twelve characters, for a register, a blind index or a cipher; never for a log, an address or a letter.
    pub fn reveal(&self) -> &str {
        // The invariant makes every byte an ASCII digit or letter.
        std::str::from_utf8(&self.digits).unwrap_or_default()
    }

    /// `20160304-****`: what a page may show.
    pub fn masked(&self) -> String {
        let date = std::str::from_utf8(&self.digits[..8]).unwrap_or_default();
        format!("{date}-****")
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonId(********-****)")
    }
}

/// The day of a samordningsnummer is the birth day plus this.
const COORDINATION_DAY: i8 = 60;

fn kind_of(digits: &[u8; 12]) -> Option<PersonIdKind> {
    let (date, tail) = digits.split_at(8);
    if !date.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if tail[..2].iter().all(u8::is_ascii_uppercase) && tail[2..].iter().all(u8::is_ascii_digit) {
        return date_in(digits, PersonIdKind::Temporary).map(|_| PersonIdKind::Temporary);
    }
    if !tail.iter().all(u8::is_ascii_digit) || !check_digit_holds(&digits[2..]) {
        return None;
    }
    if number(&digits[6..8]) < COORDINATION_DAY {
        return date_in(digits, PersonIdKind::Personnummer).map(|_| PersonIdKind::Personnummer);
    }
    let month = number(&digits[4..6]);
    let day = number(&digits[6..8]) - COORDINATION_DAY;
    ((0..=12).contains(&month) && (0..=31).contains(&day)).then_some(PersonIdKind::Samordningsnummer)
}

fn date_in(digits: &[u8; 12], kind: PersonIdKind) -> Option<Date> {
    let year = i16::from(number(&digits[..2])) * 100 + i16::from(number(&digits[2..4]));
    let offset = if kind == PersonIdKind::Samordningsnummer { COORDINATION_DAY } else { 0 };
    Date::new(year, number(&digits[4..6]), number(&digits[6..8]) - offset).ok()
}

fn number(two_digits: &[u8]) -> i8 {
    two_digits.iter().fold(0, |sum, digit| sum * 10 + (digit - b'0') as i8)
}

/// Luhn over `YYMMDDNNNC`, weights 2, 1, 2, … (Skatteverket, SKV 704).
fn check_digit_holds(ten: &[u8]) -> bool {
    let sum: u32 = ten
        .iter()
        .enumerate()
        .map(|(place, digit)| {
            let product = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            product / 10 + product % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PERSONNUMMER: &str = include_str!("../../../server/simulators/data/personnummer.txt");
    const SAMORDNINGSNUMMER: &str = include_str!("../../../server/simulators/data/samordningsnummer.txt");

    fn listed(list: &str) -> impl Iterator<Item = &str> {
        list.lines().filter(|line| line.len() == 12 && line.bytes().all(|b| b.is_ascii_digit()))
    }

    #[test]
    fn every_official_test_personnummer_is_accepted() {
        assert!(listed(PERSONNUMMER).count() > 40_000);
        for text in listed(PERSONNUMMER) {
            let id = PersonId::parse(text).unwrap_or_else(|_| panic!("{text}"));
            assert_eq!((id.kind(), id.reveal()), (PersonIdKind::Personnummer, text));
            assert!(id.birth_date().is_some(), "{text}");
        }
    }

    #[test]
    fn every_official_test_samordningsnummer_is_accepted_even_without_a_whole_date() {
        let mut without_date = 0;
        for text in listed(SAMORDNINGSNUMMER) {
            let id = PersonId::parse(text).unwrap_or_else(|_| panic!("{text}"));
            assert_eq!(id.kind(), PersonIdKind::Samordningsnummer, "{text}");
            without_date += usize::from(id.birth_date().is_none());
        }
        assert_eq!(without_date, 194);
    }

    #[test]
    fn a_temporary_number_is_known_as_such() {
        assert_eq!(PersonId::parse("20130101TF01").unwrap().kind(), PersonIdKind::Temporary);
        assert_eq!(PersonId::parse("20130101-TF01").unwrap().kind(), PersonIdKind::Temporary);
        assert_eq!(PersonId::parse("20131301TF01"), Err(NotAPersonId));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "198501012391",
            "19850101239",
            "1985010123900",
            "198513012390",
            "198502302380",
            "198501002390",
            "20130101tf01",
            "２０１３０１０１",
            "19850101\u{202e}90",
            "19850101*2390",
            "198501922391",
        ] {
            assert_eq!(PersonId::parse(text), Err(NotAPersonId), "{text:?}");
        }
    }

    #[test]
    fn the_sign_and_todays_date_give_the_century() {
        let today = Date::constant(2026, 11, 24);
        for (written, whole) in [
            ("850101-2390", "198501012390"),
            ("8501012390", "198501012390"),
            (" 240229-2383 ", "202402292383"),
            ("900101+9802", "189001019802"),
            ("19850101-2390", "198501012390"),
        ] {
            assert_eq!(PersonId::parse_written(written, today).unwrap().reveal(), whole, "{written}");
        }
    }

    #[test]
    fn age_changes_on_the_birthday_and_on_the_first_of_march_for_leapers() {
        let leaper = PersonId::parse("198402292380").unwrap();
        let born = leaper.birth_date().unwrap().year();
        assert_eq!(leaper.age_on(Date::new(born + 18, 2, 28).unwrap()), Some(17));
        assert_eq!(leaper.age_on(Date::new(born + 18, 3, 1).unwrap()), Some(18));
    }

    #[test]
    fn debug_and_mask_hide_the_last_four() {
        let id = PersonId::parse("198501012390").unwrap();
        assert_eq!(id.masked(), "19850101-****");
        assert!(!format!("{id:?}").contains("2390"));
    }

    proptest! {
        #[test]
        fn nothing_typed_makes_it_panic(text in "\\PC{0,16}") {
            let _ = PersonId::parse(&text);
            let _ = PersonId::parse_written(&text, Date::constant(2026, 1, 1));
        }

        #[test]
        fn one_changed_digit_breaks_the_check(place in 2_usize..12, by in 1_u8..10) {
            let mut digits = *b"198501012390";
            digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
            let text = String::from_utf8(digits.to_vec()).unwrap();
            prop_assert_eq!(PersonId::parse(&text), Err(NotAPersonId));
        }
    }
}
