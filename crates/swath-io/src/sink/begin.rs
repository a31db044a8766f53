//! Beginning the files of a write, in any format.

use std::sync::Arc;
use swath_meta::{DType, Meta};

use super::partitioned::PartitionedWriter;
use crate::folder::{PartName, Unfinished};
use crate::{IoContext, IoError, Staged, WriteOptions, Writer};

/// What a file is begun for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begin<'a> {
    pub(crate) staged: &'a Staged,
    /// The columns of the file.
    pub(crate) meta: &'a Arc<Meta>,
    pub(crate) part: PartName<'a>,
    /// The columns that name its folders.
    pub(crate) keys: &'a [(String, DType)],
    pub(crate) context: &'a IoContext,
}

impl<'a> Begin<'a> {
    /// The one file of a partition.
    pub(crate) fn of(
        staged: &'a Staged,
        meta: &'a Arc<Meta>,
        partition: usize,
        context: &'a IoContext,
    ) -> Self {
        Self {
            staged,
            meta,
            part: PartName::of(partition),
            keys: &[],
            context,
        }
    }

    /// The file, and where it will be seen.
    pub(crate) fn file(&self) -> Result<(Box<dyn Unfinished>, String), IoError> {
        self.staged.create_part(&self.part, self.context)
    }
}

/// Options that begin files of their format.
pub(crate) trait BeginFile: WriteOptions + Clone {
    /// Begins one file.
    fn begin_file(&self, begin: &Begin<'_>) -> Result<Box<dyn Writer>, IoError>;
}

/// Begins what a partition is written to: its file, or one for each folder that it has rows for.
pub(crate) fn begin<O: BeginFile + 'static>(
    options: &O,
    begin: &Begin<'_>,
) -> Result<Box<dyn Writer>, IoError> {
    options.check(begin.meta)?;
    if options.partition_on().is_empty() {
        options.begin_file(begin)
    } else {
        Ok(Box::new(PartitionedWriter::create(options, begin)?))
    }
}
