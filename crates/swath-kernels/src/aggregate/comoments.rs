//! `cov` and `corr`: how two columns vary together.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use swath_batch::Value;
use swath_meta::DType;

use super::input::{check_number, floats, states, two, validity};
use super::totals::each_valid;
use super::{Accumulator, Aggregate, AggregateTypes, Parameters};
use crate::KernelError;
use crate::native::column;

/// The covariance of two columns in a group, or Pearson's correlation, over the rows where neither is null: float64.
///
/// Null where there are no more rows than `ddof`, which is 1 unless given and concerns the covariance only; the correlation
/// is null for fewer than two rows, and NaN where a column does not vary. Stable as the variance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// The covariance: `cov`.
    Covariance {
        /// What is taken off the number of rows before the division.
        ddof: i64,
    },
    /// The correlation: `corr`.
    Correlation,
}

const STATE: [DType; 6] = [
    DType::Int64,
    DType::Float64,
    DType::Float64,
    DType::Float64,
    DType::Float64,
    DType::Float64,
];

impl Aggregate for Together {
    fn kind(&self) -> &'static str {
        match self {
            Self::Covariance { .. } => "cov",
            Self::Correlation => "corr",
        }
    }

    fn configured(
        &self,
        params: &[(Arc<str>, Value)],
    ) -> Result<Option<Arc<dyn Aggregate>>, KernelError> {
        let params = Parameters::new(self.kind(), params);
        let configured = match self {
            Self::Covariance { ddof } => Self::Covariance {
                ddof: params.count("ddof", *ddof)?,
            },
            Self::Correlation => Self::Correlation,
        };
        params.done()?;
        Ok(Some(Arc::new(configured)))
    }

    fn infer(&self, inputs: &[DType]) -> Result<AggregateTypes, KernelError> {
        let (x, y) = two(self.kind(), inputs)?;
        check_number(self.kind(), x)?;
        check_number(self.kind(), y)?;
        Ok(AggregateTypes {
            state: STATE.to_vec(),
            output: DType::Float64,
            output_nullable: true,
        })
    }

    fn accumulator(&self, inputs: &[DType]) -> Result<Box<dyn Accumulator>, KernelError> {
        self.infer(inputs)?;
        Ok(Box::new(Running {
            of: *self,
            inputs: [inputs[0].clone(), inputs[1].clone()],
            pairs: Vec::new(),
        }))
    }
}

/// The moments of pairs.
#[derive(Clone, Copy, Default)]
struct Pairs {
    count: i64,
    means: [f64; 2],
    /// Sums of squared distances from the means.
    squares: [f64; 2],
    /// Sum of the products of both distances.
    products: f64,
}

impl Pairs {
    fn add(&mut self, x: f64, y: f64) {
        self.count += 1;
        let count = self.count as f64;
        let (dx, dy) = (x - self.means[0], y - self.means[1]);
        self.means[0] += dx / count;
        self.means[1] += dy / count;
        // One distance from the mean before, one from the mean after.
        self.squares[0] += dx * (x - self.means[0]);
        self.squares[1] += dy * (y - self.means[1]);
        self.products += dx * (y - self.means[1]);
    }

    fn merge(&mut self, other: Self) {
        if other.count == 0 {
            return;
        }
        let (a, b) = (self.count as f64, other.count as f64);
        let n = a + b;
        let (dx, dy) = (
            other.means[0] - self.means[0],
            other.means[1] - self.means[1],
        );
        let weight = a * b / n;
        *self = Self {
            count: self.count + other.count,
            means: [self.means[0] + dx * b / n, self.means[1] + dy * b / n],
            squares: [
                self.squares[0] + other.squares[0] + dx * dx * weight,
                self.squares[1] + other.squares[1] + dy * dy * weight,
            ],
            products: self.products + other.products + dx * dy * weight,
        };
    }
}

struct Running {
    of: Together,
    inputs: [DType; 2],
    /// One a group.
    pairs: Vec<Pairs>,
}

impl Running {
    fn widen(&mut self, n_groups: usize) {
        self.pairs
            .resize(n_groups.max(self.pairs.len()), Pairs::default());
    }

    fn result(&self, pairs: Pairs) -> Option<f64> {
        match self.of {
            Together::Covariance { ddof } => {
                (pairs.count > ddof).then(|| pairs.products / (pairs.count - ddof) as f64)
            }
            Together::Correlation => (pairs.count > 1).then(|| {
                let [x, y] = pairs.squares;
                // Rounding may leave it a little beyond 1; NaN stays NaN.
                let correlation = pairs.products / (x.sqrt() * y.sqrt());
                if correlation.abs() > 1.0 {
                    correlation.signum()
                } else {
                    correlation
                }
            }),
        }
    }
}

impl Accumulator for Running {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let kind = self.of.kind();
        let (x, y) = two(kind, inputs)?;
        let x = floats(kind, x, &self.inputs[0], groups.len())?;
        let y = floats(kind, y, &self.inputs[1], groups.len())?;
        self.widen(n_groups);
        let both = NullBuffer::union(x.nulls(), y.nulls());
        each_valid(both.as_ref(), groups.len(), |row| {
            self.pairs[groups[row] as usize].add(x.value(row), y.value(row));
        });
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let state = states(self.of.kind(), state, &STATE, groups.len())?;
        self.widen(n_groups);
        let counts = state[0].as_primitive::<Int64Type>();
        let float = |at: usize, row: usize| state[at].as_primitive::<Float64Type>().value(row);
        for (row, group) in groups.iter().enumerate() {
            self.pairs[*group as usize].merge(Pairs {
                count: counts.value(row),
                means: [float(1, row), float(2, row)],
                squares: [float(3, row), float(4, row)],
                products: float(5, row),
            });
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        let all = std::mem::take(&mut self.pairs);
        let counts = all.iter().map(|pairs| pairs.count).collect();
        let mut state = vec![column::<i64>(counts, None, &DType::Int64.border())];
        let parts: [fn(&Pairs) -> f64; 5] = [
            |pairs| pairs.means[0],
            |pairs| pairs.means[1],
            |pairs| pairs.squares[0],
            |pairs| pairs.squares[1],
            |pairs| pairs.products,
        ];
        for part in parts {
            let floats = all.iter().map(part).collect();
            state.push(column::<f64>(floats, None, &DType::Float64.border()));
        }
        Ok(state)
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let all = std::mem::take(&mut self.pairs);
        let results: Vec<Option<f64>> = all.iter().map(|pairs| self.result(*pairs)).collect();
        let nulls = Some(validity(results.len(), |group| results[group].is_some()));
        let results = results.iter().map(|result| result.unwrap_or(0.0)).collect();
        Ok(column::<f64>(results, nulls, &DType::Float64.border()))
    }

    fn bytes(&self) -> u64 {
        (self.pairs.capacity() * size_of::<Pairs>()) as u64
    }
}
