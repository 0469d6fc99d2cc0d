//! A seal over a batch of audit rows. Append-only. Each seal covers the one before it.

use sea_orm::entity::prelude::*;

/// One row of `seal`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "seal")]
pub struct Model {
    /// Number of the seal, from 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub n: i64,
    /// First number of the batch.
    pub first_seq: i64,
    /// Last number of the batch.
    pub last_seq: i64,
    /// How many rows it holds.
    pub rows: i64,
    /// Numbers of rolled-back transactions, as `4` or `7-9`, separated by commas.
    pub gaps: String,
    /// SHA-256 over the rows' macs in order.
    pub digest: Vec<u8>,
    /// When it was made.
    pub at: i64,
    /// Which key made `mac`.
    pub key_version: i64,
    /// HMAC-SHA-256 over the seal before and every field above.
    pub mac: Vec<u8>,
}

super::plain!("seal");
