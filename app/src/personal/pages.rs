//! What the house holds of its guardian, each datum with its source and its day, and the ways to change it.

use leptos::{prelude::*, server_fn::ServerFn as _};
use model::{Channel, Datum, Language, Personal, Source};
use portal::Visit;

use super::api::{ChooseLanguage, TryChannel};
use crate::{
    Fault, Place,
    page::{Asked, Page, Reply},
    text::Text,
    ui::{
        dates::full_day,
        facts::{Fact, facts},
        form::{hidden, refusal},
        prose::prose,
        say::{self, whom_to_call},
    },
};

/// The question of an address that says what was done a moment ago.
pub(super) const DONE: &str = "klart";

/// What was done a moment ago.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Email,
    Mobile,
    MobileRemoved,
    Language,
    Tried,
}

impl Done {
    const ALL: [Self; 5] = [Self::Email, Self::Mobile, Self::MobileRemoved, Self::Language, Self::Tried];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Email => "e-post",
            Self::Mobile => "mobil",
            Self::MobileRemoved => "mobil-borta",
            Self::Language => "sprak",
            Self::Tried => "prov",
        }
    }

    const fn said(self) -> Text {
        match self {
            Self::Email => Text::PersonalDoneEmail,
            Self::Mobile => Text::PersonalDoneMobile,
            Self::MobileRemoved => Text::PersonalDoneMobileRemoved,
            Self::Language => Text::PersonalDoneLanguage,
            Self::Tried => Text::PersonalDoneTried,
        }
    }
}

/// Personuppgifter.
pub(crate) async fn personal(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    let personal = visit.guardian()?.personal().await?;
    let no = asked.refusal();
    let done = asked.value(DONE).and_then(|word| Done::ALL.into_iter().find(|done| done.word() == word));
    Page::new(Text::PersonalTitle, move || {
        let Personal {
            name, number, address, email, email_failing, mobile, mobile_failing, language, account_since,
        } = personal;
        let failing = [
            email_failing.map(|since| Text::PersonalEmailFailing { date: full_day(since) }),
            mobile_failing.map(|since| Text::PersonalMobileFailing { date: full_day(since) }),
        ];
        let tries = [(Channel::Mail, email.is_some()), (Channel::Pim, true), (Channel::Sms, mobile.is_some())];
        let rows = vec![
            Some(row(Text::PersonalName, name)),
            Some(row(Text::PersonalNumber, number)),
            address.map(|address| row(Text::PersonalAddress, address)),
            email.map(|email| {
                row(Text::PersonalEmail, email).change(Place::PersonalEmail, Text::PersonalChangeEmail)
            }),
            Some(match mobile {
                Some(mobile) => {
                    row(Text::PersonalMobile, mobile).change(Place::PersonalMobile, Text::PersonalChangeMobile)
                }
                None => Fact::new(Text::PersonalMobile, Text::PersonalMobileNone.owned())
                    .add(Place::PersonalMobile, Text::PersonalAddMobile),
            }),
            Some(row(Text::PersonalLanguage, language)),
            Some(
                Fact::new(Text::PersonalSince, full_day(account_since.as_of))
                    .from(Text::SourceService.owned()),
            ),
        ];
        view! {
            {refusal(no)}
            {done.filter(|_| no.is_none()).map(|done| say::done(done.said()))}
            <h1>{Text::PersonalTitle}</h1>
            <p class="lead">{Text::PersonalLead}</p>
            {failing.into_iter().flatten().map(warned).collect_view()}
            {facts(rows.into_iter().flatten().collect())}
            {languages()}
            <details class="fold">
                <summary>{Text::PersonalSources}</summary>
                {prose(&Text::PersonalSourcesBody)}
            </details>
            <h2>{Text::PersonalTryTitle}</h2>
            <p>{Text::PersonalTry}</p>
            <div class="actions">{tries.into_iter().filter(|(_, there)| *there).map(|(channel, _)| try_it(channel)).collect_view()}</div>
            <h2>{Text::DevicesTitle}</h2>
            <p>{Text::PersonalDevices}</p>
            <p><a class="button second" href=Place::Devices.to_string()>{Text::PersonalDevicesSee}</a></p>
            <h2>{Text::PersonalWrongTitle}</h2>
            <p>{Text::PersonalWrong}</p>
            {whom_to_call(Vec::new())}
            <h2>{Text::PersonalCloseTitle}</h2>
            <p>{Text::PersonalClose}</p>
            <p><a href=Place::CloseAccount.to_string()>{Text::CloseTitle}</a></p>
            <p><a href=Place::WhatWeHold.to_string()>{Text::ShellWhatWeHold}</a></p>
        }
    })
    .wrong(no.is_some())
    .until_the_session_ends(visit)
    .into_reply()
}

/// Letters to an address come to nothing.
fn warned(words: Text) -> impl IntoView {
    view! { <div class="notice warn"><p>{words}</p></div> }
}

/// A button for each language of letters, in that language's own words.
fn languages() -> impl IntoView {
    let buttons = Language::ALL
        .map(|language| {
            view! {
                <button class="second" name="language" value=language.tag() lang=language.tag()>
                    {language.own_name()}
                </button>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <h2>{Text::PersonalLanguageTitle}</h2>
        <p>{Text::PersonalLanguageText}</p>
        <form method="post" action=ChooseLanguage::url()><div class="actions">{buttons}</div></form>
    }
}

fn try_it(channel: Channel) -> impl IntoView {
    let label = match channel {
        Channel::Mail => Text::PersonalTryMail,
        Channel::Pim => Text::PersonalTryMessage,
        Channel::Sms => Text::PersonalTrySms,
    };
    view! {
        <form method="post" action=TryChannel::url()>
            {hidden("channel", channel.word())}
            <button class="second">{label}</button>
        </form>
    }
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
