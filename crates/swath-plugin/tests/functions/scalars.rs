//! Functions of values, their errors among them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use insta::assert_snapshot;
use swath_batch::Host;
use swath_plugin::arrow_array::cast::AsArray;
use swath_plugin::arrow_array::types::Int8Type;
use swath_plugin::arrow_array::{
    Array as _, ArrayRef, DictionaryArray, StringArray, StringViewArray, UInt8Array,
};
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

/// Its name is a word of the language.
#[scalar]
pub(super) fn r#match(r#type: i64) -> bool {
    r#type == 1
}

#[test]
fn words_of_the_language_are_names() {
    assert_eq!(<r#match as Scalar>::NAME, "match");
    let example = <r#match as Scalar>::EXAMPLE.expect("of its type");
    assert_eq!(example.input, "type: int64?");
}

/// A place that was not found, and why.
#[derive(Debug)]
struct Lost(std::num::ParseIntError);

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no such place")
    }
}

impl std::error::Error for Lost {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// The number of a place.
#[scalar]
fn place(text: &str) -> std::result::Result<i64, Lost> {
    text.parse().map_err(Lost)
}

#[test]
fn errors_come_with_their_causes() {
    let texts: ArrayRef = Arc::new(StringViewArray::from(vec!["moon"]));
    let error = testing::run_scalar(place {}, &[texts]).expect_err("no number");
    assert_snapshot!(error, @"no such place: invalid digit found in string");
}

/// Its texts in the encoding that its parameter names.
#[derive(Params)]
struct Encoded {
    how: String,
}

impl Scalar for Encoded {
    const NAME: &'static str = "encoded";

    fn bind(&self, _: &[Field]) -> Result<Returns> {
        Returns::nullable(match self.how.as_str() {
            "keys" => "category",
            _ => "string",
        })
    }

    fn call(&self, _: &[ArrayRef], rows: usize, _: &Cx) -> Result<ArrayRef> {
        let texts = || std::iter::repeat_n(Some("a"), rows);
        Ok(match self.how.as_str() {
            "offsets" => Arc::new(texts().collect::<StringArray>()),
            "keys" => Arc::new(texts().collect::<DictionaryArray<Int8Type>>()),
            "short" => Arc::new(texts().skip(1).collect::<StringViewArray>()),
            "numbers" => Arc::new(UInt8Array::from(vec![1; rows])),
            _ => Arc::new(texts().collect::<StringViewArray>()),
        })
    }
}

/// What Arrow's kernels return has mostly another encoding than what crosses.
#[test]
fn any_encoding_of_what_was_declared_is_returned() -> Result<()> {
    let given = [floats([Some(1.0), None])];
    let run = |how: &str| {
        testing::run_scalar(
            Encoded {
                how: how.to_owned(),
            },
            &given,
        )
    };
    assert_eq!(run("offsets")?.as_ref(), run("views")?.as_ref());
    let keys = run("keys")?;
    assert_eq!(*keys.data_type(), DType::Category.border());
    assert_snapshot!(run("short").expect_err("one is missing"), @"returned 1 values for 2 rows");
    assert_snapshot!(run("numbers").expect_err("no texts"), @"returned UInt8, and declared string");
    Ok(())
}
