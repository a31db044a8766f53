//! Bytes as a file that a session reads.

use std::path::Path;
use swath::prelude::*;
use swath::{Error, ErrorKind};

/// Computes a frame over a file of these bytes in a few ways; `skips` says that lines may be passed over. Errors are answers; panics
/// of tasks are not.
///
/// # Panics
/// Where a task panicked, and where a frame has another number of rows than its rows are.
#[expect(
    clippy::disallowed_methods,
    reason = "the file is what is read, not one that swath writes"
)]
pub(crate) fn read(
    name: &str,
    bytes: &[u8],
    skips: bool,
    open: impl Fn(&Session, &Path) -> swath::Result<DataFrame>,
) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).expect("a small file is written");
    let session = Session::builder()
        .threads(1)
        .memory_limit("64MiB")
        .build()
        .expect("64 MiB suffice for a thread");
    let Some(df) = answer(open(&session, &file)) else {
        return;
    };
    let rows = answer(df.compute()).map(|table| table.num_rows() as u64);
    let counted = answer(df.len().get::<u64>());
    if let (Some(rows), Some(counted)) = (rows, counted) {
        // Where bad lines are passed over, those are that have no value for the columns that are read.
        assert!(
            rows == counted || (skips && rows < counted),
            "{rows} rows, and a length of {counted}"
        );
    }
    let names: Vec<String> = df.columns().iter().map(|&name| name.to_owned()).collect();
    for name in &names {
        answer(
            df.filter(col(&**name).notna())
                .and_then(|df| df.select(&**name)?.compute()),
        );
        answer(df.max(&**name).and_then(|max| max.compute()));
    }
}

/// The outcome, if it is one; an error is none, unless it is a task's panic.
fn answer<T>(outcome: Result<T, Error>) -> Option<T> {
    match outcome {
        Ok(answer) => Some(answer),
        Err(error) => {
            let panicked = matches!(error.kind(), ErrorKind::Panic { .. });
            assert!(!panicked, "{error}");
            None
        }
    }
}
