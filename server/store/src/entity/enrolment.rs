//! That a pupil goes, went or will go to a school unit.

use sea_orm::entity::prelude::*;

/// One row of `enrolment`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "enrolment")]
pub struct Model {
    /// Random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The pupil.
    pub pupil_id: String,
    /// The school unit.
    pub unit_id: String,
    /// The class or section, where known.
    pub group_id: Option<String>,
    /// `enrolment` (school) or `placement` (preschool, leisure).
    pub kind: String,
    /// The register's school type.
    pub school_type: Option<String>,
    /// Year of schooling.
    pub school_year: Option<i64>,
    /// First day, `YYYY-MM-DD`.
    pub start_date: Option<String>,
    /// Last day.
    pub end_date: Option<String>,
}

super::plain!("enrolment");
