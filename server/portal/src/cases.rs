//! Cases: what a person at a school should look into. Ids and codes only; the staff desk that works them off comes later.

use jiff::Timestamp;
use model::ChildId;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, sea_query::Expr,
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

fn open_one(kind: &'static str, subject: &Subject, child: ChildId) -> Condition {
    Condition::all()
        .add(row::Column::Kind.eq(kind))
        .add(row::Column::Subject.eq(subject.clone()))
        .add(row::Column::PupilId.eq(child.uuid().to_string()))
        .add(row::Column::State.eq("open"))
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
    if row::Entity::find().filter(open_one(kind, subject, child)).one(tx).await?.is_some() {
        return Ok(());
    }
    let place = enrolment::Entity::find()
        .filter(enrolment::Column::PupilId.eq(child.uuid().to_string()))
        .order_by(enrolment::Column::StartDate, Order::Desc)
        .one(tx)
        .await?;
    let id = Uuid::new_v4();
    let case = row::ActiveModel {
        id: Set(id.to_string()),
        kind: Set(kind.to_owned()),
        subject: Set(Some(subject.clone())),
        pupil_id: Set(Some(child.uuid().to_string())),
        unit_id: Set(place.map(|place| place.unit_id)),
        state: Set("open".to_owned()),
        created_at: Set(now.as_millisecond()),
        closed_at: Set(None),
        detail: Set(None),
    };
    row::Entity::insert(case).exec_without_returning(tx).await?;
    portal.trail(tx, actor, Line::new(Deed::OpenedCase).of("case", id).child(child).because(kind), now).await
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
        .filter(open_one(kind, subject, child))
        .exec(tx)
        .await?;
    Ok(())
}
