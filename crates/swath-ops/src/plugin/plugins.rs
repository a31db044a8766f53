//! The plugins of a session, and the rule by which a name means one of their functions.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::fmt::{self, Debug, Formatter};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use swath_expr::{FunctionPin, PluginFunctions, PluginName, ScalarFunction};
use swath_meta::nearest;
use swath_plugin_host::{Function, Plugin};

use super::scalar::PluginScalar;
use super::{PluginError, Use};

/// The plugins of a session. A handle: what is added to one clone is seen by all.
///
/// `plugin.function` is the function of the highest version that is loaded, of equal versions the one that was loaded last;
/// `plugin@2.function` of the highest that begins with 2; `function` alone is one if no other plugin has one of this name.
///
/// ```
/// use swath_ops::plugin::Plugins;
///
/// assert!(Plugins::default().all().is_empty());
/// ```
#[derive(Clone, Default)]
pub struct Plugins(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// In the order in which they were added.
    plugins: RwLock<Vec<Arc<Plugin>>>,
    /// Functions whose deprecation was said already.
    warned: Mutex<BTreeSet<Arc<str>>>,
    /// Functions of rows that were asked for, which remember what they return.
    scalars: Mutex<HashMap<PluginName, Arc<PluginScalar>>>,
}

/// A function that a name means.
#[derive(Clone)]
pub(crate) struct Found {
    plugin: Arc<Plugin>,
    at: usize,
}

impl Found {
    pub(crate) fn function(&self) -> &Function {
        &self.plugin.functions()[self.at]
    }

    /// Its name, down to the hash of the plugin.
    pub(crate) fn name(&self) -> PluginName {
        let manifest = self.plugin.manifest();
        let digest = self.plugin.hash().digest();
        let function = &self.function().entry().name;
        PluginName::settled(&manifest.name, &manifest.version, digest, function)
    }

    pub(super) fn pin(&self) -> FunctionPin {
        let version = &self.plugin.manifest().version;
        let major = version
            .split('.')
            .next()
            .and_then(|major| major.parse().ok());
        FunctionPin {
            version: major.unwrap_or_default(),
            digest: self.plugin.hash().digest(),
        }
    }
}

impl Plugins {
    /// Adds a plugin; one that is there already stays where it is.
    pub fn add(&self, plugin: Arc<Plugin>) {
        let mut plugins = self
            .0
            .plugins
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let is_same = |known: &Arc<Plugin>| {
            known.hash() == plugin.hash() && known.manifest().name == plugin.manifest().name
        };
        if !plugins.iter().any(is_same) {
            plugins.push(plugin);
        }
    }

    /// Whether both are handles of the same plugins.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// All plugins, by name and version.
    pub fn all(&self) -> Vec<Arc<Plugin>> {
        let plugins = self
            .0
            .plugins
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let mut plugins = plugins.clone();
        plugins.sort_by_cached_key(|plugin| {
            let manifest = plugin.manifest();
            (manifest.name.clone(), order_of(&manifest.version))
        });
        plugins
    }

    /// The function that a name means.
    ///
    /// # Errors
    /// There is none, there are several, or it is of another kind.
    pub(crate) fn find(&self, name: &PluginName, used: Use) -> Result<Found, PluginError> {
        let found = match name.digest() {
            Some(digest) => self.settled(name, digest)?,
            None => self.meant(name)?,
        };
        let kind = found.function().entry().kind;
        if kind != used.kind() {
            let name = name.to_string();
            return Err(PluginError::OtherKind { name, kind, used });
        }
        self.warn_once(found.function());
        Ok(found)
    }

    /// The function of exactly one plugin.
    fn settled(&self, name: &PluginName, digest: u128) -> Result<Found, PluginError> {
        let of_name = |plugin: &Arc<Plugin>| Some(&*plugin.manifest().name) == name.plugin();
        let plugins: Vec<_> = self.all().into_iter().filter(of_name).collect();
        let mut exactly = plugins
            .iter()
            .filter(|plugin| plugin.hash().digest() == digest);
        let found = exactly.find_map(|plugin| in_plugin(plugin, name.function()));
        found.ok_or_else(|| PluginError::NotHere {
            name: name.clone(),
            here: plugins
                .iter()
                .map(|plugin| {
                    let manifest = plugin.manifest();
                    format!(
                        "{} {} ({})",
                        manifest.name,
                        manifest.version,
                        plugin.hash().short()
                    )
                })
                .collect(),
        })
    }

