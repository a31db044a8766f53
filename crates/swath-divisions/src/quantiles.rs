//! Divisions from a weighted sample of labels.

use std::sync::Arc;

use crate::{Bounds, Divisions, DivisionsError, KeyOrder, Label, Labels};

impl Divisions {
    /// Divisions that give each of up to `npartitions` partitions about the same weight of these labels, of which each stands for
    /// so many rows.
    ///
    /// The first boundary is the smallest label, the last the largest: put the true minimum and maximum into the sample. Labels
    /// with a null first key are left out, and recorded. Equal labels are never separated, so that a label with more than one
    /// partition's weight gets a partition of its own, and there may be fewer partitions than asked for. The order of the sample
    /// does not matter. Cost: one sort.
    ///
    /// ```
    /// use swath_divisions::Divisions;
    ///
    /// let labels: Vec<i64> = (0..=100).collect();
    /// let divisions = Divisions::from_quantiles(labels, &[1; 101], 4)?;
    /// assert_eq!(divisions, Divisions::try_new([0_i64, 25, 50, 75, 100])?);
    /// # Ok::<(), swath_divisions::DivisionsError>(())
    /// ```
    ///
    /// # Errors
    /// [`DivisionsError::Length`] unless there is one weight a label, [`DivisionsError::PartitionCount`] for no partitions,
    /// [`DivisionsError::Empty`] if no label is left, those of [`Divisions::try_new`] for labels of several dtypes.
    pub fn from_quantiles(
        labels: impl Into<Labels>,
        weights: &[u64],
        npartitions: usize,
    ) -> Result<Self, DivisionsError> {
        let labels = labels.into();
        if npartitions == 0 {
            return Err(DivisionsError::PartitionCount {
                npartitions: 0,
                asked: 0,
            });
        }
        let order = KeyOrder::try_new(&labels.dtypes()?)?;
        let labels = labels.into_labels()?;
        if labels.len() != weights.len() {
            return Err(DivisionsError::Length {
                what: "weights, one a label",
                expected: labels.len(),
                found: weights.len(),
            });
        }
        let mut sample: Vec<(Arc<[u8]>, Label, u128)> = Vec::with_capacity(labels.len());
        let mut nulls = false;
        for (label, weight) in labels.iter().zip(weights) {
            if label
                .values()
                .first()
                .is_some_and(swath_batch::Value::is_null)
            {
                nulls |= *weight > 0;
            } else {
                let (label, key) = order.key(label)?;
                sample.push((key, label, u128::from(*weight)));
            }
        }
        sample.sort_by(|a, b| a.0.cmp(&b.0));
        sample.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.2 += later.2;
            }
            same
        });
        let bounds: Vec<Label> = cuts(&sample, npartitions)
            .into_iter()
            .map(|at| sample[at].1.clone())
            .collect();
        Ok(Self::Known(Bounds::of(&order, &bounds)?.with_nulls(nulls)))
    }
}

/// The places in the sorted sample at which partitions begin, and the last place.
fn cuts(sample: &[(Arc<[u8]>, Label, u128)], npartitions: usize) -> Vec<usize> {
    let Some(last) = sample.len().checked_sub(1) else {
        return Vec::new();
    };
    let total: u128 = sample.iter().map(|(_, _, weight)| weight).sum();
    let mut starts = vec![0];
    let mut before = 0_u128;
    let mut k = 1_u128;
    for (at, (_, _, weight)) in sample.iter().enumerate() {
        // Partition `k` begins with the label whose rows reach over the `k`-th part of the weight, or with the next one if more
        // than half of them lie before it.
        while k < npartitions as u128 && before + weight > k * total / npartitions as u128 {
            let target = k * total / npartitions as u128;
            let begin = if target.saturating_sub(before) * 2 > *weight {
                at + 1
            } else {
                at
            };
            if begin <= last && begin > starts[starts.len() - 1] {
                starts.push(begin);
            }
            k += 1;
        }
        before += weight;
    }
    starts.push(last);
    starts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(labels: impl Into<Labels>, weights: &[u64], npartitions: usize, expected: &str) {
        let divisions = Divisions::from_quantiles(labels, weights, npartitions).unwrap();
        assert_eq!(divisions.bounds().unwrap().to_string(), expected);
    }

    #[test]
    fn equal_weights() {
        check([3_i64, 1, 2, 0, 4], &[1; 5], 2, "(0, 2, 4)");
        check(["a", "b", "c", "d"], &[1; 4], 2, "(a, c, d)");
        check([1_i64, 2], &[1; 2], 5, "(1, 2, 2)");
        check([7_i64], &[9], 3, "(7, 7)");
    }

    #[test]
    fn a_heavy_label_has_its_own_partition() {
        check([0_i64, 1, 2, 3], &[1, 97, 1, 1], 4, "(0, 1, 2, 3)");
        check([0_i64, 1, 2, 3], &[97, 1, 1, 1], 4, "(0, 1, 3)");
    }

    #[test]
    fn nulls_are_recorded() {
        let labels = vec![
            Label::from(swath_batch::Value::from(5)),
            Label::from(swath_batch::Value::Null),
            Label::from(9),
        ];
        let divisions = Divisions::from_quantiles(labels, &[1, 5, 1], 2).unwrap();
        assert_eq!(divisions.bounds().unwrap().to_string(), "(5, 9, 9)");
        assert!(divisions.bounds().unwrap().nulls());
    }

    #[test]
    fn messages() {
        let errors = [
            Divisions::from_quantiles([1, 2], &[1], 2).unwrap_err(),
            Divisions::from_quantiles([1, 2], &[1, 1], 0).unwrap_err(),
            Divisions::from_quantiles([] as [i64; 0], &[], 2).unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }

    proptest! {
        #[test]
        fn partitions_are_balanced_up_to_one_label(values in prop::collection::vec((0..40_i64, 0..9_u64), 1..60), npartitions in 1..9_usize) {
            let (labels, weights): (Vec<i64>, Vec<u64>) = values.iter().copied().unzip();
            let divisions = Divisions::from_quantiles(labels.clone(), &weights, npartitions).unwrap();
            prop_assert!(divisions.npartitions() <= npartitions);
            let mut load = vec![0_u64; divisions.npartitions()];
            let mut heaviest = [0_u64; 40];
            for (label, weight) in labels.iter().zip(&weights) {
                load[divisions.locate(label).unwrap()] += weight;
                heaviest[*label as usize] += weight;
            }
            let total: u64 = weights.iter().sum();
            let most = total / npartitions as u64 + 2 * heaviest.iter().max().unwrap() + 1;
            prop_assert!(load.iter().all(|load| *load <= most), "{:?} {}", load, most);
        }
    }
}
