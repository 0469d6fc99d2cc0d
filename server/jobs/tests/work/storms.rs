//! Crowded and broken databases.

use std::time::Duration;

use jiff::Timestamp;
use jobs::Due;
use sea_orm::{ActiveValue::Set, EntityTrait};
use store::{Store, entity::limit_, testing};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::house::{Asked, House, Note, PATIENCE, eager, states, until};

/// Writes as the portal does, all the while; a database that is busy is tried again.
async fn write_until(store: Store, writer: u8, stop: CancellationToken) -> store::Result<u32> {
    let mut written = 0_u32;
    while !stop.is_cancelled() {
        let tick = limit_::ActiveModel {
            name: Set("test".into()),
            subject: Set([&[writer][..], &written.to_le_bytes()].concat()),
            window: Set(0),
            count: Set(1),
        };
        let write = store.change(move |tx| async move {
            limit_::Entity::insert(tick).exec(&tx).await?;
            Ok::<_, store::Error>(())
        });
        match write.await {
            Ok(()) => written += 1,
            Err(store::Error::Busy(_)) => {}
            Err(broken) => return Err(broken),
        }
    }
    Ok(written)
}

/// So many notes in one transaction, however busy the database is.
async fn enqueue_all(store: &Store, jobs: usize, now: Timestamp) -> Asked {
    loop {
        let enqueued = store.change(move |tx| async move {
            for n in 0..jobs {
                jobs::enqueue(&tx, vec![(&Note(n.to_string()), Due::now(now))]).await?;
            }
            Ok::<_, jobs::Error>(())
        });
        match enqueued.await {
            Err(jobs::Error::Store(store::Error::Busy(_))) => {}
            other => return Ok(other?),
        }
    }
}

#[tokio::test]
async fn work_goes_on_beside_fifty_writers_of_sqlite() -> Asked {
    const JOBS: usize = 100;
    let store = testing::sqlite().await;
    let other = store::connect(store.settings()).await?;
    let (house, crowd) = (House::default(), CancellationToken::new());
    let mut writers = JoinSet::new();
    for writer in 0..50 {
        let store = if writer % 2 == 0 { (*store).clone() } else { other.clone() };
        writers.spawn(write_until(store, writer, crowd.clone()));
    }
    let hired = [house.hire(&store, eager(4)), house.hire(&other, eager(4))];
    enqueue_all(&store, JOBS, house.now()).await?;
    until("all done", || async {
        jobs::list(&store).await.is_ok_and(|rows| states(&rows) == [("done".to_owned(), JOBS)].into())
    })
    .await;
    crowd.cancel();
    let mut written = 0;
    while let Some(by_one) = writers.join_next().await {
        written += by_one??;
    }
    assert!(written > 0, "there was no crowd");
    assert_eq!(house.ran().len(), JOBS, "none ran twice");
    for (worker, stop) in hired {
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_postgresql_restarted_in_the_middle_loses_nothing() -> Asked {
    const JOBS: usize = 300;
    let Some(store) = testing::postgres().await else { return Ok(()) };
    let house = House::default();
    let other = store::connect(store.settings()).await?;
    enqueue_all(&store, JOBS, house.now()).await?;
    let hired = [house.hire(&store, eager(2)), house.hire(&other, eager(2))];
    for crash in 1..=2 {
        house.tries(crash * JOBS / 3).await;
        store.server().ok_or("no server")?.crash_and_restart()?;
    }
    until("all done", || async {
        // A lease whose commit was heard of by nobody runs out like any other.
        house.advance(PATIENCE);
        tokio::time::sleep(Duration::from_millis(100)).await;
        jobs::list(&store).await.is_ok_and(|rows| states(&rows) == [("done".to_owned(), JOBS)].into())
    })
    .await;
    let ran = house.ran();
    for n in 0..JOBS {
        assert!(ran.contains(&n.to_string()), "job {n} was lost");
    }
    for (worker, stop) in hired {
        stop.cancel();
        worker.await?;
    }
    Ok(())
}
