//! Leases in the table: taken, settled, given back.
//!
//! A worker goes to the table in rounds: one transaction writes down all that has ended since the last and takes what may
//! begin. The busier it is, the more each commit carries.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query, SimpleExpr, UnionType},
};
use store::{Result, Store, Tx, entity::job};
use uuid::Uuid;

use super::{
    attempt::Ended,
    choice::{Candidate, choose},
    lines::Rooms,
    registry::Kind,
    settle,
};
use crate::{State, millis, retry};

/// Added to a job's patience for its lease: the time to hear that it is given up, and to write down how it went.
const MARGIN: Duration = Duration::from_secs(20);

/// The column of [`kinds_that_wait`].
const PLACE: &str = "place";

/// What a worker could begin now.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) owner: Uuid,
    pub(super) now: Timestamp,
    pub(super) kinds: Vec<Kind>,
    /// What it has in its hands already.
    pub(super) held: Vec<String>,
    /// Hands that are free.
    pub(super) most: usize,
    pub(super) rooms: Rooms,
    /// How many were leased before.
    pub(super) turn: u64,
    /// Whether to look for lapsed leases and passed deadlines as well.
    pub(super) thorough: bool,
}

/// A job that is ours until its lease runs out.
#[derive(Clone)]
pub(super) struct Leased {
    pub(super) job: job::Model,
    /// Why it can only be given up.
    pub(super) foregone: Option<String>,
}

/// Which lease a try was made under.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) id: String,
    pub(super) tries: i64,
}

impl Held {
    pub(super) fn of(job: &job::Model) -> Self {
        Self { id: job.id.clone(), tries: job.tries }
    }
}

/// Writes down what has ended and leases what the worker wishes for. Says of each end whether its lease still stood.
pub(super) async fn round(store: &Store, ended: &[Ended], wish: Wish) -> Result<(Vec<bool>, Vec<Leased>)> {
    // Looking costs no writer; most looks find nothing.
    if ended.is_empty() && !anything_due(store, &wish).await? {
        return Ok(Default::default());
    }
    let ended = ended.to_vec();
    store
        .change(move |tx| async move {
            let stood = settle::all(&tx, &ended, wish.owner, wish.now).await?;
            let leased = take(&tx, &wish).await?;
            Ok((stood, leased))
        })
        .await
}

