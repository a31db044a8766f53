//! What every kind of function does when it is bound.

use serde::Deserialize;
use swath_meta::{Field, Index, Meta};
use swath_plugin_abi::{ArrowSchema, BindRequest, Contract, code};
use swath_plugin_data::{Columns, give_metas, take_metas};

use crate::{Error, Params, Result};

/// The columns of a frame, and the types in which the host hands its rows over: those of its version, not of this one.
pub(crate) type Input = (Meta, Columns);

/// What a function is bound to, read.
pub(crate) struct Request<F> {
    pub(crate) function: F,
    pub(crate) input: Meta,
    /// The types in which the host hands rows over: those of its version, not of this one.
    pub(crate) columns: Columns,
    /// How many targets a partitioner has.
    pub(crate) targets: u64,
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

/// A function that is bound to frames of these names, and the columns of each.
pub(super) fn frames<F: Params>(
    request: BindRequest<'_>,
    names: &[&str],
) -> Result<(F, Vec<Input>)> {
    understood(&request.context)?;
    let inputs = take_metas(request.inputs)?;
    if inputs.len() != names.len() {
        return Err(Error::of(
            code::META,
            format!(
                "it takes {} frames ({}), not {}",
                names.len(),
                names.join(", "),
                inputs.len()
            ),
        ));
    }
    Ok((F::from_json(&request.params)?, inputs))
}

/// A function that is bound to nothing but parameters.
pub(super) fn nothing<F: Params>(request: BindRequest<'_>) -> Result<F> {
    understood(&request.context)?;
    let given = take_metas(request.inputs)?.len();
    if given > 0 {
        return Err(Error::of(
            code::META,
            format!("it takes no input, not {given}"),
        ));
    }
    F::from_json(&request.params)
}

impl<F: Params> Request<F> {
    /// Reads parameters, and the columns of the one input.
    pub(crate) fn read(request: BindRequest<'_>) -> Result<Self> {
        let BindRequest {
            inputs,
            params,
            targets,
            context,
        } = request;
        understood(&context)?;
        let mut inputs = take_metas(inputs)?;
        let given = inputs.len();
        let (Some((input, columns)), 1) = (inputs.pop(), given) else {
            return Err(Error::of(
                code::META,
                format!("it takes one input, not {given}"),
            ));
        };
        Ok(Self {
            function: F::from_json(&params)?,
            input,
            columns,
            targets,
        })
    }
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
