//! A function with its parameters and columns, called the same way whatever its kind.

use std::sync::Arc;

use arrow_array::{ArrayRef, UInt32Array};
use swath_batch::{Batch, Host};
use swath_meta::{DType, Field, Index, Meta};
use swath_plugin_abi::{Contract, Halo, Kind};
use swath_plugin_host::{
    Bound, BoundAggregate, BoundPartition, BoundPartitioner, BoundScalar, CallError, Failure,
    Function,
};

use super::rows::joined;
use super::{Random, Rows, Task};
use crate::Error;

/// What is tried.
pub(in crate::plugin) struct Subject {
    pub(super) function: Function,
    pub(super) params: String,
    pub(super) input: Meta,
    /// The columns of the frames beside it, and some rows of each.
    others: Vec<Meta>,
    beside: Vec<Batch>,
    ready: Ready,
    output: Arc<Meta>,
}

/// A bound function of each kind.
enum Ready {
    Scalar(BoundScalar),
    Partition(BoundPartition),
    Aggregate(Arc<BoundAggregate>),
    Partitioner(BoundPartitioner),
}

/// How an answer failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plugin) enum Trouble {
    /// The function said that it has none for these rows: that is its right.
    Refused(String),
    /// It panicked, or the answer is not what was promised.
    Broke(String),
    /// It does not come back.
    Endless(String),
}

/// Groups that rows of an aggregate are put into, one after the other; there is one more, without rows.
const GROUPS: usize = 3;

/// Rows of each frame beside the first.
const BESIDE: usize = 100;

/// Partitions that a partitioner has to choose from.
const TARGETS: u32 = 7;

impl Subject {
    /// Binds a function.
    pub(in crate::plugin) fn bind(
        function: &Function,
        params: &str,
        frames: &[Meta],
    ) -> Result<Self, Error> {
        Ok(Self::try_bind(function, params, &frames[0], &frames[1..])?)
    }

    fn try_bind(
        function: &Function,
        params: &str,
        input: &Meta,
        others: &[Meta],
    ) -> Result<Self, CallError> {
        let one = |field: &Field| {
            Meta::try_new([field.clone()], Index::none()).expect("one column has a name of its own")
        };
        if function.entry().kind == Kind::Partitioner {
            return Self::among(function, params, input, TARGETS);
        }
        if function.entry().kind == Kind::Partition {
            let frames: Vec<&Meta> = std::iter::once(input).chain(others).collect();
            let bound = function.bind_frames(params, &frames)?;
            return Ok(Self::of_partitions(function, params, input, others, bound));
        }
        let (ready, output) = match function.bind(params, input)? {
            Bound::Scalar(bound) => {
                let output = one(bound.output());
                (Ready::Scalar(bound), Arc::new(output))
            }
            Bound::Aggregate(bound) => {
                let output = one(bound.output());
                (Ready::Aggregate(Arc::new(bound)), Arc::new(output))
            }
            other => {
                return Err(CallError::Broke {
                    function: Arc::clone(function.name()),
                    reason: format!("was bound to {other:?}, of a kind that cannot be checked"),
                });
            }
        };
        Ok(Self {
            function: function.clone(),
            params: params.to_owned(),
            input: input.clone(),
            others: Vec::new(),
            beside: Vec::new(),
            ready,
            output,
        })
    }

    /// A function of partitions; what lies beside its rows is the same in the trials of all promises but one.
    fn of_partitions(
        function: &Function,
        params: &str,
        input: &Meta,
        others: &[Meta],
        bound: BoundPartition,
    ) -> Self {
        let beside = beside(bound.contract(), others, &mut Random::new(1, "frames", 1));
        Self {
            function: function.clone(),
            params: params.to_owned(),
            input: input.clone(),
            others: others.to_vec(),
            beside,
            output: Arc::clone(bound.output()),
            ready: Ready::Partition(bound),
        }
    }

    /// Binds a partitioner for so many partitions.
    fn among(
        function: &Function,
        params: &str,
        keys: &Meta,
        targets: u32,
    ) -> Result<Self, CallError> {
        let bound = function.bind_partitioner(params, keys, targets)?;
        let number = Field::new("partition", DType::UInt32, false);
        Ok(Self {
            function: function.clone(),
            params: params.to_owned(),
            input: keys.clone(),
            others: Vec::new(),
            beside: Vec::new(),
            ready: Ready::Partitioner(bound),
            output: Arc::new(
                Meta::try_new([number], Index::none()).expect("one column has a name of its own"),
            ),
        })
    }

    /// The same partitioner for another number of partitions; `None` where it does not take that.
    pub(super) fn with_targets(&self, targets: u32) -> Option<Self> {
        Self::among(&self.function, &self.params, &self.input, targets).ok()
    }

    /// The same function on other columns; `None` where it does not take them.
    pub(super) fn on(&self, input: &Meta) -> Option<Self> {
        Self::try_bind(&self.function, &self.params, input, &self.others).ok()
    }

    /// The columns of all its frames.
    pub(super) fn frames(&self) -> impl Iterator<Item = &Meta> {
        std::iter::once(&self.input).chain(&self.others)
    }

    /// Whether there are frames beside the first.
    pub(super) fn has_others(&self) -> bool {
        !self.others.is_empty()
    }

    /// Other rows of these frames.
    pub(super) fn drawn_beside(&self, random: &mut Random) -> Vec<Batch> {
        let drawn = |contract| beside(contract, &self.others, random);
        self.contract().map_or(Vec::new(), drawn)
    }

    /// What a function of partitions promises.
    pub(super) fn contract(&self) -> Option<&Contract> {
        match &self.ready {
            Ready::Partition(bound) => Some(bound.contract()),
            _ => None,
        }
    }

