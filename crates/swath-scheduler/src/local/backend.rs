//! The backend itself.

use std::{fmt, sync::Arc};

use swath_graph::{Graph, Key};
use swath_memory::Budget;

use super::{
    LocalBuilder,
    control::LocalControl,
    engine::Engine,
    layout::Layout,
    registry::{KeptPort, KeptPorts},
    run::RunData,
};
use crate::{
    Backend, Event, Footprint, Held, Keep, Pinned, ResultId, Run, RunError, RunNumber, RunOptions,
    Work, sync::lock,
};

/// Runs graphs in this process. A handle: clones share threads, memory and held results; runs under way keep them too. When the
/// last is dropped, on whatever thread, the threads end.
///
/// ```
/// use std::sync::Arc;
/// use swath_graph::{GraphBuilder, Key, Name};
/// use swath_scheduler::{At, Backend, Footprint, Inputs, Local, Outputs, RunOptions, TaskContext, TaskError, Work};
///
/// struct Square;
/// struct Number(u64);
/// impl Footprint for Number {
///     fn bytes(&self) -> u64 { 8 }
/// }
/// impl Work for Square {
///     type Value = Number;
///     type Env = ();
///     fn run(&self, at: At<'_>, _: &dyn Inputs<Number>, _: &(), _: &TaskContext<'_>) -> Result<Outputs<Number>, TaskError> {
///         Ok(Number(at.index() as u64 * at.index() as u64).into())
///     }
/// }
///
/// let mut graph = GraphBuilder::new();
/// let name = Name::of("square", "v1");
/// let stage = graph.stage(name.clone(), Square);
/// for _ in 0..10 {
///     graph.task(stage, &[]);
/// }
/// let local = Local::builder().threads(2).memory_limit(1 << 20).build()?;
/// let held = local.submit(Arc::new(graph.build()?), &[Key::new(name, 7)], RunOptions::default()).wait()?;
/// assert_eq!(local.fetch(&held[0])?.0, 49);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Local<W: Work>(Arc<Handle<W>>);

/// What keeps the threads going.
pub(super) struct Handle<W: Work> {
    engine: Arc<Engine<W>>,
}

impl<W: Work> Drop for Handle<W> {
    fn drop(&mut self) {
        self.engine.executor.shut_down(self.engine.is_mine());
    }
}

impl<W: Work> Local<W> {
    /// Begins a backend whose tasks share an environment.
    pub fn builder_with_env(env: impl Into<Arc<W::Env>>) -> LocalBuilder<W> {
        LocalBuilder::new(env.into())
    }

    pub(super) fn over(engine: Arc<Engine<W>>) -> Self {
        Self(Arc::new(Handle { engine }))
    }

    fn engine(&self) -> &Arc<Engine<W>> {
        &self.0.engine
    }

    /// The budget that everything here counts against.
    pub fn budget(&self) -> &Budget {
        &self.engine().budget
    }

    /// How many tasks run at once, at most.
    pub fn threads(&self) -> usize {
        self.engine().executor.slots()
    }

    /// Where results are kept.
    pub fn keep(&self) -> &Arc<dyn Keep<W::Value>> {
        &self.engine().keep
    }

    /// What tasks share.
    pub fn env(&self) -> &Arc<W::Env> {
        &self.engine().env
    }

    /// The claim on a key, if it is held here.
    pub fn held(&self, key: &Key) -> Option<Held> {
        self.engine().registry.find(key).map(|(held, _)| held)
    }

    /// Gets one port of a held value; [`fetch`](Backend::fetch) gets port 0.
    ///
    /// # Errors
    /// [`RunError::NotHeld`] if it is not held here or has no such port; [`RunError::Lost`] if it cannot be read back.
    pub fn fetch_port(
        &self,
        held: &Held,
        port: u16,
    ) -> Result<Pinned<'static, W::Value>, RunError> {
        let key = held.key();
        let not_held = || RunError::NotHeld { key: key.clone() };
        let (_claim, ports) = self.engine().registry.find(key).ok_or_else(not_held)?;
        let kept = ports.get(usize::from(port)).ok_or_else(not_held)?;
        self.engine()
            .keep
            .pin(kept.slot)
            .map_err(|error| RunError::Lost {
                key: key.clone(),
                error,
            })
    }

    fn prepare(
        &self,
        graph: Arc<Graph<W>>,
        wanted: &[Key],
        options: RunOptions,
    ) -> Result<Run<Vec<Held>>, RunError> {
        let engine = self.engine();
        // Claimed before the graph is looked at, so that what is found held stays so.
        let claimed: Vec<(Held, KeptPorts)> = wanted
            .iter()
            .filter_map(|key| engine.registry.find(key))
            .collect();
        let is_held = |key: &Key| claimed.iter().any(|(held, _)| held.key() == key);
        let (layout, shape) = Layout::new(&graph, wanted, is_held)?;
        let held: Result<Arc<[_]>, RunError> = layout
            .held
            .iter()
            .map(|key| {
                engine
                    .registry
                    .find(key)
                    .ok_or_else(|| RunError::NotHeld { key: key.clone() })
            })
            .collect();
        let held = held?;

        let run = Arc::new(RunData::new(engine.open(), graph, layout, options));
        *lock(&run.held) = held;
        let (handle, completer) = Run::channel();
        *lock(&run.completer) = Some(completer);
        *lock(&run.handle) = Some(Arc::clone(&self.0));
        tracing::debug!(target: "swath::run", parent: &run.span, wanted = wanted.len(), "run submitted");
        engine.observe(|| Event::RunSubmitted {
            run: RunNumber(run.id.number()),
            label: run.options.label.clone(),
            tasks: run.layout.len() as u64,
            wanted: wanted.len() as u64,
        });
        let control = LocalControl {
            engine: Arc::clone(engine),
            run: Arc::clone(&run),
        };
        handle.control(&(Arc::new(control) as _));
        engine.submit(run, Box::new(shape));
        Ok(handle)
    }
}

impl<W: Work> Local<W>
where
    W::Env: Default,
{
    /// Begins a backend with the default environment, such as `()`.
    pub fn builder() -> LocalBuilder<W> {
        LocalBuilder::new(Arc::default())
    }
}

impl<W: Work> Backend<W> for Local<W> {
    fn submit(&self, graph: Arc<Graph<W>>, wanted: &[Key], options: RunOptions) -> Run<Vec<Held>> {
        self.prepare(graph, wanted, options)
            .unwrap_or_else(|error| Run::ready(Err(error)))
    }

    fn fetch(&self, held: &Held) -> Result<Pinned<'static, W::Value>, RunError> {
        self.fetch_port(held, 0)
    }

    fn hold(&self, key: Key, value: W::Value) -> Result<Held, RunError> {
        let engine = self.engine();
        if let Some((held, _)) = engine.registry.find(&key) {
            return Ok(held);
        }
        let (bytes, rows) = (value.bytes(), value.rows());
        let id = ResultId {
            name: &key.name,
            index: key.index,
            port: 0,
            held: true,
        };
        let slot = engine
            .keep
            .keep(id, value, engine.budget.reserve("a held value"));
        let slot = slot.map_err(|error| match error.over_budget() {
            Some(over) => engine.memory_limit(key.clone(), over, None),
            None => RunError::Lost {
                key: key.clone(),
                error,
            },
        })?;
        Ok(engine
            .registry
            .hold(key, rows, vec![KeptPort { slot, bytes }]))
    }
}

impl<W: Work> Clone for Local<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W: Work> fmt::Debug for Local<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local")
            .field("threads", &self.threads())
            .field("budget", self.budget())
            .finish_non_exhaustive()
    }
}
