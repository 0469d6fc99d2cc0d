//! What the SMS gateway says became of a text message.
//!
//! The address it reports to holds 128 random bits that only the gateway and we know; no other proof of who calls is
//! needed, and none is offered. Reports come twice, in the wrong order, and before our own word that the message left.
//!
//! Invariant: a delivery only goes on: nothing that arrived is sent again by an older word, and nothing that was given up
//! or taken back comes to life.

use dispatch::sms::Status;
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use store::{
    Tx,
    entity::{delivery as row, notice},
};
use uuid::Uuid;

use super::state;
use crate::{
    Portal, Result,
    audit::Deed,
    pupils, token,
    trail::{Actor, Line},
};

/// The longest name of a message that is kept.
const LONGEST_ID: usize = 64;

impl Portal {
    /// Keeps what the gateway says of the message whose reports go to `token`: what it calls the message, and how far the
    /// message has come. A word or an address that is not known changes nothing.
    ///
    /// # Errors
    /// Only what is broken: the gateway asks again.
    pub async fn sms_reported(&self, token: &str, id: &str, status: &str) -> Result<()> {
        let (Some(hash), Some(status)) = (token::hash_of_cookie(Some(token)), Status::from_word(status))
        else {
            return Ok(());
        };
        let is_name = (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
        // Whoever guesses costs no more than a look.
        let known = row::Entity::find().filter(row::Column::ReportHash.eq(hash));
        let Some(known) = known.one(self.store().reader()).await?.filter(|_| is_name) else {
            metrics::counter!("portal_sms_reports", "status" => "unknown").increment(1);
            return Ok(());
        };
        let (portal, id, now) = (self.clone(), id.to_owned(), self.clock().now());
        self.change(move |tx| async move { keep(&portal, &tx, &known, &id, status, now).await }).await
    }
}

async fn keep(
    portal: &Portal,
    tx: &Tx,
    delivery: &row::Model,
    id: &str,
    status: Status,
    now: Timestamp,
) -> Result<()> {
    const UNDERWAY: [&str; 3] = [state::WAITING, state::FAILED_TEMPORARILY, state::SENT];
    let at = now.as_millisecond();
    let to = match status {
        // Our own answer from the gateway says the same.
        Status::Created => return Ok(()),
        Status::Sent => state::SENT,
        Status::Delivered => state::DELIVERED,
        Status::Failed => state::FAILED,
    };
    // A name that is not the one we were given is another message's: a second try of ours, or a lie.
    let of_this_message =
        Condition::any().add(row::Column::ProviderId.is_null()).add(row::Column::ProviderId.eq(id));
    let mut change = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(to))
        .col_expr(row::Column::ProviderId, Expr::value(id))
        .col_expr(row::Column::SentAt, Expr::col(row::Column::SentAt).if_null(at))
        .col_expr(row::Column::UpdatedAt, Expr::value(at))
        .filter(row::Column::Id.eq(delivery.id.clone()))
        .filter(row::Column::State.is_in(UNDERWAY))
        .filter(row::Column::State.ne(to))
        .filter(of_this_message);
    change = match status {
        Status::Delivered => change.col_expr(row::Column::DeliveredAt, Expr::value(at)),
        Status::Failed => change.col_expr(row::Column::Reason, Expr::value("gateway")),
        Status::Created | Status::Sent => change,
    };
    if change.exec(tx).await?.rows_affected == 0 {
        return Ok(());
    }
    metrics::counter!("portal_sms_reports", "status" => to).increment(1);
    let deed = match status {
        Status::Delivered => Deed::DeliveredNotice,
        Status::Failed => Deed::FailedNotice,
        Status::Created | Status::Sent => return Ok(()),
    };
    let unreadable = |_| anyhow::anyhow!("a delivery's id cannot be read");
    let line =
        Line::new(deed).of("delivery", delivery.id.parse::<Uuid>().map_err(unreadable)?).because("sms");
    let told = notice::Entity::find_by_id(delivery.notice_id.clone()).one(tx).await?;
    let child = told.map(|notice| pupils::child_id(&notice.pupil_id)).transpose()?;
    let line = child.map_or(line, |child| line.child(child));
    portal.trail(tx, &Actor::house(), line, now).await
}
