//! What functions of plugins say while they run, as a program sees it that listens.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, OnceLock};

use tracing::field::{Field, Visit};
use tracing::span;

use crate::isolated::apart;
use crate::scene::{behave, in_parts, linked, loaded};

/// What was logged in this process, one line an event: its level and its fields.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// Those of all threads, from the first call on.
    pub(crate) fn global() -> Self {
        static LINES: OnceLock<Lines> = OnceLock::new();
        let listening = || {
            let lines = Self::default();
            tracing::subscriber::set_global_default(lines.clone()).expect("the only one");
            lines
        };
        LINES.get_or_init(listening).clone()
    }

    pub(crate) fn containing(&self, words: &str) -> Vec<String> {
        let lines = self.0.lock().expect("no panic");
        let lines = lines.iter().filter(|line| line.contains(words));
        lines.cloned().collect()
    }
}

/// The fields of an event.
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {field}={value:?}").expect("text can be written");
    }
}

impl tracing::Subscriber for Lines {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        let target = metadata.target();
        target.starts_with("swath_plugin_host") || target.starts_with("swath_ops")
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

/// How far a function is, wherever it runs: an event of each of its partitions.
#[test]
fn progress_is_an_event() -> swath::Result<()> {
    let lines = Lines::global();
    for (how, (session, _folder)) in [
        ("linked", (linked(), None)),
        ("loaded", {
            let (session, folder) = loaded();
            (session, Some(folder))
        }),
        ("apart", {
            let (session, folder) = apart(1);
            (session, Some(folder))
        }),
    ] {
        let before = lines.containing("a function goes on").len();
        let df = in_parts(&session, 2)?;
        df.map_partitions(behave("progress"))?.compute()?;
        let mut said = lines.containing("a function goes on").split_off(before);
        said.sort();
        assert_eq!(
            said,
            [0, 1].map(|partition| format!(
                "DEBUG message=a function goes on partition={partition} done=3 total=8"
            )),
            "{how}"
        );
    }
    Ok(())
}
