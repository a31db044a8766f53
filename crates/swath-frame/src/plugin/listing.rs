//! The plugins of a session, to look at.

use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::sync::Arc;

use swath_plugin_abi::{FunctionEntry, Parameter};
use swath_plugin_host::Plugin;

use crate::Session;

/// The plugins that a session has, by name and version: what [`Session::plugins`] returns. Prints as a table.
#[derive(Clone, Debug)]
pub struct LoadedPlugins(Vec<LoadedPlugin>);

/// A plugin that a session has.
#[derive(Clone, Debug)]
pub struct LoadedPlugin(Arc<Plugin>);

/// A function of a plugin.
#[derive(Clone, Copy, Debug)]
pub struct LoadedFunction<'a> {
    plugin: &'a str,
    entry: &'a FunctionEntry,
}

impl Session {
    /// The plugins of the session and their functions: names, kinds, parameters with their defaults, and what they are for.
    ///
    /// ```
    /// # use swath_frame::Session;
    /// let session = Session::testing();
    /// assert_eq!(session.plugins().to_string(), "no plugin is loaded");
    /// assert_eq!(session.plugins().iter().count(), 0);
    /// ```
    pub fn plugins(&self) -> LoadedPlugins {
        LoadedPlugins(
            self.env()
                .plugins
                .all()
                .into_iter()
                .map(LoadedPlugin)
                .collect(),
        )
    }
}

impl LoadedPlugins {
    /// The plugins, by name and version.
    pub fn iter(&self) -> std::slice::Iter<'_, LoadedPlugin> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a LoadedPlugins {
    type Item = &'a LoadedPlugin;
    type IntoIter = std::slice::Iter<'a, LoadedPlugin>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for LoadedPlugins {
    type Item = LoadedPlugin;
    type IntoIter = std::vec::IntoIter<LoadedPlugin>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl LoadedPlugin {
    pub(crate) fn new(plugin: Arc<Plugin>) -> Self {
        Self(plugin)
    }

    /// Its name: the first part of the names of its functions.
    pub fn name(&self) -> &str {
        &self.0.manifest().name
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.0.manifest().version
    }

    /// What it is for; empty where it does not say.
    pub fn description(&self) -> &str {
        &self.0.manifest().description
    }

    /// The file that it was loaded from; `None` where it is linked into the program.
    pub fn path(&self) -> Option<&Path> {
        self.0.path()
    }

    /// Whether it runs in processes of its own.
    pub fn is_isolated(&self) -> bool {
        self.0.is_isolated()
    }

    /// The BLAKE3 hash of its file in 64 digits, of a linked one that of what it says of itself.
    pub fn hash(&self) -> String {
        self.0.hash().to_string()
    }

    /// Its functions.
    pub fn functions(&self) -> impl Iterator<Item = LoadedFunction<'_>> {
        let manifest = self.0.manifest();
        manifest.functions.iter().map(|entry| LoadedFunction {
            plugin: &manifest.name,
            entry,
        })
    }
}

impl<'a> LoadedFunction<'a> {
    /// Its name, as [`plugin`](crate::plugin) takes it: `geo.haversine_km`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.plugin, self.entry.name)
    }

    /// What it is: `scalar`, `partition`, `aggregate`, `partitioner`, `source`, `sink`.
    pub fn kind(&self) -> &'static str {
        self.entry.kind.as_str()
    }

    /// What it does, in its author's words.
    pub fn doc(&self) -> &'a str {
        &self.entry.doc
    }

    /// Why it should not be used any more.
    pub fn deprecated(&self) -> Option<&'a str> {
        self.entry.deprecated.as_deref()
    }

    /// Its parameters, each with its type and its default: `gap: duration = "30min"`.
    pub fn params(&self) -> impl Iterator<Item = String> + use<'a> {
        self.entry.params.iter().map(written)
    }
}

fn written(parameter: &Parameter) -> String {
    let default = parameter.default.as_ref();
    let default = default
        .map(|value| format!(" = {value}"))
        .unwrap_or_default();
    format!("{}: {}{default}", parameter.name, parameter.type_name)
}

/// Spaces between columns.
const GAP: usize = 2;

impl Display for LoadedPlugins {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no plugin is loaded");
        }
        let functions = || self.0.iter().flat_map(LoadedPlugin::functions);
        let params =
            |function: &LoadedFunction<'_>| function.params().collect::<Vec<_>>().join(", ");
        let widest = |text: &dyn Fn(LoadedFunction<'_>) -> usize| {
            functions().map(text).max().unwrap_or(0) + GAP
        };
        let names = widest(&|function| function.name().chars().count());
        let kinds = widest(&|function| function.kind().chars().count());
        let all_params = widest(&|function| params(&function).chars().count());
        for (at, plugin) in self.0.iter().enumerate() {
            let line = if at == 0 { "" } else { "\n" };
            write!(f, "{line}{} {}", plugin.name(), plugin.version())?;
            match plugin.path() {
                Some(path) => write!(f, "  {}", path.display())?,
                None => f.write_str("  linked")?,
            }
            write!(f, "  {}", plugin.0.hash().short())?;
            if plugin.is_isolated() {
                f.write_str("  isolated")?;
            }
            for function in plugin.functions() {
                let row = format!(
                    "{:names$}{:kinds$}{:all_params$}{}",
                    function.name(),
                    function.kind(),
                    params(&function),
                    function.doc().lines().next().unwrap_or_default(),
                );
                write!(f, "\n  {}", row.trim_end())?;
                if let Some(why) = function.deprecated() {
                    write!(f, "\n  {:names$}deprecated: {why}", "")?;
                }
            }
        }
        Ok(())
    }
}
