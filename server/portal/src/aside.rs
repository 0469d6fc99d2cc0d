//! What was typed and refused, kept for a while so that its page can show it again. It never travels in an address.
//!
//! It belongs to the visitor's session, or to the login cookie of somebody who has none yet, and is encrypted.

use model::Shown;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde::{Serialize, de::DeserializeOwned};
use store::{Tx, entity::aside as row};
use uuid::Uuid;

use crate::{Portal, Result, Visit, clock::millis, token};

/// The most bytes that are kept. No form of ours is longer, and nobody fills the table with more.
const LONGEST: usize = 64 * 1024;

impl Visit {
    /// Keeps a refused form for the page that shows it again, until it is replaced or the step is passed. Does nothing
    /// for a stranger without a login.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn set_aside<F: Serialize + Sync>(&self, form: &'static str, shown: &Shown<F>) -> Result<()> {
        let Some(owner) = self.owner() else { return Ok(()) };
        let portal = &self.0.portal;
        let body = portal.seal_json("aside", "body", &place(&owner, form), shown)?;
        if body.len() > LONGEST {
            return Ok(());
        }
        let now = self.0.now.as_millisecond();
        let row = row::ActiveModel {
            owner: Set(owner),
            form: Set(form.to_owned()),
            body: Set(body),
            created_at: Set(now),
            expires_at: Set(now.saturating_add(millis(portal.rules().spans.aside))),
        };
        let replaced = OnConflict::columns([row::Column::Owner, row::Column::Form])
            .update_columns([row::Column::Body, row::Column::CreatedAt, row::Column::ExpiresAt])
            .to_owned();
        row::Entity::insert(row)
            .on_conflict(replaced)
            .exec_without_returning(portal.store().writer())
            .await?;
        Ok(())
    }

    /// The refused form of this name, if this visitor has one.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn aside<F: DeserializeOwned>(&self, form: &'static str) -> Result<Option<Shown<F>>> {
        let Some(owner) = self.owner() else { return Ok(None) };
        let place = place(&owner, form);
        let portal = &self.0.portal;
        let found = row::Entity::find_by_id((owner, form.to_owned())).one(portal.store().reader()).await?;
        let Some(row) = found.filter(|row| row.expires_at > self.0.now.as_millisecond()) else {
            return Ok(None);
        };
        // After a deploy a form can have another shape: then nothing is shown again, and nothing breaks.
        Ok(portal.unseal_json("aside", "body", &place, &row.body).ok())
    }

    /// The step is passed: what was refused on the way is forgotten.
    pub(crate) async fn forget_aside(&self, form: &'static str) -> Result<()> {
        let Some(owner) = self.owner() else { return Ok(()) };
        row::Entity::delete_many()
            .filter(row::Column::Owner.eq(owner))
            .filter(row::Column::Form.eq(form))
            .exec(self.0.portal.store().writer())
            .await?;
        Ok(())
    }

    /// Whose it is: the session's, else the login cookie's.
    fn owner(&self) -> Option<Vec<u8>> {
        let session = self.0.found.live.as_ref().map(|session| session.id.to_string());
        match session {
            Some(id) => Some(token::hash(&id)),
            None => token::hash_of_cookie(self.0.asking.login.as_deref()),
        }
    }
}

/// What was kept for a session is kept for the one that takes its place.
pub(crate) async fn carry(portal: &Portal, tx: &Tx, from: Uuid, to: Uuid) -> Result<()> {
    let (from, to) = (token::hash(&from.to_string()), token::hash(&to.to_string()));
    for kept in row::Entity::find().filter(row::Column::Owner.eq(from)).all(tx).await? {
        let body = portal.keys().open("aside", "body", &place(&kept.owner, &kept.form), &kept.body)?;
        let body = portal.keys().seal("aside", "body", &place(&to, &kept.form), &body)?;
        row::Entity::update_many()
            .col_expr(row::Column::Owner, Expr::value(to.clone()))
            .col_expr(row::Column::Body, Expr::value(body))
            .filter(row::Column::Owner.eq(kept.owner))
            .filter(row::Column::Form.eq(kept.form))
            .exec(tx)
            .await?;
    }
    Ok(())
}

fn place(owner: &[u8], form: &str) -> String {
    format!("{}/{form}", hex::encode(owner))
}
