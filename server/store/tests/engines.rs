//! What is peculiar to one engine.

use std::{fs, os::unix::fs::PermissionsExt};

use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, Statement, Value};
use store::{Error, Settings, entity::limit_, testing};

type Asked = Result<(), Box<dyn std::error::Error>>;

fn tick(subject: Vec<u8>) -> limit_::ActiveModel {
    limit_::ActiveModel { name: Set("test".into()), subject: Set(subject), window: Set(0), count: Set(1) }
}

async fn asked(on: &impl ConnectionTrait, question: &str) -> Result<String, Box<dyn std::error::Error>> {
    let row = on.query_one_raw(Statement::from_string(on.get_database_backend(), question)).await?;
    let row = row.ok_or("no answer")?;
    Ok(row.try_get_by::<i64, _>(0).map(|n| n.to_string()).or_else(|_| row.try_get_by::<String, _>(0))?)
}

#[tokio::test]
async fn the_file_is_for_its_owner_alone_and_so_are_its_companions() -> Asked {
    let store = testing::sqlite().await;
    let folder = store.folder().join("private");
    let mode = |path: &std::path::Path| fs::metadata(path).map(|about| about.permissions().mode() & 0o777);
    assert_eq!(mode(&folder)?, 0o700);
    for file in ["test.db", "test.db-wal", "test.db-shm"] {
        assert_eq!(mode(&folder.join(file))?, 0o600, "{file}");
    }
    Ok(())
}

#[tokio::test]
async fn sqlite_keeps_what_it_acknowledged_and_wipes_what_it_deleted() -> Asked {
    let store = testing::sqlite().await;
    for connection in [store.reader(), store.writer()] {
        for (pragma, value) in [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("foreign_keys", "1"),
            ("busy_timeout", "5000"),
            ("trusted_schema", "0"),
            ("secure_delete", "1"),
            ("temp_store", "2"),
        ] {
            assert_eq!(asked(connection, &format!("PRAGMA {pragma}")).await?, value, "{pragma}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn fifty_writers_in_two_processes_never_find_sqlite_busy() -> Asked {
    let store = testing::sqlite().await;
    let other = store::connect(store.settings()).await?;
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..50_u8 {
        let store = if writer % 2 == 0 { (*store).clone() } else { other.clone() };
        tasks.spawn(async move {
            for round in 0..10_u8 {
                let change = store.change(move |tx| async move {
                    // Read, then write: the order in which a deferred transaction would fail.
                    let before = limit_::Entity::find().count(&tx).await?;
                    limit_::Entity::insert(tick(vec![writer, round])).exec(&tx).await?;
                    Ok::<_, Error>(before)
                });
                change.await?;
            }
            Ok::<_, Error>(())
        });
    }
    while let Some(outcome) = tasks.join_next().await {
        outcome??;
    }
    assert_eq!(limit_::Entity::find().count(store.reader()).await?, 500);
    Ok(())
}

#[tokio::test]
async fn a_full_disk_is_told_apart_and_passes() -> Asked {
    let store = testing::sqlite().await;
    let pages: i64 = asked(store.writer(), "PRAGMA page_count").await?.parse()?;
    asked(store.writer(), &format!("PRAGMA max_page_count = {pages}")).await?;
    let write = |size: usize| {
        store.change(move |tx| async move {
            limit_::Entity::insert(tick(vec![7; size])).exec(&tx).await?;
            Ok::<_, Error>(())
        })
    };
    assert_eq!(write(1_000_000).await, Err(Error::Full));
    asked(store.writer(), "PRAGMA max_page_count = 1000000").await?;
    assert_eq!(write(1_000_000).await, Ok(()));
    Ok(())
}

#[tokio::test]
async fn a_database_that_lives_in_memory_or_nowhere_is_refused() {
    for url in ["sqlite::memory:", "sqlite://x?mode=memory", "mysql://host/x", "", "sqlite"] {
        assert!(matches!(store::connect(&Settings::new(url)).await, Err(Error::Broken(_))), "{url}");
    }
}

#[test]
fn settings_do_not_show_their_password() {
    let settings = Settings::new("postgres://app:hemligt@db/hjarntorget");
    assert!(!format!("{settings:?}").contains("hemligt"));
}

#[tokio::test]
async fn postgres_gives_up_on_what_takes_too_long() -> Asked {
    let Some(store) = testing::postgres().await else { return Ok(()) };
    for connection in [store.reader(), store.writer()] {
        for (setting, value) in [
            ("idle_in_transaction_session_timeout", "30s"),
            ("statement_timeout", "15s"),
            ("lock_timeout", "5s"),
            ("synchronous_commit", "on"),
        ] {
            assert_eq!(asked(connection, &format!("SHOW {setting}")).await?, value, "{setting}");
        }
    }
    let tx = store.begin().await?;
    tx.execute_unprepared("SET LOCAL statement_timeout = '1ms'").await?;
    let slow = tx.execute_unprepared("SELECT pg_sleep(60)").await.map(drop).map_err(Error::from);
    assert_eq!(slow, Err(Error::Busy("57014".into())));
    Ok(())
}

#[tokio::test]
async fn a_restarted_postgres_is_found_again_and_nothing_acknowledged_is_gone() -> Asked {
    let Some(store) = testing::postgres().await else { return Ok(()) };
    limit_::Entity::insert(tick(vec![1])).exec(store.writer()).await?;
    store.server().ok_or("no server")?.crash_and_restart()?;
    // Connections of before are found dead one by one; each costs at most one refused question.
    let mut count = Err(Error::Full);
    for _ in 0..=store.settings().max_readers {
        count = limit_::Entity::find().count(store.reader()).await.map_err(Error::from);
        match &count {
            Ok(_) => break,
            Err(refused) => assert!(matches!(refused, Error::Busy(_)), "{refused:?}"),
        }
    }
    assert_eq!(count, Ok(1));
    Ok(())
}

#[tokio::test]
async fn what_postgres_cannot_hold_is_refused_without_quoting_it() -> Asked {
    let Some(store) = testing::postgres().await else { return Ok(()) };
    let question = "SELECT $1::text";
    let value: Value = "hemlig\0text".into();
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, question, [value]);
    let refused = store.reader().query_one_raw(statement).await.map(drop).map_err(Error::from);
    assert_eq!(refused, Err(Error::Broken("22021".into())), "character_not_in_repertoire");
    Ok(())
}
