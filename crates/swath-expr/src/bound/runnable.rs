//! The program with the values of its lazy scalars: what a caller holds.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, BooleanArray, RecordBatch, new_empty_array};
use arrow_buffer::BooleanBuffer;
use swath_batch::{Host, Value};
use swath_graph::Name;
use swath_meta::{DType, Field};

use super::run::Run;
use super::{Operand, Program};
use crate::evaluate::logic::truth;
use crate::evaluate::{Input, Rows};
use crate::{Expr, ExprError, ExprErrorKind, Late};

/// An expression bound to the columns of a frame: evaluates whole batches, many at once from any thread.
///
/// A straight line of steps, each one vectorised operation; equal parts are computed once, constants stay scalars, and no step
/// recurses, so that depth does not matter. Clone is a few reference counts.
#[derive(Clone)]
pub struct Bound {
    pub(super) program: Arc<Program>,
    /// The lazy scalars, one row each, where they were supplied.
    pub(super) lates: Vec<Option<ArrayRef>>,
    late_values: Vec<Option<Value>>,
    task: Option<Arc<dyn Host>>,
}

impl Bound {
    pub(crate) fn new(program: Program) -> Self {
        let lates = vec![None; program.lates.len()];
        let late_values = vec![None; program.lates.len()];
        Self {
            program: Arc::new(program),
            lates,
            late_values,
            task: None,
        }
    }

    /// The same, whose functions may ask this about the task that they run in.
    #[must_use]
    pub fn in_task(&self, task: Arc<dyn Host>) -> Self {
        Self {
            task: Some(task),
            ..self.clone()
        }
    }

    /// Name, dtype and nullability of the result.
    pub fn field(&self) -> &Field {
        &self.program.field
    }

    /// The dtype of the result.
    pub fn dtype(&self) -> &DType {
        &self.program.field.dtype
    }

    /// The expression that was bound.
    pub fn expr(&self) -> &Expr {
        &self.program.expr
    }

    /// The positions of the columns it reads, ascending. The others may be anything, also missing at the end.
    pub fn columns_used(&self) -> &[usize] {
        &self.program.used
    }

    /// May fail for some values (integer and decimal arithmetic, casts, functions): such an expression must see only rows that
    /// are wanted, by [`eval_where`](Self::eval_where) or on compacted columns.
    pub fn is_fallible(&self) -> bool {
        self.program.fallible
    }

    /// The lazy scalars it needs, each once.
    pub fn lates(&self) -> &[Late] {
        &self.program.lates
    }

    /// The same with the values of lazy scalars supplied; those that it does not need are ignored.
    ///
    /// # Errors
    /// [`ExprErrorKind::LateValue`] where a value is not exactly one of the dtype.
    pub fn with_lates(&self, values: &[(Name, Value)]) -> Result<Self, ExprError> {
        let mut bound = self.clone();
        for (slot, late) in self.program.lates.iter().enumerate() {
            let Some((name, value)) = values.iter().find(|(name, _)| *name == late.name) else {
                continue;
            };
            let array = value.to_array(&late.dtype, 1).map_err(|_| {
                let (name, value, dtype) = (name.clone(), value.to_string(), late.dtype.clone());
                ExprError::at(self.expr(), ExprErrorKind::LateValue { name, value, dtype })
            })?;
            bound.late_values[slot] = Some(Value::from_array(&array, 0));
            bound.lates[slot] = Some(array);
        }
        Ok(bound)
    }

    /// Computes one value a row, in an encoding that the dtype admits. `columns` are those of the meta it was bound to; those that
    /// are used have `rows` rows.
    ///
    /// # Errors
    /// The first value that has no answer: overflow, integer division by zero, a cast that loses something, a function's own.
    pub fn eval(&self, columns: &[ArrayRef], rows: usize) -> Result<ArrayRef, ExprError> {
        self.eval_where(columns, rows, None)
    }

