//! Signed-in devices: the account's sessions, and their ends by its holder.

use jiff::Timestamp;
use model::SessionId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder};
use store::entity::session as row;

use crate::{
    Error, Guardian, Result,
    audit::Deed,
    clock::from_millis,
    session::{self, End, Session},
    trail::Line,
};

/// A device that is signed in.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub id: SessionId,
    /// It is the one that asks.
    pub here: bool,
    /// The browser in a few words; empty where it did not say.
    pub browser: String,
    /// Since when.
    pub since: Timestamp,
    /// When it was last used.
    pub last_used: Timestamp,
}

/// Which sessions are to end.
#[derive(Clone, Copy)]
enum Which {
    One(SessionId),
    Others,
    All,
}

impl Guardian<'_> {
    /// The devices that are signed in, the one last used first.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn devices(&self) -> Result<Vec<SignedIn>> {
        let live = self.live_sessions(self.portal().store().reader()).await?;
        let shown = live.into_iter().map(|(row, session)| SignedIn {
            here: session.id == self.session.id,
            id: SessionId::from_uuid(session.id),
            browser: row.browser,
            since: from_millis(row.created_at),
            last_used: session.last_used,
        });
        Ok(shown.collect())
    }

    /// Logs one device out. One that is logged out already stays so.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a session that is not this account's.
    pub async fn end_device(&self, id: SessionId) -> Result<()> {
        let found =
            row::Entity::find_by_id(id.uuid().to_string()).one(self.portal().store().reader()).await?;
        let own = found.is_some_and(|row| row.account_id == Some(self.account.uuid().to_string()));
        if !own {
            self.refused_access(id).await?;
            return Err(Error::NotFound);
        }
        self.end_sessions(Which::One(id)).await
    }

    /// A session was named that is not this account's.
    async fn refused_access(&self, id: SessionId) -> Result<()> {
        let visit = self.visit.clone();
        self.portal()
            .change(move |tx| async move {
                let line = Line::new(Deed::RefusedAccess).of("session", id.uuid());
                let portal = &visit.0.portal;
                portal.trail_refused(&tx, &visit.actor(), line, "not-own-session", visit.0.now).await
            })
            .await
    }

    /// Logs every device out but the one that asks.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn end_other_devices(&self) -> Result<()> {
        self.end_sessions(Which::Others).await
    }

    /// Logs every device out, the one that asks too.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn end_all_devices(&self) -> Result<()> {
        self.end_sessions(Which::All).await
    }

    async fn end_sessions(&self, which: Which) -> Result<()> {
        let (visit, own, account) = (self.visit.clone(), self.session.clone(), self.account);
        self.portal()
            .change(move |tx| async move {
                let (portal, actor, now) = (&visit.0.portal, visit.actor(), visit.0.now);
                for (_, session) in Guardian::of(&visit, &own, account).live_sessions(&tx).await? {
                    let here = session.id == own.id;
                    let ends = match which {
                        Which::One(id) => session.id == id.uuid(),
                        Which::Others => !here,
                        Which::All => true,
                    };
                    if ends {
                        let why = if here { End::SignedOut } else { End::FromAfar };
                        session::end(portal, &tx, &session, why, &actor, now).await?;
                    }
                }
                // None of them comes back by the session it was made of a moment ago.
                session::forget_raised(&tx, &own.subject, now).await
            })
            .await
    }

    async fn live_sessions(&self, on: &impl ConnectionTrait) -> Result<Vec<(row::Model, Session)>> {
        let (portal, now) = (self.portal(), self.visit.0.now);
        let rows = row::Entity::find()
            .filter(row::Column::AccountId.eq(self.account.uuid().to_string()))
            .filter(row::Column::EndedAt.is_null())
            .filter(row::Column::ExpiresAt.gt(now.as_millisecond()))
            .order_by(row::Column::LastUsedAt, Order::Desc)
            .all(on)
            .await?;
        let mut live = Vec::with_capacity(rows.len());
        for row in rows {
            let session = session::read(portal, &row)?;
            if session.ends(&portal.rules().spans) > now {
                live.push((row, session));
            }
        }
        Ok(live)
    }
}
