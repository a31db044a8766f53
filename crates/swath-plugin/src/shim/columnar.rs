//! What scalars and partitioners share behind the boundary: columns in, one column out.

use std::ffi::c_void;

use arrow_array::ArrayRef;
use swath_batch::{Cx, normalise_columns};
use swath_meta::{Field, Meta};
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::{ArrowArray, Bound, BoundTable, BoundTableRef, Host, Place, Status};
use swath_plugin_data::{Columns, give_columns, take_columns};

use super::bind::{outputs, plain, written};
use super::hosted::{Asking, Hosted};
use super::instance::{drop_shared, shared, with_shared};
use crate::Result;
use crate::contract::deterministic;

/// A bound function of columns.
pub(super) trait Columnar: Send + Sync + 'static {
    /// One column for these, which are in the encodings of this version; looked at as its kind wants it.
    fn call(&self, columns: &[ArrayRef], rows: usize, cx: &Cx) -> Result<ArrayRef>;
}

struct Ready<C> {
    function: C,
    input: Meta,
    columns: Columns,
    returned: Columns,
}

/// A function of these columns, which come in these types, ready to be called; it returns this field.
pub(super) fn bound<C: Columnar>(
    function: C,
    input: Meta,
    columns: Columns,
    output: Field,
) -> Result<Bound> {
    let returned = plain([output])?;
    let outputs = outputs([&returned])?;
    let ready = Ready {
        function,
        input,
        columns,
        returned: Columns::of_meta(&returned),
    };
    let table = BoundTableRef(Table::<C>::TABLE.static_as_prefix());
    let contract = written(&deterministic())?.into();
    // SAFETY: the table's functions are those for a shared `Ready<C>`.
    Ok(unsafe { Bound::new(shared(ready), table, outputs, contract) })
}

struct Table<C>(std::marker::PhantomData<C>);

impl<C: Columnar> Table<C> {
    const TABLE: &'static WithMetadata<BoundTable> = &WithMetadata::new(BoundTable {
        call: call::<C>,
        ..BoundTable::new(drop_shared::<Ready<C>>)
    });
}

unsafe extern "C" fn call<C: Columnar>(
    instance: *const c_void,
    host: Host,
    place: Place<'_>,
    columns: ArrowArray,
    out: *mut ArrowArray,
) -> Status {
    let body = |ready: &Ready<C>| -> Result<ArrowArray> {
        let (columns, rows) = take_columns(columns, &ready.columns)?;
        // In the encodings of this version.
        let columns = normalise_columns(columns, &ready.input, rows)?;
        let asking = Asking::new(Hosted::new(host, &place, None));
        let column = ready.function.call(&columns, rows, asking.cx())?;
        drop(asking);
        Ok(give_columns(&[column], &ready.returned, rows)?)
    };
    // SAFETY: the instance is that of a function that was bound by this table, as the contract says.
    let column = unsafe { with_shared(instance, body) };
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(column, out) }
}
