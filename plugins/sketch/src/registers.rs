//! The sketch behind distinct counts.
//!
//! While there are few different values, their hashes are kept as they are, and the count is exact. Then it is a
//! `HyperLogLog`: the first
//! `precision` bits of a hash choose a register, which keeps the greatest number of zeros that the rest of a hash began with, plus one. Which of the
//! two it is depends on how many values there are and on nothing else.
//!
//! The estimate is the one that Otmar Ertl derived in "New cardinality estimation algorithms for `HyperLogLog` sketches" (2017): it has no
//! bias for small or large counts, so no table of corrections.

use swath_plugin::{Error, Result};

use crate::bytes::{Reader, damaged};
use crate::groups::Sketch;

/// A set of hashes, approximately.
#[derive(Clone, Debug, PartialEq)]
pub enum Registers {
    /// All of them, ascending.
    Few(Vec<u64>),
    /// For each register the greatest rank.
    Many(Box<[u8]>),
}

impl Default for Registers {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

/// Hashes that are kept before there are registers: as many as take the same room.
fn few(precision: u32) -> usize {
    (1 << precision) / size_of::<u64>()
}

impl Registers {
    /// Adds a hash.
    pub(crate) fn add(&mut self, hash: u64, precision: u32) {
        match self {
            Self::Few(hashes) => {
                if let Err(at) = hashes.binary_search(&hash) {
                    hashes.insert(at, hash);
                    if hashes.len() > few(precision) {
                        self.open(precision);
                    }
                }
            }
            Self::Many(ranks) => raise(ranks, hash, precision),
        }
    }

    /// Makes registers of hashes.
    fn open(&mut self, precision: u32) {
        if let Self::Few(hashes) = self {
            let mut ranks = vec![0; 1 << precision].into_boxed_slice();
            for hash in hashes {
                raise(&mut ranks, *hash, precision);
            }
            *self = Self::Many(ranks);
        }
    }

    /// How many different hashes were added.
    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::Few(hashes) => hashes.len() as u64,
            Self::Many(ranks) => estimate(ranks),
        }
    }
}

impl Sketch for Registers {
    fn heap(&self) -> usize {
        match self {
            Self::Few(hashes) => hashes.capacity() * size_of::<u64>(),
            Self::Many(ranks) => ranks.len(),
        }
    }

    /// The kind, and what is kept.
    fn write(&self, _: u32, out: &mut Vec<u8>) {
        match self {
            Self::Few(hashes) => {
                out.push(FEW);
                out.extend(hashes.iter().flat_map(|hash| hash.to_le_bytes()));
            }
            Self::Many(ranks) => {
                out.push(MANY);
                out.extend_from_slice(ranks);
            }
        }
    }

    fn merge(&mut self, bytes: &[u8], precision: u32) -> Result<()> {
        let mut reader = Reader(bytes);
        match reader.array()? {
            [FEW] => {
                while !reader.is_empty() {
                    self.add(u64::from_le_bytes(reader.array()?), precision);
                }
                Ok(())
            }
            [MANY] if reader.0.len() == 1 << precision => {
                self.open(precision);
                let Self::Many(ranks) = self else {
                    return Err(damaged());
                };
                for (rank, other) in ranks.iter_mut().zip(reader.0) {
                    *rank = (*rank).max(*other);
                }
                Ok(())
            }
            [MANY] => Err(Error::new(
                "states of different precisions cannot be merged",
            )),
            _ => Err(damaged()),
        }
    }
}

const FEW: u8 = 0;
const MANY: u8 = 1;

/// Enters a hash into its register.
fn raise(ranks: &mut [u8], hash: u64, precision: u32) {
    let register = &mut ranks[(hash >> (64 - precision)) as usize];
    // The bit that ends the hash stops the count at its length.
    let rest = hash << precision | 1 << (precision - 1);
    *register = (*register).max(rest.leading_zeros() as u8 + 1);
}

/// Ertl's estimate: of how many values registers like these are the most expected.
fn estimate(ranks: &[u8]) -> u64 {
    let m = ranks.len() as f64;
    let longest = 64 - ranks.len().trailing_zeros() as usize;
    // How many registers have each rank; no hash has a greater one than `longest + 1`.
    let mut with_rank = vec![0_u64; longest + 2];
    for rank in ranks {
        with_rank[usize::from(*rank).min(longest + 1)] += 1;
    }
    let mut sum = m * tau(1.0 - with_rank[longest + 1] as f64 / m);
    for rank in (1..=longest).rev() {
        sum = 0.5 * (sum + with_rank[rank] as f64);
    }
    sum += m * sigma(with_rank[0] as f64 / m);
    let alpha = 0.5 / std::f64::consts::LN_2;
    (alpha * m * m / sum).round() as u64
}

