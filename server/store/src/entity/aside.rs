//! A refused form, kept so that its page can show what was typed.

use sea_orm::entity::prelude::*;

/// One row of `aside`.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "aside")]
pub struct Model {
    /// Hash of the cookie it belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: Vec<u8>,
    /// The form's name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub form: String,
    /// What was typed and what was wrong, sealed.
    pub body: Vec<u8>,
    /// When it was put aside.
    pub created_at: i64,
    /// When it is erased.
    pub expires_at: i64,
}

super::plain!("aside");
