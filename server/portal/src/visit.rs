//! One request, and who makes it.

use std::{fmt, net::IpAddr, sync::Arc};

use jiff::Timestamp;
use model::{Assurance, Language};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::{
    Applicant, Error, Guardian, Portal, Result, School, System,
    application::Assessed,
    session::{Found, Kind},
};

/// What a request says of itself, as read by the server's layers. Nothing of it is trusted further than its words say.
#[derive(Clone)]
pub struct Asking {
    /// The value of the session cookie.
    pub session: Option<String>,
    /// The value of the login cookie.
    pub login: Option<String>,
    /// The value of the device cookie. Never an identity: a key for limits and a hint for BankID.
    pub device: Option<String>,
    /// The client's address, as told by the trusted proxy.
    pub address: IpAddr,
    /// The browser's own description of itself.
    pub user_agent: String,
    /// The visitor's language.
    pub language: Language,
    /// The request's id in logs and audit rows.
    pub request: Uuid,
    /// A poll, a refreshing frame or a prefetch: it does not prolong the session.
    pub background: bool,
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking").field("request", &self.request).finish_non_exhaustive()
    }
}

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Nobody we know.
    Stranger,
    /// Identified with BankID, no account.
    Applicant {
        /// The full name, from BankID.
        name: String,
    },
    /// Holds an account.
    Guardian {
        /// The full name.
        name: String,
    },
}

/// One request and who makes it. Cheap to clone.
#[derive(Clone)]
pub struct Visit(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) portal: Portal,
    pub(crate) asking: Asking,
    pub(crate) now: Timestamp,
    /// What the request's session cookie led to.
    pub(crate) found: Found,
    /// What the registers come to for an applicant, or which of them is down; asked once a request.
    pub(crate) assessed: OnceCell<Result<Arc<Assessed>, System>>,
}

impl Visit {
    /// The visitor's language.
    pub fn language(&self) -> Language {
        self.0.asking.language
    }

    /// The time of the request.
    pub fn now(&self) -> Timestamp {
        self.0.now
    }

    /// Who is asking.
    pub fn who(&self) -> Who {
        match &self.0.found.live {
            None => Who::Stranger,
            Some(session) => match session.kind {
                Kind::Applicant => Who::Applicant { name: session.name.full() },
                Kind::Guardian(_) => Who::Guardian { name: session.name.full() },
            },
        }
    }

    /// When the session ends if nothing more is asked.
    pub fn session_ends(&self) -> Option<Timestamp> {
        self.0.found.live.as_ref().map(|session| session.ends(&self.0.portal.rules().spans))
    }

    /// How long before that end the visitor is told.
    pub fn session_warning(&self) -> std::time::Duration {
        self.0.portal.rules().spans.session_warning
    }

    /// How strongly the visitor was identified.
    pub fn assurance(&self) -> Option<Assurance> {
        self.0.found.live.as_ref().map(|session| session.assurance)
    }

    /// Whether the identification is recent enough for what needs a fresh one.
    pub fn is_fresh(&self) -> bool {
        self.0.found.live.as_ref().is_some_and(|session| session.fresh_until > self.0.now)
    }

    /// Whether the browser is known to keep cookies: it showed one that it was given before.
    pub fn keeps_cookies(&self) -> bool {
        let asking = &self.0.asking;
        asking.device.is_some() || asking.login.is_some() || asking.session.is_some()
    }

    /// The city's units whose name holds every word of `query`: [`Portal::schools`].
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn schools(&self, query: &str) -> Result<Vec<School>> {
        self.0.portal.schools(query).await
    }

    /// Proves an e-mail address by the letter's link: [`Portal::confirm_email_by_link`].
    ///
    /// # Errors
    /// [`model::Refusal::LinkSpent`]; [`Error::TooMany`].
    pub async fn confirm_email_by_link(&self, token: &str) -> Result<()> {
        self.0.portal.confirm_email_by_link(token, &self.0.asking).await
    }

    /// Says by a letter's link that a notice was received: [`Portal::confirm_notice_by_link`].
    ///
    /// # Errors
    /// [`model::Refusal::LinkSpent`]; [`Error::TooMany`].
    pub async fn confirm_notice_by_link(&self, token: &str) -> Result<()> {
        self.0.portal.confirm_notice_by_link(token, &self.0.asking).await
    }

    /// The identified person who holds no account yet.
    ///
    /// # Errors
    /// [`Error::SignIn`] for anybody else.
    pub fn applicant(&self) -> Result<Applicant<'_>> {
        match (&self.0.found.live, &self.0.found.raised) {
            (Some(session), _) if session.kind == Kind::Applicant => Ok(Applicant::of(self, session)),
            (_, Some(raised)) => Ok(Applicant::already_raised(self, raised)),
            _ => Err(Error::SignIn(Assurance::High)),
        }
    }

    /// The guardian whose account this is.
    ///
    /// # Errors
    /// [`Error::SignIn`] for anybody else.
    pub fn guardian(&self) -> Result<Guardian<'_>> {
        let session = self.0.found.live.as_ref().ok_or(Error::SignIn(Assurance::High))?;
        match session.kind {
            Kind::Guardian(account) => Ok(Guardian::of(self, session, account)),
            Kind::Applicant => Err(Error::SignIn(Assurance::High)),
        }
    }
}
