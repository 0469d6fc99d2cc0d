//! Databases for tests: each its own, empty, migrated, gone afterwards.

mod postgres;

use std::{ops::Deref, path::Path};

use tempfile::TempDir;

use crate::{Settings, Store, connect, migrate};
use postgres::Server;

/// A database that lasts as long as this value.
#[derive(Debug)]
pub struct TestStore {
    store: Store,
    settings: Settings,
    // In this order: the server stops before its folder goes.
    server: Option<Server>,
    folder: TempDir,
}

impl TestStore {
    /// Where it is, to open it a second time as another process would.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The folder its files lie in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The PostgreSQL server, where it is one.
    pub fn server(&mut self) -> Option<&mut Server> {
        self.server.as_mut()
    }
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// A migrated SQLite database in a folder of its own.
///
/// # Panics
/// When it cannot be made: the test cannot go on.
pub async fn sqlite() -> TestStore {
    let test = bare_sqlite().await;
    migrated(test).await
}

/// The same without a table in it.
///
/// # Panics
/// When it cannot be made.
pub async fn bare_sqlite() -> TestStore {
    let folder = must(tempfile::tempdir());
    let file = folder.path().join("private").join("test.db");
    let settings = Settings::new(format!("sqlite://{}?mode=rwc", file.display()));
    let store = must(connect(&settings).await);
    TestStore { store, settings, server: None, folder }
}

/// A migrated database on a PostgreSQL server of its own, listening on a socket in its folder. `None`, said on standard
/// error, where PostgreSQL's programs are not installed.
///
/// # Panics
/// When the programs are there and it cannot be made.
pub async fn postgres() -> Option<TestStore> {
    let test = bare_postgres().await?;
    Some(migrated(test).await)
}

/// The same without a table in it.
///
/// # Panics
/// When the programs are there and it cannot be made.
pub async fn bare_postgres() -> Option<TestStore> {
    let folder = must(tempfile::tempdir());
    let server = must(Server::start(folder.path()))?;
    let settings = Settings::new(server.url());
    let store = must(connect(&settings).await);
    Some(TestStore { store, settings, server: Some(server), folder })
}

/// Both engines, migrated: SQLite, and PostgreSQL where it is installed.
///
/// # Panics
/// When one that is there cannot be made.
pub async fn engines() -> Vec<TestStore> {
    let mut engines = vec![sqlite().await];
    engines.extend(postgres().await);
    engines
}

async fn migrated(test: TestStore) -> TestStore {
    must(migrate(&test).await);
    test
}

#[expect(clippy::panic, reason = "a test without its database must stop, and say why")]
fn must<T, E: std::fmt::Display>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|cause| panic!("no database for the test: {cause}"))
}
