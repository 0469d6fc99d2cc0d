//! The schema's history. A release only adds to this list (expand, migrate, contract: the binary before and the binary
//! after must both work in between).

mod append_only;
mod m2026_11_first;
mod table;

use sea_orm::{ConnectionTrait, DbBackend, DynIden, Statement, sea_query::Alias};
use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait::async_trait, sea_query::IntoIden};

use crate::{Error, Store};

/// Any number that no other user of the same PostgreSQL server takes: "hjarntor" in ASCII.
const MIGRATION_LOCK: i64 = 0x686a_6172_6e74_6f72;

struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m2026_11_first::First)]
    }

    fn migration_table_name() -> DynIden {
        Alias::new("migration").into_iden()
    }
}

/// Brings the schema up to this binary. Safe to run again and from several processes at once: everything happens in one
/// transaction that only one of them can hold.
pub async fn migrate(store: &Store) -> Result<(), Error> {
    let tx = store.begin().await?;
    hold_alone(&tx).await?;
    Migrator::up(tx.inner(), None).await?;
    tx.commit().await
}

/// Takes the last `steps` migrations back (all of them with `None`), with their data. For tests and for a deliberate
/// operator; no command does it by itself.
pub async fn unmigrate(store: &Store, steps: Option<u32>) -> Result<(), Error> {
    let tx = store.begin().await?;
    hold_alone(&tx).await?;
    Migrator::down(tx.inner(), steps).await?;
    tx.commit().await
}

/// How many migrations this binary knows and the database lacks. Changes nothing and needs no right to.
///
/// # Errors
/// Also when the database was migrated by a newer binary whose migrations this one does not know.
pub async fn pending_migrations(store: &Store) -> Result<usize, Error> {
    Ok(Migrator::get_pending_migrations_read_only(store.reader()).await?.len())
}

/// PostgreSQL has no lock of its own around migrations; SQLite's immediate transaction is one.
async fn hold_alone(tx: &impl ConnectionTrait) -> Result<(), Error> {
    if tx.get_database_backend() == DbBackend::Postgres {
        for set in ["SET LOCAL statement_timeout = 0", "SET LOCAL lock_timeout = '60s'"] {
            tx.execute_unprepared(set).await?;
        }
        tx.execute_raw(Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_advisory_xact_lock($1)",
            [MIGRATION_LOCK.into()],
        ))
        .await?;
    }
    Ok(())
}
