//! One evaluation on one batch.

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, new_null_array};
use arrow_buffer::BooleanBuffer;

use super::demand::{Branch, Demand};
use super::{Bound, Operand};
use crate::evaluate::logic::truth;
use crate::evaluate::{Input, Rows, load, run};
use crate::{ExprError, ExprErrorKind};

/// The results of one evaluation so far.
pub(super) struct Run<'a> {
    bound: &'a Bound,
    columns: Vec<ArrayRef>,
    results: Vec<Option<Input>>,
}

impl<'a> Run<'a> {
    pub(super) fn start(bound: &'a Bound, columns: &[ArrayRef]) -> Result<Self, ExprError> {
        let loaded = bound
            .program
            .columns
            .iter()
            .map(|column| load(&columns[column.position], &column.name, &column.dtype));
        let columns = loaded
            .collect::<Result<_, _>>()
            .map_err(|kind| ExprError::at(bound.expr(), kind))?;
        Ok(Self {
            bound,
            columns,
            results: vec![None; bound.program.steps.len()],
        })
    }

    /// Runs the steps of a range; of those only the chosen.
    pub(super) fn steps(
        &mut self,
        range: std::ops::Range<usize>,
        chosen: Option<&Vec<bool>>,
        rows: Rows<'_>,
    ) -> Result<(), ExprError> {
        for at in range {
            if chosen.is_some_and(|chosen| !chosen[at]) {
                continue;
            }
            let step = &self.bound.program.steps[at];
            let mut inputs = step
                .inputs
                .iter()
                .map(|input| self.input(input))
                .collect::<Result<Vec<_>, _>>()?;
            // One value in, one value out: computed as a batch of one row.
            let scalar = !inputs.is_empty() && inputs.iter().all(Input::is_scalar);
            if scalar {
                inputs = inputs
                    .into_iter()
                    .map(|input| Input::Array(ArrayRef::clone(input.array())))
                    .collect();
            }
            // Values that no row takes must not fail.
            let reached = match step.demand {
                Demand::Some(branch) if step.kernel.is_fallible() => self.reached(branch, rows),
                _ => None,
            };
            let active = reached.as_ref().or(rows.active);
            let rows = if scalar {
                Rows {
                    task: rows.task,
                    ..Rows::all(1)
                }
            } else {
                Rows { active, ..rows }
            };
            // What is the same in every row is computed once, but not where no row takes it.
            let is_wanted = reached
                .as_ref()
                .is_none_or(|reached| reached.count_set_bits() > 0);
            let result = if is_wanted {
                run(&step.kernel, &inputs, &step.dtype, rows)
                    .map_err(|kind| ExprError::at(&step.expr, kind))?
            } else {
                new_null_array(&step.dtype.border(), rows.len)
            };
            self.results[at] = Some(if scalar {
                Input::Scalar(result)
            } else {
                Input::Array(result)
            });
            if chosen.is_none() {
                for done in &step.release {
                    self.results[*done] = None;
                }
            }
        }
        Ok(())
    }

    /// The rows that reach a value of a `when`; `None` where that is all.
    fn reached(&self, branch: Branch, rows: Rows<'_>) -> Option<BooleanBuffer> {
        let when = &self.bound.program.steps[branch.when];
        let mut reached = match when.demand {
            Demand::Some(outer) => self.reached(outer, rows),
            Demand::All => rows.active.cloned(),
        };
        for (at, condition) in when
            .inputs
            .iter()
            .step_by(2)
            .take(branch.after + 1)
            .enumerate()
        {
            if at == branch.after && !branch.holds {
                break;
            }
            // A step that is shared may run before the condition: then it runs for more rows.
            let known = match condition {
                Operand::Step(at) => self.results[*at].clone(),
                other => self.input(other).ok(),
            };
            let Some(known) = known else { continue };
            let holds = match known {
                Input::Array(array) => truth(array.as_boolean()),
                Input::Scalar(one) if truth(one.as_boolean()).value(0) => {
                    BooleanBuffer::new_set(rows.len)
                }
                Input::Scalar(_) => BooleanBuffer::new_unset(rows.len),
            };
            let wanted = if at == branch.after { holds } else { !&holds };
            reached = Some(reached.map_or(wanted.clone(), |reached| &reached & &wanted));
        }
        reached
    }

    pub(super) fn input(&self, operand: &Operand) -> Result<Input, ExprError> {
        let program = &self.bound.program;
        Ok(match operand {
            Operand::Column(at) => Input::Array(ArrayRef::clone(&self.columns[*at])),
            Operand::Step(at) => self.results[*at]
                .clone()
                .expect("steps are in order, and results kept while they are read"),
            Operand::Constant(at) => Input::Scalar(ArrayRef::clone(&program.constants[*at].array)),
            Operand::Late(slot) => {
                let Some(array) = &self.bound.lates[*slot] else {
                    let name = program.lates[*slot].name.clone();
                    return Err(ExprError::at(
                        &program.expr,
                        ExprErrorKind::LateMissing { name },
                    ));
                };
                Input::Scalar(ArrayRef::clone(array))
            }
        })
    }
}
