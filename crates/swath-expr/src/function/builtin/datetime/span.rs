//! Parts of durations: `total_seconds`, `days`, `seconds`, …

use std::sync::Arc;

use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{ArrayRef, new_null_array};
use swath_batch::civil::units_in_second;
use swath_meta::DType;

use super::local::{in_day, stored};
use super::only;
use crate::{Argument, Evaluate, FunctionError, Input, Params, Returns, Rows, ScalarFunction};

/// A part of a duration. Negative ones are negative days and what is left, as in pandas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    name: &'static str,
    part: Part,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    /// All of it, in seconds.
    Total,
    Days,
    /// Of what the days leave, in nanoseconds.
    Rest(fn(i64) -> i64),
}

/// The table of parts.
pub(super) const ALL: [Span; 5] = [
    Span {
        name: "dt.total_seconds",
        part: Part::Total,
    },
    Span {
        name: "dt.days",
        part: Part::Days,
    },
    Span {
        name: "dt.seconds",
        part: Part::Rest(|rest| rest / 1_000_000_000),
    },
    Span {
        name: "dt.microseconds",
        part: Part::Rest(|rest| rest / 1_000 % 1_000_000),
    },
    Span {
        name: "dt.nanoseconds",
        part: Part::Rest(|rest| rest % 1_000),
    },
];

impl Span {
    fn dtype(self) -> DType {
        match self.part {
            Part::Total => DType::Float64,
            Part::Days | Part::Rest(_) => DType::Int64,
        }
    }
}

impl ScalarFunction for Span {
    fn name(&self) -> &'static str {
        self.name
    }

    fn infer(&self, args: &[Argument<'_>], _: &Params) -> Result<Returns, FunctionError> {
        let argument = only(args)?;
        match argument.field.dtype {
            DType::Duration(_) | DType::Null => Ok(Returns {
                dtype: self.dtype(),
                nullable: argument.field.nullable,
            }),
            _ => Err(FunctionError::argument(
                0,
                argument,
                "a duration (the difference of two times)",
            )),
        }
    }

    fn open(
        &self,
        args: &[Argument<'_>],
        params: &Params,
    ) -> Result<Box<dyn Evaluate>, FunctionError> {
        self.infer(args, params)?;
        Ok(Box::new(OfSpan {
            span: *self,
            dtype: args[0].field.dtype.clone(),
        }))
    }
}

struct OfSpan {
    span: Span,
    dtype: DType,
}

impl Evaluate for OfSpan {
    fn is_fallible(&self) -> bool {
        false
    }

    fn eval(&self, args: &[Input], rows: Rows<'_>) -> Result<ArrayRef, FunctionError> {
        let DType::Duration(unit) = self.dtype else {
            return Ok(new_null_array(&self.span.dtype().border(), rows.len));
        };
        let counts = stored(&args[0].to_border(&self.dtype, rows.len)?);
        let (second, day) = (units_in_second(unit), in_day(unit));
        let nanoseconds = 1_000_000_000 / second;
        Ok(match self.span.part {
            Part::Total => Arc::new(counts.unary::<_, Float64Type>(|count| {
                // Whole seconds and the part, so that nanoseconds of long spans do not round the seconds away.
                (count / second) as f64 + (count % second) as f64 / second as f64
            })),
            Part::Days => Arc::new(counts.unary::<_, Int64Type>(|count| count.div_euclid(day))),
            Part::Rest(of) => Arc::new(
                counts.unary::<_, Int64Type>(|count| of(count.rem_euclid(day) * nanoseconds)),
            ),
        })
    }
}
