//! The e-mail steps: an address is given, and proven by a code or a link that only its owner can read.

use anyhow::anyhow;
use model::{CodeForm, EmailForm, Refusal, Shown, Step, Wrong, Wrongs};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use store::{Tx, entity::application as row};

use super::{
    Applicant,
    draft::{email_of, id_of, unchanged},
    proof,
};
use crate::{
    Error, Portal, Result,
    audit::Deed,
    code::Tried,
    limits::Limit,
    personal::Goes,
    trail::{Actor, Line},
};

impl Portal {
    pub(super) fn letters_by_application(&self) -> Limit {
        Limit {
            name: "letters-by-application",
            most: self.rules().limits.letters_per_hour,
            per: std::time::Duration::from_secs(3_600),
        }
    }

    fn letters_by_mailbox(&self) -> Limit {
        Limit {
            name: "letters-by-mailbox",
            most: self.rules().limits.letters_per_address,
            per: std::time::Duration::from_secs(24 * 3_600),
        }
    }

    fn tries_by_application(&self) -> Limit {
        Limit {
            name: "codes-by-application",
            most: self.rules().limits.code_tries_window,
            per: std::time::Duration::from_secs(15 * 60),
        }
    }
}

impl Applicant<'_> {
    /// Keeps the address and sends a letter to it. An address that is proven already stays so, without a letter.
    ///
    /// # Errors
    /// Refused: [`Refusal::Form`] and [`Refusal::TooManyLetters`] (both set aside under [`EmailForm::EMAIL`]),
    /// [`Refusal::StepNotReached`].
    pub async fn give_email(&self, form: &EmailForm) -> Result<()> {
        self.must_be_live()?;
        let email = match form.check() {
            Ok(email) => email,
            Err(wrongs) => return self.refuse(EmailForm::EMAIL, form, wrongs, Refusal::Form).await,
        };
        self.eligible().await?;
        let given = {
            let (portal, actor, now) = (self.portal().clone(), self.visit.actor(), self.now());
            let language = self.visit.language();
            self.in_draft(Some(Step::Email), move |tx, draft| async move {
                let index = portal.keys().index_email(&email);
                let same = draft.email_index.as_ref() == Some(&index);
                if same && draft.email_confirmed_at.is_some() {
                    return Ok(Ok(()));
                }
                let goes = match count_letter(&portal, &tx, &draft, &index, &actor, now).await? {
                    Ok(goes) => goes,
                    Err(refused) => return Ok(Err(refused)),
                };
                let change = row::ActiveModel {
                    email: Set(Some(portal.seal("application", "email", &draft.id, email.reveal())?)),
                    email_index: Set(Some(index)),
                    email_confirmed_at: Set(None),
                    language: Set(language.tag().to_owned()),
                    ..letter_waits(&portal, &draft, now)
                };
                row::Entity::update(change).exec(&tx).await?;
                let line = Line::new(Deed::GaveEmail).of("application", id_of(&draft)?);
                portal.trail(&tx, &actor, line, now).await?;
                proof::send(&portal, &tx, &draft.id, &email, goes, &actor, now).await?;
                Ok(Ok(()))
            })
            .await?
        };
        match given {
            Ok(()) => self.visit.forget_aside(EmailForm::EMAIL).await,
            Err(refused) => self.refuse(EmailForm::EMAIL, form, Wrongs::default(), refused).await,
        }
    }

    /// Sends another letter with a new code; the old one is worth nothing then.
    ///
    /// # Errors
    /// Refused: [`Refusal::TooManyLetters`], [`Refusal::StepNotReached`].
    pub async fn resend_code(&self) -> Result<()> {
        self.must_be_live()?;
        self.eligible().await?;
        let (portal, actor, now) = (self.portal().clone(), self.visit.actor(), self.now());
        let sent = self
            .in_draft(Some(Step::Confirm), move |tx, draft| async move {
                if draft.email_confirmed_at.is_some() {
                    return Ok(Ok(()));
                }
                let email =
                    email_of(&portal, &draft)?.ok_or_else(|| anyhow!("a draft without an address"))?;
                let index = portal.keys().index_email(&email);
                let goes = match count_letter(&portal, &tx, &draft, &index, &actor, now).await? {
                    Ok(goes) => goes,
                    Err(refused) => return Ok(Err(refused)),
                };
                row::Entity::update(letter_waits(&portal, &draft, now)).exec(&tx).await?;
                proof::send(&portal, &tx, &draft.id, &email, goes, &actor, now).await?;
                Ok(Ok(()))
            })
            .await?;
        sent.map_err(Error::Refused)
    }

    /// Proves the address with the letter's code.
    ///
    /// # Errors
    /// Refused: [`Refusal::Form`] (set aside under [`CodeForm::CODE`]), [`Refusal::TooManyTries`],
    /// [`Refusal::StepNotReached`].
    pub async fn confirm_code(&self, form: &CodeForm) -> Result<()> {
        self.must_be_live()?;
        let digits = match form.check() {
            Ok(digits) => digits,
            Err(wrongs) => return self.refuse(CodeForm::CODE, form, wrongs, Refusal::Form).await,
        };
        let code = String::from_utf8_lossy(&digits).into_owned();
        let (portal, actor, now) = (self.portal().clone(), self.visit.actor(), self.now());
        let tried = self
            .in_draft(Some(Step::Confirm), move |tx, draft| async move {
                if draft.email_confirmed_at.is_some() {
                    return Ok(Tried::Right);
                }
                let counted =
                    portal.count(&tx, portal.tries_by_application(), draft.id.as_bytes(), &actor, now).await;
                let tried = match counted {
                    Err(Error::TooMany { .. }) => Tried::TooOften,
                    other => {
                        other?;
                        proof::try_code(&portal, &tx, &draft.id, &code, now).await?
                    }
                };
                // Whatever it came to, the try stays counted: the verdict leaves the transaction as its value.
                let line = match tried {
                    Tried::Right => {
                        proven(&portal, &tx, &draft, now).await?;
                        Line::new(Deed::ProvedEmail).because("code")
                    }
                    Tried::Wrong => Line::new(Deed::RefusedCode).refused("wrong"),
                    Tried::Old => Line::new(Deed::RefusedCode).refused("old"),
                    Tried::TooOften => Line::new(Deed::RefusedCode).refused("too-often"),
                };
                portal.trail(&tx, &actor, line.of("application", id_of(&draft)?), now).await?;
                Ok(tried)
            })
            .await?;
        let wrong = match tried {
            Tried::Right => return self.visit.forget_aside(CodeForm::CODE).await,
            Tried::TooOften => {
                return self.refuse(CodeForm::CODE, form, Wrongs::default(), Refusal::TooManyTries).await;
            }
            Tried::Wrong => Wrong::WrongCode,
            Tried::Old => Wrong::OldCode,
        };
        self.refuse(CodeForm::CODE, form, Wrongs::one(CodeForm::CODE, wrong), Refusal::Form).await
    }

    pub(super) async fn letters_left(&self, draft: &row::Model) -> Result<u32> {
        let portal = self.portal();
        let limit = portal.letters_by_application();
        portal.left(portal.store().reader(), limit, draft.id.as_bytes(), self.now()).await
    }

    /// Keeps what was typed for the page that asks again, and refuses.
    async fn refuse<F>(&self, name: &'static str, form: &F, wrongs: Wrongs, refusal: Refusal) -> Result<()>
    where
        F: Clone + serde::Serialize + Sync,
    {
        self.visit.set_aside(name, &Shown { form: form.clone(), wrongs }).await?;
        Err(refusal.into())
    }
}

