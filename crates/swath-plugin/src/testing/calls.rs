//! Functions of rows, sources, and what a library says of itself.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use swath_batch::{Batch, Partition};
use swath_meta::{DType, Field, Index, Meta};
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{
    self as abi, AggregateRun, ArrowArray, BindRequest, Bound, Contract, Handed, Host, Listed,
    ListedPart, NO_INPUT, Place, Run, Status, Step, step,
};
use swath_plugin_data::{
    Columns, Crossing, give_batch, give_columns, give_metas, take_columns, take_metas,
};

use crate::shim::{
    bind_aggregate, bind_frames, bind_partition, bind_partitioner, bind_scalar, bind_source, nobody,
};
use crate::{
    Aggregate, Comparison, Error, FramesFn, Params, PartitionFn, Partitioner, Result, Scalar,
    Source, Value,
};

/// A bound function, and what it says comes out.
pub(super) struct Ready {
    pub(super) bound: Bound,
    pub(super) outputs: Vec<(Meta, Columns)>,
}

/// Makes a call, and takes what it gives.
///
/// # Safety
/// As of [`Status::take`].
pub(super) unsafe fn take<T: Handed>(call: impl FnOnce(*mut T) -> Status) -> Result<T> {
    // SAFETY: the caller's word.
    let taken = unsafe { Status::take(call) };
    // As the error that it was on the other side.
    taken.map_err(|error| {
        let again = Error::of(error.code, error.message);
        if error.is_retryable {
            again.retryable()
        } else {
            again
        }
    })
}

type Bind = unsafe extern "C" fn(Host, BindRequest<'_>, *mut Bound) -> Status;

impl Ready {
    pub(super) fn bind<F: Params>(
        bind: Bind,
        function: &F,
        input: &Meta,
        targets: u32,
    ) -> Result<Self> {
        Self::bind_to(bind, function, &[input], targets)
    }

    fn bind_to<F: Params>(
        bind: Bind,
        function: &F,
        inputs: &[&Meta],
        targets: u32,
    ) -> Result<Self> {
        let params = function.to_json()?;
        let request = BindRequest {
            inputs: give_metas(inputs.iter().copied())?,
            params: RStr::from_str(&params),
            targets: targets.into(),
            context: RStr::empty(),
        };
        // SAFETY: it is a function of the shim, which any thread may call.
        let bind = |out: *mut Bound| unsafe { bind(nobody(), request, out) };
        // SAFETY: it writes what it is bound to, as the contract says.
        let mut bound = unsafe { take(bind) }?;
        Ok(Self {
            outputs: take_metas(bound.take_outputs())?,
            bound,
        })
    }

    fn contract(&self) -> Result<Contract> {
        Ok(serde_json::from_str(&self.bound.contract().read())?)
    }

    /// Calls a function of columns.
    fn call(&self, args: &Batch) -> Result<ArrayRef> {
        let (table, instance) = (self.bound.table(), self.bound.instance());
        let given = give_batch(args);
        // SAFETY: the instance is that of `bound`, and lives as long.
        let call = |out| unsafe { (table.call())(instance, nobody(), Place::ONLY, given, out) };
        // SAFETY: it writes a column, as the contract says.
        let column = unsafe { take(call) }?;
        let (mut columns, _) = take_columns(column, &self.outputs[0].1)?;
        Ok(columns.remove(0))
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
    run_bound(bind_partition::<F>, &function, &[part])
}

/// Runs a function of several frames on one partition of each, the only one of its frame.
///
/// # Errors
/// The function's own, and those of a contract that it does not keep.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tests make the function in the call"
)]
pub fn run_frames<F: FramesFn<N>, const N: usize>(
    function: F,
    parts: [&Batch; N],
) -> Result<Batch> {
    run_bound(bind_frames::<F, N>, &function, &parts)
}

