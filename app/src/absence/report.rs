//! Anmäl frånvaro: one screen for all children, and what is reported already.

use jiff::{ToSpan, civil::Weekday};
use leptos::{prelude::*, server_fn::ServerFn as _};
use model::{ChildId, Date, Reason, Refusal, ReportForm, ReportId, ReportState, Shown, Typed, Wrong, Wrongs};
use portal::{OwnReport, ReportChild, Reported, Reports, Visit};

use super::{
    api::{ChangeReport, ReportAbsence, WithdrawReport},
    islands::{LiveReport, OWN, numbered},
    pages::{CHANGE, CHILD, DONE},
    said::when,
};
use crate::{
    Fault, Place,
    live::WRONG,
    page::{Asked, Page, Reply},
    session::pages::{seconds_left, session_ends},
    text::Text,
    ui::{
        dates::{day, time},
        form::{hidden, refusal, send, tick, wrong_place, wrongs},
        step::back,
    },
    visit::refused,
};

/// Anmäl frånvaro.
pub(crate) async fn report(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let Reports { children, standing, refused: kept } = visit.guardian()?.absence_reports().await?;
    let today = portal::day_of(visit.now());
    let no = asked.refusal();
    let change = asked.value(CHANGE).and_then(|id| id.parse::<ReportId>().ok());
    let changed =
        standing.iter().find(|report| report.own.is_some_and(|own| own.open && Some(own.id) == change));
    if change.is_some() && changed.is_none() {
        return Ok(Reply::Go(refused(Place::AbsenceReport, Refusal::AlreadyBegun)));
    }
    let days = days_offered(today);
    let shown = kept.filter(|_| no == Some(Refusal::Form)).unwrap_or_else(|| {
        let form = match changed {
            Some(report) => form_of(report, &days),
            None => fresh(&children, &days, asked.value(CHILD).and_then(|id| id.parse().ok())),
        };
        Shown { form, wrongs: Default::default() }
    });
    let only = changed.map(|report| report.child);
    let done = asked.value(DONE).filter(|_| no.is_none()).and_then(|what| done(&what));
    let seconds = seconds_left(visit);
    let wrong = !shown.wrongs.is_empty() || no.is_some();
    let title = if change.is_some() { Text::ReportChangeTitle } else { Text::ReportTitle };
    Page::new(title.clone(), move || {
        let form = if children.is_empty() {
            view! { <p>{Text::ChildrenEmpty}</p> }.into_any()
        } else {
            form(children, only, change, &shown, &days, today).into_any()
        };
        let is_empty = standing.is_empty();
        let listed = change.is_none().then(|| list(standing, today).into_any());
        // Whoever has just reported sees that first, and what more there is to report under it.
        let (first, last) = if done.is_some() && !is_empty {
            (listed.map(|listed| view! { {listed}<h2>{Text::ReportMore}</h2> }.into_any()), None)
        } else {
            (None, listed)
        };
        view! {
            {session_ends(seconds)}
            {refusal(no)}
            {wrongs(&shown.wrongs)}
            {back(if change.is_some() { Place::AbsenceReport } else { Place::Absence })}
            {done.map(|words| view! { <div class="band" role="status"><p>{words}</p></div> })}
            <h1>{title}</h1>
            {first}
            {form}
            {last}
            <LiveReport/>
        }
    })
    .wrong(wrong)
    .lively()
    .own()
    .into_reply()
}

/// What was done, in words.
fn done(what: &str) -> Option<Text> {
    match what {
        "1" => Some(Text::ReportDone),
        "2" => Some(Text::ReportChanged),
        "3" => Some(Text::ReportWithdrawn),
        _ => None,
    }
}

/// The days offered as whole ones: today, where it is a weekday, and the next weekday.
fn days_offered(today: Date) -> Vec<Date> {
    let own = Some(today).filter(|day| is_weekday(*day));
    own.into_iter().chain(next_weekday(today)).collect()
}

