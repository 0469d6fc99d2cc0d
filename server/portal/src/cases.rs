//! Cases: what a person at a school should look into. Ids and codes only; the staff desk that works them off comes later.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::ChildId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder,
    sea_query::Expr,
};
use store::{
    Tx,
    entity::{case_ as row, enrolment},
};
use uuid::Uuid;

use crate::{
    Portal, Result,
    audit::Deed,
    person::Subject,
    pupils,
    trail::{Actor, Line},
};

/// An applicant said that a child is not theirs.
pub(crate) const NOT_MY_CHILD: &str = "not-my-child";
/// A guardian reported absence, and the register does not take it.
pub(crate) const ABSENCE_NOT_TAKEN: &str = "absence-not-taken";
/// A guardian took a report back, and the register keeps it.
pub(crate) const ABSENCE_NOT_RECALLED: &str = "absence-not-recalled";
/// Whoever reported absence stopped being the child's guardian before it was sent.
pub(crate) const ABSENCE_WITHHELD: &str = "absence-withheld";

/// An account's holder is no longer one whose identity folkbokföringen vouches for.
pub(crate) const IDENTITY_VOID: &str = "identity-void";

fn open_one(kind: &'static str, subject: &Subject, child: Option<ChildId>) -> Condition {
    let pupil = match child {
        Some(child) => row::Column::PupilId.eq(child.uuid().to_string()),
        None => row::Column::PupilId.is_null(),
    };
    Condition::all()
        .add(row::Column::Kind.eq(kind))
        .add(row::Column::Subject.eq(subject.clone()))
        .add(row::Column::State.eq("open"))
        .add(pupil)
}

/// Opens a case at the child's unit, unless the same is open already.
pub(crate) async fn open(
    portal: &Portal,
    tx: &Tx,
    kind: &'static str,
    subject: &Subject,
    child: ChildId,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    write(portal, tx, kind, subject, Some(child), actor, now).await
}

/// Opens a case about a person at the units of these children; where there are none, at no unit in particular.
pub(crate) async fn open_about(
    portal: &Portal,
    tx: &Tx,
    kind: &'static str,
    subject: &Subject,
    children: &[ChildId],
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    if children.is_empty() {
        return write(portal, tx, kind, subject, None, actor, now).await;
    }
    for child in children {
        write(portal, tx, kind, subject, Some(*child), actor, now).await?;
    }
    Ok(())
}

async fn write(
    portal: &Portal,
    tx: &Tx,
    kind: &'static str,
    subject: &Subject,
    child: Option<ChildId>,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    if row::Entity::find().filter(open_one(kind, subject, child)).one(tx).await?.is_some() {
        return Ok(());
    }
    let id = Uuid::new_v4();
    let case = row::ActiveModel {
        id: Set(id.to_string()),
        kind: Set(kind.to_owned()),
        subject: Set(Some(subject.clone())),
        pupil_id: Set(child.map(|child| child.uuid().to_string())),
        unit_id: Set(unit_of(tx, child).await?),
        state: Set("open".to_owned()),
        created_at: Set(now.as_millisecond()),
        closed_at: Set(None),
        detail: Set(None),
    };
    row::Entity::insert(case).exec_without_returning(tx).await?;
    let line = Line::new(Deed::OpenedCase).of("case", id).because(kind);
    portal.trail(tx, actor, child.map_or(line, |child| line.child(child)), now).await
}

/// The unit that should look: where the child goes, or went last.
async fn unit_of(tx: &Tx, child: Option<ChildId>) -> Result<Option<String>> {
    let Some(child) = child else { return Ok(None) };
    let place = enrolment::Entity::find()
        .filter(enrolment::Column::PupilId.eq(child.uuid().to_string()))
        .order_by(enrolment::Column::StartDate, Order::Desc)
        .one(tx)
        .await?;
    Ok(place.map(|place| place.unit_id))
}

/// The children a person said are not theirs, as long as no school has looked into it. It holds for whatever they apply
/// for, however long ago they said it.
pub(crate) async fn denied(on: &impl ConnectionTrait, subject: &Subject) -> Result<BTreeSet<ChildId>> {
    let open = row::Entity::find()
        .filter(row::Column::Kind.eq(NOT_MY_CHILD))
        .filter(row::Column::Subject.eq(subject.clone()))
        .filter(row::Column::State.eq("open"))
        .all(on)
        .await?;
    open.into_iter().filter_map(|case| case.pupil_id).map(|id| pupils::child_id(&id)).collect()
}

/// Moves a person's cases to another number of theirs. Answers whether there were any.
pub(crate) async fn follow(tx: &Tx, former: &Subject, subject: &Subject) -> Result<bool> {
    let moved = row::Entity::update_many()
        .col_expr(row::Column::Subject, Expr::value(subject.clone()))
        .filter(row::Column::Subject.eq(former.clone()))
        .exec(tx)
        .await?;
    Ok(moved.rows_affected > 0)
}

/// Closes it again.
pub(crate) async fn close(
    tx: &Tx,
    kind: &'static str,
    subject: &Subject,
    child: ChildId,
    now: Timestamp,
) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value("closed"))
        .col_expr(row::Column::ClosedAt, Expr::value(now.as_millisecond()))
        .filter(open_one(kind, subject, Some(child)))
        .exec(tx)
        .await?;
    Ok(())
}
