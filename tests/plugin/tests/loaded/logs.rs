//! What a library logs arrives at the host's own.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};

use insta::assert_snapshot;
use tracing::field::{Field, Visit};
use tracing::span;

use super::{behave, in_child, is_child, part};

/// Keeps what is logged from warnings on, level and fields.
#[derive(Clone, Default)]
pub(super) struct Logged(Arc<Mutex<Vec<String>>>);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").expect("text can be written");
    }
}

impl tracing::Subscriber for Logged {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::WARN
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut fields = Fields(event.metadata().level().to_string());
        event.record(&mut fields);
        self.0.lock().expect("no panic").push(fields.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl Logged {
    /// Whether nothing was said yet.
    pub(super) fn is_silent(&self) -> bool {
        self.0.lock().expect("no panic").is_empty()
    }

    /// The only line with these words.
    #[track_caller]
    pub(super) fn line(&self, words: &str) -> String {
        let logged = self.0.lock().expect("no panic");
        let mut lines = logged.iter().filter(|line| line.contains(words));
        let Some(line) = lines.next() else {
            unreachable!("no line with `{words}`: {logged:?}");
        };
        assert!(lines.next().is_none(), "{logged:?}");
        line.clone()
    }
}

#[test]
fn words_arrive_with_where_they_were_said() {
    let logged = Logged::default();
    tracing::subscriber::with_default(logged.clone(), || {
        assert_eq!(behave("log").expect("an answer"), [part()]);
    });
    assert_snapshot!(logged.line("3 rows"), @r#"WARN message=3 rows plugin="tried" function="tried.behave" partition=2 target="swath_tried""#);
}

/// What a function keeps of its input is told when nothing of its answer is left, which may be made of it.
#[test]
fn what_it_keeps_is_logged() {
    let logged = Logged::default();
    tracing::subscriber::with_default(logged.clone(), || {
        let lines = || logged.0.lock().expect("no panic").len();
        // It returns its input without a copy.
        drop(behave("").expect("an answer"));
        assert_eq!(lines(), 0);
        let answer = behave("hoard").expect("an answer");
        assert_eq!(lines(), 0);
        drop(answer);
        assert_eq!(lines(), 1);
    });
    let line = logged.line("keeps");
    assert!(
        line.contains(r#"function="tried.behave" partition=2"#) && line.contains("bytes="),
        "{line}"
    );
}

/// A panic in a thread that the function began is told, and spoils nothing else.
#[test]
fn a_panic_in_a_thread_of_its_own_is_logged() {
    if !is_child() {
        return in_child("logs::a_panic_in_a_thread_of_its_own_is_logged");
    }
    let logged = Logged::default();
    tracing::subscriber::set_global_default(logged.clone()).expect("there is none before");
    assert_eq!(behave("thread").expect("an answer"), [part()]);
    let line = logged.line("nobody asked for it");
    assert!(
        line.starts_with("ERROR ") && line.contains("panicked: ") && line.contains("lib.rs:"),
        "{line}"
    );
}
