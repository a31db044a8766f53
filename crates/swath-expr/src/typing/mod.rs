//! Which dtypes go together, and what comes out: every rule of typing is in this folder.
//!
//! A *literal* (a value that was written in the program, or computed from such) has no dtype of its own beside a column's: it
//! becomes the column's dtype if that is exact, and is refused with a cast to paste if not. Everything else keeps its dtype, and
//! two different ones meet by the rules of the operation.

mod arithmetic;
mod cast;
mod comparison;
mod decimal;
mod fill;
pub(crate) mod fix;
mod literal;
mod meet;
mod temporal;

use swath_batch::Value;
use swath_meta::DType;

use crate::Expr;

pub(crate) use arithmetic::{Arithmetic, Form, arithmetic};
pub(crate) use cast::castable;
pub(crate) use comparison::comparison;
pub(crate) use fill::fill;
pub(crate) use fix::boolean_fix;
pub(crate) use literal::{adapt, literal_error};
pub(crate) use meet::meet;

/// One side of an operation, as typing sees it.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    /// What it is, for messages.
    pub(crate) expr: &'a Expr,
    pub(crate) dtype: &'a DType,
    /// Its value, if it is a literal that may take another dtype.
    pub(crate) literal: Option<&'a Value>,
}

/// What has to happen to a side before the operation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Conversion {
    /// Nothing.
    Keep,
    /// The literal becomes this value of this dtype.
    Literal(Value, DType),
    /// The values widen; only integers that become floats may be rounded.
    Promote(DType),
}

impl Conversion {
    /// The conversion that gives this dtype.
    fn to(dtype: DType, side: Side<'_>) -> Self {
        if *side.dtype == dtype {
            Self::Keep
        } else {
            Self::Promote(dtype)
        }
    }
}
