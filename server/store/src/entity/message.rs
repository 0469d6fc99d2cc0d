//! A message inside the service (PIM) to one account holder. Invariant: at most one per notice (`notice_id` is unique),
//! so that no retry and no second worker doubles it.

use sea_orm::entity::prelude::*;

/// One row of `message`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    /// Random id (`MessageId`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The account it is for.
    pub account_id: String,
    /// The pupil it is about: who may not see the pupil any more does not see the message.
    pub pupil_id: Option<String>,
    /// The notice it is a way of; empty for what no notice stands behind.
    pub notice_id: Option<String>,
    /// `absence`, `correction` or `trial`.
    pub kind: String,
    /// What fills its words in, as JSON, sealed.
    pub body: Vec<u8>,
    /// When it was put there.
    pub created_at: i64,
    /// When its contents last changed; it counts as unread again from then on.
    pub changed_at: i64,
    /// When it was opened.
    pub read_at: Option<i64>,
    /// When its reader said that it was received.
    pub acknowledged_at: Option<i64>,
}

super::plain!("message");
