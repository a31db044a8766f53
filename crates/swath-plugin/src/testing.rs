//! Functions of plugins in tests: without a host, and still through everything that stands between it and them.
//!
//! What is run goes through the same C functions, checks and guards as in a loaded plugin, so a test finds a contract that is not
//! kept as well as a wrong answer.

use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::Batch;
use swath_meta::{DType, Field, Index, Meta};
use swath_plugin_abi::abi_stable::std_types::{RStr, RVec};
use swath_plugin_abi::{
    ArrowArray, BindRequest, Bound, Contract, Place, PluginError, PluginResult, step,
};
use swath_plugin_data::{Columns, Crossing, give_columns, give_meta, take_columns, take_meta};

use crate::shim::{bind_aggregate, bind_partition, bind_scalar, nobody};
use crate::{Aggregate, Error, Params, PartitionFn, Result, Scalar};

/// A bound function, and what it says comes out.
struct Ready {
    bound: Bound,
    outputs: Vec<(Meta, Columns)>,
}

fn settle<T>(result: PluginResult<T>) -> Result<T> {
    result
        .into_result()
        .map_err(|PluginError { code, message, .. }| Error::of(code, message))
}

type Bind = unsafe extern "C" fn(swath_plugin_abi::Host, BindRequest<'_>) -> PluginResult<Bound>;

impl Ready {
    fn bind<F: Params>(bind: Bind, function: &F, input: &Meta) -> Result<Self> {
        let (params, context) = (function.to_json()?, "{}");
        let request = BindRequest {
            inputs: RVec::from(vec![give_meta(input)?]),
            params: RStr::from_str(&params),
            context: RStr::from_str(context),
        };
        // SAFETY: it is a function of the shim, which any thread may call.
        let mut bound = settle(unsafe { bind(nobody(), request) })?;
        let outputs = std::mem::take(&mut bound.outputs)
            .into_iter()
            .map(take_meta);
        Ok(Self {
            outputs: outputs.collect::<std::result::Result<_, _>>()?,
            bound,
        })
    }

    fn contract(&self) -> Result<Contract> {
        Ok(serde_json::from_str(&self.bound.contract)?)
    }
}

/// Runs a partition function on one partition, the only one of its frame.
///
/// # Errors
/// The function's own, and those of a contract that it does not keep.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tests make the function in the call"
)]
pub fn run<F: PartitionFn>(function: F, part: &Batch) -> Result<Batch> {
    let ready = Ready::bind(bind_partition::<F>, &function, part.meta())?;
    let output = &ready.outputs[0].0;
    let crossing = Crossing::new(part.meta(), output, ready.contract()?.reads.as_deref())?;
    let place = serde_json::to_string(&Place {
        count: 1,
        ..Place::default()
    })?;
    // SAFETY: the instance is that of `bound`, and lives as long.
    let run = unsafe {
        (ready.bound.table.open())(ready.bound.instance, nobody(), RStr::from_str(&place))
    };
    let run = settle(run)?;
    // SAFETY: the run is used here alone.
    let step = |rows: ArrowArray| settle(unsafe { (run.table.step())(run.instance, 0, rows) });
    let sent: Vec<&str> = crossing.input.names().collect();
    let columns = sent.iter().map(|name| part.column(name).cloned());
    let columns = columns.collect::<std::result::Result<Vec<_>, _>>()?;
    let found = step(give_columns(
        &columns,
        &Columns::of_meta(&crossing.input),
        part.num_rows(),
    )?)?;
    if found.next != step::OUTPUT {
        return Err(Error::new("it returned no rows for a partition"));
    }
    let (returned, rows) = take_columns(found.rows, &Columns::of_meta(&crossing.output))?;
    step(ArrowArray::released())?;
    let mut returned = returned.into_iter();
    let all = (0..output.len()).map(|at| match crossing.kept.iter().find(|(to, _)| *to == at) {
        Some((_, from)) => Arc::clone(part.record_batch().column(*from)),
        None => returned.next().expect("as many as cross"),
    });
    Ok(Batch::from_arrays(
        &output.clone().into(),
        all.collect(),
        rows,
    )?)
}

