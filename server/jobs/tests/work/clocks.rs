//! Clocks that jump.

use std::time::Duration;

use jobs::{Due, State};
use store::testing;

use crate::house::{Asked, House, Note, PATIENCE, Stumble, Wait, all_finished, eager, until};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn a_clock_set_forward_doubles_nothing_that_is_under_way() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Wait("long".into())).await?;
        let (worker, stop) = house.hire(&store, eager(2));
        house.tries(1).await;
        house.advance(DAY);
        // It looks around meanwhile; what is enqueued now shows that it has.
        for n in 0..20 {
            house.enqueue(&store, Note(n.to_string())).await?;
            house.tries(n + 2).await;
        }
        house.open_gate(1);
        let rows = all_finished(&store).await;
        let long = rows.iter().find(|row| row.name == "test.wait").ok_or("gone")?;
        assert_eq!((long.state, long.tries), (State::Done, 1));
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_clock_set_back_keeps_nothing_waiting_for_the_time_it_showed() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        // It was a day ahead, and things were written down by it: a job for now, one for later, ...
        house.advance(DAY);
        let (worker, stop) = house.hire(&store, eager(2));
        house.enqueue(&store, Stumble("again".into())).await?;
        until("waiting again", || async {
            jobs::list(&store).await.is_ok_and(|rows| rows[0].state == State::Waiting && rows[0].tries == 1)
        })
        .await;
        let later = Due::after(house.now(), Duration::from_secs(60));
        house.enqueue_due(&store, Note("later".into()), later).await?;
        // ... and it is set right while the worker works.
        house.set_back(DAY);
        house.enqueue(&store, Note("now".into())).await?;
        house.tries(2).await;
        assert_eq!(house.ran(), ["again", "now"]);
        house.advance(Duration::from_secs(60));
        house.tries(4).await;
        assert_eq!(house.times("later"), 1, "it waits as long as it was to wait, and no longer");
        assert_eq!(house.times("again"), 2);
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_was_enqueued_and_leased_in_the_future_is_found_by_a_worker_that_starts_after_the_jump() -> Asked
{
    for store in testing::engines().await {
        let house = House::default();
        house.advance(DAY);
        house.enqueue(&store, Wait("left".into())).await?;
        let (killed, _) = house.hire(&store, eager(1));
        house.tries(1).await;
        killed.abort();
        let _ = killed.await;
        house.enqueue(&store, Note("waits".into())).await?;
        house.set_back(DAY);

        let (worker, stop) = house.hire(&store, eager(2));
        house.tries(2).await;
        assert_eq!(house.ran(), ["left", "waits"], "the lease stands as long as a lease stands");
        house.advance(2 * PATIENCE);
        house.tries(3).await;
        house.open_gate(1);
        all_finished(&store).await;
        assert_eq!(house.times("left"), 2);
        stop.cancel();
        worker.await?;
    }
    Ok(())
}
