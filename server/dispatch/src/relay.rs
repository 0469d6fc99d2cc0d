//! Connections to the mail relay: encrypted, certified, few, and never used again after a letter that went wrong.
//!
//! lettre's own pool takes a connection back even when its user gave up in the middle of a letter. The next one would
//! read the answers to the last, and take a letter for delivered that was not. Here a connection is put back only
//! after a letter that the relay took; whoever gives up drops it, and the socket is closed.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::{
    Message,
    address::Envelope,
    transport::smtp::{
        self,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

use crate::{
    Failure, Trouble,
    mailer::{of_letter, of_way, of_words},
};

/// Kept shorter than any relay keeps an idle connection.
const IDLE: Duration = Duration::from_secs(20);

pub(crate) struct Relay {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: TlsParameters,
    pub(crate) hello: ClientId,
    pub(crate) credentials: Option<Credentials>,
    /// The longest wait for a connection that is ready for letters.
    pub(crate) ready_within: Duration,
    /// The most connections at a time.
    pub(crate) places: Semaphore,
    pub(crate) parked: Mutex<Vec<Parked>>,
}

/// A connection between two letters.
pub(crate) struct Parked {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Relay {
    /// Hands a message over. Cancelling it closes its connection.
    pub(crate) async fn send(&self, message: &Message) -> Result<(), Failure> {
        let _place = self.places.acquire().await;
        let mut connection = self.connection().await?;
        hand_over(&mut connection, message.envelope(), &message.formatted()).await?;
        self.park(connection);
        Ok(())
    }

    /// Makes sure that a letter could be sent now.
    pub(crate) async fn probe(&self) -> Result<(), Failure> {
        let connection = self.connection().await?;
        self.park(connection);
        Ok(())
    }

    /// A connection that is ready for a letter: one from before that still answers, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Failure> {
        let ready = async {
            while let Some(mut connection) = self.unpark() {
                if connection.test_connected().await {
                    return Ok(connection);
                }
            }
            self.connect().await
        };
        timeout(self.ready_within, ready).await.unwrap_or(Err(Failure::Temporary(Trouble::Timeout)))
    }

    /// Connects, greets, encrypts (RFC 3207), greets again and signs in. Before encryption nothing but the greeting is
    /// said.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let at = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(at, None, &self.hello, None, None)
            .await
            .map_err(|error| of_way(&error))?;
        if !connection.can_starttls() {
            tracing::warn!("the mail relay offers no STARTTLS");
            return Err(Failure::Temporary(Trouble::Insecure));
        }
        connection.starttls(self.tls.clone(), &self.hello).await.map_err(|error| of_way(&error))?;
        if let Some(credentials) = &self.credentials {
            let ways = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&ways, credentials).await.map_err(|error| of_way(&error))?;
        }
        Ok(connection)
    }

    fn park(&self, connection: AsyncSmtpConnection) {
        let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        parked.push(Parked { connection, since: Instant::now() });
    }

    /// The latest parked connection that is not too old; the others are closed on the way.
    fn unpark(&self) -> Option<AsyncSmtpConnection> {
        let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        parked.retain(|parked| parked.since.elapsed() < IDLE);
        parked.pop().map(|parked| parked.connection)
    }
}

/// What lettre's own `send` does, in two steps: only after the second may the relay have a letter whose end nobody knows.
async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    words: &[u8],
) -> Result<(), Failure> {
    let addresses = envelope.to().iter().chain(envelope.from());
    if !words.is_ascii() || !addresses.map(AsRef::<str>::as_ref).all(str::is_ascii) {
        // What asks the relay for more than plain SMTP is lettre's to negotiate.
        return connection.send(envelope, words).await.map(drop).map_err(|error| of_words(&error));
    }
    announce(connection, envelope).await.map_err(|error| of_letter(&error))?;
    connection.message(words).await.map(drop).map_err(|error| of_words(&error))
}

/// Everything before the letter's words.
async fn announce(connection: &mut AsyncSmtpConnection, envelope: &Envelope) -> Result<(), smtp::Error> {
    connection.command(Mail::new(envelope.from().cloned(), Vec::new())).await?;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
    }
    connection.command(Data).await.map(drop)
}
