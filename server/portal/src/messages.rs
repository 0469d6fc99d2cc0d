//! Messages inside the service (PIM): the one way to tell a guardian something that needs no address.
//!
//! Invariant: a notice has one message, however often it is put. Contents that differ replace those before and make it
//! unread again.
//!
//! Invariant: a message about a child is shown to who may see that child when it is read, not to who might when it was
//! put.

mod reading;

use jiff::Timestamp;
use model::{AccountId, ChildId, MessageId, MessageKind, Missed, UnitId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, IntoCondition},
};
use serde::{Deserialize, Serialize};
use store::{Tx, entity::message as row};
use uuid::Uuid;

use crate::{
    Portal, Result,
    audit::Deed,
    pupils,
    trail::{Actor, Line},
};

pub use reading::Messages;

/// A message to put.
pub(crate) struct New {
    /// Whom it is for.
    pub(crate) account: AccountId,
    /// The child it is about.
    pub(crate) child: Option<ChildId>,
    /// The notice it is a way of.
    pub(crate) notice: Option<Uuid>,
    /// What it is for.
    pub(crate) kind: MessageKind,
    /// What fills its words in.
    pub(crate) body: Body,
}

/// What fills the words of a message in. The child's name is not here: it is read when the message is, together with the
/// right to see the child.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Body {
    /// When the child was missed.
    pub(crate) missed: Vec<Missed>,
    /// The unit it happened at.
    pub(crate) unit: Option<UnitId>,
}

/// Puts a message in the transaction that causes it. The same notice put again is the same message: nothing happens
/// where it says the same, and where it does not it says the new and is unread.
pub(crate) async fn put(portal: &Portal, tx: &Tx, new: New, actor: &Actor, now: Timestamp) -> Result<()> {
    if let Some(notice) = new.notice
        && let Some(row) =
            row::Entity::find().filter(row::Column::NoticeId.eq(notice.to_string())).one(tx).await?
    {
        return replace(portal, tx, &row, new.kind, &new.body, actor, now).await;
    }
    put_new(portal, tx, vec![new], actor, now).await
}

/// Puts messages that cannot be there yet.
pub(crate) async fn put_new(
    portal: &Portal,
    tx: &Tx,
    news: Vec<New>,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let (mut rows, mut lines) = (Vec::with_capacity(news.len()), Vec::with_capacity(news.len()));
    for New { account, child, notice, kind, body } in news {
        let id = Uuid::new_v4();
        let row_id = id.to_string();
        rows.push(row::ActiveModel {
            account_id: Set(account.uuid().to_string()),
            pupil_id: Set(child.map(|child| child.uuid().to_string())),
            notice_id: Set(notice.map(|notice| notice.to_string())),
            kind: Set(kind.word().to_owned()),
            body: Set(portal.seal_json("message", "body", &row_id, &body)?),
            created_at: Set(now.as_millisecond()),
            changed_at: Set(now.as_millisecond()),
            read_at: Set(None),
            acknowledged_at: Set(None),
            id: Set(row_id),
        });
        lines.push(line(id, child, kind));
    }
    if rows.is_empty() {
        return Ok(());
    }
    row::Entity::insert_many(rows).exec_without_returning(tx).await?;
    portal.trail_all(tx, actor, lines, now).await
}

async fn replace(
    portal: &Portal,
    tx: &Tx,
    row: &row::Model,
    kind: MessageKind,
    body: &Body,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let known: Body = portal.unseal_json("message", "body", &row.id, &row.body)?;
    if known == *body && row.kind == kind.word() {
        return Ok(());
    }
    row::Entity::update_many()
        .col_expr(row::Column::Kind, Expr::value(kind.word()))
        .col_expr(row::Column::Body, Expr::value(portal.seal_json("message", "body", &row.id, body)?))
        .col_expr(row::Column::ChangedAt, Expr::value(now.as_millisecond()))
        .col_expr(row::Column::ReadAt, Expr::value(Option::<i64>::None))
        .col_expr(row::Column::AcknowledgedAt, Expr::value(Option::<i64>::None))
        .filter(row::Column::Id.eq(row.id.clone()))
        .exec(tx)
        .await?;
    let child = row.pupil_id.as_deref().map(pupils::child_id).transpose()?;
    portal.trail(tx, actor, line(id_of(row)?.uuid(), child, kind), now).await
}

fn line(id: Uuid, child: Option<ChildId>, kind: MessageKind) -> Line {
    let line = Line::new(Deed::PutMessage).of("message", id).because(kind.word());
    child.map_or(line, |child| line.child(child))
}

/// The message of a notice that was confirmed by other means need not be acknowledged as well.
pub(crate) async fn confirmed_elsewhere(tx: &Tx, notice: Uuid, now: Timestamp) -> Result<()> {
    mark_acknowledged(tx, row::Column::NoticeId.eq(notice.to_string()), now).await.map(drop)
}

/// Keeps when messages were acknowledged; answers whether they were not before.
async fn mark_acknowledged(tx: &Tx, which: impl IntoCondition, now: Timestamp) -> Result<bool> {
    let marked = row::Entity::update_many()
        .col_expr(row::Column::AcknowledgedAt, Expr::value(now.as_millisecond()))
        .filter(which)
        .filter(row::Column::AcknowledgedAt.is_null())
        .exec(tx)
        .await?;
    Ok(marked.rows_affected > 0)
}

fn id_of(row: &row::Model) -> Result<MessageId> {
    Ok(row.id.parse().map_err(|_| anyhow::anyhow!("a message's id cannot be read"))?)
}
