//! Leases in the table: taken, settled, given back.

use std::time::Duration;

use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType},
};
use store::{Result, Store, Tx, entity::job};
use uuid::Uuid;

use super::lease_end;
use crate::{Setback, State, millis, retry};

/// Leases up to `most` due jobs of these names, the most urgent first. One try is counted for each.
pub(super) async fn take(
    store: &Store,
    names: &[(&'static str, Duration)],
    owner: Uuid,
    now: Timestamp,
    most: u64,
) -> Result<Vec<job::Model>> {
    let now = now.as_millisecond();
    // Looking costs no writer; most looks find nothing.
    let due = takeable(names, now).select_only().column(job::Column::Id).limit(1);
    if due.into_tuple::<String>().one(store.reader()).await?.is_none() {
        return Ok(Vec::new());
    }
    let names = names.to_vec();
    store
        .change(move |tx| async move {
            give_up(&tx, now).await?;
            let mut found = takeable(&names, now)
                .order_by_desc(job::Column::Priority)
                .order_by_asc(job::Column::DueAt)
                .order_by_asc(job::Column::CreatedAt)
                .limit(most);
            if store_is_postgres(&tx) {
                found = found.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
            }
            let mut jobs = found.all(&tx).await?;
            for job in &mut jobs {
                let patience =
                    names.iter().find(|(name, _)| *name == job.name).map_or(Duration::ZERO, |known| known.1);
                job.state = State::Running.word().into();
                job.tries += 1;
                job.lease_until = Some(lease_end(now, patience));
                job.lease_owner = Some(owner.to_string());
                job::Entity::update(job::ActiveModel {
                    id: Set(job.id.clone()),
                    state: Set(job.state.clone()),
                    tries: Set(job.tries),
                    lease_until: Set(job.lease_until),
                    lease_owner: Set(job.lease_owner.clone()),
                    ..Default::default()
                })
                .exec_without_returning(&tx)
                .await?;
            }
            Ok(jobs)
        })
        .await
}

fn store_is_postgres(tx: &Tx) -> bool {
    sea_orm::ConnectionTrait::get_database_backend(tx) == DbBackend::Postgres
}

/// What waits and is due, or was leased by somebody whose lease has run out.
fn takeable(names: &[(&'static str, Duration)], now: i64) -> Select<job::Entity> {
    let waits =
        Condition::all().add(job::Column::State.eq(State::Waiting.word())).add(job::Column::DueAt.lte(now));
    job::Entity::find()
        .filter(job::Column::Name.is_in(names.iter().map(|known| known.0)))
        .filter(Condition::any().add(waits).add(lapsed(now)))
}

fn lapsed(now: i64) -> Condition {
    Condition::all().add(job::Column::State.eq(State::Running.word())).add(job::Column::LeaseUntil.lte(now))
}

/// Ends what can no longer succeed: past its deadline, or left behind by its last try.
async fn give_up(tx: &Tx, now: i64) -> Result<()> {
    let waits = Condition::all().add(job::Column::State.eq(State::Waiting.word()));
    let open = Condition::any().add(waits).add(lapsed(now));
    let late = Condition::all().add(job::Column::DeadlineAt.lte(now)).add(open);
    let spent = lapsed(now).add(Expr::col(job::Column::Tries).gte(Expr::col(job::Column::MaxTries)));
    for (which, why) in [(late, "deadline"), (spent, "lease")] {
        let given_up = job::Entity::update_many()
            .set(job::ActiveModel {
                state: Set(State::Failed.word().into()),
                last_error: Set(Some(why.into())),
                lease_until: Set(None),
                lease_owner: Set(None),
                finished_at: Set(Some(now)),
                ..Default::default()
            })
            .filter(which)
            .exec(tx)
            .await?
            .rows_affected;
        if given_up > 0 {
            tracing::error!(jobs = given_up, why, "given up");
            metrics::counter!("jobs_tries_total", "name" => "any", "outcome" => why).increment(given_up);
        }
    }
    Ok(())
}

/// What became of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// It will not be tried again.
    Finished,
    /// It waits for its next try.
    Again,
    /// The lease had run out and somebody else has it: what they write down counts.
    Overtaken,
}

/// Writes down how a try ended, if the lease it was made under still stands.
pub(super) async fn settle(
    store: &Store,
    tried: &job::Model,
    outcome: Result<(), Setback>,
    now: Timestamp,
) -> Result<Settled> {
    let now = now.as_millisecond();
    let next = now.saturating_add(millis(retry::wait(tried.tries)));
    let in_time = tried.deadline_at.is_none_or(|deadline| next < deadline);
    let (state, error) = match outcome {
        Ok(()) => (State::Done, None),
        Err(Setback::Later(why)) if tried.tries < tried.max_tries && in_time => (State::Waiting, Some(why)),
        Err(Setback::Later(why) | Setback::Never(why)) => (State::Failed, Some(why)),
    };
    let again = state == State::Waiting;
    let mut row = job::ActiveModel {
        state: Set(state.word().into()),
        lease_until: Set(None),
        lease_owner: Set(None),
        finished_at: Set((!again).then_some(now)),
        ..Default::default()
    };
    if again {
        row.due_at = Set(next);
    }
    if let Some(why) = error {
        row.last_error = Set(Some(why.into()));
    }
    let written = job::Entity::update_many()
        .set(row)
        .filter(job::Column::Id.eq(tried.id.as_str()))
        .filter(job::Column::State.eq(State::Running.word()))
        .filter(job::Column::LeaseOwner.eq(tried.lease_owner.as_deref()))
        .filter(job::Column::Tries.eq(tried.tries))
        .exec(store.writer())
        .await?
        .rows_affected;
    Ok(match (written, again) {
        (0, _) => Settled::Overtaken,
        (_, true) => Settled::Again,
        (_, false) => Settled::Finished,
    })
}

/// Lets others have at once what `owner` was stopped in the middle of.
pub(super) async fn give_back(store: &Store, owner: Uuid, now: Timestamp) -> Result<u64> {
    let given = job::Entity::update_many()
        .set(job::ActiveModel {
            state: Set(State::Waiting.word().into()),
            due_at: Set(now.as_millisecond()),
            last_error: Set(Some("stopped".into())),
            lease_until: Set(None),
            lease_owner: Set(None),
            ..Default::default()
        })
        .filter(job::Column::State.eq(State::Running.word()))
        .filter(job::Column::LeaseOwner.eq(owner.to_string()))
        .exec(store.writer())
        .await?;
    Ok(given.rows_affected)
}
