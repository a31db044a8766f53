//! One run of a local backend: its tables, its outputs, and who waits for it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use swath_graph::{Graph, TaskView};
use swath_memory::CancelToken;

use super::{backend::Handle, inputs::HeldInputs, layout::Layout, registry::KeptPort};
use crate::{
    Completer, Held, Hints, Metrics, RunError, RunNumber, RunOptions, RunStats, Slot, Work,
    state::{Ended, RunCounts, RunId},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
        lock,
    },
};

pub(super) struct RunData<W: Work> {
    pub(super) id: RunId,
    pub(super) graph: Arc<Graph<W>>,
    pub(super) layout: Layout,
    pub(super) options: RunOptions,
    pub(super) token: CancelToken,
    pub(super) hints: Option<Hints>,
    pub(super) span: tracing::Span,
    /// One span a stage of the graph.
    pub(super) stages: Vec<tracing::Span>,
    /// Where each output is kept.
    outputs: Vec<OutputCell>,
    /// Claims on the held keys that tasks read: they stay for as long as the run needs them.
    pub(super) held: Mutex<HeldInputs>,
    /// Results of wanted tasks, once they are there.
    pub(super) wanted: Mutex<Vec<WantedResult>>,
    pub(super) first_error: Mutex<Option<RunError>>,
    pub(super) counters: Counters,
    pub(super) metrics: Mutex<Metrics>,
    pub(super) completer: Mutex<Option<Completer<Vec<Held>>>>,
    pub(super) leaving: Mutex<Leaving>,
    /// A run keeps its threads until it is done, also without a handle.
    pub(super) handle: Mutex<Option<Arc<Handle<W>>>>,
}

/// Threads that are off the run's tasks and still release what nobody reads any more. The run ends after the last of them:
/// whoever waits for it finds the memory given back.
#[derive(Default)]
pub(super) struct Leaving {
    threads: usize,
    /// How the run ended meanwhile.
    ended: Option<(Ended, RunCounts)>,
}

impl Leaving {
    /// A thread leaves; to be called while the run has not ended.
    pub(super) fn begin(&mut self) {
        self.threads += 1;
    }

    /// It is gone. Returns how the run ended, if it did meanwhile and this was the last.
    pub(super) fn done(&mut self) -> Option<(Ended, RunCounts)> {
        self.threads -= 1;
        self.ended.take_if(|_| self.threads == 0)
    }

    /// Whether the run can end at once; otherwise the last thread that leaves ends it.
    pub(super) fn end(&mut self, how: Ended, counts: RunCounts) -> bool {
        if self.threads > 0 {
            self.ended = Some((how, counts));
        }
        self.threads == 0
    }
}

/// The result of a wanted task.
pub(super) struct WantedResult {
    pub(super) rank: u32,
    pub(super) rows: Option<u64>,
    pub(super) ports: Vec<KeptPort>,
}

/// Where one output is kept: a slot number plus one, 0 while there is none. What is read and written is ordered by the state's
/// lock, which every start of a reader and every report of a writer passes.
struct OutputCell {
    slot: AtomicU64,
    bytes: AtomicU64,
}

pub(super) struct Counters {
    begin: Instant,
    pub(super) retries: AtomicU64,
    pub(super) deferred: AtomicU64,
    /// Set when the run ends: tasks done, bytes of their results, and nanoseconds it took.
    done: AtomicU64,
    result_bytes: AtomicU64,
    nanos: AtomicU64,
}

impl<W: Work> RunData<W> {
    pub(super) fn new(
        id: RunId,
        graph: Arc<Graph<W>>,
        layout: Layout,
        options: RunOptions,
    ) -> Self {
        let cell = || OutputCell {
            slot: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        };
        let label = options.label.as_deref().unwrap_or("");
        let span = tracing::info_span!(target: "swath::run", parent: None, "run", number = id.number(), label, tasks = layout.len());
        let stages = graph.stages().iter().map(|stage| {
            tracing::debug_span!(target: "swath::stage", parent: &span, "stage", name = %stage.name, label = stage.label())
        });
        Self {
            id,
            stages: stages.collect(),
            outputs: (0..layout.n_outputs()).map(|_| cell()).collect(),
            token: options
                .deadline
                .map_or_else(CancelToken::new, CancelToken::with_deadline),
            hints: (!options.without_hints).then(Hints::default),
            graph,
            layout,
            options,
            span,
            held: Mutex::new(Arc::from([])),
            wanted: Mutex::new(Vec::new()),
            first_error: Mutex::new(None),
            counters: Counters {
                begin: Instant::now(),
                retries: AtomicU64::new(0),
                deferred: AtomicU64::new(0),
                result_bytes: AtomicU64::new(0),
                done: AtomicU64::new(0),
                nanos: AtomicU64::new(0),
            },
            metrics: Mutex::new(Metrics::default()),
            completer: Mutex::new(None),
            handle: Mutex::new(None),
            leaving: Mutex::new(Leaving::default()),
        }
    }

