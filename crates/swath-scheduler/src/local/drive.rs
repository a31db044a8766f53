//! How threads go through an engine: free ones, those that wait for a run, and the one of a seeded schedule.

use std::cell::Cell;

use super::{engine::Engine, turn::Turn};
use crate::{
    Work,
    state::{News, RunId},
    sync::{lock, thread, thread_local},
};

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
    /// Whether the calling thread runs tasks of this engine.
    pub(super) fn is_mine(&self) -> bool {
        ENGINE.with(Cell::get) == self.id
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
    pub(super) fn on_thread<T>(&self, body: impl FnOnce() -> T) -> T {
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