    /// [`eval`](Self::eval) where only some rows are wanted: the others get any value and cause no error.
    ///
    /// # Errors
    /// Those of [`eval`](Self::eval), for wanted rows.
    pub fn eval_where(
        &self,
        columns: &[ArrayRef],
        rows: usize,
        wanted: Option<&BooleanBuffer>,
    ) -> Result<ArrayRef, ExprError> {
        if rows == 0 {
            return Ok(new_empty_array(&self.dtype().border()));
        }
        let mut run = Run::start(self, columns)?;
        run.steps(
            0..self.program.steps.len(),
            None,
            Rows {
                len: rows,
                active: wanted,
                task: self.task.as_ref(),
            },
        )?;
        let output = run.input(&self.program.output)?;
        let failed = |source| {
            ExprError::at(
                self.expr(),
                ExprErrorKind::Arrow {
                    during: "repeating a value",
                    source,
                },
            )
        };
        output.to_rows(rows).map_err(failed)
    }

    /// [`eval`](Self::eval) on a record batch whose columns are those of the meta.
    ///
    /// # Errors
    /// Those of [`eval`](Self::eval).
    pub fn eval_batch(&self, batch: &RecordBatch) -> Result<ArrayRef, ExprError> {
        self.eval(batch.columns(), batch.num_rows())
    }

    /// The rows for which a predicate is true: false and null both drop a row.
    ///
    /// The parts of a conjunction are taken from left to right, each asked only about rows that all before it passed: those after
    /// it cannot fail for rows that it drops, and nothing is computed once no row is left.
    ///
    /// # Errors
    /// [`ExprErrorKind::NotBoolean`]; those of [`eval`](Self::eval), for rows that the parts before let through.
    pub fn mask(&self, columns: &[ArrayRef], rows: usize) -> Result<BooleanBuffer, ExprError> {
        self.mask_where(columns, rows, None)
    }

    /// [`mask`](Self::mask) among rows that are wanted: the result is never true for others.
    ///
    /// # Errors
    /// Those of [`mask`](Self::mask).
    pub fn mask_where(
        &self,
        columns: &[ArrayRef],
        rows: usize,
        wanted: Option<&BooleanBuffer>,
    ) -> Result<BooleanBuffer, ExprError> {
        self.check_boolean()?;
        let mut passed = wanted.cloned();
        if rows == 0 {
            return Ok(BooleanBuffer::new_unset(0));
        }
        let mut run = Run::start(self, columns)?;
        let mut from = 0;
        for (end, operand) in &self.program.conjuncts {
            let active = Rows {
                len: rows,
                active: passed.as_ref(),
                task: self.task.as_ref(),
            };
            run.steps(from..*end, Some(&self.program.for_mask), active)?;
            from = from.max(*end);
            let answer = match run.input(operand)? {
                Input::Scalar(one) if is_true(&one) => continue,
                Input::Scalar(_) => return Ok(BooleanBuffer::new_unset(rows)),
                Input::Array(array) => truth(array.as_boolean()),
            };
            let both = passed.map_or(answer.clone(), |passed| &passed & &answer);
            if both.count_set_bits() == 0 {
                return Ok(both);
            }
            passed = Some(both);
        }
        Ok(passed.unwrap_or_else(|| BooleanBuffer::new_set(rows)))
    }

    /// An error unless the result is true, false or null.
    pub(crate) fn check_boolean(&self) -> Result<(), ExprError> {
        match self.dtype() {
            DType::Bool | DType::Null => Ok(()),
            dtype => Err(ExprError::not_boolean(self.expr(), dtype)),
        }
    }

    /// The value, if it is known without any row.
    pub(crate) fn literal(&self) -> Option<&Value> {
        match self.program.output {
            Operand::Constant(at) => Some(&self.program.constants[at].value),
            _ => None,
        }
    }

    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    pub(crate) fn late_value(&self, slot: usize) -> Option<&Value> {
        self.late_values[slot].as_ref()
    }
}

fn is_true(one: &ArrayRef) -> bool {
    one.as_boolean_opt()
        .is_some_and(|one: &BooleanArray| truth(one).value(0))
}

impl Debug for Bound {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound")
            .field("expr", self.expr())
            .field("field", self.field())
            .finish_non_exhaustive()
    }
}
