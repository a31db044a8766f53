//! Functions of values, their errors among them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use insta::assert_snapshot;
use swath_batch::Host;
use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::{ArrayRef, StringArray, StringViewArray, UInt8Array};
use swath_plugin::prelude::*;

use super::floats;

/// One more.
///
/// Of a float.
#[scalar]
pub(super) fn plus_one(x: f64) -> f64 {
    x + 1.0
}

/// A text as often as it says.
#[scalar]
pub(super) fn repeat(text: &str, times: Option<u8>) -> Result<String, std::num::TryFromIntError> {
    let times = usize::try_from(times.map_or(-1, i64::from))?;
    Ok(text.repeat(times))
}

/// What is left of a limit.
#[scalar]
fn left(used: f64) -> Result<f64> {
    if used > 1.0 {
        return Err(Error::new("more than all of it").retryable());
    }
    Ok(1.0 - used)
}

/// Old.
#[deprecated(note = "use `plus_one`")]
#[scalar]
pub(super) fn add_one(x: f64) -> f64 {
    plus_one(x)
}

#[test]
fn scalars_of_values() -> Result<()> {
    assert_eq!(plus_one(1.0), 2.0);
    let found = testing::run_scalar(plus_one {}, &[floats([Some(1.0), None])])?;
    assert_eq!(&found, &floats([Some(2.0), None]));
    let texts: ArrayRef = Arc::new(StringViewArray::from(vec![Some("ab"), None]));
    let times: ArrayRef = Arc::new(UInt8Array::from(vec![2, 3]));
    let found = testing::run_scalar(repeat {}, &[Arc::clone(&texts), times])?;
    let found = found.as_string_view();
    assert_eq!(found.iter().collect::<Vec<_>>(), [Some("abab"), None]);

    let plain: ArrayRef = Arc::new(StringArray::from(vec![Some("ab"), None]));
    let times: ArrayRef = Arc::new(UInt8Array::from(vec![2, 3]));
    let found = testing::run_scalar(repeat {}, &[plain, times])?;
    assert_eq!(
        found.as_string_view().iter().collect::<Vec<_>>(),
        [Some("abab"), None]
    );

    let error = testing::run_scalar(plus_one {}, &[]).expect_err("no argument");
    assert_snapshot!(error, @"it was given 0 arguments, it takes 1");
    let error = testing::run_scalar(plus_one {}, &[Arc::clone(&texts)]).expect_err("a text");
    assert_snapshot!(error, @r#"argument 1 must be float64 (`.cast("float64")` makes one), `0` is string"#);
    let none: ArrayRef = Arc::new(UInt8Array::from(vec![None, Some(1)]));
    let error = testing::run_scalar(repeat {}, &[texts, none]).expect_err("its own");
    assert_snapshot!(error, @"out of range integral type conversion attempted");
    assert_eq!(
        &testing::run_scalar(left {}, &[floats([Some(0.25)])])?,
        &floats([Some(0.75)])
    );
    let error = testing::run_scalar(left {}, &[floats([Some(1.5)])]).expect_err("its own");
    assert_snapshot!(error, @"more than all of it");
    Ok(())
}

/// A task that is cancelled after a look at whether it is.
#[derive(Default)]
struct Brief(AtomicUsize);

impl Host for Brief {
    fn check(&self) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
        match self.0.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(()),
            _ => Err("cancelled".into()),
        }
    }

    fn partition(&self) -> (usize, usize) {
        (0, 1)
    }
}

#[test]
fn a_function_of_values_stops_within_a_batch() {
    let column = floats((0..100_000).map(|row| Some(f64::from(row))));
    let cx = Cx::new(Arc::new(Brief::default()));
    let stopped = plus_one {}.call(&[column], 100_000, &cx);
    assert_snapshot!(stopped.unwrap_err(), @"the run was asked to stop: cancelled");
}
