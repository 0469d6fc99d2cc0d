//! Rate limits: how often somebody may ask (security reference, section 8).
//!
//! What costs BankID orders, guesses or letters is counted in the database, so that replicas share the count and a
//! restart does not forget it. Addresses and cookies are counted under a keyed hash. Limits by address are wide: a whole
//! school can share one.

use std::{num::NonZeroU32, time::Duration};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, EntityTrait,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use store::{Tx, entity::limit_ as row};
use uuid::Uuid;

use crate::{
    Error, Portal, Result,
    audit::Deed,
    clock::millis,
    trail::{Actor, Line},
};

/// Every figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// BankID starts in a minute from one device cookie.
    pub bankid_start_device: u32,
    /// BankID starts in ten minutes in one session.
    pub bankid_start_session: u32,
    /// BankID starts in a minute from one address.
    pub bankid_start_address: u32,
    /// Questions how an identification goes, in a second by login transaction.
    pub bankid_poll_per_second: u32,
    /// Tries of one letter's code.
    pub code_tries: u32,
    /// Tries of codes in a quarter of an hour by application, whatever the letter.
    pub code_tries_window: u32,
    /// Letters with a code in an hour by application.
    pub letters_per_hour: u32,
    /// Letters with a code in a day to one mailbox, whoever asks.
    pub letters_per_address: u32,
    /// Changes of an account's contact details in a day.
    pub contact_changes_per_day: u32,
    /// Links of letters followed in a minute from one address.
    pub links_per_minute: u32,
    /// How often one link that confirms a notice is followed in a quarter of an hour.
    pub tries_per_link: u32,
    /// Reports of absence in an hour by account, changes and withdrawals among them.
    pub absence_reports_per_hour: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bankid_start_device: 5,
            bankid_start_session: 10,
            bankid_start_address: 60,
            bankid_poll_per_second: 2,
            code_tries: 5,
            code_tries_window: 15,
            letters_per_hour: 5,
            letters_per_address: 10,
            contact_changes_per_day: 3,
            links_per_minute: 30,
            tries_per_link: 5,
            absence_reports_per_hour: 20,
        }
    }
}

/// One limit: so many in so long, counted in windows that begin at whole multiples of their length.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) name: &'static str,
    pub(crate) most: u32,
    pub(crate) per: Duration,
}

impl Limit {
    fn window(&self, now: Timestamp) -> i64 {
        let per = Ord::max(millis(self.per), 1);
        now.as_millisecond().div_euclid(per) * per
    }

    fn rest_of_window(&self, now: Timestamp) -> Duration {
        let end = self.window(now).saturating_add(millis(self.per));
        let rest = end.saturating_sub(now.as_millisecond());
        Duration::from_millis(Ord::max(rest, 1000).unsigned_abs())
    }
}

impl Portal {
    /// Counts one more. The count stands even where it refuses, as long as the caller commits.
    ///
    /// # Errors
    /// [`Error::TooMany`] where it is one too many.
    pub(crate) async fn count(
        &self,
        tx: &Tx,
        limit: Limit,
        who: &[u8],
        actor: &Actor,
        now: Timestamp,
    ) -> Result<()> {
        let subject = self.keys().index("limit", &[who]);
        let key = (limit.name.to_owned(), subject.clone(), limit.window(now));
        let first = row::ActiveModel {
            name: Set(key.0.clone()),
            subject: Set(subject),
            window: Set(key.2),
            count: Set(1),
        };
        let once_more = OnConflict::columns([row::Column::Name, row::Column::Subject, row::Column::Window])
            .value(row::Column::Count, Expr::col((row::Entity, row::Column::Count)).add(1))
            .to_owned();
        row::Entity::insert(first).on_conflict(once_more).exec_without_returning(tx).await?;
        let counted = row::Entity::find_by_id(key).one(tx).await?.map_or(1, |row| row.count);
        if counted > i64::from(limit.most) {
            metrics::counter!("portal_limits_refused", "limit" => limit.name).increment(1);
            // Once a window: who floods the house shall not flood its log.
            if counted == i64::from(limit.most) + 1 {
                let line = Line::new(Deed::LimitedRate).refused(limit.name);
                self.trail(tx, actor, line, now).await?;
            }
            return Err(Error::TooMany { retry_after: limit.rest_of_window(now) });
        }
        Ok(())
    }

    /// How many more there can be in this window.
    pub(crate) async fn left(
        &self,
        on: &impl ConnectionTrait,
        limit: Limit,
        who: &[u8],
        now: Timestamp,
    ) -> Result<u32> {
        let key = (limit.name.to_owned(), self.keys().index("limit", &[who]), limit.window(now));
        let counted = row::Entity::find_by_id(key).one(on).await?.map_or(0, |row| row.count);
        Ok(limit.most.saturating_sub(u32::try_from(counted).unwrap_or(u32::MAX)))
    }
}

/// Counts polls in memory, by replica: they cost nothing but a read of ours.
pub(crate) struct Polls(DefaultKeyedRateLimiter<Uuid>);

/// Two tabs and a reload may ask at once.
const BURST: u32 = 5;

impl Polls {
    pub(crate) fn new(per_second: u32) -> Self {
        let per_second = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
        let burst = per_second.saturating_mul(NonZeroU32::MIN.saturating_add(BURST - 1));
        Self(RateLimiter::keyed(Quota::per_second(per_second).allow_burst(burst)))
    }

    /// Counts one more poll of this transaction.
    pub(crate) fn count(&self, transaction: Uuid) -> Result<()> {
        self.0.check_key(&transaction).map_err(|_| Error::TooMany { retry_after: Duration::from_secs(1) })
    }

    /// Forgets transactions nobody asks about any more.
    pub(crate) fn forget_old(&self) {
        self.0.retain_recent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_at_a_whole_multiple_and_its_rest_is_what_one_waits() {
        let limit = Limit { name: "x", most: 1, per: Duration::from_secs(60) };
        let now = "2026-11-24T06:00:40Z".parse().unwrap();
        assert_eq!(limit.rest_of_window(now), Duration::from_secs(20));
    }

    #[test]
    fn polls_beyond_the_burst_are_refused_by_transaction() {
        let polls = Polls::new(2);
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let passed = (0..100).filter(|_| polls.count(one).is_ok()).count();
        assert!((10..20).contains(&passed), "{passed}");
        assert!(polls.count(other).is_ok());
    }
}
