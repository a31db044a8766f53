//! Runs one task of a pipeline.

use std::sync::Arc;

use swath_batch::Chunk;
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::flow::{Chain, Flow, Output};
use super::spec::Pipeline;
use crate::sink::Made;
use crate::{OpError, Sink, Step, StepSpec, TaskInputs};

/// One branch while it runs.
struct Running<'s, 'c, 'x> {
    steps: Vec<Box<dyn Step + 's>>,
    sink: Box<dyn Sink>,
    enough: bool,
    cx: &'x TaskContext<'c>,
}

/// Hands a sink the chunks of its branch.
struct End<'a, 'c> {
    sink: &'a mut dyn Sink,
    cx: &'a TaskContext<'c>,
}

impl Output for End<'_, '_> {
    fn push(&mut self, chunk: Chunk) -> Result<Flow, OpError> {
        self.sink.push(chunk, self.cx)
    }
}

impl Running<'_, '_, '_> {
    fn push(&mut self, chunk: Chunk) -> Result<(), OpError> {
        if self.enough {
            return Ok(());
        }
        let mut end = End {
            sink: &mut *self.sink,
            cx: self.cx,
        };
        let flow = Chain {
            steps: &mut self.steps,
            end: &mut end,
            cx: self.cx,
        }
        .push(chunk)?;
        self.enough = flow == Flow::Enough;
        Ok(())
    }

    fn finish(mut self) -> Result<Made, OpError> {
        let mut end = End {
            sink: &mut *self.sink,
            cx: self.cx,
        };
        Chain {
            steps: &mut self.steps,
            end: &mut end,
            cx: self.cx,
        }
        .finish()?;
        self.sink.finish(self.cx)
    }
}

/// The end of the trunk: every branch gets each chunk; columns are shared, not copied.
struct Tee<'a, 's, 'c, 'x> {
    branches: &'a mut [Running<'s, 'c, 'x>],
}

impl Output for Tee<'_, '_, '_, '_> {
    fn push(&mut self, chunk: Chunk) -> Result<Flow, OpError> {
        let Some((last, others)) = self.branches.split_last_mut() else {
            return Ok(Flow::Enough);
        };
        for branch in others.iter_mut() {
            branch.push(chunk.clone())?;
        }
        last.push(chunk)?;
        let enough = self.branches.iter().all(|branch| branch.enough);
        Ok(if enough { Flow::Enough } else { Flow::More })
    }
}

/// The steps, opened, and the columns that leave the last of them.
type Opened<'s> = (Vec<Box<dyn Step + 's>>, Arc<Meta>);

/// Opens the steps, of which the first is told which of its rows, by `halo`, are its neighbours': those that leave a step are its own.
fn open_steps<'s>(
    specs: &[Arc<dyn StepSpec>],
    mut meta: Arc<Meta>,
    task: &TaskInputs<'s>,
    halo: (usize, usize),
) -> Result<Opened<'s>, OpError> {
    let mut steps = Vec::with_capacity(specs.len());
    let mut task = TaskInputs { halo, ..*task };
    for spec in specs {
        steps.push(spec.open_task(&meta, &task)?);
        meta = spec.infer(&meta, task.env)?;
        task.halo = (0, 0);
    }
    Ok((steps, meta))
}

impl Pipeline {
    /// Runs the task: one value a branch, in the order of the branches.
    pub fn run(&self, task: &TaskInputs<'_>, cx: &TaskContext<'_>) -> Result<Vec<Made>, OpError> {
        let mut source = self.source.open(task)?;
        let halo = source.halo();
        let meta = Arc::clone(self.source.meta());
        let (mut trunk, meta) = open_steps(&self.trunk, meta, task, halo)?;
        let halo = if trunk.is_empty() { halo } else { (0, 0) };
        let mut branches = Vec::with_capacity(self.branches.len());
        for branch in &self.branches {
            let (steps, meta) = open_steps(&branch.steps, Arc::clone(&meta), task, halo)?;
            branches.push(Running {
                steps,
                sink: branch.sink.open(&meta, task)?,
                enough: false,
                cx,
            });
        }

        let mut tee = Tee {
            branches: &mut branches,
        };
        let mut chain = Chain {
            steps: &mut trunk,
            end: &mut tee,
            cx,
        };
        while let Some(chunk) = source.next(cx)? {
            cx.check()?;
            if chain.push(chunk)? == Flow::Enough {
                break;
            }
        }
        chain.finish()?;
        source.finish(cx)?;
        branches.into_iter().map(Running::finish).collect()
    }
}
