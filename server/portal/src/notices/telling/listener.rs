//! A guardian who is to hear of a pupil, and what they were told of the day already.

use std::collections::{HashMap, HashSet};

use model::ChildId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use store::{
    Tx,
    entity::{absence, account, delivery, notice, notice_absence, notice_choice},
};

use super::{reach_of, wish};
use crate::{
    Result,
    clock::from_millis,
    notices::{
        STANDING,
        delivery::is_heard,
        kind,
        rules::{Reach, Standing, Wish},
    },
};

/// A guardian whose account is open.
pub(super) struct Listener {
    pub(super) account: String,
    pub(super) wish: Wish,
    pub(super) reach: Reach,
    /// Every notice of the pupil and day they ever got, by number.
    pub(super) notices: Vec<notice::Model>,
    /// Those that stand.
    pub(super) known: Vec<Known>,
}

/// A notice that stands, and what it tells of.
pub(super) struct Known {
    pub(super) notice: Standing,
    pub(super) absences: HashSet<String>,
    /// The guardian hears of it.
    pub(super) reached: bool,
}

impl Listener {
    /// Those of `accounts` who are there, in this order.
    pub(super) async fn all(tx: &Tx, accounts: &[String], child: ChildId, day: &str) -> Result<Vec<Self>> {
        let pupil = child.uuid().to_string();
        let rows = account::Entity::find()
            .filter(account::Column::Id.is_in(accounts))
            .filter(account::Column::State.eq("open"))
            .all(tx)
            .await?;
        let choices = notice_choice::Entity::find()
            .filter(notice_choice::Column::AccountId.is_in(accounts))
            .filter(notice_choice::Column::PupilId.eq(pupil.clone()))
            .all(tx)
            .await?;
        let notices = notice::Entity::find()
            .filter(notice::Column::AccountId.is_in(accounts))
            .filter(notice::Column::PupilId.eq(pupil))
            .filter(notice::Column::Day.eq(day))
            .order_by_asc(notice::Column::Number)
            .all(tx)
            .await?;
        let told = Told::of(tx, &notices).await?;
        let listener = |account: &String| {
            let row = rows.iter().find(|row| row.id == *account)?;
            let mine = notices.iter().filter(|notice| notice.account_id == *account);
            Some(Self {
                account: account.clone(),
                wish: wish(choices.iter().find(|choice| choice.account_id == *account)),
                reach: reach_of(row),
                notices: mine.clone().cloned().collect(),
                known: mine.filter(|notice| stands(notice)).map(|notice| told.by(notice)).collect(),
            })
        };
        Ok(accounts.iter().filter_map(listener).collect())
    }

    /// The number of their next notice of the day.
    pub(super) fn next_number(&self) -> i64 {
        self.notices.last().map_or(1, |last| last.number + 1)
    }
}

fn stands(notice: &notice::Model) -> bool {
    notice.state == STANDING && notice.kind != kind::CORRECTION
}

/// What notices tell of, and what became of them.
#[derive(Default)]
struct Told {
    parts: Vec<notice_absence::Model>,
    absences: HashMap<String, absence::Model>,
    deliveries: Vec<delivery::Model>,
}

impl Told {
    async fn of(tx: &Tx, notices: &[notice::Model]) -> Result<Self> {
        let ids: Vec<&str> = notices.iter().filter(|row| stands(row)).map(|row| row.id.as_str()).collect();
        if ids.is_empty() {
            return Ok(Self::default());
        }
        let parts = notice_absence::Entity::find()
            .filter(notice_absence::Column::NoticeId.is_in(ids.iter().copied()))
            .filter(notice_absence::Column::LeftAt.is_null())
            .all(tx)
            .await?;
        let absences = absence::Entity::find()
            .filter(absence::Column::Id.is_in(parts.iter().map(|part| part.absence_id.clone())))
            .all(tx)
            .await?;
        let deliveries =
            delivery::Entity::find().filter(delivery::Column::NoticeId.is_in(ids)).all(tx).await?;
        let absences = absences.into_iter().map(|absence| (absence.id.clone(), absence)).collect();
        Ok(Self { parts, absences, deliveries })
    }

    fn by(&self, notice: &notice::Model) -> Known {
        let parts = self.parts.iter().filter(|part| part.notice_id == notice.id);
        let absences: Vec<_> = parts.filter_map(|part| self.absences.get(&part.absence_id)).collect();
        let deliveries = self.deliveries.iter().filter(|delivery| delivery.notice_id == notice.id);
        let reached = is_heard(notice, &deliveries.collect::<Vec<_>>());
        Known {
            notice: Standing {
                notice: notice.id.clone(),
                begins: absences.iter().map(|absence| from_millis(absence.start_at)).collect(),
                unexcused: notice.kind == kind::ABSENCE,
                open: reached && notice.confirmed_at.is_none(),
            },
            absences: absences.into_iter().map(|absence| absence.id.clone()).collect(),
            reached,
        }
    }
}
