//! The first release: every table of the portal.
//!
//! Migrations are frozen: they name tables and columns by words, never by entity, because entities move on.

mod absence;
mod ledger;
mod people;
mod registers;

use sea_orm_migration::{async_trait::async_trait, prelude::*};

use super::{append_only, table::Table};

pub(super) struct First;

impl MigrationName for First {
    fn name(&self) -> &str {
        "m2026_11_first"
    }
}

fn tables() -> impl DoubleEndedIterator<Item = Table> {
    registers::tables().into_iter().chain(people::tables()).chain(absence::tables()).chain(ledger::tables())
}

#[expect(elided_lifetimes_in_paths, reason = "async_trait wants the signature exactly as the trait has it")]
#[async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            table.create(manager).await?;
        }
        append_only::forbid_changes(manager, "audit", "seq").await?;
        append_only::forbid_changes(manager, "seal", "n").await?;
        append_only::number_audit_rows(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables().rev() {
            table.drop(manager).await?;
        }
        append_only::forget(manager).await
    }
}
