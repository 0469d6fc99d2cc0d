//! The pages after a session, and the warning on those of it that have a form.

use leptos::{prelude::*, server_fn::ServerFn as _};
use model::Step;
use portal::{Visit, Who};

use super::{
    api::Stay,
    islands::{EndWords, SessionEnds},
};
use crate::{
    Fault, Place,
    page::{Page, Reply},
    text::Text,
};

/// Whole seconds until the session ends, if nothing more is asked.
pub(crate) fn seconds_left(visit: &Visit) -> Option<u32> {
    let left = visit.session_ends()?.duration_since(visit.now());
    // A second later than the end: one too early would be one more sign of life.
    Some(u32::try_from(left.as_secs() + 1).unwrap_or(0))
}

/// The warning, on a signed-in page with a form.
pub(crate) fn session_ends(seconds: Option<u32>) -> impl IntoView {
    seconds.map(|seconds| {
        let words = EndWords {
            title: Text::SessionEndsTitle.owned(),
            text: Text::SessionEndsText.owned(),
            stay: Text::SessionStay.owned(),
        };
        view! { <SessionEnds seconds stay=Stay::url().to_owned() ended=Place::SessionEnded.to_string() words/> }
    })
}

/// After logging out.
pub(crate) fn signed_out() -> Result<Reply, Fault> {
    Page::new(Text::SessionSignedOutTitle, || {
        view! {
            <h1>{Text::SessionSignedOutTitle}</h1>
            <p class="lead">{Text::SessionSignedOutLead}</p>
            <div class="actions">
                <a class="button" href=Place::SignIn.to_string()>{Text::SessionSignInAgain}</a>
                <a class="quiet" href=Place::Start.to_string()>{Text::FaultToStart}</a>
            </div>
        }
    })
    .into_reply()
}

/// After a session ended by itself. Whoever is signed in has not lost anything and goes on.
pub(crate) fn ended(who: &Who) -> Result<Reply, Fault> {
    match who {
        Who::Guardian { .. } => return Reply::go(Place::Children),
        Who::Applicant { .. } => return Reply::go(Place::Apply(Step::Children)),
        Who::Stranger => {}
    }
    Page::new(Text::SessionEndedTitle, || {
        view! {
            <h1>{Text::SessionEndedTitle}</h1>
            <p class="lead">{Text::SessionEndedLead}</p>
            <div class="actions">
                <a class="button" href=Place::SignIn.to_string()>{Text::SessionSignInAgain}</a>
                <a class="button second" href=Place::Apply(Step::Identify).to_string()>{Text::SessionApplyAgain}</a>
            </div>
        }
    })
    .into_reply()
}
