//! How a program turns into a worker for plugins that are kept apart.

pub use swath_plugin_host::WorkerProgram;

/// Turns this process into a worker for isolated plugins if it was started as one, and does not return then; else returns at once.
///
/// A program that calls this before anything else in its `main` needs no `swath` on the `PATH` to keep plugins apart
/// ([`isolate_plugins`](crate::SessionBuilder::isolate_plugins)): its own file is started once more for each process. What comes
/// before it in `main` runs in each of them too.
///
/// ```
/// # use swath_frame as swath;
/// swath::plugin_worker();
/// // The program.
/// ```
pub fn plugin_worker() {
    swath_plugin_host::run_worker_if_asked();
}
