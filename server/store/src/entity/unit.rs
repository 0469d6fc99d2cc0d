//! A school unit, copied from the pupil register.

use sea_orm::entity::prelude::*;

/// One row of `unit`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    /// Our own random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The register's id.
    pub register_id: String,
    /// Skolenhetskod.
    pub code: Option<String>,
    /// Name of the school.
    pub name: String,
    /// `preschool`, `compulsory`, `upper-secondary` or what else the register says.
    pub kind: String,
    /// Municipality code.
    pub municipality: Option<String>,
    /// Public telephone.
    pub phone: Option<String>,
    /// Public address.
    pub email: Option<String>,
    /// When the register last listed it.
    pub seen_at: i64,
    /// When the register stopped listing it.
    pub gone_at: Option<i64>,
}

super::plain!("unit");
