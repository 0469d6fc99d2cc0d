//! How a guardian wants to hear that a child is absent. Without a row the default holds: mail and internal message.

use sea_orm::entity::prelude::*;

/// One row of `notice_choice`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_choice")]
pub struct Model {
    /// The account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: String,
    /// The pupil.
    #[sea_orm(primary_key, auto_increment = false)]
    pub pupil_id: String,
    /// 1: by e-mail.
    pub mail: i64,
    /// 1: by internal message (PIM).
    pub pim: i64,
    /// 1: by SMS.
    pub sms: i64,
    /// 1: also of valid absence.
    pub valid_too: i64,
    /// Counts the changes, so that two tabs notice each other.
    pub version: i64,
    /// When it was chosen.
    pub updated_at: i64,
}

super::plain!("notice_choice");
