//! A period as small pictures, a month each, and the same numbers as a table.

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::{Date, DayMark, History, Span};

use crate::{
    text::Text,
    ui::dates::{month_name, weekday_letters},
};

/// The side of a day, and what lies between two.
const SIDE: i16 = 10;
const STEP: i16 = 12;
/// The size of a weekday's letter.
const LETTER: i16 = 7;

/// A month, or as much of it as the period has.
struct Month {
    first: Date,
    days: Vec<(Date, Option<DayMark>)>,
}

impl Month {
    fn count(&self, is: impl Fn(DayMark) -> bool) -> usize {
        self.days.iter().filter(|(_, mark)| mark.is_some_and(&is)).count()
    }

    fn valid(&self) -> usize {
        self.count(|mark| mark != DayMark::Invalid)
    }

    fn invalid(&self) -> usize {
        self.count(|mark| mark != DayMark::Valid)
    }

    fn name(&self) -> String {
        format!("{} {}", month_name(self.first), self.first.year())
    }
}

/// The pictures, what their shapes mean, and the table.
pub(super) fn calendar(history: &History) -> impl IntoView + use<> {
    let months = months(history.span, &history.marks());
    let pictures = months.iter().map(picture).collect_view();
    let rows = months
        .iter()
        .map(|month| {
            view! {
                <tr>
                    <th scope="row">{month.name()}</th>
                    <td data-label=Text::HistoryValid.owned()>{month.valid()}</td>
                    <td data-label=Text::HistoryInvalid.owned()>{month.invalid()}</td>
                </tr>
            }
        })
        .collect_view();
    let meanings = [(DayMark::Valid, Text::HistoryValid), (DayMark::Invalid, Text::HistoryInvalid)];
    let meanings = meanings
        .map(|(mark, words)| {
            view! {
                <li>
                    <svg class="calendar" viewBox=format!("0 0 {SIDE} {SIDE}") aria-hidden="true">{day(0, 0, Some(mark))}</svg>
                    {words}
                </li>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <ul class="months">{pictures}</ul>
        <ul class="meanings">{meanings}</ul>
        <details class="fold">
            <summary>{Text::HistoryAsTable}</summary>
            <table class="stack">
                <caption>{Text::HistoryByMonth}</caption>
                <thead>
                    <tr>
                        <th scope="col">{Text::HistoryMonth}</th>
                        <th scope="col">{Text::HistoryValid}</th>
                        <th scope="col">{Text::HistoryInvalid}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
}

fn months(span: Span, marks: &BTreeMap<Date, DayMark>) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    for day in span.days() {
        let first = day.first_of_month();
        let entry = (day, marks.get(&day).copied());
        match months.last_mut() {
            Some(month) if month.first == first => month.days.push(entry),
            _ => months.push(Month { first, days: vec![entry] }),
        }
    }
    months
}

/// A month: a column for each day of the week under its letter, a row for each week.
fn picture(month: &Month) -> impl IntoView + use<> {
    let before = i16::from(month.first.weekday().to_monday_zero_offset());
    let place = |date: Date| before + i16::from(date.day()) - 1;
    // A month that begins in its midst has no empty weeks above it.
    let above = month.days.first().map_or(0, |(first, _)| place(*first) / 7);
    let days = month
        .days
        .iter()
        .map(|(date, mark)| day(place(*date) % 7 * STEP, (1 + place(*date) / 7 - above) * STEP, *mark))
        .collect_view();
    let letters = (0_i16..)
        .zip(weekday_letters())
        .map(|(column, letter)| view! { <text x=column * STEP + SIDE / 2 y=SIDE - 2 font-size=LETTER>{letter}</text> })
        .collect_view();
    let said = Text::HistoryPicture {
        month: month.name(),
        valid: month.valid().to_string(),
        invalid: month.invalid().to_string(),
    };
    let size = format!("-1 -1 {} {}", 7 * STEP, 7 * STEP);
    view! {
        <li>
            <span aria-hidden="true">{month_name(month.first)}</span>
            <svg class="calendar" viewBox=size role="img" aria-label=said.owned()>
                {letters}
                {days}
            </svg>
        </li>
    }
}

/// A day: empty, with a dot, with a cross, or with both. The shape says it without the colour.
fn day(x: i16, y: i16, mark: Option<DayMark>) -> impl IntoView {
    let class = match mark {
        None => "day",
        Some(DayMark::Valid) => "day valid",
        Some(DayMark::Invalid | DayMark::Both) => "day invalid",
    };
    let (middle_x, middle_y) = (x + SIDE / 2, y + SIDE / 2);
    let dot = matches!(mark, Some(DayMark::Valid | DayMark::Both)).then(|| {
        view! { <circle class="dot" cx=middle_x cy=middle_y r="2.5"/> }
    });
    let cross = matches!(mark, Some(DayMark::Invalid | DayMark::Both)).then(|| {
        let (left, top, right, bottom) = (x + 2, y + 2, x + SIDE - 2, y + SIDE - 2);
        view! { <path class="cross" d=format!("M{left} {top}L{right} {bottom}M{right} {top}L{left} {bottom}")/> }
    });
    view! {
        <rect class=class x=x y=y width=SIDE height=SIDE rx="2"/>
        {cross}
        {dot}
    }
}

#[cfg(test)]
mod tests {
    use model::{AbsenceKind, ChildId, Entry, Language, What};

    use super::*;

    #[test]
    fn the_picture_and_the_table_say_the_same() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let entry = |kind, on: &str| Entry {
            kind,
            what: What::Reported,
            first: date(on),
            last: date(on),
            start: jiff::Timestamp::UNIX_EPOCH,
            end: jiff::Timestamp::UNIX_EPOCH,
            whole: true,
            valid_minutes: 0,
            invalid_minutes: 0,
        };
        let history = History {
            child: ChildId::from_uuid(uuid::Uuid::nil()),
            given: "<b>".into(),
            family: String::new(),
            span: Span { from: date("2026-10-15"), to: date("2026-11-24") },
            entries: vec![
                entry(AbsenceKind::Reported, "2026-10-20"),
                entry(AbsenceKind::Unexcused, "2026-11-02"),
                entry(AbsenceKind::Unexcused, "2026-11-03"),
            ],
        };
        let html = crate::page::render(Language::Sv, None, || calendar(&history));
        assert!(html.contains("aria-label=\"oktober 2026: 1 giltig, 0 ogiltig\""), "{html}");
        assert!(html.contains("aria-label=\"november 2026: 0 giltig, 2 ogiltig\""), "{html}");
        assert_eq!(html.matches("class=\"cross\"").count(), 3, "two days, and one that says what it means");
        let row = "<th scope=\"row\">november 2026</th>\
            <td data-label=\"Giltig frånvaro\">0</td><td data-label=\"Ogiltig frånvaro\">2</td>";
        assert!(html.contains(row), "{html}");
    }
}
