//! What must not wait for anybody: deliveries whose time is over, text messages of which no report came, absences that
//! were to be told long ago.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use store::entity::{absence, delivery as row};

use super::{
    STANDING,
    arriving::{Arrival, arrived},
    failing, state, telling,
};
use crate::{Portal, Result, clock::millis, pupils};

/// Rows looked at in one round.
const ROUND: u64 = 200;
/// A try that began so long ago has ended, one way or the other.
const LONGEST_TRY: i64 = 2 * 60 * 1000;
/// What was due so long ago was not done by its job.
const OVERDUE: i64 = 10 * 60 * 1000;
/// A report that has not come for so long never will.
const HOPELESS: i64 = 12 * 60 * 60 * 1000;

impl Portal {
    /// One round of looking after notices. The background does it all the time.
    ///
    /// # Errors
    /// Only what is broken.
    pub async fn look_after_notices(&self) -> Result<()> {
        self.end_late_deliveries().await?;
        self.ask_for_reports().await?;
        self.tell_overdue().await
    }

    async fn end_late_deliveries(&self) -> Result<()> {
        let now = self.clock().now().as_millisecond();
        let late = row::Entity::find()
            .filter(row::Column::State.is_in(state::PENDING))
            .filter(row::Column::DeadlineAt.lte(now))
            .order_by_asc(row::Column::DeadlineAt)
            .limit(ROUND)
            .all(self.store().reader())
            .await?;
        for delivery in late {
            let is_leaving = delivery.begun_at.is_some_and(|begun| (0..LONGEST_TRY).contains(&(now - begun)));
            if !is_leaving {
                failing::give_up(self, &delivery, "deadline").await?;
            }
        }
        Ok(())
    }

    async fn ask_for_reports(&self) -> Result<()> {
        let now = self.clock().now();
        let at = now.as_millisecond();
        let silent = row::Entity::find()
            .filter(row::Column::State.eq(state::SENT))
            .filter(row::Column::ProviderId.is_not_null())
            .filter(row::Column::UpdatedAt.lte(at - millis(self.rules().notices.silence)))
            .filter(row::Column::SentAt.gt(at - HOPELESS))
            .order_by_asc(row::Column::UpdatedAt)
            .limit(ROUND)
            .all(self.store().reader())
            .await?;
        for delivery in silent {
            let Some(provider) = delivery.provider_id.clone() else { continue };
            // A gateway that is away is asked in the next round.
            let Ok(seen) = self.0.parts.gateway.seen(&provider).await else { return Ok(()) };
            let house = self.clone();
            self.change(move |tx| async move {
                if let Some(seen) = seen {
                    let arrival = Arrival { delivery: delivery.id.clone(), provider, status: seen.status };
                    arrived(&house, &tx, &[arrival], now).await?;
                }
                super::delivery::touch(&tx, &delivery.id, now).await
            })
            .await?;
        }
        Ok(())
    }

    async fn tell_overdue(&self) -> Result<()> {
        let now = self.clock().now().as_millisecond();
        let overdue = absence::Entity::find()
            .filter(absence::Column::ToldAt.is_null())
            .filter(absence::Column::DueAt.lte(now - OVERDUE))
            .filter(absence::Column::State.eq(STANDING))
            .limit(ROUND)
            .all(self.store().reader())
            .await?;
        let pupils: BTreeSet<String> = overdue.into_iter().map(|absence| absence.pupil_id).collect();
        let mut outcome = Ok(());
        for pupil in pupils {
            // One pupil's trouble is not the next one's.
            if let Err(error) = telling::tell(self, pupils::child_id(&pupil)?).await {
                outcome = Err(error);
            }
        }
        outcome
    }
}
