//! How the last reading of a register went.

use sea_orm::entity::prelude::*;

/// One row of `register_state`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_state")]
pub struct Model {
    /// Which register.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Outcome code.
    pub outcome: String,
    /// When it was last tried.
    pub tried_at: i64,
    /// When it last succeeded.
    pub read_at: Option<i64>,
    /// How many persons it held then.
    pub persons: i64,
    /// How many relations.
    pub relations: i64,
    /// How far changes were read: the register's own high-water mark.
    pub cursor: Option<String>,
    /// Reason code of a refusal or fault.
    pub detail: Option<String>,
}

super::plain!("register_state");
