//! What becomes of a message, and who is told of it.

use super::{
    Gateway, Message, moment_of,
    switches::{Reports, Switches},
};
use crate::{
    System,
    messenger::{Body, Letter, Persistence},
};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// 200 to 204 accept; else at least five more tries over at least six hours.
const PERSISTENCE: Persistence = Persistence {
    accepts: |status| (200..=204).contains(&status.as_u16()),
    again: &[
        SignedDuration::from_mins(1),
        SignedDuration::from_mins(5),
        SignedDuration::from_mins(20),
        SignedDuration::from_hours(1),
        SignedDuration::from_hours(3),
        SignedDuration::from_hours(6),
    ],
};

/// Lets a message go its way. Returns at once, but for reports that come before the sender's answer.
pub(super) async fn follow(gateway: &Arc<Gateway>, message: Message, switches: Switches) {
    let end = if switches.fails.contains(&message.to) { "failed" } else { "delivered" };
    let millis = |after: u32| SignedDuration::from_millis(after.into());
    let (sent, ended) = (millis(switches.sent_after), millis(switches.ended_after));
    let steps = match switches.reports {
        Reports::Reversed => [(end, sent), ("sent", ended.max(sent))],
        _ => [("sent", sent), (end, ended.max(sent))],
    };
    if switches.reports == Reports::Early {
        for (status, _) in steps {
            reach(gateway, &message, status, switches.reports).await;
        }
        return;
    }
    let (gateway, messenger) = (gateway.clone(), gateway.messenger.clone());
    messenger.spawn_for_now(async move {
        for (status, after) in steps {
            gateway.messenger.clock().reached(message.created + after).await;
            let (gateway, message) = (gateway.clone(), message.clone());
            let messenger = gateway.messenger.clone();
            // A receiver that is slow to hear of one step does not delay the next.
            messenger.spawn_for_now(async move { reach(&gateway, &message, status, switches.reports).await });
        }
    });
}

/// The message has reached `status`: tells so once or twice, and goes on telling beside everything else.
async fn reach(gateway: &Gateway, message: &Message, status: &'static str, reports: Reports) {
    let now = gateway.messenger.clock().now();
    gateway.mark(&message.id, status, now);
    let Some(to) = message.report.clone().filter(|_| reports != Reports::Never) else { return };
    let letter = Letter { from: System::Sms, to, body: Body::Form(report(&message.id, status, now)) };
    let once = || gateway.messenger.once(&letter, PERSISTENCE);
    let accepted = match reports {
        Reports::Twice => {
            let (first, second) = tokio::join!(once(), once());
            first || second
        }
        _ => once().await,
    };
    if !accepted {
        let messenger = gateway.messenger.clone();
        gateway.messenger.spawn_for_now(async move { messenger.again(&letter, PERSISTENCE, now).await });
    }
}

fn report(id: &str, status: &str, now: Timestamp) -> Vec<(&'static str, String)> {
    let mut fields = vec![("id", id.to_owned()), ("status", status.to_owned())];
    if status == "delivered" {
        fields.push(("delivered", moment_of(now)));
    }
    fields
}
