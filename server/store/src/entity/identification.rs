//! A BankID order from start to consumption. Lives ten minutes; the evidence outlives it elsewhere.

use sea_orm::entity::prelude::*;

/// One row of `identification`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identification")]
pub struct Model {
    /// Random id, the only name of it that logs may hold.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Hash of the login cookie that started it.
    pub login_hash: Vec<u8>,
    /// `qr` or `same-device`, fixed for ever.
    pub mode: String,
    /// What it is for: apply, sign in, step up.
    pub purpose: String,
    /// 1 when the browser ran script at the start: the nonce then rides in the fragment.
    pub script: i64,
    /// The session a step-up belongs to.
    pub session_id: Option<String>,
    /// Blind index of the person a step-up must be.
    pub expected: Option<Vec<u8>>,
    /// The address a step-up leads back to.
    pub back: Option<String>,
    /// Hash of the device cookie.
    pub device_hash: Option<Vec<u8>>,
    /// Client address at the start.
    pub address: String,
    /// Browser's own name, cut short.
    pub user_agent: String,
    /// Hash of the one-use nonce of the return address.
    pub nonce_hash: Option<Vec<u8>>,
    /// `pending`, `complete`, `failed`, `consumed`, `cancelled` or `spent`.
    pub state: String,
    /// BankID's last hint code.
    pub hint: Option<String>,
    /// 1 once the app was seen to hold the order.
    pub picked_up: i64,
    /// Order reference, start token and QR secret, sealed.
    pub secrets: Vec<u8>,
    /// BankID's final answer, sealed.
    pub result: Option<Vec<u8>>,
    /// How often the order was renewed under the same login.
    pub restarts: i64,
    /// When the login began.
    pub started_at: i64,
    /// When the present order began: second 0 of its QR code.
    pub order_started_at: i64,
    /// When the browser last asked.
    pub seen_at: i64,
    /// When BankID was last asked.
    pub collected_at: Option<i64>,
    /// Until when one collector has it to itself.
    pub lease_until: Option<i64>,
    /// Which collector.
    pub lease_owner: Option<String>,
    /// When the final answer was stored.
    pub completed_at: Option<i64>,
    /// When it became a session. Set once, by compare-and-set.
    pub consumed_at: Option<i64>,
    /// When the row is erased.
    pub expires_at: i64,
}

super::plain!("identification");
