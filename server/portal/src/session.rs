//! Sessions: who is signed in, how strongly, and for how long.
//!
//! Invariant: a session's level and person are those of the login that made its row; a step-up and a finished
//! application make a new row and end the old one in the same transaction.
//!
//! Invariant: a session that became an account's lets its holder in a few times more for a moment, where the form was sent
//! again; after that its cookie is nobody's.
//!
//! Invariant: only the SHA-256 of a cookie is kept; whoever reads the table can become nobody.

use std::time::Duration;

use jiff::Timestamp;
use model::{AccountId, Assurance, PersonId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use store::{Tx, entity::session as row};
use uuid::Uuid;

use crate::{
    Error, Portal, Result, Spans, Visit,
    audit::Deed,
    clock::{from_millis, millis},
    limits::Limit,
    person::{Identity, Name, Subject},
    token,
    trail::{Actor, Line},
};

/// How many sessions one person can have; the oldest gives way.
const MOST: u64 = 5;
/// A session's last use is written down at most this often. It may so end up to as much early, never late.
const GRAIN: i64 = 15_000;
/// How long a session that just became an account's may still be told so (a form sent twice).
const GRACE: i64 = 60_000;
/// How often it does: with the account's own session that is all there may be at once.
const AGAIN: u32 = 4;

/// A live session.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) id: Uuid,
    /// The first eight bytes of the token's hash: what the audit log knows it by.
    pub(crate) tag: [u8; 8],
    pub(crate) kind: Kind,
    pub(crate) subject: Subject,
    pub(crate) number: PersonId,
    pub(crate) name: Name,
    pub(crate) assurance: Assurance,
    pub(crate) fresh_until: Timestamp,
    /// `bankid-qr` or `bankid-same-device`: how the person identified.
    pub(crate) method: &'static str,
    pub(crate) last_used: Timestamp,
    expires: Timestamp,
}

/// What a session is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Identified, no account.
    Applicant,
    /// Holds this account.
    Guardian(AccountId),
}

/// Why a session ended, as the table and the audit log say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    SignedOut,
    Idle,
    Absolute,
    /// A new login of the same browser, or a step-up.
    Replaced,
    /// It became an account's.
    Completed,
    /// One too many.
    TooMany,
    /// Somebody else identified in the middle of it.
    OtherPerson,
    /// The account was closed.
    AccountClosed,
    /// Its holder ended it from another one.
    FromAfar,
}

impl End {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::SignedOut => "signed-out",
            Self::Idle => "idle",
            Self::Absolute => "absolute",
            Self::Replaced => "replaced",
            Self::Completed => "completed",
            Self::TooMany => "too-many",
            Self::OtherPerson => "other-person",
            Self::AccountClosed => "account-closed",
            Self::FromAfar => "from-afar",
        }
    }
}

/// What a session's cookie led to.
#[derive(Clone, Default)]
pub(crate) struct Found {
    /// A live session.
    pub(crate) live: Option<Session>,
    /// One that ended a moment ago by becoming an account's.
    pub(crate) raised: Option<Session>,
}

impl Session {
    /// Whose it is.
    pub(crate) fn identity(&self) -> Identity {
        Identity { subject: self.subject.clone(), number: self.number.clone() }
    }

    /// When it ends if nothing more is asked.
    pub(crate) fn ends(&self, spans: &Spans) -> Timestamp {
        let idle = from_millis(self.last_used.as_millisecond().saturating_add(self.idle(spans)));
        idle.min(self.expires)
    }

    /// A low session is given half the time: its factors are weaker and it is more often a shared computer's.
    fn idle(&self, spans: &Spans) -> i64 {
        let idle = millis(spans.session_idle);
        if self.assurance == Assurance::Low { idle / 2 } else { idle }
    }
}

/// Looks a cookie up. What cannot be a live session's makes a stranger.
pub(crate) async fn find(
    portal: &Portal,
    cookie: Option<&str>,
    background: bool,
    now: Timestamp,
) -> Result<Found> {
    let Some(hash) = token::hash_of_cookie(cookie) else { return Ok(Found::default()) };
    let found =
        row::Entity::find().filter(row::Column::TokenHash.eq(hash)).one(portal.store().reader()).await?;
    let Some(row) = found else { return Ok(Found::default()) };
    let mut session = read(portal, &row)?;
    if let Some(ended) = row.ended_at {
        let just_raised = row.end_reason.as_deref() == Some(End::Completed.word())
            && (0..GRACE).contains(&(now.as_millisecond() - ended));
        return Ok(Found { live: None, raised: just_raised.then_some(session) });
    }
    if now >= session.ends(&portal.rules().spans) {
        let end_reason = if now >= session.expires { End::Absolute } else { End::Idle };
        // Written down, so that a clock set back does not revive it.
        let actor = Actor::of_session(portal.keys(), &session);
        let portal = portal.clone();
        portal
            .clone()
            .change(move |tx| async move { end(&portal, &tx, &session, end_reason, &actor, now).await })
            .await?;
        return Ok(Found::default());
    }
    if !background && now.as_millisecond() - session.last_used.as_millisecond() >= GRAIN {
        touch(portal, &session, now).await?;
        session.last_used = now;
    }
    Ok(Found { live: Some(session), raised: None })
}

