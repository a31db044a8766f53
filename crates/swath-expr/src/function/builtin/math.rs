//! Functions of numbers: `sqrt`, `exp`, `log`, `sin`, `pow`, `sign`, `is_nan`, …

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, new_null_array};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_cast::cast;
use arrow_schema::DataType;
use swath_meta::DType;

use super::arguments::{count, only};
use crate::{Argument, Evaluate, FunctionError, Input, Params, Returns, Rows, ScalarFunction};

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Arc<dyn ScalarFunction>> {
    let curves = CURVES
        .iter()
        .map(|one| Arc::new(*one) as Arc<dyn ScalarFunction>);
    let classes = CLASSES
        .iter()
        .map(|one| Arc::new(*one) as Arc<dyn ScalarFunction>);
    let pairs = PAIRS
        .iter()
        .map(|one| Arc::new(*one) as Arc<dyn ScalarFunction>);
    curves
        .chain(classes)
        .chain(pairs)
        .chain([Arc::new(Pow) as Arc<dyn ScalarFunction>, Arc::new(Sign)])
}

/// A function of one float; other numbers become `float64`. What has no answer is NaN, as IEEE has it.
#[derive(Clone, Copy, Debug)]
struct Curve {
    name: &'static str,
    of: fn(f64) -> f64,
}

const fn curve(name: &'static str, of: fn(f64) -> f64) -> Curve {
    Curve { name, of }
}

const CURVES: [Curve; 20] = [
    curve("sqrt", f64::sqrt),
    curve("cbrt", f64::cbrt),
    curve("exp", f64::exp),
    curve("exp2", f64::exp2),
    curve("expm1", f64::exp_m1),
    curve("log", f64::ln),
    curve("log2", f64::log2),
    curve("log10", f64::log10),
    curve("log1p", f64::ln_1p),
    curve("sin", f64::sin),
    curve("cos", f64::cos),
    curve("tan", f64::tan),
    curve("arcsin", f64::asin),
    curve("arccos", f64::acos),
    curve("arctan", f64::atan),
    curve("sinh", f64::sinh),
    curve("cosh", f64::cosh),
    curve("tanh", f64::tanh),
    curve("degrees", f64::to_degrees),
    curve("radians", f64::to_radians),
];

/// The error for what is no number.
fn no_number(position: usize, argument: &Argument<'_>) -> FunctionError {
    let error = FunctionError::argument(position, argument, "a number");
    let dtype = &argument.field.dtype;
    if dtype.is_string() {
        error.with_cast(DType::Float64)
    } else if *dtype == DType::Bool {
        error.with_cast(DType::Int64)
    } else {
        error
    }
}

/// Is a number, or nothing but null.
fn check_number(position: usize, argument: &Argument<'_>) -> Result<(), FunctionError> {
    let dtype = &argument.field.dtype;
    if dtype.is_numeric() || *dtype == DType::Null {
        Ok(())
    } else {
        Err(no_number(position, argument))
    }
}

/// Numbers as `float64`: of all rows, or the one of a scalar.
fn floats(input: &Input) -> Result<Float64Array, FunctionError> {
    let failed = |source| FunctionError::Arrow {
        during: "converting numbers to floats",
        source,
    };
    let array = cast(input.array(), &DataType::Float64).map_err(failed)?;
    Ok(array.as_primitive::<Float64Type>().clone())
}

/// What needs no error: the same function over every row.
struct Total<F>(F);

impl<F> Evaluate for Total<F>
where
    F: Fn(&[Input], Rows<'_>) -> Result<ArrayRef, FunctionError> + Send + Sync,
{
    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        (self.0)(args, rows)
    }

    fn is_fallible(&self) -> bool {
        false
    }
}

