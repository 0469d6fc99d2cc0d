//! Days and times as people say them, in the visitor's language and in Swedish local time.

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
};
use model::Language;

use crate::text::language;

/// `tisdag 24 november`, with the year where it is not this one's.
pub(crate) fn day(date: Date, today: Date) -> String {
    said_day(date, today, language())
}

/// `24 november 2026`.
pub(crate) fn full_day(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date, language()), date.year())
}

/// `november`.
pub(crate) fn month_name(date: Date) -> &'static str {
    month(date, language())
}

/// `08:12`.
pub(crate) fn time(at: Timestamp) -> String {
    let local = portal::stockholm().to_datetime(at);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

fn said_day(date: Date, today: Date, language: Language) -> String {
    let said = format!("{} {} {}", weekday(date, language), date.day(), month(date, language));
    if date.year() == today.year() { said } else { format!("{said} {}", date.year()) }
}

/// The first letters of the days of a week, from Monday on.
pub(crate) fn weekday_letters() -> [&'static str; 7] {
    match language() {
        Language::Sv => ["M", "T", "O", "T", "F", "L", "S"],
        Language::En => ["M", "T", "W", "T", "F", "S", "S"],
    }
}

fn weekday(date: Date, language: Language) -> &'static str {
    let names = match language {
        Language::Sv => ["måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"],
        Language::En => ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    };
    match date.weekday() {
        Weekday::Monday => names[0],
        Weekday::Tuesday => names[1],
        Weekday::Wednesday => names[2],
        Weekday::Thursday => names[3],
        Weekday::Friday => names[4],
        Weekday::Saturday => names[5],
        Weekday::Sunday => names[6],
    }
}

fn month(date: Date, language: Language) -> &'static str {
    let names = match language {
        Language::Sv => [
            "januari",
            "februari",
            "mars",
            "april",
            "maj",
            "juni",
            "juli",
            "augusti",
            "september",
            "oktober",
            "november",
            "december",
        ],
        Language::En => [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    };
    usize::try_from(date.month() - 1).ok().and_then(|month| names.get(month)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_said_as_people_say_it() {
        let (day, today) = (Date::constant(2026, 11, 24), Date::constant(2026, 11, 23));
        assert_eq!(said_day(day, today, Language::Sv), "tisdag 24 november");
        assert_eq!(said_day(day, Date::constant(2027, 1, 1), Language::En), "Tuesday 24 November 2026");
    }

    #[test]
    fn a_time_is_local_also_on_the_night_the_clock_moves() {
        assert_eq!(time("2026-10-25T00:30:00Z".parse().unwrap()), "02:30");
        assert_eq!(time("2026-10-25T01:30:00Z".parse().unwrap()), "02:30");
    }
}
