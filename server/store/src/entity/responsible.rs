//! Whom the pupil register names as responsible for a pupil. Compared with folkbokföringen; alone it opens no door.

use sea_orm::entity::prelude::*;

/// One row of `responsible`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "responsible")]
pub struct Model {
    /// Random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The pupil.
    pub pupil_id: String,
    /// Blind index of the responsible person's number, where there is one.
    pub subject: Option<Vec<u8>>,
    /// The register's relation type.
    pub relation: String,
    /// The responsible person's own protection mark.
    pub protection: String,
    /// When the relation was first listed.
    pub first_seen: i64,
    /// When it was last listed.
    pub last_seen: i64,
    /// When it stopped being listed.
    pub gone_at: Option<i64>,
}

super::plain!("responsible");
