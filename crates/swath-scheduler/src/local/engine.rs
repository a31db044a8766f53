//! The lock, and the threads' way through it: report news, carry out what the state wants, start the next task.

use std::{
    cell::Cell,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use swath_memory::Budget;

use super::{
    registry::{Freed, Registry},
    run::RunData,
};
use crate::{
    Event, Helpers, Keep, Observer, Work,
    executor::Executor,
    panics,
    state::{Action, Admission, News, RunCounts, RunId, Shape, State, TaskRef},
    sync::{
        Mutex, lock,
        thread::{self, Thread},
        thread_local,
    },
};

pub(super) struct Engine<W: Work> {
    /// Tells this engine's threads from those of others.
    id: u64,
    core: Mutex<Core<W>>,
    /// Tasks that ran and are not reported yet, where the order of reports is decided by a seed.
    unreported: Mutex<Vec<(Turn<W>, News)>>,
    pub(super) keep: Arc<dyn Keep<W::Value>>,
    pub(super) registry: Arc<Registry<W::Value>>,
    pub(super) budget: Budget,
    pub(super) env: Arc<W::Env>,
    pub(super) observers: Vec<Arc<dyn Observer>>,
    pub(super) executor: Arc<dyn Executor>,
}

struct Core<W: Work> {
    state: State,
    /// By the slot of the run's id.
    runs: Vec<Option<Arc<RunData<W>>>>,
    /// Threads that sleep while they wait for a run.
    assistants: Vec<(RunId, Thread)>,
}

/// A task that the calling thread should run now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub(super) task: TaskRef,
    pub(super) attempt: u32,
    pub(super) admission: Admission,
    pub(super) epoch: u64,
}

/// What a thread carries from one turn at the lock to the next: the run it is on, and buffers.
pub(super) struct Turn<W: Work> {
    /// The run that the thread's news are about, and of the task it was given last.
    pub(super) run: Option<Arc<RunData<W>>>,
    pub(super) input_bytes: Vec<u64>,
    actions: Vec<Action>,
}

impl<W: Work> Turn<W> {
    pub(super) fn new(run: Option<Arc<RunData<W>>>) -> Self {
        Self {
            run,
            input_bytes: Vec::new(),
            actions: Vec::new(),
        }
    }
}

/// What an executor sees of an engine: something that runs tasks on the calling thread.
pub trait Drive: Send + Sync {
    /// Runs tasks for as long as there are any for a free thread; then the thread counts as asleep.
    fn work(&self);

    /// Counts so many threads as asleep before the first run.
    fn sleep(&self, threads: usize);
}

