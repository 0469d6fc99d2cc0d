//! Something a human must look at. Table `case_`: the bare word is SQL.

use sea_orm::entity::prelude::*;

/// One row of `case_`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_")]
pub struct Model {
    /// Random id (`CaseId`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Kind code, such as `not-my-child`.
    pub kind: String,
    /// Blind index of the person it is about.
    pub subject: Option<Vec<u8>>,
    /// The pupil.
    pub pupil_id: Option<String>,
    /// The school unit that should look.
    pub unit_id: Option<String>,
    /// `open` or `closed`.
    pub state: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was closed.
    pub closed_at: Option<i64>,
    /// Codes only, no personal data.
    pub detail: Option<String>,
}

super::plain!("case_");
