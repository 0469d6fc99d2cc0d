//! Mina barn: a guardian's children, as far as the guardian may see them at this moment.

use jiff::civil::Date;
use model::{AccountId, Assurance, ChildCard, Email};
use sea_orm::ConnectionTrait;

use crate::{
    Error, Portal, Result, Visit, absence, account,
    audit::Deed,
    clock::{day_of, from_millis},
    session::Session,
};

/// A person with an account.
pub struct Guardian<'v> {
    pub(crate) visit: &'v Visit,
    pub(crate) session: &'v Session,
    pub(crate) account: AccountId,
}

/// What the receipt of an application says.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Account since.
    pub opened: Date,
    /// The proven address.
    pub email: Option<Email>,
    /// The children linked now.
    pub children: Vec<ChildCard>,
}

impl<'v> Guardian<'v> {
    pub(crate) fn of(visit: &'v Visit, session: &'v Session, account: AccountId) -> Self {
        Self { visit, session, account }
    }

    /// The full name.
    pub fn name(&self) -> String {
        self.session.name.full()
    }

    /// The guardian's children, as custody and the pupil register say at this moment. Every child that is shown is in
    /// the audit log before it is.
    ///
    /// # Errors
    /// [`Error::SignIn`] where the account was closed meanwhile; [`Error::TurnToTheSchool`] where its holder may not go on;
    /// [`Error::Unavailable`] where the population register has been down for longer than its last answer may be used.
    pub async fn children(&self) -> Result<Vec<ChildCard>> {
        self.among_own(|own| async move {
            let mut cards = own.cards(Deed::SawChild).await?;
            let away = absence::today(&own.tx, &own.children, own.now).await?;
            for card in &mut cards {
                card.absent = away.get(&card.id).copied();
            }
            Ok(cards)
        })
        .await
    }

    /// What the receipt says.
    ///
    /// # Errors
    /// As [`Guardian::children`].
    pub async fn receipt(&self) -> Result<Receipt> {
        let children = self.children().await?;
        let account = self.row(self.portal().store().reader()).await?;
        let email = account.email.as_deref().map(|sealed| self.email(&account.id, sealed)).transpose()?;
        Ok(Receipt { opened: day_of(from_millis(account.opened_at)), email, children })
    }

    pub(crate) fn portal(&self) -> &'v Portal {
        &self.visit.0.portal
    }

    /// The account's row, if it is still open and nobody barred its holder.
    pub(crate) async fn row(&self, on: &impl ConnectionTrait) -> Result<store::entity::account::Model> {
        let (subject, now) = (&self.session.subject, self.visit.0.now);
        let id = self.account.uuid().to_string();
        let row = account::of_subject(on, subject).await?.filter(|row| row.state == "open" && row.id == id);
        let row = row.ok_or(Error::SignIn(Assurance::High))?;
        if account::bars(on, subject, now).await?.iter().any(|bar| bar.child.is_none()) {
            return Err(Error::TurnToTheSchool);
        }
        Ok(row)
    }

    pub(crate) fn email(&self, row: &str, sealed: &[u8]) -> Result<Email> {
        let text = self.portal().unseal("account", "email", row, sealed)?;
        Ok(Email::parse(&text).map_err(|_| anyhow::anyhow!("a kept address cannot be read"))?)
    }
}
