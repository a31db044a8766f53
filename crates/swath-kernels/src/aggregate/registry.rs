//! The table in which aggregates are found by name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Aggregate, Count, First, Last, Max, Mean, Min, Size, Sum};
use crate::KernelError;

/// The aggregates a session knows, by name.
///
/// ```
/// use swath_kernels::Aggregates;
///
/// let aggregates = Aggregates::standard();
/// assert_eq!(aggregates.get("mean")?.kind(), "mean");
/// let error = aggregates.get("maen").err().expect("no such aggregate");
/// assert_eq!(error.to_string(), "there is no aggregate `maen`");
/// # Ok::<(), swath_kernels::KernelError>(())
/// ```
#[derive(Clone, Default)]
pub struct Aggregates {
    table: BTreeMap<&'static str, Arc<dyn Aggregate>>,
}

impl Aggregates {
    /// The built-in ones: `count`, `first`, `last`, `max`, `mean`, `min`, `size`, `sum`.
    pub fn standard() -> Self {
        let mut aggregates = Self::default();
        aggregates.register(Arc::new(Count));
        aggregates.register(Arc::new(First));
        aggregates.register(Arc::new(Last));
        aggregates.register(Arc::new(Max));
        aggregates.register(Arc::new(Mean));
        aggregates.register(Arc::new(Min));
        aggregates.register(Arc::new(Size));
        aggregates.register(Arc::new(Sum));
        aggregates
    }

    /// Adds an aggregate under its own name; returns the one that had the name before.
    pub fn register(&mut self, aggregate: Arc<dyn Aggregate>) -> Option<Arc<dyn Aggregate>> {
        self.table.insert(aggregate.kind(), aggregate)
    }

    /// Finds an aggregate by name.
    ///
    /// # Errors
    /// [`KernelError::UnknownAggregate`] with the nearest name.
    pub fn get(&self, name: &str) -> Result<Arc<dyn Aggregate>, KernelError> {
        match self.table.get(name) {
            Some(aggregate) => Ok(Arc::clone(aggregate)),
            None => Err(KernelError::UnknownAggregate {
                name: name.to_owned(),
                nearest: swath_meta::nearest(name, self.names()).map(ToString::to_string),
            }),
        }
    }

    /// All names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.table.keys().copied()
    }
}

impl fmt::Debug for Aggregates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}
