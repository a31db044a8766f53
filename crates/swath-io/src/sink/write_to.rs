//! Where files go, and what becomes of those that are there.

use serde::{Deserialize, Serialize};
use swath_graph::{Canon, Fingerprint};
use swath_meta::Meta;

use super::file_meta;
use crate::folder::Mode;
use crate::store::{self, StorageOptions};
use crate::{IoContext, IoError, WriteTarget};

/// What the options of all formats say about writing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WriteTo {
    pub(crate) folder: String,
    #[serde(skip)]
    pub(crate) storage: StorageOptions,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) compression: Option<String>,
    #[serde(default)]
    pub(crate) mode: Mode,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) partition_on: Vec<String>,
}

impl WriteTo {
    pub(crate) fn new(folder: &str) -> Self {
        Self {
            // Nothing that is secret is written with, so nothing of it is kept.
            folder: store::redacted(folder),
            storage: StorageOptions::default(),
            compression: None,
            mode: Mode::New,
            partition_on: Vec::new(),
        }
    }

    /// The columns of the files of a frame, where the `options` of this name go with it.
    ///
    /// # Errors
    /// Partitions that are to be replaced, and nothing that says what they are; columns that cannot name folders.
    pub(crate) fn check(&self, meta: &Meta, options: &'static str) -> Result<Meta, IoError> {
        if self.mode == Mode::OverwritePartitions && self.partition_on.is_empty() {
            return Err(IoError::NoPartitions { options });
        }
        file_meta(meta, &self.partition_on)
    }

    /// The folder, for files with these extensions, of which new ones get the first.
    ///
    /// # Errors
    /// A URL without a store, or with one that takes no files; options that the store does not know; a path that is none.
    pub(crate) fn target(
        &self,
        extensions: &[&str],
        options: &'static str,
        context: &IoContext,
    ) -> Result<WriteTarget, IoError> {
        context
            .stores
            .configure(std::slice::from_ref(&self.folder), &self.storage)?;
        WriteTarget::new(&self.folder, extensions, options, self.mode, context)
    }
}

impl Fingerprint for WriteTo {
    fn feed(&self, out: &mut Canon) {
        out.object("write-to", 1)
            .str(&self.folder)
            .feed(&self.compression)
            .u64(self.mode as u64)
            .feed(&self.partition_on);
    }
}
