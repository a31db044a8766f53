//! What all files of a data set have in common, as a task needs it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use swath_meta::Field;

use super::column::Column;
use super::nulls::Nulls;
use super::scan::Dialect;
use crate::text::{Figures, OnBadLines};

/// How to read the lines of a data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Layout {
    pub(super) dialect: Dialect,
    /// The columns of the files, in their order, whether they are read or not.
    pub(super) fields: Vec<Field>,
    pub(super) date_formats: BTreeMap<String, Arc<str>>,
    pub(super) null_texts: Vec<String>,
    pub(super) nan_as_null: bool,
    pub(super) figures: Figures,
    pub(super) on_bad_lines: OnBadLines,
    /// The columns that decide whether a line is left out, whatever is read.
    pub(super) judged: Vec<Arc<str>>,
    /// The column that has the path of the file.
    pub(super) path_column: Option<Arc<str>>,
}

impl Layout {
    pub(super) fn nulls(&self) -> Nulls {
        Nulls::new(self.null_texts.iter().map(String::as_str))
    }

    /// A parser of a column; `None` for a dtype that no text is.
    pub(super) fn column(&self, at: usize) -> Option<Column> {
        let field = &self.fields[at];
        let format = self.date_formats.get(&*field.name);
        Column::new(&field.dtype, format, self.nan_as_null, self.figures)
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| &*field.name == name)
    }
}