    pub(super) fn task(&self, rank: u32) -> TaskView<'_, W> {
        self.graph.task(self.layout.task(rank))
    }

    /// The held keys that tasks read, if there are any.
    pub(super) fn held_inputs(&self) -> Option<HeldInputs> {
        (!self.layout.held.is_empty()).then(|| Arc::clone(&lock(&self.held)))
    }

    pub(super) fn put(&self, output: u32, kept: KeptPort) {
        let cell = &self.outputs[output as usize];
        cell.bytes.store(kept.bytes, Ordering::Relaxed);
        cell.slot.store(kept.slot.number() + 1, Ordering::Relaxed);
    }

    pub(super) fn output(&self, output: u32) -> Option<KeptPort> {
        let cell = &self.outputs[output as usize];
        kept(cell.slot.load(Ordering::Relaxed), &cell.bytes)
    }

    /// Empties an output's cell: whoever does it first gets to release it.
    pub(super) fn clear(&self, output: u32) -> Option<KeptPort> {
        let cell = &self.outputs[output as usize];
        kept(cell.slot.swap(0, Ordering::Relaxed), &cell.bytes)
    }

    pub(super) fn output_bytes(&self, output: u32) -> u64 {
        self.outputs[output as usize].bytes.load(Ordering::Relaxed)
    }

    pub(super) fn number(&self) -> RunNumber {
        RunNumber(self.id.number())
    }

    /// What it did; of a run under way the state knows what is done.
    pub(super) fn stats(&self, now: Option<RunCounts>) -> RunStats {
        let nanos = self.counters.nanos.load(Ordering::Relaxed);
        RunStats {
            tasks: now.map_or_else(
                || self.counters.done.load(Ordering::Relaxed),
                |now| now.done,
            ),
            result_bytes: now.map_or_else(
                || self.counters.result_bytes.load(Ordering::Relaxed),
                |now| now.result_bytes,
            ),
            retries: self.counters.retries.load(Ordering::Relaxed),
            deferred: self.counters.deferred.load(Ordering::Relaxed),
            duration: if nanos == 0 {
                self.counters.begin.elapsed()
            } else {
                Duration::from_nanos(nanos)
            },
            metrics: lock(&self.metrics).clone(),
        }
    }

    /// Fixes the numbers of a run that ended.
    pub(super) fn close(&self, counts: RunCounts) {
        self.counters.done.store(counts.done, Ordering::Relaxed);
        self.counters
            .result_bytes
            .store(counts.result_bytes, Ordering::Relaxed);
        let nanos = self.counters.begin.elapsed().as_nanos();
        self.counters.nanos.store(
            u64::try_from(nanos).unwrap_or(u64::MAX).max(1),
            Ordering::Relaxed,
        );
    }

    /// Ranks from a task, itself first, up to a wanted one that needs it.
    pub(super) fn chain(&self, rank: u32) -> Vec<u32> {
        let ranks = self.layout.ranks();
        let mut chain = vec![rank];
        let mut task = self.layout.task(rank);
        while !self.layout.is_wanted(chain[chain.len() - 1]) {
            let readers = self.graph.consumers().of_task(task);
            let Some(reader) = readers
                .iter()
                .find_map(|reader| Some((*reader, *ranks.get(reader)?)))
            else {
                break;
            };
            task = reader.0;
            chain.push(reader.1);
        }
        chain
    }

    pub(super) fn fail(&self, error: RunError) {
        lock(&self.first_error).get_or_insert(error);
    }
}

fn kept(slot: u64, bytes: &AtomicU64) -> Option<KeptPort> {
    let slot = Slot::new(slot.checked_sub(1)?);
    Some(KeptPort {
        slot,
        bytes: bytes.load(Ordering::Relaxed),
    })
}
