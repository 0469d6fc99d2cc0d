//! A card for each child.

use leptos::prelude::*;
use model::{AbsentToday, ChildCard, ChildToday, Date};
use portal::Visit;

use crate::{
    Fault, Place,
    absence::pages::{CHILD, ways},
    page::{Page, Reply},
    text::Text,
    ui::{
        dates::day,
        say::{breakable, contact_inside},
    },
};

/// Mina barn.
pub(crate) async fn children(visit: &Visit) -> Result<Reply, Fault> {
    let children = visit.guardian()?.children().await?;
    let today = portal::day_of(visit.now());
    Page::new(Text::ChildrenTitle, move || {
        let cards = if children.is_empty() {
            empty().into_any()
        } else {
            let cards = children.into_iter().map(|child| card(child, today)).collect_view();
            view! { <ul class="cards">{cards}</ul> }.into_any()
        };
        view! {
            <h1>{Text::ChildrenTitle}</h1>
            {cards}
            <section class="card">
                <h2>{Text::AbsenceBoxTitle}</h2>
                {ways()}
            </section>
            <p class="small">{Text::ChildrenProtected}</p>
        }
    })
    .wide()
    .until_the_session_ends(visit)
    .into_reply()
}

fn card(child: ChildCard, today: Date) -> impl IntoView {
    let ChildCard { id, given, family, unit, group, username, email, today: place, absent } = child;
    let school = school(unit.as_ref().map(|unit| unit.name.clone()), group);
    let (chip, words) = state(place, today);
    let own = [(Text::ChildrenUsername, username), (Text::ChildrenEmail, email)];
    let own: Vec<_> = own
        .into_iter()
        .filter_map(|(what, value)| {
            value.map(|value| view! { <div><dt>{what}</dt><dd>{breakable(&value)}</dd></div> })
        })
        .collect();
    let [report, history] =
        [Place::AbsenceReport, Place::AbsenceHistory].map(|to| format!("{to}?{CHILD}={id}"));
    view! {
        <li class="card">
            <h2>{given.clone()}<span class="hid">" "{family}</span></h2>
            <p>{school}</p>
            <p class=chip>{words}</p>
            {absent.map(|absent| {
                let (chip, words) = away(absent);
                view! { <p class=chip>{words}</p> }
            })}
            <div class="actions">
                <a class="button second" href=report>{Text::ReportTitle}<span class="hid">": "{given.clone()}</span></a>
                <a class="quiet" href=history>{Text::HistoryTitle}<span class="hid">": "{given}</span></a>
            </div>
            {(!own.is_empty()).then(|| view! { <dl class="rows">{own}</dl> })}
            {unit.map(|unit| view! {
                <details class="fold"><summary>{Text::ChildrenContact}</summary>{contact_inside(unit)}</details>
            })}
        </li>
    }
}

/// "Exempelskolan, 3B", as far as it is known.
pub(crate) fn school(unit: Option<String>, group: Option<String>) -> String {
    match (unit, group) {
        (Some(unit), Some(group)) => format!("{unit}, {group}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => Text::ChildrenNoSchool.owned(),
    }
}

/// A child's place, in a shape and in words.
pub(crate) fn state(place: ChildToday, today: Date) -> (&'static str, Text) {
    match place {
        ChildToday::Enrolled => ("chip good", Text::ChildrenEnrolled),
        ChildToday::Begins { on } => ("chip wait", Text::ChildrenBegins { date: day(on, today) }),
        ChildToday::Ended { on } => ("chip off", Text::ChildrenEnded { date: day(on, today) }),
    }
}

/// That a child is away today, in a shape and in words.
pub(crate) fn away(absent: AbsentToday) -> (&'static str, Text) {
    match absent {
        AbsentToday::Reported => ("chip wait", Text::ChildrenAwayReported),
        AbsentToday::Unexcused => ("chip bad", Text::ChildrenAwayUnexcused),
    }
}

fn empty() -> impl IntoView {
    view! {
        <div class="card empty">
            <p>{Text::ChildrenEmpty}</p>
            <p>{Text::ChildrenEmptyWay}</p>
            <a class="button second" href=Place::Schools.to_string()>{Text::OutcomeFindSchool}</a>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use model::{ChildId, Language, UnitContact, UnitKind};

    use super::*;

    #[test]
    fn what_a_register_says_is_only_ever_text() {
        let hostile = "<img src=x onerror=alert(1)>\"";
        let child = ChildCard {
            id: ChildId::from_uuid(uuid::Uuid::nil()),
            given: hostile.into(),
            family: hostile.into(),
            unit: Some(UnitContact {
                name: hostile.into(),
                kind: UnitKind::Compulsory,
                phone: Some(hostile.into()),
                email: Some(hostile.into()),
            }),
            group: Some(hostile.into()),
            username: Some(hostile.into()),
            email: Some(hostile.into()),
            today: ChildToday::Enrolled,
            absent: Some(AbsentToday::Reported),
        };
        let html = crate::page::render(Language::Sv, None, || card(child, Date::constant(2026, 11, 24)));
        assert!(!html.contains("<img") && html.contains("&lt;img"), "{html}");
        assert!(!html.contains("href=\"mailto:<"), "{html}");
    }
}
