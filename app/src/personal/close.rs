//! Closing one's own account: what happens, and the way back.

use leptos::{prelude::*, server_fn::ServerFn as _};
use model::Refusal;
use portal::Visit;

use super::api::CloseAccount;
use crate::{
    Fault, Place,
    page::{Asked, Page, Reply},
    session::pages::{seconds_left, session_ends},
    sign_in::choices::step_up,
    text::Text,
    ui::{
        form::{press, refusal},
        prose::prose,
        step::back,
    },
};

/// Closing one's own account.
pub(crate) async fn close(visit: &Visit, asked: &Asked) -> Result<Reply, Fault> {
    visit.guardian()?;
    let (no, fresh, seconds) = (asked.refusal(), visit.is_fresh(), seconds_left(visit));
    Page::new(Text::CloseTitle, move || {
        let way = if fresh {
            view! { <div class="actions">{press(CloseAccount::url(), "danger", Text::CloseSend)}</div> }
                .into_any()
        } else {
            step_up(Place::CloseAccount.to_string()).into_any()
        };
        view! {
            {session_ends(seconds)}
            {refusal(no)}
            {back(Place::Personal)}
            <h1>{Text::CloseTitle}</h1>
            <p class="lead">{Text::CloseLead}</p>
            {prose(&Text::CloseBody)}
            {way}
        }
    })
    .wrong(no.is_some_and(|no| no != Refusal::NotFresh))
    .lively()
    .own()
    .into_reply()
}

/// After the account was closed.
pub(crate) fn closed() -> Result<Reply, Fault> {
    Page::new(Text::ClosedTitle, || {
        view! {
            <h1>{Text::ClosedTitle}</h1>
            <p class="lead">{Text::ClosedLead}</p>
            {prose(&Text::ClosedBody)}
            <div class="actions">
                <a class="button second" href=Place::SignIn.to_string()>{Text::SessionSignInAgain}</a>
                <a class="quiet" href=Place::Start.to_string()>{Text::FaultToStart}</a>
            </div>
        }
    })
    .into_reply()
}
