//! The way back into an account that its holder closed: a new identification, and one press.

use model::{Outcome, Refusal};

use super::{Applicant, Completed, complete::open_account};
use crate::{Error, Result, account};

impl Applicant<'_> {
    /// Opens the account again that this person closed, with its children and addresses. Asked again, it gives the same
    /// account.
    ///
    /// # Errors
    /// Refused: [`Refusal::StepNotReached`] for who closed none, or too long ago. [`Error::Unavailable`] while a register is
    /// down.
    pub async fn reopen(&self) -> Result<Completed> {
        if !self.raised {
            match self.assess().await?.decision.outcome {
                Outcome::AccountResting | Outcome::AccountExists => {}
                _ => return Err(Refusal::StepNotReached.into()),
            }
        }
        let (visit, session, raised) = (self.visit.clone(), self.session.clone(), self.raised);
        let session_cookie = self
            .portal()
            .change(move |tx| async move {
                let again = Applicant { visit: &visit, session: &session, raised };
                let (portal, now) = (again.portal(), again.now());
                if let Some(closed) = account::of_subject(&tx, &session.subject).await?
                    && closed.state != "open"
                {
                    account::reopen(portal, &tx, &closed, &visit.actor(), now).await?;
                }
                let account = open_account(&tx, &session.subject).await?;
                again.raise_in(&tx, account.ok_or(Error::Refused(Refusal::StepNotReached))?).await
            })
            .await?;
        Ok(Completed { session_cookie })
    }
}
