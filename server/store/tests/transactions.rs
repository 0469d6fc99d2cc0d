//! What a transaction promises, on both engines.

use std::{sync::Arc, time::Duration};

use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, Statement};
use store::{
    Error, Store,
    entity::{account, limit_},
    testing,
};
use tokio::sync::Notify;

type Asked = Result<(), Box<dyn std::error::Error>>;

fn tick(subject: u8) -> limit_::ActiveModel {
    limit_::ActiveModel {
        name: Set("test".into()),
        subject: Set(vec![subject]),
        window: Set(0),
        count: Set(1),
    }
}

async fn ticks(store: &Store) -> Result<u64, sea_orm::DbErr> {
    limit_::Entity::find().count(store.reader()).await
}

#[tokio::test]
async fn a_refused_change_leaves_nothing_behind() -> Asked {
    for store in testing::engines().await {
        let refused = store
            .change(|tx| async move {
                limit_::Entity::insert(tick(1)).exec(&tx).await?;
                Err::<(), _>(Error::Broken("no".into()))
            })
            .await;
        assert_eq!(refused, Err(Error::Broken("no".into())));
        assert_eq!(ticks(&store).await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_change_that_breaks_down_leaves_nothing_behind_and_no_lock() -> Asked {
    for store in testing::engines().await {
        let broken: Result<(), Error> = store
            .change(|tx| async move {
                limit_::Entity::insert(tick(1)).exec(&tx).await?;
                panic!("a bug")
            })
            .await;
        assert!(matches!(broken, Err(Error::Broken(_))));
        let kept = store.change(|tx| async move {
            limit_::Entity::insert(tick(2)).exec(&tx).await?;
            Ok::<_, Error>(())
        });
        kept.await?;
        assert_eq!(ticks(&store).await?, 1);
    }
    Ok(())
}

#[tokio::test]
async fn a_change_runs_to_its_end_though_whoever_asked_has_hung_up() -> Asked {
    for store in testing::engines().await {
        let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let visitor = tokio::spawn({
            let (store, begun, go) = ((*store).clone(), begun.clone(), go.clone());
            async move {
                let change = store.change(|tx| async move {
                    limit_::Entity::insert(tick(1)).exec(&tx).await?;
                    begun.notify_one();
                    go.notified().await;
                    limit_::Entity::insert(tick(2)).exec(&tx).await?;
                    tx.ring_after_commit();
                    Ok::<_, Error>(())
                });
                change.await
            }
        });
        begun.notified().await;
        visitor.abort();
        assert!(visitor.await.is_err_and(|end| end.is_cancelled()));

        let committed = store.bell();
        tokio::pin!(committed);
        committed.as_mut().enable();
        go.notify_one();
        tokio::time::timeout(Duration::from_secs(60), committed).await?;
        assert_eq!(ticks(&store).await?, 2);
    }
    Ok(())
}

/// sqlx#4385: a `begin` dropped midway leaves a pooled connection inside a transaction.
#[tokio::test]
async fn clients_that_hang_up_leave_no_connection_inside_a_transaction() -> Asked {
    let Some(store) = testing::postgres().await else { return Ok(()) };
    for round in 0..60_u8 {
        let asking = tokio::spawn({
            let store = (*store).clone();
            async move {
                let change = store.change(move |tx| async move {
                    limit_::Entity::insert(tick(round)).exec(&tx).await?;
                    Ok::<_, Error>(())
                });
                change.await
            }
        });
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        asking.abort();
    }
    // Each of the eight writers is taken once more and must be outside of any transaction.
    let mut held = Vec::new();
    for _ in 0..store.settings().max_writers {
        held.push(store.begin().await?);
    }
    let question = "SELECT count(*) AS n FROM pg_stat_activity \
                    WHERE state = 'idle in transaction' AND application_name = 'hjarntorget'";
    let row = held[0].query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await?;
    let idle: i64 = row.ok_or("no answer")?.try_get("", "n")?;
    assert_eq!(idle, held.len() as i64 - 1, "only the transactions that this test holds");
    for tx in held {
        tx.rollback().await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_bell_rings_after_the_commit_and_not_for_a_rollback() -> Asked {
    for store in testing::engines().await {
        let bell = store.bell();
        tokio::pin!(bell);
        bell.as_mut().enable();

        let undone = store.begin().await?;
        undone.ring_after_commit();
        undone.rollback().await?;
        let silent = store.begin().await?;
        silent.commit().await?;
        assert!(futures_pending(bell.as_mut()).await, "nothing was committed that rings");

        let tx = store.begin().await?;
        tx.ring_after_commit();
        assert!(futures_pending(bell.as_mut()).await, "not before the commit");
        tx.commit().await?;
        assert!(!futures_pending(bell.as_mut()).await);
    }
    Ok(())
}

/// Whether `future` has nothing to say yet.
async fn futures_pending(future: std::pin::Pin<&mut impl Future>) -> bool {
    let mut future = Some(future);
    std::future::poll_fn(|context| {
        let pending = future.as_mut().is_none_or(|future| future.as_mut().poll(context).is_pending());
        std::task::Poll::Ready(pending)
    })
    .await
}

#[tokio::test]
async fn a_transaction_still_used_elsewhere_is_not_committed() -> Asked {
    for store in testing::engines().await {
        let keep = Arc::new(std::sync::Mutex::new(None));
        let kept = keep.clone();
        let outcome = store
            .change(move |tx| async move {
                limit_::Entity::insert(tick(1)).exec(&tx).await?;
                kept.lock().map_err(|_| Error::Broken("lock".into()))?.replace(tx.clone());
                Ok::<_, Error>(())
            })
            .await;
        assert!(matches!(outcome, Err(Error::Broken(_))));
        keep.lock().unwrap().take();
        assert_eq!(ticks(&store).await?, 0);
    }
    Ok(())
}

fn an_account(id: &str) -> account::ActiveModel {
    account::ActiveModel {
        id: Set(id.into()),
        subject: Set(b"the same secret subject".to_vec()),
        number: Set(vec![1]),
        name: Set(vec![1]),
        email: Set(None),
        email_index: Set(None),
        email_verified_at: Set(None),
        email_failing_since: Set(None),
        mobile: Set(None),
        mobile_index: Set(None),
        mobile_verified_at: Set(None),
        mobile_failing_since: Set(None),
        information_version: Set("1".into()),
        language: Set("sv".into()),
        language_at: Set(0),
        state: Set("open".into()),
        opened_at: Set(0),
        opened_by: Set("bankid".into()),
        closed_at: Set(None),
        close_reason: Set(None),
        undo_until: Set(None),
        updated_at: Set(0),
    }
}

#[tokio::test]
async fn of_a_hundred_parallel_accounts_for_one_person_one_stands_and_the_rest_conflict() -> Asked {
    for store in testing::engines().await {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..100 {
            let store = (*store).clone();
            tasks.spawn(async move {
                let open = store.change(move |tx| async move {
                    account::Entity::insert(an_account(&n.to_string())).exec(&tx).await?;
                    Ok::<_, Error>(())
                });
                open.await
            });
        }
        let mut opened = 0;
        while let Some(outcome) = tasks.join_next().await {
            match outcome? {
                Ok(()) => opened += 1,
                Err(refused) => {
                    assert!(
                        matches!(&refused, Error::Conflict(name) if name == "account_subject"),
                        "{refused:?}"
                    );
                }
            }
        }
        assert_eq!(opened, 1);
        assert_eq!(account::Entity::find().count(store.reader()).await?, 1);
    }
    Ok(())
}

#[tokio::test]
async fn an_error_names_the_constraint_and_no_value() -> Asked {
    for store in testing::engines().await {
        account::Entity::insert(an_account("a-random-id")).exec(store.writer()).await?;
        let twice = account::Entity::insert(an_account("a-random-id")).exec(store.writer()).await;
        let refused = Error::from(twice.map(drop).unwrap_err());
        assert!(
            matches!(&refused, Error::Conflict(name) if name == "account_id" || name == "account_subject")
        );
        assert!(!format!("{refused:?} {refused}").contains("random"));
    }
    Ok(())
}

#[tokio::test]
async fn a_reader_cannot_write() -> Asked {
    for store in testing::engines().await {
        assert!(limit_::Entity::insert(tick(1)).exec(store.reader()).await.is_err());
        assert_eq!(ticks(&store).await?, 0);
    }
    Ok(())
}
