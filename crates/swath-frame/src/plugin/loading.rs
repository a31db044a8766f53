//! How plugins come into a session.

use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use swath_ops::plugin::Plugins;
use swath_plugin_abi::PluginRef;
use swath_plugin_host::{LoadError, Pins, Plugin, PluginCopies, Policy};

use super::LoadedPlugin;
use crate::{Error, Result, Session, SessionBuilder};

/// What a builder was told of plugins.
#[derive(Default)]
pub(crate) struct PluginSettings {
    linked: Vec<PluginRef>,
    pins: Option<PathBuf>,
    copies: Option<PathBuf>,
}

/// What a session needs to load more.
pub(crate) struct Loading {
    policy: Policy,
    copies: Option<PathBuf>,
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
            policy,
            copies: self.copies.clone(),
        };
        let pins = loading.policy.pins();
        for (name, pin) in pins.into_iter().flat_map(Pins::plugins) {
            if pin.isolate().is_some() {
                let file = pins.map_or(pin.path(), Pins::file);
                return Err(Error::isolated_plugin(name, file, location));
            }
            plugins.add(loading.load(pin.path()).map_err(refused)?);
        }
        Ok(loading)
    }
}

impl Loading {
    fn load(&self, path: &Path) -> std::result::Result<Arc<Plugin>, LoadError> {
        let copies = match &self.copies {
            Some(folder) => PluginCopies::in_folder(folder),
            None => PluginCopies::of_user()?,
        };
        Plugin::load(path, &self.policy, &copies)
    }
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

    /// Loads the plugins that a `plugins.toml` pins, and from then on only these, or only those in the folders that it allows. Paths in it
    /// are seen from the folder that it is in.
    ///
    /// ```toml
    /// [plugins.geo]
    /// path = "plugins/libgeo.so"
    /// blake3 = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
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
}

impl Session {
    /// Loads a plugin from its file, and from then on knows its functions. The same file again is the same plugin.
    ///
    /// Code of it runs in this process, with all that the process may do: load what you trust. Nothing of it runs before the file was
    /// checked. It stays until the process ends. Takes some milliseconds.
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
