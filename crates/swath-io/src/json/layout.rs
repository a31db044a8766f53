//! What all files of a data set have in common, as a task needs it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use swath_meta::{DType, Field};

use super::decode::Columns;
use crate::OnBadLines;

/// How to read the lines of a data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Layout {
    /// The columns that are known, whether they are read or not; keys of other names are passed over.
    pub(super) fields: Vec<Field>,
    /// How moments of some columns are written, where not as ISO 8601 says.
    pub(super) date_formats: BTreeMap<String, Arc<str>>,
    pub(super) on_bad_lines: OnBadLines,
    /// The columns that decide whether a line is left out, whatever is read.
    pub(super) judged: Vec<Arc<str>>,
    /// The column that has the path of the file.
    pub(super) path_column: Option<Arc<str>>,
}

impl Layout {
    /// Some columns, as they are read.
    pub(super) fn read<'a>(&'a self, fields: &'a [Field]) -> Columns<'a> {
        Columns {
            fields,
            formats: &self.date_formats,
        }
    }

    /// The columns of the files, and the one with their paths.
    pub(super) fn columns(&self) -> Vec<Field> {
        let path = self.path_column.iter();
        let path = path.map(|name| Field::new(Arc::clone(name), DType::Category, false));
        self.fields.iter().cloned().chain(path).collect()
    }
}
