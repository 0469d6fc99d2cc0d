//! Accounts: one a person, opened by an application, closed by the guardian's school or by the operator.

use anyhow::anyhow;
use jiff::Timestamp;
use model::{AccountId, ChildId, PersonId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr,
};
use serde::Serialize;
use store::{
    Tx,
    entity::{account as row, bar, child_link, session},
};

use crate::{
    Error, Portal, Result, absence,
    audit::Deed,
    cases,
    clock::from_millis,
    eligibility::{Account, Bar},
    person::{Identity, Subject},
    session::{End, end_all},
    trail::{Actor, Line},
};

/// Whether an account can be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountState {
    /// It can.
    Open,
    /// No more.
    Closed,
}

/// An account as the operator may see it: nothing of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountSummary {
    /// The account.
    pub id: AccountId,
    /// Whether it can be entered.
    pub state: AccountState,
    /// Since when.
    pub opened: Timestamp,
    /// Until when.
    pub closed: Option<Timestamp>,
    /// The reason code of its end.
    pub close_reason: Option<String>,
    /// How many children it is linked to now.
    pub children: u64,
    /// How many sessions are open.
    pub sessions: u64,
}

/// The end of a link whose account was closed.
const ACCOUNT_CLOSED: &str = "account-closed";

/// Why an account ends, in codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// The operator did it, for a reason in one word of theirs.
    Operator(String),
    /// The holder did it, and may undo it until then.
    Holder {
        /// The end of that time.
        undo_until: Timestamp,
    },
    /// The holder died.
    Deceased,
}

impl Closing {
    /// The word of the audit log.
    const fn word(&self) -> &'static str {
        match self {
            Self::Operator(_) => "operator",
            Self::Holder { .. } => "holder",
            Self::Deceased => "deceased",
        }
    }

    /// The reason kept with the account.
    fn reason(&self) -> String {
        match self {
            // Typed by hand: no more of it than a code can hold, and nothing that could be a person's number.
            Self::Operator(reason) => model::tame(reason),
            Self::Holder { .. } | Self::Deceased => self.word().to_owned(),
        }
    }

    fn undo_until(&self) -> Option<i64> {
        match self {
            Self::Holder { undo_until } => Some(undo_until.as_millisecond()),
            Self::Operator(_) | Self::Deceased => None,
        }
    }
}

/// The row of a person's account.
pub(crate) async fn of_subject(on: &impl ConnectionTrait, subject: &Subject) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::Subject.eq(subject.clone())).one(on).await?)
}

/// Whom an account belongs to; none once it was emptied.
pub(crate) fn holder(portal: &Portal, row: &row::Model) -> Result<Option<Identity>> {
    if row.number.is_empty() {
        return Ok(None);
    }
    let text = portal.unseal("account", "number", &row.id, &row.number)?;
    let number = PersonId::parse(&text).map_err(|_| anyhow!("a kept number cannot be read"))?;
    Ok(Some(Identity { subject: row.subject.clone(), number }))
}

/// What the rules need to know of it.
pub(crate) fn standing(row: Option<&row::Model>, now: Timestamp) -> Account {
    match row {
        None => Account::None,
        Some(row) if row.state == "open" => Account::Open,
        Some(row) if row.undo_until.is_some_and(|until| until > now.as_millisecond()) => Account::Resting,
        Some(_) => Account::Closed,
    }
}

/// What a person is barred from now.
/// Whether nobody barred a person from everything, or from this child.
pub(crate) async fn may_speak(
    on: &impl ConnectionTrait,
    subject: &Subject,
    child: ChildId,
    now: Timestamp,
) -> Result<bool> {
    Ok(!bars(on, subject, now).await?.iter().any(|bar| bar.child.is_none_or(|barred| barred == child)))
}

