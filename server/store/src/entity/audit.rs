//! One line of the audit log. Append-only: triggers refuse update and delete. No names, numbers or texts.

use sea_orm::entity::prelude::*;

/// One row of `audit`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    /// Number in the log.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// When it happened.
    pub at: i64,
    /// Account, clerk or operator id.
    pub actor: Option<String>,
    /// What kind of actor.
    pub actor_kind: String,
    /// Assurance of the session, `low` or `high`.
    pub level: Option<String>,
    /// First eight bytes of the session's hash.
    pub session: Option<Vec<u8>>,
    /// The school unit concerned.
    pub school: Option<String>,
    /// Action code.
    pub action: String,
    /// Kind of thing acted upon.
    pub object_kind: Option<String>,
    /// Its id.
    pub object_id: Option<String>,
    /// The pupil concerned.
    pub child: Option<String>,
    /// Outcome code.
    pub outcome: String,
    /// Reason code.
    pub reason: Option<String>,
    /// Request id.
    pub request: String,
    /// Keyed hash of the client address: proves a row of `audit_address`, says nothing alone.
    pub address_tag: Option<Vec<u8>>,
    /// Build that wrote the row.
    pub build: String,
    /// Which key made `mac`.
    pub key_version: i64,
    /// HMAC-SHA-256 over the number and every field above.
    pub mac: Vec<u8>,
}

super::plain!("audit");
