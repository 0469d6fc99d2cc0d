//! Opening the database, and the two ways to use it.

use std::{
    fs,
    future::Future,
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbBackend, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::{Notify, futures::Notified};

use crate::{Error, Result, Tx};

/// How long a visitor may wait for a connection before the answer is [`Error::Busy`].
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the database is.
#[derive(Clone)]
pub struct Settings {
    /// `sqlite://path/file.db?mode=rwc` or `postgres://user@host/name?sslmode=verify-full`. May hold a password: not for
    /// logs.
    pub url: String,
    /// Connections that read at the same time.
    pub max_readers: u32,
    /// Connections that write at the same time. SQLite has one, whatever stands here.
    pub max_writers: u32,
}

impl Settings {
    /// The usual numbers for `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), max_readers: 8, max_writers: 8 }
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("max_readers", &self.max_readers)
            .field("max_writers", &self.max_writers)
            .finish_non_exhaustive()
    }
}

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    bell: Arc<Notify>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({:?})", self.backend())
    }
}

/// Opens the database, and makes the file of an SQLite one where it is missing (0600, in a folder of 0700 when that is
/// made too). The tables come with [`crate::migrate`].
///
/// # Errors
/// [`Error::Busy`] when a server cannot be reached, [`Error::Broken`] when the address is not one we can use.
pub async fn connect(settings: &Settings) -> Result<Store> {
    let (writer, reader) = if settings.url.starts_with("sqlite:") {
        sqlite(settings).await?
    } else if settings.url.starts_with("postgres:") || settings.url.starts_with("postgresql:") {
        postgres(settings).await?
    } else {
        return Err(Error::Broken("the address of the database starts with sqlite: or postgres:".into()));
    };
    Ok(Store { writer, reader, bell: Arc::default() })
}

impl Store {
    /// Which engine it is.
    pub fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// For questions. Both engines refuse a write here.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// For a single statement that changes something and needs no audit row, such as a time-stamp. Everything else goes
    /// through [`Store::change`].
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Begins a transaction that may write from its first statement on (SQLite: `BEGIN IMMEDIATE`, so that it waits for
    /// its turn instead of failing in the middle).
    ///
    /// Whoever calls this must not be cancelled before the end: a begun transaction that is dropped midway leaves the
    /// pooled PostgreSQL connection inside it (sqlx#4385). Request handlers use [`Store::change`].
    pub async fn begin(&self) -> Result<Tx> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(Tx::new(self.writer.begin_with_options(options).await?, Arc::clone(&self.bell)))
    }

    /// Runs `work` in one transaction: committed when it is `Ok`, undone when it is not.
    ///
    /// It runs in a task of its own, to its end, even if the caller is dropped because a browser hung up.
    ///
    /// ```ignore
    /// store.change(|tx| async move {
    ///     account::Entity::insert(row).exec(&tx).await?;
    ///     Ok::<_, store::Error>(())
    /// }).await?;
    /// ```
    ///
    /// # Errors
    /// What `work` says, or the database's own where it cannot begin or commit. `work` must not keep a clone of its
    /// [`Tx`].
    pub async fn change<T, E, F, W>(&self, work: W) -> Result<T, E>
    where
        W: FnOnce(Tx) -> F + Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let store = self.clone();
        let task = tokio::spawn(async move {
            let tx = store.begin().await?;
            match work(tx.clone()).await {
                Ok(value) => {
                    tx.commit().await?;
                    Ok(value)
                }
                Err(refusal) => {
                    // The refusal is the answer; a connection that cannot even roll back is closed by the pool.
                    let _ = tx.rollback().await;
                    Err(refusal)
                }
            }
        });
        match task.await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::Broken("a transaction's task ended early".into()).into()),
        }
    }

    /// Resolves at the next commit of a transaction that called [`Tx::ring_after_commit`], in this process.
    pub fn bell(&self) -> Notified<'_> {
        self.bell.notified()
    }

    /// Whether the database answers, for reading and for writing alike.
    pub async fn ping(&self) -> Result<()> {
        self.reader.ping().await?;
        Ok(self.writer.ping().await?)
    }

    /// Waits for running statements and closes every connection. SQLite folds its write-ahead log into the file.
    pub async fn close(&self) -> Result<()> {
        self.reader.close_by_ref().await?;
        Ok(self.writer.close_by_ref().await?)
    }
}

fn quiet(settings: &Settings, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(&settings.url);
    options
        .max_connections(connections.max(1))
        .acquire_timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}

async fn sqlite(settings: &Settings) -> Result<(DatabaseConnection, DatabaseConnection)> {
    let parsed = SqliteConnectOptions::from_str(&settings.url)
        .map_err(|_| Error::Broken("the address of the database cannot be read".into()))?;
    let file = parsed.get_filename();
    if settings.url.contains(":memory:") || settings.url.contains("mode=memory") {
        return Err(Error::Broken("the database must be a file: readers and the writer share it".into()));
    }
    make_private(file).map_err(|cause| {
        if cause.kind() == io::ErrorKind::StorageFull {
            Error::Full
        } else {
            Error::Broken(format!("the database file cannot be made: {:?}", cause.kind()))
        }
    })?;

    let mut writing = quiet(settings, 1);
    // One connection for ever: it is the queue of writers, and its page cache is the warm one.
    writing
        .max_lifetime(None)
        .idle_timeout(None)
        .map_sqlx_sqlite_opts(|options| pragmas(options).pragma("cache_size", CACHE));
    let writer = Database::connect(writing).await?;

    let mut reading = quiet(settings, settings.max_readers);
    reading.map_sqlx_sqlite_opts(|options| pragmas(options).pragma("query_only", "ON"));
    let reader = Database::connect(reading).await?;
    Ok((writer, reader))
}

/// The writer's page cache, in KiB as SQLite wants it (negative): a city's pupils fit.
const CACHE: &str = "-32768";
/// Statements that a connection keeps prepared: lists of several lengths are several statements.
const PREPARED: usize = 512;

/// With `synchronous=NORMAL` something already acknowledged could vanish at a loss of power.
fn pragmas(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .statement_cache_capacity(PREPARED)
        .busy_timeout(PATIENCE)
        .pragma("trusted_schema", "OFF")
        .pragma("secure_delete", "ON")
        .pragma("temp_store", "MEMORY")
}

/// Makes the file before SQLite does, so that nobody else may read it; its companions (-wal, -shm) inherit the mode.
fn make_private(file: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => Err(cause),
        _ => Ok(()),
    }
}

async fn postgres(settings: &Settings) -> Result<(DatabaseConnection, DatabaseConnection)> {
    let limits = [
        ("idle_in_transaction_session_timeout", "30s"),
        ("statement_timeout", "15s"),
        ("lock_timeout", "5s"),
    ];
    let mut writing = quiet(settings, settings.max_writers);
    writing.set_application_name("hjarntorget").map_sqlx_postgres_opts(move |options| {
        // Whoever acts on a commit (a sender) must be able to rely on it.
        options.options(limits).options([("synchronous_commit", "on")])
    });
    let writer = Database::connect(writing).await?;

    let mut reading = quiet(settings, settings.max_readers);
    reading.set_application_name("hjarntorget-reader").map_sqlx_postgres_opts(move |options| {
        options.options(limits).options([("default_transaction_read_only", "on")])
    });
    let reader = Database::connect(reading).await?;
    Ok((writer, reader))
}
