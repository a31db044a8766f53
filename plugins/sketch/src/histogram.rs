//! The sketch behind quantiles: how many values there are in each of many narrow ranges.
//!
//! The ranges are cut by the bits of a float: sign, exponent, and the first `bits` bits of what is behind its point. Each power of two is
//! so divided into `2^bits` ranges of equal width, and the middle of a range is less than `2^-(bits + 1)` of a value away from every
//! value in it. Counts of ranges add up, so that histograms of parts make that of the whole, and no machine rounds otherwise.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use swath_plugin::{Error, Result};

use crate::bytes::{Reader, damaged, write_number};
use crate::groups::Sketch;

/// Counts of values by range.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// Values in each range that has one, by its number: those of negative numbers are negative, zero is alone in its own.
    counts: BTreeMap<i64, u64>,
    /// Values in all.
    values: u64,
    /// The least and the greatest value, exactly.
    ends: Option<(f64, f64)>,
}

/// The range of a value that is not NaN; greater values are in greater ranges.
fn range_of(value: f64, bits: u32) -> i64 {
    if value == 0.0 {
        return 0;
    }
    let range = (value.abs().to_bits() >> (52 - bits)) as i64 + 1;
    if value < 0.0 { -range } else { range }
}

/// The middle of a range.
fn middle_of(range: i64, bits: u32) -> f64 {
    let Some(steps) = range.unsigned_abs().checked_sub(1) else {
        return 0.0;
    };
    let least = f64::from_bits(steps << (52 - bits));
    let next = f64::from_bits((steps + 1) << (52 - bits));
    let middle = if least.is_finite() {
        f64::midpoint(least, next.min(f64::MAX))
    } else {
        least
    };
    if range < 0 { -middle } else { middle }
}

impl Histogram {
    /// Adds a value that is not NaN.
    pub(crate) fn add(&mut self, value: f64, bits: u32) {
        // One zero.
        let value = value + 0.0;
        self.add_range(range_of(value, bits), 1);
        self.reach(value, value);
    }

    fn add_range(&mut self, range: i64, count: u64) {
        *self.counts.entry(range).or_default() += count;
        self.values += count;
    }

    fn reach(&mut self, least: f64, most: f64) {
        let (low, high) = self.ends.unwrap_or((least, most));
        self.ends = Some((low.min(least), high.max(most)));
    }

    /// The value of rank `q · (n - 1)`, rounded, of the `n` values in order; `None` without values.
    pub(crate) fn quantile(&self, q: f64, bits: u32) -> Option<f64> {
        let (low, high) = self.ends?;
        let last = self.values - 1;
        let rank = (q * last as f64).round() as u64;
        if rank == 0 {
            return Some(low);
        }
        if rank >= last {
            return Some(high);
        }
        let mut before = 0;
        for (range, count) in &self.counts {
            before += count;
            if rank < before {
                return Some(middle_of(*range, bits).clamp(low, high));
            }
        }
        Some(high)
    }
}

impl Sketch for Histogram {
    /// About: a node of the tree has room for eleven ranges and is two thirds full.
    fn heap(&self) -> usize {
        self.counts.len() * 24
    }

    /// Nothing without a value; else the bits, the ends, and each range as its distance from the last and its count.
    fn write(&self, bits: u32, out: &mut Vec<u8>) {
        let Some((low, high)) = self.ends else {
            return;
        };
        out.push(bits as u8);
        out.extend(low.to_le_bytes());
        out.extend(high.to_le_bytes());
        let mut last = 0;
        for (at, (range, count)) in self.counts.iter().enumerate() {
            if at == 0 {
                // The first one alone may be negative: the sign goes into the lowest bit.
                write_number(out, range.unsigned_abs() << 1 | u64::from(*range < 0));
            } else {
                write_number(out, (range - last) as u64);
            }
            write_number(out, *count);
            last = *range;
        }
    }

    fn merge(&mut self, bytes: &[u8], bits: u32) -> Result<()> {
        let mut reader = Reader(bytes);
        if reader.is_empty() {
            return Ok(());
        }
        let [found] = reader.array()?;
        if u32::from(found) != bits {
            return Err(Error::new("states of different errors cannot be merged"));
        }
        let least = f64::from_le_bytes(reader.array()?);
        let most = f64::from_le_bytes(reader.array()?);
        // Neither is NaN.
        if least.partial_cmp(&most).is_none_or(Ordering::is_gt) || reader.is_empty() {
            return Err(damaged());
        }
        let first = reader.number()?;
        let mut range = (first >> 1) as i64;
        if first & 1 == 1 {
            range = -range;
        }
        loop {
            let count = reader.number()?;
            if count == 0 || self.values.checked_add(count).is_none() {
                return Err(damaged());
            }
            self.add_range(range, count);
            if reader.is_empty() {
                break;
            }
            let further = i64::try_from(reader.number()?).map_err(|_| damaged())?;
            range = range.checked_add(further).ok_or_else(damaged)?;
        }
        self.reach(least, most);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BITS: u32 = 6;
    /// How far the middle of a range is from a value in it, of the value.
    const ERROR: f64 = 1.0 / 128.0;

    fn of(values: &[f64]) -> Histogram {
        let mut histogram = Histogram::default();
        for value in values {
            histogram.add(*value, BITS);
        }
        histogram
    }

    fn bytes(histogram: &Histogram) -> Vec<u8> {
        let mut bytes = Vec::new();
        histogram.write(BITS, &mut bytes);
        bytes
    }

    /// The value of that rank, exactly.
    fn exact(values: &[f64], q: f64) -> Option<f64> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = (q * sorted.len().checked_sub(1)? as f64).round();
        Some(sorted[rank as usize])
    }

