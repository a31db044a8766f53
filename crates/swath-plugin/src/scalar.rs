//! Functions in expressions.

use arrow_array::ArrayRef;
use swath_batch::{Cx, RowError, RowFunction};
use swath_meta::{DType, DTypeSpec, Field};
use swath_plugin_abi::code;

use crate::{Error, Example, Params, Result};

/// What a function in an expression returns: a dtype, and whether there may be nulls.
#[derive(Clone, Debug, PartialEq)]
pub struct Returns {
    pub(crate) dtype: DType,
    pub(crate) nullable: bool,
}

impl Returns {
    /// Values of this dtype, and nulls.
    ///
    /// # Errors
    /// A name that is no dtype.
    pub fn nullable(dtype: impl Into<DTypeSpec>) -> Result<Self> {
        Ok(Self {
            dtype: dtype.into().resolve()?,
            nullable: true,
        })
    }

    /// Values of this dtype, and null where one of the arguments may be null.
    ///
    /// # Errors
    /// A name that is no dtype.
    pub fn null_as(args: &[Field], dtype: impl Into<DTypeSpec>) -> Result<Self> {
        Ok(Self {
            dtype: dtype.into().resolve()?,
            nullable: args.iter().any(|arg| arg.nullable),
        })
    }
}

/// A function of whole columns, one result a row from that row alone: what an expression calls, as its own description.
///
/// For a function of single values, `#[scalar]` on a Rust function is shorter and about as fast.
///
/// ```
/// use std::sync::Arc;
/// use swath_plugin::arrow_array::{ArrayRef, Float64Array, cast::AsArray, types::Float64Type};
/// use swath_plugin::prelude::*;
///
/// /// One more than a number.
/// #[derive(Params)]
/// pub struct PlusOne;
///
/// impl Scalar for PlusOne {
///     const NAME: &'static str = "plus_one";
///
///     fn bind(&self, args: &[Field]) -> Result<Returns> {
///         let [number] = args else { return Err(Error::new("it takes one number")) };
///         if number.dtype != DType::Float64 {
///             return Err(Error::new(format!("it takes a float64, not {}", number.dtype)));
///         }
///         Returns::null_as(args, "float64")
///     }
///
///     fn call(&self, args: &[ArrayRef], _rows: usize, _: &Cx) -> Result<ArrayRef> {
///         Ok(Arc::new(args[0].as_primitive::<Float64Type>().unary::<_, Float64Type>(|x| x + 1.0)))
///     }
/// }
///
/// let two: ArrayRef = Arc::new(Float64Array::from(vec![2.0]));
/// let three = testing::run_scalar(PlusOne, &[two])?;
/// assert_eq!(three.as_primitive::<Float64Type>().value(0), 3.0);
/// # Ok::<(), swath_plugin::Error>(())
/// ```
pub trait Scalar: Params {
    /// Its name within the plugin: letters, digits and `_`.
    const NAME: &'static str;
    /// What it can be tried with.
    const EXAMPLE: Option<Example> = None;

    /// What it returns for arguments of these dtypes.
    ///
    /// # Errors
    /// Arguments or parameters that it has no answer for.
    fn bind(&self, args: &[Field]) -> Result<Returns>;

    /// Prepares what every call needs, as [`PartitionFn::prepare`](crate::PartitionFn::prepare) does.
    ///
    /// # Errors
    /// As of [`bind`](Self::bind).
    fn prepare(&mut self, args: &[Field]) -> Result<()> {
        let _ = args;
        Ok(())
    }

    /// One result for each of the rows, which all arguments have: none is ever shorter.
    ///
    /// # Errors
    /// The first value that it has no answer for.
    fn call(&self, args: &[ArrayRef], rows: usize, cx: &Cx) -> Result<ArrayRef>;
}

/// [`Scalar::bind`] of a Rust function of single values, by its signature.
#[doc(hidden)]
pub fn bind_rows<M, F: RowFunction<M>>(_: F, args: &[Field]) -> Result<Returns> {
    let wanted = F::parameters();
    if wanted.len() != args.len() {
        return Err(Error::of(
            code::META,
            format!(
                "it was given {} arguments, it takes {}",
                args.len(),
                wanted.len()
            ),
        ));
    }
    let (dtype, mut nullable) = F::returns();
    for (at, (wanted, arg)) in wanted.iter().zip(args).enumerate() {
        if !(wanted.accepts)(&arg.dtype) {
            return Err(Error::of(
                code::META,
                format!(
                    "argument {} must be {}, `{}` is {}",
                    at + 1,
                    wanted.text,
                    arg.name,
                    arg.dtype
                ),
            ));
        }
        nullable |= arg.nullable && !wanted.sees_nulls;
    }
    Ok(Returns { dtype, nullable })
}

/// [`Scalar::call`] of a Rust function of single values.
#[doc(hidden)]
pub fn call_rows<M, F: RowFunction<M>>(
    function: &F,
    args: &[ArrayRef],
    rows: usize,
    cx: &Cx,
) -> Result<ArrayRef> {
    function
        .rows(args, rows, None, &|| cx.check())
        .map_err(|error| match error {
            RowError::Closure(source) => Error::of_any(source),
            RowError::Arrow(source) => source.into(),
            RowError::Stopped(source) => source.into(),
        })
}
