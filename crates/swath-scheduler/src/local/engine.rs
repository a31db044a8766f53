//! The engine: the lock around the state, what all tasks share, and what is told from outside a task.

use std::sync::{
    Arc, Weak,
    atomic::{AtomicU64, Ordering},
};

use swath_memory::Budget;

use super::{
    registry::{Freed, Registry},
    run::RunData,
    turn::Turn,
};
use crate::{
    Event, Helpers, Keep, Observer, Work,
    executor::Executor,
    panics,
    state::{Action, News, RunCounts, RunId, Shape, State, TaskRef},
    sync::{Mutex, lock, thread::Thread},
};

pub(super) struct Engine<W: Work> {
    /// Tells this engine's threads from those of others.
    pub(super) id: u64,
    pub(super) core: Mutex<Core<W>>,
    /// Tasks that ran and are not reported yet, where the order of reports is decided by a seed.
    pub(super) unreported: Mutex<Vec<(Turn<W>, News)>>,
    pub(super) keep: Arc<dyn Keep<W::Value>>,
    pub(super) registry: Arc<Registry<W::Value>>,
    pub(super) budget: Budget,
    pub(super) env: Arc<W::Env>,
    pub(super) observers: Vec<Arc<dyn Observer>>,
    pub(super) executor: Arc<dyn Executor>,
}

pub(super) struct Core<W: Work> {
    pub(super) state: State,
    /// By the slot of the run's id.
    pub(super) runs: Vec<Option<Arc<RunData<W>>>>,
    /// Threads that sleep while they wait for a run.
    pub(super) assistants: Vec<(RunId, Thread)>,
}

impl<W: Work> Engine<W> {
    pub(super) fn new(
        keep: Arc<dyn Keep<W::Value>>,
        budget: Budget,
        env: Arc<W::Env>,
        observers: Vec<Arc<dyn Observer>>,
        executor: Arc<dyn Executor>,
    ) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let registry = Registry::new(Arc::clone(&keep));
        let mut state = State::new();
        state.tell_ready(!observers.is_empty());
        let engine = Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            core: Mutex::new(Core {
                state,
                runs: Vec::new(),
                assistants: Vec::new(),
            }),
            unreported: Mutex::new(Vec::new()),
            keep,
            registry,
            budget,
            env,
            observers,
            executor,
        });
        let weak: Weak<Self> = Arc::downgrade(&engine);
        engine.registry.tell_freed(weak);
        engine
    }

    /// Whether tasks run on the threads that wait.
    pub(super) fn is_inline(&self) -> bool {
        self.executor.choose(1).is_some()
    }

    pub(super) fn observe(&self, event: impl FnOnce() -> Event) {
        if !self.observers.is_empty() {
            self.told(&event());
        }
    }

    fn told(&self, event: &Event) {
        for observer in &self.observers {
            panics::contain("an observer", || observer.on(event));
        }
    }

    pub(super) fn open(&self) -> RunId {
        lock(&self.core).state.open()
    }

    /// Submits a run: from here on its tasks run.
    pub(super) fn submit(&self, run: Arc<RunData<W>>, shape: Box<Shape>) {
        {
            let mut core = lock(&self.core);
            let slot = run.id.slot();
            if core.runs.len() <= slot {
                core.runs.resize_with(slot + 1, || None);
            }
            core.runs[slot] = Some(Arc::clone(&run));
        }
        let news = News::Submitted {
            run: run.id,
            shape,
            priority: run.options.priority,
        };
        self.take_turn(&mut Turn::new(Some(run)), [news]);
    }

    /// Brings news that do not come from the end of a task.
    pub(super) fn tell(&self, news: News) {
        self.take_turn(&mut Turn::new(None), [news]);
    }

    /// Cancels a run: what is ready never starts, what runs is asked to stop.
    pub(super) fn cancel(&self, run: &Arc<RunData<W>>) {
        run.token.cancel();
        self.take_turn(
            &mut Turn::new(Some(Arc::clone(run))),
            [News::Cancel { run: run.id }],
        );
    }

    pub(super) fn progress(&self, run: RunId) -> Option<RunCounts> {
        lock(&self.core).state.progress(run)
    }

    pub(super) fn is_last_read(&self, reader: TaskRef, output: u32) -> bool {
        lock(&self.core).state.is_last_read(reader, output)
    }
}

impl<W: Work> Helpers for Engine<W> {
    fn lend(&self, most: usize) -> usize {
        if !self.executor.lends() {
            return 0;
        }
        let mut actions = Vec::new();
        lock(&self.core)
            .state
            .handle(News::Lend { most }, &mut actions);
        actions
            .iter()
            .map(|action| {
                if let Action::Lent { threads } = action {
                    *threads
                } else {
                    0
                }
            })
            .sum()
    }

    fn give_back(&self, threads: usize) {
        self.tell(News::GivenBack { threads });
    }

    fn on_lent_thread(&self, body: &mut dyn FnMut()) {
        self.on_thread(body);
    }

    fn shuffle(&self) -> Option<u64> {
        self.executor.choose(usize::MAX).map(|seed| seed as u64)
    }
}

impl<W: Work> Freed for Engine<W> {
    fn freed(&self) {
        self.tell(News::Freed);
    }

    fn held(&self, event: &Event) {
        self.told(event);
    }
}
