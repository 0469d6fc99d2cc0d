//! The e-mail address and the mobile number: given, proven by a code, changed, told to the old ones.
//!
//! Invariant: whether somebody else has the same address, or had letters sent to it, is never answered:
//! families share mailboxes and telephones.

use jiff::Timestamp;
use model::{Channel, CodeForm, Email, EmailForm, Mobile, MobileForm, Refusal, Shown, Wrong, Wrongs};
use sea_orm::{ActiveValue::Set, EntityTrait};
use store::{Tx, entity::account as row};

use super::{
    counts::count_letter,
    letters::{self, Kind},
    proof,
};
use crate::{
    Error, Guardian, Portal, Result,
    audit::Deed,
    code::Tried,
    trail::{Actor, Line},
};

/// An address that is asked for and not proven yet.
#[derive(Clone, PartialEq, Eq)]
pub struct UnderWay {
    /// The address or the number, as its owner writes it.
    pub address: String,
    /// When the code left; none while it waits.
    pub sent: Option<Timestamp>,
    /// How many more codes can be asked for now.
    pub letters_left: u32,
}

/// A place a code can be sent to.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Contact {
    Mail(Email),
    Sms(Mobile),
}

impl Contact {
    pub(super) fn read(channel: &str, text: &str) -> Result<Self> {
        let contact = match Channel::from_word(channel) {
            Some(Channel::Mail) => Email::parse(text).ok().map(Self::Mail),
            Some(Channel::Sms) => Mobile::parse(text).ok().map(Self::Sms),
            _ => None,
        };
        Ok(contact.ok_or_else(|| anyhow::anyhow!("a kept address cannot be read"))?)
    }

    pub(super) fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Mail,
            Self::Sms(_) => Channel::Sms,
        }
    }

    pub(super) fn reveal(&self) -> &str {
        match self {
            Self::Mail(email) => email.reveal(),
            Self::Sms(mobile) => mobile.reveal(),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Mail(email) => email.reveal().to_owned(),
            Self::Sms(mobile) => mobile.shown(),
        }
    }

    pub(super) fn index(&self, portal: &Portal) -> Vec<u8> {
        match self {
            Self::Mail(email) => portal.keys().index_email(email),
            Self::Sms(mobile) => portal.keys().index_mobile(mobile),
        }
    }

    /// Whether it is proven for the account and letters to it arrive, as far as is known.
    fn stands(&self, portal: &Portal, row: &row::Model) -> bool {
        let (index, verified, failing) = match self {
            Self::Mail(_) => (&row.email_index, row.email_verified_at, row.email_failing_since),
            Self::Sms(_) => (&row.mobile_index, row.mobile_verified_at, row.mobile_failing_since),
        };
        verified.is_some() && failing.is_none() && index.as_deref() == Some(&self.index(portal))
    }
}

