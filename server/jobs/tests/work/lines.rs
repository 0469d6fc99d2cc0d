//! What leaves the house: bounded, at its pace, and at rest while nobody is there.

use std::{collections::BTreeMap, num::NonZeroU32, sync::atomic::Ordering, time::Duration};

use jobs::{Job, Line, Registry, Setback, Settings, State};
use serde::{Deserialize, Serialize};
use store::testing;

use crate::house::{Asked, House, Note, all_finished, eager, states, until};

/// Longer than any test.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Calls somebody who may be away.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Call(pub(crate) String);

impl Job for Call {
    const NAME: &'static str = "test.call";
    const PRIORITY: i64 = 5;
    const MAX_TRIES: u32 = 3;
    const LINES: &'static [&'static str] = &["mail"];
    type House = House;

    async fn run(&self, house: &House) -> Result<(), Setback> {
        house.note(&self.0);
        if house.away.load(Ordering::SeqCst) { Err(Setback::Away("nobody")) } else { Ok(()) }
    }
}

/// Calls somebody who thinks for long.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Hang(pub(crate) String);

impl Job for Hang {
    const NAME: &'static str = "test.hang";
    const PRIORITY: i64 = 5;
    const LINES: &'static [&'static str] = &["slow"];
    type House = House;

    async fn run(&self, house: &House) -> Result<(), Setback> {
        house.note(&self.0);
        house.wait_at_gate().await;
        Ok(())
    }
}

fn with(workers: usize, line: Line) -> Settings {
    let lines = BTreeMap::from([("mail", line), ("slow", line), ("sms", Line::default())]);
    Settings { lines, ..eager(workers) }
}

#[tokio::test]
async fn an_outage_costs_a_few_tries_and_holds_up_nothing_else() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.away.store(true, Ordering::SeqCst);
        for n in 0..100 {
            house.enqueue(&store, Call(format!("call {n}"))).await?;
        }
        for n in 0..20 {
            house.enqueue(&store, Note(format!("note {n}"))).await?;
        }
        let line = Line { failures: 3, rest: HOUR, ..Line::default() };
        let (worker, stop) = house.hire(&store, with(4, line));
        until("all notes done", || async {
            jobs::list(&store).await.is_ok_and(|rows| {
                rows.iter().filter(|row| row.name == "test.note" && row.state == State::Done).count() == 20
            })
        })
        .await;
        stop.cancel();
        worker.await?;
        let calls = house.ran().iter().filter(|ran| ran.starts_with("call")).count();
        assert!((3..=5).contains(&calls), "{calls}: three in a row, and what was under way by then");

        // Another worker knows nothing of that rest.
        house.away.store(false, Ordering::SeqCst);
        house.advance(HOUR);
        let (worker, stop) = house.hire(&store, eager(4));
        assert_eq!(states(&all_finished(&store).await), [("done".to_owned(), 120)].into());
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn once_somebody_is_there_again_nothing_waits_for_the_clock_of_the_outage() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        house.away.store(true, Ordering::SeqCst);
        let line = Line { failures: 1, rest: Duration::from_millis(20), ..Line::default() };
        let (worker, stop) = house.hire(&store, with(4, line));
        house.enqueue(&store, Call("first".into())).await?;
        // Its next try is a second away, and the clock stands still.
        until("waiting again", || async {
            jobs::list(&store).await.is_ok_and(|rows| rows[0].state == State::Waiting && rows[0].tries == 1)
        })
        .await;
        house.away.store(false, Ordering::SeqCst);
        house.enqueue(&store, Call("ahead".into())).await?;
        assert_eq!(states(&all_finished(&store).await), [("done".to_owned(), 2)].into());
        assert_eq!(house.ran(), ["first", "ahead", "first"]);
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_job_that_times_out_tires_its_line() -> Asked {
    let store = testing::sqlite().await;
    let house = House::default();
    for n in 0..4 {
        house.enqueue(&store, Hang(format!("hang {n}"))).await?;
    }
    let (worker, stop) = house.hire(&store, with(2, Line { failures: 1, rest: HOUR, ..Line::default() }));
    house.tries(1).await;
    tokio::time::pause();
    tokio::time::advance(Hang::PATIENCE).await;
    tokio::time::resume();
    until("written down", || async {
        jobs::list(&store)
            .await
            .is_ok_and(|rows| rows.iter().any(|row| row.last_error.as_deref() == Some("timeout")))
    })
    .await;
    house.enqueue(&store, Note("after".into())).await?;
    house.tries(2).await;
    assert_eq!(house.ran(), ["hang 0", "after"]);
    stop.cancel();
    worker.await?;
    Ok(())
}

