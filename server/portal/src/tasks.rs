//! The portal's durable work: letters. A job holds ids only; what it needs it reads when it runs, and asks again whether
//! it is still wanted.

use dispatch::{Failure, Mail, Trouble, letters};
use jiff::Timestamp;
use jobs::{Due, Job, Registry, Setback};
use model::{Email, Language};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use store::{Tx, entity::account};
use uuid::Uuid;

use crate::{
    Error, Portal, Result,
    absence::{RecallReport, SendReport},
    application::SendEmailCode,
    audit::Deed,
    trail::{Actor, Line},
};

/// Every job of the portal, for the worker.
pub(crate) fn registry() -> Registry<Portal> {
    Registry::new().with::<SendEmailCode>().with::<SendWelcome>().with::<SendReport>().with::<RecallReport>()
}

/// Queues a job in the transaction that causes it.
pub(crate) async fn enqueue<J: Job>(tx: &Tx, job: &J, now: Timestamp) -> Result<()> {
    match jobs::enqueue(tx, job, Due::now(now)).await {
        Ok(_) => Ok(()),
        Err(jobs::Error::Store(error)) => Err(error.into()),
        Err(error) => Err(anyhow::Error::new(error).into()),
    }
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

/// Hands a letter to the relay.
pub(crate) async fn hand_over(portal: &Portal, mail: &Mail) -> Result<(), Setback> {
    match portal.0.parts.mailer.send(mail).await {
        Ok(_) => Ok(()),
        Err(Failure::Temporary(trouble)) => Err(Setback::Later(word_of(trouble))),
        Err(Failure::Permanent(trouble)) => Err(Setback::Never(word_of(trouble))),
    }
}

/// The relay's trouble as a code of ours.
const fn word_of(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Unreachable => "relay-unreachable",
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
    type House = Portal;

    async fn run(&self, portal: &Portal) -> Result<(), Setback> {
        let Some(mail) = self.letter(portal).await.map_err(later)? else { return Ok(()) };
        hand_over(portal, &mail).await?;
        let (house, account, now) = (portal.clone(), self.account, portal.clock().now());
        portal
            .change(move |tx| async move {
                let line = Line::new(Deed::HandedOverLetter).of("account", account).because("welcome");
                house.trail(&tx, &Actor::house(), line, now).await
            })
            .await
            .map_err(later)
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
