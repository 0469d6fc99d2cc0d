//! The pages after a session, and the warning on those of it that have a form.

use leptos::prelude::*;
use model::Step;
use portal::{Visit, Who};

use super::islands::{BUTTON, SessionEnds, WARNING};
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

/// The warning, on a signed-in page with a form; hidden until its time comes.
pub(crate) fn session_ends(seconds: Option<u32>) -> impl IntoView {
    seconds.map(|seconds| {
        view! {
            <div class="ends notice warn" id=WARNING role="alert" hidden data-left=seconds>
                <h2>{Text::SessionEndsTitle}</h2>
                <p>{Text::SessionEndsText}</p>
                <div class="actions"><button type="button" id=BUTTON>{Text::SessionStay}</button></div>
            </div>
            <SessionEnds/>
        }
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

#[cfg(test)]
mod tests {
    use leptos::server_fn::ServerFn as _;

    use super::*;
    use crate::session::{
        api::Stay,
        islands::{ENDED, STAY},
    };

    #[test]
    fn the_warning_knows_its_server_function_and_its_page() {
        assert_eq!(STAY, Stay::PATH);
        assert_eq!(ENDED, Place::SessionEnded.to_string());
    }
}
