//! What a task finds in the session it runs in.

use std::sync::Arc;

use swath_expr::Functions;
use swath_io::{FooterCache, Formats, IoContext, RecordStarts, Stores};
use swath_kernels::Aggregates;
use swath_memory::CancelToken;
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
    /// Where records of text files were found to begin, shared by all who read them.
    pub record_starts: Arc<RecordStarts>,
    /// Formats of files, whose parts tasks are handed.
    pub formats: Arc<Formats>,
    /// Object stores that URLs name.
    pub stores: Stores,
}

impl Env {
    /// What reading and writing files needs, until it is cancelled.
    pub fn io(&self, cancel: CancelToken) -> IoContext {
        IoContext::new(cancel, Arc::clone(&self.footers))
            .record_starts(Arc::clone(&self.record_starts))
            .functions(Arc::clone(&self.functions))
            .stores(self.stores.clone())
    }
}

impl Default for Env {
    /// The built-in functions, aggregates, partitioners and formats, an empty footer cache and no store.
    fn default() -> Self {
        Self {
            functions: Arc::new(Functions::standard()),
            aggregates: Arc::new(Aggregates::standard()),
            partitioners: Arc::new(Partitioners::standard()),
            footers: Arc::new(FooterCache::default()),
            record_starts: Arc::default(),
            formats: Arc::new(Formats::standard()),
            stores: Stores::default(),
        }
    }
}