/// So many letters every application gets through, however many others asked for the same mailbox: nobody is locked out
/// by a stranger who used up the mailbox's share.
const ASSURED: i64 = 2;

/// Counts a letter, by who asks and by who gets it: nobody's mailbox is filled by strangers. Only how much
/// somebody asks for themselves is refused; that others had letters sent to the mailbox is nothing for them
/// to know.
async fn count_letter(
    portal: &Portal,
    tx: &Tx,
    draft: &row::Model,
    mailbox: &[u8],
    actor: &Actor,
    now: jiff::Timestamp,
) -> Result<Result<Goes, Refusal>> {
    match portal.count(tx, portal.letters_by_application(), draft.id.as_bytes(), actor, now).await {
        Err(Error::TooMany { .. }) => return Ok(Err(Refusal::TooManyLetters)),
        other => other?,
    }
    match portal.count(tx, portal.letters_by_mailbox(), mailbox, actor, now).await {
        Err(Error::TooMany { .. }) if draft.codes_sent >= ASSURED => Ok(Ok(Goes::Nowhere)),
        Err(Error::TooMany { .. }) => Ok(Ok(Goes::Out)),
        other => other.map(|()| Ok(Goes::Out)),
    }
}

fn letter_waits(portal: &Portal, draft: &row::Model, now: jiff::Timestamp) -> row::ActiveModel {
    row::ActiveModel {
        codes_sent: Set(draft.codes_sent + 1),
        code_sent_at: Set(None),
        ..unchanged(portal, draft, now)
    }
}

/// The address that `draft` names is proven. One that was given in its place meanwhile is not.
pub(super) async fn proven(portal: &Portal, tx: &Tx, draft: &row::Model, now: jiff::Timestamp) -> Result<()> {
    let change = row::ActiveModel {
        email_confirmed_at: Set(Some(now.as_millisecond())),
        ..unchanged(portal, draft, now)
    };
    let proven = row::Entity::update_many()
        .set(change)
        .filter(row::Column::Id.eq(draft.id.clone()))
        .filter(row::Column::EmailIndex.eq(draft.email_index.clone()))
        .exec(tx)
        .await?;
    if proven.rows_affected == 0 {
        return Err(Refusal::StepNotReached.into());
    }
    Ok(())
}
