//! Saying that something was received: inside the service, or by the link of a letter.

use leptos::prelude::*;
use model::{MessageId, Typed};

use crate::{
    Fault, Place,
    visit::{answered, go, outcome, visit},
};

/// "I have received this", on a message.
#[server(endpoint = "messages/acknowledge")]
pub(crate) async fn acknowledge(message: MessageId) -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.guardian()?.acknowledge(message).await };
    match result.await {
        Ok(()) => {
            go(Place::Message.with(message));
            Ok(())
        }
        Err(error) => answered(Err(error), Place::Messages),
    }
}

/// The same by the link of a letter, on whatever device it was opened.
#[server(endpoint = "messages/receive")]
pub(crate) async fn receive(#[server(default)] token: Typed) -> Result<(), Fault> {
    let visit = visit()?;
    outcome(visit.confirm_notice_by_link(&token).await, Place::Received, Place::Received)
}
