//! What all files of a data set have in common, as a task needs it.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use swath_meta::{DType, Field};

use crate::OnBadLines;

/// How to read the lines of a data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Layout {
    /// The columns that are known, whether they are read or not; keys of other names are passed over.
    pub(super) fields: Vec<Field>,
    pub(super) on_bad_lines: OnBadLines,
    /// The column that has the path of the file.
    pub(super) path_column: Option<Arc<str>>,
}

impl Layout {
    /// The columns of the files, and the one with their paths.
    pub(super) fn columns(&self) -> Vec<Field> {
        let path = self.path_column.iter();
        let path = path.map(|name| Field::new(Arc::clone(name), DType::Category, false));
        self.fields.iter().cloned().chain(path).collect()
    }
}
