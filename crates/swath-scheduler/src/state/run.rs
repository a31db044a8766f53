//! One run inside the state machine.

use std::collections::HashMap;

use super::{Ended, RunCounts, Shape, ready::ReadySet};

#[derive(Debug)]
pub(super) struct RunState {
    pub(super) number: u64,
    pub(super) priority: i32,
    pub(super) shape: Shape,
    pub(super) ready: ReadySet,
    pub(super) running: u32,
    /// Tasks that did not finish yet.
    pub(super) left: u32,
    /// Bytes of all results so far.
    pub(super) result_bytes: u64,
    /// Why it ends early, once it does.
    pub(super) ending: Option<Ended>,
    /// Whether it stands in the queue of its priority.
    pub(super) queued: bool,
    /// Attempts after failures, of the tasks that had any.
    pub(super) attempts: HashMap<u32, u32>,
}

impl RunState {
    pub(super) fn new(number: u64, priority: i32, shape: Shape) -> Self {
        let mut ready = ReadySet::new(shape.len());
        for rank in (0..shape.len() as u32).filter(|rank| shape.is_ready(*rank)) {
            ready.insert(rank);
        }
        let left = shape.len() as u32;
        Self {
            number,
            priority,
            shape,
            ready,
            running: 0,
            left,
            result_bytes: 0,
            ending: None,
            queued: false,
            attempts: HashMap::new(),
        }
    }

    /// Records that a task's outputs are there; tells which tasks became ready and which outputs nobody reads any more.
    pub(super) fn finish(
        &mut self,
        rank: u32,
        mut on_ready: impl FnMut(u32),
        on_release: impl FnMut(u32),
    ) {
        let Self { shape, ready, .. } = self;
        let ready = |rank| {
            ready.insert(rank);
            on_ready(rank);
        };
        shape.finish(rank, ready, on_release);
    }

    pub(super) fn counts(&self) -> RunCounts {
        RunCounts {
            done: (self.shape.len() - self.left as usize) as u64,
            running: u64::from(self.running),
            result_bytes: self.result_bytes,
        }
    }

    pub(super) fn attempt(&self, rank: u32) -> u32 {
        if self.attempts.is_empty() {
            0
        } else {
            self.attempts.get(&rank).copied().unwrap_or(0)
        }
    }

    /// Counts a failure, and says which attempt comes next if one is left.
    pub(super) fn next_attempt(&mut self, rank: u32) -> Option<u32> {
        let allowed = self.shape.retries.get(rank as usize).copied().unwrap_or(0);
        let attempt = self.attempt(rank);
        (attempt < allowed).then(|| {
            self.attempts.insert(rank, attempt + 1);
            attempt + 1
        })
    }
}
