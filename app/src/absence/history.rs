//! Frånvarohistorik: sums, a picture and every absence; the same on paper.

use leptos::prelude::*;
use model::{AbsenceKind, ChildId, Date, Entry, History, Period, Shows, Totals, What};
use portal::{ReportChild, Visit};

use super::{
    calendar::calendar,
    pages::CHILD,
    said::{days, length, when},
};
use crate::{
    Fault, Place,
    page::{Asked, Page, Reply},
    text::Text,
    ui::{
        dates::full_day,
        facts::{Fact, facts},
        step::back,
    },
};

/// The questions of an address: which period, and which absences.
const PERIOD: &str = "period";
const SHOWS: &str = "visa";

/// What an address asks for.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    child: Option<ChildId>,
    pub(super) period: Period,
    pub(super) shows: Shows,
}

impl Wanted {
    /// What the address says; a word that is none of ours is the usual.
    pub(super) fn by(asked: &Asked) -> Result<Self, Fault> {
        let child = match asked.value(CHILD).filter(|id| !id.is_empty()) {
            Some(id) => Some(id.parse().map_err(|_| Fault::NotFound)?),
            None => None,
        };
        let word = |name: &str| asked.value(name).unwrap_or_default();
        Ok(Self {
            child,
            period: Period::from_word(&word(PERIOD)).unwrap_or_default(),
            shows: Shows::from_word(&word(SHOWS)).unwrap_or_default(),
        })
    }

    /// The guardian's children, and what is asked for of one of them.
    pub(super) async fn of(self, visit: &Visit) -> Result<(Vec<ReportChild>, Option<History>), Fault> {
        let (children, history) = visit.guardian()?.absence_history(self.child, self.period).await?;
        Ok((children, history.map(|history| history.only(self.shows))))
    }

    /// The address of the same elsewhere.
    fn at(self, place: Place, child: ChildId) -> String {
        let Self { period, shows, .. } = self;
        format!("{place}?{CHILD}={child}&{PERIOD}={}&{SHOWS}={}", period.word(), shows.word())
    }
}

/// Frånvarohistorik.
pub(crate) async fn history(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let wanted = Wanted::by(asked)?;
    let (children, history) = wanted.of(visit).await?;
    let today = portal::day_of(visit.now());
    Page::new(Text::HistoryTitle, move || {
        let content = history.map_or_else(
            || view! { <p>{Text::ChildrenEmpty}</p> }.into_any(),
            |history| found(children, wanted, history, today).into_any(),
        );
        view! {
            {back(Place::Absence)}
            <h1>{Text::HistoryTitle}</h1>
            {content}
        }
    })
    .wide()
    .until_the_session_ends(visit)
    .into_reply()
}

/// The same for the printer: no filter, no picture, every line.
pub(crate) async fn print(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let wanted = Wanted::by(asked)?;
    let (_, history) = wanted.of(visit).await?;
    let Some(history) = history else { return Reply::go(Place::AbsenceHistory) };
    let today = portal::day_of(visit.now());
    let back_to = wanted.at(Place::AbsenceHistory, history.child);
    Page::new(Text::HistoryTitle, move || {
        let name = format!("{} {}", history.given, history.family);
        view! {
            <a class="back" href=back_to>{Text::StepBack}</a>
            <h1>{Text::HistoryTitle}</h1>
            <p class="lead">{name}</p>
            <p>{period_said(&history)}</p>
            <p class="noprint">{Text::HistoryPrintHow}</p>
            {sums(history.totals())}
            {lines(history.entries, today)}
            <p class="small">{Text::HistorySource { date: full_day(today) }}</p>
            <p class="small">{Text::ChildrenProtected}</p>
        }
    })
    .wide()
    .until_the_session_ends(visit)
    .into_reply()
}

fn found(children: Vec<ReportChild>, wanted: Wanted, history: History, today: Date) -> impl IntoView {
    let child = history.child;
    let ways = [(Place::AbsencePrint, Text::HistoryPrint), (Place::AbsenceFile, Text::HistoryFile)];
    let ways = ways.map(|(to, label)| {
        view! { <a class="button second" href=wanted.at(to, child)>{label}</a> }
    });
    let picture = calendar(&history);
    view! {
        {filter(children, wanted, child)}
        <h2>{history.given.clone()}</h2>
        <p>{period_said(&history)}</p>
        {sums(history.totals())}
        {picture}
        {lines(history.entries, today)}
        <p class="small">{Text::HistorySource { date: full_day(today) }}</p>
        <div class="actions">{ways.into_iter().collect_view()}</div>
        <p class="small">{Text::HistoryFileHint}" "{Text::ChildrenProtected}</p>
    }
}

fn period_said(history: &History) -> Text {
    Text::HistoryPeriod { from: full_day(history.span.from), to: full_day(history.span.to) }
}

