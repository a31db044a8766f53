//! What a user may name files by, wherever options begin with paths.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Deref;
use swath_graph::{Canon, Fingerprint};

use crate::store;

/// Paths as they were given. A URL may hold what is secret, and `Debug` does not show it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Paths(pub(crate) Vec<String>);

impl Paths {
    /// The first of them, as it may be shown, and whether there are more.
    pub(crate) fn shown(&self) -> String {
        match self.0.as_slice() {
            [one] => store::redacted(one),
            [first, ..] => format!("{}, …", store::redacted(first)),
            [] => String::new(),
        }
    }
}

impl Deref for Paths {
    type Target = Vec<String>;

    fn deref(&self) -> &Vec<String> {
        &self.0
    }
}

impl fmt::Debug for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().map(|path| store::redacted(path));
        f.debug_list().entries(shown).finish()
    }
}

impl Fingerprint for Paths {
    fn feed(&self, out: &mut Canon) {
        out.feed(&self.0);
    }
}

/// Makes options of whatever names one file or several; `From<Vec<String>>` is theirs.
macro_rules! from_paths {
    ($options:ty) => {
        $crate::paths::from_paths!(
            $options, [&str, String, &String], [&std::path::Path, std::path::PathBuf, &std::path::PathBuf]
        );

        impl From<Vec<&str>> for $options {
            fn from(paths: Vec<&str>) -> Self {
                Self::from(paths.into_iter().map(str::to_owned).collect::<Vec<_>>())
            }
        }

        impl From<Vec<std::path::PathBuf>> for $options {
            fn from(paths: Vec<std::path::PathBuf>) -> Self {
                let shown = paths.iter().map(|path| path.display().to_string());
                Self::from(shown.collect::<Vec<_>>())
            }
        }

        impl<const N: usize> From<[&str; N]> for $options {
            fn from(paths: [&str; N]) -> Self {
                Self::from(paths.to_vec())
            }
        }
    };
    ($options:ty, [$($text:ty),*], [$($path:ty),*]) => {
        $(impl From<$text> for $options {
            fn from(path: $text) -> Self {
                Self::from(vec![path.to_string()])
            }
        })*
        $(impl From<$path> for $options {
            fn from(path: $path) -> Self {
                Self::from(path.display().to_string())
            }
        })*
    };
}

/// Makes options of whatever names one folder; `From<String>` is theirs.
macro_rules! from_folder {
    ($options:ty) => {
        $crate::paths::from_folder!(
            $options, [&str, &String], [&std::path::Path, std::path::PathBuf, &std::path::PathBuf]
        );
    };
    ($options:ty, [$($text:ty),*], [$($path:ty),*]) => {
        $(impl From<$text> for $options {
            fn from(folder: $text) -> Self {
                Self::from(String::from(folder))
            }
        })*
        $(impl From<$path> for $options {
            fn from(folder: $path) -> Self {
                Self::from(folder.display().to_string())
            }
        })*
    };
}

/// Lets options take those of a store.
macro_rules! storage_options {
    ($options:ty, $($field:ident).+) => {
        impl $options {
            /// Sets an option of the store that a URL names, as in `option("region", "eu-west-1")`: credentials, regions,
            /// endpoints, time limits, by the names of the feature `cloud`. It wins over the session's and the environment's, and
            /// holds from then on for whatever the session reads or writes in that store. Values are shown nowhere.
            ///
            /// A path of this machine has none: there the verb says so.
            pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.$($field).+.set(name, value);
                self
            }
        }
    };
}

pub(crate) use {from_folder, from_paths, storage_options};
