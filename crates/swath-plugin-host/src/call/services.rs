//! What this host does for functions while they run.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use swath_batch::Host as InTask;
use swath_plugin_abi::abi_stable::prefix_type::WithMetadata;
use swath_plugin_abi::abi_stable::std_types::RStr;
use swath_plugin_abi::{
    Handed, Host, HostTable, HostTableRef, Place, PluginError, Status, code, level, read_lent,
};
use swath_plugin_data::{Kept, Loan};
use tracing::Level;
use tracing::level_filters::LevelFilter;

use super::watch::Watched;
use super::{CUT_OFF, CallError};
use crate::load::{Inside, where_inside};

/// Answers for one run, at a place that stays while this moves.
pub(crate) struct Services(Box<Answers>);

/// What a plugin holds a pointer to.
struct Answers {
    /// Plugin and function, for what it logs.
    name: Arc<str>,
    /// Whose task it is; none where a function is only bound.
    task: Option<Arc<dyn InTask>>,
}

impl Services {
    pub(crate) fn new(name: &Arc<str>, task: Option<Arc<dyn InTask>>) -> Self {
        Self(Box::new(Answers {
            name: Arc::clone(name),
            task,
        }))
    }

    /// As a plugin sees it. It must not be used after this is gone.
    pub(crate) fn host(&self) -> Host {
        host(&self.0)
    }

    /// Whether the run goes on, for a function that does not look itself.
    pub(super) fn check(&self) -> Result<(), CallError> {
        let stop = self.0.task.as_ref().map_or(Ok(()), |task| task.check());
        stop.map_err(|reason| self.said(PluginError::new(code::CANCELLED, reason.to_string())))
    }

    /// What the function said, and where it said that it was stopped or refused, what the task says of that.
    fn said(&self, error: PluginError) -> CallError {
        let task = self.0.task.as_ref();
        let cause = task.and_then(|task| match error.code {
            code::CANCELLED | CUT_OFF => task.check().err(),
            code::MEMORY => task.refusal(),
            _ => None,
        });
        CallError::said(&self.0.name, error, cause)
    }

    /// What is handed over in this run: what the function keeps of it is logged.
    pub(super) fn loan(&self) -> Loan {
        let function = Arc::clone(&self.0.name);
        let partition = self.partition();
        Loan::new(move |Kept { arrays, bytes }| {
            let function = &*function;
            tracing::warn!(
                function,
                partition,
                arrays,
                bytes,
                "`{function}` keeps {bytes} bytes of what it was given, and its run is over"
            );
        })
    }

    fn partition(&self) -> Option<usize> {
        let task = self.0.task.as_ref();
        let task = task.filter(|task| task.is_in_partition());
        task.map(|task| task.partition().0)
    }

    /// Calls a function that may ask them, and takes what it gives.
    ///
    /// # Safety
    /// As of [`Status::take`].
    pub(super) unsafe fn ask<T: Handed>(
        &self,
        call: impl FnOnce(*mut T) -> Status,
    ) -> Result<T, CallError> {
        let partition = self.partition();
        let inside = Inside::new(&self.0.name, partition);
        let watched = Watched::new(&self.0.name, partition);
        // SAFETY: the caller's word.
        let answer = unsafe { Status::take(call) };
        drop(watched);
        drop(inside);
        answer.map_err(|error| self.said(error))
    }
}

/// Where a function runs that is called by this task; without one, over the only partition of a frame.
pub(crate) fn place(task: Option<&dyn InTask>) -> Place<'static> {
    let Some(task) = task else {
        return Place::ONLY;
    };
    let ((number, count), (before, after)) = (task.partition(), task.halo());
    Place {
        number: number as u64,
        count: count as u64,
        before: before as u64,
        after: after as u64,
        seed: task.seed(),
        more: RStr::empty(),
    }
}

fn host(answers: &Answers) -> Host {
    Host {
        context: std::ptr::from_ref(answers).cast(),
        table: HostTableRef(TABLE.static_as_prefix()),
    }
}

/// A host for what a plugin does outside of any run, valid until the process ends.
pub(crate) fn process(plugin: &Arc<str>) -> Host {
    host(Box::leak(Services::new(plugin, None).0))
}

const TABLE: &WithMetadata<HostTable> = &WithMetadata::new(HostTable {
    log,
    max_level,
    is_cancelled,
    progress,
    reserve,
});

/// Answers; a panic of ours does not cross.
fn answer<T>(context: *const c_void, otherwise: T, body: impl FnOnce(&Answers) -> T) -> T {
    // SAFETY: it is the context of a `Services` that lives as long as the run, which is when a plugin may call.
    let answers = unsafe { &*context.cast::<Answers>() };
    catch_unwind(AssertUnwindSafe(|| body(answers))).unwrap_or(otherwise)
}

unsafe extern "C" fn log(context: *const c_void, at: u32, target: RStr<'_>, words: RStr<'_>) {
    answer(context, (), |answers| {
        let plugin = &*answers.name;
        let (target, words) = (read_lent(target), read_lent(words));
        let target = &*target;
        // A library has one logger, whichever of its calls logs.
        let within = where_inside(|function, partition| (function.to_owned(), partition));
        let function = within.as_ref().map(|(function, _)| function.as_str());
        let partition = within.as_ref().and_then(|(_, partition)| *partition);
        match at {
            level::ERROR => tracing::error!(plugin, function, partition, target, "{words}"),
            level::WARN => tracing::warn!(plugin, function, partition, target, "{words}"),
            level::INFO => tracing::info!(plugin, function, partition, target, "{words}"),
            level::DEBUG => tracing::debug!(plugin, function, partition, target, "{words}"),
            _ => tracing::trace!(plugin, function, partition, target, "{words}"),
        }
    });
}

unsafe extern "C" fn max_level(_: *const c_void) -> u32 {
    LevelFilter::current()
        .into_level()
        .map_or(0, |most| match most {
            Level::ERROR => level::ERROR,
            Level::WARN => level::WARN,
            Level::INFO => level::INFO,
            Level::DEBUG => level::DEBUG,
            Level::TRACE => level::TRACE,
        })
}

unsafe extern "C" fn is_cancelled(context: *const c_void) -> bool {
    answer(context, true, |answers| {
        answers
            .task
            .as_ref()
            .is_some_and(|task| task.check().is_err())
    })
}

unsafe extern "C" fn progress(context: *const c_void, done: u64, total: u64) {
    answer(context, (), |answers| {
        if let Some(task) = &answers.task {
            task.progress(done, total);
        }
    });
}

unsafe extern "C" fn reserve(context: *const c_void, bytes: i64) -> bool {
    answer(context, false, |answers| {
        answers.task.as_ref().is_none_or(|task| task.reserve(bytes))
    })
}
