//! Mobile numbers, as people write them and as they are dialled.

use std::fmt;

use crate::Wrong;

/// A mobile number a text message can be sent to, in the form of ITU-T E.164: a plus and at most fifteen digits.
///
/// Of Swedish numbers only 070, 072, 073, 076 and 079 pass. Of a few countries that many guardians come from it is known
/// which numbers are mobile; of the others only the shape is looked at, and the code that is sent proves the rest.
///
/// Invariant: a plus and seven to fifteen digits, the first not nought, nothing else.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Mobile(String);

impl Mobile {
    /// The most that is read, in bytes: a number with a space after every digit is half of it.
    pub const MAX_BYTES: usize = 64;

    /// Reads what somebody typed: `070-174 06 05`, `+46 (0)70 174 06 05`, `0047 400 00 000`.
    ///
    /// # Errors
    /// [`Wrong::Missing`] for nothing, [`Wrong::TooLong`], [`Wrong::Premium`] for a number that costs whoever calls it
    /// extra, [`Wrong::NotAMobile`] for one no text message arrives at, else [`Wrong::NotANumber`].
    pub fn parse(typed: &str) -> Result<Self, Wrong> {
        let typed = typed.trim_matches(is_space);
        if typed.is_empty() {
            return Err(Wrong::Missing);
        }
        if typed.len() > Self::MAX_BYTES {
            return Err(Wrong::TooLong);
        }
        let digits = international(typed).ok_or(Wrong::NotANumber)?;
        if let Some(national) = digits.strip_prefix("46") {
            // `+46 070…` is a habit, not another number: no Swedish number begins with a nought behind its country.
            let national = national.strip_prefix('0').unwrap_or(national);
            swedish(national)?;
            return Ok(Self(format!("+46{national}")));
        }
        foreign(&digits)?;
        Ok(Self(format!("+{digits}")))
    }

    /// The number in E.164, for its owner or for the message that leaves. What a blind index is made of.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// As it is written where it comes from: `070-174 06 05`, `+47 40000000`.
    pub fn shown(&self) -> String {
        let Some(national) = self.0.strip_prefix("+46") else { return self.0.clone() };
        let mut groups = format!("0{}-", national.get(..2).unwrap_or(national));
        for (place, digit) in national.chars().skip(2).enumerate() {
            if place == 3 || place == 5 {
                groups.push(' ');
            }
            groups.push(digit);
        }
        groups
    }

    /// `***05`: enough to recognise one's own number, too little for anybody else.
    pub fn masked(&self) -> String {
        let tail = self.0.get(self.0.len().saturating_sub(2)..).unwrap_or_default();
        format!("***{tail}")
    }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mobile(***)")
    }
}

/// Prefixes of Swedish mobile numbers behind the country code (PTS' numbering plan, without numbers of machines).
const SWEDISH: [&str; 5] = ["70", "72", "73", "76", "79"];
/// Swedish numbers that cost extra: 0900, 0939 and 0944.
const SWEDISH_PREMIUM: [&str; 3] = ["900", "939", "944"];

fn swedish(national: &str) -> Result<(), Wrong> {
    if starts_with_any(national, &SWEDISH_PREMIUM) {
        return Err(Wrong::Premium);
    }
    if !(7..=9).contains(&national.len()) {
        return Err(Wrong::NotANumber);
    }
    match starts_with_any(national, &SWEDISH) {
        true if national.len() == 9 => Ok(()),
        true => Err(Wrong::NotANumber),
        false => Err(Wrong::NotAMobile),
    }
}

/// What is known of the numbers of one country.
struct Land {
    code: &'static str,
    /// How many digits stand behind the code, at least and at most.
    digits: (usize, usize),
    /// What its mobile numbers begin with; empty where they cannot be told from others.
    mobile: &'static [&'static str],
    /// What numbers that cost extra begin with.
    premium: &'static [&'static str],
}

