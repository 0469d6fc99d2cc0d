//! The client address of an audit row, kept for 90 days only and therefore outside the log itself.

use sea_orm::entity::prelude::*;

/// One row of `audit_address`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_address")]
pub struct Model {
    /// Number of the audit row.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// The address, sealed.
    pub address: Vec<u8>,
    /// When the row was written.
    pub at: i64,
}

super::plain!("audit_address");
