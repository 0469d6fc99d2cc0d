//! The tables equal the entities, on both engines, and some of them only grow.

use std::collections::BTreeSet;

use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ColumnType, ConnectionTrait, DbBackend, EntityTrait,
    Iden, IntoActiveModel, Iterable, PaginatorTrait, PrimaryKeyToColumn, Statement, Value,
};
use store::{Error, entity, testing};

type Asked = Result<(), Box<dyn std::error::Error>>;

/// Calls `$each::<Entity>($arguments)` for every table, parents first.
macro_rules! for_every_entity {
    ($each:ident($($argument:expr),*)) => {
        for_every_entity!(@ $each ($($argument),*)
            unit group_ pupil enrolment responsible register_state custody_check account contact_proof account_letter child_link application proof
            identification evidence session aside limit_ case_ bar absence absence_report notice_choice notice
            notice_absence delivery call_home message audit audit_address seal job)
    };
    (@ $each:ident $arguments:tt $($table:ident)*) => {
        $(for_every_entity!(@call $each $table $arguments);)*
    };
    (@call $each:ident $table:ident ($($argument:expr),*)) => {
        $each::<entity::$table::Entity>($($argument),*).await?
    };
}

/// A value of the column's type that every reference between tables is satisfied with.
fn value(kind: &ColumnType, mark: i64) -> Value {
    match kind {
        ColumnType::String(_) | ColumnType::Text => mark.to_string().into(),
        ColumnType::BigInteger => mark.into(),
        ColumnType::VarBinary(_) | ColumnType::Binary(_) | ColumnType::Blob => {
            vec![0_u8, 0xff, mark as u8].into()
        }
        other => unreachable!("no table here has a column of type {other:?}"),
    }
}

async fn reads_back<E>(store: &store::Store, mark: i64, full: bool) -> Asked
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + PartialEq,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    let mut row = E::ActiveModel::default();
    for column in E::Column::iter() {
        let definition = column.def();
        if full || !definition.is_null() {
            row.set(column, value(definition.get_column_type(), mark));
        }
    }
    let written = row.insert(store.writer()).await?;
    let mut found = E::find();
    for key in E::PrimaryKey::iter() {
        let column = key.into_column();
        let definition = column.def();
        found = sea_orm::QueryFilter::filter(found, column.eq(value(definition.get_column_type(), mark)));
    }
    let read = found.one(store.reader()).await?.ok_or("the row is gone")?;
    let table = E::default().table_name().to_owned();
    assert!(read == written, "{table}");
    let read = read.into_active_model();
    for column in E::Column::iter() {
        let definition = column.def();
        let expected = full || !definition.is_null();
        let read = read.get(column).into_value().ok_or("no value")?;
        let expected = if expected { value(definition.get_column_type(), mark) } else { read.as_null() };
        assert_eq!(read, expected, "{table}.{}", column.unquoted());
    }
    Ok(())
}

async fn has_just_these_columns<E: EntityTrait>(store: &store::Store) -> Asked {
    let table = E::default().table_name().to_owned();
    let question = match store.backend() {
        DbBackend::Postgres => {
            "SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1"
        }
        _ => "SELECT name FROM pragma_table_info($1)",
    };
    let statement = Statement::from_sql_and_values(store.backend(), question, [table.as_str().into()]);
    let found: BTreeSet<String> = store
        .reader()
        .query_all_raw(statement)
        .await?
        .iter()
        .map(|row| row.try_get("", "name"))
        .collect::<Result<_, _>>()?;
    let expected: BTreeSet<String> = E::Column::iter().map(|column| column.unquoted().to_owned()).collect();
    assert_eq!(found, expected, "{table}");
    Ok(())
}

#[tokio::test]
async fn every_entity_reads_back_what_it_wrote_and_has_every_column() -> Asked {
    for store in testing::engines().await {
        for_every_entity!(has_just_these_columns(&store));
        for_every_entity!(reads_back(&store, 1, true));
        for_every_entity!(reads_back(&store, 2, false));
    }
    Ok(())
}

