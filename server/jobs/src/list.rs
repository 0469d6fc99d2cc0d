//! What stands in the table, for operators.

use std::fmt;

use jiff::Timestamp;
use sea_orm::{EntityTrait, QueryOrder};
use serde::Serialize;
use store::{Store, entity::job};

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// To be run when it is due.
    Waiting,
    /// Leased by a worker.
    Running,
    /// Done.
    Done,
    /// Given up.
    Failed,
}

impl State {
    /// The word in the table.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "waiting" => Self::Waiting,
            "running" => Self::Running,
            "done" => Self::Done,
            _ => Self::Failed,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A line of `hjarntorget jobs`. Holds no personal data.
#[derive(Clone, Debug, Serialize)]
pub struct JobRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is in its life.
    pub state: State,
    /// How often it was begun.
    pub tries: i64,
    /// When it is, or was, due next.
    pub due: Timestamp,
    /// Code of the last setback.
    pub last_error: Option<String>,
}

/// Every job there is, the next due first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(store: &Store) -> store::Result<Vec<JobRow>> {
    let rows = job::Entity::find().order_by_asc(job::Column::DueAt).order_by_asc(job::Column::Id);
    let rows = rows.all(store.reader()).await?.into_iter().map(|row| JobRow {
        id: row.id,
        name: row.name,
        state: State::of(&row.state),
        tries: row.tries,
        due: Timestamp::from_millisecond(row.due_at).unwrap_or(Timestamp::MAX),
        last_error: row.last_error,
    });
    Ok(rows.collect())
}
