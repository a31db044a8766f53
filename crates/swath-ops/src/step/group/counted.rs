//! Groups and the memory that is reserved for them.

use std::sync::Arc;

use arrow_array::ArrayRef;
use swath_batch::Chunk;
use swath_memory::{OverBudget, Reservation};

use super::AggCall;
use super::states::States;
use crate::OpError;

/// Groups whose bytes are reserved before they are taken: the tables as they are, and, while rows are added, what those rows
/// could make them grow by.
///
/// Not foreseen are a change of table and the states of aggregates, which double as vectors do; both are counted right after.
/// So what is taken is at most about twice what is reserved, and only for as long as one chunk is added.
pub(super) struct Counted {
    states: States,
    reserved: Reservation,
}

/// Rows that have been made and the memory that is reserved for them.
pub(super) struct Made {
    pub(super) chunk: Chunk,
    pub(super) reserved: Reservation,
}

impl Counted {
    pub(super) fn new(states: States, reserved: Reservation) -> Self {
        Self { states, reserved }
    }

    /// Adds rows: `inputs` has the columns of each aggregate.
    pub(super) fn update(
        &mut self,
        keys: &[ArrayRef],
        inputs: &[Vec<ArrayRef>],
        rows: usize,
    ) -> Result<(), OpError> {
        self.make_room(rows)?;
        self.states.update(keys, inputs, rows)?;
        Ok(self.reserved.try_resize(self.states.bytes())?)
    }

    /// Adds rows of keys and partial states; `widths` says how many columns the state of each aggregate has.
    pub(super) fn merge(
        &mut self,
        columns: &[ArrayRef],
        widths: &[usize],
        rows: usize,
    ) -> Result<(), OpError> {
        self.make_room(rows)?;
        let keys = columns.len() - widths.iter().sum::<usize>();
        let (keys, states) = columns.split_at(keys);
        self.states.merge(keys, states, widths, rows)?;
        Ok(self.reserved.try_resize(self.states.bytes())?)
    }

    fn make_room(&mut self, rows: usize) -> Result<(), OverBudget> {
        let most = self.states.bytes() + self.states.growth(rows);
        self.reserved.try_resize(most.max(self.reserved.bytes()))
    }

    /// One row a group: keys, then states. The tables are gone afterwards.
    pub(super) fn into_states(self) -> Result<Made, OpError> {
        let beside = self.states.key_bytes();
        self.made(beside, States::into_states)
    }

    /// One row a group: keys, then results. The tables are gone afterwards. `names` are those of the keys, for messages.
    pub(super) fn finish(self, calls: &[AggCall], names: &[Arc<str>]) -> Result<Made, OpError> {
        let beside = self.states.result_bytes();
        self.made(beside, |states| states.finish(calls, names))
    }

    fn made(
        mut self,
        beside: u64,
        make: impl FnOnce(States) -> Result<Chunk, OpError>,
    ) -> Result<Made, OpError> {
        self.reserved.try_resize(self.states.bytes() + beside)?;
        let chunk = make(self.states)?;
        self.reserved.try_resize(chunk.bytes())?;
        Ok(Made {
            chunk,
            reserved: self.reserved,
        })
    }
}
