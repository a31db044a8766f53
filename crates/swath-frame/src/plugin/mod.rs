//! Functions of plugins, as users name them, and the plugins of a session.

mod function;
mod listing;
mod loading;
mod reading;
mod writing;

pub use function::{PluginFunction, plugin};
pub use listing::{LoadedFunction, LoadedPlugin, LoadedPlugins};

pub(crate) use loading::{Loading, PluginSettings};
