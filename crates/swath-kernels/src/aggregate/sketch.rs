//! A set of hashes whose size can be told: exact while it is small, then a `HyperLogLog`.

use std::collections::BTreeSet;

/// Bits of a hash that choose a register.
const PRECISION: u32 = 12;
const REGISTERS: usize = 1 << PRECISION;
/// Hashes that are kept themselves.
const FEW: usize = 512;

/// What is known of the values of a group. Sketches of the same values are equal, whatever the order and the parts they came in.
#[derive(Debug, PartialEq)]
pub(super) enum Sketch {
    /// The hashes themselves.
    Few(BTreeSet<u64>),
    /// For each register, the most leading zeros of the hashes that chose it, and one.
    Many(Box<[u8]>),
}

impl Default for Sketch {
    fn default() -> Self {
        Self::Few(BTreeSet::new())
    }
}

impl Sketch {
    /// Adds the hash of a value.
    pub(super) fn add(&mut self, hash: u64) {
        match self {
            Self::Many(registers) => note(registers, hash),
            Self::Few(hashes) => {
                hashes.insert(hash);
                if hashes.len() > FEW {
                    *self = Self::Many(registers_of(hashes));
                }
            }
        }
    }

    /// Adds what another sketch saw, as [`into_bytes`](Self::into_bytes) wrote it.
    pub(super) fn merge(&mut self, other: &[u8]) {
        if other.len() != REGISTERS + 1 {
            for hash in other.chunks_exact(8) {
                let hash = hash.try_into().expect("a chunk has eight bytes");
                self.add(u64::from_le_bytes(hash));
            }
            return;
        }
        if let Self::Few(hashes) = self {
            *self = Self::Many(registers_of(hashes));
        }
        if let Self::Many(registers) = self {
            for (register, other) in registers.iter_mut().zip(other) {
                *register = (*register).max(*other);
            }
        }
    }

    /// The sketch as bytes: eight for each hash, or one for each register and one more.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Few(hashes) => hashes.into_iter().flat_map(u64::to_le_bytes).collect(),
            Self::Many(registers) => {
                let mut bytes = registers.into_vec();
                bytes.push(0);
                bytes
            }
        }
    }

    /// About how many different hashes were added: Ertl's estimate, which has no bias at any size.
    pub(super) fn estimate(&self) -> i64 {
        const RANKS: usize = 64 - PRECISION as usize;
        let registers = match self {
            Self::Few(hashes) => return hashes.len() as i64,
            Self::Many(registers) => registers,
        };
        let mut of_rank = [0_u32; RANKS + 2];
        for register in registers {
            of_rank[usize::from(*register).min(RANKS + 1)] += 1;
        }
        let m = REGISTERS as f64;
        let mut z = m * tau(1.0 - f64::from(of_rank[RANKS + 1]) / m);
        for count in of_rank[1..=RANKS].iter().rev() {
            z = 0.5 * (z + f64::from(*count));
        }
        z += m * sigma(f64::from(of_rank[0]) / m);
        (m * m / (2.0 * std::f64::consts::LN_2) / z).round() as i64
    }

    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Few(hashes) => hashes.len() as u64 * 12,
            Self::Many(registers) => registers.len() as u64,
        }
    }
}

fn registers_of(hashes: &BTreeSet<u64>) -> Box<[u8]> {
    let mut registers = vec![0; REGISTERS].into_boxed_slice();
    for hash in hashes {
        note(&mut registers, *hash);
    }
    registers
}

fn note(registers: &mut [u8], hash: u64) {
    let register = (hash >> (64 - PRECISION)) as usize;
    // The bit behind the hash ends the zeros.
    let rest = (hash << PRECISION) | (1 << (PRECISION - 1));
    let rank = rest.leading_zeros() as u8 + 1;
    registers[register] = registers[register].max(rank);
}

fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut weight, mut sum) = (1.0, x);
    loop {
        x *= x;
        let before = sum;
        sum += x * weight;
        weight += weight;
        if sum <= before {
            return sum;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut weight, mut sum) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = sum;
        weight *= 0.5;
        sum -= (1.0 - x) * (1.0 - x) * weight;
        if sum >= before {
            return sum / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers spread over 64 bits.
    fn hash(of: u64) -> u64 {
        let mut word = of.wrapping_add(0x9e37_79b9_7f4a_7c15);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn of(values: std::ops::Range<u64>) -> Sketch {
        let mut sketch = Sketch::default();
        values.for_each(|value| sketch.add(hash(value)));
        sketch
    }

    #[test]
    fn few_are_counted_and_many_estimated() {
        for n in [0_u64, 1, 512] {
            assert_eq!(of(0..n).estimate(), n as i64);
        }
        for n in [513_u64, 2_000, 10_000, 20_000, 200_000] {
            let found = of(0..n).estimate() as f64;
            let error = (found - n as f64).abs() / n as f64;
            assert!(error < 4.0 * 1.04 / 64.0, "{n}: {found}");
        }
    }

    #[test]
    fn parts_give_the_sketch_of_the_whole() {
        for (cut, n) in [
            (0, 300),
            (100, 500),
            (100, 5_000),
            (3_000, 5_000),
            (600, 700),
        ] {
            let mut merged = Sketch::default();
            merged.merge(&of(0..cut).into_bytes());
            merged.merge(&of(cut / 2..n).into_bytes());
            assert_eq!(merged, of(0..n), "{cut} of {n}");
        }
    }
}
