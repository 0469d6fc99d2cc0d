//! Mina barn.
use jiff::civil::Date;
use model::{AccountId, ChildCard, Email, Personal};
use crate::{Result, Visit, session::Session};

/// A person with an account.
pub struct Guardian<'v> { visit: &'v Visit, session: &'v Session, account: AccountId }

/// What the receipt of an application says.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Account since.
    pub opened: Date,
    /// The proven address.
    pub email: Email,
    /// The children linked now.
    pub children: Vec<ChildCard>,
}

impl<'v> Guardian<'v> {
    pub(crate) fn of(visit: &'v Visit, session: &'v Session, account: AccountId) -> Self { Self { visit, session, account } }
    /// The full name.
    pub fn name(&self) -> String { self.session.name.full() }
    /// The guardian's children, as custody and the pupil register say at this moment. Each look is in the audit log.
    ///
    /// # Errors
    /// [`crate::Error::SignIn`] where the account was closed meanwhile.
    pub async fn children(&self) -> Result<Vec<ChildCard>> { todo!() }
    /// What the house holds of the guardian, with sources.
    ///
    /// # Errors
    /// As [`Guardian::children`].
    pub async fn personal(&self) -> Result<Personal> { todo!() }
    /// The receipt.
    ///
    /// # Errors
    /// As [`Guardian::children`].
    pub async fn receipt(&self) -> Result<Receipt> { todo!() }
}
