//! Functions of plugins, as users name them, and the plugins of a session.

mod function;
mod listing;
mod loading;
mod reading;
mod worker;
mod writing;

pub use function::{PluginFunction, plugin};
pub use listing::{LoadedFunction, LoadedPlugin, LoadedPlugins};
pub use worker::{WorkerProgram, plugin_worker};

pub(crate) use loading::{Loading, PluginSettings};