fn next_weekday(today: Date) -> Option<Date> {
    (1..4).filter_map(|ahead| today.checked_add(ahead.days()).ok()).find(|day| is_weekday(*day))
}

fn is_weekday(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn fresh(children: &[ReportChild], days: &[Date], asked: Option<ChildId>) -> ReportForm {
    let chosen = match children {
        [only] => Some(only.id),
        several => asked.filter(|id| several.iter().any(|child| child.id == *id)),
    };
    ReportForm {
        who: chosen.into_iter().collect(),
        when: days.first().map(|day| Typed::new(day.to_string())).unwrap_or_default(),
        ..ReportForm::default()
    }
}

/// A report as it would be typed again.
fn form_of(report: &Reported, days: &[Date]) -> ReportForm {
    let date = portal::day_of(report.start);
    let whole = report.whole;
    let clock = |at| Typed::new(time(at));
    let is_midnight = |at| !whole && time(at) == "00:00";
    let own = |of: bool, at| if whole || !of { Typed::default() } else { clock(at) };
    let offered = whole && days.contains(&date);
    ReportForm {
        who: vec![report.child],
        when: if offered { Typed::new(date.to_string()) } else { ReportForm::OWN.into() },
        day: if offered { Typed::default() } else { Typed::new(date.to_string()) },
        from: own(!is_midnight(report.start), report.start),
        until: own(!is_midnight(report.end), report.end),
        reason: report.own.and_then(|own| own.reason),
    }
}

fn form(
    children: Vec<ReportChild>,
    only: Option<ChildId>,
    change: Option<ReportId>,
    shown: &Shown<ReportForm>,
    days: &[Date],
    today: Date,
) -> impl IntoView + use<> {
    let Shown { form, wrongs } = shown;
    let wrong = |field: &'static str| wrongs.of(field);
    let action = if change.is_some() { ChangeReport::url() } else { ReportAbsence::url() };
    let label = if change.is_some() { Text::ReportSaveChange } else { Text::ReportSend };
    view! {
        <form method="post" action=action novalidate>
            {change.map(|id| hidden("report", id))}
            {who(children, only, form, wrong(ReportForm::WHO))}
            {time_of(form, days, today, wrong(ReportForm::WHEN))}
            {own_times(form, today, wrongs)}
            {why(form, wrong(ReportForm::REASON))}
            <div class="actions">{send(label)}</div>
        </form>
    }
}

/// A question with answers to tick.
fn question(
    field: &'static str,
    ask: Text,
    hint: Option<Text>,
    wrong: Option<Wrong>,
    answers: Vec<AnyView>,
) -> AnyView {
    view! {
        <fieldset class="field" aria-describedby=format!("{field}{WRONG}")>
            <legend>{ask}</legend>
            {hint.map(|hint| view! { <p class="hint">{hint}</p> })}
            {wrong_place(field, field, wrong)}
            {answers}
        </fieldset>
    }
    .into_any()
}

fn who(
    children: Vec<ReportChild>,
    only: Option<ChildId>,
    form: &ReportForm,
    wrong: Option<Wrong>,
) -> AnyView {
    const NAME: &str = "form[who][]";
    let chosen = only.or(if let [one] = &*children { Some(one.id) } else { None });
    if let Some(child) = chosen.and_then(|id| children.iter().find(|child| child.id == id)) {
        let given = child.given.clone();
        return view! {
            <div class="field">
                <p class="lead" id=ReportForm::WHO tabindex="-1">{given}</p>
                {wrong_place(ReportForm::WHO, ReportForm::WHO, wrong)}
                {hidden(NAME, child.id)}
            </div>
        }
        .into_any();
    }
    let answers = children
        .into_iter()
        .enumerate()
        .map(|(place, child)| {
            let (id, ticked) = (numbered(ReportForm::WHO, place), form.who.contains(&child.id));
            tick("checkbox", id, NAME, child.id.to_string(), ticked, child.given).into_any()
        })
        .collect();
    question(ReportForm::WHO, Text::ReportWho, None, wrong, answers)
}

fn time_of(form: &ReportForm, days: &[Date], today: Date, wrong: Option<Wrong>) -> AnyView {
    const NAME: &str = "form[when]";
    let mut answers: Vec<(String, Text)> = Vec::new();
    for date in days {
        let said = day(*date, today);
        let tomorrow = today.tomorrow().is_ok_and(|tomorrow| tomorrow == *date);
        if *date == today {
            answers.push((date.to_string(), Text::ReportToday { day: said }));
            answers.push((ReportForm::REST.to_owned(), Text::ReportRest));
        } else if tomorrow {
            answers.push((date.to_string(), Text::ReportTomorrow { day: said }));
        } else {
            answers.push((date.to_string(), Text::ReportThatDay { day: said }));
        }
    }
    let mut ticks: Vec<_> = answers
        .into_iter()
        .enumerate()
        .map(|(place, (value, said))| {
            let ticked = *form.when == *value;
            tick("radio", numbered(ReportForm::WHEN, place), NAME, value, ticked, said.here()).into_any()
        })
        .collect();
    let own = *form.when == *ReportForm::OWN;
    let value = ReportForm::OWN.to_owned();
    ticks.push(tick("radio", OWN.to_owned(), NAME, value, own, Text::ReportOwn.here()).into_any());
    question(ReportForm::WHEN, Text::ReportWhen, None, wrong, ticks)
}

/// Shown when it is chosen, by the style sheet alone; always where that does not know how.
fn own_times(form: &ReportForm, today: Date, wrongs: &Wrongs) -> impl IntoView + use<> {
    let last = today.checked_add(ReportForm::DAYS_AHEAD.days()).unwrap_or(today);
    let fields = [
        (ReportForm::DAY, "date", Text::ReportDay, &form.day),
        (ReportForm::FROM, "time", Text::ReportFrom, &form.from),
        (ReportForm::UNTIL, "time", Text::ReportUntil, &form.until),
    ];
    let fields = fields
        .map(|(field, kind, label, typed)| {
            let wrong = wrongs.of(field);
            let bound = |date: Date| (kind == "date").then(|| date.to_string());
            view! {
                <div class="field">
                    <label for=field>{label}</label>
                    {wrong_place(field, field, wrong)}
                    <input
                        id=field
                        name=format!("form[{field}]")
                        type=kind
                        value=typed.to_string()
                        min=bound(today)
                        max=bound(last)
                        aria-describedby=format!("{field}{WRONG}")
                        aria-invalid=if wrong.is_some() { "true" } else { "false" }
                    />
                </div>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <div class="times">
            <p class="hint">{Text::ReportOwnHint}</p>
            {fields}
        </div>
    }
}

fn why(form: &ReportForm, wrong: Option<Wrong>) -> AnyView {
    let answers = Reason::ALL
        .into_iter()
        .enumerate()
        .map(|(place, reason)| {
            let (id, ticked) = (numbered(ReportForm::REASON, place), form.reason == Some(reason));
            tick("radio", id, "form[reason]", reason.word().to_owned(), ticked, reason_text(reason).here())
                .into_any()
        })
        .collect();
    question(ReportForm::REASON, Text::ReportWhy, Some(Text::ReportWhyHint), wrong, answers)
}

fn reason_text(reason: Reason) -> Text {
    match reason {
        Reason::Ill => Text::ReasonIll,
        Reason::Care => Text::ReasonCare,
        Reason::Other => Text::ReasonOther,
    }
}

/// What is said and not over.
fn list(standing: Vec<Reported>, today: Date) -> impl IntoView {
    (!standing.is_empty()).then(|| {
        let cards = standing.into_iter().map(|report| card(report, today)).collect_view();
        view! {
            <section>
                <h2>{Text::ReportedTitle}</h2>
                <ul class="cards">{cards}</ul>
                <p class="small">{Text::ReportedHint}</p>
            </section>
        }
    })
}

fn card(report: Reported, today: Date) -> impl IntoView {
    let Reported { given, start, end, whole, leave, own, .. } = report;
    let (chip, words) = match own {
        Some(own) => state(own),
        None if leave => ("chip good", Text::ReportedLeave),
        None => ("chip good", Text::ReportedBy),
    };
    let reason = own.and_then(|own| own.reason);
    let actions = own.filter(|own| own.open).map(|own| {
        let change = format!("{}?{CHANGE}={}", Place::AbsenceReport, own.id);
        let name = given.clone();
        view! {
            <div class="actions">
                <a class="quiet" href=change>{Text::CheckChange}<span class="hid">": "{name.clone()}</span></a>
                <form method="post" action=WithdrawReport::url()>
                    {hidden("report", own.id)}
                    <button class="plain danger">{Text::ReportWithdraw}<span class="hid">": "{name}</span></button>
                </form>
            </div>
        }
    });
    view! {
        <li class="card reported">
            <h3>{given}</h3>
            <p>{when(start, end, whole, today)}</p>
            {reason.map(|reason| view! { <p class="small">{reason_text(reason)}</p> })}
            <p class=chip>{words}</p>
            {actions}
        </li>
    }
}

/// How far one's own report has come, in a shape and in words.
fn state(own: OwnReport) -> (&'static str, Text) {
    match (own.state, own.sent) {
        (ReportState::Sent, Some(at)) => ("chip good", Text::ReportedSent { time: time(at) }),
        (ReportState::Recalling, _) => ("chip wait", Text::ReportedRecalling),
        (ReportState::Withdrawn, _) => ("chip off", Text::ReportWithdrawn),
        (ReportState::Left | ReportState::Withheld, _) if own.withdrawn => {
            ("chip off", Text::ReportedLeftWithdrawn)
        }
        (ReportState::Left | ReportState::Withheld, _) => ("chip bad", Text::ReportedLeft),
        (ReportState::Sending | ReportState::Sent, _) => ("chip wait", Text::ReportedSending),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn today_and_the_next_weekday_are_offered() {
        for (today, offered) in [
            ("2026-11-24", vec!["2026-11-24", "2026-11-25"]),
            ("2026-11-27", vec!["2026-11-27", "2026-11-30"]),
            ("2026-11-28", vec!["2026-11-30"]),
            ("2026-11-29", vec!["2026-11-30"]),
        ] {
            let offered: Vec<_> = offered.into_iter().map(date).collect();
            assert_eq!(days_offered(date(today)), offered, "{today}");
        }
    }

    #[test]
    fn a_report_can_be_typed_again_as_it_stands() {
        let report = |start: &str, end: &str, whole| Reported {
            child: ChildId::from_uuid(uuid::Uuid::nil()),
            given: String::new(),
            start: start.parse().unwrap(),
            end: end.parse().unwrap(),
            whole,
            leave: false,
            own: None,
        };
        let days = days_offered(date("2026-11-24"));
        let whole = form_of(&report("2026-11-25T00:00:00+01:00", "2026-11-26T00:00:00+01:00", true), &days);
        assert_eq!((&*whole.when, &*whole.day), ("2026-11-25", ""));
        let far = form_of(&report("2026-12-01T00:00:00+01:00", "2026-12-02T00:00:00+01:00", true), &days);
        assert_eq!((&*far.when, &*far.day, &*far.from), ("own", "2026-12-01", ""));
        let part = form_of(&report("2026-11-25T10:00:00+01:00", "2026-11-26T00:00:00+01:00", false), &days);
        assert_eq!((&*part.when, &*part.from, &*part.until), ("own", "10:00", ""));
    }
}
