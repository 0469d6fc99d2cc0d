//! The pages after a session, and the warning before its end on those of it that hold an island.

use leptos::prelude::*;
use model::Step;
use portal::{Visit, Who};

use super::islands::{BUTTON, SessionEnds, WARNING};
use crate::{
    Fault, Place,
    page::{Page, Reply},
    text::Text,
};

/// What is left of a session, in whole seconds.
#[derive(Clone, Copy)]
pub(crate) struct Left {
    /// Until it ends, if nothing more is asked.
    pub(crate) seconds: u32,
    /// How long before that the visitor is told.
    notice: u32,
}

/// What is left of the visitor's session.
pub(crate) fn seconds_left(visit: &Visit) -> Option<Left> {
    let left = visit.session_ends()?.duration_since(visit.now());
    Some(Left {
        // A second later than the end: one too early would be one more sign of life.
        seconds: u32::try_from(left.as_secs() + 1).unwrap_or(0),
        notice: u32::try_from(visit.session_warning().as_secs()).unwrap_or(u32::MAX),
    })
}

/// The warning, on a signed-in page that holds an island; hidden until its time comes.
pub(crate) fn session_ends(left: Option<Left>) -> impl IntoView {
    left.map(|Left { seconds, notice }| {
        view! {
            <div class="ends notice warn" id=WARNING role="alert" hidden data-left=seconds data-notice=notice>
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
                <a class="quiet" href=Place::Apply(Step::Identify).to_string()>{Text::SessionApplyAgain}</a>
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