    /// The function that a user's name means now.
    fn meant(&self, name: &PluginName) -> Result<Found, PluginError> {
        let plugins = self.all();
        let Some(plugin) = name.plugin() else {
            let latest = plugins.iter().filter(|one| {
                let manifest = one.manifest();
                let mut later = plugins.iter().rev();
                later
                    .find(|other| other.manifest().name == manifest.name)
                    .is_some_and(|latest| Arc::ptr_eq(latest, one))
            });
            let mut found: Vec<Found> = latest
                .filter_map(|plugin| in_plugin(plugin, name.function()))
                .collect();
            return match (found.pop(), found.is_empty()) {
                (Some(only), true) => Ok(only),
                (None, _) => Err(unknown(name, &plugins)),
                (Some(last), false) => Err(PluginError::Ambiguous {
                    name: name.to_string(),
                    all: found
                        .iter()
                        .chain([&last])
                        .map(|found| found.function().name().to_string())
                        .collect(),
                }),
            };
        };
        let mut versions = plugins
            .iter()
            .filter(|one| one.manifest().name == plugin)
            .peekable();
        if versions.peek().is_none() {
            return Err(unknown(name, &plugins));
        }
        let loaded: Vec<String> = versions
            .clone()
            .map(|one| one.manifest().version.clone())
            .collect();
        let highest = versions.rfind(|one| {
            name.version()
                .is_none_or(|asked| begins_with(&one.manifest().version, asked))
        });
        match (highest, name.version()) {
            (Some(highest), _) => {
                in_plugin(highest, name.function()).ok_or_else(|| unknown(name, &plugins))
            }
            (None, asked) => Err(PluginError::NoVersion {
                plugin: plugin.to_owned(),
                asked: asked.unwrap_or_default().to_owned(),
                function: name.function().to_owned(),
                loaded,
            }),
        }
    }

    /// Says in the log, the first time, that a function should not be used any more.
    fn warn_once(&self, function: &Function) {
        let Some(why) = &function.entry().deprecated else {
            return;
        };
        let mut warned = self.0.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.insert(Arc::clone(function.name())) {
            tracing::warn!(function = &**function.name(), "deprecated: {why}");
        }
    }
}

impl PluginFunctions for Plugins {
    fn scalar(
        &self,
        name: &PluginName,
        pin: Option<FunctionPin>,
    ) -> Result<Arc<dyn ScalarFunction>, Box<dyn Error + Send + Sync>> {
        let name = name.clone().with_digest(pin.map(|pin| pin.digest));
        let found = self.find(&name, Use::Scalar)?;
        let mut scalars = self
            .0
            .scalars
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let scalar = scalars
            .entry(found.name())
            .or_insert_with(|| Arc::new(PluginScalar::new(found)));
        Ok(Arc::<PluginScalar>::clone(scalar))
    }
}

impl Debug for Plugins {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.all()).finish()
    }
}

fn in_plugin(plugin: &Arc<Plugin>, function: &str) -> Option<Found> {
    let mut functions = plugin.functions().iter();
    let at = functions.position(|known| known.entry().name == function)?;
    Some(Found {
        plugin: Arc::clone(plugin),
        at,
    })
}

/// Whether a version is the one asked for, or has these first numbers.
fn begins_with(version: &str, asked: &str) -> bool {
    let rest = version.strip_prefix(asked);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '+']))
}

/// What versions are ordered by: their numbers, and for equal ones what stands behind, which comes before nothing.
fn order_of(version: &str) -> (Vec<u64>, Reverse<bool>, String) {
    let (numbers, rest) = version.split_at(version.find(['-', '+']).unwrap_or(version.len()));
    let numbers = numbers
        .split('.')
        .map(|number| number.parse().unwrap_or_default());
    let is_early = rest.starts_with('-');
    (numbers.collect(), Reverse(is_early), rest.to_owned())
}

fn unknown(name: &PluginName, plugins: &[Arc<Plugin>]) -> PluginError {
    let written = name.to_string();
    let mut all: Vec<String> = Vec::new();
    let mut loaded = Vec::new();
    for plugin in plugins {
        let manifest = plugin.manifest();
        let functions = manifest.functions.iter().map(|entry| &*entry.name);
        all.extend(functions.clone().map(|function| match name.version() {
            Some(_) => format!("{}@{}.{function}", manifest.name, manifest.version),
            None => format!("{}.{function}", manifest.name),
        }));
        let functions = functions.collect::<Vec<_>>().join(", ");
        loaded.push(format!(
            "{} {}: {functions}",
            manifest.name, manifest.version
        ));
    }
    let ends = format!(".{}", name.function());
    // The function of another plugin or version first, then the most similar name.
    let mut near: BTreeSet<String> = all
        .iter()
        .filter(|known| known.ends_with(&ends))
        .cloned()
        .collect();
    if near.is_empty() {
        let whole = nearest(&written, all.iter().map(String::as_str)).map(str::to_owned);
        near.extend(whole.or_else(|| {
            let functions = all
                .iter()
                .filter_map(|known| Some(known.rsplit_once('.')?.1));
            let function = nearest(name.function(), functions)?;
            all.iter()
                .find(|known| known.ends_with(&format!(".{function}")))
                .cloned()
        }));
    }
    PluginError::Unknown {
        name: written,
        nearest: near.into_iter().collect(),
        loaded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_in_their_order() {
        let mut versions = [
            "1.0.0",
            "0.9.10",
            "0.9.9",
            "2.0.0-rc.1",
            "2.0.0",
            "10.0.0",
            "2.0.0-rc.2",
        ];
        versions.sort_by_key(|version| order_of(version));
        assert_eq!(
            versions,
            [
                "0.9.9",
                "0.9.10",
                "1.0.0",
                "2.0.0-rc.1",
                "2.0.0-rc.2",
                "2.0.0",
                "10.0.0"
            ]
        );
        for (version, asked, expected) in [
            ("2.1.0", "2", true),
            ("2.1.0", "2.1", true),
            ("2.1.0", "2.1.0", true),
            ("21.0.0", "2", false),
            ("2.10.0", "2.1", false),
        ] {
            assert_eq!(begins_with(version, asked), expected, "{version} {asked}");
        }
    }
}
