//! `skew` and `kurtosis`: how values lean, and how heavy their tails are.

use std::sync::Arc;

use swath_batch::Value;
use swath_meta::DType;

use super::moments::{self, Moments, Statistic};
use super::{Accumulator, Aggregate, AggregateTypes, Parameters};
use crate::KernelError;

/// The skewness of a group, or its excess kurtosis (0 for a normal distribution), as float64.
///
/// Corrected for the bias of a sample, as pandas; `bias` true leaves the correction out, as Dask. Null for fewer than three
/// values, four for the kurtosis, or for none at all with `bias`; 0 where all values are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    kind: &'static str,
    of: Measure,
    bias: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Skewness,
    Kurtosis,
}

impl Shape {
    /// The skewness: `skew`.
    pub const SKEW: Self = Self {
        kind: "skew",
        of: Measure::Skewness,
        bias: false,
    };
    /// The excess kurtosis: `kurtosis`.
    pub const KURTOSIS: Self = Self {
        kind: "kurtosis",
        of: Measure::Kurtosis,
        bias: false,
    };
}

impl Aggregate for Shape {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn configured(
        &self,
        params: &[(Arc<str>, Value)],
    ) -> Result<Option<Arc<dyn Aggregate>>, KernelError> {
        let params = Parameters::new(self.kind, params);
        let bias = params.flag("bias", self.bias)?;
        params.done()?;
        Ok(Some(Arc::new(Self { bias, ..*self })))
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        moments::types(*self, inputs)
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        moments::accumulator(*self, inputs)
    }
}

impl Statistic for Shape {
    const HIGHER: bool = true;

    fn kind(&self) -> &'static str {
        self.kind
    }

    fn of(&self, moments: Moments) -> Option<f64> {
        let n = moments.count as f64;
        let least = match (self.bias, self.of) {
            (true, _) => 1,
            (false, Measure::Skewness) => 3,
            (false, Measure::Kurtosis) => 4,
        };
        if moments.count < least {
            return None;
        }
        if moments.squares == 0.0 {
            return Some(0.0);
        }
        let variance = moments.squares / n;
        Some(match self.of {
            Measure::Skewness => {
                let skew = moments.cubes / n / variance.powf(1.5);
                if self.bias {
                    skew
                } else {
                    skew * (n * (n - 1.0)).sqrt() / (n - 2.0)
                }
            }
            Measure::Kurtosis => {
                let excess = moments.fourths / n / (variance * variance) - 3.0;
                if self.bias {
                    excess
                } else {
                    (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * excess + 6.0)
                }
            }
        })
    }
}
