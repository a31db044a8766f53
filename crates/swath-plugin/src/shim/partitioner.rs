//! Partitioners behind the boundary.

use std::ffi::c_void;
use std::sync::Arc;

use arrow_array::{ArrayRef, UInt32Array};
use swath_batch::Batch;
use swath_meta::{DType, Field, Meta};
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::{
    ArrowArray, BindRequest, Bound, BoundTable, BoundTableRef, Host, Place, Status, code,
};
use swath_plugin_data::{Columns, give_columns, take_columns};

use super::bind::{outputs, plain, written};
use super::hosted::{Asking, Hosted};
use super::instance::{drop_shared, shared, unsupported, with_shared};
use super::{Request, guard};
use crate::contract::deterministic;
use crate::{Error, Partitioner, Result};

struct Ready<F> {
    function: F,
    keys: Arc<Meta>,
    columns: Columns,
    targets: u32,
    returned: Columns,
}

/// Binds a partitioner.
pub(crate) unsafe extern "C" fn bind_partitioner<F: Partitioner>(
    _: Host,
    request: BindRequest<'_>,
    out: *mut Bound,
) -> Status {
    let bound = guard(|| {
        let Request {
            function,
            input,
            columns,
            targets,
        } = Request::<F>::read(request)?;
        let targets = u32::try_from(targets)
            .ok()
            .filter(|targets| *targets > 0)
            .ok_or_else(|| {
                Error::of(
                    code::META,
                    format!("it cannot share rows out to {targets} partitions"),
                )
            })?;
        function.bind(input.fields(), targets)?;
        let returned = plain([Field::new("partition", DType::UInt32, false)])?;
        let outputs = outputs([&returned])?;
        let ready = Ready {
            function,
            keys: Arc::new(input),
            columns,
            targets,
            returned: Columns::of_meta(&returned),
        };
        let table = BoundTableRef(Table::<F>::TABLE.static_as_prefix());
        let contract = written(&deterministic())?.into();
        // SAFETY: the table's functions are those for a shared `Ready<F>`.
        Ok(unsafe { Bound::new(shared(ready), table, outputs, contract) })
    });
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(bound, out) }
}

struct Table<F>(std::marker::PhantomData<F>);

impl<F: Partitioner> Table<F> {
    const TABLE: &'static WithMetadata<BoundTable> = &WithMetadata::new(BoundTable {
        drop: drop_shared::<Ready<F>>,
        call: call::<F>,
        open: unsupported::open,
        open_aggregate: unsupported::open_aggregate,
    });
}

unsafe extern "C" fn call<F: Partitioner>(
    instance: *const c_void,
    host: Host,
    place: Place<'_>,
    keys: ArrowArray,
    out: *mut ArrowArray,
) -> Status {
    let body = |ready: &Ready<F>| -> Result<ArrowArray> {
        let (keys, rows) = take_columns(keys, &ready.columns)?;
        // In the encodings of this version.
        let keys = Batch::from_arrays(&ready.keys, keys, rows)?;
        let asking = Asking::new(Hosted::new(host, &place, None));
        let (function, keys) = (&ready.function, keys.record_batch().columns());
        let numbers = function.call(keys, rows, ready.targets, asking.cx())?;
        drop(asking);
        let broken = |words: String| Error::of(code::CONTRACT, words);
        if numbers.len() != rows {
            return Err(broken(format!(
                "returned {} numbers for {rows} rows",
                numbers.len()
            )));
        }
        let outside = numbers.iter().position(|number| *number >= ready.targets);
        if let Some(row) = outside {
            return Err(broken(format!(
                "returned partition {} for row {row}, and there are {}",
                numbers[row], ready.targets
            )));
        }
        let numbers: ArrayRef = Arc::new(UInt32Array::from(numbers));
        Ok(give_columns(&[numbers], &ready.returned, rows)?)
    };
    // SAFETY: the instance is that of a partitioner that was bound by this table, as the contract says.
    let numbers = unsafe { with_shared(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(numbers, out) }
}
