//! Closures as scalar functions.

use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::{ClosureSite, Cx, RowError, RowFunction};

use crate::{Argument, Evaluate, FunctionError, Input, Params, Returns, Rows, ScalarFunction};

/// A closure as a scalar function.
pub(super) struct Typed<F, M> {
    function: Arc<F>,
    site: ClosureSite,
    signature: PhantomData<fn() -> M>,
}

impl<F, M> Typed<F, M> {
    pub(super) fn new(function: F, site: ClosureSite) -> Self {
        Self {
            function: Arc::new(function),
            site,
            signature: PhantomData,
        }
    }
}

impl<F, M> Debug for Typed<F, M> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Typed({})", self.site)
    }
}

impl<F: RowFunction<M>, M: 'static> ScalarFunction for Typed<F, M> {
    fn name(&self) -> &str {
        self.site.name()
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        let wanted = F::parameters();
        if wanted.len() != args.len() {
            return Err(FunctionError::Count {
                expected: wanted.len(),
                found: args.len(),
            });
        }
        let (dtype, mut nullable) = F::returns();
        for (position, (wanted, arg)) in wanted.iter().zip(args).enumerate() {
            if !(wanted.accepts)(&arg.field.dtype) {
                return Err(FunctionError::argument(position, arg, wanted.text));
            }
            nullable |= arg.field.nullable && !wanted.sees_nulls;
        }
        Ok(Returns { dtype, nullable })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        self.infer(args, params)?;
        Ok(Box::new(Opened::<F, M> {
            function: Arc::clone(&self.function),
            site: self.site.clone(),
            signature: PhantomData,
        }))
    }
}

/// A closure on columns of dtypes that it takes.
struct Opened<F, M> {
    function: Arc<F>,
    site: ClosureSite,
    signature: PhantomData<fn() -> M>,
}

impl<F: RowFunction<M>, M> Evaluate for Opened<F, M> {
    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        let arrow = |during| move |source| FunctionError::Arrow { during, source };
        let columns = args
            .iter()
            .map(|arg| arg.to_rows(rows.len).map_err(arrow("repeating a value")))
            .collect::<Result<Vec<_>, _>>()?;
        let task = rows.task.map(|task| Cx::new(Arc::clone(task)));
        let check = || task.as_ref().map_or(Ok(()), Cx::check);
        let call = || self.function.rows(&columns, rows.len, rows.active, &check);
        let result = self.site.call(call);
        result.map_err(|error| match error {
            RowError::Closure(source) => FunctionError::Closure { source },
            RowError::Arrow(source) => arrow("decoding an argument")(source),
            RowError::Stopped(source) => FunctionError::Closure {
                source: source.into(),
            },
        })
    }
}