async fn touch(portal: &Portal, session: &Session, now: Timestamp) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::LastUsedAt, Expr::value(now.as_millisecond()))
        .filter(row::Column::Id.eq(session.id.to_string()))
        .filter(row::Column::LastUsedAt.lt(now.as_millisecond()))
        .exec(portal.store().writer())
        .await?;
    Ok(())
}

pub(crate) fn read(portal: &Portal, row: &row::Model) -> Result<Session> {
    let unreadable = || anyhow::anyhow!("a session's row cannot be read");
    let kind = match (row.kind.as_str(), &row.account_id) {
        ("guardian", Some(account)) => Kind::Guardian(account.parse().map_err(|_| unreadable())?),
        _ => Kind::Applicant,
    };
    let number = portal.unseal("session", "number", &row.id, &row.number)?;
    let tag = row.token_hash.get(..8).and_then(|bytes| bytes.try_into().ok()).ok_or_else(unreadable)?;
    Ok(Session {
        id: row.id.parse().map_err(|_| unreadable())?,
        tag,
        kind,
        subject: row.subject.clone(),
        number: PersonId::parse(&number).map_err(|_| unreadable())?,
        name: portal.unseal_json("session", "name", &row.id, &row.name)?,
        assurance: if row.assurance == "high" { Assurance::High } else { Assurance::Low },
        fresh_until: from_millis(row.fresh_until),
        method: if row.method == "bankid-qr" { "bankid-qr" } else { "bankid-same-device" },
        last_used: from_millis(row.last_used_at),
        expires: from_millis(row.expires_at),
    })
}

/// What a new session is made of.
pub(crate) struct New<'n> {
    pub(crate) kind: Kind,
    pub(crate) subject: &'n Subject,
    pub(crate) number: &'n PersonId,
    pub(crate) name: &'n Name,
    /// `bankid-qr` or `bankid-same-device`.
    pub(crate) method: &'static str,
    /// The browser in a few words.
    pub(crate) browser: String,
    pub(crate) fresh_until: Timestamp,
    /// Another session of the same person was raised to this one.
    pub(crate) stepped_up: bool,
}

/// A session that was made.
pub(crate) struct Opened {
    pub(crate) id: Uuid,
    /// The value of its cookie.
    pub(crate) cookie: String,
}

/// Makes a session. The person's oldest gives way where there are too many.
pub(crate) async fn open(
    portal: &Portal,
    tx: &Tx,
    new: New<'_>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Opened> {
    let rules = portal.rules();
    make_room(portal, tx, new.subject, actor, now).await?;
    let cookie = token::make::<{ token::SESSION_BYTES }>()?;
    let token_hash = token::hash(&cookie);
    let id = Uuid::new_v4();
    let row_id = id.to_string();
    let (kind, account_id) = match new.kind {
        Kind::Applicant => ("applicant", None),
        Kind::Guardian(account) => ("guardian", Some(account.uuid().to_string())),
    };
    let row = row::ActiveModel {
        kind: Set(kind.to_owned()),
        account_id: Set(account_id),
        subject: Set(new.subject.clone()),
        number: Set(portal.seal("session", "number", &row_id, new.number.reveal())?),
        name: Set(portal.seal_json("session", "name", &row_id, new.name)?),
        assurance: Set("high".to_owned()),
        method: Set(new.method.to_owned()),
        browser: Set(new.browser),
        fresh_until: Set(new.fresh_until.as_millisecond()),
        created_at: Set(now.as_millisecond()),
        last_used_at: Set(now.as_millisecond()),
        expires_at: Set(now.as_millisecond().saturating_add(millis(rules.spans.session_absolute))),
        ended_at: Set(None),
        end_reason: Set(None),
        token_hash: Set(token_hash.clone()),
        id: Set(row_id),
    };
    row::Entity::insert(row).exec_without_returning(tx).await?;
    let mut actor = actor.clone();
    actor.become_session(portal.keys(), &token_hash, new.kind, new.subject, Assurance::High);
    let deed = if new.stepped_up { Deed::SteppedUp } else { Deed::SignedIn };
    portal.trail(tx, &actor, Line::new(deed).of("session", id).because(new.method), now).await?;
    Ok(Opened { id, cookie })
}

