//! What a guardian does about their own children: in one transaction with the proof that they are theirs.

use jiff::Timestamp;
use model::{AccountId, Assurance, ChildCard, ChildId};
use store::Tx;

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
pub(crate) struct Own {
    pub(crate) portal: Portal,
    pub(crate) tx: Tx,
    pub(crate) account: AccountId,
    pub(crate) actor: Actor,
    pub(crate) now: Timestamp,
    pub(crate) children: Vec<ChildId>,
}

impl Guardian<'_> {
    /// Runs `work` in one transaction, in which it was settled first whose guardian this is. What `work` refuses as a
    /// value is committed with its count and its lines; what it returns as an error leaves nothing behind.
    ///
    /// # Errors
    /// [`Error::SignIn`] where the account was closed meanwhile; [`Error::TurnToTheSchool`] where its holder may not go on;
    /// [`Error::Unavailable`] where the population register has been down for longer than its last answer may be used.
    pub(crate) async fn among_own<T, W, F>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(Own) -> F + Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let (portal, actor, now) = (self.portal().clone(), self.visit.actor(), self.visit.0.now);
        let custody = custody::of(&portal, self.session, &actor, now).await?;
        let (session, account) = (self.session.clone(), self.account);
        self.portal()
            .change(move |tx| async move {
                let settled = links::settle(&portal, &tx, &session, account, &custody, &actor, now).await?;
                let children = match settled {
                    Settled::Children(children) => children,
                    // Whoever is stopped is stopped by what this transaction writes: it is no error before it is committed.
                    Settled::Out => return Ok(Err(Error::SignIn(Assurance::High))),
                    Settled::Stopped => return Ok(Err(Error::TurnToTheSchool)),
                };
                work(Own { portal, tx, account, actor, now, children }).await.map(Ok)
            })
            .await?
    }
}

impl Own {
    /// The children's cards, each in the audit log as `deed` before it is shown.
    pub(crate) async fn cards(&self, deed: Deed) -> Result<Vec<ChildCard>> {
        let cards = pupils::cards(&self.portal, &self.tx, &self.children, day_of(self.now)).await?;
        self.lines(cards.iter().map(|card| Line::new(deed).child(card.id)).collect()).await?;
        Ok(cards)
    }

    /// A line of this guardian's in the audit log.
    pub(crate) async fn line(&self, line: Line) -> Result<()> {
        self.lines(vec![line]).await
    }

    /// The same for several at once.
    pub(crate) async fn lines(&self, lines: Vec<Line>) -> Result<()> {
        self.portal.trail_all(&self.tx, &self.actor, lines, self.now).await
    }
}
