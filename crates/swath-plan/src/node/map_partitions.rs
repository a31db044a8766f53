//! A user's function on each partition.

use std::sync::Arc;

use swath_divisions::Divisions;
use swath_graph::{Canon, Fingerprint, Name};
use swath_meta::{Meta, MetaSpec};
use swath_ops::step::{self, PartitionFunction, Promise, RowsSeen};
use swath_ops::{Env, StepSpec};

use super::inference::infer;
use super::{Declared, EachPartition};
use crate::{Plan, PlanError};

/// A function of this process that is called with the rows of each partition, and what it was declared to return.
///
/// The function sees all columns of the input, index first; choosing columns before is a projection of its own. Nothing passes
/// through it: a filter above it stays there, and all that it returns is made.
#[derive(Clone, Debug)]
pub struct MapPartitions {
    function: PartitionFunction,
    /// Unique to this process, or what the user's name for the function says.
    name: Name,
    output: Arc<Meta>,
    rows: RowsSeen,
    keeps_divisions: bool,
    keeps_rows: bool,
    /// Those that were declared with the function.
    divisions: Option<Divisions>,
    /// The columns of the frames that it sees beside its input.
    others: Vec<Arc<Meta>>,
    inferred: bool,
}

impl MapPartitions {
    /// A function over `input`, and over a partition of each other frame beside it. Without a meta it is called once, now, with two made-up rows, to learn what it returns.
    ///
    /// With `keeps_divisions`, the index columns of the input come back first, as the index, and rows stay between the boundaries of
    /// their partition, which is checked when it runs.
    ///
    /// # Errors
    /// A meta that cannot be read; [`PlanError::Inference`].
    pub fn try_new(
        function: PartitionFunction,
        input: &Plan,
        others: &[Plan],
        meta: Option<&MetaSpec>,
        rows: RowsSeen,
        keeps_divisions: bool,
    ) -> Result<Self, PlanError> {
        let mut output = if let Some(meta) = meta {
            meta.resolve(input.meta())?
        } else {
            let others = others.iter().map(|other| &**other.meta());
            infer(&function, input.meta(), others, input.npartitions())?
        };
        if keeps_divisions
            && output.index().is_empty()
            && let Ok(indexed) = output.with_index(input.meta().index())
        {
            output = indexed;
        }
        Ok(Self {
            name: Name::unique(function.site().name()),
            function,
            output: Arc::new(output),
            rows,
            keeps_divisions,
            keeps_rows: false,
            divisions: None,
            others: others
                .iter()
                .map(|other| Arc::clone(other.meta()))
                .collect(),
            inferred: meta.is_none(),
        })
    }

    /// The same function, which makes so many partitions with this index and these divisions; they are checked when it runs.
    ///
    /// # Errors
    /// An index or divisions that do not fit what it returns.
    pub fn declaring(self, declared: Declared, npartitions: usize) -> Result<Self, PlanError> {
        let (output, divisions) = declared.resolve(Meta::clone(&self.output), npartitions)?;
        Ok(Self {
            output,
            divisions: Some(divisions),
            ..self
        })
    }

    /// The same function, which returns as many rows as it is given: where it sees rows of its neighbours, what it makes of those is cut
    /// off. It is checked when it runs.
    #[must_use]
    pub fn keeping_rows(self) -> Self {
        Self {
            keeps_rows: true,
            ..self
        }
    }

    /// The same computation in every process that gives its function this name: the user promises that it does the same.
    #[must_use]
    pub fn known_as(self, name: &str) -> Self {
        Self {
            name: Name::of("user-function", name),
            ..self
        }
    }
}

impl EachPartition for MapPartitions {
    fn kind(&self) -> &'static str {
        match self.rows {
            RowsSeen::Partition => "map-partitions",
            RowsSeen::Chunk => "map-batches",
        }
    }

    fn result(&self, input: &Plan, _: &Env) -> Result<(Arc<Meta>, Divisions), PlanError> {
        let divisions = if let Some(declared) = &self.divisions {
            declared.clone()
        } else if self.keeps_divisions {
            if self.output.index_dtypes().ne(input.meta().index_dtypes()) {
                return Err(PlanError::OtherIndex {
                    expected: names(input.meta()),
                    found: names(&self.output),
                });
            }
            input.divisions().clone()
        } else {
            input.divisions().clear()
        };
        Ok((Arc::clone(&self.output), divisions))
    }

    fn step(&self, input: &Plan, output: &Arc<Meta>) -> Result<Arc<dyn StepSpec>, PlanError> {
        let promise = match &self.divisions {
            Some(_) => Promise::Declared,
            None if self.keeps_divisions => Promise::Kept,
            None => Promise::Nothing,
        };
        let divisions = self.divisions.as_ref().unwrap_or(input.divisions());
        let step = step::MapPartitions::new(
            self.function.clone(),
            Arc::clone(output),
            divisions.clone(),
            self.rows,
        );
        let step = step.promising(promise).beside(self.others.iter().cloned());
        Ok(Arc::new(if self.keeps_rows {
            step.keeping_rows()
        } else {
            step
        }))
    }

    fn sees_partitions(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        let meta = if self.inferred { ", meta inferred" } else { "" };
        format!("{} (local function{meta})", self.function.site().name())
    }

    fn feed(&self, out: &mut Canon) {
        self.name.feed(out);
        self.output.feed(out);
        out.bool(self.keeps_divisions).bool(self.keeps_rows);
        if let Some(divisions) = &self.divisions {
            divisions.feed(out);
        }
    }
}

fn names(meta: &Meta) -> String {
    let index = meta.index_fields().iter();
    let names: Vec<_> = index
        .map(|field| format!("`{}` {}", field.name, field.dtype))
        .collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
