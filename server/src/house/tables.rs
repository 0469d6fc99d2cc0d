//! The tables: opened, brought up to this program, or waited for.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio_util::sync::CancellationToken;

use super::Role;
use crate::{
    settings::Settings,
    telemetry::{Readiness, Waits},
};

/// Opens the database of the settings.
///
/// # Errors
/// One line that says what to do.
pub async fn connect(settings: &Settings) -> Result<store::Store> {
    let database = &settings.house.database;
    let wanted =
        store::Settings { max_readers: database.readers, ..store::Settings::new(database.url.clone()) };
    store::connect(&wanted).await.context("cannot open the database: look at [database] url")
}

/// Opens the database of the settings where its tables are up to date; makes no new one.
///
/// # Errors
/// One line that says what to do.
pub async fn connect_migrated(settings: &Settings) -> Result<store::Store> {
    const FIRST: &str = "run `hjarntorget migrate`";
    if let Some(file) = settings.house.database.file() {
        ensure!(file.exists(), "there is no database at {}: {FIRST}", file.display());
    }
    let store = connect(settings).await?;
    let pending = store::pending_migrations(&store).await.context("cannot read the database")?;
    ensure!(pending == 0, "the database is older than this program: {FIRST}");
    Ok(store)
}

/// A house alone brings its tables up itself; one of several waits until an operator did.
pub(super) async fn ready_tables(
    settings: &Settings,
    role: Role,
    readiness: &Readiness,
    stop: &CancellationToken,
) -> Result<()> {
    readiness.waits(Waits::Database);
    let store = connect(settings).await?;
    if role == Role::All {
        store::migrate(&store).await.context("cannot migrate the database")?;
    }
    let mut told = false;
    while store::pending_migrations(&store).await.context("cannot read the database")? > 0 {
        if !told {
            tracing::warn!("waiting for `hjarntorget migrate`");
            readiness.waits(Waits::Migrations);
            told = true;
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
    store.close().await.context("the database did not close")
}
