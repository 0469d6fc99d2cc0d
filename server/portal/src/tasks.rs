//! The portal's durable work: letters. A job holds ids only; what it needs it reads when it runs, and asks again whether
//! it is still wanted.

use std::time::Duration;

use dispatch::{Failure, Mail, Trouble, letters};
use jiff::Timestamp;
use jobs::{Due, Job, Registry, Setback};
use model::{Channel, Email, Language};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use store::{Tx, entity::account};
use uuid::Uuid;

use crate::{
    Error, Portal, Result,
    absence::{RecallReport, SendReport},
    application::SendEmailCode,
    audit::Deed,
    notices::{SendNotice, TellGuardians},
    personal::{SendAccountLetter, SendContactCode},
    trail::{Actor, Line},
};

/// The line of whatever leaves as a mail.
pub const MAIL: &str = "mail";
/// The line of whatever leaves as a text message.
pub const SMS: &str = "sms";
/// The line of whatever is written into the pupil register.
pub const REGISTER: &str = "pupil-register";

/// The line of what goes by this channel. `None` where it stays in the house.
pub(crate) const fn line_of(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Mail => Some(MAIL),
        Channel::Sms => Some(SMS),
        Channel::Pim => None,
    }
}

/// Setbacks of [`hand_over`] after which the relay may have the mail all the same.
pub(crate) const IN_DOUBT: [&str; 3] = ["relay-timeout", "relay-garbled", "relay-broke"];

/// Every job of the portal, for the worker.
pub(crate) fn registry() -> Registry<Portal> {
    Registry::new()
        .with::<SendEmailCode>()
        .with::<SendWelcome>()
        .with::<SendContactCode>()
        .with::<SendAccountLetter>()
        .with::<TellGuardians>()
        .with::<SendNotice>()
        .with::<SendReport>()
        .with::<RecallReport>()
}

/// Queues a job in the transaction that causes it.
pub(crate) async fn enqueue<J: Job>(tx: &Tx, job: &J, now: Timestamp) -> Result<()> {
    enqueue_at(tx, job, now, now).await
}

/// The same for a later time.
pub(crate) async fn enqueue_at<J: Job>(tx: &Tx, job: &J, at: Timestamp, now: Timestamp) -> Result<()> {
    enqueue_all(tx, vec![(job, due_at(at, now))]).await
}

/// The same for several of a kind, each in its time.
pub(crate) async fn enqueue_all<J: Job>(tx: &Tx, jobs: Vec<(&J, Due)>) -> Result<()> {
    match jobs::enqueue(tx, jobs).await {
        Ok(()) => Ok(()),
        Err(jobs::Error::Store(error)) => Err(error.into()),
        Err(error) => Err(anyhow::Error::new(error).into()),
    }
}

/// When a job is due that waits for `at`.
pub(crate) fn due_at(at: Timestamp, now: Timestamp) -> Due {
    Due::after(now, Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

/// Our own trouble is tried again.
pub(crate) fn later(error: Error) -> Setback {
    match error {
        Error::Unavailable(system) => Setback::Later(system.word()),
        other => {
            tracing::error!(error = %other, "a job met trouble of our own");
            Setback::Later("broken")
        }
    }
}

/// Hands a letter of its own to the relay. One that the relay will never take is in the audit log.
pub(crate) async fn hand_over_letter(portal: &Portal, mail: &Mail) -> Result<(), Setback> {
    let handed_over = hand_over(portal, mail).await;
    if let Err(Setback::Never(why)) = handed_over {
        failed(portal, mail.reference, why).await?;
    }
    handed_over
}

/// Hands a mail to the relay.
pub(crate) async fn hand_over(portal: &Portal, mail: &Mail) -> Result<(), Setback> {
    match portal.0.parts.mailer.send(mail).await {
        Ok(_) => Ok(()),
        // A relay that answers has looked at this letter, unless it says that it is closed (RFC 5321, 421). All else says
        // that none would get through.
        Err(Failure::Temporary(trouble @ Trouble::Said(code))) if code != 421 => {
            Err(Setback::Later(word_of(trouble)))
        }
        Err(Failure::Temporary(trouble)) => Err(Setback::Away(word_of(trouble))),
        Err(Failure::Permanent(trouble)) => Err(Setback::Never(word_of(trouble))),
    }
}

/// A letter of this kind is no longer wanted, and stays here.
pub(crate) async fn withhold(portal: &Portal, kind: &'static str, letter: Uuid) -> Result<(), Setback> {
    note(portal, Line::new(Deed::WithheldLetter).of("letter", letter).because(kind)).await
}

/// A letter will never leave.
pub(crate) async fn failed(portal: &Portal, letter: Uuid, why: &'static str) -> Result<(), Setback> {
    note(portal, Line::new(Deed::FailedLetter).of("letter", letter).refused(why)).await
}

/// Writes a line of the house's own.
async fn note(portal: &Portal, line: Line) -> Result<(), Setback> {
    let (house, now) = (portal.clone(), portal.clock().now());
    let noted = portal.change(move |tx| async move { house.trail(&tx, &Actor::house(), line, now).await });
    noted.await.map_err(later)
}

/// The relay's trouble as a code of ours.
const fn word_of(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Unreachable => "relay-unreachable",
        Trouble::Broken => "relay-broke",
        Trouble::Timeout => "relay-timeout",
        Trouble::Insecure => "relay-insecure",
        Trouble::Said(_) => "relay-refused",
        Trouble::Garbled => "relay-garbled",
        Trouble::Address => "address",
        Trouble::Letter => "letter",
    }
}

/// The letter that says that the account is open. Nothing personal in it.
#[derive(Serialize, Deserialize)]
pub(crate) struct SendWelcome {
    pub(crate) account: Uuid,
}

impl Job for SendWelcome {
    const NAME: &'static str = "account.send-welcome";
    const MAX_TRIES: u32 = 200;
    const LINES: &'static [&'static str] = &[MAIL];
    type House = Portal;

    async fn run(&self, portal: &Portal) -> Result<(), Setback> {
        let Some(mail) = self.letter(portal).await.map_err(later)? else {
            return withhold(portal, "welcome", self.account).await;
        };
        hand_over_letter(portal, &mail).await?;
        note(portal, Line::new(Deed::HandedOverLetter).of("account", self.account).because("welcome")).await
    }
}

impl SendWelcome {
    /// The letter, if the account is still open and its address still proven.
    async fn letter(&self, portal: &Portal) -> Result<Option<Mail>> {
        let found =
            account::Entity::find_by_id(self.account.to_string()).one(portal.store().reader()).await?;
        let Some(row) = found.filter(|row| row.state == "open" && row.email_verified_at.is_some()) else {
            return Ok(None);
        };
        let Some(sealed) = &row.email else { return Ok(None) };
        let text = portal.unseal("account", "email", &row.id, sealed)?;
        let to = Email::parse(&text).map_err(|_| anyhow::anyhow!("a kept address cannot be read"))?;
        let language = Language::from_tag(&row.language).unwrap_or_default();
        let letter = letters::welcome(language, &portal.rules().site);
        Ok(Some(Mail { to, letter, reference: self.account, at: portal.clock().now() }))
    }
}