impl Guardian<'_> {
    /// Sends a code to an address that is to take the place of the one there is. Answers whether a code is needed: an address
    /// that is proven already stays as it is.
    ///
    /// # Errors
    /// Refused, with the form set aside under [`EmailForm::EMAIL`]: [`Refusal::Form`], [`Refusal::NotFresh`],
    /// [`Refusal::TooManyLetters`], [`Refusal::TooManyChanges`].
    pub async fn change_email(&self, form: &EmailForm) -> Result<bool> {
        let checked = form.check().map(Contact::Mail);
        self.give(EmailForm::EMAIL, form, checked).await
    }

    /// The same for the mobile number, which there may be none of.
    ///
    /// # Errors
    /// As [`Guardian::change_email`], under [`MobileForm::MOBILE`].
    pub async fn change_mobile(&self, form: &MobileForm) -> Result<bool> {
        let checked = form.check().map(Contact::Sms);
        self.give(MobileForm::MOBILE, form, checked).await
    }

    /// Sends another code to the address under way; the old one is worth nothing then.
    ///
    /// # Errors
    /// Refused: [`Refusal::TooManyLetters`]; [`Refusal::NotFresh`]; [`Refusal::StepNotReached`] where none is under way.
    pub async fn resend_code(&self, channel: Channel) -> Result<()> {
        let (visit, session, account) = (self.visit.clone(), self.session.clone(), self.account);
        let sent = self
            .portal()
            .change(move |tx| async move {
                let (portal, actor, now) = (&visit.0.portal, visit.actor(), visit.0.now);
                let row = Guardian::of(&visit, &session, account).row(&tx).await?;
                let Some(latest) = proof::latest(&tx, &row.id, channel).await? else {
                    return Ok(Err(Refusal::StepNotReached));
                };
                // Another letter does not prolong what was asked for with the first.
                if !visit.is_fresh() && !proof::was_asked_for_lately(portal, &latest, now) {
                    return Ok(Err(Refusal::NotFresh));
                }
                let contact = proof::contact_of(portal, &latest)?;
                let goes = match count_letter(portal, &tx, &row.id, &contact, &actor, now).await? {
                    Ok(goes) => goes,
                    Err(refused) => return Ok(Err(refused)),
                };
                let asked = if visit.is_fresh() { now.as_millisecond() } else { latest.asked_at };
                proof::send(portal, &tx, &row.id, &contact, goes, asked, &actor, now).await?;
                Ok(Ok(()))
            })
            .await?;
        sent.map_err(Error::Refused)?;
        self.visit.forget_aside(channel.word()).await
    }

    /// The address under way, if one is.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn contact_under_way(&self, channel: Channel) -> Result<Option<UnderWay>> {
        let (portal, now) = (self.portal(), self.visit.0.now);
        let (on, account) = (portal.store().reader(), self.account.uuid().to_string());
        let Some(latest) = proof::latest(on, &account, channel).await? else { return Ok(None) };
        Ok(Some(UnderWay {
            address: proof::contact_of(portal, &latest)?.shown(),
            sent: latest.sent_at.filter(|at| *at <= now.as_millisecond()).map(crate::clock::from_millis),
            letters_left: portal.left(on, portal.letters_by_account(), account.as_bytes(), now).await?,
        }))
    }

    /// Proves the address under way with its code: from now on it is the account's. The one before is told.
    ///
    /// # Errors
    /// Refused, with the form set aside under the word of the channel: [`Refusal::Form`], [`Refusal::TooManyTries`],
    /// [`Refusal::NotFresh`] where the code was asked for too long ago, [`Refusal::TooManyChanges`],
    /// [`Refusal::StepNotReached`] where none is under way.
    pub async fn prove_contact(&self, channel: Channel, form: &CodeForm) -> Result<()> {
        let name = channel.word();
        let digits = match form.check() {
            Ok(digits) => digits,
            Err(wrongs) => return self.refuse(name, form, wrongs, Refusal::Form).await,
        };
        let code = String::from_utf8_lossy(&digits).into_owned();
        let (visit, session, account) = (self.visit.clone(), self.session.clone(), self.account);
        let tried = self
            .portal()
            .change(move |tx| async move {
                Guardian::of(&visit, &session, account).try_in(&tx, channel, &code).await
            })
            .await?;
        let wrong = match tried {
            Ok(Tried::Right) => return self.visit.forget_aside(name).await,
            Ok(Tried::Wrong) => Wrong::WrongCode,
            Ok(Tried::Old) => Wrong::OldCode,
            Ok(Tried::TooOften) => {
                return self.refuse(name, form, Wrongs::default(), Refusal::TooManyTries).await;
            }
            Err(refused) => return self.refuse(name, form, Wrongs::default(), refused).await,
        };
        self.refuse(name, form, Wrongs::one(CodeForm::CODE, wrong), Refusal::Form).await
    }

    /// Whatever the try came to, it stays counted: the verdict leaves the transaction as its value.
    async fn try_in(&self, tx: &Tx, channel: Channel, code: &str) -> Result<Result<Tried, Refusal>> {
        let (portal, actor, now) = (self.portal(), self.visit.actor(), self.visit.0.now);
        let row = self.row(tx).await?;
        let Some(latest) = proof::latest(tx, &row.id, channel).await? else {
            return Ok(Err(Refusal::StepNotReached));
        };
        if !self.visit.is_fresh() && !proof::was_asked_for_lately(portal, &latest, now) {
            return Ok(Err(Refusal::NotFresh));
        }
        let counted = portal.count(tx, portal.tries_by_account(), row.id.as_bytes(), &actor, now).await;
        let (tried, proven) = match counted {
            Err(Error::TooMany { .. }) => (Tried::TooOften, None),
            other => {
                other?;
                proof::try_code(portal, tx, &row.id, channel, code, now).await?
            }
        };
        if let Some(proven) = proven {
            return match portal.count_change(tx, &row.id, &actor, now).await? {
                Ok(()) => {
                    // The one whose code it is, whatever was asked for beside it.
                    let contact = proof::contact_of(portal, &proven)?;
                    take_over(portal, tx, &row, &contact, &actor, now).await?;
                    Ok(Ok(Tried::Right))
                }
                Err(refused) => Ok(Err(refused)),
            };
        }
        let refused = match tried {
            Tried::Right | Tried::Wrong => "wrong",
            Tried::Old => "old",
            Tried::TooOften => "too-often",
        };
        let line = Line::new(Deed::RefusedCode).of("account", self.account.uuid()).refused(refused);
        portal.trail(tx, &actor, line, now).await?;
        Ok(Ok(tried))
    }

    async fn give<F>(&self, name: &'static str, form: &F, checked: Result<Contact, Wrongs>) -> Result<bool>
    where
        F: Clone + serde::Serialize + Sync,
    {
        let contact = match checked {
            Ok(contact) => contact,
            Err(wrongs) => {
                return self.refuse(name, form, wrongs, Refusal::Form).await.map(|()| false);
            }
        };
        if let Err(refused) = self.must_be_fresh() {
            return self.refuse(name, form, Wrongs::default(), refused).await.map(|()| false);
        }
        let channel = contact.channel();
        let (visit, session, account) = (self.visit.clone(), self.session.clone(), self.account);
        let given = self
            .portal()
            .change(move |tx| async move {
                let (portal, actor, now) = (&visit.0.portal, visit.actor(), visit.0.now);
                let row = Guardian::of(&visit, &session, account).row(&tx).await?;
                if contact.stands(portal, &row) {
                    return Ok(Ok(false));
                }
                if portal.left(&tx, portal.changes_by_account(), row.id.as_bytes(), now).await? == 0 {
                    return Ok(Err(Refusal::TooManyChanges));
                }
                let goes = match count_letter(portal, &tx, &row.id, &contact, &actor, now).await? {
                    Ok(goes) => goes,
                    Err(refused) => return Ok(Err(refused)),
                };
                let line = Line::new(Deed::GaveContact).of("account", account.uuid());
                portal.trail(&tx, &actor, line.because(contact.channel().word()), now).await?;
                let asked = now.as_millisecond();
                proof::send(portal, &tx, &row.id, &contact, goes, asked, &actor, now).await?;
                Ok(Ok(true))
            })
            .await?;
        match given {
            Ok(needed) => {
                // A code typed for an address before this one is nothing to go on with.
                self.visit.forget_aside(channel.word()).await?;
                self.visit.forget_aside(name).await.map(|()| needed)
            }
            Err(refused) => self.refuse(name, form, Wrongs::default(), refused).await.map(|()| false),
        }
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

/// The proven address takes the place of the one before, which is told; so is the mailbox of a number that changed.
async fn take_over(
    portal: &Portal,
    tx: &Tx,
    row: &row::Model,
    contact: &Contact,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let id = row.id.clone();
    let (index, at) = (contact.index(portal), Some(now.as_millisecond()));
    let change =
        row::ActiveModel { id: Set(id), updated_at: Set(now.as_millisecond()), ..Default::default() };
    let change = match contact {
        Contact::Mail(email) => row::ActiveModel {
            email: Set(Some(portal.seal("account", "email", &row.id, email.reveal())?)),
            email_index: Set(Some(index.clone())),
            email_verified_at: Set(at),
            email_failing_since: Set(None),
            ..change
        },
        Contact::Sms(mobile) => row::ActiveModel {
            mobile: Set(Some(portal.seal("account", "mobile", &row.id, mobile.reveal())?)),
            mobile_index: Set(Some(index.clone())),
            mobile_verified_at: Set(at),
            mobile_failing_since: Set(None),
            ..change
        },
    };
    row::Entity::update(change).exec(tx).await?;
    let line = Line::new(Deed::ChangedContact).of("account", letters::uuid_of(&row.id)?);
    portal.trail(tx, actor, line.because(contact.channel().word()), now).await?;
    let (before, kind) = match contact {
        Contact::Mail(_) => (letters::email_of(portal, row)?, Kind::AddressChanged),
        Contact::Sms(_) => (letters::mobile_of(portal, row)?, Kind::NumberChanged),
    };
    // Proven once more, because letters did not arrive: there is nobody else to tell.
    if before.as_ref() == Some(contact) {
        return Ok(());
    }
    if let Some(before) = before {
        letters::write(portal, tx, &row.id, kind, &before, actor, now).await?;
    }
    match (contact, letters::email_of(portal, row)?) {
        (Contact::Sms(_), Some(mailbox)) => {
            letters::write(portal, tx, &row.id, Kind::MobileChanged, &mailbox, actor, now).await
        }
        _ => Ok(()),
    }
}
