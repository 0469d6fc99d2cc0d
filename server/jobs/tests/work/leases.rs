//! Nothing is lost, and nothing is doubled while its lease stands.

use std::{collections::BTreeSet, time::Duration};

use jobs::State;
use sea_orm::{EntityTrait, PaginatorTrait};
use store::{entity::job, testing};

use crate::house::{Asked, Change, House, Note, PATIENCE, STORE, Wait, all_finished, eager, states};

#[tokio::test]
async fn a_job_of_a_rolled_back_transaction_never_was() -> Asked {
    for store in testing::engines().await {
        let tx = store.begin().await?;
        jobs::enqueue(&tx, vec![(&Note("a".into()), jobs::Due::now(House::default().now()))]).await?;
        tx.rollback().await?;
        assert_eq!(job::Entity::find().count(store.reader()).await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn workers_of_two_processes_share_the_work_and_run_each_job_once() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        let other = store::connect(store.settings()).await?;
        let hired = [house.hire(&store, eager(4)), house.hire(&other, eager(4))];
        for n in 0..200 {
            house.enqueue(&store, Note(n.to_string())).await?;
        }
        let rows = all_finished(&store).await;
        assert_eq!(states(&rows), [("done".to_owned(), 200)].into());
        let ran = house.ran();
        assert_eq!(ran.len(), 200);
        assert_eq!(ran.into_iter().collect::<BTreeSet<_>>().len(), 200);
        for (worker, stop) in hired {
            stop.cancel();
            worker.await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn two_workers_on_one_job_run_it_once() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        let other = store::connect(store.settings()).await?;
        house.enqueue(&store, Wait("only".into())).await?;
        let hired = [house.hire(&store, eager(4)), house.hire(&other, eager(4))];
        house.tries(1).await;
        // Both go on looking while it runs; a job enqueued later shows that they have.
        for n in 0..20 {
            house.enqueue(&store, Note(n.to_string())).await?;
        }
        house.tries(21).await;
        house.open_gate(1);
        all_finished(&store).await;
        assert_eq!(house.ran().iter().filter(|ran| *ran == "only").count(), 1);
        for (worker, stop) in hired {
            stop.cancel();
            worker.await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_a_killed_worker_left_is_resumed_when_its_lease_runs_out_and_not_before() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Wait("left".into())).await?;
        let (killed, _) = house.hire(&store, eager(1));
        house.tries(1).await;
        killed.abort();
        assert!(killed.await.is_err_and(|end| end.is_cancelled()));

        let (worker, stop) = house.hire(&store, eager(1));
        house.advance(PATIENCE);
        house.enqueue(&store, Note("later".into())).await?;
        house.tries(2).await;
        assert_eq!(house.ran(), ["left", "later"], "the lease still stands");

        house.advance(PATIENCE);
        house.tries(3).await;
        house.open_gate(1);
        let rows = all_finished(&store).await;
        let left = rows.iter().find(|row| row.name == "test.wait").ok_or("gone")?;
        assert_eq!((left.state, left.tries), (State::Done, 2));
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_job_that_kills_its_worker_each_time_is_given_up() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Wait("deadly".into())).await?;
        for tries in 1..=3 {
            let (killed, _) = house.hire(&store, eager(1));
            house.tries(tries).await;
            killed.abort();
            let _ = killed.await;
            house.advance(2 * PATIENCE);
        }
        let (worker, stop) = house.hire(&store, eager(1));
        let rows = all_finished(&store).await;
        assert_eq!(
            (rows[0].state, rows[0].tries, rows[0].last_error.as_deref()),
            (State::Failed, 3, Some("lease"))
        );
        assert_eq!(house.ran().len(), 3);
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_worker_whose_lease_ran_out_does_not_overwrite_what_another_found() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Wait("slow".into())).await?;
        let (first, stop_first) = house.hire(&store, eager(1));
        house.tries(1).await;
        house.advance(2 * PATIENCE);
        let (second, stop_second) = house.hire(&store, eager(1));
        house.tries(2).await;

        // Both are at it now. The gate lets the first one through, and its worker ends with writing that down.
        stop_first.cancel();
        house.open_gate(1);
        first.await?;
        let row = jobs::list(&store).await?.remove(0);
        assert_eq!((row.state, row.tries), (State::Running, 2), "the second lease is untouched");

        house.open_gate(1);
        let rows = all_finished(&store).await;
        assert_eq!((rows[0].state, rows[0].tries), (State::Done, 2));
        stop_second.cancel();
        second.await?;
    }
    Ok(())
}

#[tokio::test]
async fn no_connection_is_held_while_a_job_runs() -> Asked {
    let store = testing::sqlite().await;
    if let Ok(mut shared) = STORE.lock() {
        shared.replace((*store).clone());
    }
    let house = House::default();
    for n in 0..32 {
        house.enqueue(&store, Change(n)).await?;
    }
    // SQLite has one writer. Were it held by a running job, every change in a job would wait for itself.
    let (worker, stop) = house.hire(&store, eager(16));
    house.tries(32).await;
    let rows = all_finished(&store).await;
    assert_eq!(states(&rows), [("done".to_owned(), 64)].into());
    stop.cancel();
    worker.await?;
    if let Ok(mut shared) = STORE.lock() {
        shared.take();
    }
    Ok(())
}

#[tokio::test]
async fn a_worker_waits_for_a_database_that_is_away() -> Asked {
    let Some(store) = testing::postgres().await else { return Ok(()) };
    let house = House::default();
    let (worker, stop) = house.hire(&store, eager(2));
    house.enqueue(&store, Note("before".into())).await?;
    house.tries(1).await;
    store.server().ok_or("no server")?.crash_and_restart()?;
    let mut enqueued = house.enqueue(&store, Note("after".into())).await;
    for _ in 0..20 {
        if enqueued.is_ok() {
            break;
        }
        enqueued = house.enqueue(&store, Note("after".into())).await;
    }
    enqueued?;
    house.tries(2).await;
    // A commit whose answer was lost may have enqueued it twice; it is never lost.
    assert!(house.ran().contains(&"after".to_owned()));
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(60), worker).await??;
    Ok(())
}
