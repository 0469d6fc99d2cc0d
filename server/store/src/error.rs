//! What can go wrong with a database, without a word of what was in it.
//!
//! A driver's error shows values: PostgreSQL's `detail` reads "Key (subject)=(..) already exists". So it ends here, and
//! only a code or the name of a constraint goes on.

use sea_orm::{
    ConnAcquireErr, DbErr, RuntimeErr, SqlxPostgresError,
    sqlx::{self, error::ErrorKind},
};

/// Why the database did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not now: locked, out of time, out of connections or away. The same may succeed a moment later.
    #[error("the database is busy or away ({0})")]
    Busy(String),
    /// A row like this exists already. The name is `table_column_column` on both engines.
    #[error("conflict with {0}")]
    Conflict(String),
    /// No room left on the disk.
    #[error("the database's disk is full")]
    Full,
    /// The table only grows: audit rows and seals are never changed nor deleted.
    #[error("the table is append-only")]
    AppendOnly,
    /// Anything else, by the engine's code or a word of ours.
    #[error("the database failed ({0})")]
    Broken(String),
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Self::Busy("pool".into()),
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Self::Busy("closed".into()),
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => from_driver(&cause),
            // SeaORM's own errors: the kind is enough; some of their texts quote values.
            DbErr::RecordNotFound(_) | DbErr::RecordNotUpdated => Self::Broken("no such row".into()),
            DbErr::RecordNotInserted => Self::Broken("not inserted".into()),
            DbErr::Migration(text) | DbErr::Custom(text) => Self::Broken(text),
            DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => {
                Self::Broken("a column has another type".into())
            }
            _ => Self::Broken("orm".into()),
        }
    }
}

fn from_driver(cause: &sqlx::Error) -> Error {
    match cause {
        sqlx::Error::Database(told) => {
            let code = told.code().unwrap_or_default().into_owned();
            let postgres = told.try_downcast_ref::<SqlxPostgresError>().is_some();
            if told.kind() == ErrorKind::UniqueViolation {
                return Error::Conflict(match told.constraint() {
                    Some(name) => name.to_owned(),
                    None => sqlite_constraint(told.message()),
                });
            }
            if postgres { from_postgres(code) } else { from_sqlite(code, told.message()) }
        }
        sqlx::Error::PoolTimedOut => Error::Busy("pool".into()),
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Error::Busy("closed".into()),
        sqlx::Error::Io(cause) => Error::Busy(format!("{:?}", cause.kind())),
        sqlx::Error::Tls(_) => Error::Broken("tls".into()),
        sqlx::Error::Configuration(_) => Error::Broken("configuration".into()),
        sqlx::Error::RowNotFound => Error::Broken("no such row".into()),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
            Error::Broken("a column has another type".into())
        }
        sqlx::Error::Encode(_) => Error::Broken("a value the engine cannot hold".into()),
        _ => Error::Broken("driver".into()),
    }
}

/// PostgreSQL, Appendix A: error codes.
fn from_postgres(code: String) -> Error {
    match code.as_str() {
        "53100" => Error::Full,
        "HT001" => Error::AppendOnly,
        // serialization_failure, deadlock_detected, lock_not_available, query_canceled
        "40001" | "40P01" | "55P03" | "57014" => Error::Busy(code),
        // insufficient resources; operator intervention; connection exceptions; idle in transaction too long
        _ if code.starts_with("53") || code.starts_with("57P") || code.starts_with("08") => Error::Busy(code),
        "25P03" | "25P04" => Error::Busy(code),
        _ => Error::Broken(code),
    }
}

/// SQLite, "Result and Error Codes"; the driver reports extended codes.
fn from_sqlite(code: String, message: &str) -> Error {
    match code.parse::<u32>().unwrap_or_default() {
        // SQLITE_FULL; SQLITE_IOERR_SHMSIZE: the shared-memory file could not grow
        13 | 4874 => Error::Full,
        // SQLITE_CONSTRAINT_TRIGGER
        1811 if message == "append-only" => Error::AppendOnly,
        // SQLITE_BUSY and SQLITE_LOCKED in all their variants
        extended if matches!(extended & 0xff, 5 | 6) => Error::Busy(code),
        _ => Error::Broken(code),
    }
}

/// `UNIQUE constraint failed: child_link.account_id, child_link.pupil_id` → `child_link_account_id_pupil_id`, which is
/// what the migration's naming rule calls it on PostgreSQL.
fn sqlite_constraint(message: &str) -> String {
    let columns = message.rsplit(": ").next().unwrap_or_default();
    let mut name = String::new();
    for qualified in columns.split(", ") {
        let (table, column) = qualified.split_once('.').unwrap_or(("", qualified));
        if name.is_empty() {
            name.push_str(table);
        }
        name.push('_');
        name.push_str(column);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_is_called_the_same_on_both_engines() {
        assert_eq!(sqlite_constraint("UNIQUE constraint failed: account.subject"), "account_subject");
        assert_eq!(
            sqlite_constraint("UNIQUE constraint failed: child_link.account_id, child_link.pupil_id"),
            "child_link_account_id_pupil_id"
        );
    }

    #[test]
    fn codes_are_sorted_by_what_one_can_do() {
        assert_eq!(from_sqlite("13".into(), ""), Error::Full);
        assert_eq!(from_sqlite("517".into(), ""), Error::Busy("517".into()));
        assert_eq!(from_sqlite("1811".into(), "append-only"), Error::AppendOnly);
        assert_eq!(from_sqlite("787".into(), ""), Error::Broken("787".into()));
        assert_eq!(from_postgres("53100".into()), Error::Full);
        assert_eq!(from_postgres("57P01".into()), Error::Busy("57P01".into()));
        assert_eq!(from_postgres("23503".into()), Error::Broken("23503".into()));
    }
}
