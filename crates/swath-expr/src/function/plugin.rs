//! Functions of plugins: how an expression names one, and who finds it.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use crate::{FunctionPin, ScalarFunction};

/// What stands around the name of a plugin's function where names of the program's own stand too.
const MARK: (&str, &str) = ("plugin(", ")");

/// The name of a function of a plugin: `risk.var95`, `risk@2.var95`, or `var95` alone; once it is settled which is meant, all of
/// `risk@2.1.0.var95`, and the hash of the plugin.
///
/// In expressions and aggregates it stands [marked](Self::marked), so that it is never taken for a function of the program.
///
/// ```
/// use swath_expr::PluginName;
///
/// let name = PluginName::new("risk@2.1.var95");
/// assert_eq!((name.plugin(), name.version(), name.function()), (Some("risk"), Some("2.1"), "var95"));
/// assert_eq!(name.marked(), "plugin(risk@2.1.var95)");
/// assert_eq!(PluginName::of_marked("plugin(risk@2.1.var95)"), Some(name));
/// assert_eq!(PluginName::of_marked("var95"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PluginName {
    plugin: Option<Arc<str>>,
    version: Option<Arc<str>>,
    digest: Option<u128>,
    function: Arc<str>,
}

impl PluginName {
    /// The name as a user writes it.
    pub fn new(written: &str) -> Self {
        let (plugin, function) = match written.rsplit_once('.') {
            Some((plugin, function)) => (Some(plugin), function),
            None => (None, written),
        };
        let (plugin, digest) = match plugin.and_then(|plugin| plugin.split_once('#')) {
            Some((plugin, digest)) => (Some(plugin), u128::from_str_radix(digest, 16).ok()),
            None => (plugin, None),
        };
        let (plugin, version) = match plugin.and_then(|plugin| plugin.split_once('@')) {
            Some((plugin, version)) => (Some(plugin), Some(version)),
            None => (plugin, None),
        };
        Self {
            plugin: plugin.map(Arc::from),
            version: version.map(Arc::from),
            digest,
            function: function.into(),
        }
    }

    /// The function of exactly this plugin.
    pub fn settled(plugin: &str, version: &str, digest: u128, function: &str) -> Self {
        Self {
            plugin: Some(plugin.into()),
            version: Some(version.into()),
            digest: Some(digest),
            function: function.into(),
        }
    }

    /// Reads a marked name; `None` for any other text.
    pub fn of_marked(text: &str) -> Option<Self> {
        let name = text.strip_prefix(MARK.0)?.strip_suffix(MARK.1)?;
        Some(Self::new(name))
    }

    /// The name marked as one of a plugin's, with the hash where it is known.
    pub fn marked(&self) -> String {
        let (open, close) = MARK;
        match self.digest {
            None => format!("{open}{self}{close}"),
            Some(digest) => {
                let (plugin, version) = (self.plugin(), self.version());
                let (plugin, version) = (plugin.unwrap_or_default(), version.unwrap_or_default());
                format!(
                    "{open}{plugin}@{version}#{digest:032x}.{}{close}",
                    self.function
                )
            }
        }
    }

    /// The same name with or without the hash of the plugin.
    #[must_use]
    pub fn with_digest(self, digest: Option<u128>) -> Self {
        Self { digest, ..self }
    }

    /// The plugin, where it is named.
    pub fn plugin(&self) -> Option<&str> {
        self.plugin.as_deref()
    }

    /// The version asked for, or its first numbers.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The hash of the plugin, once it is settled which is meant.
    pub fn digest(&self) -> Option<u128> {
        self.digest
    }

    /// The function within the plugin.
    pub fn function(&self) -> &str {
        &self.function
    }
}

/// As a user writes it: without the hash.
impl Display for PluginName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(plugin) = &self.plugin {
            f.write_str(plugin)?;
            if let Some(version) = &self.version {
                write!(f, "@{version}")?;
            }
            f.write_str(".")?;
        }
        f.write_str(&self.function)
    }
}

/// A name as messages and results show it: that of a plugin's function as a user writes it, any other as it is.
pub fn shown_name(name: &str) -> String {
    PluginName::of_marked(name).map_or_else(|| name.to_owned(), |name| name.to_string())
}

/// The functions of plugins, for a table of [`Functions`](crate::Functions) to ask.
pub trait PluginFunctions: Send + Sync {
    /// The function of this name; with a pin, of exactly this plugin.
    ///
    /// # Errors
    /// There is none, there are several, or it is none of values.
    fn scalar(
        &self,
        name: &PluginName,
        pin: Option<FunctionPin>,
    ) -> Result<Arc<dyn ScalarFunction>, Box<dyn Error + Send + Sync>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_from_how_they_are_marked() {
        let settled = PluginName::settled("risk", "2.1.0-rc.1", 0xaf, "var95");
        assert_eq!(
            PluginName::of_marked(&settled.marked()),
            Some(settled.clone())
        );
        assert_eq!(settled.to_string(), "risk@2.1.0-rc.1.var95");
        for written in ["var95", "risk.var95", "risk@2.var95", "risk@2.1.0.var95"] {
            let name = PluginName::new(written);
            assert_eq!(name.to_string(), written);
            assert_eq!(PluginName::of_marked(&name.marked()), Some(name));
            assert_eq!(shown_name(&PluginName::new(written).marked()), written);
        }
        assert_eq!(shown_name("sum"), "sum");
    }
}