impl ScalarFunction for Curve {
    fn name(&self) -> &'static str {
        self.name
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        let argument = only(args)?;
        check_number(0, argument)?;
        Ok(Returns {
            dtype: match argument.field.dtype {
                DType::Float32 => DType::Float32,
                _ => DType::Float64,
            },
            nullable: argument.field.nullable,
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        let dtype = self.infer(args, params)?.dtype;
        let of = self.of;
        Ok(Box::new(Total(move |args: &[Input], rows: Rows<'_>| {
            let array = args[0]
                .to_rows(rows.len)
                .map_err(|source| FunctionError::Arrow {
                    during: "repeating a value",
                    source,
                })?;
            if dtype == DType::Float32 {
                let array = array.as_primitive::<Float32Type>();
                let values = array.unary::<_, Float32Type>(|value| of(value.into()) as f32);
                return Ok(Arc::new(values) as ArrayRef);
            }
            let floats = floats(&Input::Array(array))?;
            Ok(Arc::new(floats.unary::<_, Float64Type>(of)) as ArrayRef)
        })))
    }
}

/// A question about one number; null for null.
#[derive(Clone, Copy, Debug)]
struct Class {
    name: &'static str,
    of: fn(f64) -> bool,
}

const CLASSES: [Class; 3] = [
    Class {
        name: "is_nan",
        of: f64::is_nan,
    },
    Class {
        name: "is_finite",
        of: f64::is_finite,
    },
    Class {
        name: "is_infinite",
        of: f64::is_infinite,
    },
];

impl ScalarFunction for Class {
    fn name(&self) -> &'static str {
        self.name
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        let argument = only(args)?;
        check_number(0, argument)?;
        Ok(Returns {
            dtype: DType::Bool,
            nullable: argument.field.nullable,
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        self.infer(args, params)?;
        let of = self.of;
        Ok(Box::new(Total(move |args: &[Input], rows: Rows<'_>| {
            if *args[0].array().data_type() == DataType::Null {
                return Ok(new_null_array(&DataType::Boolean, rows.len));
            }
            let floats = floats(&args[0])?;
            let row = |row: usize| if args[0].is_scalar() { 0 } else { row };
            let values = BooleanBuffer::collect_bool(rows.len, |at| of(floats.value(row(at))));
            let nulls = if args[0].is_scalar() {
                None
            } else {
                floats.nulls().cloned()
            };
            Ok(Arc::new(BooleanArray::new(values, nulls)) as ArrayRef)
        })))
    }
}

/// A function of two floats.
#[derive(Clone, Copy, Debug)]
struct Pair {
    name: &'static str,
    of: fn(f64, f64) -> f64,
}

const PAIRS: [Pair; 2] = [
    Pair {
        name: "arctan2",
        of: f64::atan2,
    },
    Pair {
        name: "hypot",
        of: f64::hypot,
    },
];

/// Computes one value a row from two inputs that may be scalars; null where one is.
fn zipped<L: Array, R: Array, T>(
    (left, l): (&Input, &L),
    (right, r): (&Input, &R),
    rows: usize,
    mut of: impl FnMut(usize, usize, usize) -> T,
) -> (Vec<T>, Option<NullBuffer>) {
    let at = |input: &Input, row: usize| if input.is_scalar() { 0 } else { row };
    let values = (0..rows)
        .map(|row| of(row, at(left, row), at(right, row)))
        .collect();
    let nulls = |input: &Input, array: &dyn Array| match input.is_scalar() {
        true if array.is_null(0) => Some(NullBuffer::new_null(rows)),
        true => None,
        false => array.logical_nulls(),
    };
    (
        values,
        NullBuffer::union(nulls(left, l).as_ref(), nulls(right, r).as_ref()),
    )
}

