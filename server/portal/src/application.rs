//! The application.
use jiff::Timestamp;
use model::{ChildId, ChildToday, CodeForm, Email, EmailForm, Outcome, Step, UnitContact};
use crate::{Result, Visit, session::Session};

/// An identified person without an account.
pub struct Applicant<'v> { visit: &'v Visit, session: &'v Session }

/// A running application, as its own pages show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Application {
    /// The children it is for.
    pub children: Vec<ApplicationChild>,
    /// Whether the children were confirmed.
    pub children_confirmed: bool,
    /// The address given.
    pub email: Option<Email>,
    /// Whether a letter to it was answered.
    pub email_confirmed: bool,
    /// The furthest step that may be opened.
    pub reached: Step,
    /// How many more letters can be asked for now.
    pub letters_left: u32,
    /// When the latest letter left; none while it waits for the mail relay.
    pub letter_sent: Option<Timestamp>,
    /// When what was typed so far is erased if nothing more happens.
    pub kept_until: Timestamp,
}

/// A child of an application.
#[derive(Clone, PartialEq, Eq)]
pub struct ApplicationChild {
    /// The child.
    pub id: ChildId,
    /// Given name.
    pub given: String,
    /// Family name.
    pub family: String,
    /// The school unit.
    pub unit: Option<UnitContact>,
    /// Class or section.
    pub group: Option<String>,
    /// The child's place.
    pub today: ChildToday,
    /// The applicant said that this is not their child.
    pub denied: bool,
}

/// An account was made, or was there already.
pub struct Completed {
    /// The new value of the session cookie.
    pub session_cookie: String,
}

impl<'v> Applicant<'v> {
    pub(crate) fn of(visit: &'v Visit, session: &'v Session) -> Self { Self { visit, session } }
    pub(crate) fn already_raised(visit: &'v Visit, session: &'v Session) -> Self { Self { visit, session } }
    /// The full name, from BankID.
    pub fn name(&self) -> String { self.session.name.full() }
    /// What the registers say about this person and an account.
    ///
    /// # Errors
    /// Only what is broken: a register that is down is [`Outcome::RegisterDown`].
    pub async fn outcome(&self) -> Result<Outcome> { todo!() }
    /// The units to call for the outcome's page: those of the person's own children, where they may be shown.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn units_to_call(&self) -> Result<Vec<UnitContact>> { todo!() }
    /// The running application; a new one where there is none. Refuses who is not eligible.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] for who may not apply, [`crate::Error::Unavailable`] while a register is down.
    pub async fn application(&self) -> Result<Application> { todo!() }
    /// "Det här är inte mitt barn": a case, and no link.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] for a child the application does not list.
    pub async fn disown(&self, child: ChildId) -> Result<()> { todo!() }
    /// Takes it back.
    ///
    /// # Errors
    /// As [`Applicant::disown`].
    pub async fn reclaim(&self, child: ChildId) -> Result<()> { todo!() }
    /// These are my children.
    ///
    /// # Errors
    /// [`model::Refusal::NoChildLeft`].
    pub async fn confirm_children(&self) -> Result<()> { todo!() }
    /// Keeps the address and sends a letter to it.
    ///
    /// # Errors
    /// Refused: [`model::Refusal::Form`] (set aside as [`EmailForm`]), [`model::Refusal::TooManyLetters`],
    /// [`model::Refusal::StepNotReached`].
    pub async fn give_email(&self, form: &EmailForm) -> Result<()> { todo!() }
    /// Sends another letter with a new code; the old one is worth nothing then.
    ///
    /// # Errors
    /// As [`Applicant::give_email`].
    pub async fn resend_code(&self) -> Result<()> { todo!() }
    /// Proves the address with the letter's code.
    ///
    /// # Errors
    /// Refused: [`model::Refusal::Form`] (set aside as [`CodeForm`]), [`model::Refusal::TooManyTries`],
    /// [`model::Refusal::StepNotReached`].
    pub async fn confirm_code(&self, form: &CodeForm) -> Result<()> { todo!() }
    /// The last step, all or nothing: the account, its children, its address, and a new session. Asked again, it gives
    /// the same account.
    ///
    /// # Errors
    /// Refused: [`model::Refusal::StepNotReached`], [`model::Refusal::NoChildLeft`]; [`crate::Error::Unavailable`].
    pub async fn complete(&self, information_version: &str) -> Result<Completed> { todo!() }
}
