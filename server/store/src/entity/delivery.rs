//! A notice on its way by one channel. Invariant: one row for each notice and channel, so that nothing is sent twice by
//! two workers.

use sea_orm::entity::prelude::*;

/// One row of `delivery`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    /// Random id; the reference under which a mail leaves.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The notice.
    pub notice_id: String,
    /// `mail`, `pim` or `sms`.
    pub channel: String,
    /// `waiting`, `sent`, `delivered`, `confirmed`, `failed-temporarily`, `failed`, `replaced-by-fallback`, `withdrawn`
    /// or `withheld`.
    pub state: String,
    /// Code of the last setback, or why it was withheld.
    pub reason: Option<String>,
    /// The delivery that failed, where this one stands in for it.
    pub instead_of: Option<String>,
    /// The token of its confirmation link, sealed; gone when it is of no more use.
    pub token: Option<Vec<u8>>,
    /// The hash by which the link is found.
    pub token_hash: Option<Vec<u8>>,
    /// The token in the address of the gateway's reports, sealed: the reference under which a text message leaves.
    pub report: Option<Vec<u8>>,
    /// The hash by which a report finds its delivery.
    pub report_hash: Option<Vec<u8>>,
    /// Blind index of the address or number it went to.
    pub contact: Option<Vec<u8>>,
    /// The gateway's own id of a text message.
    pub provider_id: Option<String>,
    /// How often it was handed over or tried to be.
    pub tries: i64,
    /// When it was decided on.
    pub created_at: i64,
    /// Not tried after this time: the next channel, or the school's telephone.
    pub deadline_at: i64,
    /// When a try began whose end is not known: of a text message each, until it ends, so that the gateway is asked before it
    /// is tried again; of a mail one that ended in doubt.
    pub begun_at: Option<i64>,
    /// When it was handed over.
    pub sent_at: Option<i64>,
    /// When it arrived, as far as the other side says.
    pub delivered_at: Option<i64>,
    /// Last change of any field.
    pub updated_at: i64,
}

super::plain!("delivery");
