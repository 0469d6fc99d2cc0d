//! Tables that only grow, and how audit rows get their numbers.
//!
//! The triggers stop mistakes and injected statements. Whoever may drop a trigger is caught by the macs and by the seals
//! that left the house (`portal::audit`).

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::*;

/// Refuses UPDATE and DELETE (and TRUNCATE, where there is one) on `table`, for every user. `key` is its primary key.
pub(super) async fn forbid_changes(
    manager: &SchemaManager<'_>,
    table: &'static str,
    key: &'static str,
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if manager.get_database_backend() == DbBackend::Postgres {
        connection
            .execute_unprepared(
                "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'append-only' USING ERRCODE = 'HT001'; END $$",
            )
            .await?;
        connection
            .execute_unprepared(&format!(
                "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} \
                 FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
            ))
            .await?;
    } else {
        for deed in ["UPDATE", "DELETE"] {
            let name = deed.to_ascii_lowercase();
            connection
                .execute_unprepared(&format!(
                    "CREATE TRIGGER {table}_no_{name} BEFORE {deed} ON {table} \
                     BEGIN SELECT RAISE(ABORT, 'append-only'); END"
                ))
                .await?;
        }
        // REPLACE deletes without firing the trigger above (recursive triggers are off), so a taken key is refused first.
        connection
            .execute_unprepared(&format!(
                "CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} \
                 WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) \
                 BEGIN SELECT RAISE(ABORT, 'append-only'); END"
            ))
            .await?;
    }
    Ok(())
}

/// PostgreSQL: a sequence, so that replicas do not queue for a number; rolled-back transactions leave gaps. SQLite has
/// one writer, which counts by itself.
pub(super) async fn number_audit_rows(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        manager.get_connection().execute_unprepared("CREATE SEQUENCE audit_number AS BIGINT").await?;
    }
    Ok(())
}

/// Takes back what [`number_audit_rows`] and [`forbid_changes`] left beside the tables.
pub(super) async fn forget(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let connection = manager.get_connection();
        connection.execute_unprepared("DROP SEQUENCE audit_number").await?;
        connection.execute_unprepared("DROP FUNCTION append_only()").await?;
    }
    Ok(())
}
