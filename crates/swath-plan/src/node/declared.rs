//! What was said of the rows that users' functions make: index and divisions.

use std::sync::Arc;

use swath_divisions::{Bounds, Divisions, KeyOrder, Labels};
use swath_meta::{Index, Meta};

use crate::PlanError;

/// Index columns and boundaries, declared with functions that make the partitions of a frame.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Names of the index columns; empty for what the meta says.
    pub index: Vec<Arc<str>>,
    /// One boundary more than partitions.
    pub divisions: Option<Labels>,
}

impl Declared {
    /// The meta with the index, and the divisions of so many partitions.
    ///
    /// # Errors
    /// An index that is not the first of the columns; boundaries without an index, of another number or dtype, or not in order.
    pub(super) fn resolve(
        self,
        mut meta: Meta,
        npartitions: usize,
    ) -> Result<(Arc<Meta>, Divisions), PlanError> {
        if !self.index.is_empty() {
            for (at, column) in self.index.iter().enumerate() {
                if self.index[..at].contains(column) {
                    return Err(PlanError::GivenTwice {
                        operation: "index",
                        column: column.to_string(),
                    });
                }
                // As many different columns as were looked at exist, so there is one in this place.
                meta.field(column)?;
                let there = &meta.fields()[at].name;
                if there != column {
                    return Err(PlanError::IndexNotFirst {
                        column: column.to_string(),
                        found: there.to_string(),
                    });
                }
            }
            meta = meta.with_index(Index::leading(self.index.len() as u32))?;
        }
        let Some(labels) = self.divisions else {
            return Ok((Arc::new(meta), Divisions::unknown(npartitions)));
        };
        let index = meta.index_fields();
        if index.is_empty() {
            return Err(PlanError::DivisionsOfNothing);
        }
        let dtypes: Vec<_> = index.iter().map(|field| field.dtype.clone()).collect();
        let bounds = Bounds::with_order(&KeyOrder::try_new(&dtypes)?, labels)?;
        if bounds.npartitions() != npartitions {
            return Err(PlanError::DivisionsOfOthers {
                found: bounds.npartitions() + 1,
                npartitions,
            });
        }
        Ok((Arc::new(meta), Divisions::Known(bounds)))
    }
}