async fn anything_due(store: &Store, wish: &Wish) -> Result<bool> {
    if wish.most == 0 {
        return Ok(false);
    }
    let mut looks = vec![wish.with_room(waiting(wish.now))];
    if wish.thorough {
        looks.extend([wish.lapsed(), wish.late()]);
    }
    for look in looks {
        let found = look.select_only().column(job::Column::Id).limit(1).into_tuple::<String>();
        if found.one(store.reader()).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What waits, is due, and not too late.
fn waiting(now: Timestamp) -> Select<job::Entity> {
    let now = now.as_millisecond();
    let in_time =
        Condition::any().add(job::Column::DeadlineAt.is_null()).add(job::Column::DeadlineAt.gt(now));
    job::Entity::find()
        .filter(job::Column::State.eq(State::Waiting.word()))
        .filter(job::Column::DueAt.lte(now))
        .filter(in_time)
}

impl Wish {
    fn of_known_names(&self, rows: Select<job::Entity>) -> Select<job::Entity> {
        rows.filter(job::Column::Name.is_in(self.kinds.iter().map(|kind| kind.name)))
    }

    /// Of known names, where their line has room.
    fn with_room(&self, rows: Select<job::Entity>) -> Select<job::Entity> {
        let kinds = self.kinds.iter().filter(|kind| self.room(kind) > 0);
        self.of_known_names(rows).filter(job::Column::Line.is_in(kinds.map(Kind::line_word)))
    }

    fn room(&self, kind: &Kind) -> usize {
        kind.line.map_or(self.most, |line| self.rooms.get(line).copied().unwrap_or_default())
    }

    /// A lease that has run out. What is in our hands is under way, whatever a clock that was moved says.
    fn has_lapsed(&self) -> Condition {
        Condition::all()
            .add(job::Column::LeaseUntil.lte(self.now.as_millisecond()))
            .add(job::Column::Id.is_not_in(self.held.iter().map(String::as_str)))
    }

    /// What somebody left behind.
    fn lapsed(&self) -> Select<job::Entity> {
        let running = job::Entity::find().filter(job::Column::State.eq(State::Running.word()));
        self.with_room(running.filter(self.has_lapsed()))
    }

    /// What waits or was left behind, and can no longer succeed.
    fn late(&self) -> Select<job::Entity> {
        let waits = job::Column::State.eq(State::Waiting.word());
        let open = job::Entity::find()
            .filter(job::Column::State.is_in([State::Waiting.word(), State::Running.word()]))
            .filter(job::Column::DeadlineAt.lte(self.now.as_millisecond()))
            .filter(job::Column::DueAt.lte(self.now.as_millisecond()))
            .filter(Condition::any().add(waits).add(self.has_lapsed()));
        self.of_known_names(open)
    }

    /// `None` for a job of a kind that is not known here.
    fn candidate(&self, row: job::Model) -> Option<Candidate> {
        let kind = *self.kinds.iter().find(|kind| kind.name == row.name && kind.line_word() == row.line)?;
        let foregone = if row.deadline_at.is_some_and(|deadline| deadline <= self.now.as_millisecond()) {
            Some("deadline".to_owned())
        } else if row.tries < row.max_tries {
            None
        } else if row.state == State::Running.word() {
            Some("lease".to_owned())
        } else {
            // It was its last try, and it did not hear so.
            Some(row.last_error.unwrap_or_default())
        };
        Some(Candidate { id: row.id, kind, priority: row.priority, due_at: row.due_at, foregone })
    }
}

/// Leases the most urgent of what is due. One try is counted for each that is to be tried.
async fn take(tx: &Tx, wish: &Wish) -> Result<Vec<Leased>> {
    if wish.most == 0 {
        return Ok(Vec::new());
    }
    let mut looks = Vec::new();
    for kind in kinds_that_wait(tx, wish).await? {
        // By kind: so the index answers with the first few, however many wait behind them.
        looks.push((of_kind(waiting(wish.now), &kind), wish.room(&kind).min(wish.most)));
    }
    if wish.thorough {
        looks.extend([(wish.lapsed(), wish.most), (wish.late(), wish.most)]);
    }
    let (mut candidates, mut seen) = (Vec::new(), BTreeSet::new());
    for (look, most) in looks {
        for row in free(tx, look, most).await? {
            if seen.insert(row.id.clone()) {
                candidates.extend(wish.candidate(row));
            }
        }
    }
    let chosen = choose(candidates, wish.most, wish.rooms.clone(), wish.turn);
    let mut leased = Vec::with_capacity(chosen.len());
    for kind in &wish.kinds {
        for tried in [true, false] {
            let fits = |one: &&Candidate| one.kind == *kind && one.foregone.is_none() == tried;
            let ids: Vec<&str> = chosen.iter().filter(fits).map(|one| one.id.as_str()).collect();
            if !ids.is_empty() {
                leased.extend(lease(tx, wish, kind, &ids, tried).await?);
            }
        }
    }
    let mut jobs: Vec<Leased> = leased
        .into_iter()
        .map(|job| {
            let one = chosen.iter().find(|one| one.id == job.id);
            Leased { foregone: one.and_then(|one| one.foregone.clone()), job }
        })
        .collect();
    jobs.sort_by_key(|leased| chosen.iter().position(|one| one.id == leased.job.id));
    Ok(jobs)
}

/// The kinds for which there is room and something waits, found in one question.
async fn kinds_that_wait(tx: &Tx, wish: &Wish) -> Result<Vec<Kind>> {
    let roomy: Vec<Kind> = wish.kinds.iter().filter(|kind| wish.room(kind) > 0).copied().collect();
    let looks = (0_i64..).zip(&roomy).map(|(place, kind)| {
        let some = of_kind(waiting(wish.now), kind).select_only().column(job::Column::Id).into_query();
        let place = Expr::val(place).cast_as("bigint");
        Query::select().expr_as(place, PLACE).and_where(Expr::exists(some)).to_owned()
    });
    let Some(all) = looks.reduce(|mut all, one| all.union(UnionType::All, one).to_owned()) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for row in tx.query_all(&all).await? {
        let place: i64 = row.try_get("", PLACE)?;
        found.extend(usize::try_from(place).ok().and_then(|place| roomy.get(place)));
    }
    Ok(found)
}

fn of_kind(rows: Select<job::Entity>, kind: &Kind) -> Select<job::Entity> {
    rows.filter(job::Column::Name.eq(kind.name)).filter(job::Column::Line.eq(kind.line_word()))
}

/// The first of what `look` finds and nobody else is about to take.
async fn free(tx: &Tx, look: Select<job::Entity>, most: usize) -> Result<Vec<job::Model>> {
    let mut found = look.order_by_asc(job::Column::DueAt).limit(most as u64);
    if tx.get_database_backend() == DbBackend::Postgres {
        found = found.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(found.all(tx).await?)
}

async fn lease(tx: &Tx, wish: &Wish, kind: &Kind, ids: &[&str], tried: bool) -> Result<Vec<job::Model>> {
    let until = wish.now.as_millisecond().saturating_add(span(kind));
    let mut update = job::Entity::update_many()
        .col_expr(job::Column::State, Expr::value(State::Running.word()))
        .col_expr(job::Column::LeaseUntil, Expr::value(until))
        .col_expr(job::Column::LeaseOwner, Expr::value(wish.owner.to_string()))
        .filter(job::Column::Id.is_in(ids.iter().copied()));
    if tried {
        update = update.col_expr(job::Column::Tries, Expr::col(job::Column::Tries).add(1_i64));
    }
    Ok(update.exec_with_returning(tx).await?)
}

/// How long a lease of this kind stands.
fn span(kind: &Kind) -> i64 {
    millis(kind.patience + MARGIN)
}

/// Lets others have at once what `owner` was stopped in the middle of. A try that was stopped does not count.
pub(super) async fn give_back(store: &Store, owner: Uuid, now: Timestamp) -> Result<u64> {
    let tries = Expr::col(job::Column::Tries);
    let before: SimpleExpr = Expr::case(tries.clone().gt(0), tries.sub(1_i64)).finally(0_i64).into();
    let given = job::Entity::update_many()
        .set(job::ActiveModel {
            state: Set(State::Waiting.word().into()),
            due_at: Set(now.as_millisecond()),
            last_error: Set(Some("stopped".into())),
            lease_until: Set(None),
            lease_owner: Set(None),
            ..Default::default()
        })
        .col_expr(job::Column::Tries, before)
        .filter(job::Column::State.eq(State::Running.word()))
        .filter(job::Column::LeaseOwner.eq(owner.to_string()))
        .exec(store.writer())
        .await?;
    Ok(given.rows_affected)
}

/// Somebody is there again: what waits for its next try on this line need not wait for a clock that was set meanwhile.
pub(super) async fn hurry(store: &Store, line: &str, now: Timestamp) -> Result<u64> {
    let hurried = job::Entity::update_many()
        .col_expr(job::Column::DueAt, Expr::value(now.as_millisecond()))
        .filter(job::Column::State.eq(State::Waiting.word()))
        .filter(job::Column::Line.eq(line))
        .filter(job::Column::DueAt.gt(now.as_millisecond()))
        .filter(job::Column::Tries.gt(0))
        .exec(store.writer())
        .await?;
    Ok(hurried.rows_affected)
}

/// After the clock was set back: rows written down before that speak of a time which is long to come. None of them waits
/// longer than it would have, had it been written down now.
pub(super) async fn forget_the_future(store: &Store, kinds: Vec<Kind>, now: Timestamp) -> Result<u64> {
    let now = now.as_millisecond();
    store
        .change(move |tx| async move {
            // How long it was to wait is kept; from when is not known any more.
            let since =
                |column: job::Column| Expr::col(column).sub(Expr::col(job::Column::CreatedAt)).add(now);
            let written = job::Entity::update_many()
                .col_expr(job::Column::DueAt, since(job::Column::DueAt))
                .col_expr(job::Column::WantedAt, since(job::Column::WantedAt))
                .col_expr(job::Column::CreatedAt, Expr::value(now))
                .filter(job::Column::State.eq(State::Waiting.word()))
                .filter(job::Column::CreatedAt.gt(now))
                .exec(&tx)
                .await?;
            let retried = job::Entity::update_many()
                .col_expr(job::Column::DueAt, Expr::value(now))
                .filter(job::Column::State.eq(State::Waiting.word()))
                .filter(job::Column::Tries.gt(0))
                .filter(job::Column::DueAt.gt(now.saturating_add(millis(retry::longest()))))
                .exec(&tx)
                .await?;
            let mut changed = written.rows_affected + retried.rows_affected;
            for kind in &kinds {
                let until = now.saturating_add(span(kind));
                let leased = job::Entity::update_many()
                    .col_expr(job::Column::LeaseUntil, Expr::value(until))
                    .filter(job::Column::State.eq(State::Running.word()))
                    .filter(job::Column::Name.eq(kind.name))
                    .filter(job::Column::Line.eq(kind.line_word()))
                    .filter(job::Column::LeaseUntil.gt(until))
                    .exec(&tx)
                    .await?;
                changed += leased.rows_affected;
            }
            Ok(changed)
        })
        .await
}