#[tokio::test]
async fn the_schema_goes_up_down_and_up_again() -> Asked {
    let mut engines = vec![testing::bare_sqlite().await];
    engines.extend(testing::bare_postgres().await);
    for store in engines {
        assert!(store::pending_migrations(&store).await? > 0);
        store::migrate(&store).await?;
        assert_eq!(store::pending_migrations(&store).await?, 0);
        store::unmigrate(&store, None).await?;
        assert_eq!(left_over(&store).await?, ["migration"], "nothing but the list of migrations is left");
        store::migrate(&store).await?;
        for_every_entity!(reads_back(&store, 1, true));
    }
    Ok(())
}

async fn left_over(store: &store::Store) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let question = match store.backend() {
        DbBackend::Postgres => {
            "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') \
             UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        }
        _ => "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
    };
    let rows = store.reader().query_all_raw(Statement::from_string(store.backend(), question)).await?;
    Ok(rows.iter().map(|row| row.try_get("", "name")).collect::<Result<_, _>>()?)
}

#[tokio::test]
async fn processes_that_migrate_at_once_do_it_once() -> Asked {
    let mut engines = vec![testing::bare_sqlite().await];
    engines.extend(testing::bare_postgres().await);
    for store in engines {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let settings = store.settings().clone();
            tasks.spawn(async move { store::migrate(&store::connect(&settings).await?).await });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        assert_eq!(store::pending_migrations(&store).await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn every_sqlite_table_is_strict() -> Asked {
    let store = testing::sqlite().await;
    let question = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 \
                    AND name NOT LIKE 'sqlite_%' AND name <> 'migration'";
    let loose = store.reader().query_all_raw(Statement::from_string(DbBackend::Sqlite, question)).await?;
    assert!(loose.is_empty(), "{} tables take any type", loose.len());

    let text_as_time =
        "INSERT INTO aside (owner, form, body, created_at, expires_at) VALUES (x'00', 'f', x'00', 'soon', 0)";
    let refused = store.writer().execute_unprepared(text_as_time).await.map_err(Error::from);
    assert_eq!(refused.map(drop), Err(Error::Broken("3091".into())), "SQLITE_CONSTRAINT_DATATYPE");
    Ok(())
}

#[tokio::test]
async fn audit_rows_and_seals_are_never_changed_nor_deleted() -> Asked {
    for store in testing::engines().await {
        for_every_entity!(reads_back(&store, 1, true));
        let mut deeds = vec![
            "UPDATE audit SET action = 'x'",
            "DELETE FROM audit",
            "UPDATE seal SET mac = mac",
            "DELETE FROM seal WHERE n = 1",
        ];
        match store.backend() {
            DbBackend::Postgres => deeds.extend(["TRUNCATE audit CASCADE", "TRUNCATE seal"]),
            _ => deeds.extend([
                "INSERT OR REPLACE INTO audit SELECT * FROM audit",
                "UPDATE OR REPLACE seal SET n = 2",
                "REPLACE INTO seal SELECT * FROM seal",
            ]),
        }
        for deed in deeds {
            let refused = store.writer().execute_unprepared(deed).await.map_err(Error::from);
            assert_eq!(refused.map(drop), Err(Error::AppendOnly), "{:?}: {deed}", store.backend());
        }
        assert_eq!(entity::audit::Entity::find().count(store.reader()).await?, 1);
        assert_eq!(entity::seal::Entity::find().count(store.reader()).await?, 1);
        // The address beside a row is another matter: it must go after 90 days.
        store.writer().execute_unprepared("DELETE FROM audit_address").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_row_shows_nothing_of_itself_in_debug() -> Asked {
    let store = testing::sqlite().await;
    for_every_entity!(reads_back(&store, 1, true));
    let account = entity::account::Entity::find().one(store.reader()).await?.ok_or("no row")?;
    assert_eq!(format!("{account:?}"), "account::Model(..)");
    Ok(())
}
