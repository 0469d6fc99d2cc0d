//! The log: JSON lines, or lines for people.

use std::{fmt, io::Write};

use clap::ValueEnum;
use serde_json::{Map, Value, json};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

/// How a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Style {
    /// One JSON object.
    #[default]
    Json,
    /// For a person at a terminal.
    Pretty,
}

/// Where the log goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output: the log is all a serving process writes.
    Output,
    /// Standard error: standard output belongs to a command's answer.
    Error,
}

/// What is ours to answer for: our crates, and the seals of the audit log, which leave the house this way.
#[rustfmt::skip]
const HOUSE: [&str; 12] = [
    "app", "bankid", "dispatch", "hjarntorget", "jobs", "navet", "portal", "seal", "server", "ss12000", "store", "wire",
];

/// Every field a line may hold. None of them can hold a person; ids are our own and random.
#[rustfmt::skip]
pub const FIELDS: [&str; 43] = [
    "account", "application", "call", "cause", "changed", "correlation", "directive", "error", "failure", "file",
    "first", "hint", "identification", "job", "jobs", "language", "last", "links_closed", "listener", "location", "mac",
    "mark", "method", "milliseconds", "mode", "n", "name", "path", "persons", "proof", "pupils", "read", "reason",
    "reference", "request", "route", "rows", "state", "status", "tries", "unreadable", "what", "why",
];

/// Writes the log from now on. A second call changes nothing.
pub fn start(style: Style, stream: Stream) {
    let _ = tracing_subscriber::registry().with(Lines { style, stream }).try_init();
    std::panic::set_hook(Box::new(|panic| {
        // Where it happened, never what it said: that may quote a value.
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(location, "panicked");
    }));
}

struct Lines {
    style: Style,
    stream: Stream,
}

/// What a span tells every event inside it.
struct Told(Map<String, Value>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        is_heard(metadata)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Told(fields.map));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut told = Map::new();
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(Told(map)) = span.extensions().get() {
                told.extend(map.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
        }
        told.extend(fields.map);
        let line = line(self.style, event.metadata(), fields.message, told);
        // Nobody is left to tell when the stream is gone.
        let _ = match self.stream {
            Stream::Output => std::io::stdout().lock().write_all(line.as_bytes()),
            Stream::Error => std::io::stderr().lock().write_all(line.as_bytes()),
        };
    }
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    let root = metadata.target().split("::").next().unwrap_or_default();
    HOUSE.contains(&root)
}

fn is_heard(metadata: &Metadata<'_>) -> bool {
    *metadata.level() <= if is_ours(metadata) { Level::INFO } else { Level::WARN }
}

fn line(style: Style, metadata: &Metadata<'_>, message: String, mut fields: Map<String, Value>) -> String {
    // Other people's messages may quote anything; that there was one, and where, is what we keep.
    let message = if is_ours(metadata) {
        message
    } else {
        fields.clear();
        "said something".to_owned()
    };
    let time = portal::Clock::system().now().to_string();
    match style {
        Style::Json => {
            let mut line = json!({
                "time": time,
                "level": metadata.level().as_str().to_ascii_lowercase(),
                "target": metadata.target(),
                "message": message,
            });
            if let Some(line) = line.as_object_mut() {
                line.extend(fields);
            }
            format!("{line}\n")
        }
        Style::Pretty => {
            let clock = time.get(11..19).unwrap_or_default();
            let fields: Vec<String> = fields
                .iter()
                .filter(|(key, _)| *key != "request")
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            format!("{clock} {:5} {message}  {}\n", metadata.level(), fields.join(" "))
        }
    }
}

/// The message and the allowed fields of an event.
#[derive(Default)]
struct Fields {
    message: String,
    map: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        if FIELDS.contains(&field.name()) {
            self.map.insert(field.name().to_owned(), value);
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = text;
        } else {
            self.put(field, Value::String(text));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message = value.to_owned();
        } else {
            self.put(field, Value::String(value.to_owned()));
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Keeps the lines instead of writing them.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<Value>>>);

    impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Kept {
        fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
            Lines { style: Style::Json, stream: Stream::Output }.on_new_span(attributes, id, context);
        }

        fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
            if !is_heard(event.metadata()) {
                return;
            }
            let mut fields = Fields::default();
            event.record(&mut fields);
            let mut told = Map::new();
            for span in context.event_scope(event).into_iter().flatten() {
                told.extend(span.extensions().get::<Told>().map(|told| told.0.clone()).unwrap_or_default());
            }
            told.extend(fields.map);
            let line = line(Style::Json, event.metadata(), fields.message, told);
            self.0.lock().unwrap().push(serde_json::from_str(&line).unwrap());
        }
    }

    fn lines(say: impl FnOnce()) -> Vec<Value> {
        let kept = Kept::default();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(kept.clone()), say);
        kept.0.lock().unwrap().clone()
    }

    #[test]
    fn only_fields_on_the_list_are_written() {
        let lines = lines(|| tracing::info!(target: "portal", status = 3, number = "tolvan", "done"));
        assert_eq!(lines[0]["status"], 3);
        assert_eq!(lines[0]["message"], "done");
        assert!(lines[0].get("number").is_none());
    }

    #[test]
    fn an_event_bears_the_request_it_happened_in() {
        let lines = lines(|| {
            tracing::info_span!(target: "server", "request", request = "r1")
                .in_scope(|| tracing::info!(target: "portal", "x"));
        });
        assert_eq!(lines[0]["request"], "r1");
    }

    #[test]
    fn what_others_say_is_not_quoted() {
        let lines = lines(|| {
            tracing::info!(target: "sqlx::query", "select 1");
            tracing::warn!(target: "sqlx::query", state = "19121212", "slow: 19121212");
        });
        assert_eq!(lines.len(), 1);
        assert!(!lines[0].to_string().contains("1912"));
    }

    #[test]
    fn a_line_stays_one_line() {
        let lines = lines(|| tracing::info!(target: "portal", reason = "a\r\nb\u{1b}[31m", "x\ny"));
        assert_eq!(lines[0]["reason"], "a\r\nb\u{1b}[31m");
    }
}
