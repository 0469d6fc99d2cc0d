//! The mail relay, over SMTP with STARTTLS (RFC 5321, RFC 3207).

use std::{error::Error as _, fmt, fs, io, sync::Mutex, time::Duration};

use lettre::{
    message::Mailbox,
    transport::smtp::{
        self, authentication,
        client::{Certificate, CertificateStore, TlsParameters},
        extension::ClientId,
    },
};
use tokio::{sync::Semaphore, time::timeout};
use wire::read_secret;

use crate::{BadSetting, Mail, Settings, relay::Relay};

/// Sends letters. One for the whole house; it keeps a few connections open.
pub struct Mailer {
    relay: Relay,
    from: Mailbox,
    patience: Duration,
}

/// The relay did not take a letter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It may take it later.
    #[error("the mail relay did not take the letter now: {0}")]
    Temporary(Trouble),
    /// It never will: this letter, or this address.
    #[error("the mail relay refused the letter for good: {0}")]
    Permanent(Trouble),
}

/// What was in the way. Holds nothing of the letter or its recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No connection, or it broke before the letter was handed over.
    Unreachable,
    /// The connection broke while the letter was handed over: nobody knows whether it was taken.
    Broken,
    /// No answer in time.
    Timeout,
    /// The connection cannot be made safe: a foreign certificate, or no STARTTLS. Nothing was sent.
    Insecure,
    /// The relay said no, by this code (RFC 5321, section 4.2).
    Said(u16),
    /// The relay's words cannot be read, or broke off.
    Garbled,
    /// The address cannot stand in a mail.
    Address,
    /// The letter cannot be put into a message.
    Letter,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("no connection"),
            Self::Broken => f.write_str("the connection broke"),
            Self::Timeout => f.write_str("no answer in time"),
            Self::Insecure => f.write_str("the connection cannot be made safe"),
            Self::Said(code) => write!(f, "SMTP {code}"),
            Self::Garbled => f.write_str("an answer that cannot be read"),
            Self::Address => f.write_str("an address that cannot stand in a mail"),
            Self::Letter => f.write_str("a letter that cannot be put into a message"),
        }
    }
}

impl Mailer {
    /// Reads certificates and password and makes ready; calls nobody.
    ///
    /// # Errors
    /// [`BadSetting`] for a sender that is no address, or a file that cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, BadSetting> {
        let from: Mailbox = settings
            .from
            .parse()
            .map_err(|why| BadSetting::new(format!("mail sender {}", settings.from), why))?;
        let credentials = settings.credentials.as_ref().map(signed_in).transpose()?;
        let relay = Relay {
            host: settings.host.clone(),
            port: settings.port,
            tls: tls(settings)?,
            // Our own host's name is nobody's business; the domain the letters come from is.
            hello: ClientId::Domain(from.email.domain().to_owned()),
            credentials,
            ready_within: settings.connect_timeout,
            places: Semaphore::new(settings.connections.max(1)),
            parked: Mutex::default(),
        };
        Ok(Self { relay, from, patience: settings.timeout })
    }

    /// Hands a letter to the relay. Safe to repeat: it keeps its Message-ID.
    pub async fn send(&self, mail: &Mail) -> Result<(), Failure> {
        let message = mail.message(&self.from).map_err(Failure::Permanent)?;
        let sent = timeout(self.patience, self.relay.send(&message)).await;
        match sent.unwrap_or(Err(Failure::Temporary(Trouble::Timeout))) {
            Ok(()) => Ok(()),
            Err(failure) => {
                tracing::warn!(%failure, reference = %mail.reference, "no letter left");
                Err(failure)
            }
        }
    }

    /// Whether the relay is there, safe, and lets us in; sends nothing.
    pub async fn probe(&self) -> Result<(), Failure> {
        self.relay.probe().await
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("from", &self.from.to_string()).finish_non_exhaustive()
    }
}

fn tls(settings: &Settings) -> Result<TlsParameters, BadSetting> {
    let bad = |why: &dyn fmt::Display| BadSetting::file(&settings.authorities, why);
    let pem = fs::read(&settings.authorities).map_err(|why| bad(&why))?;
    let roots = Certificate::from_pem(&pem).map_err(|why| bad(&why))?;
    TlsParameters::builder(settings.host.clone())
        .certificate_store(CertificateStore::None)
        .add_root_certificate(roots)
        .build_rustls()
        .map_err(|why| bad(&why))
}

fn signed_in(credentials: &crate::Credentials) -> Result<authentication::Credentials, BadSetting> {
    let password = read_secret(&credentials.password)?;
    Ok(authentication::Credentials::new(credentials.user.clone(), password.to_string()))
}

/// What went wrong on the way to the relay. Nothing of that is the letter's fault.
pub(crate) fn of_way(error: &smtp::Error) -> Failure {
    Failure::Temporary(trouble(error))
}

/// What went wrong with a letter.
pub(crate) fn of_letter(error: &smtp::Error) -> Failure {
    match trouble(error) {
        trouble @ Trouble::Said(code) if is_final(code) => Failure::Permanent(trouble),
        trouble => Failure::Temporary(trouble),
    }
}

/// What went wrong once the relay was given the letter's words: it may have them.
pub(crate) fn of_words(error: &smtp::Error) -> Failure {
    match of_letter(error) {
        Failure::Temporary(Trouble::Unreachable) => Failure::Temporary(Trouble::Broken),
        failure => failure,
    }
}

fn trouble(error: &smtp::Error) -> Trouble {
    if let Some(code) = error.status() {
        // The relay's words may repeat the address: only the code is kept.
        return Trouble::Said(code.into());
    }
    if error.is_response() || error.is_client() {
        return Trouble::Garbled;
    }
    tracing::info!(%error, "trouble on the way to the mail relay");
    if is_refused_certificate(error) { Trouble::Insecure } else { Trouble::Unreachable }
}

/// tokio-rustls hands on what rustls refuses as `InvalidData`.
fn is_refused_certificate(error: &smtp::Error) -> bool {
    let mut cause = error.source();
    while let Some(one) = cause {
        if one.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::InvalidData) {
            return true;
        }
        cause = one.source();
    }
    error.is_tls()
}

/// Whether a code speaks of this letter or this mailbox: 55x, and 521 and 556 for a host that takes no mail (RFC 5321,
/// section 4.2.3; RFC 7504). Any other 5xx speaks of us (signing in, syntax): mended by an operator, not by giving up.
fn is_final(code: u16) -> bool {
    code == 521 || (550..=559).contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_about_the_letter_or_the_mailbox_are_final() {
        for code in [521, 550, 551, 552, 553, 554, 556] {
            assert!(is_final(code), "{code}");
        }
        for code in [421, 450, 451, 452, 454, 500, 503, 530, 535, 538] {
            assert!(!is_final(code), "{code}");
        }
    }

    #[test]
    fn a_mailer_that_cannot_work_says_which_setting_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty");
        fs::write(&empty, "").unwrap();
        let wrong = |settings: &Settings| Mailer::new(settings).unwrap_err().to_string();
        let missing = Settings::new("mail.example.se", 587, folder.path().join("none.pem"), "a@example.se");
        assert!(wrong(&missing).contains("none.pem"));
        let nobody = Settings::new("mail.example.se", 587, &empty, "nobody");
        assert!(wrong(&nobody).contains("nobody"));
        let mut speechless = Settings::new("mail.example.se", 587, &empty, "a@example.se");
        speechless.credentials = Some(Credentials { user: "u".into(), password: empty.clone() });
        assert!(wrong(&speechless).contains("holds no secret"));
    }

    use crate::Credentials;
}