thread_local! {
    /// The engine whose tasks this thread runs, 0 for none.
    #[expect(clippy::missing_const_for_thread_local, reason = "the model's thread locals have no const form")]
    static ENGINE: Cell<u64> = Cell::new(0);
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

    /// Whether the calling thread runs tasks of this engine.
    pub(super) fn is_mine(&self) -> bool {
        ENGINE.with(Cell::get) == self.id
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

    pub(super) fn is_last_read(&self, run: RunId, output: u32) -> bool {
        lock(&self.core).state.is_last_read(run, output)
    }

    /// Tells the state some news, does what it wants done, and returns the task that it starts on this thread, which is of
    /// `turn.run` then.
    fn take_turn(&self, turn: &mut Turn<W>, news: impl IntoIterator<Item = News>) -> Option<Job> {
        let Turn {
            run: mine, actions, ..
        } = turn;
        let (mut job, mut next_run) = (None, None);
        let (mut ended, mut unpark) = (Vec::new(), Vec::new());
        {
            let mut core = lock(&self.core);
            for news in news {
                core.state.handle(news, actions);
            }
            for action in actions.iter() {
                match action {
                    Action::Start {
                        task,
                        attempt,
                        admission,
                        epoch,
                    } => {
                        job = Some(Job {
                            task: *task,
                            attempt: *attempt,
                            admission: *admission,
                            epoch: *epoch,
                        });
                        if mine.as_ref().is_none_or(|mine| mine.id != task.run) {
                            next_run.clone_from(&core.runs[task.run.slot()]);
                        }
                    }
                    Action::Ended { run, how, counts } => {
                        ended.extend(core.runs[run.slot()].take().map(|run| (run, *how, *counts)));
                    }
                    Action::WakeAssistants { run } => {
                        let woken =
                            |(of, _): &mut (RunId, Thread)| run.is_none_or(|run| run == *of);
                        unpark.extend(
                            core.assistants
                                .extract_if(.., woken)
                                .map(|(_, thread)| thread),
                        );
                    }
                    _ => {}
                }
            }
        }
        for action in actions.drain(..) {
            if let Some(run) = mine {
                self.carry_out(run, &action);
            } else if let Action::Wake { threads } = action {
                self.executor.wake(threads);
            }
        }
        for thread in unpark {
            thread.unpark();
        }
        for (run, how, counts) in ended {
            self.end(&run, how, counts);
        }
        if next_run.is_some() {
            *mine = next_run;
        }
        job
    }

    /// Does one thing that the state wants done about the run whose news it had.
    fn carry_out(&self, run: &RunData<W>, action: &Action) {
        let key = |task: &TaskRef| run.task(task.rank).key();
        match action {
            Action::Wake { threads } => self.executor.wake(*threads),
            Action::Release { output, .. } => self.release(run, *output),
            Action::Ready { task } => self.observe(|| Event::TaskReady {
                run: run.number(),
                key: key(task),
            }),
            Action::Retry { task, attempt } => {
                run.counters.retries.fetch_add(1, Ordering::Relaxed);
                tracing::info!(target: "swath::retry", parent: &run.span, key = %key(task), attempt, "task is tried again");
                self.observe(|| Event::TaskRetried {
                    run: run.number(),
                    key: key(task),
                    attempt: *attempt,
                });
            }
            // The others of its run should stop soon.
            Action::GaveUp { .. } => run.token.cancel(),
            _ => {}
        }
    }

    /// Releases an output that nobody reads any more.
    fn release(&self, run: &RunData<W>, output: u32) {
        // One that was given away to its last reader is gone already.
        let Some(kept) = run.clear(output) else {
            return;
        };
        self.keep.release(kept.slot);
        if self.observers.is_empty()
            && !tracing::enabled!(target: "swath::release", tracing::Level::TRACE)
        {
            return;
        }
        let (rank, port) = run.layout.maker(output);
        let (key, bytes) = (run.task(rank).key(), kept.bytes);
        tracing::trace!(target: "swath::release", parent: &run.span, %key, port, bytes, "result released");
        self.observe(|| Event::ResultReleased {
            run: run.number(),
            key,
            port,
            bytes,
        });
    }

    /// Runs tasks of one run on a thread that waits for it, until `done` or the run has ended.
    pub(super) fn assist(&self, run: RunId, done: &dyn Fn() -> bool) {
        let in_task = self.is_mine();
        if self.is_inline() {
            if in_task {
                self.tell(News::Waits { in_task });
            }
            while !done() && self.progress(run).is_some() && self.step(in_task.then_some(run)) {}
            if in_task {
                self.tell(News::WaitsNoLonger { in_task });
            }
        } else if in_task || self.executor.is_pool_thread() {
            self.tell(News::Waits { in_task });
            self.on_thread(|| self.assist_until(run, done));
            self.tell(News::WaitsNoLonger { in_task });
        }
    }

    fn assist_until(&self, run: RunId, done: &dyn Fn() -> bool) {
        let mut turn = Turn::new(None);
        let mut news = None;
        while !done() && (news.is_some() || self.progress(run).is_some()) {
            let next = self.take_turn(
                &mut turn,
                news.take().into_iter().chain([News::Assist { run }]),
            );
            if let Some(job) = next {
                news = Some(self.execute(&mut turn, job));
                continue;
            }
            {
                let mut core = lock(&self.core);
                if core.state.can_assist(run) {
                    continue;
                }
                core.assistants.push((run, thread::current()));
            }
            // Woken by whoever gives this run something to do, ends it, or makes `done` true.
            if !done() {
                thread::park();
            }
            let me = thread::current().id();
            lock(&self.core)
                .assistants
                .retain(|(_, thread)| thread.id() != me);
        }
        if news.is_some() {
            self.take_turn(&mut turn, news);
        }
    }

    /// One step of a schedule that a seed decides: starts a task, or reports one that ran.
    fn step(&self, only: Option<RunId>) -> bool {
        let waiting = lock(&self.unreported).len();
        let choose = |n| self.executor.choose(n).unwrap_or(0);
        let may_start = waiting < self.executor.slots() || only.is_some();
        if may_start && (waiting == 0 || choose(2) == 0) {
            let mut turn = Turn::new(None);
            let ask = only.map_or(News::Ask, |run| News::Assist { run });
            if let Some(job) = self.take_turn(&mut turn, [ask]) {
                let news = self.on_thread(|| self.execute(&mut turn, job));
                lock(&self.unreported).push((turn, news));
                return true;
            }
        }
        let chosen = {
            let mut unreported = lock(&self.unreported);
            if unreported.is_empty() {
                return false;
            }
            let at = choose(unreported.len());
            unreported.swap_remove(at)
        };
        let (mut turn, news) = chosen;
        self.on_thread(|| self.take_turn(&mut turn, [news]));
        true
    }

    /// Marks the calling thread as one of this engine's while `body` runs.
    fn on_thread<T>(&self, body: impl FnOnce() -> T) -> T {
        struct Restore(u64);
        impl Drop for Restore {
            fn drop(&mut self) {
                ENGINE.with(|engine| engine.set(self.0));
            }
        }
        let _restore = Restore(ENGINE.with(|engine| engine.replace(self.id)));
        body()
    }
}

impl<W: Work> Drive for Engine<W> {
    fn work(&self) {
        self.on_thread(|| {
            let mut turn = Turn::new(None);
            let mut news = None;
            while let Some(job) =
                self.take_turn(&mut turn, news.take().into_iter().chain([News::Ask]))
            {
                news = Some(self.execute(&mut turn, job));
            }
        });
    }

    fn sleep(&self, threads: usize) {
        for _ in 0..threads {
            self.tell(News::Ask);
        }
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
