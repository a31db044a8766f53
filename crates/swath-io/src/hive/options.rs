//! What a user says about folders named `key=value`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use swath_expr::Expr;
use swath_graph::{Canon, Fingerprint};
use swath_meta::DTypeSpec;

use super::Filter;

/// What the options of a format say about the names of folders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FolderKeys {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) hive: Option<bool>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) key_dtypes: BTreeMap<String, DTypeSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<Filter>,
}

impl FolderKeys {
    /// For the paths that options of this name have.
    pub(crate) fn of<'a>(&'a self, reader: &'static str, paths: &'a [String]) -> KeyOptions<'a> {
        KeyOptions {
            reader,
            paths,
            hive: self.hive,
            dtypes: &self.key_dtypes,
            predicate: self.predicate(),
        }
    }

    /// The predicate that rows have to pass, where one was given.
    pub(crate) fn predicate(&self) -> Option<&Expr> {
        self.filter.as_ref().map(|filter| &filter.0)
    }
}

impl Fingerprint for FolderKeys {
    fn feed(&self, out: &mut Canon) {
        let dtypes = self.key_dtypes.iter();
        let dtypes: BTreeMap<String, String> = dtypes
            .map(|(key, dtype)| (key.clone(), dtype.to_string()))
            .collect();
        out.object("folder-keys", 1)
            .feed(&self.hive)
            .feed(&dtypes)
            .feed(&self.filter);
    }
}

/// The same with the paths that were asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyOptions<'a> {
    /// The type of the options: `ReadParquet`.
    pub(crate) reader: &'static str,
    pub(crate) paths: &'a [String],
    /// Whether keys are columns; where it is not said, those below the paths.
    pub(crate) hive: Option<bool>,
    pub(crate) dtypes: &'a BTreeMap<String, DTypeSpec>,
    /// What rows have to pass: files that the keys rule out are not read.
    pub(crate) predicate: Option<&'a Expr>,
}