pub(crate) async fn bars(on: &impl ConnectionTrait, subject: &Subject, now: Timestamp) -> Result<Vec<Bar>> {
    let now = now.as_millisecond();
    let rows = bar::Entity::find()
        .filter(bar::Column::Subject.eq(subject.clone()))
        .filter(bar::Column::Since.lte(now))
        .filter(Condition::any().add(bar::Column::Until.is_null()).add(bar::Column::Until.gt(now)))
        .all(on)
        .await?;
    let unreadable = |_| anyhow!("a bar's child cannot be read");
    let bars = rows
        .into_iter()
        .map(|row| Ok(Bar { child: row.pupil_id.map(|id| id.parse().map_err(unreadable)).transpose()? }));
    bars.collect()
}

/// Ends an account: its links, its sessions and its row, in one transaction. Answers whether it was open.
pub(crate) async fn close(
    portal: &Portal,
    tx: &Tx,
    account: AccountId,
    why: Closing,
    actor: &Actor,
    now: Timestamp,
) -> Result<bool> {
    let id = account.uuid().to_string();
    let closed = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value("closed"))
        .col_expr(row::Column::ClosedAt, Expr::value(now.as_millisecond()))
        .col_expr(row::Column::CloseReason, Expr::value(why.reason()))
        .col_expr(row::Column::UndoUntil, Expr::value(why.undo_until()))
        .col_expr(row::Column::UpdatedAt, Expr::value(now.as_millisecond()))
        .filter(row::Column::Id.eq(id.clone()))
        .filter(row::Column::State.eq("open"))
        .exec(tx)
        .await?;
    if closed.rows_affected == 0 {
        forbid_undo(tx, &id, &why).await?;
        return Ok(false);
    }
    child_link::Entity::update_many()
        .col_expr(child_link::Column::Until, Expr::value(now.as_millisecond()))
        .col_expr(child_link::Column::EndReason, Expr::value(ACCOUNT_CLOSED))
        .filter(child_link::Column::AccountId.eq(id.clone()))
        .filter(child_link::Column::Until.is_null())
        .exec(tx)
        .await?;
    // Whoever closes their own account still speaks for the child; whom somebody else closes out does not.
    if !matches!(why, Closing::Holder { .. }) {
        absence::unsay(portal, tx, &id, None, ACCOUNT_CLOSED, now).await?;
    }
    end_all(tx, account, End::AccountClosed, now).await?;
    let line = Line::new(Deed::ClosedAccount).of("account", account.uuid()).because(why.word());
    portal.trail(tx, actor, line, now).await?;
    Ok(true)
}

