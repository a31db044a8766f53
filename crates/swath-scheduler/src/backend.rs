//! Where graphs run: this process, or a cluster.

use std::{sync::Arc, time::Instant};

use swath_graph::{Graph, Key};

use crate::{Held, Pinned, Run, RunError, Work};

/// Runs graphs and holds their results. Results stay where they were computed; a [`Held`] is a claim on one.
///
/// The conformance suite for implementations is `testing::backend` (feature `testing`).
pub trait Backend<W: Work>: Send + Sync {
    /// Starts computing the wanted keys, with the part of the graph they need, and returns at once. The run gives the claims
    /// in the order of `wanted`; all ports of a wanted task are held.
    ///
    /// A wanted key that is already held is not computed again. What is wrong with the graph or the keys is the run's error.
    fn submit(&self, graph: Arc<Graph<W>>, wanted: &[Key], options: RunOptions) -> Run<Vec<Held>>;

    /// Gets a held value: port 0 of the result. It stays valid after the claim is dropped.
    ///
    /// # Errors
    /// [`RunError::NotHeld`] if it is not held here; [`RunError::Lost`] if it cannot be read back.
    fn fetch(&self, held: &Held) -> Result<Pinned<'static, W::Value>, RunError>;

    /// Holds a value made outside, so that graphs can read it under `key`. If the key is held already, that claim is shared and
    /// the value dropped: equal keys mean equal values.
    ///
    /// # Errors
    /// [`RunError::MemoryLimit`] if it does not fit.
    fn hold(&self, key: Key, value: W::Value) -> Result<Held, RunError>;
}

/// How a run should be treated. The default is an unnamed run like all others.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RunOptions {
    /// What people call it, in events and spans.
    pub label: Option<Arc<str>>,
    /// When to give up. It is looked at when a task of the run starts, whenever one checks, and by whoever waits.
    pub deadline: Option<Instant>,
    /// Runs of higher priority go first; equals take turns. The default is 0.
    pub priority: i32,
    /// Whether [`TaskContext::hint`](crate::TaskContext::hint) gives nothing, to test that answers do not depend on it.
    pub without_hints: bool,
}

impl RunOptions {
    /// The same options with a name.
    #[must_use]
    pub fn label(self, label: impl Into<Arc<str>>) -> Self {
        Self {
            label: Some(label.into()),
            ..self
        }
    }

    /// The same options with a time to give up.
    #[must_use]
    pub fn deadline(self, deadline: Instant) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }

    /// The same options with a priority.
    #[must_use]
    pub fn priority(self, priority: i32) -> Self {
        Self { priority, ..self }
    }

    /// The same options without shared hints.
    #[must_use]
    pub fn without_hints(self) -> Self {
        Self {
            without_hints: true,
            ..self
        }
    }
}