    #[test]
    fn ranges_are_in_the_order_of_values() {
        let values = [
            f64::NEG_INFINITY,
            f64::MIN,
            -2.0,
            -1.0,
            -f64::MIN_POSITIVE,
            -5e-324,
            0.0,
            5e-324,
            f64::MIN_POSITIVE,
            1.0,
            1.9,
            2.0,
            3.0,
            f64::MAX,
            f64::INFINITY,
        ];
        for pair in values.windows(2) {
            assert!(
                range_of(pair[0], BITS) <= range_of(pair[1], BITS),
                "{pair:?}"
            );
        }
        assert_eq!(range_of(-0.0, BITS), range_of(0.0, BITS));
        for value in values {
            let middle = middle_of(range_of(value, BITS), BITS);
            let near = (middle - value).abs() <= ERROR * value.abs()
                || (middle - value).abs() < f64::MIN_POSITIVE
                || middle == value;
            assert!(near, "{middle} for {value}");
        }
    }

    #[test]
    fn ends_are_exact_and_nothing_has_no_quantile() {
        let histogram = of(&[3.3, 1.1, 2.2]);
        assert_eq!(histogram.quantile(0.0, BITS), Some(1.1));
        assert_eq!(histogram.quantile(1.0, BITS), Some(3.3));
        assert_eq!(Histogram::default().quantile(0.5, BITS), None);
        assert_eq!(of(&[7.7]).quantile(0.3, BITS), Some(7.7));
        let endless = of(&[
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
            0.0,
            f64::INFINITY,
            f64::INFINITY,
        ]);
        assert_eq!(
            [0.25, 0.5, 0.75].map(|q| endless.quantile(q, BITS)),
            [Some(f64::NEG_INFINITY), Some(0.0), Some(f64::INFINITY)]
        );
    }

    #[test]
    fn what_is_no_state_is_refused() {
        let state = bytes(&of(&[-1.0, 0.0, 1.0, 100.0]));
        let merged = |bytes: &[u8], bits| {
            Histogram::default()
                .merge(bytes, bits)
                .map_err(|error| error.to_string())
        };
        assert_eq!(merged(&state, BITS), Ok(()));
        assert_eq!(merged(&[], BITS), Ok(()));
        assert_eq!(
            merged(&state, 7),
            Err("states of different errors cannot be merged".to_owned())
        );
        assert_eq!(
            merged(&state[..17], BITS),
            Err("a state of the aggregate is damaged".to_owned())
        );
        assert_eq!(
            merged(&state[..state.len() - 1], BITS),
            Err("a state of the aggregate is damaged".to_owned())
        );
    }

    fn values() -> impl Strategy<Value = Vec<f64>> {
        let value = prop_oneof![
            -1e6..1e6,
            -1.0..1.0,
            (-300..300_i32).prop_map(|at| 10_f64.powi(at)),
            (-20..20_i8).prop_map(f64::from),
        ];
        prop::collection::vec(value, 0..300)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn quantiles_are_as_near_as_promised(values in values(), q in 0.0..=1.0) {
            let (found, exact) = (of(&values).quantile(q, BITS), exact(&values, q));
            prop_assert_eq!(found.is_some(), exact.is_some());
            if let Some((found, exact)) = found.zip(exact) {
                prop_assert!((found - exact).abs() <= ERROR * exact.abs(), "{} is not {}", found, exact);
            }
        }

        #[test]
        fn merging_is_exact(values in values(), cuts in prop::array::uniform2(0..300_usize)) {
            let mut cuts = cuts.map(|cut| cut.min(values.len()));
            cuts.sort_unstable();
            let parts = [&values[..cuts[0]], &values[cuts[0]..cuts[1]], &values[cuts[1]..]].map(|part| bytes(&of(part)));
            let whole = of(&values);
            for order in [[0, 1, 2], [2, 0, 1]] {
                let mut both = Histogram::default();
                both.merge(&parts[order[0]], BITS).expect("a state");
                both.merge(&parts[order[1]], BITS).expect("a state");
                let mut all = Histogram::default();
                all.merge(&bytes(&both), BITS).expect("a state");
                all.merge(&parts[order[2]], BITS).expect("a state");
                prop_assert_eq!(&all, &whole);
            }
        }
    }
}
