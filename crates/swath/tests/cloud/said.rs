//! All that is said while a test runs, none of which may be secret.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use swath::SessionBuilder;
use swath::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span;

/// In everything that a test gives and that nobody may see again.
pub(crate) const SECRET: &str = "S3CRET";

/// What was said: messages, debug texts, plans, events.
#[derive(Clone, Default)]
pub(crate) struct Said {
    events: Arc<Mutex<Vec<String>>>,
    pub(crate) told: String,
}

impl Said {
    /// Hears all events of this process from now on.
    pub(crate) fn begin() -> Self {
        let said = Self::default();
        let events = Events(Arc::clone(&said.events));
        tracing::subscriber::set_global_default(events).expect("one test a process");
        said
    }

    /// The message of a mistake, which is kept for a snapshot.
    pub(crate) fn mistake<T>(&mut self, what: &str, outcome: swath::Result<T>) -> swath::Error {
        let error = outcome.err().expect(what);
        writeln!(self.told, "## {what}\n{}\n", told(&error)).expect("text");
        self.hears(&format!("{error:?}"));
        self.hears(&error.to_string());
        error
    }

    /// Takes note of a text.
    #[track_caller]
    pub(crate) fn hears(&self, text: &str) {
        assert!(!text.contains(SECRET), "{text}");
        self.events.lock().expect("no panic").push(text.to_owned());
    }

    /// Takes note of what a frame says of itself.
    #[track_caller]
    pub(crate) fn sees(&self, frame: &DataFrame) {
        let explain = frame.explain();
        self.hears(&format!("{frame} {frame:?} {explain} {explain:?}"));
        self.hears(&format!(
            "{} {} {}",
            explain.json(),
            explain.dot(),
            explain.mermaid()
        ));
    }

    /// Events of requests that were made again.
    pub(crate) fn retries(&self) -> Vec<String> {
        let events = self.events.lock().expect("no panic");
        let again = events.iter().filter(|event| event.contains("made again"));
        again.cloned().collect()
    }

    /// Checks the events, and gives the messages without what differs from run to run.
    #[track_caller]
    pub(crate) fn end(self, host: &str) -> String {
        self.hears(&self.told);
        let events = self.events.lock().expect("no panic");
        let secret = events.iter().find(|event| event.contains(SECRET));
        assert_eq!(secret, None);
        self.told.replace(host, "[server]")
    }
}

/// The message without the numbers of lines.
fn told(error: &swath::Error) -> String {
    let text = error.to_string();
    let lines = text.lines().map(|line| match line.find(".rs:") {
        Some(at) => format!("{}[line]", &line[..at + ".rs:".len()]),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Keeps every event and span, with its fields.
struct Events(Arc<Mutex<Vec<String>>>);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, "{field}={value:?};").expect("text");
    }
}

impl Events {
    fn keep(&self, metadata: &tracing::Metadata<'_>, fields: &Fields) {
        let event = format!("{} {}", metadata.target(), fields.0);
        self.0.lock().expect("no panic").push(event);
    }
}

impl tracing::Subscriber for Events {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        let mut fields = Fields(String::new());
        span.record(&mut fields);
        self.keep(span.metadata(), &fields);
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        self.keep(event.metadata(), &fields);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// A session of one thread: of two, either may be the first to fail.
pub(crate) fn session() -> SessionBuilder {
    Session::builder().threads(1).memory_limit("256MiB")
}
