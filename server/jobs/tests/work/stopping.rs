//! Stopping, listing and clearing away.

use std::time::Duration;

use jobs::{Keep, Settings, State};
use store::testing;

use crate::house::{Asked, House, Note, Stumble, Wait, all_finished, eager, states};

#[tokio::test]
async fn a_worker_that_is_told_to_stop_ends_what_it_began_and_begins_nothing() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Wait("begun".into())).await?;
        let (worker, stop) = house.hire(&store, eager(1));
        house.tries(1).await;
        house.enqueue(&store, Note("not begun".into())).await?;
        stop.cancel();
        house.open_gate(1);
        worker.await?;
        assert_eq!(house.ran(), ["begun"]);
        let rows = jobs::list(&store).await?;
        assert_eq!(states(&rows), [("done".to_owned(), 1), ("waiting".to_owned(), 1)].into());
    }
    Ok(())
}

#[tokio::test]
async fn what_does_not_end_in_time_is_given_back_at_once() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Wait("long".into())).await?;
        let (worker, stop) = house.hire(&store, Settings { drain: Duration::from_millis(1), ..eager(1) });
        house.tries(1).await;
        stop.cancel();
        worker.await?;
        let row = jobs::list(&store).await?.remove(0);
        assert_eq!((row.state, row.tries, row.last_error.as_deref()), (State::Waiting, 0, Some("stopped")));

        // Nobody waits for a lease: the clock stands still.
        let (next, stop) = house.hire(&store, eager(1));
        house.tries(2).await;
        house.open_gate(1);
        all_finished(&store).await;
        stop.cancel();
        next.await?;
    }
    Ok(())
}

#[tokio::test]
async fn finished_work_is_cleared_away_when_it_is_old_and_nothing_else() -> Asked {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Note("done".into())).await?;
        house.enqueue(&store, Stumble("never".into())).await?;
        let (worker, stop) = house.hire(&store, eager(2));
        all_finished(&store).await;
        stop.cancel();
        worker.await?;
        house.enqueue(&store, Note("waits".into())).await?;

        let keep = Keep { done: DAY, failed: 2 * DAY };
        assert_eq!(jobs::clean(&store, house.now(), keep).await?, 0);
        for expected in [["failed", "waiting"].as_slice(), &["waiting"]] {
            house.advance(DAY + Duration::from_millis(1));
            assert_eq!(jobs::clean(&store, house.now(), keep).await?, 1);
            let mut left: Vec<_> =
                jobs::list(&store).await?.iter().map(|row| row.state.to_string()).collect();
            left.sort();
            assert_eq!(left, expected);
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_list_says_how_each_job_stands_and_not_what_is_in_it() -> Asked {
    let store = testing::sqlite().await;
    let house = House::default();
    house.enqueue(&store, Note("innehåll".into())).await?;
    let rows = jobs::list(&store).await?;
    assert_eq!(rows[0].state, State::Waiting);
    let json = serde_json::to_value(&rows)?;
    let mut fields: Vec<_> = json[0].as_object().ok_or("no object")?.keys().cloned().collect();
    fields.sort();
    assert_eq!(fields, ["due", "id", "last_error", "name", "state", "tries"]);
    assert_eq!(json[0]["due"], "1970-01-01T00:00:00Z");
    assert!(!json.to_string().contains("innehåll"));
    Ok(())
}
