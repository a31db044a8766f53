//! Functions that take one of several values: `least`, `greatest`, `clip`; and `hash`, which takes all.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, UInt64Array, new_null_array};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;
use swath_kernels::hash_columns;
use swath_meta::DType;

use super::arguments::count;
use crate::evaluate::{either, extreme};
use crate::{
    Argument, BinaryOp, Evaluate, ExprErrorKind, FunctionError, Input, Params, Returns, Rows,
    ScalarFunction,
};

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Arc<dyn ScalarFunction>> {
    let all: [Arc<dyn ScalarFunction>; 4] = [
        Arc::new(Extreme::Least),
        Arc::new(Extreme::Greatest),
        Arc::new(Extreme::Clip),
        Arc::new(Hash),
    ];
    all.into_iter()
}

/// The smallest or largest of several values, nulls left out; or a value within two bounds, a null bound being none.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Extreme {
    Least,
    Greatest,
    Clip,
}

impl ScalarFunction for Extreme {
    fn name(&self) -> &'static str {
        match self {
            Self::Least => "least",
            Self::Greatest => "greatest",
            Self::Clip => "clip",
        }
    }

    fn meeting(&self, arguments: usize) -> Range<usize> {
        0..arguments
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        if args.is_empty() || (*self == Self::Clip && args.len() != 3) {
            return Err(count(if *self == Self::Clip { 3 } else { 1 }, args));
        }
        let dtype = &args[0].field.dtype;
        if dtype.is_nested() {
            return Err(FunctionError::argument(
                0,
                &args[0],
                "a value that has an order",
            ));
        }
        Ok(Returns {
            dtype: dtype.clone(),
            nullable: match self {
                Self::Clip => args[0].field.nullable,
                _ => args.iter().all(|argument| argument.field.nullable),
            },
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        let dtype = self.infer(args, params)?.dtype;
        Ok(Box::new(Chosen { kind: *self, dtype }))
    }
}

struct Chosen {
    kind: Extreme,
    dtype: DType,
}

impl Evaluate for Chosen {
    fn is_fallible(&self) -> bool {
        false
    }

    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        let of = |op, left: &Input, right: &Input| {
            let array = extreme(op, left, right, &self.dtype, rows).map_err(in_arrow)?;
            Ok::<_, FunctionError>(Input::Array(array))
        };
        let chosen = match (self.kind, args) {
            (Extreme::Clip, [value, low, high]) => {
                let clipped = of(BinaryOp::Le, &of(BinaryOp::Ge, value, low)?, high)?;
                // A null would become its bound, and NaN the upper one.
                return match kept(value, rows.len) {
                    None => Ok(ArrayRef::clone(clipped.array())),
                    Some(kept) => {
                        either(&kept, value, &clipped, &self.dtype, rows.len).map_err(in_arrow)
                    }
                };
            }
            (_, [one]) => Input::clone(one),
            (kind, [first, rest @ ..]) => {
                let op = if kind == Extreme::Least {
                    BinaryOp::Le
                } else {
                    BinaryOp::Ge
                };
                rest.iter()
                    .try_fold(first.clone(), |chosen, next| of(op, &chosen, next))?
            }
            (_, []) => unreachable!("typing checked their number"),
        };
        chosen
            .to_rows(rows.len)
            .map_err(|source| FunctionError::Arrow {
                during: "repeating a value",
                source,
            })
    }
}

/// Where values are null or NaN, which no bound changes; `None` for nowhere.
fn kept(value: &Input, rows: usize) -> Option<BooleanBuffer> {
    let array = value.array();
    macro_rules! nan {
        ($type:ty) => {{
            let values = array.as_primitive::<$type>().values();
            BooleanBuffer::collect_bool(values.len(), |row| values[row].is_nan())
        }};
    }
    let nan = match array.data_type() {
        DataType::Float32 => Some(nan!(Float32Type)),
        DataType::Float64 => Some(nan!(Float64Type)),
        _ => None,
    };
    let null = array.logical_nulls().map(|nulls| !nulls.inner());
    let kept = match (nan, null) {
        (Some(nan), Some(null)) => &nan | &null,
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return None,
    };
    let kept = match value {
        Input::Array(_) => kept,
        Input::Scalar(_) if kept.value(0) => BooleanBuffer::new_set(rows),
        Input::Scalar(_) => return None,
    };
    (kept.count_set_bits() > 0).then_some(kept)
}

fn in_arrow(kind: ExprErrorKind) -> FunctionError {
    match kind {
        ExprErrorKind::Arrow { during, source } => FunctionError::Arrow { during, source },
        _ => unreachable!("values of one dtype are compared and chosen, which fails in Arrow only"),
    }
}

/// The stable hash of one or several values, never null: equal values have equal hashes in every process and encoding.
#[derive(Debug)]
struct Hash;

impl ScalarFunction for Hash {
    fn name(&self) -> &'static str {
        "hash"
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        if args.is_empty() {
            return Err(count(1, args));
        }
        if let Some(at) = args
            .iter()
            .position(|argument| argument.field.dtype.is_nested())
        {
            return Err(FunctionError::argument(at, &args[at], "a plain value"));
        }
        Ok(Returns {
            dtype: DType::UInt64,
            nullable: false,
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        self.infer(args, params)?;
        Ok(Box::new(Hashed))
    }
}

struct Hashed;

impl Evaluate for Hashed {
    fn is_fallible(&self) -> bool {
        false
    }

    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        let columns = args.iter().map(|arg| match arg.array().data_type() {
            DataType::Null => Ok(new_null_array(&DataType::Int64, rows.len)),
            _ => arg.to_rows(rows.len),
        });
        let columns = columns.collect::<Result<Vec<_>, _>>();
        let columns = columns.map_err(|source| FunctionError::Arrow {
            during: "repeating a value",
            source,
        })?;
        let mut hashes = Vec::new();
        hash_columns(&columns, rows.len, &mut hashes).map_err(|error| FunctionError::Value {
            value: "the hash of a row".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Arc::new(UInt64Array::from(hashes)))
    }
}
