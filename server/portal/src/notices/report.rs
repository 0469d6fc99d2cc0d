//! What the SMS gateway says became of a text message.
//!
//! The address it reports to holds 128 random bits that only the gateway and we know; no other proof of who calls is
//! needed, and none is offered. What a report means is said in [`super::arriving`].

use dispatch::sms::Status;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use store::entity::delivery as row;

use super::arriving::{Arrival, arrived};
use crate::{Portal, Result, token};

/// The longest name of a message that is kept.
const LONGEST_ID: usize = 64;

impl Portal {
    /// Keeps what the gateway says of the message whose reports go to `token`: what it calls the message, and how far the
    /// message has come. A word or an address that is not known changes nothing.
    ///
    /// # Errors
    /// Only what is broken: the gateway asks again.
    pub async fn sms_reported(&self, token: &str, id: &str, status: &str) -> Result<()> {
        let (Some(hash), Some(status)) = (token::hash_of_cookie(Some(token)), Status::from_word(status))
        else {
            return Ok(());
        };
        let is_name = (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
        // Whoever guesses costs no more than a look.
        let known = row::Entity::find().filter(row::Column::ReportHash.eq(hash));
        let Some(known) = known.one(self.store().reader()).await?.filter(|_| is_name) else {
            metrics::counter!("portal_sms_reports", "status" => "unknown").increment(1);
            return Ok(());
        };
        metrics::counter!("portal_sms_reports", "status" => word_of(status)).increment(1);
        if !Arrival::is_news(status, &known) {
            return Ok(());
        }
        let arrival = Arrival { delivery: known.id, provider: id.to_owned(), status };
        let arrivals = &self.0.arrivals;
        arrivals
            .write(self, arrival, |portal, tx, all, now| async move {
                arrived(&portal, &tx, &all, now).await?;
                Ok(all.iter().map(|_| Ok(())).collect())
            })
            .await
    }
}

const fn word_of(status: Status) -> &'static str {
    match status {
        Status::Created => "created",
        Status::Sent => "sent",
        Status::Failed => "failed",
        Status::Delivered => "delivered",
    }
}
