//! One way to write a table down, for both engines.
//!
//! SeaORM's own schema builder names types that SQLite's STRICT tables refuse. Three types are enough here, and a rule
//! for names (`table_column_column`) makes a violated constraint read the same on both engines; see [`crate::Error`].

use sea_orm::{DbBackend, sea_query::Alias};
use sea_orm_migration::prelude::*;

#[derive(Clone, Copy)]
enum Type {
    Text,
    Integer,
    Blob,
}

impl Type {
    fn on(self, backend: DbBackend) -> Alias {
        Alias::new(match (self, backend) {
            (Self::Text, _) => "TEXT",
            (Self::Integer, DbBackend::Postgres) => "BIGINT",
            (Self::Integer, _) => "INTEGER",
            (Self::Blob, DbBackend::Postgres) => "BYTEA",
            (Self::Blob, _) => "BLOB",
        })
    }
}

struct Column {
    name: &'static str,
    kind: Type,
    null: bool,
}

struct Reference {
    column: &'static str,
    table: &'static str,
    key: &'static str,
    on_delete: ForeignKeyAction,
}

struct Lookup {
    columns: &'static [&'static str],
    unique: bool,
    while_empty: Option<&'static str>,
}

/// A table with its key, references and indexes.
pub(super) struct Table {
    name: &'static str,
    columns: Vec<Column>,
    key: &'static [&'static str],
    references: Vec<Reference>,
    lookups: Vec<Lookup>,
}

impl Table {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, columns: Vec::new(), key: &[], references: Vec::new(), lookups: Vec::new() }
    }

    pub(super) fn text(self, name: &'static str) -> Self {
        self.column(name, Type::Text, false)
    }

    pub(super) fn text_or_null(self, name: &'static str) -> Self {
        self.column(name, Type::Text, true)
    }

    pub(super) fn integer(self, name: &'static str) -> Self {
        self.column(name, Type::Integer, false)
    }

    pub(super) fn integer_or_null(self, name: &'static str) -> Self {
        self.column(name, Type::Integer, true)
    }

    pub(super) fn blob(self, name: &'static str) -> Self {
        self.column(name, Type::Blob, false)
    }

    pub(super) fn blob_or_null(self, name: &'static str) -> Self {
        self.column(name, Type::Blob, true)
    }

    fn column(mut self, name: &'static str, kind: Type, null: bool) -> Self {
        self.columns.push(Column { name, kind, null });
        self
    }

    /// The primary key.
    pub(super) fn key(mut self, columns: &'static [&'static str]) -> Self {
        self.key = columns;
        self
    }

    /// `column` names a row of `table` that must not go while this row stands.
    pub(super) fn references(mut self, column: &'static str, table: &'static str, key: &'static str) -> Self {
        self.references.push(Reference { column, table, key, on_delete: ForeignKeyAction::Restrict });
        self
    }

    /// `column` names the row of `table` this row goes with.
    pub(super) fn belongs_to(mut self, column: &'static str, table: &'static str, key: &'static str) -> Self {
        self.references.push(Reference { column, table, key, on_delete: ForeignKeyAction::Cascade });
        self
    }

    pub(super) fn index(mut self, columns: &'static [&'static str]) -> Self {
        self.lookups.push(Lookup { columns, unique: false, while_empty: None });
        self
    }

    pub(super) fn unique(mut self, columns: &'static [&'static str]) -> Self {
        self.lookups.push(Lookup { columns, unique: true, while_empty: None });
        self
    }

    /// Unique among the rows whose column `empty` is NULL.
    pub(super) fn unique_while_empty(
        mut self,
        columns: &'static [&'static str],
        empty: &'static str,
    ) -> Self {
        self.lookups.push(Lookup { columns, unique: true, while_empty: Some(empty) });
        self
    }

    fn constraint(&self, columns: &[&str]) -> String {
        format!("{}_{}", self.name, columns.join("_"))
    }

    pub(super) async fn create(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let mut statement = sea_query::Table::create();
        statement.table(Alias::new(self.name));
        for column in &self.columns {
            let mut definition = ColumnDef::new(Alias::new(column.name));
            definition.custom(column.kind.on(backend));
            if !column.null {
                definition.not_null();
            }
            statement.col(definition);
        }
        let mut key = Index::create();
        key.primary().name(self.constraint(self.key));
        for column in self.key {
            key.col(Alias::new(*column));
        }
        statement.primary_key(&mut key);
        for reference in &self.references {
            statement.foreign_key(
                ForeignKey::create()
                    .name(format!("{}_{}_names_{}", self.name, reference.column, reference.table))
                    .from(Alias::new(self.name), Alias::new(reference.column))
                    .to(Alias::new(reference.table), Alias::new(reference.key))
                    .on_delete(reference.on_delete),
            );
        }
        if backend == DbBackend::Sqlite {
            statement.extra("STRICT");
        }
        manager.create_table(statement).await?;
        for lookup in &self.lookups {
            let mut index = Index::create();
            index.name(self.constraint(lookup.columns)).table(Alias::new(self.name));
            for column in lookup.columns {
                index.col(Alias::new(*column));
            }
            if lookup.unique {
                index.unique();
            }
            if let Some(empty) = lookup.while_empty {
                index.and_where(Expr::col(Alias::new(empty)).is_null());
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    pub(super) async fn drop(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.drop_table(sea_query::Table::drop().table(Alias::new(self.name)).to_owned()).await
    }
}
