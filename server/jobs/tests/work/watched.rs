//! What operators see.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use jobs::{Due, Job, Line, Registry, Setback, Settings};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use serde::{Deserialize, Serialize};
use store::testing;
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt};

use crate::house::{Asked, House, Note, all_finished, eager, until};

/// Figures and lines, as they stand.
#[derive(Clone, Default)]
struct Seen {
    figures: Arc<Mutex<BTreeMap<String, f64>>>,
    lines: Arc<Mutex<Vec<String>>>,
}

struct Figure(Seen, String);

impl Figure {
    fn of(seen: &Seen, key: &Key) -> Arc<Self> {
        let labels: Vec<String> =
            key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Arc::new(Self(seen.clone(), format!("{}{{{}}}", key.name(), labels.join(","))))
    }

    fn change(&self, change: impl FnOnce(f64) -> f64) {
        if let Ok(mut figures) = self.0.figures.lock() {
            let figure = figures.entry(self.1.clone()).or_default();
            *figure = change(*figure);
        }
    }
}

impl CounterFn for Figure {
    fn increment(&self, value: u64) {
        self.change(|figure| figure + value as f64);
    }

    fn absolute(&self, value: u64) {
        self.change(|_| value as f64);
    }
}

impl GaugeFn for Figure {
    fn increment(&self, value: f64) {
        self.change(|figure| figure + value);
    }

    fn decrement(&self, value: f64) {
        self.change(|figure| figure - value);
    }

    fn set(&self, value: f64) {
        self.change(|_| value);
    }
}

impl HistogramFn for Figure {
    /// Kept is how often something was recorded.
    fn record(&self, _: f64) {
        self.change(|figure| figure + 1.0);
    }
}

impl Recorder for Seen {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Figure::of(self, key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Figure::of(self, key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Figure::of(self, key))
    }
}

impl<S: tracing::Subscriber> Layer<S> for Seen {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut line = event.metadata().level().to_string();
        event.record(&mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
            line.push_str(&format!(" {}={value:?}", field.name()));
        });
        if let Ok(mut lines) = self.lines.lock() {
            lines.push(line);
        }
    }
}

impl Seen {
    fn figure(&self, name: &str) -> Option<f64> {
        self.figures.lock().ok()?.get(name).copied()
    }

    fn says(&self, words: &[&str]) -> bool {
        let lines = self.lines.lock().map(|lines| lines.clone()).unwrap_or_default();
        lines.iter().any(|line| words.iter().all(|word| line.contains(word)))
    }
}

/// A notice: it should be out within a minute.
#[derive(Clone, Serialize, Deserialize)]
struct Notice(String);

impl Job for Notice {
    const NAME: &'static str = "test.notice";
    const LINES: &'static [&'static str] = &["sms"];
    const TARGET: Option<Duration> = Some(Duration::from_secs(60));
    type House = House;

    async fn run(&self, house: &House) -> Result<(), Setback> {
        house.note(&self.0);
        match self.0.as_str() {
            "refused" => Err(Setback::Never("refused")),
            _ if house.away.load(Ordering::SeqCst) => Err(Setback::Away("nobody")),
            _ => Ok(()),
        }
    }
}

fn registry() -> Registry<House> {
    Registry::new().with::<Notice>().with::<Note>()
}

#[tokio::test]
async fn figures_tell_by_name_and_line_what_was_sent_failed_and_is_tried_again() -> Asked {
    let seen = Seen::default();
    let _figures = metrics::set_default_local_recorder(&seen);
    let store = testing::sqlite().await;
    let house = House::default();
    for word in ["sent", "refused", "sent"] {
        house.enqueue(&store, Notice(word.into())).await?;
    }
    house.enqueue(&store, Note("beside".into())).await?;
    let (worker, stop) = house.hire_for(registry(), &store, eager(2));
    all_finished(&store).await;
    house.away.store(true, Ordering::SeqCst);
    house.enqueue(&store, Notice("away".into())).await?;
    house.tries(5).await;
    until("its setback is counted", || async {
        seen.figure("jobs_tries_total{name=test.notice,line=sms,outcome=away}") == Some(1.0)
    })
    .await;
    for (figure, value) in [
        ("jobs_tries_total{name=test.notice,line=sms,outcome=done}", 2.0),
        ("jobs_tries_total{name=test.notice,line=sms,outcome=never}", 1.0),
        ("jobs_tries_total{name=test.note,line=none,outcome=done}", 1.0),
        ("jobs_given_up_total{name=test.notice,line=sms}", 1.0),
        ("jobs_delay_seconds{name=test.notice,line=sms}", 2.0),
        ("jobs_seconds{name=test.notice,line=sms}", 4.0),
        ("jobs_line_resting{line=sms}", 0.0),
    ] {
        assert_eq!(seen.figure(figure), Some(value), "{figure}");
    }
    stop.cancel();
    worker.await?;
    Ok(())
}

#[tokio::test]
async fn the_age_of_the_oldest_is_not_made_younger_by_tries_and_raises_an_alarm() -> Asked {
    let seen = Seen::default();
    let _figures = metrics::set_default_local_recorder(&seen);
    let _lines = tracing::subscriber::set_default(tracing_subscriber::registry().with(seen.clone()));
    let store = testing::sqlite().await;
    let house = House::default();
    house.away.store(true, Ordering::SeqCst);
    house.enqueue(&store, Notice("old".into())).await?;
    // Another that is not wanted yet makes nothing old.
    let tomorrow = Due::after(house.now(), Duration::from_secs(24 * 60 * 60));
    house.enqueue_due(&store, Notice("tomorrow".into()), tomorrow).await?;

    let line = Line { failures: 1, rest: Duration::from_secs(3600), ..Line::default() };
    let settings = || Settings { lines: [("sms", line)].into(), ..eager(2) };
    let (worker, stop) = house.hire_for(registry(), &store, settings());
    until("the line rests", || async { seen.figure("jobs_line_resting{line=sms}") == Some(1.0) }).await;
    until("the setback is written down", || async { seen.says(&["WARN", "to be tried again"]) }).await;
    assert!(!seen.says(&["alarm"]), "it is young yet");
    stop.cancel();
    worker.await?;

    // A worker measures when it begins.
    house.advance(Duration::from_secs(90));
    let (worker, stop) = house.hire_for(registry(), &store, settings());
    until("measured", || async {
        seen.figure("jobs_oldest_seconds{name=test.notice,line=sms}") == Some(90.0)
    })
    .await;
    assert_eq!(seen.figure("jobs_waiting{name=test.notice,line=sms}"), Some(1.0));
    assert_eq!(seen.figure("jobs_waiting{name=test.note,line=none}"), Some(0.0));
    assert!(seen.says(&["ERROR", "alarm", "test.notice", "jobs=1", "milliseconds=90000"]));
    stop.cancel();
    worker.await?;
    Ok(())
}