/// What to show, as a plain form that asks for this page again.
fn filter(children: Vec<ReportChild>, wanted: Wanted, child: ChildId) -> impl IntoView {
    let choice = |name: &'static str, label: Text, options: Vec<(String, String, bool)>| {
        let options = options
            .into_iter()
            .map(|(value, said, chosen)| view! { <option value=value selected=chosen>{said}</option> })
            .collect_view();
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <select id=name name=name>{options}</select>
            </div>
        }
    };
    let children = children.into_iter().map(|one| (one.id.to_string(), one.given, one.id == child)).collect();
    let periods = Period::ALL
        .map(|period| (period.word().to_owned(), period_text(period).owned(), period == wanted.period));
    let shows =
        Shows::ALL.map(|shows| (shows.word().to_owned(), shows_text(shows).owned(), shows == wanted.shows));
    view! {
        <form class="filter noprint" method="get" action=Place::AbsenceHistory.to_string()>
            {choice(CHILD, Text::HistoryChild, children)}
            {choice(PERIOD, Text::HistoryWhich, periods.into())}
            {choice(SHOWS, Text::HistoryShows, shows.into())}
            <button class="second">{Text::HistoryShow}</button>
        </form>
    }
}

fn period_text(period: Period) -> Text {
    match period {
        Period::Term => Text::HistoryTerm,
        Period::LastTerm => Text::HistoryLastTerm,
        Period::Month => Text::HistoryThirtyDays,
        Period::Year => Text::HistoryYear,
    }
}

fn shows_text(shows: Shows) -> Text {
    match shows {
        Shows::All => Text::HistoryAll,
        Shows::Valid => Text::HistoryValid,
        Shows::Invalid => Text::HistoryInvalid,
    }
}

fn sums(totals: Totals) -> impl IntoView {
    let share = Text::HistoryShare {
        days: totals.days.to_string(),
        weekdays: totals.weekdays.to_string(),
        percent: totals.percent().to_string(),
    };
    let lessons = |lessons: usize, minutes: i64| {
        let count = u64::try_from(lessons).unwrap_or(u64::MAX);
        let said = Text::HistoryLessons { lessons: count }.owned();
        if minutes > 0 { format!("{said}, {}", length(minutes)) } else { said }
    };
    facts(vec![
        Fact::new(Text::HistoryDays, share.owned()),
        Fact::new(Text::HistoryInvalidDays, totals.invalid_days.to_string()),
        Fact::new(Text::HistoryValidLessons, lessons(totals.valid_lessons, totals.valid_minutes)),
        Fact::new(Text::HistoryInvalidLessons, lessons(totals.invalid_lessons, totals.invalid_minutes)),
    ])
}

/// Every absence, a line each; on a phone a card each.
fn lines(entries: Vec<Entry>, today: Date) -> AnyView {
    if entries.is_empty() {
        return view! { <p class="notice">{Text::HistoryNone}</p> }.into_any();
    }
    let rows = entries
        .into_iter()
        .map(|entry| {
            let (chip, kind) = kind_of(&entry);
            let minutes = entry.valid_minutes + entry.invalid_minutes;
            let long = if entry.whole {
                days(entry.start, entry.end)
            } else if minutes > 0 {
                length(minutes)
            } else {
                String::new()
            };
            view! {
                <tr>
                    <td data-label=Text::HistoryWhen.owned()>{when(entry.start, entry.end, entry.whole, today)}</td>
                    <td data-label=Text::HistoryWhat.owned()>{what_of(&entry)}</td>
                    <td data-label=Text::HistoryKind.owned()><span class=chip>{kind}</span></td>
                    <td data-label=Text::HistoryLength.owned()>{long}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = [Text::HistoryWhen, Text::HistoryWhat, Text::HistoryKind, Text::HistoryLength];
    let heads = heads.map(|head| view! { <th scope="col">{head}</th> }).into_iter().collect_view();
    view! {
        <table class="stack">
            <caption>{Text::HistoryEvery}</caption>
            <thead><tr>{heads}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// What was missed, in words.
pub(super) fn what_of(entry: &Entry) -> String {
    match &entry.what {
        What::Lesson(Some(subject)) => subject.clone(),
        What::Lesson(None) => Text::HistoryLesson.owned(),
        What::Reported if entry.kind == AbsenceKind::Leave => Text::ReportedLeave.owned(),
        What::Reported => Text::ReportedBy.owned(),
        What::Care => Text::HistoryCare.owned(),
    }
}

/// Valid or not, in a shape and in words.
pub(super) fn kind_of(entry: &Entry) -> (&'static str, Text) {
    match (entry.is_valid(), entry.is_invalid()) {
        (true, true) => ("chip bad", Text::HistoryBoth),
        (_, true) => ("chip bad", Text::HistoryInvalid),
        (_, false) => ("chip good", Text::HistoryValid),
    }
}
