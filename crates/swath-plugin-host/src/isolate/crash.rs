//! What is said and kept of a function that took its process with it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, Schema};
use swath_graph::values_are_redacted;
use swath_plugin_abi::PluginError;
use swath_plugin_data::Columns;

use super::ending::Ending;
use super::pool::Pool;
use crate::call::CRASHED;
use crate::{FileHash, disk};

/// A function that took its process with it.
pub(super) struct Crash<'a> {
    pub(super) pool: &'a Pool,
    /// Plugin and function.
    pub(super) function: &'a str,
    pub(super) params: &'a str,
    pub(super) ending: &'a Ending,
    /// Where it ran; `None` where it was bound.
    pub(super) partition: Option<u64>,
    /// What it was given last.
    pub(super) rows: Option<(&'a [ArrayRef], usize, &'a Columns)>,
    /// Whether it was tried again.
    pub(super) again: Again,
}

/// Whether a call was tried again that a process did not survive.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// In a new process, which did not survive it either.
    Crashed,
    /// It cannot be: what it had returned or been given before is not there any more.
    Impossible,
}

impl Crash<'_> {
    /// As an error, after its rows were kept.
    pub(super) fn error(&self) -> PluginError {
        let place = match self.partition {
            Some(number) => format!(" on partition {number}"),
            None => " while it was bound".to_owned(),
        };
        let again = match self.again {
            Again::Crashed => ", and again in a new process",
            Again::Impossible => {
                "; it cannot be tried again from there, because what it had seen before is gone"
            }
        };
        let message = format!("{}{place}{again}{}", self.ending, self.kept());
        PluginError {
            code: CRASHED,
            is_retryable: self.again == Again::Impossible,
            message,
        }
    }

    /// Keeps the rows; says where.
    fn kept(&self) -> String {
        let Some((columns, rows, types)) = self.rows else {
            return String::new();
        };
        if values_are_redacted() {
            return "; its rows are not kept, because values are redacted".to_owned();
        }
        match self.keep(columns, rows, types) {
            Ok(path) => format!("; the rows it was given are in `{}`", path.display()),
            Err(reason) => format!("; the rows it was given could not be kept: {reason}"),
        }
    }

    fn keep(&self, columns: &[ArrayRef], rows: usize, types: &Columns) -> Result<PathBuf, String> {
        let folder = self
            .pool
            .isolation
            .folder()
            .ok_or("there is no folder for them")?;
        let folder = disk::absolute(&folder);
        let bytes = self.file(columns, rows, types);
        let bytes = bytes.map_err(|error| error.to_string())?;
        let at = |error: std::io::Error| format!("`{}`: {error}", folder.display());
        disk::make_folder(&folder).map_err(at)?;
        // The same rows again are the same file.
        let name = format!(
            "{}-partition-{}-{}.arrow",
            self.function,
            self.partition.unwrap_or_default(),
            FileHash::of(&bytes).short()
        );
        let path = folder.join(&name);
        let temporary = folder.join(format!(".{name}.{}", std::process::id()));
        disk::replace(&path, &temporary, 0o600, &bytes).map_err(at)?;
        Ok(path)
    }

    /// An Arrow IPC file of the rows, whose metadata say what they were given to.
    fn file(
        &self,
        columns: &[ArrayRef],
        rows: usize,
        types: &Columns,
    ) -> Result<Vec<u8>, ArrowError> {
        let metadata = HashMap::from([
            ("swath:function".to_owned(), self.function.to_owned()),
            ("swath:plugin".to_owned(), self.pool.hash.to_string()),
            ("swath:params".to_owned(), self.params.to_owned()),
            (
                "swath:partition".to_owned(),
                self.partition.unwrap_or_default().to_string(),
            ),
        ]);
        let fields = types.schema().fields().clone();
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch =
            RecordBatch::try_new_with_options(Arc::clone(&schema), columns.to_vec(), &options)?;
        let mut writer = FileWriter::try_new(Vec::new(), &schema)?;
        writer.write(&batch)?;
        writer.into_inner()
    }
}
