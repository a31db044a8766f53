//! An operation on each partition that also sees rows of its neighbours.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use swath_batch::civil::units_in_second;
use swath_graph::{Canon, Fingerprint};
use swath_meta::{DType, Meta};
use swath_ops::Env;
use swath_ops::step::Reach;

use super::EachPartition;
use crate::{Node, Plan, PlanError};

/// How far an operation sees beyond its partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halo {
    /// So many rows, of as many partitions as it takes.
    Rows(u64),
    /// Rows that are no more nanoseconds away from the partition's outermost row.
    Nanoseconds(u128),
}

impl Halo {
    fn is_time(self) -> bool {
        matches!(self, Self::Nanoseconds(_))
    }
}

impl Display for Halo {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Rows(1) => f.write_str("1 row"),
            Self::Rows(rows) => write!(f, "{rows} rows"),
            Self::Nanoseconds(count) => {
                // No user writes a span that an `i128` does not hold.
                let count = i128::try_from(count).unwrap_or(i128::MAX);
                Display::fmt(&swath_expr::Frequency::Fixed(count), f)
            }
        }
    }
}

impl Fingerprint for Halo {
    fn feed(&self, out: &mut Canon) {
        match *self {
            Self::Rows(rows) => out.u64(0).u64(rows),
            Self::Nanoseconds(count) => out.u64(1).u128(count),
        };
    }
}

/// An operation on each partition that is given the last rows before it and the first rows behind it too.
///
/// The operation's step is told how many of its rows are its neighbours', and hands on what belongs to its own: see
/// [`TaskInputs::halo`](swath_ops::TaskInputs::halo).
#[derive(Clone, Debug)]
pub struct Overlap {
    operation: Arc<dyn EachPartition>,
    before: Halo,
    after: Halo,
    along: Option<Arc<str>>,
}

impl Overlap {
    /// The operation with so much of its neighbours. Halos in time are measured along a column of times, dates or durations that rows are
    /// sorted by: the first of the index, unless there is another.
    pub fn new(
        operation: Arc<dyn EachPartition>,
        before: Halo,
        after: Halo,
        along: Option<Arc<str>>,
    ) -> Self {
        Self {
            operation,
            before,
            after,
            along,
        }
    }

    /// The operation on its own.
    pub(crate) fn operation(&self) -> &dyn EachPartition {
        &*self.operation
    }

    /// The column that halos in time are measured along; none where there are none.
    pub(crate) fn along<'a>(&'a self, input: &'a Meta) -> Option<&'a Arc<str>> {
        if !self.before.is_time() && !self.after.is_time() {
            return None;
        }
        let index = || input.index_fields().first().map(|field| &field.name);
        self.along.as_ref().or_else(index)
    }

    /// How far it sees before and after a partition of `input`.
    ///
    /// # Errors
    /// No column to measure along, or one of another dtype.
    pub(crate) fn reaches(&self, input: &Meta) -> Result<(Reach, Reach), PlanError> {
        let reach = |halo: Halo| -> Result<Reach, PlanError> {
            let count = match halo {
                Halo::Rows(rows) => return Ok(Reach::Rows(rows)),
                Halo::Nanoseconds(count) => count,
            };
            let column = self.along(input).ok_or(PlanError::NothingToMeasure)?;
            let field = input.field(column)?;
            let unit = unit_nanoseconds(&field.dtype).ok_or_else(|| PlanError::NotATime {
                operation: "map_overlap",
                column: column.to_string(),
                dtype: field.dtype.clone(),
            })?;
            // Of whole units, those are no further away that are no more units away than fit; no two counts are further apart.
            let distance = u64::try_from(count / u128::from(unit)).unwrap_or(u64::MAX);
            let column = input.position(column)?;
            Ok(Reach::Within { column, distance })
        };
        Ok((reach(self.before)?, reach(self.after)?))
    }

    /// The input's columns that it reads for some of its result.
    pub(crate) fn reads(&self, input: &Meta, wanted: &BTreeSet<Arc<str>>) -> BTreeSet<Arc<str>> {
        let mut columns = self.operation.reads(input, wanted);
        columns.extend(self.along(input).cloned());
        columns
    }

    pub(crate) fn describe(&self, input: &Meta) -> String {
        let mut seen = Vec::new();
        for (halo, place) in [(self.before, "before"), (self.after, "after")] {
            if halo != Halo::Rows(0) {
                seen.push(format!("{halo} {place}"));
            }
        }
        let along = self.along(input);
        let along = along.map_or_else(String::new, |column| format!(" along `{column}`"));
        let seen = if seen.is_empty() {
            "nothing".to_owned()
        } else {
            seen.join(", ")
        };
        format!("{}, sees {seen}{along}", self.operation.describe())
    }

    pub(crate) fn plan(self, input: Plan, env: &Env) -> Result<Plan, PlanError> {
        self.reaches(input.meta())?;
        let (meta, divisions) = self.operation.result(&input, env)?;
        Ok(Plan::assemble(
            Node::Overlap(self),
            vec![input],
            meta,
            divisions,
        ))
    }
}

impl Fingerprint for Overlap {
    fn feed(&self, out: &mut Canon) {
        out.str(self.operation.kind());
        self.operation.feed(out);
        out.feed(&self.before).feed(&self.after);
        self.along.feed(out);
    }
}

/// Nanoseconds of one count of a dtype of times.
pub(crate) fn unit_nanoseconds(dtype: &DType) -> Option<u64> {
    match dtype {
        DType::Date => Some(86_400_000_000_000),
        DType::Timestamp(unit, _) | DType::Duration(unit) => {
            Some(1_000_000_000 / units_in_second(*unit).unsigned_abs())
        }
        _ => None,
    }
}

impl Plan {
    /// The result of an operation on each partition that sees rows of its neighbours.
    ///
    /// # Errors
    /// [`PlanError::Unordered`]; a halo in time without a column of times to measure it along; what the operation says.
    pub fn overlap(&self, operation: Overlap, env: &Env) -> Result<Plan, PlanError> {
        // Once, here: over the same rows computed in another way, as a rule or released rows have it, their order is no question.
        if let Some(by) = self.unordered_by(self.npartitions() > 1) {
            return Err(PlanError::Unordered {
                expression: "map_overlap".to_owned(),
                by: by.node().kind(),
                location: None,
            });
        }
        operation.plan(self.clone(), env)
    }
}
