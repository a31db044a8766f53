//! What a task finds in the session it runs in.

use std::sync::Arc;

use swath_expr::Functions;
use swath_io::FooterCache;
use swath_kernels::Aggregates;
use swath_shuffle::Partitioners;

/// The services of a session that tasks use: function tables and caches, never global state.
///
/// Cloning shares all of them.
#[derive(Clone, Debug)]
pub struct Env {
    /// Scalar functions that expressions name.
    pub functions: Arc<Functions>,
    /// Aggregate functions that group-bys and reductions name.
    pub aggregates: Arc<Aggregates>,
    /// Partitioners that exchanges name.
    pub partitioners: Arc<Partitioners>,
    /// Parsed file footers, shared by planning and reading.
    pub footers: Arc<FooterCache>,
}

impl Default for Env {
    /// The built-in functions, aggregates and partitioners, and an empty footer cache.
    fn default() -> Self {
        Self {
            functions: Arc::new(Functions::standard()),
            aggregates: Arc::new(Aggregates::standard()),
            partitioners: Arc::new(Partitioners::standard()),
            footers: Arc::new(FooterCache::default()),
        }
    }
}
