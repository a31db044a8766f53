//! What a scalar function is: typing first, then evaluation on whole batches.

use std::ops::Range;

use arrow_array::ArrayRef;
use swath_batch::Value;
use swath_graph::Shown;
use swath_meta::{DType, Field};

use crate::{FunctionPin, Input, Params, PatternError, Rows};

/// A function of the values of one row: one result for each row, from that row's arguments alone.
///
/// It must be pure: the same arguments and parameters give the same answer, in every process, or its version must change. It is
/// registered in a [`Functions`](crate::Functions) table under its name.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{Array, ArrayRef, Int64Array, cast::AsArray};
/// use swath_expr::{Argument, Evaluate, FunctionError, Functions, Input, Params, Returns, Rows, ScalarFunction};
/// use swath_meta::DType;
///
/// #[derive(Debug)]
/// struct Length;
///
/// impl ScalarFunction for Length {
///     fn name(&self) -> &str { "length" }
///     fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
///         let [text] = args else { return Err(FunctionError::Count { expected: 1, found: args.len() }) };
///         if text.field.dtype != DType::String {
///             return Err(FunctionError::argument(0, text, "a string"));
///         }
///         Ok(Returns { dtype: DType::Int64, nullable: text.field.nullable })
///     }
///     fn open(&self, _: &[Argument<'_>], _: &Params) -> Result<Box<dyn Evaluate>, FunctionError> {
///         Ok(Box::new(|args: &[Input], rows: Rows<'_>| {
///             let text = args[0].to_border(&DType::String, rows.len)?;
///             let lengths: Int64Array = text.as_string_view().iter().map(|text| text.map(|text| text.len() as i64)).collect();
///             Ok(Arc::new(lengths) as ArrayRef)
///         }))
///     }
/// }
///
/// let mut functions = Functions::standard();
/// functions.register(Arc::new(Length));
/// ```
pub trait ScalarFunction: Send + Sync + std::fmt::Debug {
    /// Its name in expressions: a word, or words joined by dots.
    fn name(&self) -> &str;

    /// Which function it is exactly; part of the name of whatever is computed with it.
    fn pin(&self) -> FunctionPin {
        FunctionPin::default()
    }

    /// The arguments, of this many, that meet in one dtype before the function sees them: literals take the columns' dtype where
    /// that is exact, columns widen where nothing is lost, and anything else is an error with the cast that would fix it. None
    /// unless it says so.
    fn meeting(&self, arguments: usize) -> Range<usize> {
        let _ = arguments;
        0..0
    }

    /// Says what it returns for these arguments, without running anything.
    ///
    /// # Errors
    /// What is wrong with the number or the dtypes of the arguments, or with the parameters.
    fn infer(&self, args: &[Argument<'_>], params: &Params) -> Result<Returns, FunctionError>;

    /// Prepares evaluation for these arguments: what costs something, such as compiling a pattern, is done once, here.
    ///
    /// # Errors
    /// Those of [`infer`](Self::infer).
    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError>;
}

/// A function prepared for arguments of known dtypes.
pub trait Evaluate: Send + Sync {
    /// Computes one value a row, in the border encoding of the dtype that was inferred, for strings in any encoding.
    ///
    /// Rows that are not [active](Rows::is_active) may get any value and must not cause an error.
    ///
    /// # Errors
    /// The first value it has no answer for.
    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError>;

    /// May have no answer for some values. What always has one may be computed for rows that are dropped afterwards, which
    /// filters make use of.
    fn is_fallible(&self) -> bool {
        true
    }
}

impl<F> Evaluate for F
where
    F: Fn(&[Input], Rows<'_>) -> Result<ArrayRef, FunctionError> + Send + Sync,
{
    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        self(args, rows)
    }
}

/// An argument as typing sees it.
#[derive(Clone, Copy, Debug)]
pub struct Argument<'a> {
    /// Name, dtype and whether it may be null.
    pub field: &'a Field,
    /// Its value, if it is the same in every row and known now.
    pub constant: Option<&'a Value>,
}

/// What a function returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returns {
    /// The dtype.
    pub dtype: DType,
    /// Whether there may be nulls.
    pub nullable: bool,
}

/// Why a function has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FunctionError {
    /// It was given too many or too few arguments.
    #[error("it was given {found} arguments, it takes {expected}")]
    Count {
        /// How many it takes.
        expected: usize,
        /// How many it got.
        found: usize,
    },
    /// An argument has a dtype that it has no answer for.
    #[error("argument {} must be {expected}, `{name}` is {found}", position + 1)]
    Argument {
        /// Which argument, from 0.
        position: usize,
        /// What the argument is called.
        name: String,
        /// What it must be.
        expected: &'static str,
        /// Its dtype.
        found: DType,
        /// A dtype that it can be cast to and that would do.
        cast: Option<DType>,
    },
    /// An argument must be the same value in every row, known when the expression is checked.
    #[error("argument {} must be {expected}, written in the program", position + 1)]
    Constant {
        /// Which argument, from 0.
        position: usize,
        /// What it must be.
        expected: &'static str,
    },
    /// A pattern, a format or a span of time is none.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A parameter is missing or makes no sense.
    #[error("parameter `{name}` must be {expected}, not {}", Shown(found))]
    Param {
        /// The parameter.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A value has no answer.
    #[error("{}: {reason}", Shown(value))]
    Value {
        /// The first such value.
        value: String,
        /// Why not.
        reason: String,
    },
    /// A function of a plugin does not fit its arguments, or failed.
    #[error(transparent)]
    Plugin(Box<dyn std::error::Error + Send + Sync>),
    /// A Rust closure returned an error of its own.
    #[error("it returned an error")]
    Closure {
        /// That error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Arrow failed.
    #[error("{during} failed")]
    Arrow {
        /// At what.
        during: &'static str,
        /// What it said.
        #[source]
        source: arrow_schema::ArrowError,
    },
}

impl FunctionError {
    /// An argument has the wrong dtype.
    pub fn argument(position: usize, argument: &Argument<'_>, expected: &'static str) -> Self {
        Self::Argument {
            position,
            name: argument.field.name.to_string(),
            expected,
            found: argument.field.dtype.clone(),
            cast: None,
        }
    }

    /// The same error with a cast of the argument that would fix it.
    pub fn with_cast(self, dtype: DType) -> Self {
        match self {
            Self::Argument {
                position,
                name,
                expected,
                found,
                ..
            } => Self::Argument {
                position,
                name,
                expected,
                found,
                cast: Some(dtype),
            },
            other => other,
        }
    }
}