/// What registers without a value add: `x + x² + 2 x⁴ + 4 x⁸ + …`.
fn sigma(x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut x, mut weight, mut sum) = (x, 1.0, x);
    loop {
        x *= x;
        let next = sum + x * weight;
        if next == sum {
            return sum;
        }
        (sum, weight) = (next, weight + weight);
    }
}

/// What full registers add.
fn tau(x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut x, mut weight, mut sum) = (x, 1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        weight *= 0.5;
        let next = sum - (1.0 - x).powi(2) * weight;
        if next == sum {
            return sum / 3.0;
        }
        sum = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use xxhash_rust::xxh3::xxh3_64;

    fn of(values: impl IntoIterator<Item = u64>, precision: u32) -> Registers {
        let mut registers = Registers::default();
        for value in values {
            registers.add(xxh3_64(&value.to_le_bytes()), precision);
        }
        registers
    }

    #[test]
    fn few_values_are_counted_exactly() {
        for precision in [4, 12, 16] {
            for count in [0, 1, 2, few(precision) as u64] {
                assert_eq!(of((0..count).chain(0..count), precision).count(), count);
            }
        }
        assert!(matches!(of(0..512, 12), Registers::Few(_)));
        assert!(matches!(of(0..513, 12), Registers::Many(_)));
    }

    #[test]
    fn errors_stay_within_the_bound() {
        for precision in [6, 10, 12] {
            let deviation = 1.04 / f64::from(1_u32 << precision).sqrt();
            let mut bias = 0.0;
            let counts = [50, 100, 700, 3_000, 10_000, 20_000];
            for (seed, count) in (0_u64..).zip(counts.iter().cycle()).take(24) {
                let first = seed << 40;
                let found = of(first..first + count, precision).count();
                let error = found as f64 / *count as f64 - 1.0;
                assert!(
                    error.abs() < 4.0 * deviation,
                    "{found} for {count} of {precision}"
                );
                bias += error / 24.0;
            }
            // The mean of 24 estimates is nearer than each of them.
            assert!(bias.abs() < deviation, "{bias}");
        }
    }

    #[test]
    fn ends_of_the_scale() {
        assert_eq!(estimate(&[0; 16]), 0);
        let full = vec![61_u8; 16];
        assert!(estimate(&full) > 1 << 60);
        let mut ranks = [0; 16];
        raise(&mut ranks, 0, 4);
        raise(&mut ranks, u64::MAX, 4);
        assert_eq!((ranks[0], ranks[15]), (61, 1));
    }

    #[test]
    fn what_is_no_state_is_refused() {
        let mut state = Vec::new();
        of(0..1000, 10).write(10, &mut state);
        let said = |bytes: &[u8]| {
            Registers::default()
                .merge(bytes, 12)
                .map_err(|error| error.to_string())
        };
        assert_eq!(
            said(&state),
            Err("states of different precisions cannot be merged".to_owned())
        );
        for bytes in [&[][..], &[7], &[FEW, 1, 2]] {
            assert_eq!(
                said(bytes),
                Err("a state of the aggregate is damaged".to_owned())
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// However values are dealt out and in whatever order the parts are merged, it is the sketch of the whole.
        #[test]
        fn merging_is_exact(values in prop::collection::vec(0..400_u64, 0..600), parts in prop::collection::vec(0..4_usize, 600), turned in any::<bool>()) {
            const PRECISION: u32 = 10;
            let whole = of(values.iter().copied(), PRECISION);
            let mut states: Vec<Vec<u8>> = (0..4).map(|part| {
                let mine = values.iter().zip(&parts).filter(|(_, at)| **at == part).map(|(value, _)| *value);
                let mut bytes = Vec::new();
                of(mine, PRECISION).write(PRECISION, &mut bytes);
                bytes
            }).collect();
            if turned {
                states.reverse();
            }
            let pair = |left: &[u8], right: &[u8]| {
                let mut both = Registers::default();
                both.merge(left, PRECISION).expect("a state");
                both.merge(right, PRECISION).expect("a state");
                let mut bytes = Vec::new();
                both.write(PRECISION, &mut bytes);
                bytes
            };
            let tree = pair(&pair(&states[0], &states[1]), &pair(&states[2], &states[3]));
            let chain = pair(&states[0], &pair(&states[1], &pair(&states[2], &states[3])));
            let mut expected = Vec::new();
            whole.write(PRECISION, &mut expected);
            prop_assert_eq!(&tree, &expected);
            prop_assert_eq!(&chain, &expected);
        }
    }
}
