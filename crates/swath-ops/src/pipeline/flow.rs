//! How a chunk travels: pushed down a chain of steps, until somebody has enough.

use swath_batch::Chunk;
use swath_scheduler::TaskContext;

use crate::{OpError, Step};

/// Whether who receives chunks wants more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    More,
    /// Nothing that still comes can change the answer: the source may stop.
    Enough,
}

/// Who receives the chunks of a step.
pub trait Output {
    /// Takes one chunk and says whether more are wanted.
    fn push(&mut self, chunk: Chunk) -> Result<Flow, OpError>;
}

/// The rest of a chain of steps and what stands at its end.
pub(super) struct Chain<'a, 's, 'c> {
    pub(super) steps: &'a mut [Box<dyn Step + 's>],
    pub(super) end: &'a mut dyn Output,
    pub(super) cx: &'a TaskContext<'c>,
}

impl Output for Chain<'_, '_, '_> {
    fn push(&mut self, chunk: Chunk) -> Result<Flow, OpError> {
        if chunk.is_empty() {
            return Ok(Flow::More);
        }
        match self.steps.split_first_mut() {
            None => self.end.push(chunk),
            Some((step, rest)) => step.push(
                chunk,
                self.cx,
                &mut Chain {
                    steps: rest,
                    end: &mut *self.end,
                    cx: self.cx,
                },
            ),
        }
    }
}

impl Chain<'_, '_, '_> {
    /// Lets every step emit what it kept back, first step first.
    pub(super) fn finish(&mut self) -> Result<(), OpError> {
        let steps = &mut *self.steps;
        for first in 0..steps.len() {
            let Some((step, rest)) = steps[first..].split_first_mut() else {
                break;
            };
            step.finish(
                self.cx,
                &mut Chain {
                    steps: rest,
                    end: &mut *self.end,
                    cx: self.cx,
                },
            )?;
        }
        Ok(())
    }
}