fn run_bound<F: Params>(bind: Bind, function: &F, parts: &[&Batch]) -> Result<Batch> {
    let inputs: Vec<&Meta> = parts.iter().map(|part| &**part.meta()).collect();
    let ready = Ready::bind_to(bind, function, &inputs, 0)?;
    let output = &ready.outputs[0].0;
    let crossing = Crossing::new(inputs, output, &ready.contract()?)?;
    let (table, instance) = (ready.bound.table(), ready.bound.instance());
    let nowhere = ArrowArray::released();
    // SAFETY: the instance is that of `bound`, and lives as long.
    let open = |out| unsafe { (table.open())(instance, nobody(), Place::ONLY, nowhere, out) };
    // SAFETY: it writes a run, as the contract says.
    let run: Run = unsafe { take(open) }?;
    let step = |input: usize, rows: ArrowArray| -> Result<Step> {
        // SAFETY: the run is used here alone.
        let step = |out| unsafe { (run.table().step())(run.instance(), input as u32, rows, out) };
        // SAFETY: it writes how it goes on, as the contract says.
        unsafe { take(step) }
    };
    let mut found = None;
    for (at, (part, crosses)) in parts.iter().zip(&crossing.inputs).enumerate() {
        let columns = crosses.names().map(|name| part.column(name).cloned());
        let columns = columns.collect::<std::result::Result<Vec<_>, _>>()?;
        let sent = Columns::of_meta(crosses);
        found = Some(step(at, give_columns(&columns, &sent, part.num_rows())?)?);
    }
    let found = found.filter(|found| found.next == step::OUTPUT);
    let found = found.ok_or_else(|| Error::new("it returned no rows for a partition"))?;
    let (returned, rows) = take_columns(found.rows, &Columns::of_meta(&crossing.output))?;
    step(0, ArrowArray::released())?;
    let all = crossing.whole(returned, rows, parts[0])?;
    Ok(Batch::from_arrays(&output.clone().into(), all, rows)?)
}

/// Columns as a host hands them over: named by their position, each in the one encoding of its dtype. A column may hold nulls where it
/// does in one of the pieces.
fn handed(pieces: &[&[ArrayRef]]) -> Result<Vec<Batch>> {
    let first = pieces.first().copied().unwrap_or_default();
    let field = |(at, column): (usize, &ArrayRef)| {
        let dtype = if *column.data_type() == DType::Category.border() {
            DType::Category
        } else {
            DType::from_arrow(column.data_type())?
        };
        let nullable = pieces
            .iter()
            .filter_map(|piece| piece.get(at))
            .any(|column| column.logical_null_count() > 0);
        Ok(Field::new(at.to_string(), dtype, nullable))
    };
    let fields = first.iter().enumerate().map(field);
    let fields = fields.collect::<std::result::Result<Vec<_>, swath_meta::MetaError>>()?;
    let meta = Arc::new(Meta::try_new(fields, Index::none())?);
    let batch =
        |piece: &&[ArrayRef]| Ok(Batch::from_arrays(&meta, piece.to_vec(), rows_of(piece))?);
    pieces.iter().map(batch).collect()
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
    let args = handed(&[args])?.remove(0);
    let bound = Ready::bind(bind_scalar::<F>, &function, args.meta(), 0)?;
    bound.call(&args)
}

/// Runs a partitioner on key columns of the same length, for this many partitions.
///
/// # Errors
/// The function's own, and those of a contract that it does not keep.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tests make the function in the call"
)]
pub fn run_partitioner<F: Partitioner>(
    function: F,
    keys: &[ArrayRef],
    targets: u32,
) -> Result<Vec<u32>> {
    let keys = handed(&[keys])?.remove(0);
    let bound = Ready::bind(bind_partitioner::<F>, &function, keys.meta(), targets)?;
    let numbers = bound.call(&keys)?;
    Ok(numbers.as_primitive::<UInt32Type>().values().to_vec())
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
    let (columns, groups): (Vec<&[ArrayRef]>, Vec<&[u32]>) = pieces.iter().copied().unzip();
    let batches = handed(&columns)?;
    let Some(first) = batches.first() else {
        return Err(Error::new("an aggregate needs a piece"));
    };
    let ready = Ready::bind(bind_aggregate::<F>, &function, first.meta(), 0)?;
    let open = || -> Result<AggregateRun> {
        let (table, instance) = (ready.bound.table(), ready.bound.instance());
        // SAFETY: the instance is that of `bound`, and lives as long.
        let open = |out| unsafe { (table.open_aggregate())(instance, nobody(), Place::ONLY, out) };
        // SAFETY: it writes a run, as the contract says.
        unsafe { take(open) }
    };
    let settle = |status: Status| -> Result<()> {
        // SAFETY: what is given is nothing.
        unsafe { take(|_: *mut ()| status) }
    };
    let merged = open()?;
    let all: Vec<u32> = (0..n_groups as u32).collect();
    for (batch, groups) in batches.iter().zip(groups) {
        let piece = open()?;
        let (table, instance) = (piece.table(), piece.instance());
        let rows = give_batch(batch);
        if groups.len() != batch.num_rows() {
            return Err(Error::new("a piece needs a group for each of its rows"));
        }
        // SAFETY: the run is used here alone, and there is a group for each row.
        settle(unsafe { (table.update())(instance, rows, groups.as_ptr(), n_groups as u64) })?;
        // SAFETY: the run is used here alone.
        let state = |out| unsafe { (table.state())(instance, out) };
        // SAFETY: it writes columns, as the contract says.
        let states = unsafe { take(state) }?;
        // SAFETY: as above, with one row a group.
        settle(unsafe {
            (merged.table().merge())(merged.instance(), states, all.as_ptr(), n_groups as u64)
        })?;
    }
    // SAFETY: the run is used here alone.
    let finish = |out| unsafe { (merged.table().finish())(merged.instance(), out) };
    // SAFETY: it writes a column, as the contract says.
    let column = unsafe { take(finish) }?;
    let (mut columns, _) = take_columns(column, &ready.outputs[0].1)?;
    Ok(columns.remove(0))
}

