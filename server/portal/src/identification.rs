//! Identification with BankID, from the press of the button to a session.
use jiff::Timestamp;
use model::{Advice, Device, Purpose, Step};

use crate::{Result, Visit};

/// A started identification.
pub struct NewLogin {
    /// The new value of the login cookie. It is all the browser ever knows of the order; it lives ten minutes.
    pub login_cookie: String,
}

/// How the identification of this browser stands, for the page, the island and the frame.
#[derive(Clone, PartialEq, Eq)]
pub struct Identification {
    /// What it is for.
    pub purpose: Purpose,
    /// Where the app is. Fixed at the start.
    pub device: Device,
    /// How far it is.
    pub phase: Phase,
    /// Whole seconds in which the app can still pick it up; 0 when that is over.
    pub seconds_left: u32,
    /// The address of the start button, of an order on the same device only.
    pub launch: Option<String>,
    /// The text of the QR code this second, of an order for another device only, and only while it may be read.
    pub qr: Option<String>,
    /// When the login transaction ends, whatever happens.
    pub ends: Timestamp,
}

/// How far an identification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not decided.
    Waiting {
        /// BankID's recommended message.
        advice: Advice,
        /// Whether an app has picked it up.
        scanned: bool,
    },
    /// Somebody is identified; the way in is [`Visit::finish_identification`].
    Complete,
    /// It ended without an identification.
    Stopped {
        /// BankID's recommended message.
        advice: Advice,
    },
}

/// With what a browser asks to be let in.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// Its login cookie alone: enough for a QR order, never for one on the same device.
    Poll,
    /// Posted from the return page: its login cookie and the nonce of the return address.
    Return {
        /// The nonce, as it came.
        nonce: String,
    },
}

/// What asking to be let in comes to.
pub enum Finish {
    /// Not decided yet, or (same device) only to be finished from the return page. Nothing was used up.
    StillWaiting,
    /// It ended without an identification; the page of the identification says why.
    Stopped {
        /// BankID's recommended message.
        advice: Advice,
    },
    /// In: a new session.
    In {
        /// The new value of the session cookie.
        session_cookie: String,
        /// Where to go.
        next: Next,
    },
}

/// Where a login leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// No account: this step of the application. Its page asks [`crate::Applicant::outcome`] first, as always, and shows
    /// the outcome's own page where the person may not apply.
    Step(Step),
    /// To the children.
    Children,
}

impl Visit {
    /// Starts an identification: a new order at BankID, bound to a new login cookie. Ends the one this browser had.
    ///
    /// `script` says that the form was sent by a page whose script is awake: the nonce then returns in the fragment.
    ///
    /// # Errors
    /// [`crate::Error::TooMany`]; [`model::Refusal::BankIdDown`]; [`crate::Error::SignIn`] for a step-up without a
    /// session.
    pub async fn start_identification(&self, purpose: Purpose, device: Device, script: bool) -> Result<NewLogin> {
        todo!()
    }

    /// How the identification of this browser stands. None where there is none, or it is used up.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn identification(&self) -> Result<Option<Identification>> {
        todo!()
    }

    /// Lets the identified person in, once: one login, one new session.
    ///
    /// # Errors
    /// Refused: [`NoIdentification`](model::Refusal::NoIdentification), [`OtherBrowser`](model::Refusal::OtherBrowser),
    /// [`ReturnSpent`](model::Refusal::ReturnSpent), [`OtherPerson`](model::Refusal::OtherPerson) (the session is
    /// over), [`NotTrusted`](model::Refusal::NotTrusted).
    pub async fn finish_identification(&self, proof: Proof) -> Result<Finish> {
        todo!()
    }

    /// Gives up. A completion that comes later is worth nothing. Does nothing where there is nothing to give up.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn cancel_identification(&self) -> Result<()> {
        todo!()
    }
}
