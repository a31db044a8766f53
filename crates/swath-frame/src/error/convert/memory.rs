//! A memory limit that did not suffice, in the words of the program: frames by label and line, not by name.

use swath_graph::Name;
use swath_memory::{Holder, format_bytes};
use swath_scheduler::RunError;

use super::{ErrorKind, Report};
use crate::Session;
use crate::persisted::Holding;

/// What else helps; before it stands what to release, where that is known.
const ELSE: &str = "raise memory_limit, select fewer columns or smaller partitions, or take a large result with `batches()` or \
     `to_parquet`";

/// One line of what is held.
struct Line {
    what: String,
    bytes: u64,
    /// What lets it go.
    release: Option<String>,
}

/// The report of [`RunError::MemoryLimit`].
pub(super) fn report(error: &RunError, session: Option<&Session>) -> Report {
    let RunError::MemoryLimit {
        key,
        what,
        needed,
        limit,
        held,
        ..
    } = error
    else {
        return Report::new(ErrorKind::Backend, error.to_string());
    };
    let held = lines(held, &key.name, session);
    let in_use: u64 = held.iter().map(|line| line.bytes).sum();
    let (scratch, threads) = session.map_or((0, 0), Session::scratch);
    let left = match limit.saturating_sub(in_use) {
        0 => "nothing is left".to_owned(),
        left => format!("{} are left", format_bytes(left)),
    };
    let scratch_of = match (scratch, threads) {
        (0, _) => String::new(),
        (_, 1) => format!("{} are scratch of 1 thread and ", format_bytes(scratch)),
        _ => format!(
            "{} are scratch of {threads} threads and ",
            format_bytes(scratch)
        ),
    };
    let first = format!(
        "{} are needed for {what}, and {left}: of the limit of {}, {scratch_of}{} are held",
        format_bytes(*needed),
        format_bytes(limit.saturating_add(scratch)),
        format_bytes(in_use)
    );
    let kind = ErrorKind::MemoryLimit {
        needed: *needed,
        limit: *limit,
        held: held
            .iter()
            .map(|line| (line.what.clone(), line.bytes))
            .collect(),
    };
    let mut report = Report::new(kind, first);
    if !held.is_empty() {
        let text: Vec<_> = held
            .iter()
            .map(|line| format!("{} {}", format_bytes(line.bytes), line.what))
            .collect();
        report.notes.push(("held", text.join(", ")));
    }
    let release = held.into_iter().find_map(|line| line.release);
    report.fix =
        Some(release.map_or_else(|| ELSE.to_owned(), |release| format!("{release}, {ELSE}")));
    report
}

/// The holders in the program's words, largest first; those with the same words as one.
fn lines(held: &[Holder], needs: &Name, session: Option<&Session>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for holder in held {
        let (what, release) = words(holder, needs, session);
        match lines.iter_mut().find(|line| line.what == what) {
            Some(line) => line.bytes += holder.bytes,
            None => lines.push(Line {
                what,
                bytes: holder.bytes,
                release,
            }),
        }
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.bytes));
    lines
}

/// What a holder is to the user, and what lets it go.
fn words(holder: &Holder, needs: &Name, session: Option<&Session>) -> (String, Option<String>) {
    // Held results are called by the name of their computation; what has no name has words.
    let Ok(name) = holder.what.as_str().parse::<Name>() else {
        return (holder.what.to_string(), None);
    };
    match session.and_then(|session| session.holding(&name)) {
        Some(Holding {
            label,
            from_memory,
            location,
        }) => {
            let what = match &label {
                Some(label) => format!("\"{label}\" ({location})"),
                None if from_memory => format!("rows from memory ({location})"),
                None => format!("persisted rows ({location})"),
            };
            let release = match &label {
                // They stay for as long as frames read them, as the one that failed may do.
                _ if from_memory => None,
                Some(label) => Some(format!("release `{label}`")),
                None => Some(format!("release what was persisted at {location}")),
            };
            (what, release)
        }
        None if name == *needs => ("other partitions of the same".to_owned(), None),
        None => (format!("results of {}", name.kind()), None),
    }
}
