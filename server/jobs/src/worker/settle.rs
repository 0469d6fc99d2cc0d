//! Ends of tries in the table. Only a lease that still stands can be ended: whoever lost theirs changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter};
use store::{Result, Tx, entity::job};
use uuid::Uuid;

use super::attempt::{Ended, Fate};
use crate::State;

/// Writes down how tries ended; says of each whether its lease still stood. What was simply done is done at once.
pub(super) async fn all(tx: &Tx, ended: &[Ended], owner: Uuid, now: Timestamp) -> Result<Vec<bool>> {
    let mut done: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    for end in ended.iter().filter(|end| end.fate == Fate::Done) {
        done.entry(end.held.tries).or_default().push(&end.held.id);
    }
    let mut stood = BTreeSet::new();
    for (tries, ids) in done {
        let written = job::Entity::update_many()
            .set(over(State::Done, now))
            .filter(job::Column::Id.is_in(ids))
            .filter(held_by(owner, tries))
            .exec_with_returning(tx)
            .await?;
        stood.extend(written.into_iter().map(|row| row.id));
    }
    let mut answers = Vec::with_capacity(ended.len());
    for end in ended {
        answers.push(match end.fate {
            Fate::Done => stood.contains(&end.held.id),
            Fate::Again { .. } | Fate::GivenUp { .. } => one(tx, end, owner, now).await?,
        });
    }
    Ok(answers)
}

/// What ends a job.
fn over(state: State, now: Timestamp) -> job::ActiveModel {
    job::ActiveModel { finished_at: Set(Some(now.as_millisecond())), ..freed(state) }
}

/// What ends a lease.
fn freed(state: State) -> job::ActiveModel {
    job::ActiveModel {
        state: Set(state.word().into()),
        lease_until: Set(None),
        lease_owner: Set(None),
        ..Default::default()
    }
}

/// The lease of this owner and try stands.
fn held_by(owner: Uuid, tries: i64) -> Condition {
    Condition::all()
        .add(job::Column::State.eq(State::Running.word()))
        .add(job::Column::LeaseOwner.eq(owner.to_string()))
        .add(job::Column::Tries.eq(tries))
}

/// Writes down how a try ended, if the lease it was made under still stands; says whether it did.
async fn one(tx: &Tx, end: &Ended, owner: Uuid, now: Timestamp) -> Result<bool> {
    let row = match &end.fate {
        Fate::Done => over(State::Done, now),
        Fate::Again { due, why } => job::ActiveModel {
            due_at: Set(*due),
            last_error: Set(Some(why.clone())),
            ..freed(State::Waiting)
        },
        Fate::GivenUp { why } => {
            job::ActiveModel { last_error: Set(Some(why.clone())), ..over(State::Failed, now) }
        }
    };
    let written = job::Entity::update_many()
        .set(row)
        .filter(job::Column::Id.eq(end.held.id.as_str()))
        .filter(held_by(owner, end.held.tries))
        .exec(tx)
        .await?;
    Ok(written.rows_affected > 0)
}