fn check_two(args: &[Argument<'_>]) -> Result<bool, FunctionError> {
    let [left, right] = args else {
        return Err(count(2, args));
    };
    check_number(0, left)?;
    check_number(1, right)?;
    Ok(left.field.nullable || right.field.nullable)
}

fn two_floats(
    args: &[Input],
    rows: Rows<'_>,
    of: fn(f64, f64) -> f64,
) -> Result<ArrayRef, FunctionError> {
    let (l, r) = (floats(&args[0])?, floats(&args[1])?);
    let (values, nulls) = zipped(
        (&args[0], &l),
        (&args[1], &r),
        rows.len,
        |_, left, right| of(l.value(left), r.value(right)),
    );
    Ok(Arc::new(Float64Array::new(values.into(), nulls)))
}

impl ScalarFunction for Pair {
    fn name(&self) -> &'static str {
        self.name
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        Ok(Returns {
            nullable: check_two(args)?,
            dtype: DType::Float64,
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        self.infer(args, params)?;
        let of = self.of;
        Ok(Box::new(Total(move |args: &[Input], rows: Rows<'_>| {
            two_floats(args, rows, of)
        })))
    }
}

/// A power: of integers a whole one, checked; of others a float.
#[derive(Debug)]
struct Pow;

impl ScalarFunction for Pow {
    fn name(&self) -> &'static str {
        "pow"
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        let nullable = check_two(args)?;
        let whole = args
            .iter()
            .all(|argument| argument.field.dtype.is_integer());
        Ok(Returns {
            dtype: if whole { DType::Int64 } else { DType::Float64 },
            nullable,
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        if self.infer(args, params)?.dtype == DType::Float64 {
            return Ok(Box::new(Total(move |args: &[Input], rows: Rows<'_>| {
                two_floats(args, rows, f64::powf)
            })));
        }
        Ok(Box::new(whole_power))
    }
}

fn whole_power(args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
    let failed = |source| FunctionError::Arrow {
        during: "widening integers",
        source,
    };
    // Every integer as one of 128 bits.
    let wide = |input: &Input| cast(input.array(), &DataType::Decimal128(38, 0)).map_err(failed);
    let (l, r) = (wide(&args[0])?, wide(&args[1])?);
    let (bases, exponents) = (
        l.as_primitive::<arrow_array::types::Decimal128Type>(),
        r.as_primitive::<arrow_array::types::Decimal128Type>(),
    );
    let mut wrong = None;
    let (values, nulls) = zipped(
        (&args[0], &l),
        (&args[1], &r),
        rows.len,
        |row, left, right| {
            let (base, exponent) = (bases.value(left), exponents.value(right));
            let there = bases.is_valid(left) && exponents.is_valid(right) && rows.is_active(row);
            let power = match (base, exponent) {
                (1, _) => Some(1),
                (-1, _) => Some(if exponent % 2 == 0 { 1 } else { -1 }),
                (0, 1..) => Some(0),
                _ => u32::try_from(exponent)
                    .ok()
                    .and_then(|exponent| base.checked_pow(exponent)),
            };
            let power = power.and_then(|power| i64::try_from(power).ok());
            if power.is_none() && there && wrong.is_none() {
                wrong = Some((base, exponent));
            }
            power.unwrap_or_default()
        },
    );
    match wrong {
        None => Ok(Arc::new(Int64Array::new(values.into(), nulls))),
        Some((base, exponent)) => Err(FunctionError::Value {
            value: format!("{base} to the power of {exponent}"),
            reason: "it does not fit int64; cast one side to float64".to_owned(),
        }),
    }
}

/// -1, 0 or 1, in the dtype of the number; NaN for NaN.
#[derive(Debug)]
struct Sign;

impl ScalarFunction for Sign {
    fn name(&self) -> &'static str {
        "sign"
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        let argument = only(args)?;
        check_number(0, argument)?;
        Ok(Returns {
            dtype: match &argument.field.dtype {
                DType::Float32 => DType::Float32,
                dtype if dtype.is_integer() => dtype.clone(),
                DType::Float64 => DType::Float64,
                _ => DType::Int64,
            },
            nullable: argument.field.nullable,
        })
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        let dtype = self.infer(args, params)?.dtype;
        Ok(Box::new(Total(move |args: &[Input], rows: Rows<'_>| {
            let failed = |source| FunctionError::Arrow {
                during: "converting signs",
                source,
            };
            let array = args[0].to_rows(rows.len).map_err(failed)?;
            let of = |value: f64| {
                if value == 0.0 || value.is_nan() {
                    value
                } else {
                    value.signum()
                }
            };
            // A float has the sign of the number that it is near to, and none rounds to zero.
            let signs = floats(&Input::Array(array))?.unary::<_, Float64Type>(of);
            if dtype.is_float() {
                return cast(&signs, &dtype.border()).map_err(failed);
            }
            let whole = signs.unary::<_, Int64Type>(|sign| sign as i64);
            cast(&whole, &dtype.border()).map_err(failed)
        })))
    }
}