/// The neighbours, and where many of the city's guardians come from. Codes without people behind them that cost extra
/// stand here too.
const LANDS: [Land; 14] = [
    Land { code: "47", digits: (8, 8), mobile: &["4", "9"], premium: &["82"] },
    Land { code: "45", digits: (8, 8), mobile: &[], premium: &["90"] },
    Land { code: "358", digits: (6, 11), mobile: &["4", "50"], premium: &["600", "700"] },
    Land { code: "354", digits: (7, 9), mobile: &["6", "7", "8"], premium: &["90"] },
    Land {
        code: "44",
        digits: (10, 10),
        mobile: &["71", "72", "73", "74", "75", "77", "78", "79"],
        premium: &["9", "70"],
    },
    Land { code: "49", digits: (7, 12), mobile: &["15", "16", "17"], premium: &["900", "137"] },
    Land {
        code: "48",
        digits: (9, 9),
        mobile: &["45", "50", "51", "53", "57", "60", "66", "69", "72", "73", "78", "79", "88"],
        premium: &["70"],
    },
    Land { code: "1", digits: (10, 10), mobile: &[], premium: &["900"] },
    Land { code: "979", digits: (5, 12), mobile: &[], premium: &[""] },
    Land { code: "808", digits: (5, 12), mobile: &[], premium: &[""] },
    Land { code: "870", digits: (5, 12), mobile: &[], premium: &[""] },
    Land { code: "881", digits: (5, 12), mobile: &[], premium: &[""] },
    Land { code: "882", digits: (5, 12), mobile: &[], premium: &[""] },
    Land { code: "883", digits: (5, 12), mobile: &[], premium: &[""] },
];

fn foreign(digits: &str) -> Result<(), Wrong> {
    if !(7..=15).contains(&digits.len()) {
        return Err(Wrong::NotANumber);
    }
    // International freephone: nobody's telephone.
    if digits.starts_with("800") {
        return Err(Wrong::NotAMobile);
    }
    let Some((land, national)) = LANDS.iter().find_map(|land| Some((land, digits.strip_prefix(land.code)?)))
    else {
        return Ok(());
    };
    if starts_with_any(national, land.premium) {
        return Err(Wrong::Premium);
    }
    if !(land.digits.0..=land.digits.1).contains(&national.len()) {
        return Err(Wrong::NotANumber);
    }
    if land.mobile.is_empty() || starts_with_any(national, land.mobile) {
        Ok(())
    } else {
        Err(Wrong::NotAMobile)
    }
}

fn starts_with_any(digits: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| digits.starts_with(prefix))
}

/// The digits from the country code on; none for what is no telephone number.
fn international(typed: &str) -> Option<String> {
    // The nought that is dialled within a country and dropped from outside: `+46 (0)70…`.
    let typed = typed.replace("(0)", " ");
    let typed = typed.trim_start_matches(is_space);
    let (plus, rest) = typed.strip_prefix(['+', '＋']).map_or((false, typed), |rest| (true, rest));
    let mut digits = String::with_capacity(rest.len());
    for c in rest.chars() {
        match c {
            '0'..='9' => digits.push(c),
            // Full-width digits, as some keyboards write them.
            '０'..='９' => digits.push(char::from_digit(u32::from(c) - u32::from('０'), 10)?),
            c if is_space(c) || is_divider(c) => {}
            _ => return None,
        }
    }
    let whole = if plus {
        digits
    } else if let Some(abroad) = digits.strip_prefix("00") {
        abroad.to_owned()
    } else if let Some(national) = digits.strip_prefix('0') {
        // A premium or fixed number is a Swedish one as well: what kind it is decides later.
        format!("46{national}")
    } else if digits.len() == 9 && digits.starts_with('7') {
        format!("46{digits}")
    } else if digits.len() == 11 && digits.starts_with("467") {
        digits
    } else {
        return None;
    };
    (!whole.is_empty() && !whole.starts_with('0')).then_some(whole)
}

