//! What a task of a local run reads.

use std::sync::Arc;

use swath_memory::{Grant, Reservation};

use super::{
    engine::Engine,
    layout::Source,
    registry::{KeptPort, KeptPorts},
    run::RunData,
};
use crate::{
    Held, Inputs, Pinned, Taken, TaskError, Work,
    state::{RunId, TaskRef},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
        lock,
    },
};

/// The held keys that a run reads, and where their ports are kept.
pub(super) type HeldInputs = Arc<[(Held, KeptPorts)]>;

pub(super) struct LocalInputs<'a, W: Work> {
    engine: &'a Engine<W>,
    run: &'a RunData<W>,
    task: TaskRef,
    sources: &'a [Source],
    held: Option<HeldInputs>,
    grant: &'a Grant,
    /// Whether inputs may be given away at all: the task will not be tried again.
    may_take: bool,
    taken: AtomicBool,
    /// What pays for inputs that were given away, until the task's results do.
    paid: Mutex<Vec<Reservation>>,
}

impl<'a, W: Work> LocalInputs<'a, W> {
    pub(super) fn new(
        engine: &'a Engine<W>,
        run: &'a RunData<W>,
        task: TaskRef,
        held: Option<HeldInputs>,
        grant: &'a Grant,
        may_take: bool,
    ) -> Self {
        let sources = run.layout.sources(task.rank);
        Self {
            engine,
            run,
            task,
            sources,
            held,
            grant,
            may_take,
            taken: AtomicBool::new(false),
            paid: Mutex::new(Vec::new()),
        }
    }

    /// Whether an input was given away, so that the task cannot run again.
    pub(super) fn was_taken(&self) -> bool {
        self.taken.load(Ordering::Relaxed)
    }

    /// What still pays for an input that was given away: it may pay for a result.
    pub(super) fn paid(&self) -> Option<Reservation> {
        if !self.was_taken() {
            return None;
        }
        lock(&self.paid).pop()
    }

    fn port(&self, i: usize) -> Result<KeptPort, TaskError> {
        match *self
            .sources
            .get(i)
            .ok_or_else(|| TaskError::no_such_input(i, self.sources.len()))?
        {
            Source::Output(output) => self.run.output(output).ok_or_else(|| {
                TaskError::failed(format!("input {i} was taken before it was opened"))
            }),
            Source::Held { held, port } => {
                let (claim, ports) = held_input(self.held.as_ref(), held);
                let missing = || {
                    TaskError::failed(format!(
                        "the held result {:#} has no port {port}, only {}",
                        claim.key(),
                        ports.len()
                    ))
                };
                ports.get(usize::from(port)).copied().ok_or_else(missing)
            }
        }
    }
}

impl<W: Work> Inputs<W::Value> for LocalInputs<'_, W> {
    fn len(&self) -> usize {
        self.sources.len()
    }

    fn open(&self, i: usize) -> Result<Pinned<'_, W::Value>, TaskError> {
        self.engine.keep.pin(self.port(i)?.slot)
    }

    fn take(&self, i: usize) -> Result<Taken<'_, W::Value>, TaskError> {
        let kept = self.port(i)?;
        if let (true, Source::Output(output)) = (self.may_take, self.sources[i])
            && self.engine.is_last_read(self.task, output)
            && let Some((value, charge)) = self.engine.keep.take(kept.slot)
        {
            self.run.clear(output);
            self.taken.store(true, Ordering::Relaxed);
            if charge.bytes() > 0 {
                lock(&self.paid).push(self.grant.adopt(charge, "taken input"));
            }
            return Ok(Taken::Owned(value));
        }
        self.engine.keep.pin(kept.slot).map(Taken::Pinned)
    }

    fn bytes(&self, i: usize) -> u64 {
        input_bytes(self.run, self.held.as_ref(), self.sources, i)
    }
}

/// The sizes of what a task reads. Kept from task to task: the next one often reads the same.
#[derive(Default)]
pub(super) struct InputSizes {
    bytes: Vec<u64>,
    /// The run and the list of sources.
    of: Option<(RunId, u32)>,
}

impl InputSizes {
    pub(super) fn of<W: Work>(
        &mut self,
        run: &RunData<W>,
        rank: u32,
        held: Option<&HeldInputs>,
    ) -> &[u64] {
        // While one of its readers is not done, what is in a list does not change.
        let list = (run.id, run.layout.list(rank));
        if self.of.replace(list) != Some(list) {
            let sources = run.layout.sources(rank);
            self.bytes.clear();
            self.bytes
                .extend((0..sources.len()).map(|i| input_bytes(run, held, sources, i)));
        }
        &self.bytes
    }
}

/// The bytes of one input, 0 if there is no such.
fn input_bytes<W: Work>(
    run: &RunData<W>,
    held: Option<&HeldInputs>,
    sources: &[Source],
    i: usize,
) -> u64 {
    match sources.get(i) {
        Some(Source::Output(output)) => run.output_bytes(*output),
        Some(Source::Held { held: at, port }) => {
            let (_, ports) = held_input(held, *at);
            ports.get(usize::from(*port)).map_or(0, |kept| kept.bytes)
        }
        None => 0,
    }
}

fn held_input(held: Option<&HeldInputs>, at: u32) -> &(Held, KeptPorts) {
    &held.expect("a run that reads held keys has them until it ends")[at as usize]
}
