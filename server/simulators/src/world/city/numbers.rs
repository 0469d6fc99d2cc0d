//! Numbers for a city: Skatteverket's test numbers as far as they go, then numbers that nobody ever held (data/README.md).
//!
//! Adults beyond the list were born in the eighteenth century, before there were personnummer; pupils beyond it
//! have temporary numbers, which schools make themselves.

use super::dice::Dice;
use jiff::{
    Span,
    civil::{Date, date},
};
use std::collections::{BTreeMap, HashMap};

const OFFICIAL: &str = include_str!("../../../data/personnummer.txt");
/// How far from the wanted year of birth an official number of an adult may be.
const WITHIN: i16 = 8;
/// Nobody born later is a guardian or works at a school.
const GROWN_UP: i16 = 2005;
/// The first day of the century nobody remembers.
const LONG_AGO: Date = date(1700, 1, 1);
/// The days of that century.
const DAYS: usize = 36_524;

/// Numbers that were not given to anybody in the city yet.
#[derive(Debug)]
pub(super) struct Numbers {
    /// By year of birth, in any order.
    official: BTreeMap<i16, Vec<&'static str>>,
    /// How many adults were born long ago.
    old: usize,
    /// How many temporary numbers each birthday has.
    temporary: HashMap<Date, usize>,
}

impl Numbers {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let mut official: BTreeMap<i16, Vec<&'static str>> = BTreeMap::new();
        for number in OFFICIAL.lines() {
            official.entry(number[..4].parse().unwrap_or_default()).or_default().push(number);
        }
        official.values_mut().for_each(|numbers| dice.shuffle(numbers));
        Self { official, old: 0, temporary: HashMap::new() }
    }

    /// A number for an adult born around `born`.
    pub(super) fn adult(&mut self, born: i16) -> String {
        for away in 0..=WITHIN {
            for year in [born - away, (born + away).min(GROWN_UP)] {
                if let Some(number) = self.official.get_mut(&year).and_then(Vec::pop) {
                    return number.to_owned();
                }
            }
        }
        self.old += 1;
        long_ago(self.old - 1)
    }

    /// A number for a pupil born in `year`.
    pub(super) fn pupil(&mut self, year: i16, dice: &mut Dice) -> String {
        if let Some(number) = self.official.get_mut(&year).and_then(Vec::pop) {
            return number.to_owned();
        }
        let day = i64::try_from(dice.below(365)).unwrap_or_default();
        let born = date(year, 1, 1);
        let born = born.checked_add(Span::new().days(day)).unwrap_or(born);
        let count = self.temporary.entry(born).or_default();
        *count += 1;
        temporary(born, *count - 1)
    }
}

/// The `at`th number of the eighteenth century.
fn long_ago(at: usize) -> String {
    let days = i64::try_from(at % DAYS).unwrap_or_default();
    let born = LONG_AGO.checked_add(Span::new().days(days)).unwrap_or(LONG_AGO);
    let digits = format!("{}{:03}", born.strftime("%Y%m%d"), at / DAYS % 1000);
    format!("{digits}{}", check_digit(&digits[2..]))
}

/// The `at`th temporary number of a birthday: TF00 to TF99, TG00 and on.
fn temporary(born: Date, at: usize) -> String {
    let letter = char::from(b'F' + u8::try_from(at / 100).unwrap_or_default());
    format!("{}T{letter}{:02}", born.strftime("%Y%m%d"), at % 100)
}

/// The check digit of nine digits (registers.md 3.1).
fn check_digit(digits: &str) -> u32 {
    let weigh = |(at, digit): (usize, char)| {
        let weighted = digit.to_digit(10).unwrap_or_default() * if at % 2 == 0 { 2 } else { 1 };
        weighted / 10 + weighted % 10
    };
    (10 - digits.chars().enumerate().map(weigh).sum::<u32>() % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_the_one_of_the_official_list() {
        assert!(OFFICIAL.lines().all(|number| number.ends_with(&check_digit(&number[2..11]).to_string())));
    }

    #[test]
    fn numbers_of_long_ago_are_of_one_century() {
        assert_eq!(long_ago(0), "170001010008");
        assert!(long_ago(DAYS - 1).starts_with("17991231000"));
        assert!(long_ago(DAYS).starts_with("17000101001"));
    }

    #[test]
    fn a_birthday_has_more_temporary_numbers_than_a_hundred() {
        let born = date(2016, 3, 4);
        assert_eq!(
            (temporary(born, 0), temporary(born, 199)),
            ("20160304TF00".into(), "20160304TG99".into())
        );
    }
}
