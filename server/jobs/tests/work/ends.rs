//! Nothing ends unheard.

use std::{sync::atomic::Ordering, time::Duration};

use jobs::{Due, Job, Line, Setback, Settings, State};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde::{Deserialize, Serialize};
use store::{entity::job, testing};

use crate::house::{Asked, House, Note, all_finished, eager, states, until};

/// Somebody relies on it, and must hear when it is not kept.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Promise(pub(crate) String);

impl Job for Promise {
    const NAME: &'static str = "test.promise";
    const PRIORITY: i64 = 5;
    const MAX_TRIES: u32 = 2;
    const PATIENCE: Duration = Duration::from_secs(30);
    const LINES: &'static [&'static str] = &["mail"];
    type House = House;

    async fn run(&self, house: &House) -> Result<(), Setback> {
        house.note(&self.0);
        match self.0.as_str() {
            "never" => Err(Setback::Never("refused")),
            "wait" => std::future::pending().await,
            _ => Err(Setback::Away("nobody")),
        }
    }

    async fn given_up(&self, house: &House, why: &str) -> Result<(), Setback> {
        if let Ok(mut heard) = house.heard.lock() {
            heard.push(format!("{}: {why}", self.0));
        }
        if house.deaf.load(Ordering::SeqCst) { Err(Setback::Later("busy")) } else { Ok(()) }
    }
}

#[tokio::test]
async fn a_job_hears_that_its_last_try_was_the_last() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Promise("again".into())).await?;
        house.enqueue(&store, Promise("never".into())).await?;
        let (worker, stop) = house.hire(&store, eager(2));
        house.tries(2).await;
        until("one is given up", || async { house.heard().len() == 1 }).await;
        assert_eq!(house.heard(), ["never: refused"]);
        house.advance(Duration::from_secs(60));
        assert_eq!(states(&all_finished(&store).await), [("failed".to_owned(), 2)].into());
        assert_eq!(house.heard(), ["never: refused", "again: nobody"]);
        assert_eq!((house.times("again"), house.times("never")), (2, 1));
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_deadline_that_passes_while_the_line_rests_is_heard_all_the_same() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        let deadline = house.now() + jiff::SignedDuration::from_secs(60);
        let line = Line { failures: 1, rest: Duration::from_secs(3600), ..Line::default() };
        let settings = Settings { lines: [("mail", line)].into(), ..eager(4) };
        let (worker, stop) = house.hire(&store, settings);
        house.enqueue(&store, Promise("first".into())).await?;
        house.tries(1).await;
        until("at rest", || async {
            jobs::list(&store).await.is_ok_and(|rows| rows[0].state == State::Waiting)
        })
        .await;
        house.enqueue_due(&store, Promise("later".into()), Due::now(house.now()).until(deadline)).await?;
        house.advance(Duration::from_secs(60));
        until("heard", || async { !house.heard().is_empty() }).await;
        assert_eq!(house.heard(), ["later: deadline"]);
        assert_eq!(house.ran(), ["first"], "nobody was called");
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_could_not_be_heard_is_told_again_and_not_done_again() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.deaf.store(true, Ordering::SeqCst);
        let deadline = house.now() + jiff::SignedDuration::from_secs(1);
        house.enqueue_due(&store, Promise("late".into()), Due::now(house.now()).until(deadline)).await?;
        house.advance(Duration::from_secs(1));
        let (worker, stop) = house.hire(&store, eager(1));
        for told in 1..=3 {
            until("told", || async { house.heard().len() >= told }).await;
            house.deaf.store(told < 3, Ordering::SeqCst);
            house.advance(Duration::from_secs(60));
        }
        let rows = all_finished(&store).await;
        assert_eq!((rows[0].state, rows[0].last_error.as_deref()), (State::Failed, Some("deadline")));
        assert!(house.heard().iter().all(|heard| heard == "late: deadline"));
        assert!(house.ran().is_empty());
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_job_that_killed_its_worker_each_time_hears_it_and_is_not_run_again() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.enqueue(&store, Promise("wait".into())).await?;
        for tries in 1..=2 {
            let (killed, _) = house.hire(&store, eager(1));
            house.tries(tries).await;
            killed.abort();
            let _ = killed.await;
            house.advance(2 * Promise::PATIENCE);
        }
        let (worker, stop) = house.hire(&store, eager(1));
        let rows = all_finished(&store).await;
        assert_eq!((rows[0].state, rows[0].tries), (State::Failed, 2));
        assert_eq!((house.ran().len(), house.heard()), (2, vec!["wait: lease".to_owned()]));
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_job_that_cannot_even_hear_ends_nevertheless() -> Asked {
    let store = testing::sqlite().await;
    let house = House::default();
    house.enqueue(&store, Promise("never".into())).await?;
    let row = job::Entity::find().one(store.reader()).await?.ok_or("no job")?;
    let payload = Set(r#"{"other": "version"}"#.into());
    job::ActiveModel { id: Set(row.id), payload, ..Default::default() }.update(store.writer()).await?;
    house.enqueue(&store, Note("after".into())).await?;
    let (worker, stop) = house.hire(&store, eager(1));
    let rows = all_finished(&store).await;
    assert_eq!(states(&rows), [("done".to_owned(), 1), ("failed".to_owned(), 1)].into());
    assert!(house.heard().is_empty());
    stop.cancel();
    worker.await?;
    Ok(())
}
