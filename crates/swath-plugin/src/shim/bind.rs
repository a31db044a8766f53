//! What every kind of function does when it is bound.

use std::fmt::{self, Display, Formatter};

use serde::Deserialize;
use swath_meta::{Field, Index, Meta};
use swath_plugin_abi::{ArrowSchema, BindRequest, Contract, code};
use swath_plugin_data::{Columns, give_metas, take_metas};

use crate::{Error, Params, Result};

/// The columns of a frame, and the types in which the host hands its rows over: those of its version, not of this one.
pub(crate) type Input = (Meta, Columns);

/// What a function takes, beside parameters.
pub(crate) enum Takes<'a> {
    Nothing,
    OneInput,
    /// Frames of these names.
    Frames(&'a [&'a str]),
}

impl Takes<'_> {
    fn count(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::OneInput => 1,
            Self::Frames(names) => names.len(),
        }
    }
}

impl Display for Takes<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("no input"),
            Self::OneInput => f.write_str("one input"),
            Self::Frames(names) => write!(f, "{} frames ({})", names.len(), names.join(", ")),
        }
    }
}

/// What a host of a later version may say.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Context {
    requires: Vec<String>,
}

/// Refuses what the host needs a function to understand, and what came later.
fn understood(context: &str) -> Result<()> {
    let context: Context = match context {
        "" => Context::default(),
        text => serde_json::from_str(text)?,
    };
    match context.requires.first() {
        None => Ok(()),
        Some(word) => Err(Error::of(
            code::UNSUPPORTED,
            format!(
                "the host needs it to understand `{word}`; build the plugin with a newer swath-plugin"
            ),
        )),
    }
}

/// A function with its parameters, and the columns of each of its inputs.
pub(crate) fn read<F: Params>(
    request: BindRequest<'_>,
    takes: &Takes<'_>,
) -> Result<(F, Vec<Input>)> {
    understood(&request.context)?;
    let inputs = take_metas(request.inputs)?;
    if inputs.len() != takes.count() {
        return Err(Error::of(
            code::META,
            format!("it takes {takes}, not {}", inputs.len()),
        ));
    }
    Ok((F::from_json(&request.params)?, inputs))
}

/// A function of one input with its parameters, and the columns of that.
pub(crate) fn read_one<F: Params>(request: BindRequest<'_>) -> Result<(F, Input)> {
    let (function, mut inputs) = read(request, &Takes::OneInput)?;
    Ok((function, inputs.remove(0)))
}

/// What comes out, as it crosses.
pub(crate) fn outputs<'a>(metas: impl IntoIterator<Item = &'a Meta>) -> Result<ArrowSchema> {
    Ok(give_metas(metas)?)
}

/// Columns without an index.
pub(crate) fn plain(fields: impl IntoIterator<Item = Field>) -> Result<Meta> {
    Ok(Meta::try_new(fields, Index::none())?)
}

/// A contract as it crosses.
pub(crate) fn written(contract: &Contract) -> Result<String> {
    Ok(serde_json::to_string(contract)?)
}
