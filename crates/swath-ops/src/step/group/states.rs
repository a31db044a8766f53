//! The groups seen so far and one accumulator an aggregate.

use std::sync::Arc;

use arrow_array::{ArrayRef, new_empty_array};
use swath_batch::Chunk;
use swath_kernels::{Accumulator, Grouper};
use swath_meta::DType;
use swath_scheduler::TaskContext;

use super::{AggCall, AggregateError};
use crate::step::InTask;
use crate::{Env, OpError};

/// Groups and their states; `None` for the grouper when there are no keys and so one group.
pub(super) struct States {
    grouper: Option<Grouper>,
    accumulators: Vec<Box<dyn Accumulator>>,
    ids: Vec<u32>,
}

impl States {
    pub(super) fn try_new(keys: &[DType], calls: &[AggCall], env: &Env) -> Result<Self, OpError> {
        let grouper = if keys.is_empty() {
            None
        } else {
            Some(Grouper::try_new(keys)?)
        };
        let mut accumulators = calls
            .iter()
            .map(|call| call.accumulator(env))
            .collect::<Result<Vec<_>, OpError>>()?;
        if grouper.is_none() {
            // The one group of a reduction exists even if no row ever comes.
            for (accumulator, call) in accumulators.iter_mut().zip(calls) {
                let dtypes = call.dtypes();
                let nothing = dtypes.iter().map(|dtype| new_empty_array(&dtype.border()));
                accumulator.update_all(0, &nothing.collect::<Vec<_>>())?;
            }
        }
        Ok(Self {
            grouper,
            accumulators,
            ids: Vec::new(),
        })
    }

    /// Tells aggregates of plugins what they may ask about the task.
    pub(super) fn in_task(mut self, calls: &[AggCall], cx: &TaskContext<'_>) -> Self {
        if calls.iter().any(AggCall::is_of_plugin) {
            let task = InTask::anywhere(cx);
            for accumulator in &mut self.accumulators {
                accumulator.in_task(&task);
            }
        }
        self
    }

    /// Gives each row its group; returns the number of groups.
    fn group(&mut self, keys: &[ArrayRef], rows: usize) -> Result<usize, OpError> {
        self.ids.clear();
        let Some(grouper) = &mut self.grouper else {
            self.ids.resize(rows, 0);
            return Ok(1);
        };
        grouper.group(keys, rows, &mut self.ids)?;
        Ok(grouper.groups())
    }

    /// Adds rows: `inputs` has the columns of each aggregate.
    pub(super) fn update(
        &mut self,
        keys: &[ArrayRef],
        inputs: &[Vec<ArrayRef>],
        rows: usize,
    ) -> Result<(), OpError> {
        if self.grouper.is_none() {
            for (accumulator, input) in self.accumulators.iter_mut().zip(inputs) {
                accumulator.update_all(rows, input)?;
            }
            return Ok(());
        }
        let groups = self.group(keys, rows)?;
        for (accumulator, input) in self.accumulators.iter_mut().zip(inputs) {
            accumulator.update(&self.ids, groups, input)?;
        }
        Ok(())
    }

    /// Adds partial states: the columns after the keys, in the order of the aggregates.
    pub(super) fn merge(
        &mut self,
        keys: &[ArrayRef],
        states: &[ArrayRef],
        widths: &[usize],
        rows: usize,
    ) -> Result<(), OpError> {
        let groups = self.group(keys, rows)?;
        let mut first = 0;
        for (accumulator, width) in self.accumulators.iter_mut().zip(widths) {
            accumulator.merge(&self.ids, groups, &states[first..first + width])?;
            first += width;
        }
        Ok(())
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        self.grouper.as_ref().map_or(0, Grouper::bytes)
            + self
                .accumulators
                .iter()
                .map(|accumulator| accumulator.bytes())
                .sum::<u64>()
    }

    /// Bytes that the tables of groups may take on top while `rows` more rows are added.
    pub(super) fn growth(&self, rows: usize) -> u64 {
        self.grouper
            .as_ref()
            .map_or(0, |grouper| grouper.growth(rows))
    }

    /// About the bytes that [`into_states`](Self::into_states) takes beside what is there: keys are copied.
    pub(super) fn key_bytes(&self) -> u64 {
        self.grouper.as_ref().map_or(0, Grouper::key_bytes)
    }

    /// About the bytes that [`finish`](Self::finish) takes beside what is there: results are as large as states.
    pub(super) fn result_bytes(&self) -> u64 {
        let results = self.accumulators.iter().map(|states| states.bytes());
        self.key_bytes() + results.sum::<u64>()
    }

    /// The key columns, one row a group, and the number of groups: one without keys, even if nothing was added.
    fn keys(&self) -> Result<(Vec<ArrayRef>, usize), OpError> {
        Ok(match &self.grouper {
            Some(grouper) => (grouper.keys()?, grouper.groups()),
            None => (Vec::new(), 1),
        })
    }

    /// One row a group: keys, then states.
    pub(super) fn into_states(mut self) -> Result<Chunk, OpError> {
        let (mut columns, groups) = self.keys()?;
        for accumulator in &mut self.accumulators {
            columns.extend(accumulator.state()?);
        }
        Ok(Chunk::new(columns, groups))
    }

    /// One row a group: keys, then results. `names` are those of the keys, for messages.
    pub(super) fn finish(
        mut self,
        calls: &[AggCall],
        names: &[Arc<str>],
    ) -> Result<Chunk, OpError> {
        let (mut columns, groups) = self.keys()?;
        for (accumulator, call) in self.accumulators.iter_mut().zip(calls) {
            let result = accumulator
                .finish()
                .map_err(|error| AggregateError::new(call, error, names, &columns))?;
            columns.push(result);
        }
        Ok(Chunk::new(columns, groups))
    }
}
