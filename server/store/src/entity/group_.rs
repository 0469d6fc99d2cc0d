//! A class, section or group, copied from the pupil register. Table `group_`: the bare word is SQL.

use sea_orm::entity::prelude::*;

/// One row of `group_`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "group_")]
pub struct Model {
    /// Our own random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The register's id.
    pub register_id: String,
    /// Its school unit.
    pub unit_id: String,
    /// Name of the group.
    pub name: String,
    /// `class`, `section` or `group`.
    pub kind: String,
    /// First day, `YYYY-MM-DD`.
    pub start_date: Option<String>,
    /// Last day.
    pub end_date: Option<String>,
    /// When the register last listed it.
    pub seen_at: i64,
    /// When the register stopped listing it.
    pub gone_at: Option<i64>,
}

super::plain!("group_");
