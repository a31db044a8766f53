//! Scalars behind the boundary.

use std::ffi::c_void;
use std::sync::Arc;

use swath_batch::{Batch, Cx};
use swath_meta::{Field, Meta};
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::{
    ArrowArray, BindRequest, Bound, BoundTable, BoundTableRef, Contract, Host, PluginResult, code,
};
use swath_plugin_data::{Columns, give_columns, take_columns};

use super::bind::{outputs, plain, written};
use super::hosted::Hosted;
use super::instance::{drop_shared, shared, unsupported, with_shared};
use super::{Request, guard};
use crate::{Error, Result, Scalar};

struct Ready<F> {
    function: F,
    args: Arc<Meta>,
    columns: Columns,
    output: Field,
    returned: Columns,
}

/// A call, after which nobody asks the host any more.
struct Called<'a>(&'a Hosted);

impl Drop for Called<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Binds a scalar.
pub(crate) unsafe extern "C" fn bind_scalar<F: Scalar>(
    _: Host,
    request: BindRequest<'_>,
) -> PluginResult<Bound> {
    guard(|| {
        let Request {
            mut function,
            input,
            columns,
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
        Ok(Bound {
            instance: shared(ready),
            table: BoundTableRef(Table::<F>::TABLE.static_as_prefix()),
            outputs,
            contract: written(&Contract::default())?.into(),
        })
    })
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
    args: ArrowArray,
) -> PluginResult<ArrowArray> {
    let body = |ready: &Ready<F>| -> Result<ArrowArray> {
        let (args, rows) = take_columns(args, &ready.columns)?;
        // In the encodings of this version.
        let args = Batch::from_arrays(&ready.args, args, rows)?;
        let hosted = Arc::new(Hosted::nowhere(host));
        let called = Called(&hosted);
        let cx = Cx::new(Arc::<Hosted>::clone(&hosted));
        let column = ready
            .function
            .call(args.record_batch().columns(), rows, &cx)?;
        drop(called);
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
    unsafe { with_shared(instance, body) }
}
