//! A counter of tries that must survive a restart and be shared by replicas. Table `limit_`: the bare word is SQL.

use sea_orm::entity::prelude::*;

/// One row of `limit_`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "limit_")]
pub struct Model {
    /// Which limit.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Keyed hash of who is counted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: Vec<u8>,
    /// Start of the window.
    #[sea_orm(primary_key, auto_increment = false)]
    pub window: i64,
    /// Tries in the window.
    pub count: i64,
}

super::plain!("limit_");
