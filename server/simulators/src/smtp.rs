//! The mail relay: takes every mail for everybody and puts it where the control interface can read it (RFC 5321, RFC 3207).
//!
//! Nothing is taken before STARTTLS. There is no greylisting, no queue and no delivery: accepted is arrived. Faults without a
//! path strike once for each message, at MAIL; `accept-then-drop` then waits until the message is there. A path names
//! the verb to strike at (`EHLO`, `STARTTLS`, `MAIL`, `RCPT`, `DATA`).

mod conversation;
mod letter;

use crate::{Fault, State, System};
use conversation::{Conversation, End};
use std::{sync::Arc, time::Duration};
use tokio::net::{TcpListener, TcpStream};

/// How long a client may think between two lines.
const PATIENCE: Duration = Duration::from_secs(60);
/// The largest message, announced as SIZE.
const LARGEST: usize = 10 * 1024 * 1024;

/// Serves `listener` until the town closes.
pub(crate) async fn serve(listener: TcpListener, state: Arc<State>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = state.closing.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else {
            // Out of descriptors, as a rule: waiting is all that helps.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let state = state.clone();
        tokio::spawn(
            async move { state.closing.clone().run_until_cancelled(connection(stream, state)).await },
        );
    }
}

async fn connection(stream: TcpStream, state: Arc<State>) {
    let wrong = match state.faults.on_connection(System::Smtp) {
        Some(Fault::Down) => return drop(stream.set_zero_linger()),
        fault => fault == Some(Fault::WrongCertificate),
    };
    drop(stream.set_nodelay(true));
    let mut plain = Conversation::new(stream, state.clone(), false);
    // Both ends are only ends: a client that goes away is nobody's error here.
    if !matches!(plain.hold(true).await, Ok(End::StartTls)) {
        return;
    }
    // What the client sent behind STARTTLS in the clear is thrown away with the buffer (RFC 3207, section 4.2).
    let handshake = state.tls.acceptor(System::Smtp, wrong).accept(plain.into_stream());
    if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, handshake).await {
        drop(Conversation::new(stream, state, true).hold(false).await);
    }
}

#[cfg(test)]
mod tests;