async fn make_room(portal: &Portal, tx: &Tx, subject: &Subject, actor: &Actor, now: Timestamp) -> Result<()> {
    let crowd = row::Entity::find()
        .filter(row::Column::Subject.eq(subject.clone()))
        .filter(row::Column::EndedAt.is_null())
        .filter(row::Column::ExpiresAt.gt(now.as_millisecond()))
        .order_by(row::Column::LastUsedAt, Order::Desc)
        .order_by(row::Column::CreatedAt, Order::Desc)
        .offset(MOST - 1)
        .limit(100)
        .all(tx)
        .await?;
    for old in crowd {
        end(portal, tx, &read(portal, &old)?, End::TooMany, actor, now).await?;
    }
    Ok(())
}

/// Ends a session; says whether it was still alive.
pub(crate) async fn end(
    portal: &Portal,
    tx: &Tx,
    session: &Session,
    why: End,
    actor: &Actor,
    now: Timestamp,
) -> Result<bool> {
    let ended = ended(tx, row::Column::Id.eq(session.id.to_string()), why, now).await? == 1;
    if ended {
        let deed = if why == End::SignedOut { Deed::SignedOut } else { Deed::EndedSession };
        let line = Line::new(deed).of("session", session.id).because(why.word());
        portal.trail(tx, actor, line, now).await?;
    }
    Ok(ended)
}

/// Ends every session of an account, in the transaction that takes its rights away.
pub(crate) async fn end_all(tx: &Tx, account: AccountId, why: End, now: Timestamp) -> Result<u64> {
    ended(tx, row::Column::AccountId.eq(account.uuid().to_string()), why, now).await
}

/// Ended a moment ago by becoming an account's.
fn just_completed(now: Timestamp) -> Condition {
    Condition::all()
        .add(row::Column::EndReason.eq(End::Completed.word()))
        .add(row::Column::EndedAt.gt(now.as_millisecond().saturating_sub(GRACE)))
}

/// Whether whoever holds this session, which became an account's a moment ago, is let in by it: as often as an impatient
/// finger presses, and so that nobody's own session has to give way.
pub(crate) async fn enter_again(
    portal: &Portal,
    tx: &Tx,
    session: &Session,
    actor: &Actor,
    now: Timestamp,
) -> Result<bool> {
    let found = row::Entity::find_by_id(session.id.to_string()).filter(just_completed(now)).one(tx).await?;
    if found.is_none() {
        return Ok(false);
    }
    let limit = Limit { name: "completed-again", most: AGAIN, per: Duration::from_secs(10 * 60) };
    match portal.count(tx, limit, session.id.as_bytes(), actor, now).await {
        Ok(()) => Ok(true),
        Err(Error::TooMany { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Who signed out is not let in again by the session that became this one a moment ago.
pub(crate) async fn forget_raised(tx: &Tx, subject: &Subject, now: Timestamp) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::EndReason, Expr::value(End::SignedOut.word()))
        .filter(row::Column::Subject.eq(subject.clone()))
        .filter(just_completed(now))
        .exec(tx)
        .await?;
    Ok(())
}

async fn ended(
    on: &impl ConnectionTrait,
    which: impl sea_orm::sea_query::IntoCondition,
    why: End,
    now: Timestamp,
) -> Result<u64> {
    let ended = row::Entity::update_many()
        .col_expr(row::Column::EndedAt, Expr::value(now.as_millisecond()))
        .col_expr(row::Column::EndReason, Expr::value(why.word()))
        .filter(which)
        .filter(row::Column::EndedAt.is_null())
        .exec(on)
        .await?;
    Ok(ended.rows_affected)
}

impl Visit {
    /// Ends the session. Does nothing for a stranger.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn sign_out(&self) -> Result<()> {
        let Some(session) = self.0.found.live.clone() else { return Ok(()) };
        let (visit, actor) = (self.clone(), self.actor());
        self.0
            .portal
            .change(move |tx| async move {
                let now = visit.0.now;
                end(&visit.0.portal, &tx, &session, End::SignedOut, &actor, now).await?;
                forget_raised(&tx, &session.subject, now).await
            })
            .await
    }

    /// Prolongs the session by its idle time, up to its absolute end.
    ///
    /// # Errors
    /// [`Error::SignIn`] where the session is over.
    pub async fn stay(&self) -> Result<()> {
        let session = self.0.found.live.as_ref().ok_or(Error::SignIn(Assurance::High))?;
        touch(&self.0.portal, session, self.0.now).await
    }
}
