//! Databases for tests: each its own, empty, migrated, gone afterwards.

mod postgres;

use std::{
    ops::Deref,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use sea_orm::ConnectionTrait;
use tempfile::TempDir;

use crate::{Settings, Store, connect, migrate};
use postgres::Server;

/// A database that lasts as long as this value.
#[derive(Debug)]
pub struct TestStore {
    store: Store,
    settings: Settings,
    place: Place,
}

/// Where it lies; gone with the last database in it.
#[derive(Clone, Debug)]
enum Place {
    Folder(Arc<TempDir>),
    Server(Arc<Server>),
}

impl TestStore {
    /// Where it is, to open it a second time as another process would.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The folder its files lie in.
    pub fn folder(&self) -> &Path {
        match &self.place {
            Place::Folder(folder) => folder.path(),
            Place::Server(server) => server.folder(),
        }
    }

    /// The PostgreSQL server, where it is one.
    pub fn server(&self) -> Option<&Server> {
        match &self.place {
            Place::Folder(_) => None,
            Place::Server(server) => Some(server),
        }
    }

    /// Another database of the same kind, empty and migrated. Quicker than a server of its own.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn another(&self) -> Self {
        let name = format!("test{}", COUNT.fetch_add(1, Ordering::Relaxed));
        if let Place::Server(_) = &self.place {
            must(self.store.writer().execute_unprepared(&format!("CREATE DATABASE {name}")).await);
        }
        migrated(open(self.place.clone(), &name).await).await
    }
}

static COUNT: AtomicU32 = AtomicU32::new(1);

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
    migrated(bare_sqlite().await).await
}

/// The same without a table in it.
///
/// # Panics
/// When it cannot be made.
pub async fn bare_sqlite() -> TestStore {
    open(Place::Folder(Arc::new(must(tempfile::tempdir()))), "test").await
}

/// A migrated database on a PostgreSQL server of its own, listening on a socket in its folder. `None`, said on standard
/// error, where PostgreSQL's programs are not installed.
///
/// # Panics
/// When the programs are there and it cannot be made; under `CI=true` also when they are not there.
pub async fn postgres() -> Option<TestStore> {
    Some(migrated(bare_postgres().await?).await)
}

/// The same without a table in it.
///
/// # Panics
/// When the programs are there and it cannot be made.
pub async fn bare_postgres() -> Option<TestStore> {
    let server = must(Server::start())?;
    Some(open(Place::Server(Arc::new(server)), "postgres").await)
}

async fn open(place: Place, name: &str) -> TestStore {
    let settings = Settings::new(match &place {
        Place::Folder(folder) => {
            let file = folder.path().join("private").join(format!("{name}.db"));
            format!("sqlite://{}?mode=rwc", file.display())
        }
        Place::Server(server) => server.url(name),
    });
    let store = must(connect(&settings).await);
    TestStore { store, settings, place }
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
