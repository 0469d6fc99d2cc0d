//! A guardian's word that a child will be away, and how far it has come to the pupil register. Invariant: one account
//! has at most one standing report of a child and a part of a day (`slot`); reports of two guardians for the same one
//! share one absence in the register (`register_id`).

use sea_orm::entity::prelude::*;

/// One row of `absence_report`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "absence_report")]
pub struct Model {
    /// Random id (`ReportId`).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The account that reported. Never shown to anybody else.
    pub account_id: String,
    /// The pupil.
    pub pupil_id: String,
    /// The day and the part of it, such as `2026-11-24/whole`.
    pub slot: String,
    /// When it begins.
    pub start_at: i64,
    /// When it ends.
    pub end_at: i64,
    /// Until when it can be changed and taken back.
    pub open_until: i64,
    /// The reason's word, sealed: it can be about health. Gone after a while.
    pub reason: Option<Vec<u8>>,
    /// `sending`, `sent`, `recalling`, `withdrawn`, `left` or `withheld`.
    pub state: String,
    /// The register's id of the absence, once it has it.
    pub register_id: Option<String>,
    /// When it was first sent, whether or not an answer came.
    pub tried_at: Option<i64>,
    /// When the register had it.
    pub sent_at: Option<i64>,
    /// When it was reported.
    pub created_at: i64,
    /// Last change of any field.
    pub updated_at: i64,
    /// When it was taken back.
    pub withdrawn_at: Option<i64>,
}

super::plain!("absence_report");
