//! Random values of the shapes the data need, each column of each file from a stream of its own.

use rand::{Rng, SeedableRng, rngs::SmallRng};

/// One column's stream in one file: independent of how the rows are cut into batches, and of every other column.
pub(crate) struct Draw(SmallRng);

impl Draw {
    /// The stream of a column, told apart from the others by its number.
    pub(crate) fn new(seed: u64, file: u64, column: u64) -> Self {
        // Any two triples differ in one odd multiple; the generator's own seeding then mixes them.
        let mixed = seed
            ^ (file + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ (column + 1).wrapping_mul(0xD1B5_4A32_D192_ED03);
        Self(SmallRng::seed_from_u64(mixed))
    }

    /// A whole number from `low` to `high`, both included, all as likely.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// A number from 0 up to, not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// A number whose logarithm is normal, with this mean and deviation of the logarithm.
    pub(crate) fn log_normal(&mut self, mean: f64, deviation: f64) -> f64 {
        // Box and Muller's way; 1 - u is never 0.
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * self.unit()).cos();
        (mean + deviation * normal).exp()
    }

    /// A place in a list of weights already summed up by [`summed`].
    pub(crate) fn place(&mut self, sums: &[f64]) -> usize {
        let at = self.unit();
        sums.partition_point(|sum| *sum <= at).min(sums.len() - 1)
    }
}

/// Weights as running sums that end at 1.
pub(crate) fn summed(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sums: Vec<f64> = weights
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect();
    let total = sums.last().copied().unwrap_or(1.0);
    for sum in &mut sums {
        *sum /= total;
    }
    sums
}

/// A number with this many decimals.
pub(crate) fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::{Draw, rounded, summed};

    #[test]
    fn streams_repeat_and_differ_by_seed_file_and_column() {
        let first = |seed, file, column| Draw::new(seed, file, column).between(0, i64::MAX);
        assert_eq!(first(1, 2, 3), first(1, 2, 3));
        let others = [
            first(1, 2, 3),
            first(2, 2, 3),
            first(1, 3, 3),
            first(1, 2, 4),
            first(1, 3, 2),
        ];
        assert!((1..others.len()).all(|at| !others[..at].contains(&others[at])));
    }

    #[test]
    fn places_follow_their_weights() {
        let sums = summed([1.0, 0.0, 3.0].into_iter());
        assert_eq!(sums, [0.25, 0.25, 1.0]);
        let mut draw = Draw::new(7, 0, 0);
        let mut counts = [0_usize; 3];
        for _ in 0..10_000 {
            counts[draw.place(&sums)] += 1;
        }
        assert!(
            counts[1] == 0 && (2_300..2_700).contains(&counts[0]),
            "{counts:?}"
        );
    }

    #[test]
    fn log_normal_has_its_median_and_tail() {
        let mut draw = Draw::new(7, 0, 1);
        let mut values: Vec<f64> = (0..100_001).map(|_| draw.log_normal(6.5, 1.2)).collect();
        values.sort_by(f64::total_cmp);
        assert!(
            (640.0..690.0).contains(&values[50_000]),
            "{}",
            values[50_000]
        );
        let above = values.iter().filter(|value| **value > 5_000.0).count();
        assert!((4_300..4_900).contains(&above), "{above}");
    }

    #[test]
    fn rounding_keeps_decimals() {
        assert_eq!(
            (rounded(1.005_1, 2), rounded(0.123_456_78, 6)),
            (1.01, 0.123_457)
        );
    }
}
