//! What the house holds of its guardian, each datum with its source and its day. Read only.

use leptos::prelude::*;
use model::{Datum, Personal, Source};
use portal::Visit;

use crate::{
    Fault, Place,
    page::{Page, Reply},
    text::Text,
    ui::{
        dates::full_day,
        facts::{Fact, facts},
        say::whom_to_call,
    },
};

/// Personuppgifter.
pub(crate) async fn personal(visit: &Visit) -> Result<Reply, Fault> {
    let Personal { name, number, address, email, language, account_since } =
        visit.guardian()?.personal().await?;
    Page::new(Text::PersonalTitle, move || {
        let rows = [
            (Text::PersonalName, Some(name)),
            (Text::PersonalNumber, Some(number)),
            (Text::PersonalAddress, address),
            (Text::PersonalEmail, email),
            (Text::PersonalLanguage, Some(language)),
        ];
        let mut rows: Vec<_> =
            rows.into_iter().filter_map(|(what, datum)| datum.map(|datum| row(what, datum))).collect();
        rows.push(
            Fact::new(Text::PersonalSince, full_day(account_since.as_of)).from(Text::SourceService.owned()),
        );
        view! {
            <h1>{Text::PersonalTitle}</h1>
            <p class="lead">{Text::PersonalLead}</p>
            {facts(rows)}
            <h2>{Text::PersonalWrongTitle}</h2>
            <p>{Text::PersonalWrong}</p>
            <h2>{Text::PersonalCloseTitle}</h2>
            <p>{Text::PersonalClose}</p>
            {whom_to_call(Vec::new())}
            <p><a href=Place::WhatWeHold.to_string()>{Text::ShellWhatWeHold}</a></p>
        }
    })
    .until_the_session_ends(visit)
    .into_reply()
}

fn row(what: Text, datum: Datum) -> Fact {
    let Datum { value, source, as_of } = datum;
    // An address comes in lines.
    let lines: Vec<_> =
        value.lines().map(|line| view! { <span class="line">{line.to_owned()}</span> }).collect();
    Fact::new(what, lines)
        .from(Text::SourceFrom { source: source_text(source).owned(), date: full_day(as_of) }.owned())
}

/// Where a datum comes from, in words.
fn source_text(source: Source) -> Text {
    match source {
        Source::PopulationRegister => Text::SourcePopulationRegister,
        Source::PupilRegister => Text::SourcePupilRegister,
        Source::BankId => Text::SourceBankid,
        Source::Guardian => Text::SourceGuardian,
        Source::Service => Text::SourceService,
    }
}
