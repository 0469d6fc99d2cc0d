//! Setbacks.

use std::time::Duration;

use jobs::{Due, Registry, State};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use store::{entity::job, testing};

use crate::house::{Asked, House, Note, Panic, Slow, Stumble, all_finished, eager, until};

#[tokio::test]
async fn tries_are_counted_wait_longer_each_time_and_end() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Stumble("again".into())).await?;
        let (worker, stop) = house.hire(&store, eager(1));
        let mut waits = Vec::new();
        for tries in 1..=2 {
            until("waiting again", || async {
                jobs::list(&store)
                    .await
                    .is_ok_and(|rows| rows[0].state == State::Waiting && rows[0].tries == tries)
            })
            .await;
            let row = jobs::list(&store).await?.remove(0);
            assert_eq!(row.last_error.as_deref(), Some("away"));
            let wait = Duration::try_from(row.due.duration_since(house.now()))?;
            waits.push(wait);
            house.advance(wait);
        }
        assert!(waits[0] >= Duration::from_millis(750) && waits[1] > waits[0], "{waits:?}");
        let rows = all_finished(&store).await;
        assert_eq!(
            (rows[0].state, rows[0].tries, rows[0].last_error.as_deref()),
            (State::Failed, 3, Some("away"))
        );
        assert_eq!(house.ran().len(), 3);
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_can_never_work_is_tried_once() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Stumble("never".into())).await?;
        let (worker, stop) = house.hire(&store, eager(1));
        let rows = all_finished(&store).await;
        assert_eq!(
            (rows[0].state, rows[0].tries, rows[0].last_error.as_deref()),
            (State::Failed, 1, Some("refused"))
        );
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_try_that_would_come_after_the_deadline_is_not_waited_for() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        let deadline = house.now() + jiff::SignedDuration::from_millis(700);
        house.enqueue_due(&store, Stumble("again".into()), Due::now(house.now()).until(deadline)).await?;
        let (worker, stop) = house.hire(&store, eager(1));
        let rows = all_finished(&store).await;
        assert_eq!((rows[0].state, rows[0].tries), (State::Failed, 1));
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_job_that_panics_is_a_setback_and_harms_no_other() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Panic("bang".into())).await?;
        let (worker, stop) = house.hire(&store, eager(1));
        house.tries(1).await;
        house.enqueue(&store, Note("after".into())).await?;
        house.tries(2).await;
        house.advance(Duration::from_secs(60));
        let rows = all_finished(&store).await;
        let bang = rows.iter().find(|row| row.name == "test.panic").ok_or("gone")?;
        assert_eq!((bang.state, bang.tries, bang.last_error.as_deref()), (State::Failed, 2, Some("panic")));
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

/// Time stands here: tokio moves its clock on by itself when everything waits.
#[tokio::test]
async fn a_try_that_outlasts_its_patience_is_stopped() -> Asked {
    let store = testing::sqlite().await;
    let house = House::default();
    house.enqueue(&store, Slow("for ever".into())).await?;
    let (worker, stop) = house.hire(&store, eager(1));
    house.tries(1).await;
    tokio::time::pause();
    tokio::time::advance(crate::house::PATIENCE).await;
    tokio::time::resume();
    let rows = all_finished(&store).await;
    assert_eq!((rows[0].state, rows[0].last_error.as_deref()), (State::Failed, Some("timeout")));
    stop.cancel();
    worker.await?;
    Ok(())
}

#[tokio::test]
async fn a_payload_nobody_can_read_is_given_up_without_quoting_it() -> Asked {
    let store = testing::sqlite().await;
    let house = House::default();
    house.enqueue(&store, Note("a".into())).await?;
    let row = job::Entity::find().one(store.reader()).await?.ok_or("no job")?;
    let payload = Set(r#"{"hemligt": 1}"#.into());
    job::ActiveModel { id: Set(row.id), payload, ..Default::default() }.update(store.writer()).await?;
    let (worker, stop) = house.hire(&store, eager(1));
    let rows = all_finished(&store).await;
    assert_eq!((rows[0].state, rows[0].last_error.as_deref()), (State::Failed, Some("payload")));
    stop.cancel();
    worker.await?;
    Ok(())
}

#[tokio::test]
async fn a_job_this_program_does_not_know_is_left_for_one_that_does() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Stumble("of a newer release".into())).await?;
        house.enqueue(&store, Note("known".into())).await?;
        let (worker, stop) = house.hire_for(Registry::new().with::<Note>(), &store, eager(2));
        house.tries(1).await;
        stop.cancel();
        worker.await?;
        let rows = jobs::list(&store).await?;
        let unknown = rows.iter().find(|row| row.name == "test.stumble").ok_or("gone")?;
        assert_eq!((unknown.state, unknown.tries), (State::Waiting, 0));
    }
    Ok(())
}
