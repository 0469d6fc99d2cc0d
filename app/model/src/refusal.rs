//! An expected "no". It is an outcome and is shown on the page that asked, never an error page.

use serde::{Deserialize, Serialize};

/// Why something was not done. Carries nothing that was typed and nothing of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// A field is wrong; the form was set aside and is shown again.
    Form,
    /// A step was asked for before the ones ahead of it.
    StepNotReached,
    /// There is no identification going on in this browser.
    NoIdentification,
    /// The return came to a browser that did not start the identification.
    OtherBrowser,
    /// The return's one-use token was used, is too old or belongs to something else.
    ReturnSpent,
    /// Another person than the session's identified.
    OtherPerson,
    /// BankID's risk assessment, or a check of ours, forbids going on.
    NotTrusted,
    /// BankID does not answer.
    BankIdDown,
    /// Too many tries of the code; a new one is needed.
    TooManyTries,
    /// Too many letters were asked for.
    TooManyLetters,
    /// The link of the letter is unknown, used or too old.
    LinkSpent,
    /// Every child was said not to be one's own.
    NoChildLeft,
    /// The identification is not recent enough for this; the form was set aside and is shown again after another one.
    NotFresh,
    /// The contact details were changed too often today.
    TooManyChanges,
    /// It was changed elsewhere since the page was shown.
    ChangedMeanwhile,
    /// The reported absence has begun, or is not there any more: only the school can change it.
    AlreadyBegun,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Self; 16] = [
        Self::Form,
        Self::StepNotReached,
        Self::NoIdentification,
        Self::OtherBrowser,
        Self::ReturnSpent,
        Self::OtherPerson,
        Self::NotTrusted,
        Self::BankIdDown,
        Self::TooManyTries,
        Self::TooManyLetters,
        Self::LinkSpent,
        Self::NoChildLeft,
        Self::NotFresh,
        Self::TooManyChanges,
        Self::ChangedMeanwhile,
        Self::AlreadyBegun,
    ];
}
