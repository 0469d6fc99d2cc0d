//! The link of a letter that tells of an absence. Whoever opened it is nobody we know; nothing here says whom or what it
//! is about, nor whether the link works, before the button was pressed.

use leptos::{prelude::*, server_fn::ServerFn as _};

use super::api::Receive;
use crate::{
    Fault, Place,
    page::{Asked, Page, Reply},
    text::Text,
    ui::form::{hidden, send},
};

/// The page of the link. Opening it confirms nothing, since programs open links too: the button does.
pub(crate) fn receive(asked: &Asked) -> Result<Reply, Fault> {
    let token = asked.path.rsplit('/').next().unwrap_or_default().to_owned();
    Page::new(Text::ReceiveTitle, move || {
        view! {
            <h1>{Text::ReceiveTitle}</h1>
            <p class="lead">{Text::ReceiveLead}</p>
            <form method="post" action=Receive::url()>
                {hidden("token", token)}
                <div class="actions">{send(Text::MessageAcknowledge)}</div>
            </form>
            <p>{Text::ReceiveRead}</p>
        }
    })
    .own()
    .into_reply()
}

/// What the link came to: the same for one that never was, one too old, and one of somebody who is not told any more.
pub(crate) fn received(asked: &Asked) -> Result<Reply, Fault> {
    let (title, lead) = match asked.refusal() {
        None => (Text::ReceivedTitle, Text::ReceivedLead),
        Some(_) => (Text::ConfirmSpentTitle, Text::ReceivedSpentLead),
    };
    Page::new(title.clone(), move || {
        view! {
            <h1>{title}</h1>
            <p class="lead">{lead}</p>
            <div class="actions">
                <a class="button" href=Place::Messages.to_string()>{Text::ReceivedToMessages}</a>
                <a class="quiet" href=Place::Start.to_string()>{Text::FaultToStart}</a>
            </div>
        }
    })
    .into_reply()
}
