//! Find your school: the public list of the city's units.

use leptos::prelude::*;
use model::{UnitContact, UnitKind};
use portal::Visit;

use crate::{
    Fault, Place,
    page::{Asked, Page, Reply},
    text::Text,
    ui::{
        form::send,
        say::{call, write_to},
    },
};

/// The most letters of a question that are looked at.
const LONGEST: usize = 80;

/// The list, or the part of it whose names hold what was asked for.
pub(crate) async fn schools(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let sought: String = asked.value("sok").unwrap_or_default().chars().take(LONGEST).collect();
    let sought = sought.trim().to_owned();
    let found = visit.schools(&sought).await?;
    Page::new(Text::SchoolsTitle, move || {
        let none = found.is_empty().then(|| {
            view! {
                <div class="card empty">
                    <p>{Text::SchoolsNone}</p>
                    <a class="button second" href=Place::Schools.to_string()>{Text::SchoolsAll}</a>
                </div>
            }
        });
        let list = (!found.is_empty()).then(|| {
            let items = found.into_iter().map(|school| item(school.contact)).collect_view();
            view! { <ul class="cards">{items}</ul> }
        });
        view! {
            <h1>{Text::SchoolsTitle}</h1>
            <p class="lead">{Text::SchoolsLead}</p>
            <form method="get" action=Place::Schools.to_string() role="search" novalidate>
                <div class="field">
                    <label for="sok">{Text::SchoolsSearchLabel}</label>
                    <input id="sok" name="sok" type="search" value=sought autocomplete="off" spellcheck="false"/>
                </div>
                <div class="actions">{send(Text::SchoolsSearch)}</div>
            </form>
            {none}
            {list}
            <p class="small">{Text::SchoolsIndependent}</p>
        }
    })
    .into_reply()
}

fn item(unit: UnitContact) -> impl IntoView {
    let kind = match unit.kind {
        UnitKind::Preschool => Some(Text::SchoolsPreschool),
        UnitKind::Compulsory => Some(Text::SchoolsCompulsory),
        UnitKind::UpperSecondary => Some(Text::SchoolsUpperSecondary),
        UnitKind::Other => None,
    };
    view! {
        <li class="card contact">
            <h2>{unit.name}</h2>
            {kind.map(|kind| view! { <p class="small">{kind}</p> })}
            {unit.phone.map(|phone| view! { <p>{call(&phone)}</p> })}
            {unit.email.map(|email| view! { <p>{write_to(email)}</p> })}
        </li>
    }
}
