//! The holder closes the account. Undone by [`crate::Applicant::reopen`], for a while.

use super::letters::{self, Kind};
use crate::{
    Guardian, Result,
    account::{self, Closing},
    clock::{from_millis, millis},
};

impl Guardian<'_> {
    /// Closes the account: its sessions and its links to children end at once; what is kept of it is erased later. Told to
    /// its addresses.
    ///
    /// # Errors
    /// Refused: [`model::Refusal::NotFresh`].
    pub async fn close_account(&self) -> Result<()> {
        self.must_be_fresh()?;
        let (visit, session, account) = (self.visit.clone(), self.session.clone(), self.account);
        self.portal()
            .change(move |tx| async move {
                let (portal, actor, now) = (&visit.0.portal, visit.actor(), visit.0.now);
                let row = Guardian::of(&visit, &session, account).row(&tx).await?;
                let span = millis(portal.rules().spans.undo_close);
                let undo_until = from_millis(now.as_millisecond().saturating_add(span));
                if let Some(email) = letters::email_of(portal, &row)? {
                    letters::write(portal, &tx, &row.id, Kind::Closed, &email, &actor, now).await?;
                }
                account::close(portal, &tx, account, Closing::Holder { undo_until }, &actor, now)
                    .await
                    .map(drop)
            })
            .await
    }
}
