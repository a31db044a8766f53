//! The operations a bound expression is a straight line of.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, new_null_array};
use swath_batch::Value;
use swath_meta::DType;

use super::dictionary::EntryCache;
use super::{
    Input, Members, Rows, cast, choose, compare, decimal, fill, float, integer, isin, logic,
    promote, temporal,
};
use crate::typing::Form;
use crate::{BinaryOp, Evaluate, ExprErrorKind};

/// One operation, typed.
pub(crate) enum Kernel {
    /// A comparison, with the answers for dictionary entries seen lately.
    Compare(BinaryOp, EntryCache),
    /// Kleene's and, or.
    Logic(BinaryOp),
    Not,
    /// Is null, or is not.
    IsNull {
        negated: bool,
    },
    Arithmetic(BinaryOp, Form),
    Neg,
    /// Membership; the values beside the set are for pruning.
    IsIn(Members, Arc<[Value]>, EntryCache),
    /// What the user asked for: exact, or an error.
    Cast {
        from: DType,
        to: DType,
    },
    /// What an operation needs: widening.
    Promote(DType),
    Fill,
    /// The value of the first condition that is true: condition, value, condition, value, …, and the value of no condition.
    When,
    Call {
        name: Arc<str>,
        function: Box<dyn Evaluate>,
    },
}

impl Kernel {
    /// May have no answer for some values, so that it must not see rows that a filter dropped.
    pub(crate) fn is_fallible(&self) -> bool {
        match self {
            Self::Arithmetic(_, form) => *form != Form::Float,
            Self::Neg | Self::Cast { .. } => true,
            Self::Call { function, .. } => function.is_fallible(),
            Self::Promote(dtype) => dtype.is_temporal(),
            Self::Compare(..)
            | Self::Logic(_)
            | Self::Not
            | Self::IsNull { .. }
            | Self::IsIn(..)
            | Self::Fill
            | Self::When => false,
        }
    }
}

/// Runs one operation; the result has `dtype`.
pub(crate) fn run(
    kernel: &Kernel,
    inputs: &[Input],
    dtype: &DType,
    rows: Rows<'_>,
) -> Result<ArrayRef, ExprErrorKind> {
    let boolean = |array: BooleanArray| Ok(Arc::new(array) as ArrayRef);
    match (kernel, inputs) {
        (Kernel::Compare(op, cache), [left, right]) => {
            boolean(compare(*op, left, right, rows, cache)?)
        }
        (Kernel::Logic(op), [left, right]) => boolean(logic::combine(*op, left, right, rows.len)),
        (Kernel::Not, [input]) => boolean(logic::not(input)),
        (Kernel::IsNull { negated }, [input]) => boolean(logic::is_null(input, *negated, rows.len)),
        (Kernel::Arithmetic(op, form), [left, right]) => {
            if left.is_null_scalar() || right.is_null_scalar() {
                return Ok(new_null_array(&dtype.border(), rows.len));
            }
            match form {
                Form::Integer => integer::arithmetic(*op, left, right, dtype, rows),
                Form::Float => Ok(float::arithmetic(*op, left, right, rows)),
                Form::Decimal => decimal::arithmetic(*op, left, right, dtype, rows),
                Form::Temporal => temporal::arithmetic(*op, left, right, dtype, rows),
            }
        }
        (Kernel::Neg, [input]) => integer::negate(input, dtype, rows),
        (Kernel::IsIn(members, _, cache), [input]) => boolean(isin::isin(members, input, cache)?),
        (Kernel::Cast { from, to }, [input]) => cast::exactly(input.array(), from, to, rows),
        (Kernel::Promote(to), [input]) => promote::promote(input.array(), to, rows),
        (Kernel::Fill, [left, right]) => fill::fill(left, right, dtype, rows.len),
        (Kernel::When, inputs) => choose::when(inputs, dtype, rows.len),
        (Kernel::Call { name, function }, inputs) => {
            let failed = |source| ExprErrorKind::Function {
                function: name.to_string(),
                source,
            };
            let result = function.eval(inputs, rows).map_err(failed)?;
            if result.len() != rows.len || !dtype.admits(result.data_type()) {
                return Err(ExprErrorKind::Encoding {
                    column: format!("{name}(…)"),
                    dtype: dtype.clone(),
                    arrow: format!(
                        "{} rows of {}, for {} rows",
                        result.len(),
                        result.data_type(),
                        rows.len
                    ),
                });
            }
            Ok(result)
        }
        _ => unreachable!("binding gave every operation its inputs"),
    }
}
