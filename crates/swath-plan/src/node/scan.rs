//! Reading a data set.

use std::collections::BTreeSet;
use std::sync::Arc;

use swath_expr::Expr;
use swath_graph::{Canon, Fingerprint};
use swath_io::Dataset;
use swath_meta::{Field, Index, Meta};

use crate::{Node, Plan, PlanError};

/// Some columns of the rows of a data set that pass a predicate; the predicate is exact, not a hint.
#[derive(Clone, Debug)]
pub struct Scan {
    /// What is read.
    pub dataset: Arc<dyn Dataset>,
    /// Columns of the result, a subset of the data set's in its order; `None` is all of them.
    pub columns: Option<Arc<[Arc<str>]>>,
    /// Rows for which it is not true are left out.
    pub predicate: Option<Expr>,
}

impl Scan {
    /// Columns of the result, in order.
    pub(crate) fn column_names(&self) -> Vec<Arc<str>> {
        match &self.columns {
            Some(columns) => columns.to_vec(),
            None => self
                .dataset
                .meta()
                .fields()
                .iter()
                .map(|field| Arc::clone(&field.name))
                .collect(),
        }
    }

    /// The same scan of these columns alone, in the order of the data set.
    pub(crate) fn narrowed(&self, required: &BTreeSet<Arc<str>>) -> Self {
        let columns: Vec<_> = self
            .column_names()
            .into_iter()
            .filter(|name| required.contains(name))
            .collect();
        Self {
            columns: Some(columns.into()),
            ..self.clone()
        }
    }

    pub(crate) fn plan(self) -> Result<Plan, PlanError> {
        let meta = meta_of(&*self.dataset, &self.column_names())?;
        let divisions = self.dataset.divisions().clone();
        Ok(Plan::assemble(
            Node::Scan(self),
            Vec::new(),
            meta,
            divisions,
        ))
    }
}

/// The meta of some columns of a data set; the index keeps its role while all its columns are there.
pub(crate) fn meta_of(dataset: &dyn Dataset, columns: &[Arc<str>]) -> Result<Arc<Meta>, PlanError> {
    let meta = dataset.meta();
    let fields = columns
        .iter()
        .map(|name| Ok(meta.field(name)?.clone()))
        .collect::<Result<Vec<Field>, PlanError>>()?;
    let whole_index = meta
        .index_fields()
        .iter()
        .all(|index| columns.contains(&index.name));
    let index = if whole_index {
        meta.index()
    } else {
        Index::none()
    };
    Ok(Arc::new(Meta::try_new(fields, index)?))
}

impl Plan {
    /// Reads every column and row of a data set.
    pub fn scan(dataset: Arc<dyn Dataset>) -> Result<Plan, PlanError> {
        Scan {
            dataset,
            columns: None,
            predicate: None,
        }
        .plan()
    }
}

impl Fingerprint for Scan {
    fn feed(&self, out: &mut Canon) {
        self.dataset.feed(out);
        self.columns
            .as_ref()
            .map(|columns| columns.to_vec())
            .feed(out);
        match &self.predicate {
            None => {
                out.none();
            }
            Some(predicate) => {
                out.some();
                predicate.feed(out);
            }
        }
    }
}
