//! That an account holder has custody of a pupil. Invariant: one live link (`until` empty) per account and pupil.

use sea_orm::entity::prelude::*;

/// One row of `child_link`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "child_link")]
pub struct Model {
    /// Random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The account.
    pub account_id: String,
    /// The pupil.
    pub pupil_id: String,
    /// Which register the custody was read from.
    pub source: String,
    /// First day of custody as the register says, `YYYY-MM-DD`.
    pub from_date: Option<String>,
    /// When the register last confirmed it.
    pub checked_at: i64,
    /// Our correlation id of that question, so that the register can find it in its log.
    pub correlation: String,
    /// When the link was made here.
    pub since: i64,
    /// When it ended here.
    pub until: Option<i64>,
    /// Reason code of the end.
    pub end_reason: Option<String>,
}

super::plain!("child_link");
