//! How often an account may ask for letters, try codes and change its contact details.

use std::time::Duration;

use jiff::Timestamp;
use model::{Channel, Refusal};
use store::Tx;

use super::contact::Contact;
use crate::{Error, Portal, Result, limits::Limit, trail::Actor};

/// So many letters an hour every account gets through, however many others asked for the same address: nobody is locked out
/// by a stranger who used up its share.
const ASSURED: u32 = 2;

impl Portal {
    pub(super) fn letters_by_account(&self) -> Limit {
        Limit {
            name: "letters-by-account",
            most: self.rules().limits.letters_per_hour,
            per: Duration::from_secs(3_600),
        }
    }

    fn letters_by_address(&self, channel: Channel) -> Limit {
        Limit {
            // A mailbox is one mailbox, whether an applicant or a guardian asks.
            name: if channel == Channel::Sms { "letters-by-number" } else { "letters-by-mailbox" },
            most: self.rules().limits.letters_per_address,
            per: Duration::from_secs(24 * 3_600),
        }
    }

    pub(super) fn tries_by_account(&self) -> Limit {
        Limit {
            name: "codes-by-account",
            most: self.rules().limits.code_tries_window,
            per: Duration::from_secs(15 * 60),
        }
    }

    pub(super) fn changes_by_account(&self) -> Limit {
        Limit {
            name: "contact-changes",
            most: self.rules().limits.contact_changes_per_day,
            per: Duration::from_secs(24 * 3_600),
        }
    }

    /// Counts a change of contact details.
    pub(super) async fn count_change(
        &self,
        tx: &Tx,
        account: &str,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>> {
        match self.count(tx, self.changes_by_account(), account.as_bytes(), actor, now).await {
            Err(Error::TooMany { .. }) => Ok(Err(Refusal::TooManyChanges)),
            other => other.map(Ok),
        }
    }
}

/// Counts a letter, by who asks and by who gets it: nobody's telephone rings for a stranger.
pub(super) async fn count_letter(
    portal: &Portal,
    tx: &Tx,
    account: &str,
    contact: &Contact,
    actor: &Actor,
    now: Timestamp,
) -> Result<Result<(), Refusal>> {
    let (by_account, by_address) =
        (portal.letters_by_account(), portal.letters_by_address(contact.channel()));
    match portal.count(tx, by_account, account.as_bytes(), actor, now).await {
        Err(Error::TooMany { .. }) => return Ok(Err(Refusal::TooManyLetters)),
        other => other?,
    }
    match portal.count(tx, by_address, &contact.index(portal), actor, now).await {
        Err(Error::TooMany { .. }) => {
            let left = portal.left(tx, by_account, account.as_bytes(), now).await?;
            let assured = left + ASSURED >= by_account.most;
            Ok(if assured { Ok(()) } else { Err(Refusal::TooManyLetters) })
        }
        other => other.map(Ok),
    }
}
