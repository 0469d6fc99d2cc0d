//! A pupil, copied from the pupil register.

use sea_orm::entity::prelude::*;

/// One row of `pupil`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pupil")]
pub struct Model {
    /// Our own random id (`ChildId`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The register's id.
    pub register_id: String,
    /// Blind index of the person number, where there is one.
    pub subject: Option<Vec<u8>>,
    /// The person number, sealed.
    pub number: Option<Vec<u8>>,
    /// Given name, sealed: it can be a protected person's.
    pub given: Vec<u8>,
    /// Family name, sealed.
    pub family: Vec<u8>,
    /// User name, sealed.
    pub username: Option<Vec<u8>>,
    /// School address, sealed.
    pub email: Option<Vec<u8>>,
    /// `none`, `secrecy-mark` or `protected-registration`.
    pub protection: String,
    /// The register's person status.
    pub status: String,
    /// When the register last listed the pupil.
    pub seen_at: i64,
    /// When the register stopped listing the pupil.
    pub gone_at: Option<i64>,
}

super::plain!("pupil");
