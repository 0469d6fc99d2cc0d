//! What an applicant does. Each answer is a redirect to the page that shows what came of it.

use leptos::prelude::*;
use model::{ChildId, CodeForm, EmailForm, Refusal, Step, Typed};
use portal::{Error, Who};

use super::letter::SENT;
use crate::{
    Fault, Place,
    information::VERSION,
    visit::{answered, go, keep_session, outcome, visit},
};

/// "Det här är inte mitt barn", or taking it back.
#[server(endpoint = "application/answer-child")]
pub(crate) async fn answer_child(child: ChildId, mine: bool) -> Result<(), Fault> {
    let visit = visit()?;
    let result = async {
        let applicant = visit.applicant()?;
        if mine { applicant.reclaim(child).await } else { applicant.disown(child).await }
    };
    outcome(result.await, Place::Apply(Step::Children), Place::Apply(Step::Children))
}

/// "These are my children."
#[server(endpoint = "application/confirm-children")]
pub(crate) async fn confirm_children() -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.applicant()?.confirm_children().await };
    outcome(result.await, Place::Apply(Step::Email), Place::Apply(Step::Children))
}

/// Keeps the address and sends a letter to it.
#[server(endpoint = "application/give-email")]
pub(crate) async fn give_email(#[server(default)] form: EmailForm) -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.applicant()?.give_email(&form).await };
    outcome(result.await, Place::Apply(Step::Confirm), Place::Apply(Step::Email))
}

/// Sends another letter.
#[server(endpoint = "application/resend-code")]
pub(crate) async fn resend_code() -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.applicant()?.resend_code().await };
    match result.await {
        Ok(()) => {
            go(format_args!("{}?{SENT}=1", Place::Apply(Step::Confirm)));
            Ok(())
        }
        refused => outcome(refused, Place::Apply(Step::Confirm), Place::Apply(Step::Confirm)),
    }
}

/// Proves the address with the letter's code.
#[server(endpoint = "application/confirm-code")]
pub(crate) async fn confirm_code(#[server(default)] form: CodeForm) -> Result<(), Fault> {
    let visit = visit()?;
    let result = async { visit.applicant()?.confirm_code(&form).await };
    outcome(result.await, Place::Apply(Step::Check), Place::Apply(Step::Confirm))
}

/// Proves the address with the letter's link, on whatever device it was opened.
#[server(endpoint = "application/confirm-email")]
pub(crate) async fn confirm_email(#[server(default)] token: Typed) -> Result<(), Fault> {
    let visit = visit()?;
    outcome(visit.confirm_email_by_link(&token).await, Place::EmailConfirmed, Place::EmailConfirmed)
}

/// The last step: the account. Sent twice, it leads to the same receipt.
#[server(endpoint = "application/complete")]
pub(crate) async fn complete(
    /// The version of the information that was shown.
    #[server(default)]
    information: String,
) -> Result<(), Fault> {
    let visit = visit()?;
    if let Who::Guardian { .. } = visit.who() {
        go(Place::Receipt);
        return Ok(());
    }
    // Who read an earlier version reads this one first; what is kept of it is a word of ours, never the form's.
    if information != VERSION {
        go(Place::Apply(Step::Check));
        return Ok(());
    }
    let result = async { visit.applicant()?.complete(VERSION).await };
    match result.await {
        Ok(done) => {
            keep_session(&done.session_cookie);
            go(Place::Receipt);
            Ok(())
        }
        // The page of the furthest step says by itself what is missing.
        Err(Error::Refused(Refusal::StepNotReached)) => {
            go(Place::Apply(Step::Check));
            Ok(())
        }
        Err(error) => answered(Err(error), Place::Apply(Step::Check)),
    }
}

/// Opens an account again that its holder closed.
#[server(endpoint = "application/reopen")]
pub(crate) async fn reopen() -> Result<(), Fault> {
    let visit = visit()?;
    if let Who::Guardian { .. } = visit.who() {
        go(Place::Children);
        return Ok(());
    }
    let result = async { visit.applicant()?.reopen().await };
    match result.await {
        Ok(done) => {
            keep_session(&done.session_cookie);
            go(Place::Children);
            Ok(())
        }
        // The page of the outcome says by itself what is missing.
        Err(Error::Refused(Refusal::StepNotReached)) => {
            go(Place::Outcome);
            Ok(())
        }
        Err(error) => answered(Err(error), Place::Outcome),
    }
}
