//! Scalars behind the boundary.

use arrow_array::ArrayRef;
use swath_batch::Cx;
use swath_meta::Field;
use swath_plugin_abi::{BindRequest, Bound, Host, Status};

use super::bind::read_one;
use super::columnar::{Columnar, bound};
use super::fits::fits;
use super::guard;
use crate::{Result, Scalar};

struct Ready<F> {
    function: F,
    output: Field,
}

/// Binds a scalar.
pub(crate) unsafe extern "C" fn bind_scalar<F: Scalar>(
    _: Host,
    request: BindRequest<'_>,
    out: *mut Bound,
) -> Status {
    let bound = guard(|| {
        let (mut function, (input, columns)) = read_one::<F>(request)?;
        let returns = function.bind(input.fields())?;
        function.prepare(input.fields())?;
        let output = Field::new(F::NAME, returns.dtype, returns.nullable);
        let ready = Ready {
            function,
            output: output.clone(),
        };
        bound(ready, input, columns, output)
    });
    // SAFETY: `out` is where the host wants it, as the contract says.
    unsafe { Status::give(bound, out) }
}

impl<F: Scalar> Columnar for Ready<F> {
    fn call(&self, args: &[ArrayRef], rows: usize, cx: &Cx) -> Result<ArrayRef> {
        let column = self.function.call(args, rows, cx)?;
        fits(column, &self.output, rows, "rows")
    }
}
