//! What a user says about reading Arrow IPC files.

use serde::{Deserialize, Serialize};
use swath_graph::{Canon, Fingerprint};

use crate::IoError;
use crate::parquet::parse_bytes;
use crate::paths::from_paths;

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
    pub(super) paths: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) columns: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) index: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) partition_size: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) file_extension: Option<String>,
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
        out.object("read-ipc", 1)
            .feed(&self.paths)
            .feed(&self.columns)
            .feed(&self.index)
            .feed(&self.partition_size)
            .feed(&self.file_extension);
    }
}

impl From<Vec<String>> for ReadIpc {
    fn from(paths: Vec<String>) -> Self {
        Self {
            paths,
            ..Self::default()
        }
    }
}

from_paths!(ReadIpc);
