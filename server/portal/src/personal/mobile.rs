//! What there is for a number beyond changing it: taking it away, and trying whether a channel works.

use model::{Channel, MessageKind, Refusal};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait},
};
use store::{
    Tx,
    entity::{account as row, notice_choice},
};

use super::{
    letters::{self, Kind},
    proof,
};
use crate::{
    Error, Guardian, Result,
    audit::Deed,
    messages::{self, Body, New},
    trail::Line,
};

impl Guardian<'_> {
    /// Takes the mobile number away: no text message goes to it any more. Does nothing where there is none. Told to the number
    /// and to the mailbox.
    ///
    /// # Errors
    /// Refused: [`Refusal::NotFresh`], [`Refusal::TooManyChanges`].
    pub async fn remove_mobile(&self) -> Result<()> {
        self.must_be_fresh()?;
        let (visit, session, account) = (self.visit.clone(), self.session.clone(), self.account);
        let removed = self
            .portal()
            .change(move |tx| async move {
                let (portal, actor, now) = (&visit.0.portal, visit.actor(), visit.0.now);
                let row = Guardian::of(&visit, &session, account).row(&tx).await?;
                proof::end_all(&tx, &row.id, Channel::Sms, now).await?;
                let Some(before) = letters::mobile_of(portal, &row)? else { return Ok(Ok(())) };
                if let Err(refused) = portal.count_change(&tx, &row.id, &actor, now).await? {
                    return Ok(Err(refused));
                }
                row::Entity::update_many()
                    .col_expr(row::Column::Mobile, Expr::value(Option::<Vec<u8>>::None))
                    .col_expr(row::Column::MobileIndex, Expr::value(Option::<Vec<u8>>::None))
                    .col_expr(row::Column::MobileVerifiedAt, Expr::value(Option::<i64>::None))
                    .col_expr(row::Column::MobileFailingSince, Expr::value(Option::<i64>::None))
                    .col_expr(row::Column::UpdatedAt, Expr::value(now.as_millisecond()))
                    .filter(row::Column::Id.eq(row.id.clone()))
                    .exec(&tx)
                    .await?;
                choose_other_ways(&tx, &row.id, now.as_millisecond()).await?;
                let line = Line::new(Deed::RemovedMobile).of("account", account.uuid());
                portal.trail(&tx, &actor, line, now).await?;
                letters::write(portal, &tx, &row.id, Kind::NumberChanged, &before, &actor, now).await?;
                if let Some(mailbox) = letters::email_of(portal, &row)? {
                    letters::write(portal, &tx, &row.id, Kind::MobileChanged, &mailbox, &actor, now).await?;
                }
                Ok(Ok(()))
            })
            .await?;
        removed.map_err(Error::Refused)
    }

    /// Sends a try: to the proven address or number, or into the messages.
    ///
    /// # Errors
    /// Refused: [`Refusal::TooManyLetters`]; [`Refusal::StepNotReached`] where there is nothing to send to.
    pub async fn try_channel(&self, channel: Channel) -> Result<()> {
        let (visit, session, account) = (self.visit.clone(), self.session.clone(), self.account);
        let sent = self
            .portal()
            .change(move |tx| async move {
                let (portal, actor, now) = (&visit.0.portal, visit.actor(), visit.0.now);
                let row = Guardian::of(&visit, &session, account).row(&tx).await?;
                let contact = match channel {
                    Channel::Mail => Some(letters::email_of(portal, &row)?),
                    Channel::Sms => Some(letters::mobile_of(portal, &row)?),
                    Channel::Pim => None,
                };
                if matches!(contact, Some(None)) {
                    return Ok(Err(Refusal::StepNotReached));
                }
                let limit = portal.letters_by_account();
                match portal.count(&tx, limit, row.id.as_bytes(), &actor, now).await {
                    Err(Error::TooMany { .. }) => return Ok(Err(Refusal::TooManyLetters)),
                    other => other?,
                }
                match contact.flatten() {
                    Some(contact) => {
                        letters::write(portal, &tx, &row.id, Kind::Test, &contact, &actor, now).await?;
                    }
                    None => {
                        let (kind, body) = (MessageKind::Trial, Body::default());
                        let new = New { account, child: None, notice: None, kind, body };
                        messages::put(portal, &tx, new, &actor, now).await?;
                    }
                }
                Ok(Ok(()))
            })
            .await?;
        sent.map_err(Error::Refused)
    }
}

/// Nobody stays without a way to be told: who had chosen text messages alone has the two ways of a new account.
async fn choose_other_ways(tx: &Tx, account: &str, now: i64) -> Result<()> {
    notice_choice::Entity::update_many()
        .col_expr(notice_choice::Column::Mail, Expr::value(1_i64))
        .col_expr(notice_choice::Column::Pim, Expr::value(1_i64))
        .filter(notice_choice::Column::AccountId.eq(account))
        .filter(
            Condition::all()
                .add(notice_choice::Column::Mail.eq(0_i64))
                .add(notice_choice::Column::Pim.eq(0_i64)),
        )
        .exec(tx)
        .await?;
    notice_choice::Entity::update_many()
        .col_expr(notice_choice::Column::Sms, Expr::value(0_i64))
        .col_expr(notice_choice::Column::Version, Expr::col(notice_choice::Column::Version).add(1_i64))
        .col_expr(notice_choice::Column::UpdatedAt, Expr::value(now))
        .filter(notice_choice::Column::AccountId.eq(account))
        .filter(notice_choice::Column::Sms.eq(1_i64))
        .exec(tx)
        .await?;
    Ok(())
}
