//! The straight line of steps that an expression becomes.

use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::Value;
use swath_meta::{DType, Field};

use super::demand::{self, Demand};
use crate::evaluate::Kernel;
use crate::{Expr, Late};

/// What is the same for every copy.
pub(crate) struct Program {
    pub(super) expr: Expr,
    pub(super) field: Field,
    pub(crate) columns: Vec<Column>,
    pub(super) used: Vec<usize>,
    pub(crate) steps: Vec<Step>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) lates: Vec<Late>,
    pub(crate) output: Operand,
    /// For predicates: the parts that must all be true, in order, each with the step after its last.
    pub(super) conjuncts: Vec<(usize, Operand)>,
    /// The steps that the parts need: all but the conjunctions between them.
    pub(super) for_mask: Vec<bool>,
    pub(super) fallible: bool,
}

/// The steps of an expression, and what they start from.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) columns: Vec<Column>,
    pub(crate) steps: Vec<Step>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) lates: Vec<Late>,
}

pub(crate) struct Column {
    pub(crate) position: usize,
    pub(crate) name: Arc<str>,
    pub(crate) dtype: DType,
}

pub(crate) struct Constant {
    pub(crate) value: Value,
    pub(crate) array: ArrayRef,
}

/// Where a step finds an input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operand {
    Column(usize),
    Step(usize),
    Constant(usize),
    Late(usize),
}

pub(crate) struct Step {
    pub(crate) kernel: Kernel,
    pub(crate) inputs: Vec<Operand>,
    pub(crate) dtype: DType,
    pub(super) expr: Expr,
    /// Results that no later step reads.
    pub(super) release: Vec<usize>,
    /// The rows for which its result is read.
    pub(super) demand: Demand,
}

impl Step {
    pub(crate) fn new(kernel: Kernel, inputs: Vec<Operand>, dtype: DType, expr: Expr) -> Self {
        Self {
            kernel,
            inputs,
            dtype,
            expr,
            release: Vec::new(),
            demand: Demand::All,
        }
    }

    fn results_read(&self) -> impl Iterator<Item = usize> {
        self.inputs.iter().filter_map(|input| input.step())
    }
}

impl Operand {
    pub(super) fn step(self) -> Option<usize> {
        match self {
            Self::Step(at) => Some(at),
            _ => None,
        }
    }
}

impl Program {
    pub(crate) fn new(
        expr: Expr,
        field: Field,
        line: Line,
        output: Operand,
        conjuncts: Vec<(usize, Operand)>,
    ) -> Self {
        let Line {
            columns,
            mut steps,
            constants,
            lates,
        } = line;
        let parts: Vec<Operand> = conjuncts.iter().map(|(_, operand)| *operand).collect();
        let ends = parts.iter().copied().chain([output]);
        let demands = demand::of(&steps_inputs(&steps), ends);
        for (step, demand) in steps.iter_mut().zip(demands) {
            step.demand = demand;
        }
        let for_mask = needed(&steps, &parts);
        release_after_last_read(&mut steps, parts.into_iter().chain([output]));
        let mut used: Vec<usize> = columns.iter().map(|column| column.position).collect();
        used.sort_unstable();
        used.dedup();
        let fallible = steps.iter().any(|step| step.kernel.is_fallible());
        Self {
            expr,
            field,
            columns,
            used,
            steps,
            constants,
            lates,
            output,
            conjuncts,
            for_mask,
            fallible,
        }
    }
}

/// What each step reads, and whether it chooses between what it reads.
fn steps_inputs(steps: &[Step]) -> Vec<(bool, Vec<Operand>)> {
    let inputs = |step: &Step| (matches!(step.kernel, Kernel::When), step.inputs.clone());
    steps.iter().map(inputs).collect()
}

/// The steps whose results these operands are made of.
fn needed(steps: &[Step], operands: &[Operand]) -> Vec<bool> {
    let mut needed = vec![false; steps.len()];
    for at in operands.iter().filter_map(|operand| operand.step()) {
        needed[at] = true;
    }
    for (at, step) in steps.iter().enumerate().rev() {
        if needed[at] {
            step.results_read().for_each(|read| needed[read] = true);
        }
    }
    needed
}

/// Tells each step which results nobody reads after it; those that are wanted at the end stay.
fn release_after_last_read(steps: &mut [Step], wanted: impl Iterator<Item = Operand>) {
    let mut is_read_later = vec![false; steps.len()];
    for at in wanted.filter_map(Operand::step) {
        is_read_later[at] = true;
    }
    for at in (0..steps.len()).rev() {
        let mut read: Vec<usize> = steps[at].results_read().collect();
        read.retain(|&result| !std::mem::replace(&mut is_read_later[result], true));
        steps[at].release = read;
    }
}
