//! A guardian says that a notice was received.

use jiff::Timestamp;
use model::ChildId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use store::{
    Tx,
    entity::{delivery, notice as row},
};
use uuid::Uuid;

use super::{STANDING, call_home, kind, state, turn};
use crate::{
    Portal, Result,
    audit::Deed,
    pupils,
    trail::{Actor, Line},
};

/// By what a guardian confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// The link of a letter, without a login.
    Link,
    /// The message inside the service.
    Message,
}

impl How {
    const fn word(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Message => "message",
        }
    }
}

/// Keeps that the notice was received, and takes the child off the list of homes to call where nothing else of the day is
/// without an answer. Once more, it changes nothing.
pub(crate) async fn confirm(
    portal: &Portal,
    tx: &Tx,
    notice: Uuid,
    how: How,
    actor: &Actor,
    now: Timestamp,
) -> Result<()> {
    let Some(row) = row::Entity::find_by_id(notice.to_string()).one(tx).await? else { return Ok(()) };
    turn::take(tx, [row.pupil_id.as_str()]).await?;
    let changed = row::Entity::update_many()
        .col_expr(row::Column::ConfirmedAt, Expr::value(now.as_millisecond()))
        .col_expr(row::Column::ConfirmedBy, Expr::value(how.word()))
        .col_expr(row::Column::UpdatedAt, Expr::value(now.as_millisecond()))
        .filter(row::Column::Id.eq(notice.to_string()))
        .filter(row::Column::ConfirmedAt.is_null())
        .exec(tx)
        .await?;
    if changed.rows_affected == 0 {
        return Ok(());
    }
    for (from, to, reason) in [
        (&[state::SENT, state::DELIVERED][..], state::CONFIRMED, None),
        // Whoever knows already needs no letter.
        (&state::PENDING[..], state::WITHDRAWN, Some("confirmed")),
    ] {
        delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(to))
            .col_expr(delivery::Column::Reason, Expr::value(reason))
            .col_expr(delivery::Column::UpdatedAt, Expr::value(now.as_millisecond()))
            .filter(delivery::Column::NoticeId.eq(notice.to_string()))
            .filter(delivery::Column::State.is_in(from.iter().copied()))
            .exec(tx)
            .await?;
    }
    let Some(row) = row::Entity::find_by_id(notice.to_string()).one(tx).await? else { return Ok(()) };
    let child: ChildId = pupils::child_id(&row.pupil_id)?;
    let line = Line::new(Deed::ConfirmedNotice).of("notice", notice).child(child).because(how.word());
    portal.trail(tx, actor, line, now).await?;
    if row.kind == kind::ABSENCE
        && row.state == STANDING
        && call_home::is_answered(tx, child, &row.day).await?
    {
        call_home::end(portal, tx, child, &row.day, "confirmed", actor, now).await?;
    }
    Ok(())
}
