//! Central moments, one set a group: what `var`, `std`, `sem`, `skew` and `kurtosis` are made of.
//!
//! A group is its count, its mean, and the sums of the squares, cubes and fourth powers of the distances from the mean. One
//! value is added by Welford's update and two groups by Chan's merge, so nothing large is ever subtracted from something large.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, Float64Array};
use swath_meta::DType;

use super::input::{check_number, floats, only, states, validity};
use super::totals::each_valid;
use super::{Accumulator, AggregateTypes};
use crate::KernelError;
use crate::native::column;

/// What becomes of the moments of a group.
pub(super) trait Statistic: Copy + Send + 'static {
    /// The aggregate's name.
    fn kind(&self) -> &'static str;
    /// Whether cubes and fourth powers are needed.
    const HIGHER: bool;
    /// The result; `None` where there are too few values.
    fn of(&self, moments: Moments) -> Option<f64>;
}

/// The moments of some values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Moments {
    /// How many values.
    pub(crate) count: i64,
    pub(super) mean: f64,
    /// Sum of squared distances from the mean.
    pub(crate) squares: f64,
    pub(super) cubes: f64,
    pub(super) fourths: f64,
}

impl Moments {
    /// The moments of one value.
    pub(crate) fn of_value(value: f64) -> Self {
        Self {
            count: 1,
            mean: value,
            // NaN for an infinity, as where it is added.
            squares: if value.is_finite() { 0.0 } else { f64::NAN },
            ..Self::default()
        }
    }

    /// Adds a value; cubes and fourth powers only if they are wanted.
    #[inline]
    fn add<const HIGHER: bool>(&mut self, value: f64) {
        self.count += 1;
        let count = self.count as f64;
        let distance = value - self.mean;
        let step = distance / count;
        self.mean += step;
        // One distance from the mean before, one from the mean after: NaN for an infinity.
        let square = distance * (value - self.mean);
        if HIGHER {
            self.fourths += square * step * step * (count * count - 3.0 * count + 3.0)
                + 6.0 * step * step * self.squares
                - 4.0 * step * self.cubes;
            self.cubes += square * step * (count - 2.0) - 3.0 * step * self.squares;
        }
        self.squares += square;
    }

    /// Adds the values of another group.
    pub(crate) fn merge(&mut self, other: Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = other;
            return;
        }
        let (a, b) = (self.count as f64, other.count as f64);
        let n = a + b;
        let distance = other.mean - self.mean;
        let step = distance / n;
        let fourths = self.fourths
            + other.fourths
            + distance * step * step * step * a * b * (a * a - a * b + b * b)
            + 6.0 * step * step * (a * a * other.squares + b * b * self.squares)
            + 4.0 * step * (a * other.cubes - b * self.cubes);
        let cubes = self.cubes
            + other.cubes
            + distance * step * step * a * b * (a - b)
            + 3.0 * step * (a * other.squares - b * self.squares);
        *self = Self {
            count: self.count + other.count,
            mean: self.mean + step * b,
            squares: self.squares + other.squares + distance * step * a * b,
            cubes,
            fourths,
        };
    }

    /// The moments up to squares of a slice: its mean first, then the distances from it.
    fn of_slice(values: &[f64]) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let count = values.len() as f64;
        let mean = lanes(values, |value| value) / count;
        let squares = lanes(values, |value| (value - mean) * (value - mean));
        // What rounding left of the mean, squared, would count for every value.
        let rest = lanes(values, |value| value - mean);
        Self {
            count: values.len() as i64,
            mean,
            squares: squares - rest * rest / count,
            ..Self::default()
        }
    }
}

/// A sum in eight lanes, in a fixed order.
fn lanes(values: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let mut sums = [0.0_f64; 8];
    let blocks = values.chunks_exact(8);
    let rest = blocks.remainder();
    for block in blocks {
        for (sum, value) in sums.iter_mut().zip(block) {
            *sum += of(*value);
        }
    }
    for (sum, value) in sums.iter_mut().zip(rest) {
        *sum += of(*value);
    }
    sums.iter().sum()
}

/// Count, mean, and two or four powers.
fn state_dtypes<S: Statistic>() -> Vec<DType> {
    let floats = if S::HIGHER { 4 } else { 2 };
    let mut dtypes = vec![DType::Int64];
    dtypes.resize(1 + floats, DType::Float64);
    dtypes
}

pub(super) fn types<S: Statistic>(
    statistic: S,
    inputs: &[DType],
) -> Result<AggregateTypes, KernelError> {
    check_number(statistic.kind(), only(statistic.kind(), inputs)?)?;
    Ok(AggregateTypes {
        state: state_dtypes::<S>(),
        output: DType::Float64,
        output_nullable: true,
    })
}

pub(super) fn accumulator<S: Statistic>(
    statistic: S,
    inputs: &[DType],
) -> Result<Box<dyn Accumulator>, KernelError> {
    types(statistic, inputs)?;
    Ok(Box::new(Running {
        statistic,
        input: inputs[0].clone(),
        of: Vec::new(),
    }))
}

struct Running<S> {
    statistic: S,
    input: DType,
    /// One a group.
    of: Vec<Moments>,
}

impl<S: Statistic> Running<S> {
    fn widen(&mut self, n_groups: usize) {
        self.of
            .resize(n_groups.max(self.of.len()), Moments::default());
    }

