//! Hostile files end in errors: a panic in a decoder is one too.

use parquet::errors::ParquetError;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use swath_graph::Shown;

use crate::IoError;

/// Runs what decodes bytes of `path`; a panic in it becomes [`IoError::Corrupt`].
///
/// What the closure was changing is not to be used again after an error: readers stop at the first one.
pub(crate) fn contain<T>(
    path: &str,
    decode: impl FnOnce() -> Result<T, IoError>,
) -> Result<T, IoError> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|panic| {
        Err(IoError::corrupt(
            path,
            format!("the decoder gave up: {}", Shown(message(panic.as_ref()))),
        ))
    })
}

/// The text of a panic.
fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a word")
}

/// The account of the `parquet` crate, or our own error where that is what it carries.
pub(super) fn parquet_error(path: &str, error: ParquetError) -> IoError {
    match error {
        ParquetError::External(source) => match source.downcast::<IoError>() {
            Ok(own) => *own,
            Err(other) => IoError::corrupt(path, Shown(other)),
        },
        ParquetError::General(reason)
        | ParquetError::EOF(reason)
        | ParquetError::ArrowError(reason) => IoError::corrupt(path, Shown(reason)),
        other => IoError::corrupt(path, Shown(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_that_names_the_file() {
        let error = contain("a.parquet", || -> Result<(), _> { panic!("no page {}", 7) })
            .expect_err("contained");
        insta::assert_snapshot!(error, @"`a.parquet` is damaged: the decoder gave up: no page 7");
    }
}
