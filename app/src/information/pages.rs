//! The texts of the service. They stand in the catalogue; here is only their order.

use leptos::prelude::*;
use model::Step;
use portal::Who;

use crate::{
    Fault, NoBankId, Place,
    page::{Page, Reply},
    sign_in::choices::without_bankid,
    text::Text,
    ui::{
        prose::prose,
        say::{done, whom_to_call},
        step::back,
    },
};

/// The start page.
pub(crate) fn start(who: &Who) -> Result<Reply, Fault> {
    let who = who.clone();
    Page::new(Text::StartTitle, move || {
        let first = match &who {
            Who::Guardian { .. } => {
                view! { <a class="button" href=Place::Children.to_string()>{Text::ShellChildren}</a> }
                    .into_any()
            }
            Who::Applicant { .. } => {
                let on = Place::Apply(Step::Children).to_string();
                view! { <a class="button" href=on>{Text::SessionApplyAgain}</a> }.into_any()
            }
            Who::Stranger => view! {
                <a class="button" href=Place::Apply(Step::Before).to_string()>{Text::StartApply}</a>
                <a class="button second" href=Place::SignIn.to_string()>{Text::StartSignIn}</a>
            }
            .into_any(),
        };
        let saved = matches!(who, Who::Applicant { .. }).then(|| done(Text::StartSaved));
        let cards = [
            (Place::Information, Text::StartHowTitle, Text::StartHowText),
            (Place::NoBankId, Text::StartNoBankidTitle, Text::StartNoBankidText),
            (Place::WhatWeHold, Text::StartHoldTitle, Text::StartHoldText),
            (Place::Schools, Text::StartSchoolsTitle, Text::StartSchoolsText),
        ];
        let cards = cards.map(|(to, title, text)| {
            view! { <li class="card"><h2><a href=to.to_string()>{title}</a></h2><p>{text}</p></li> }
        });
        view! {
            {saved}
            <div class="hero">
                <h1>{Text::StartTitle}</h1>
                <p class="lead">{Text::StartLead}</p>
                <div class="actions">{first}</div>
            </div>
            <ul class="cards">{cards.into_iter().collect_view()}</ul>
        }
    })
    .wide()
    .into_reply()
}

/// How to apply.
pub(crate) fn apply() -> Result<Reply, Fault> {
    Page::new(Text::InformationTitle, || {
        view! {
            {article(Text::InformationTitle, Text::InformationLead, &Text::InformationBody)}
            <div class="actions">
                <a class="button" href=Place::Apply(Step::Before).to_string()>{Text::InformationApply}</a>
                <a class="quiet" href=Place::WhatWeHold.to_string()>{Text::InformationHold}</a>
            </div>
        }
    })
    .into_reply()
}

/// What we hold, why, where from, and whose it is.
pub(crate) fn what_we_hold() -> Result<Reply, Fault> {
    text(Text::WhatWeHoldTitle, Text::WhatWeHoldLead, Text::WhatWeHoldBody)
}

/// Data protection.
pub(crate) fn data_protection() -> Result<Reply, Fault> {
    text(Text::DataProtectionTitle, Text::DataProtectionLead, Text::DataProtectionBody)
}

/// Tillgänglighetsredogörelse (lag 2018:1937, MDFFS 2019:2).
pub(crate) fn accessibility() -> Result<Reply, Fault> {
    text(Text::AccessibilityTitle, Text::AccessibilityLead, Text::AccessibilityBody)
}

/// Cookies.
pub(crate) fn cookies() -> Result<Reply, Fault> {
    text(Text::CookiesTitle, Text::CookiesLead, Text::CookiesBody)
}

/// What we never ask.
pub(crate) fn recognise_us() -> Result<Reply, Fault> {
    text(Text::RecogniseUsTitle, Text::RecogniseUsLead, Text::RecogniseUsBody)
}

/// The road without BankID: the question.
pub(crate) fn no_bankid() -> Result<Reply, Fault> {
    Page::new(Text::NoBankidTitle, || {
        view! {
            {back(Place::SignIn)}
            <h1>{Text::NoBankidTitle}</h1>
            <p class="lead">{Text::NoBankidLead}</p>
            {without_bankid()}
        }
    })
    .into_reply()
}

/// The road without BankID: one and the same answer. Title and address do not say what was chosen, since both stay
/// behind in a browser; only the first sentence does.
pub(crate) fn no_bankid_because(why: NoBankId) -> Result<Reply, Fault> {
    Page::new(Text::NoBankidAnswerTitle, move || {
        let first = match why {
            NoBankId::NoNumber => Text::NoBankidNoNumberText,
            NoBankId::NoBankId => Text::NoBankidNoBankidText,
            NoBankId::Protected => Text::NoBankidProtectedText,
            NoBankId::Other => Text::NoBankidOtherText,
        };
        view! {
            {back(Place::NoBankId)}
            <h1>{Text::NoBankidAnswerTitle}</h1>
            <p class="lead">{Text::NoBankidAnswerLead}</p>
            <p>{first}</p>
            {prose(&Text::NoBankidAnswerBody)}
            {whom_to_call(Vec::new())}
            <p class="small noprint">{Text::OutcomePrint}</p>
        }
    })
    .into_reply()
}

fn text(title: Text, lead: Text, body: Text) -> Result<Reply, Fault> {
    Page::new(title.clone(), move || article(title, lead, &body)).into_reply()
}

fn article(title: Text, lead: Text, body: &Text) -> impl IntoView + use<> {
    view! {
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        {prose(body)}
    }
}
