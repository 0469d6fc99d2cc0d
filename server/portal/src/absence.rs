//! Närvarohantering: how a guardian wants to hear of absence, reports it, and looks back on it.
//!
//! Invariant: every child and every report that a form or an address names is held against custody as it is at this
//! moment, in the transaction that reads or changes it ([`Guardian::among_own`]).
//!
//! Invariant: two guardians are strangers to each other. Who reported an absence is shown to nobody else, and neither is
//! why: the other guardian reads "reported", as they would if the school had said so.
//!
//! Deliberately not here: telling guardians of an absence.

mod choice;
mod history;
mod report;
mod send;

use jiff::Timestamp;
use model::{AccountId, Assurance, ChildCard, ChildId};
use store::Tx;
use uuid::Uuid;

pub use choice::{ChildChoice, NoticeSettings};
pub use report::{OwnReport, ReportChild, Reported, Reports};

pub(crate) use history::today;
pub(crate) use send::{RecallReport, SendReport};

use crate::{
    Error, Guardian, Portal, Result,
    audit::Deed,
    clock::day_of,
    custody,
    links::{self, Settled},
    pupils,
    trail::{Actor, Line},
};

/// A guardian in the middle of a transaction, and whose guardian they are at this moment.
struct Own {
    portal: Portal,
    tx: Tx,
    account: AccountId,
    actor: Actor,
    now: Timestamp,
    children: Vec<ChildId>,
}

impl Guardian<'_> {
    /// Runs `work` in one transaction, in which it was settled first whose guardian this is. What `work` refuses as a
    /// value is committed with its count and its lines; what it returns as an error leaves nothing behind.
    async fn among_own<T, W, F>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(Own) -> F + Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let (portal, actor, now) = (self.portal().clone(), self.visit.actor(), self.visit.0.now);
        let custody = custody::of(&portal, self.session, &actor, now).await?;
        let (session, account) = (self.session.clone(), self.account);
        let done = self
            .portal()
            .change(move |tx| async move {
                let settled = links::settle(&portal, &tx, &session, account, &custody, &actor, now).await?;
                let Settled::Children(children) = settled else { return Ok(None) };
                work(Own { portal, tx, account, actor, now, children }).await.map(Some)
            })
            .await?;
        done.ok_or(Error::SignIn(Assurance::High))
    }
}

impl Own {
    /// The children's cards, each in the audit log as `deed` before it is shown.
    async fn cards(&self, deed: Deed) -> Result<Vec<ChildCard>> {
        let cards = pupils::cards(&self.portal, &self.tx, &self.children, day_of(self.now)).await?;
        for card in &cards {
            self.line(Line::new(deed).child(card.id)).await?;
        }
        Ok(cards)
    }

    /// The children a page would show.
    async fn shown(&self) -> Result<Vec<ChildId>> {
        let cards = pupils::cards(&self.portal, &self.tx, &self.children, day_of(self.now)).await?;
        Ok(cards.into_iter().map(|card| card.id).collect())
    }

    /// Something was named that is not this guardian's: it is in the log, and looks like something that is not there.
    async fn strange(&self, named: Strange) -> Result<Error> {
        metrics::counter!("portal_access_refused").increment(1);
        let line = Line::new(Deed::RefusedAccess);
        let line = match named {
            Strange::Child(child) => line.child(child).refused("not-own-child"),
            Strange::Report(id) => line.of("absence-report", id).refused("not-own-report"),
        };
        self.line(line).await?;
        Ok(Error::NotFound)
    }

    async fn line(&self, line: Line) -> Result<()> {
        self.portal.trail(&self.tx, &self.actor, line, self.now).await
    }
}

/// What somebody named who has no right to it.
enum Strange {
    Child(ChildId),
    Report(Uuid),
}
