//! What runs when.

use std::{sync::atomic::Ordering, time::Duration};

use jobs::{Due, Settings, State};
use store::testing;

use crate::house::{Asked, House, Note, Urgent, Wait, all_finished, eager, until};

#[tokio::test]
async fn the_urgent_goes_first_then_what_was_due_first() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        for (word, delay) in [("third", 3), ("second", 2), ("first", 1)] {
            let due = Due::after(house.now(), Duration::from_secs(delay));
            house.enqueue_due(&store, Note(word.into()), due).await?;
        }
        let due = Due::after(house.now(), Duration::from_secs(4));
        house.enqueue_due(&store, Urgent("urgent".into()), due).await?;
        house.advance(Duration::from_secs(10));
        let (worker, stop) = house.hire(&store, eager(1));
        all_finished(&store).await;
        assert_eq!(house.ran(), ["urgent", "first", "second", "third"]);
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_urgent_keep_nobody_waiting_for_ever() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Note("patient".into())).await?;
        house.advance(Duration::from_millis(1));
        for _ in 0..24 {
            house.enqueue(&store, Urgent("urgent".into())).await?;
        }
        let (worker, stop) = house.hire(&store, eager(1));
        all_finished(&store).await;
        let place = house.ran().iter().position(|ran| ran == "patient").ok_or("never ran")?;
        assert_eq!(place, 7, "the eighth place is for who has waited longest");
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn nothing_runs_before_it_is_due() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        let due = Due::after(house.now(), Duration::from_secs(60));
        house.enqueue_due(&store, Note("later".into()), due).await?;
        let (worker, stop) = house.hire(&store, eager(1));
        house.advance(Duration::from_secs(59));
        house.enqueue(&store, Note("now".into())).await?;
        house.tries(1).await;
        assert_eq!(house.ran(), ["now"]);
        house.advance(Duration::from_secs(1));
        house.tries(2).await;
        assert_eq!(house.ran(), ["now", "later"]);
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn nothing_runs_after_its_deadline() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        let deadline = house.now() + jiff::SignedDuration::from_secs(60);
        house.enqueue_due(&store, Note("late".into()), Due::now(house.now()).until(deadline)).await?;
        house.advance(Duration::from_secs(60));
        let (worker, stop) = house.hire(&store, eager(1));
        let rows = all_finished(&store).await;
        assert_eq!(
            (rows[0].state, rows[0].tries, rows[0].last_error.as_deref()),
            (State::Failed, 0, Some("deadline"))
        );
        assert!(house.ran().is_empty());
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_commit_wakes_the_worker_of_its_process() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        // It would look again in an hour.
        let (worker, stop) =
            house.hire(&store, Settings { look_every: Duration::from_secs(3600), ..eager(2) });
        for n in 0..10 {
            house.enqueue(&store, Note(n.to_string())).await?;
            house.tries(n + 1).await;
        }
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn no_more_run_at_once_than_there_are_hands() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        for n in 0..10 {
            house.enqueue(&store, Wait(n.to_string())).await?;
        }
        let (worker, stop) = house.hire(&store, eager(3));
        until("three at once", || async { house.at_once.load(Ordering::SeqCst) == 3 }).await;
        house.open_gate(10);
        all_finished(&store).await;
        assert_eq!(house.most_at_once.load(Ordering::SeqCst), 3);
        stop.cancel();
        worker.await?;
    }
    Ok(())
}
