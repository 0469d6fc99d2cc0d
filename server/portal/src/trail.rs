//! How the portal's deeds get into the audit log: who did it, and what was done.

use std::net::IpAddr;

use jiff::Timestamp;
use model::{Assurance, ChildId};
use uuid::Uuid;

use store::Tx;

use crate::{
    Asking, Portal, Result, Visit,
    audit::{self, ActorKind, Deed},
    keys::KeyRing,
    person::Subject,
    session::{Kind, Session},
};

/// Who does something.
#[derive(Clone)]
pub(crate) struct Actor {
    kind: ActorKind,
    id: Option<Uuid>,
    level: Option<Assurance>,
    session: Option<[u8; 8]>,
    request: Uuid,
    address: Option<IpAddr>,
}

impl Actor {
    /// The house itself.
    pub(crate) fn house() -> Self {
        Self {
            kind: ActorKind::House,
            id: None,
            level: None,
            session: None,
            request: Uuid::new_v4(),
            address: None,
        }
    }

    /// Whoever runs the operator's tool.
    pub(crate) fn operator() -> Self {
        Self { kind: ActorKind::Operator, ..Self::house() }
    }

    /// The person of a session, outside of any request of theirs.
    pub(crate) fn of_session(keys: &KeyRing, session: &Session) -> Self {
        let mut actor = Self::house();
        actor.take(keys, session);
        actor
    }

    /// Whoever makes a request without a session.
    pub(crate) fn of_asking(asking: &Asking) -> Self {
        Self {
            kind: ActorKind::Stranger,
            request: asking.request,
            address: Some(asking.address),
            ..Self::house()
        }
    }

    /// From here on it is the person of the session that was made with this token.
    pub(crate) fn become_session(
        &mut self,
        keys: &KeyRing,
        token_hash: &[u8],
        kind: Kind,
        subject: &Subject,
        level: Assurance,
    ) {
        (self.kind, self.id) = named(keys, kind, subject);
        self.level = Some(level);
        self.session = token_hash.get(..8).and_then(|tag| tag.try_into().ok());
    }

    fn take(&mut self, keys: &KeyRing, session: &Session) {
        (self.kind, self.id) = named(keys, session.kind, &session.subject);
        self.level = Some(session.assurance);
        self.session = Some(session.tag);
    }
}

/// Under which id somebody acts: that of the account, or where there is none an index of the person under a key of its own.
/// The session's row is erased long before the log is: who looked at a child must be answerable without it.
fn named(keys: &KeyRing, kind: Kind, subject: &Subject) -> (ActorKind, Option<Uuid>) {
    match kind {
        Kind::Applicant => {
            let index = keys.index("audit-actor", &[subject]);
            (ActorKind::Applicant, index.get(..16).and_then(|id| Uuid::from_slice(id).ok()))
        }
        Kind::Guardian(account) => (ActorKind::Guardian, Some(account.uuid())),
    }
}

/// One line of the log: what was done, in codes.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    action: Deed,
    object: Option<(&'static str, Uuid)>,
    child: Option<ChildId>,
    outcome: &'static str,
    reason: Option<&'static str>,
}

impl Line {
    /// Something that was done.
    pub(crate) const fn new(action: Deed) -> Self {
        Self { action, object: None, child: None, outcome: "done", reason: None }
    }

    /// To this thing.
    pub(crate) const fn of(mut self, kind: &'static str, id: Uuid) -> Self {
        self.object = Some((kind, id));
        self
    }

    /// About this child.
    pub(crate) const fn child(mut self, child: ChildId) -> Self {
        self.child = Some(child);
        self
    }

    /// For this reason.
    pub(crate) const fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// It was not done, for this reason.
    pub(crate) const fn refused(mut self, reason: &'static str) -> Self {
        self.outcome = "refused";
        self.reason = Some(reason);
        self
    }
}

impl Visit {
    /// The visitor, as the audit log knows them.
    pub(crate) fn actor(&self) -> Actor {
        let mut actor = Actor::of_asking(&self.0.asking);
        if let Some(session) = self.0.found.live.as_ref().or(self.0.found.raised.as_ref()) {
            actor.take(self.0.portal.keys(), session);
        }
        actor
    }
}

impl Portal {
    /// Writes a line. It shares the deed's transaction: no line, no deed.
    pub(crate) async fn trail(&self, tx: &Tx, actor: &Actor, line: Line, at: Timestamp) -> Result<()> {
        self.trail_all(tx, actor, vec![line], at).await
    }

    /// Writes that somebody named what is not theirs, for the reason `why`: once is a mistake, often is somebody who walks
    /// through ids. To them it looks like something that is not there.
    pub(crate) async fn trail_refused(
        &self,
        tx: &Tx,
        actor: &Actor,
        named: Line,
        why: &'static str,
        at: Timestamp,
    ) -> Result<()> {
        metrics::counter!("portal_access_refused").increment(1);
        self.trail(tx, actor, named.refused(why), at).await
    }

    /// Writes the lines of what was done at once.
    pub(crate) async fn trail_all(
        &self,
        tx: &Tx,
        actor: &Actor,
        lines: Vec<Line>,
        at: Timestamp,
    ) -> Result<()> {
        let row = |line: Line| audit::Row {
            at,
            actor: actor.id,
            actor_kind: actor.kind,
            level: actor.level,
            session: actor.session,
            school: None,
            action: line.action,
            object: line.object,
            child: line.child.map(ChildId::uuid),
            outcome: line.outcome,
            reason: line.reason,
            request: actor.request,
            address: actor.address,
        };
        audit::write(tx, self.keys(), lines.into_iter().map(row).collect()).await
    }
}
