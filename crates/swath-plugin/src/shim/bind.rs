//! What every kind of function does when it is bound.

use swath_meta::{Field, Index, Meta};
use swath_plugin_abi::abi_stable::std_types::RVec;
use swath_plugin_abi::{ArrowSchema, BindRequest, Contract, code};
use swath_plugin_data::{Columns, give_meta, take_meta};

use crate::{Error, Params, Result};

/// What a function is bound to, read.
pub(crate) struct Request<F> {
    pub(crate) function: F,
    pub(crate) input: Meta,
    /// The types in which the host hands rows over: those of its version, not of this one.
    pub(crate) columns: Columns,
}

impl<F: Params> Request<F> {
    /// Reads parameters, and the columns of the one input.
    pub(crate) fn read(request: BindRequest<'_>) -> Result<Self> {
        let BindRequest { inputs, params, .. } = request;
        let given = inputs.len();
        let (Some(input), 1) = (inputs.into_iter().next(), given) else {
            return Err(Error::of(
                code::META,
                format!("it takes one input, not {given}"),
            ));
        };
        let (input, columns) = take_meta(input)?;
        Ok(Self {
            function: F::from_json(&params)?,
            input,
            columns,
        })
    }
}

/// What comes out, as it crosses.
pub(crate) fn outputs<'a>(metas: impl IntoIterator<Item = &'a Meta>) -> Result<RVec<ArrowSchema>> {
    let schemas = metas.into_iter().map(give_meta);
    Ok(schemas.collect::<std::result::Result<_, _>>()?)
}

/// Columns without an index.
pub(crate) fn plain(fields: impl IntoIterator<Item = Field>) -> Result<Meta> {
    Ok(Meta::try_new(fields, Index::none())?)
}

/// A contract as it crosses.
pub(crate) fn written(contract: &Contract) -> Result<String> {
    Ok(serde_json::to_string(contract)?)
}