    /// The only columns that it reads; `None` is all.
    pub(super) fn reads(&self) -> Option<&[String]> {
        self.contract()?.input(0).reads.as_deref()
    }

    /// The columns that rows are sorted by when they come.
    pub(super) fn needs_order(&self) -> &[String] {
        let contract = self.contract();
        contract.map_or(&[], |contract| &contract.input(0).needs_order)
    }

    /// What it sees of its neighbours, in front and behind.
    pub(super) fn halo(&self) -> [Option<Halo>; 2] {
        let needs = self.contract().map(|contract| contract.input(0));
        needs.map_or([None, None], |needs| [needs.before, needs.after])
    }

    /// What an aggregate is.
    pub(super) fn aggregate(&self) -> Option<&Arc<BoundAggregate>> {
        match &self.ready {
            Ready::Aggregate(bound) => Some(bound),
            _ => None,
        }
    }

    /// The same rows may give another answer.
    pub(super) fn is_random(&self) -> bool {
        self.contract().is_some_and(Contract::is_random)
    }

    /// Whether it takes some rows at a time.
    pub(super) fn is_cut(&self) -> bool {
        match &self.ready {
            Ready::Scalar(_) | Ready::Partitioner(_) => true,
            Ready::Partition(bound) => bound.contract().scope == swath_plugin_abi::Scope::Chunk,
            Ready::Aggregate(_) => false,
        }
    }

    /// Rows that it can be called with.
    pub(in crate::plugin) fn rows(&self) -> Rows {
        Rows::of(&self.input, self.needs_order(), self.aggregate().is_none())
    }

    /// Its answer for these rows; that of an aggregate for groups that do not depend on what is in the rows.
    pub(in crate::plugin) fn call(&self, rows: &Batch) -> Result<Batch, Trouble> {
        self.call_in(rows, &Arc::default())
    }

    /// Its answer in a task of the caller's.
    pub(super) fn call_in(&self, rows: &Batch, task: &Arc<Task>) -> Result<Batch, Trouble> {
        self.pieces_in(std::slice::from_ref(rows), task)
    }

    /// Its answer for rows that it is handed piece by piece; of a scalar, the answers for each.
    pub(super) fn pieces(&self, pieces: &[Batch]) -> Result<Batch, Trouble> {
        self.pieces_in(pieces, &Arc::default())
    }

    fn pieces_in(&self, pieces: &[Batch], task: &Arc<Task>) -> Result<Batch, Trouble> {
        self.answered(pieces, &self.beside, task)
    }

    /// Its answer for these rows, with these of the frames beside.
    pub(super) fn with_beside(&self, rows: &Batch, beside: &[Batch]) -> Result<Batch, Trouble> {
        self.answered(std::slice::from_ref(rows), beside, &Arc::default())
    }

    fn answered(
        &self,
        pieces: &[Batch],
        beside: &[Batch],
        task: &Arc<Task>,
    ) -> Result<Batch, Trouble> {
        let host = || -> Arc<dyn Host> { Arc::<Task>::clone(task) };
        let mut found = Vec::new();
        match &self.ready {
            Ready::Scalar(bound) => {
                for rows in pieces {
                    let column = bound.call(columns(rows), rows.num_rows(), Some(host()))?;
                    found.push(self.answer(column));
                }
            }
            Ready::Partition(bound) => {
                let mut keep = |batch: Batch| {
                    found.push(batch);
                    Ok(())
                };
                let mut run = bound.open(host())?;
                for rows in pieces {
                    let parts = [std::slice::from_ref(rows), beside].concat();
                    run.push_frames::<CallError>(&parts, &mut keep)?;
                }
                run.finish::<CallError>(&mut keep)?;
            }
            Ready::Partitioner(bound) => {
                for rows in pieces {
                    let numbers = bound.call(columns(rows), rows.num_rows(), Some(host()))?;
                    found.push(self.answer(Arc::new(UInt32Array::from(numbers))));
                }
            }
            Ready::Aggregate(bound) => {
                for rows in pieces {
                    let n = rows.num_rows();
                    let groups: Vec<u32> = (0..n).map(|row| (row % GROUPS) as u32).collect();
                    let mut states = bound.open(Some(host()))?;
                    states.update(columns(rows), &groups, GROUPS + 1)?;
                    found.push(self.answer(states.finish()?));
                }
            }
        }
        Ok(joined(&self.output, &found))
    }

    /// A column as an answer.
    pub(super) fn answer(&self, column: ArrayRef) -> Batch {
        let rows = column.len();
        Batch::from_arrays(&self.output, vec![column], rows).expect("the host looked at it")
    }
}

/// Rows of the frames beside the first, in the order that was asked for.
fn beside(contract: &Contract, others: &[Meta], random: &mut Random) -> Vec<Batch> {
    let rows = (1..).zip(others).map(|(frame, meta)| {
        let order = &contract.input(frame).needs_order;
        Rows::of(meta, order, true).draw(BESIDE, 10, random)
    });
    rows.collect()
}

/// The columns of rows.
pub(super) fn columns(rows: &Batch) -> &[ArrayRef] {
    rows.record_batch().columns()
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        let is_refused = matches!(
            &error,
            CallError::Said {
                failure: Failure::Function | Failure::Memory | Failure::Cancelled,
                ..
            }
        );
        let mut words = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            words.push_str(": ");
            words.push_str(&error.to_string());
            cause = error.source();
        }
        if is_refused {
            Self::Refused(words)
        } else {
            Self::Broke(words)
        }
    }
}
