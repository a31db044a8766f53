//! What a task finds in the session it runs in.

use std::sync::Arc;

use swath_batch::Value;
use swath_expr::Functions;
#[cfg(feature = "plugins")]
use swath_expr::PluginName;
use swath_io::{FooterCache, Formats, IoContext, RecordStarts, Stores};
use swath_kernels::{Aggregate, Aggregates, KernelError};
use swath_memory::CancelToken;
use swath_shuffle::Partitioners;

#[cfg(feature = "plugins")]
use crate::plugin::{PluginAggregate, PluginFormat, Plugins};

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
    /// Plugins, whose functions expressions, aggregates and steps name.
    #[cfg(feature = "plugins")]
    pub plugins: Plugins,
}

/// The tables in which an [`Env`] finds functions, equal where they are the same ones.
pub(crate) struct FunctionTables {
    functions: Arc<Functions>,
    aggregates: Arc<Aggregates>,
    #[cfg(feature = "plugins")]
    plugins: Plugins,
}

impl PartialEq for FunctionTables {
    fn eq(&self, other: &Self) -> bool {
        #[cfg(feature = "plugins")]
        if !self.plugins.is(&other.plugins) {
            return false;
        }
        Arc::ptr_eq(&self.functions, &other.functions)
            && Arc::ptr_eq(&self.aggregates, &other.aggregates)
    }
}

impl Env {
    /// The tables in which functions are found.
    pub(crate) fn function_tables(&self) -> FunctionTables {
        FunctionTables {
            functions: Arc::clone(&self.functions),
            aggregates: Arc::clone(&self.aggregates),
            #[cfg(feature = "plugins")]
            plugins: self.plugins.clone(),
        }
    }

    /// The aggregate of this name, of the table or of a plugin, with these parameters.
    ///
    /// # Errors
    /// Those of [`Aggregates::configured`]; [`KernelError::Plugin`].
    pub fn aggregate(
        &self,
        name: &str,
        params: &[(Arc<str>, Value)],
    ) -> Result<Arc<dyn Aggregate>, KernelError> {
        #[cfg(feature = "plugins")]
        if let Some(name) = PluginName::of_marked(name) {
            let aggregate = PluginAggregate::find(&self.plugins, &name)?;
            return Ok(Arc::new(aggregate.with(params)));
        }
        self.aggregates.configured(name, params)
    }

    /// The name of an aggregate as it goes into plans and tasks: where it is a plugin's, with the version and the hash of the plugin
    /// that is meant now.
    ///
    /// # Errors
    /// [`KernelError::Plugin`].
    pub fn settled_aggregate(&self, name: &Arc<str>) -> Result<Arc<str>, KernelError> {
        #[cfg(feature = "plugins")]
        if let Some(open) = PluginName::of_marked(name).filter(|name| name.digest().is_none()) {
            let found = PluginAggregate::find(&self.plugins, &open)?;
            return Ok(found.name().marked().into());
        }
        Ok(Arc::clone(name))
    }

    /// What reading and writing files needs, until it is cancelled.
    pub fn io(&self, cancel: CancelToken) -> IoContext {
        IoContext::new(cancel, Arc::clone(&self.footers))
            .record_starts(Arc::clone(&self.record_starts))
            .functions(Arc::clone(&self.functions))
            .stores(self.stores.clone())
    }
}

impl Default for Env {
    /// The built-in functions, aggregates, partitioners and formats, an empty footer cache, no store and no plugin.
    fn default() -> Self {
        let functions = Functions::standard();
        #[cfg(feature = "plugins")]
        let plugins = Plugins::default();
        #[cfg(feature = "plugins")]
        let functions = functions.with_plugins(Arc::new(plugins.clone()));
        #[cfg_attr(
            not(feature = "plugins"),
            expect(unused_mut, reason = "plugins are one more")
        )]
        let mut formats = Formats::standard();
        #[cfg(feature = "plugins")]
        formats.register(Arc::new(PluginFormat::new(plugins.clone())));
        Self {
            functions: Arc::new(functions),
            aggregates: Arc::new(Aggregates::standard()),
            partitioners: Arc::new(Partitioners::standard()),
            footers: Arc::new(FooterCache::default()),
            record_starts: Arc::default(),
            formats: Arc::new(formats),
            stores: Stores::default(),
            #[cfg(feature = "plugins")]
            plugins,
        }
    }
}