/// Fields of arrays: named by their position, as nullable as they are.
fn fields(columns: &[ArrayRef]) -> Result<Meta> {
    let field = |(at, column): (usize, &ArrayRef)| {
        let dtype = DType::from_arrow(column.data_type())?;
        Ok(Field::new(at.to_string(), dtype, column.null_count() > 0))
    };
    let fields = columns.iter().enumerate().map(field);
    let fields = fields.collect::<std::result::Result<Vec<_>, swath_meta::MetaError>>()?;
    Ok(Meta::try_new(fields, Index::none())?)
}

fn rows_of(columns: &[ArrayRef]) -> usize {
    columns.first().map_or(0, |column| column.len())
}

/// Runs a scalar on columns of the same length.
///
/// # Errors
/// The function's own, and those of a contract that it does not keep.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tests make the function in the call"
)]
pub fn run_scalar<F: Scalar>(function: F, args: &[ArrayRef]) -> Result<ArrayRef> {
    let (meta, rows) = (fields(args)?, rows_of(args));
    let ready = Ready::bind(bind_scalar::<F>, &function, &meta)?;
    let given = give_columns(args, &Columns::of_meta(&meta), rows)?;
    // SAFETY: the instance is that of `bound`, and lives as long.
    let column = unsafe { (ready.bound.table.call())(ready.bound.instance, nobody(), given) };
    let (mut columns, _) = take_columns(settle(column)?, &ready.outputs[0].1)?;
    Ok(columns.remove(0))
}

/// Runs an aggregate on rows in groups: those of each piece by themselves, and their states merged, as tasks do it.
///
/// # Errors
/// The function's own, and those of a contract that it does not keep.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tests make the function in the call"
)]
pub fn run_aggregate<F: Aggregate>(
    function: F,
    pieces: &[(&[ArrayRef], &[u32])],
    n_groups: usize,
) -> Result<ArrayRef> {
    let (first, _) = pieces
        .first()
        .ok_or_else(|| Error::new("an aggregate needs a piece"))?;
    let meta = fields(first)?;
    let ready = Ready::bind(bind_aggregate::<F>, &function, &meta)?;
    let open = || {
        // SAFETY: the instance is that of `bound`, and lives as long.
        settle(unsafe { (ready.bound.table.open_aggregate())(ready.bound.instance, nobody()) })
    };
    let merged = open()?;
    let all: Vec<u32> = (0..n_groups as u32).collect();
    for (columns, groups) in pieces {
        let piece = open()?;
        let rows = give_columns(columns, &Columns::of_meta(&meta), rows_of(columns))?;
        // SAFETY: the run is used here alone, and there is a group for each row.
        settle(unsafe {
            (piece.table.update())(piece.instance, rows, groups.as_ptr(), n_groups as u64)
        })?;
        // SAFETY: the run is used here alone.
        let states = settle(unsafe { (piece.table.state())(piece.instance) })?;
        // SAFETY: as above, with one row a group.
        settle(unsafe {
            (merged.table.merge())(merged.instance, states, all.as_ptr(), n_groups as u64)
        })?;
    }
    // SAFETY: the run is used here alone.
    let column = settle(unsafe { (merged.table.finish())(merged.instance) })?;
    let (mut columns, _) = take_columns(column, &ready.outputs[0].1)?;
    Ok(columns.remove(0))
}

/// The words of a manifest, checked: what `plugin!` made.
///
/// # Errors
/// A manifest that is none.
pub fn manifest(plugin: swath_plugin_abi::PluginRef) -> Result<swath_plugin_abi::Manifest> {
    Ok(serde_json::from_str(plugin.manifest().as_str())?)
}