/// Reads all partitions of a source, all columns of them.
///
/// # Errors
/// The function's own, and those of a contract that it does not keep.
pub fn read<F: Source>(source: F) -> Result<Vec<Batch>> {
    read_wanted(source, &[], &[])
}

/// Reads all partitions of a source: these columns, all where none are named, with these filters to leave rows out by.
///
/// # Errors
/// The function's own, and those of a contract that it does not keep.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tests make the function in the call"
)]
pub fn read_wanted<F: Source>(
    source: F,
    columns: &[&str],
    filters: &[(&str, Comparison, Value)],
) -> Result<Vec<Batch>> {
    let ready = Ready::bind_to(bind_source::<F>, &source, &[], 0)?;
    let (meta, declared) = &ready.outputs[0];
    let is_wanted = |name: &&str| columns.is_empty() || columns.contains(name);
    let names: Vec<&str> = meta.names().filter(is_wanted).collect();
    let wanted = wanted(&names, filters)?;
    let columns = declared.only(names.iter().copied());
    let read = Arc::new(meta.some_of(&names)?);
    let (table, instance) = (ready.bound.table(), ready.bound.instance());
    let absent = || Error::new("it has no table of a source");
    let list = table.list().flatten().ok_or_else(absent)?;
    let open_read = table.open_read().flatten().ok_or_else(absent)?;
    // SAFETY: the instance is that of `bound`, and lives as long.
    let listed = |out| unsafe { list(instance, nobody(), out) };
    // SAFETY: it writes what it has, as the contract says.
    let listed: Listed = unsafe { take(listed) }?;
    let parts: Vec<ListedPart> = serde_json::from_str(&listed.parts.read())?;
    let count = parts.len() as u64;
    let batches = parts.iter().zip(0_u64..).map(|(part, number)| {
        let place = Place {
            number,
            count,
            ..Place::ONLY
        };
        let about = part.about.to_string();
        let (about, wanted) = (RStr::from_str(&about), RStr::from_str(&wanted));
        // SAFETY: the instance is that of `bound`, and lives as long.
        let open = |out| unsafe { open_read(instance, nobody(), place, about, wanted, out) };
        // SAFETY: it writes a run, as the contract says.
        let run: Run = unsafe { take(open) }?;
        let mut found_rows = Vec::new();
        loop {
            let nothing = ArrowArray::released();
            // SAFETY: the run is used here alone.
            let step =
                |out| unsafe { (run.table().step())(run.instance(), NO_INPUT, nothing, out) };
            // SAFETY: it writes how it goes on, as the contract says.
            let found: Step = unsafe { take(step) }?;
            if found.next != step::OUTPUT {
                break;
            }
            let (arrays, n) = take_columns(found.rows, &columns)?;
            let rows = Batch::from_arrays(&read, arrays, n)?;
            found_rows.push(rows.record_batch().clone());
        }
        let rows = Partition::try_new(Arc::clone(&read), found_rows)?.to_batch()?;
        if part.is_exact && filters.is_empty() && part.rows != Some(rows.num_rows() as u64) {
            return Err(Error::new(format!(
                "partition {number} has {} rows, and was listed with {}",
                rows.num_rows(),
                part.rows.unwrap_or_default()
            )));
        }
        Ok(rows)
    });
    batches.collect()
}

/// What is wanted, as a host writes it.
fn wanted(names: &[&str], filters: &[(&str, Comparison, Value)]) -> Result<String> {
    let filters = filters.iter().map(|(column, is, value)| {
        let value = match value {
            Value::Bool(truth) => (*truth).into(),
            Value::Int(number) => (*number).into(),
            Value::UInt(number) => (*number).into(),
            Value::Float(number) => (*number).into(),
            other => other.to_string().into(),
        };
        abi::Filter {
            column: (*column).to_owned(),
            is: is.crossing(),
            value,
        }
    });
    Ok(serde_json::to_string(&abi::Wanted {
        columns: names.iter().map(|name| (*name).to_owned()).collect(),
        filters: filters.collect(),
        batch_rows: 8192,
        requires: Vec::new(),
    })?)
}

/// The words of a manifest, checked: what `plugin!` made.
///
/// # Errors
/// A manifest that is none.
pub fn manifest(plugin: swath_plugin_abi::PluginRef) -> Result<swath_plugin_abi::Manifest> {
    Ok(serde_json::from_str(plugin.manifest().as_str())?)
}
