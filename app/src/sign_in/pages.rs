//! The login page, the waiting for BankID, and the way back from it.

use leptos::{prelude::*, server_fn::ServerFn as _};
use model::{Purpose, Refusal, Step};
use portal::{Identification, Phase, Visit, Who};

use super::{
    api::{ComeBack, choice_page},
    choices::{choices, without_bankid},
    islands::{BACK, GO, NONCE, SCRIPT, WayBack},
    waiting::{heading, waiting},
};
use crate::{
    Fault, Place,
    page::{Asked, Page, Reply},
    places::{TO, is_after_sign_in},
    text::Text,
    ui::{
        form::{hidden, refusal, refusal_text, send},
        say::whom_to_call,
        step::{back, step_head},
    },
};

/// The question of an address that says: a login cookie was set a moment ago.
pub(crate) const FRESH: &str = "ny";

/// The one login page, for everybody.
pub(crate) fn sign_in(who: &Who, asked: &Asked) -> Result<Reply, Fault> {
    if let Who::Guardian { .. } = who {
        return Reply::go(Place::Children);
    }
    let no = asked.refusal();
    let to = asked.value(TO).filter(|to| is_after_sign_in(to));
    Page::new(Text::SignInTitle, move || {
        view! {
            {refusal(no)}
            <h1>{Text::SignInTitle}</h1>
            <p class="lead">{Text::SignInLead}</p>
            {choices(Purpose::SignIn, to, false)}
            <p class="small">{Text::SignInNeverAsk}</p>
            <h2>{Text::SignInNoBankid}</h2>
            <p>{Text::SignInNoBankidText}</p>
            {without_bankid()}
            <h2>{Text::SignInNoAccount}</h2>
            <p><a href=Place::Apply(Step::Before).to_string()>{Text::StartApply}</a></p>
        }
    })
    .wrong(no.is_some())
    .into_reply()
}

/// BankID, on the way into an account.
pub(crate) async fn bankid(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    match visit.identification().await? {
        Some(found) if found.purpose == Purpose::Apply => Reply::go(Place::Apply(Step::Identify)),
        Some(found) => Page::new(heading(&found), move || {
            view! {
                {back(choice_page(found.purpose, found.back.as_deref()))}
                {waiting(found)}
            }
        })
        .lively()
        .frames(true)
        .own()
        .into_reply(),
        None => Reply::go(elsewhere(visit, asked)),
    }
}

/// The second step of the application: the same choice and the same waiting.
pub(crate) async fn identify(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    match visit.who() {
        Who::Guardian { .. } => return Reply::go(Place::Children),
        Who::Applicant { .. } => return Reply::go(Place::Apply(Step::Children)),
        Who::Stranger => {}
    }
    match visit.identification().await? {
        Some(found) if found.purpose == Purpose::Apply => Page::new(heading(&found), move || {
            view! {
                {step_head(Step::Identify)}
                {waiting(found)}
            }
        })
        .lively()
        .frames(true)
        .own()
        .into_reply(),
        None if kept_no_cookie(visit, asked) => Reply::go(Place::NoCookies),
        _ => {
            let no = asked.refusal();
            Page::new(Text::ApplyIdentifyTitle, move || {
                view! {
                    {refusal(no)}
                    {step_head(Step::Identify)}
                    <h1>{Text::ApplyIdentifyTitle}</h1>
                    <p class="lead">{Text::ApplyIdentifyLead}</p>
                    {choices(Purpose::Apply, None, true)}
                    <p class="small">{Text::SignInNeverAsk}</p>
                    <p class="out"><a href=Place::NoBankId.to_string()>{Text::SignInNoBankid}</a></p>
                }
            })
            .wrong(no.is_some())
            .lively()
            .into_reply()
        }
    }
}

/// Where the app leads back to. Opening it changes nothing: only its form does.
pub(crate) async fn back_from_bankid(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    if let Some(no) = asked.refusal() {
        // Sent twice, or come back to: whoever is in already is not told otherwise.
        return match visit.who() {
            Who::Guardian { .. } => Reply::go(Place::Children),
            Who::Applicant { .. } => Reply::go(Place::Apply(Step::Children)),
            Who::Stranger => turned_away(no).into_reply(),
        };
    }
    let stopped = match visit.identification().await? {
        Some(Identification { phase: Phase::Stopped { .. }, purpose, .. }) => Some(purpose),
        _ => None,
    };
    if let Some(purpose) = stopped {
        return Reply::go(match purpose {
            Purpose::Apply => Place::Apply(Step::Identify),
            Purpose::SignIn | Purpose::StepUp => Place::SignInBankId,
        });
    }
    let nonce = asked.value(NONCE).unwrap_or_default();
    // Only a script can take the token out of the fragment; until it has, the button would send nothing.
    let asleep = nonce.is_empty();
    Page::new(Text::BankidReturnTitle, move || {
        view! {
            <h1>{Text::BankidReturnTitle}</h1>
            <p class="lead">{Text::BankidReturnLead}</p>
            <form method="post" action=ComeBack::url() id=BACK>
                {hidden(NONCE, nonce)}
                {hidden(SCRIPT, 0)}
                <WayBack/>
                <div class="actions" id=GO hidden=asleep>{send(Text::StepContinue)}</div>
            </form>
            <p class="out"><a href=Place::SignIn.to_string()>{Text::BankidStartAgain}</a></p>
        }
    })
    .lively()
    .own()
    .into_reply()
}

/// The way back did not lead in: what it means, and the way on.
fn turned_away(no: Refusal) -> Page {
    Page::new(Text::BankidNotInTitle, move || {
        view! {
            <h1>{Text::BankidNotInTitle}</h1>
            <p class="lead">{refusal_text(no)}</p>
            <div class="actions">
                <a class="button" href=Place::SignIn.to_string()>{Text::SessionSignInAgain}</a>
                <a class="button second" href=Place::Apply(Step::Identify).to_string()>{Text::SessionApplyAgain}</a>
            </div>
            {whom_to_call(Vec::new())}
        }
    })
}

/// Where somebody goes who has no identification going on.
fn elsewhere(visit: &Visit, asked: &Asked) -> Place {
    match visit.who() {
        Who::Guardian { .. } => Place::Children,
        Who::Applicant { .. } => Place::Apply(Step::Children),
        Who::Stranger if kept_no_cookie(visit, asked) => Place::NoCookies,
        Who::Stranger => Place::SignIn,
    }
}

/// A login cookie was set a moment ago, and the browser shows none of ours. (One that gave up and looks at an old address
/// shows others.)
fn kept_no_cookie(visit: &Visit, asked: &Asked) -> bool {
    asked.value(FRESH).is_some() && !visit.keeps_cookies()
}
