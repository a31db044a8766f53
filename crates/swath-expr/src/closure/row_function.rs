//! Closures of one to six arguments as functions of columns.

use std::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;

use arrow_array::ArrayRef;
use swath_batch::ClosureSite;
use swath_meta::DType;

use super::parameter::Parameter;
use super::returned::{Plain, Returned};
use crate::{Argument, Evaluate, FunctionError, Input, Params, Returns, Rows, ScalarFunction};

/// A Rust function or closure of the values of one row. `M` is its signature, which the compiler finds.
///
/// Implemented for functions of one to six [`Parameter`]s that return what is [`Returned`]; closures have to write the types of
/// their arguments out.
pub trait RowFunction<M>: Send + Sync + 'static {
    /// Its arguments.
    #[doc(hidden)]
    fn parameters() -> Vec<Wanted>;

    /// The dtype of its result, and whether the function itself may make it null.
    #[doc(hidden)]
    fn returns() -> (DType, bool);

    /// Its results for all active rows; `columns` are as many as it has arguments, each with all rows.
    #[doc(hidden)]
    fn rows(&self, columns: &[ArrayRef], rows: Rows<'_>) -> Result<ArrayRef, RowError>;
}

/// What one argument of a closure takes.
#[doc(hidden)]
pub struct Wanted {
    accepts: fn(&DType) -> bool,
    text: &'static str,
    sees_nulls: bool,
}

/// Why a closure gave no column.
#[doc(hidden)]
pub enum RowError {
    /// Its own error.
    Closure(Box<dyn Error + Send + Sync>),
    /// A column could not be decoded.
    Arrow(arrow_schema::ArrowError),
}

macro_rules! row_functions {
    ($(($($arg:ident $column:ident $value:ident),+);)*) => { $(
        impl<Func, R, $($arg),+> RowFunction<fn($($arg),+) -> R> for Func
        where
            $($arg: Parameter,)+
            R: Returned,
            // The first bound lets the compiler find the signature, the second lets the function be called with what a column lends.
            Func: Fn($($arg),+) -> R + for<'a> Fn($(<$arg as Parameter>::Of<'a>),+) -> R + Send + Sync + 'static,
        {
            fn parameters() -> Vec<Wanted> {
                vec![$(Wanted {
                    accepts: <$arg as Parameter>::accepts,
                    text: <$arg as Parameter>::WANTED,
                    sees_nulls: <$arg as Parameter>::SEES_NULLS,
                }),+]
            }

            fn returns() -> (DType, bool) {
                (<R::Plain as Plain>::dtype(), R::NULLABLE)
            }

            fn rows(&self, columns: &[ArrayRef], rows: Rows<'_>) -> Result<ArrayRef, RowError> {
                /// Calls by one of the two bounds: the types say by which.
                fn call<R, $($arg),+>(function: impl Fn($($arg),+) -> R, $($value: $arg),+) -> R {
                    function($($value),+)
                }
                let mut columns = columns.iter();
                let mut next = || columns.next().expect("as many columns as arguments");
                $(let $column = <$arg as Parameter>::column(next()).map_err(RowError::Arrow)?;)+
                let mut results = Vec::with_capacity(rows.len);
                for row in 0..rows.len {
                    if !rows.is_active(row) {
                        results.push(None);
                        continue;
                    }
                    $(let Some($value) = <$arg as Parameter>::get(&$column, row) else {
                        results.push(None);
                        continue;
                    };)+
                    let result = call(self, $($value),+).settle();
                    results.push(result.map_err(RowError::Closure)?);
                }
                Ok(<R::Plain as Plain>::array(results))
            }
        }
    )* };
}

row_functions! {
    (A first_column first);
    (A first_column first, B second_column second);
    (A first_column first, B second_column second, C third_column third);
    (A first_column first, B second_column second, C third_column third, D fourth_column fourth);
    (A first_column first, B second_column second, C third_column third, D fourth_column fourth, E fifth_column fifth);
    (A first_column first, B second_column second, C third_column third, D fourth_column fourth, E fifth_column fifth, F sixth_column sixth);
}

/// A closure as a scalar function.
pub(super) struct Typed<F, M> {
    function: std::sync::Arc<F>,
    site: ClosureSite,
    signature: PhantomData<fn() -> M>,
}

impl<F, M> Typed<F, M> {
    pub(super) fn new(function: F, site: ClosureSite) -> Self {
        Self {
            function: std::sync::Arc::new(function),
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
            function: std::sync::Arc::clone(&self.function),
            site: self.site.clone(),
            signature: PhantomData,
        }))
    }
}

/// A closure on columns of dtypes that it takes.
struct Opened<F, M> {
    function: std::sync::Arc<F>,
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
        let result = self.site.call(|| self.function.rows(&columns, rows));
        result.map_err(|error| match error {
            RowError::Closure(source) => FunctionError::Closure { source },
            RowError::Arrow(source) => arrow("decoding an argument")(source),
        })
    }
}
