//! Functions of every kind, through everything that stands between them and a host.

#![expect(clippy::panic, reason = "functions that panic are what is tried")]

mod aggregates;
mod partitions;
mod scalars;
mod sinks;
mod sources;

use std::fmt::Display;
use std::sync::Arc;

use insta::assert_snapshot;
use swath_plugin::arrow_array::{ArrayRef, Float64Array};
use swath_plugin::prelude::*;

#[expect(deprecated, reason = "it is listed still")]
mod listed {
    use super::aggregates::Sum;
    use super::partitions::{Liar, Scale};
    use super::scalars::{add_one, plus_one, repeat};

    swath_plugin::plugin! {
        name: "tried",
        functions: [plus_one, repeat, Scale, Liar, Sum, add_one, super::scalars::r#match],
    }
}

fn floats(values: impl IntoIterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Float64Array>())
}

/// Words with the lines of this program left out, which move.
fn lineless(words: impl Display) -> String {
    let words = words.to_string();
    let Some((before, after)) = words.split_once(".rs:") else {
        return words;
    };
    let after = after.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{before}.rs:[line]{after}")
}

#[test]
fn the_manifest() -> Result<()> {
    let manifest = testing::manifest(listed::plugin())?;
    let text = serde_json::to_string_pretty(&manifest)?;
    let text = text.replace(std::env::consts::ARCH, "<arch>");
    assert_snapshot!(text);
    Ok(())
}
