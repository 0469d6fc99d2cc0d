//! How often an account may ask for letters, try codes and change its contact details.

use std::time::Duration;

use jiff::Timestamp;
use model::{Channel, Refusal};
use store::Tx;

use super::contact::Contact;
use crate::{Error, Portal, Result, clock::from_millis, limits::Limit, trail::Actor};

/// So many letters a day every account gets through to addresses that had their share: nobody is locked out
/// by a stranger who used it up, and nobody's telephone rings all day for one.
const ASSURED: u32 = 2;

/// What becomes of a letter that may be asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goes {
    /// It is queued.
    Out,
    /// The address had its share. Whoever asks is told what they are always told: whether others had letters
    /// sent to it is nothing for them to know.
    Nowhere,
}

/// So long after it was asked for, in milliseconds, a letter that goes nowhere looks as if it had left.
const A_MOMENT: i64 = 1_000;

impl Goes {
    /// When a letter that goes nowhere is shown as sent.
    pub(crate) fn seems_to_leave(now: Timestamp) -> Timestamp {
        from_millis(now.as_millisecond().saturating_add(A_MOMENT))
    }
}

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

    fn assured_by_account(&self) -> Limit {
        Limit { name: "letters-assured", most: ASSURED, per: Duration::from_secs(24 * 3_600) }
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

/// Counts a letter, by who asks and by who gets it: nobody's telephone rings for a stranger. Only how much
/// somebody asks for themselves is refused.
pub(super) async fn count_letter(
    portal: &Portal,
    tx: &Tx,
    account: &str,
    contact: &Contact,
    actor: &Actor,
    now: Timestamp,
) -> Result<Result<Goes, Refusal>> {
    match portal.count(tx, portal.letters_by_account(), account.as_bytes(), actor, now).await {
        Err(Error::TooMany { .. }) => return Ok(Err(Refusal::TooManyLetters)),
        other => other?,
    }
    let by_address = portal.letters_by_address(contact.channel());
    match portal.count(tx, by_address, &contact.index(portal), actor, now).await {
        Err(Error::TooMany { .. }) => {}
        other => return other.map(|()| Ok(Goes::Out)),
    }
    match portal.count(tx, portal.assured_by_account(), account.as_bytes(), actor, now).await {
        Err(Error::TooMany { .. }) => Ok(Ok(Goes::Nowhere)),
        other => other.map(|()| Ok(Goes::Out)),
    }
}
