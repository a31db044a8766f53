//! What a user says about reading Arrow IPC files.

use serde::{Deserialize, Serialize};
use swath_expr::Expr;
use swath_graph::{Canon, Fingerprint};
use swath_meta::DTypeSpec;

use crate::IoError;
use crate::byte_size::parse_bytes;
use crate::hive::{Filter, FolderKeys};
use crate::paths::{Paths, from_paths, storage_options};
use crate::store::StorageOptions;

/// Options of `read_ipc`: the bare argument is the default option.
///
/// A path is a file, a folder or a glob; see `Session::read_ipc`. Text is kept as given and parsed by the verb, so that a
/// mistake is told at its line.
///
/// ```
/// use swath_io::ReadIpc;
///
/// let read = ReadIpc::new("sales/*.arrow").columns(["region", "amount"]).partition_size("128MiB");
/// assert_ne!(read, ReadIpc::from("sales/*.arrow"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadIpc {
    pub(super) paths: Paths,
    #[serde(skip)]
    pub(super) storage: StorageOptions,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) columns: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) index: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) partition_size: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file_extension: Option<String>,
    #[serde(flatten)]
    pub(super) folders: FolderKeys,
}

impl ReadIpc {
    /// Reads this file, folder or glob, or these.
    pub fn new(paths: impl Into<Self>) -> Self {
        paths.into()
    }

    /// Reads these columns alone, in this order; index columns come with them, first. Bytes of others are not read.
    pub fn columns<C: Into<String>>(self, columns: impl IntoIterator<Item = C>) -> Self {
        Self {
            columns: Some(columns.into_iter().map(Into::into).collect()),
            ..self
        }
    }

    /// Makes this column the index. Divisions are unknown: the files say nothing about their values.
    pub fn index(self, column: impl Into<String>) -> Self {
        self.index_columns([column.into()])
    }

    /// Makes these columns the index; none of them for no index, even if the files record one.
    pub fn index_columns<C: Into<String>>(self, columns: impl IntoIterator<Item = C>) -> Self {
        Self {
            index: Some(columns.into_iter().map(Into::into).collect()),
            ..self
        }
    }

    /// Decoded bytes of a partition, such as `"128MiB"`; 64 MiB by default. Files are cut between their record batches, small ones
    /// joined.
    pub fn partition_size(self, size: impl Into<String>) -> Self {
        Self {
            partition_size: Some(size.into()),
            ..self
        }
    }

    /// Takes files that end so from a folder, instead of `.arrow`, `.ipc` and `.feather`.
    pub fn file_extension(self, extension: impl Into<String>) -> Self {
        Self {
            file_extension: Some(extension.into()),
            ..self
        }
    }

    /// Whether folders named `key=value` are columns. By default they are, below the folder that is read, or below that in which a
    /// pattern begins; with `true` also on the way to it; with `false` they are mere folders. As
    /// [`ReadParquet::hive`](crate::ReadParquet::hive) does it.
    pub fn hive(mut self, hive: bool) -> Self {
        self.folders.hive = Some(hive);
        self
    }

    /// Reads this key of folders named `key=value` in this dtype: `"string"` for numbers that are none, such as `01234`.
    pub fn key_dtype(mut self, key: impl Into<String>, dtype: impl Into<DTypeSpec>) -> Self {
        self.folders.key_dtypes.insert(key.into(), dtype.into());
        self
    }

    /// Only the rows for which this is true: the frame is `read_ipc(..).filter(predicate)`. Files that the names of their folders
    /// rule out are not opened at all, and are no partitions. One file is looked at in any case, to know the columns.
    pub fn filter(mut self, predicate: impl Into<Expr>) -> Self {
        self.folders.filter = Some(Filter(predicate.into()));
        self
    }

    /// The predicate that rows have to pass, where one was given.
    pub fn predicate(&self) -> Option<&Expr> {
        self.folders.predicate()
    }

    /// The paths, as given.
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    pub(super) fn partition_bytes(&self) -> Result<u64, IoError> {
        match &self.partition_size {
            Some(text) => parse_bytes("partition_size", text),
            None => Ok(64 << 20),
        }
    }
}

impl Fingerprint for ReadIpc {
    fn feed(&self, out: &mut Canon) {
        out.object("read-ipc", 2)
            .feed(&self.paths)
            .feed(&self.columns)
            .feed(&self.index)
            .feed(&self.partition_size)
            .feed(&self.file_extension)
            .feed(&self.folders);
    }
}

impl From<Vec<String>> for ReadIpc {
    fn from(paths: Vec<String>) -> Self {
        Self {
            paths: Paths(paths),
            ..Self::default()
        }
    }
}

from_paths!(ReadIpc);
storage_options!(ReadIpc, storage);
