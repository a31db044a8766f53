//! How plugins come into a session.

use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use swath_ops::plugin::Plugins;
use swath_plugin_abi::PluginRef;
use swath_plugin_host::{
    Isolation, LoadError, Pins, Plugin, PluginCopies, Policy, WorkerProgram, plugin_folders,
};

use super::LoadedPlugin;
use crate::{Error, Result, Session, SessionBuilder};

/// What a builder was told of plugins.
#[derive(Default)]
pub(crate) struct PluginSettings {
    linked: Vec<PluginRef>,
    pins: Option<PathBuf>,
    copies: Option<PathBuf>,
    isolation: Isolation,
    all_isolated: bool,
}

/// What a session needs to load more.
pub(crate) struct Loading {
    policy: Policy,
    copies: Option<PathBuf>,
    isolation: Isolation,
    all_isolated: bool,
}

impl PluginSettings {
    /// Makes all of them ready, in the order in which they were given; first those that are linked.
    pub(crate) fn load(
        &self,
        plugins: &Plugins,
        location: &'static Location<'static>,
    ) -> Result<Loading> {
        let refused = |error: LoadError| Error::plugin(error, "Session::builder", location);
        for root in &self.linked {
            plugins.add(Plugin::linked(*root).map_err(refused)?);
        }
        let policy = match &self.pins {
            None => Policy::default(),
            Some(path) => Pins::read(path)
                .map_err(|error| refused(error.into()))?
                .into(),
        };
        let loading = Loading {
            policy: policy.looking_in(plugin_folders()),
            copies: self.copies.clone(),
            isolation: self.isolation.clone(),
            all_isolated: self.all_isolated,
        };
        let pins = loading.policy.pins();
        for (_, pin) in pins.into_iter().flat_map(Pins::plugins) {
            plugins.add(loading.load(pin.path()).map_err(refused)?);
        }
        Ok(loading)
    }
}

impl Loading {
    fn load(&self, path: &Path) -> std::result::Result<Arc<Plugin>, LoadError> {
        let copies = match &self.copies {
            Some(folder) => PluginCopies::in_folder(folder),
            None => PluginCopies::of_user(),
        };
        let path = &match name_of(path) {
            Some(name) => self.policy.find(name)?,
            None => path.to_owned(),
        };
        if self.all_isolated {
            return Plugin::load_isolated(path, &self.policy, &copies, &self.isolation);
        }
        Plugin::load_as_pinned(path, &self.policy, &copies, &self.isolation)
    }
}

/// The name of a plugin, if that is given in place of a path.
fn name_of(path: &Path) -> Option<&str> {
    path.to_str()
        .filter(|text| !text.is_empty() && !text.contains(['/', '.']))
}

impl SessionBuilder {
    /// Links a plugin that the program depends on as a crate: `.plugin(risk::plugin())`. It is used as one that was loaded from a file,
    /// by the same names and with the same checks. May be given several times.
    ///
    /// A session with a [`backend`](Self::backend) of its own plans with it; the backend's tasks need it too.
    pub fn plugin(mut self, plugin: PluginRef) -> Self {
        self.plugins.linked.push(plugin);
        self
    }

    /// Loads the plugins that a `plugins.toml` pins, and from then on only these. With `allow` in it, only files in its folders are
    /// loaded; where it has both, both have to hold. Paths in it are seen from the folder that it is in.
    ///
    /// ```toml
    /// [plugins.geo]
    /// path = "plugins/libgeo.so"
    /// blake3 = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
    /// isolate = "process"   # if it shall not run in the process of the program
    /// ```
    ///
    /// [`build`](Self::build) fails where the file is not there or says something else, and where a plugin is not the one that is pinned.
    pub fn plugins(mut self, path: impl Into<PathBuf>) -> Self {
        self.plugins.pins = Some(path.into());
        self
    }

    /// The folder for copies of plugins, which are what is opened: nobody else may write to it. Without it: `swath/plugins` in the
    /// user's cache, which is `$XDG_CACHE_HOME` or `$HOME/.cache`.
    pub fn plugin_copies(mut self, folder: impl Into<PathBuf>) -> Self {
        self.plugins.copies = Some(folder.into());
        self
    }

    /// Runs all plugins that are loaded from files in processes of their own, not only those whose entry in a `plugins.toml` has
    /// `isolate = "process"`. One that is linked runs in that of the program in any case.
    ///
    /// A crash of a plugin, an `exit` or a loop without an end is then an error of the run and not the end of the program: what a
    /// process did not survive is tried once more in a new one, and then fails. There are as many processes as tasks call the
    /// plugin at once; they end with the session. A batch crosses in memory that both processes share, copied once each way.
    ///
    /// They are started from [`plugin_worker`](Self::plugin_worker) if that was given; else from this program itself, if it
    /// called [`plugin_worker`](crate::plugin_worker()) first in its `main`; else from `swath`, where the `PATH` has it. If there is
    /// none, loading is an error.
    pub fn isolate_plugins(mut self, isolate_plugins: bool) -> Self {
        self.plugins.all_isolated = isolate_plugins;
        self
    }

    /// The program whose processes run plugins apart from this one: `swath`, or one that calls
    /// [`plugin_worker`](crate::plugin_worker()) first in its `main`.
    pub fn plugin_worker(mut self, program: impl Into<WorkerProgram>) -> Self {
        self.plugins.isolation = self.plugins.isolation.worker(program);
        self
    }

    /// The folder for the rows that an isolated plugin crashed on: a file of Arrow IPC each, which says in its metadata which function
    /// with which parameters it was. Without it: `swath/plugins/crashes` in the user's cache. With
    /// [`redact_values`](Self::redact_values), nothing is kept.
    pub fn plugin_crashes(mut self, folder: impl Into<PathBuf>) -> Self {
        self.plugins.isolation = self.plugins.isolation.crashes(folder);
        self
    }
}

impl Session {
    /// Loads a plugin from its file, and from then on knows its functions. The same file again is the same plugin.
    ///
    /// `load_plugin("geo")`, without a slash or a dot, is the plugin that the `plugins.toml` of the session pins by that name, or `libgeo.so`
    /// in one of the folders that it allows; without such a list, in those of `$SWATH_PLUGIN_PATH`, or in `swath/plugins` of the user's data
    /// (`$XDG_DATA_HOME` or `$HOME/.local/share`).
    ///
    /// Code of it runs in this process, with all that the process may do: load what you trust, or
    /// [isolate it](SessionBuilder::isolate_plugins). Nothing of it runs before the file was checked. It stays until the process
    /// ends. Takes some milliseconds.
    ///
    /// # Errors
    /// No plugin, one for another machine or version, or one that a `plugins.toml` does not allow.
    ///
    /// ```
    /// # use swath_frame::Session;
    /// let error = Session::testing().load_plugin("no/such/libgeo.so").unwrap_err();
    /// assert_eq!(error.code(), "E0110");
    /// ```
    #[track_caller]
    pub fn load_plugin(&self, path: impl AsRef<Path>) -> Result<LoadedPlugin> {
        let location = Location::caller();
        let plugin = self.loading().load(path.as_ref());
        let plugin = plugin.map_err(|error| Error::plugin(error, "load_plugin", location))?;
        self.env().plugins.add(Arc::clone(&plugin));
        Ok(LoadedPlugin::new(plugin))
    }
}