    fn floats(&self, rows: usize, inputs: &[ArrayRef]) -> Result<Float64Array, KernelError> {
        let kind = self.statistic.kind();
        floats(kind, only(kind, inputs)?, &self.input, rows)
    }

    fn add(&mut self, group: impl Fn(usize) -> usize, array: &Float64Array) {
        let values = &array.values()[..];
        if S::HIGHER {
            each_valid(array.nulls(), values.len(), |row| {
                self.of[group(row)].add::<true>(values[row]);
            });
        } else {
            each_valid(array.nulls(), values.len(), |row| {
                self.of[group(row)].add::<false>(values[row]);
            });
        }
    }
}

impl<S: Statistic> Accumulator for Running<S> {
    fn update(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        inputs: &[ArrayRef],
    ) -> Result<(), KernelError> {
        if n_groups == 1 {
            return self.update_all(groups.len(), inputs);
        }
        let array = self.floats(groups.len(), inputs)?;
        self.widen(n_groups);
        self.add(|row| groups[row] as usize, &array);
        Ok(())
    }

    fn update_all(&mut self, rows: usize, inputs: &[ArrayRef]) -> Result<(), KernelError> {
        let array = self.floats(rows, inputs)?;
        self.widen(1);
        if S::HIGHER {
            self.add(|_| 0, &array);
            return Ok(());
        }
        let values = &array.values()[..];
        match array.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => self.of[0].merge(Moments::of_slice(values)),
            Some(nulls) => {
                for (from, to) in nulls.valid_slices() {
                    self.of[0].merge(Moments::of_slice(&values[from..to]));
                }
            }
        }
        Ok(())
    }

    fn merge(
        &mut self,
        groups: &[u32],
        n_groups: usize,
        state: &[ArrayRef],
    ) -> Result<(), KernelError> {
        let dtypes = state_dtypes::<S>();
        let state = states(self.statistic.kind(), state, &dtypes, groups.len())?;
        self.widen(n_groups);
        let counts = state[0].as_primitive::<Int64Type>();
        let power = |at: usize| state[at].as_primitive::<Float64Type>();
        for (row, group) in groups.iter().enumerate() {
            let higher = |at: usize| {
                if S::HIGHER { power(at).value(row) } else { 0.0 }
            };
            self.of[*group as usize].merge(Moments {
                count: counts.value(row),
                mean: power(1).value(row),
                squares: power(2).value(row),
                cubes: higher(3),
                fourths: higher(4),
            });
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ArrayRef>, KernelError> {
        let all = std::mem::take(&mut self.of);
        let floats = |of: fn(&Moments) -> f64| {
            column::<f64>(all.iter().map(of).collect(), None, &DType::Float64.border())
        };
        let counts = all.iter().map(|moments| moments.count).collect();
        let mut state = vec![
            column::<i64>(counts, None, &DType::Int64.border()),
            floats(|moments| moments.mean),
            floats(|moments| moments.squares),
        ];
        if S::HIGHER {
            state.push(floats(|moments| moments.cubes));
            state.push(floats(|moments| moments.fourths));
        }
        Ok(state)
    }

    fn finish(&mut self) -> Result<ArrayRef, KernelError> {
        let all = std::mem::take(&mut self.of);
        let results: Vec<Option<f64>> = all.iter().map(|of| self.statistic.of(*of)).collect();
        let nulls = Some(validity(results.len(), |group| results[group].is_some()));
        let results = results.iter().map(|result| result.unwrap_or(0.0)).collect();
        Ok(column::<f64>(results, nulls, &DType::Float64.border()))
    }

    fn bytes(&self) -> u64 {
        (self.of.capacity() * size_of::<Moments>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(values: &[f64]) -> Moments {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let power = |n: i32| values.iter().map(|value| (value - mean).powi(n)).sum();
        Moments {
            count: values.len() as i64,
            mean,
            squares: power(2),
            cubes: power(3),
            fourths: power(4),
        }
    }

    fn close(found: f64, expected: f64, scale: f64) -> bool {
        (found - expected).abs() <= 1e-9 * scale.max(expected.abs())
    }

    #[test]
    fn a_large_mean_does_not_swallow_a_small_spread() {
        let values: Vec<f64> = (0..1000).map(|at| 1e9 + f64::from(at % 2)).collect();
        let mut one_by_one = Moments::default();
        for value in &values {
            one_by_one.add::<false>(*value);
        }
        let mut in_parts = Moments::default();
        for part in values.chunks(7) {
            in_parts.merge(Moments::of_slice(part));
        }
        for found in [one_by_one, in_parts, Moments::of_slice(&values)] {
            assert!((found.squares - 250.0).abs() < 1e-4, "{found:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_cut_gives_the_moments_of_the_whole(
            values in prop::collection::vec(-1e3_f64..1e3, 1..60),
            cut in 0_usize..60,
        ) {
            let cut = cut.min(values.len());
            let expected = naive(&values);
            let mut merged = Moments::default();
            for part in [&values[..cut], &values[cut..]] {
                let mut moments = Moments::default();
                for value in part {
                    moments.add::<true>(*value);
                }
                merged.merge(moments);
            }
            prop_assert_eq!(merged.count, expected.count);
            prop_assert!(close(merged.mean, expected.mean, 1e3));
            prop_assert!(close(merged.squares, expected.squares, 1e6));
            prop_assert!(close(merged.cubes, expected.cubes, 1e9));
            prop_assert!(close(merged.fourths, expected.fourths, 1e12));
        }
    }
}
