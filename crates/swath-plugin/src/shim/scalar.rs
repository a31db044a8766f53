//! Scalars behind the boundary.

use std::ffi::c_void;
use std::sync::Arc;

use swath_batch::Batch;
use swath_meta::{Field, Meta};
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
use crate::{Error, Result, Scalar};

struct Ready<F> {
    function: F,
    args: Arc<Meta>,
    columns: Columns,
    output: Field,
    returned: Columns,
}

/// Binds a scalar.
pub(crate) unsafe extern "C" fn bind_scalar<F: Scalar>(
    _: Host,
    request: BindRequest<'_>,
    out: *mut Bound,
) -> Status {
    let bound = guard(|| {
        let Request {
            mut function,
            input,
            columns,
            ..
        } = Request::<F>::read(request)?;
        let returns = function.bind(input.fields())?;
        function.prepare(input.fields())?;
        let output = Field::new(F::NAME, returns.dtype, returns.nullable);
        let returned = plain([output.clone()])?;
        let outputs = outputs([&returned])?;
        let ready = Ready {
            function,
            columns,
            args: Arc::new(input),
            output,
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

impl<F: Scalar> Table<F> {
    const TABLE: &'static WithMetadata<BoundTable> = &WithMetadata::new(BoundTable {
        drop: drop_shared::<Ready<F>>,
        call: call::<F>,
        open: unsupported::open,
        open_aggregate: unsupported::open_aggregate,
    });
}

unsafe extern "C" fn call<F: Scalar>(
    instance: *const c_void,
    host: Host,
    place: Place<'_>,
    args: ArrowArray,
    out: *mut ArrowArray,
) -> Status {
    let body = |ready: &Ready<F>| -> Result<ArrowArray> {
        let (args, rows) = take_columns(args, &ready.columns)?;
        // In the encodings of this version.
        let args = Batch::from_arrays(&ready.args, args, rows)?;
        let asking = Asking::new(Hosted::new(host, &place, None));
        let args = args.record_batch().columns();
        let column = ready.function.call(args, rows, asking.cx())?;
        drop(asking);
        let broken = |words: String| Error::of(code::CONTRACT, words);
        let Field {
            dtype, nullable, ..
        } = &ready.output;
        if column.len() != rows {
            return Err(broken(format!(
                "returned {} values for {rows} rows",
                column.len()
            )));
        }
        if *column.data_type() != dtype.border() {
            return Err(broken(format!(
                "returned {}, and declared {dtype}",
                column.data_type()
            )));
        }
        if !nullable && column.null_count() > 0 {
            return Err(broken(format!(
                "returned {} nulls, and declared none",
                column.null_count()
            )));
        }
        Ok(give_columns(&[column], &ready.returned, rows)?)
    };
    // SAFETY: the instance is that of a scalar that was bound by this table, as the contract says.
    let column = unsafe { with_shared(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(column, out) }
}