/// Whom somebody else closes out does not come back by undoing a closing of their own.
async fn forbid_undo(tx: &Tx, id: &str, why: &Closing) -> Result<()> {
    if why.undo_until().is_none() {
        row::Entity::update_many()
            .col_expr(row::Column::UndoUntil, Expr::value(Option::<i64>::None))
            .filter(row::Column::Id.eq(id))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Opens an account again that its holder closed a short time ago, with the links it had. Answers whether it did.
pub(crate) async fn reopen(
    portal: &Portal,
    tx: &Tx,
    closed: &row::Model,
    actor: &Actor,
    now: Timestamp,
) -> Result<bool> {
    let opened = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value("open"))
        .col_expr(row::Column::ClosedAt, Expr::value(Option::<i64>::None))
        .col_expr(row::Column::CloseReason, Expr::value(Option::<String>::None))
        .col_expr(row::Column::UndoUntil, Expr::value(Option::<i64>::None))
        .col_expr(row::Column::UpdatedAt, Expr::value(now.as_millisecond()))
        .filter(row::Column::Id.eq(closed.id.clone()))
        .filter(row::Column::State.eq("closed"))
        .filter(row::Column::UndoUntil.gt(now.as_millisecond()))
        .exec(tx)
        .await?;
    if opened.rows_affected == 0 {
        return Ok(false);
    }
    // Held against custody at the next look, as every link is.
    child_link::Entity::update_many()
        .col_expr(child_link::Column::Until, Expr::value(Option::<i64>::None))
        .col_expr(child_link::Column::EndReason, Expr::value(Option::<String>::None))
        .filter(child_link::Column::AccountId.eq(closed.id.clone()))
        .filter(child_link::Column::EndReason.eq(ACCOUNT_CLOSED))
        .filter(child_link::Column::Until.eq(closed.closed_at))
        .exec(tx)
        .await?;
    let id: AccountId = closed.id.parse().map_err(|_| anyhow!("an account's id cannot be read"))?;
    portal.trail(tx, actor, Line::new(Deed::ReopenedAccount).of("account", id.uuid()), now).await?;
    Ok(true)
}

/// Moves what stands under a person's former numbers to the present one: the account, so that nobody has two, and the
/// bars and cases, so that nobody leaves one behind. Only folkbokföringen says that two numbers are one person; no name, birth date
/// or address ever does.
pub(crate) async fn follow(
    portal: &Portal,
    tx: &Tx,
    person: &Identity,
    former: &[PersonId],
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    for number in former {
        let old = portal.keys().index_number(number);
        let moved = bar::Entity::update_many()
            .col_expr(bar::Column::Subject, Expr::value(person.subject.clone()))
            .filter(bar::Column::Subject.eq(old.clone()))
            .exec(tx)
            .await?;
        if moved.rows_affected > 0 {
            portal.trail(tx, actor, Line::new(Deed::MovedBars), now).await?;
        }
        if cases::follow(tx, &old, &person.subject).await? {
            portal.trail(tx, actor, Line::new(Deed::MovedCases), now).await?;
        }
        let Some(account) = of_subject(tx, &old).await? else { continue };
        if of_subject(tx, &person.subject).await?.is_some() {
            // Two accounts of one person: which one stays is for a school to say.
            continue;
        }
        let sealed = portal.seal("account", "number", &account.id, person.number.reveal())?;
        row::Entity::update_many()
            .col_expr(row::Column::Subject, Expr::value(person.subject.clone()))
            .col_expr(row::Column::Number, Expr::value(sealed))
            .col_expr(row::Column::UpdatedAt, Expr::value(now.as_millisecond()))
            .filter(row::Column::Id.eq(account.id.clone()))
            .exec(tx)
            .await?;
        let id: AccountId = account.id.parse().map_err(|_| anyhow!("an account's id cannot be read"))?;
        end_all(tx, id, End::Replaced, now).await?;
        portal.trail(tx, actor, Line::new(Deed::MovedAccount).of("account", id.uuid()), now).await?;
    }
    Ok(())
}

impl Portal {
    /// Closes an account, for the operator. Its links and sessions end with it. A closed one stays closed. Of `reason`
    /// no more is kept than a code can hold.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn close_account(&self, account: AccountId, reason: &str) -> Result<()> {
        self.account_row(account).await?;
        let (portal, now) = (self.clone(), self.clock().now());
        let why = Closing::Operator(reason.to_owned());
        self.change(move |tx| async move {
            close(&portal, &tx, account, why, &Actor::operator(), now).await.map(drop)
        })
        .await
    }

    /// An account, for the operator. The look is in the audit log before it is answered.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn show_account(&self, account: AccountId) -> Result<AccountSummary> {
        let row = self.account_row(account).await?;
        let (portal, at) = (self.clone(), self.clock().now());
        self.change(move |tx| async move {
            let line = Line::new(Deed::ShowedAccount).of("account", account.uuid());
            portal.trail(&tx, &Actor::operator(), line, at).await
        })
        .await?;
        let on = self.store().reader();
        let now = self.clock().now().as_millisecond();
        Ok(AccountSummary {
            id: account,
            state: if row.state == "open" { AccountState::Open } else { AccountState::Closed },
            opened: from_millis(row.opened_at),
            closed: row.closed_at.map(from_millis),
            close_reason: row.close_reason,
            children: child_link::Entity::find()
                .filter(child_link::Column::AccountId.eq(row.id.clone()))
                .filter(child_link::Column::Until.is_null())
                .count(on)
                .await?,
            sessions: session::Entity::find()
                .filter(session::Column::AccountId.eq(row.id))
                .filter(session::Column::EndedAt.is_null())
                .filter(session::Column::ExpiresAt.gt(now))
                .count(on)
                .await?,
        })
    }

    async fn account_row(&self, account: AccountId) -> Result<row::Model> {
        let found = row::Entity::find_by_id(account.uuid().to_string()).one(self.store().reader()).await?;
        found.ok_or(Error::NotFound)
    }
}
