//! The language of letters and text messages.

use model::Language;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use store::entity::account as row;

use crate::{Guardian, Result, audit::Deed, trail::Line};

impl Guardian<'_> {
    /// Chooses the language that letters and text messages are written in from now on.
    ///
    /// # Errors
    /// [`crate::Error::SignIn`] where the account was closed meanwhile.
    pub async fn choose_language(&self, language: Language) -> Result<()> {
        let (visit, session, account) = (self.visit.clone(), self.session.clone(), self.account);
        self.portal()
            .change(move |tx| async move {
                let now = visit.0.now;
                let known = Guardian::of(&visit, &session, account).row(&tx).await?;
                if known.language == language.tag() {
                    return Ok(());
                }
                row::Entity::update_many()
                    .col_expr(row::Column::Language, Expr::value(language.tag()))
                    .col_expr(row::Column::LanguageAt, Expr::value(now.as_millisecond()))
                    .col_expr(row::Column::UpdatedAt, Expr::value(now.as_millisecond()))
                    .filter(row::Column::Id.eq(known.id))
                    .exec(&tx)
                    .await?;
                let line =
                    Line::new(Deed::ChoseLanguage).of("account", account.uuid()).because(language.tag());
                visit.0.portal.trail(&tx, &visit.actor(), line, now).await
            })
            .await
    }
}
