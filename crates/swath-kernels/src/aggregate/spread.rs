//! `var`, `std` and `sem`: how far values lie from their mean.

use std::sync::Arc;

use swath_batch::Value;
use swath_meta::DType;

use super::moments::{self, Moments, Statistic};
use super::{Accumulator, Aggregate, AggregateTypes, Parameters};
use crate::KernelError;

/// The variance of a group, its root, or the standard error of the mean: float64, null where there are no more values than
/// `ddof`.
///
/// The sum of squared distances is divided by the number of values less `ddof`, which is 1 unless given: the variance of the
/// population that the values are a sample of. Numerically stable whatever the mean, and whatever the partitions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    kind: &'static str,
    of: Measure,
    ddof: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Variance,
    Deviation,
    ErrorOfMean,
}

impl Spread {
    /// The variance: `var`.
    pub const VAR: Self = Self::new("var", Measure::Variance);
    /// The standard deviation: `std`.
    pub const STD: Self = Self::new("std", Measure::Deviation);
    /// The standard error of the mean: `sem`.
    pub const SEM: Self = Self::new("sem", Measure::ErrorOfMean);

    const fn new(kind: &'static str, of: Measure) -> Self {
        Self { kind, of, ddof: 1 }
    }
}

impl Aggregate for Spread {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn configured(
        &self,
        params: &[(Arc<str>, Value)],
    ) -> Result<Option<Arc<dyn Aggregate>>, KernelError> {
        let params = Parameters::new(self.kind, params);
        let ddof = params.count("ddof", self.ddof)?;
        params.done()?;
        Ok(Some(Arc::new(Self { ddof, ..*self })))
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        moments::types(*self, inputs)
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        moments::accumulator(*self, inputs)
    }
}

impl Statistic for Spread {
    const HIGHER: bool = false;

    fn kind(&self) -> &'static str {
        self.kind
    }

    fn of(&self, moments: Moments) -> Option<f64> {
        if moments.count <= self.ddof {
            return None;
        }
        let variance = moments.squares / (moments.count - self.ddof) as f64;
        Some(match self.of {
            Measure::Variance => variance,
            Measure::Deviation => variance.sqrt(),
            Measure::ErrorOfMean => (variance / moments.count as f64).sqrt(),
        })
    }
}
