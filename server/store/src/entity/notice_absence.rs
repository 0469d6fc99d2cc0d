//! Which absences a notice tells of: adjoining ones share one.

use sea_orm::entity::prelude::*;

/// One row of `notice_absence`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_absence")]
pub struct Model {
    /// The notice.
    #[sea_orm(primary_key, auto_increment = false)]
    pub notice_id: String,
    /// The absence.
    #[sea_orm(primary_key, auto_increment = false)]
    pub absence_id: String,
    /// When it became a part of the notice.
    pub joined_at: i64,
    /// When it turned out not to stand.
    pub left_at: Option<i64>,
}

super::plain!("notice_absence");
