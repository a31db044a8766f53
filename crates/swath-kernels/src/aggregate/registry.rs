//! The table in which aggregates are found by name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use swath_batch::Value;

use super::{
    Aggregate, Count, Extreme, Lists, Located, Mean, Mode, NUnique, NUniqueApprox, Position,
    Product, Quantile, Quantiles, Shape, Size, Spread, Sum, Together, Truth,
};
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
    /// The built-in ones: those of the table in this module's documentation, from `all` to `var`.
    pub fn standard() -> Self {
        let mut aggregates = Self::default();
        let built_in: [Arc<dyn Aggregate>; 28] = [
            Arc::new(Truth::All),
            Arc::new(Truth::Any),
            Arc::new(Together::Correlation),
            Arc::new(Count),
            Arc::new(Together::Covariance { ddof: 1 }),
            Arc::new(Position::First),
            Arc::new(Located::Max),
            Arc::new(Located::Min),
            Arc::new(Shape::KURTOSIS),
            Arc::new(Position::Last),
            Arc::new(Lists),
            Arc::new(Extreme::Max),
            Arc::new(Mean),
            Arc::new(Quantile::MEDIAN),
            Arc::new(Extreme::Min),
            Arc::new(Mode::Value),
            Arc::new(Mode::Count),
            Arc::new(NUnique),
            Arc::new(NUniqueApprox),
            Arc::new(Product),
            Arc::new(Quantile::QUANTILE),
            Arc::new(Quantiles::default()),
            Arc::new(Spread::SEM),
            Arc::new(Size),
            Arc::new(Shape::SKEW),
            Arc::new(Spread::STD),
            Arc::new(Sum),
            Arc::new(Spread::VAR),
        ];
        for aggregate in built_in {
            aggregates.register(aggregate);
        }
        aggregates
    }

    /// Adds an aggregate under its own name; returns the one that had the name before.
    pub fn register(&mut self, aggregate: Arc<dyn Aggregate>) -> Option<Arc<dyn Aggregate>> {
        self.table.insert(aggregate.kind(), aggregate)
    }

    /// Adds all aggregates of another table, in place of those of the same names.
    pub fn extend(&mut self, others: &Self) {
        for aggregate in others.table.values() {
            self.register(Arc::clone(aggregate));
        }
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

    /// Finds an aggregate by name, with these parameters.
    ///
    /// # Errors
    /// As [`get`](Self::get); [`KernelError::Parameter`], [`KernelError::UnknownParameter`].
    pub fn configured(
        &self,
        name: &str,
        params: &[(Arc<str>, Value)],
    ) -> Result<Arc<dyn Aggregate>, KernelError> {
        let aggregate = self.get(name)?;
        Ok(aggregate.configured(params)?.unwrap_or(aggregate))
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