#[tokio::test]
async fn a_line_that_hangs_leaves_a_hand_for_everything_else() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        for n in 0..10 {
            house.enqueue(&store, Hang(format!("hang {n}"))).await?;
        }
        let (worker, stop) = house.hire(&store, eager(4));
        until("three hang", || async { house.at_once.load(Ordering::SeqCst) == 3 }).await;
        for n in 0..20 {
            house.enqueue(&store, Note(format!("note {n}"))).await?;
        }
        house.enqueue(&store, Call("other line".into())).await?;
        house.tries(24).await;
        assert_eq!(house.times("other line"), 1);
        house.open_gate(10);
        all_finished(&store).await;
        assert_eq!(house.most_at_once.load(Ordering::SeqCst), 3);
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn no_more_are_on_a_line_at_once_than_it_allows() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        for n in 0..10 {
            house.enqueue(&store, Hang(n.to_string())).await?;
        }
        let (worker, stop) = house.hire(&store, with(8, Line { at_once: 2, ..Line::default() }));
        until("two at once", || async { house.at_once.load(Ordering::SeqCst) == 2 }).await;
        house.open_gate(10);
        all_finished(&store).await;
        assert_eq!(house.most_at_once.load(Ordering::SeqCst), 2);
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_line_with_a_pace_is_taken_up_again_without_a_bell() -> Asked {
    let store = testing::sqlite().await;
    let house = House::default();
    for n in 0..12 {
        house.enqueue(&store, Call(n.to_string())).await?;
    }
    // It would look again in an hour; the line says that it has room before that.
    let line = Line { per_second: NonZeroU32::new(5), ..Line::default() };
    let (worker, stop) = house.hire(&store, Settings { look_every: HOUR, ..with(8, line) });
    assert_eq!(states(&all_finished(&store).await), [("done".to_owned(), 12)].into());
    stop.cancel();
    worker.await?;
    Ok(())
}

/// Calls nobody, and says that nobody is there.
#[derive(Clone, Serialize, Deserialize)]
struct Alone;

impl Job for Alone {
    const NAME: &'static str = "test.alone";
    const MAX_TRIES: u32 = 1;
    type House = House;

    async fn run(&self, house: &House) -> Result<(), Setback> {
        house.note("alone");
        Err(Setback::Away("nobody"))
    }
}

#[tokio::test]
async fn what_fails_beside_a_line_rests_no_line() -> Asked {
    let store = testing::sqlite().await;
    let house = House::default();
    for _ in 0..20 {
        house.enqueue(&store, Alone).await?;
    }
    let (worker, stop) = house.hire_for(Registry::new().with::<Alone>(), &store, eager(2));
    assert_eq!(states(&all_finished(&store).await), [("failed".to_owned(), 20)].into());
    assert_eq!(house.times("alone"), 20);
    stop.cancel();
    worker.await?;
    Ok(())
}

/// Leaves by the line it names; one of them is down.
#[derive(Clone, Serialize, Deserialize)]
struct Either(String);

impl Job for Either {
    const NAME: &'static str = "test.either";
    const LINES: &'static [&'static str] = &["mail", "sms"];
    type House = House;

    fn line(&self) -> Option<&'static str> {
        match self.0.as_str() {
            "mail" => Some("mail"),
            "sms" => Some("sms"),
            "pigeon" => Some("pigeon"),
            _ => None,
        }
    }

    async fn run(&self, house: &House) -> Result<(), Setback> {
        house.note(&self.0);
        if self.0 == "mail" { Err(Setback::Away("nobody")) } else { Ok(()) }
    }
}

#[tokio::test]
async fn jobs_of_one_name_leave_by_their_own_lines_and_one_at_rest_holds_up_no_other() -> Asked {
    for store in testing::engines().await {
        let house = House::default();
        for n in 0..60 {
            let line = ["mail", "sms", "inside"][n % 3];
            house.enqueue(&store, Either(line.into())).await?;
        }
        let line = Line { at_once: 1, failures: 2, rest: HOUR, ..Line::default() };
        let (worker, stop) = house.hire_for(Registry::new().with::<Either>(), &store, with(4, line));
        until("all but the mails done", || async {
            let expected = [("done".to_owned(), 40), ("waiting".to_owned(), 20)].into();
            jobs::list(&store).await.is_ok_and(|rows| states(&rows) == expected)
        })
        .await;
        assert_eq!(house.times("mail"), 2);
        stop.cancel();
        worker.await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_job_for_a_line_it_never_named_is_not_even_written_down() -> Asked {
    let store = testing::sqlite().await;
    let refused = House::default().enqueue(&store, Either("pigeon".into())).await;
    assert!(matches!(refused, Err(jobs::Error::Line("test.either"))));
    assert!(jobs::list(&store).await?.is_empty());
    Ok(())
}