/// White space, and the marks without width that come along when a number is copied.
fn is_space(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn is_divider(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '.' | '/' | '(' | ')')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_people_write_one_number_are_one_number() {
        for typed in [
            "0701740605",
            "070-174 06 05",
            " 070 174 06 05 ",
            "070/1740605",
            "070.174.06.05",
            "(070) 174 06 05",
            "070\u{2011}174\u{a0}06\u{a0}05",
            "070–174 06 05",
            "\u{202a}070-174 06 05\u{202c}",
            "+46701740605",
            "+46 70 174 06 05",
            "+46 (0)70-174 06 05",
            "+46 070 174 06 05",
            "0046701740605",
            "0046 (0)70 174 06 05",
            "46701740605",
            "701740605",
            "０７０１７４０６０５",
        ] {
            assert_eq!(Mobile::parse(typed).unwrap().reveal(), "+46701740605", "{typed}");
        }
    }

    #[test]
    fn foreign_numbers_pass_in_their_own_ways() {
        for (typed, e164) in [
            ("+47 400 00 000", "+4740000000"),
            ("0047 912 34 567", "+4791234567"),
            ("+45 20 12 34 56", "+4520123456"),
            ("+358 (0)40 123 4567", "+358401234567"),
            ("+44 (0)7700 900123", "+447700900123"),
            ("+49 151 23456789", "+4915123456789"),
            ("+48 512 345 678", "+48512345678"),
            ("+1 (202) 555-0123", "+12025550123"),
            ("+963 944 123 456", "+963944123456"),
            ("+252 61 2345678", "+252612345678"),
        ] {
            assert_eq!(
                Mobile::parse(typed).map(|mobile| mobile.reveal().to_owned()),
                Ok(e164.to_owned()),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_no_message_arrives_at_is_refused_with_its_reason() {
        let long = "0".repeat(10_000);
        for (typed, wrong) in [
            ("", Wrong::Missing),
            (" \u{a0}\u{200b} ", Wrong::Missing),
            ("sara", Wrong::NotANumber),
            ("+", Wrong::NotANumber),
            ("0", Wrong::NotANumber),
            ("070-174 06 0", Wrong::NotANumber),
            ("070-174 06 055", Wrong::NotANumber),
            ("070-174 06 05 eller 06", Wrong::NotANumber),
            ("070-174 06 05\r\n+46701740606", Wrong::NotANumber),
            ("+46701740605,+46701740606", Wrong::NotANumber),
            ("++46701740605", Wrong::NotANumber),
            ("1234567", Wrong::NotANumber),
            ("+0701740605", Wrong::NotANumber),
            ("+1234567890123456", Wrong::NotANumber),
            ("+47 400 00 00", Wrong::NotANumber),
            ("112", Wrong::NotANumber),
            ("031-390 06 10", Wrong::NotAMobile),
            ("08-465 004 00", Wrong::NotAMobile),
            ("0771-11 22 33", Wrong::NotAMobile),
            ("020-12 34 56", Wrong::NotAMobile),
            ("+47 22 12 34 56", Wrong::NotAMobile),
            ("+44 20 7946 0123", Wrong::NotAMobile),
            ("+358 9 123 4567", Wrong::NotAMobile),
            ("+800 1234 5678", Wrong::NotAMobile),
            ("0900-123 45 67", Wrong::Premium),
            ("0939-123 45 67", Wrong::Premium),
            ("+46 944 12 34 56", Wrong::Premium),
            ("+44 909 879 0123", Wrong::Premium),
            ("+1 900 555 0123", Wrong::Premium),
            ("+47 820 12 345", Wrong::Premium),
            ("+979 123 456 789", Wrong::Premium),
            ("+881 6 123 45678", Wrong::Premium),
            (long.as_str(), Wrong::TooLong),
        ] {
            assert_eq!(Mobile::parse(typed), Err(wrong), "{typed:?}");
        }
    }

    #[test]
    fn a_number_is_shown_as_it_is_written_at_home() {
        let shown = |typed: &str| Mobile::parse(typed).unwrap().shown();
        assert_eq!(shown("+46701740605"), "070-174 06 05");
        assert_eq!(shown("0047 400 00 000"), "+4740000000");
    }

    #[test]
    fn every_digit_of_e164_passes_again_as_it_is() {
        for typed in ["0701740605", "+358401234567", "+12025550123"] {
            let mobile = Mobile::parse(typed).unwrap();
            assert_eq!(Mobile::parse(mobile.reveal()), Ok(mobile));
        }
    }

    #[test]
    fn debug_and_the_mask_do_not_betray_the_number() {
        let mobile = Mobile::parse("0701740605").unwrap();
        assert_eq!(mobile.masked(), "***05");
        assert!(!format!("{mobile:?}").contains("1740"));
    }
}
