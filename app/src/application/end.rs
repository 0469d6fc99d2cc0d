//! How an application ends: with an account, or with what to do instead.

use http::StatusCode;
use leptos::{prelude::*, server_fn::ServerFn as _};
use model::{Outcome, Step, UnitContact};
use portal::{Visit, Who};

use super::api::Reopen;
use crate::{
    Fault, Place,
    children::school,
    page::{Page, Reply},
    text::Text,
    ui::{form::send, prose::prose, say::whom_to_call},
};

/// What eligibility came to, at one address for every outcome.
pub(crate) async fn outcome(visit: &Visit) -> Result<Reply, Fault> {
    if let Who::Guardian { .. } = visit.who() {
        return Reply::go(Place::Children);
    }
    let applicant = visit.applicant()?;
    let outcome = applicant.outcome().await?;
    if outcome == Outcome::TurnToTheSchool {
        return turn_to_the_school().until_the_session_ends(visit).into_reply();
    }
    let Some(said) = words(outcome) else {
        return Reply::go(if outcome == Outcome::Eligible {
            Place::Apply(Step::Children)
        } else {
            Place::SignIn
        });
    };
    let again = outcome == Outcome::RegisterDown;
    let reopen = outcome == Outcome::AccountResting;
    let page = told(said, applicant.units_to_call().await?, again, reopen);
    let page = if again { page.status(StatusCode::SERVICE_UNAVAILABLE) } else { page };
    page.until_the_session_ends(visit).into_reply()
}

/// One and the same page for every reason that must not be read from it, with an account and without: no school of one's
/// own there either.
pub(crate) fn turn_to_the_school() -> Page {
    told(NEUTRAL, Vec::new(), false, false).own()
}

fn told((title, lead, body): (Text, Text, Text), units: Vec<UnitContact>, again: bool, reopen: bool) -> Page {
    Page::new(title.clone(), move || {
        let again = again.then(|| {
            view! {
                <div class="actions">
                    <a class="button" href=Place::Apply(Step::Children).to_string()>{Text::OutcomeTryAgain}</a>
                </div>
            }
        });
        let reopen = reopen.then(|| {
            view! {
                <form method="post" action=Reopen::url()>
                    <div class="actions">{send(Text::OutcomeAccountRestingReopen)}</div>
                </form>
            }
        });
        view! {
            <h1>{title}</h1>
            <p class="lead">{lead}</p>
            {reopen}
            {again}
            {prose(&body)}
            {whom_to_call(units)}
            <p class="small noprint">{Text::OutcomePrint}</p>
        }
    })
}

const NEUTRAL: (Text, Text, Text) =
    (Text::OutcomeTurnToTheSchoolTitle, Text::OutcomeTurnToTheSchoolLead, Text::OutcomeTurnToTheSchoolBody);

/// The words of an outcome that has a page of its own.
fn words(outcome: Outcome) -> Option<(Text, Text, Text)> {
    Some(match outcome {
        Outcome::Eligible | Outcome::AccountExists => return None,
        Outcome::AccountClosed => {
            (Text::OutcomeAccountClosedTitle, Text::OutcomeAccountClosedLead, Text::OutcomeAccountClosedBody)
        }
        Outcome::AccountResting => (
            Text::OutcomeAccountRestingTitle,
            Text::OutcomeAccountRestingLead,
            Text::OutcomeAccountRestingBody,
        ),
        Outcome::NotYetPlaced => {
            (Text::OutcomeNotYetPlacedTitle, Text::OutcomeNotYetPlacedLead, Text::OutcomeNotYetPlacedBody)
        }
        Outcome::PlacementEnded => (
            Text::OutcomePlacementEndedTitle,
            Text::OutcomePlacementEndedLead,
            Text::OutcomePlacementEndedBody,
        ),
        Outcome::OutsideTheCity => (
            Text::OutcomeOutsideTheCityTitle,
            Text::OutcomeOutsideTheCityLead,
            Text::OutcomeOutsideTheCityBody,
        ),
        Outcome::ChildCameOfAge => (
            Text::OutcomeChildCameOfAgeTitle,
            Text::OutcomeChildCameOfAgeLead,
            Text::OutcomeChildCameOfAgeBody,
        ),
        Outcome::UnderAge => {
            (Text::OutcomeUnderAgeTitle, Text::OutcomeUnderAgeLead, Text::OutcomeUnderAgeBody)
        }
        Outcome::RegisterDown => {
            (Text::OutcomeRegisterDownTitle, Text::OutcomeRegisterDownLead, Text::OutcomeRegisterDownBody)
        }
        Outcome::TurnToTheSchool => NEUTRAL,
    })
}

/// Kvitto: the account is there, and what comes next.
pub(crate) async fn receipt(visit: &Visit) -> Result<Reply, Fault> {
    let receipt = visit.guardian()?.receipt().await?;
    Page::new(Text::ReceiptTitle, move || {
        let mail = receipt.email.map(|email| Text::ReceiptNextMail { email: email.reveal().to_owned() });
        let children = receipt
            .children
            .into_iter()
            .map(|child| {
                let school = school(child.unit.map(|unit| unit.name), child.group);
                view! { <li><span class="line">{child.given}" "{child.family}<span class="small">{school}</span></span></li> }
            })
            .collect_view();
        view! {
            <div class="band">
                <h1>{Text::ReceiptTitle}</h1>
                <p>{Text::ReceiptLead}</p>
            </div>
            <h2>{Text::ReceiptChildren}</h2>
            <ul>{children}</ul>
            <h2>{Text::ReceiptNextTitle}</h2>
            <ol class="next">
                {mail.map(|mail| view! { <li>{mail}</li> })}
                <li>{Text::ReceiptNextSee}</li>
                <li>{Text::ReceiptNextSignIn}</li>
            </ol>
            <div class="actions">
                <a class="button" href=Place::Children.to_string()>{Text::ReceiptToChildren}</a>
                <a class="quiet" href=Place::Personal.to_string()>{Text::ReceiptToPersonal}</a>
            </div>
            <p class="small noprint">{Text::OutcomePrint}</p>
        }
    })
    .until_the_session_ends(visit)
    .into_reply()
}

#[cfg(test)]
mod tests {
    use model::Language;

    use super::*;

    #[test]
    fn every_outcome_but_going_on_has_a_page_in_every_language() {
        for outcome in Outcome::ALL {
            let Some((title, lead, body)) = words(outcome) else {
                assert!(matches!(outcome, Outcome::Eligible | Outcome::AccountExists), "{outcome:?}");
                continue;
            };
            for language in Language::ALL {
                assert_ne!(title.say(language), lead.say(language));
                assert!(body.say(language).len() > 100, "{outcome:?} says too little in {language}");
            }
        }
    }
}
