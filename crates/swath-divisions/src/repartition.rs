//! Plans that change partitions and keep all rows.

use std::sync::Arc;

use crate::interpolate::interpolate;
use crate::{Bounds, Cut, Divisions, DivisionsError, Labels, RepartitionPlan, Slice, SliceRows};

impl Divisions {
    /// The plan that makes the partitions of `other` from these. `other` must cover these labels; it may reach further.
    ///
    /// Boundaries of another dtype are cast where that is exact. Cost: old plus new partitions.
    ///
    /// # Errors
    /// [`DivisionsError::Unknown`] if either is not known; [`LeftInside`](DivisionsError::LeftInside) and
    /// [`RightInside`](DivisionsError::RightInside) if rows would have no place.
    pub fn align(&self, other: &Self) -> Result<RepartitionPlan, DivisionsError> {
        let new = other.known("align")?;
        self.repartition_known("align", new.labels().to_vec().into(), true)
    }

    /// The plan that makes partitions with these boundaries: the first and last ones as they are now, unless `force` allows
    /// the new ones to reach further.
    ///
    /// Labels are cast to the index's dtype where that is exact, and text is read as a date or timestamp.
    ///
    /// ```
    /// let divisions = swath_divisions::Divisions::try_new([0_i64, 4, 7, 9])?;
    /// let plan = divisions.repartition_by([0, 2, 5, 9], false)?;
    /// assert_eq!(plan.to_string(), "0 = 0 [.., 2)\n1 = 0 [2, ..), 1 [.., 5)\n2 = 1 [5, ..), 2");
    /// # Ok::<(), swath_divisions::DivisionsError>(())
    /// ```
    ///
    /// # Errors
    /// [`DivisionsError::Unknown`]; those of [`Divisions::try_new`]; [`LeftDiffers`](DivisionsError::LeftDiffers) and
    /// [`RightDiffers`](DivisionsError::RightDiffers), with `force` [`LeftInside`](DivisionsError::LeftInside) and
    /// [`RightInside`](DivisionsError::RightInside).
    pub fn repartition_by(
        &self,
        bounds: impl Into<Labels>,
        force: bool,
    ) -> Result<RepartitionPlan, DivisionsError> {
        self.repartition_known("repartition on divisions", bounds.into(), force)
    }

    fn repartition_known(
        &self,
        verb: &'static str,
        bounds: Labels,
        force: bool,
    ) -> Result<RepartitionPlan, DivisionsError> {
        let old = self.known(verb)?;
        let new = Bounds::with_order(old.order(), bounds)?.with_nulls(old.nulls());
        let ends = |bounds: &Bounds, at: usize| {
            (
                Arc::clone(&bounds.keys()[at]),
                bounds.labels()[at].to_string(),
            )
        };
        let ((old_first, old_left), (new_first, new_left)) = (ends(old, 0), ends(&new, 0));
        let ((old_last, old_right), (new_last, new_right)) =
            (ends(old, old.npartitions()), ends(&new, new.npartitions()));
        if !force && new_first != old_first {
            return Err(DivisionsError::LeftDiffers {
                old: old_left,
                new: new_left,
            });
        }
        if !force && new_last != old_last {
            return Err(DivisionsError::RightDiffers {
                old: old_right,
                new: new_right,
            });
        }
        if new_first > old_first {
            return Err(DivisionsError::LeftInside {
                old: old_left,
                new: new_left,
            });
        }
        if new_last < old_last {
            return Err(DivisionsError::RightInside {
                old: old_right,
                new: new_right,
            });
        }
        let sources: Vec<(Cut, Option<Cut>)> = (0..old.npartitions())
            .map(|partition| old.span(partition))
            .collect();
        Ok(RepartitionPlan::between(&sources, &new))
    }

    /// The plan that makes this many partitions: fewer by [`coalesce`](Self::coalesce), more by cutting.
    ///
    /// More partitions of known numbers, dates or times get boundaries interpolated between the present ones, without looking at
    /// rows, as Dask does; where that cannot give so many different ones, and for all other divisions, each partition is cut into
    /// equal shares of rows, and the divisions are unknown.
    ///
    /// Rows keep their order within a new partition. Joined partitions and equal shares keep that of all rows; boundaries do so where
    /// partitions are sorted by the index, and otherwise bring rows of lower labels forward.
    ///
    /// ```
    /// let divisions = swath_divisions::Divisions::try_new([0_i64, 4, 7, 9])?;
    /// assert_eq!(divisions.repartition(5)?.divisions().bounds().unwrap().to_string(), "(0, 2, 4, 6, 7, 9)");
    /// # Ok::<(), swath_divisions::DivisionsError>(())
    /// ```
    ///
    /// # Errors
    /// [`DivisionsError::PartitionCount`] for none, or more of none.
    pub fn repartition(&self, npartitions: usize) -> Result<RepartitionPlan, DivisionsError> {
        if npartitions <= self.npartitions() {
            return self.coalesce(npartitions);
        }
        if let Some(new) = self
            .bounds()
            .and_then(|bounds| interpolate(bounds, npartitions))
        {
            return self.align(&Self::Known(new));
        }
        self.split(npartitions)
    }

    /// The plan that concatenates neighbours: new partition `k` is old ones `k * old / new .. (k + 1) * old / new`. Known
    /// divisions stay known.
    ///
    /// # Errors
    /// [`DivisionsError::PartitionCount`] for none, or for more than there are.
    pub fn coalesce(&self, npartitions: usize) -> Result<RepartitionPlan, DivisionsError> {
        let old = self.npartitions();
        if npartitions == 0 || npartitions > old {
            return Err(DivisionsError::PartitionCount {
                npartitions: old,
                asked: npartitions,
            });
        }
        let starts: Vec<usize> = (0..=npartitions)
            .map(|k| scaled(k, old, npartitions))
            .collect();
        let targets = starts
            .windows(2)
            .map(|pair| whole(pair[0]..pair[1]))
            .collect();
        Ok(RepartitionPlan::new(targets, self.merged(&starts)))
    }

    /// The plan that cuts partitions into equal shares of rows, for at least as many partitions as there are; the divisions are
    /// unknown, unless nothing is cut. Shares are spread evenly: Dask cuts only the last partition into the remainder.
    ///
    /// # Errors
    /// [`DivisionsError::PartitionCount`] for fewer than there are, or more of none.
    pub fn split(&self, npartitions: usize) -> Result<RepartitionPlan, DivisionsError> {
        let old = self.npartitions();
        if npartitions < old || old == 0 {
            return Err(DivisionsError::PartitionCount {
                npartitions: old,
                asked: npartitions,
            });
        }
        let shares =
            (0..old).map(|k| scaled(k + 1, npartitions, old) - scaled(k, npartitions, old));
        Ok(self.cut_into(&shares.collect::<Vec<_>>()))
    }

    /// The plan that makes partitions of about `size` bytes, given the bytes of each: larger ones are cut into equal shares of
    /// rows, then neighbours are concatenated while they fit. If any is cut, the divisions are unknown.
    ///
    /// # Errors
    /// [`DivisionsError::Length`] unless there is one size a partition; [`DivisionsError::PartitionCount`] for a size of 0.
    pub fn repartition_by_size(
        &self,
        bytes: &[u64],
        size: u64,
    ) -> Result<RepartitionPlan, DivisionsError> {
        let old = self.npartitions();
        if bytes.len() != old {
            return Err(DivisionsError::Length {
                what: "sizes of partitions",
                expected: old,
                found: bytes.len(),
            });
        }
        if size == 0 {
            return Err(DivisionsError::PartitionCount {
                npartitions: old,
                asked: 0,
            });
        }
        // As Dask: a partition of up to `size` bytes stays whole.
        let shares: Vec<usize> = bytes
            .iter()
            .map(|bytes| bytes.div_ceil(size).max(1) as usize)
            .collect();
        let cut = self.cut_into(&shares);
        let each = bytes
            .iter()
            .zip(&shares)
            .flat_map(|(bytes, shares)| std::iter::repeat_n(bytes / *shares as u64, *shares));
        let mut starts = vec![0];
        let mut filled = 0_u64;
        for (at, bytes) in each.enumerate() {
            if at > 0 && filled.saturating_add(bytes) > size {
                starts.push(at);
                filled = 0;
            }
            filled = filled.saturating_add(bytes);
        }
        starts.push(cut.npartitions());
        let targets = starts
            .windows(2)
            .map(|pair| cut.targets()[pair[0]..pair[1]].concat());
        Ok(RepartitionPlan::new(
            targets.collect(),
            cut.divisions().merged(&starts),
        ))
    }

    /// Cuts each partition into so many equal shares of rows.
    fn cut_into(&self, shares: &[usize]) -> RepartitionPlan {
        if shares.iter().all(|shares| *shares == 1) {
            return RepartitionPlan::identity(self);
        }
        let slices = shares.iter().enumerate().flat_map(|(partition, shares)| {
            (0..*shares).map(move |part| {
                let rows = match *shares {
                    1 => SliceRows::All,
                    of => SliceRows::Share {
                        part: part as u32,
                        of: of as u32,
                    },
                };
                vec![Slice { partition, rows }]
            })
        });
        let targets: Vec<Vec<Slice>> = slices.collect();
        let divisions = Self::unknown(targets.len());
        RepartitionPlan::new(targets, divisions)
    }

    /// The divisions after runs of neighbours were concatenated; the runs begin at all but the last of `starts`.
    fn merged(&self, starts: &[usize]) -> Self {
        match self {
            Self::Known(bounds) => Self::Known(
                bounds
                    .pick(starts.iter().copied())
                    .with_nulls(bounds.nulls()),
            ),
            Self::Pending { .. } => Self::pending(starts.len() - 1),
            Self::Unknown { .. } => Self::unknown(starts.len() - 1),
        }
    }
}

fn whole(partitions: std::ops::Range<usize>) -> Vec<Slice> {
    partitions
        .map(|partition| Slice {
            partition,
            rows: SliceRows::All,
        })
        .collect()
}

/// `k * n / of`, rounded down.
fn scaled(k: usize, n: usize, of: usize) -> usize {
    (k as u128 * n as u128 / of as u128) as usize
}

#[cfg(test)]
mod tests {
    use arrow_array::{Array, ArrayRef, Int64Array, TimestampMicrosecondArray};
    use proptest::prelude::*;

    use super::*;
    use crate::Selected;

    fn f10() -> Divisions {
        Divisions::try_new([0_i64, 4, 7, 9]).unwrap()
    }

    /// The labels of each new partition, of partitions that hold these labels.
    fn carry_out(plan: &RepartitionPlan, parts: &[Vec<Option<i64>>]) -> Vec<Vec<Option<i64>>> {
        let target = |slices: &Vec<Slice>| {
            let taken = slices.iter().flat_map(|slice| {
                let part = &parts[slice.partition];
                let keys: ArrayRef = Arc::new(Int64Array::from(part.clone()));
                match slice.select(&[Arc::clone(&keys)], keys.len()).unwrap() {
                    Selected::Range(range) => part[range].to_vec(),
                    Selected::Mask(mask) => mask.set_indices().map(|row| part[row]).collect(),
                }
            });
            taken.collect()
        };
        plan.targets().iter().map(target).collect()
    }

    #[track_caller]
    fn check(plan: Result<RepartitionPlan, DivisionsError>, divisions: &str, expected: &str) {
        let plan = plan.unwrap();
        let parts: Vec<Vec<Option<i64>>> = [0..4, 4..7, 7..10]
            .map(|range| range.map(Some).collect())
            .into();
        let found = carry_out(&plan, &parts);
        let found = found
            .iter()
            .map(|part| {
                part.iter()
                    .flatten()
                    .map(i64::to_string)
                    .collect::<String>()
            })
            .collect::<Vec<_>>();
        assert_eq!(found.join("|"), expected);
        assert_eq!(
            plan.divisions()
                .bounds()
                .map_or_else(|| plan.divisions().to_string(), Bounds::to_string),
            divisions
        );
    }

    #[test]
    fn the_reference_cases() {
        // 31, 33: by divisions.
        check(
            f10().repartition_by([0, 2, 5, 9], false),
            "(0, 2, 5, 9)",
            "01|234|56789",
        );
        check(
            f10().repartition_by([-5, 5, 20], true),
            "(-5, 5, 20)",
            "01234|56789",
        );
        check(
            f10().repartition_by([0, 5, 9, 9], false),
            "(0, 5, 9, 9)",
            "01234|5678|9",
        );
        check(
            f10().align(&Divisions::try_new([-9_i32, -5, 5, 20]).unwrap()),
            "(-9, -5, 5, 20)",
            "|01234|56789",
        );
        // 36: fewer.
        check(f10().repartition(2), "(0, 4, 9)", "0123|456789");
        check(f10().repartition(1), "(0, 9)", "0123456789");
        check(f10().repartition(3), "(0, 4, 7, 9)", "0123|456|789");
        check(
            f10().clear().repartition(2),
            "Unknown(2 partitions)",
            "0123|456789",
        );
        check(
            Divisions::pending(3).repartition(2),
            "Pending(2 partitions)",
            "0123|456789",
        );
        let five = Divisions::try_new([0_i64, 2, 4, 6, 8, 9]).unwrap();
        assert_eq!(
            five.coalesce(2)
                .unwrap()
                .divisions()
                .bounds()
                .unwrap()
                .to_string(),
            "(0, 4, 9)"
        );
        assert_eq!(
            five.coalesce(3)
                .unwrap()
                .divisions()
                .bounds()
                .unwrap()
                .to_string(),
            "(0, 2, 6, 9)"
        );
        // 37: more.
        check(f10().repartition(5), "(0, 2, 4, 6, 7, 9)", "01|23|45|6|789");
        check(
            f10().clear().repartition(5),
            "Unknown(5 partitions)",
            "0123|4|56|7|89",
        );
    }

    #[test]
    fn by_size() {
        check(
            f10().repartition_by_size(&[40, 30, 30], 100),
            "(0, 9)",
            "0123456789",
        );
        check(
            f10().repartition_by_size(&[40, 30, 30], 70),
            "(0, 7, 9)",
            "0123456|789",
        );
        check(
            f10().repartition_by_size(&[40, 30, 30], 10),
            "Unknown(10 partitions)",
            "0|1|2|3|4|5|6|7|8|9",
        );
        check(
            f10().repartition_by_size(&[40, 30, 30], 30),
            "Unknown(4 partitions)",
            "01|23|456|789",
        );
    }

    #[test]
    fn times_are_interpolated_and_what_cannot_be_is_shared_out() {
        let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![0, 86_400_000_000]));
        let plan = Divisions::try_new(times).unwrap().repartition(4).unwrap();
        assert_eq!(
            plan.divisions().bounds().unwrap().to_string(),
            "(1970-01-01T00:00:00, 1970-01-01T06:00:00, 1970-01-01T12:00:00, 1970-01-01T18:00:00, 1970-01-02T00:00:00)"
        );
        let narrow = Divisions::try_new([0_i64, 1])
            .unwrap()
            .repartition(3)
            .unwrap();
        assert_eq!(
            narrow.to_string(),
            "0 = 0 share 0/3\n1 = 0 share 1/3\n2 = 0 share 2/3"
        );
        let text = Divisions::try_new(["a", "b"])
            .unwrap()
            .repartition(2)
            .unwrap();
        assert_eq!(text.divisions().to_string(), "Unknown(2 partitions)");
        let floats = Divisions::try_new([0.0, 1.0])
            .unwrap()
            .repartition(4)
            .unwrap();
        assert_eq!(
            floats.divisions().bounds().unwrap().to_string(),
            "(0.0, 0.25, 0.5, 0.75, 1.0)"
        );
    }

    #[test]
    fn nulls_stay_in_the_last_partition() {
        let divisions = Divisions::try_new([0_i64, 5, 9]).unwrap().with_nulls(true);
        let parts = [vec![Some(0), Some(4)], vec![Some(5), Some(9), None]];
        let plan = divisions.repartition_by([0, 7, 9], false).unwrap();
        assert_eq!(
            carry_out(&plan, &parts),
            [vec![Some(0), Some(4), Some(5)], vec![Some(9), None]]
        );
        assert!(plan.divisions().bounds().unwrap().nulls());
        let plan = divisions.repartition_by([0, 5, 20], true).unwrap();
        assert_eq!(plan.to_string(), "0 = 0\n1 = 1");
        let plan = divisions.repartition_by([0, 9, 20], true).unwrap();
        assert_eq!(
            carry_out(&plan, &parts),
            [vec![Some(0), Some(4), Some(5)], vec![Some(9), None]]
        );
    }

    #[test]
    fn messages() {
        let errors = [
            f10().repartition_by([1, 5, 9], false).unwrap_err(),
            f10().repartition_by([0, 5, 8], false).unwrap_err(),
            f10().repartition_by([2, 5, 20], true).unwrap_err(),
            f10().repartition_by([0, 5], true).unwrap_err(),
            f10().repartition_by([0, 5, 5, 9], false).unwrap_err(),
            f10().repartition_by(["a", "b"], false).unwrap_err(),
            f10().clear().repartition_by([0, 9], false).unwrap_err(),
            f10().align(&Divisions::pending(2)).unwrap_err(),
            f10().repartition(0).unwrap_err(),
            f10().coalesce(4).unwrap_err(),
            f10().split(2).unwrap_err(),
            Divisions::unknown(0).repartition(2).unwrap_err(),
            f10().repartition_by_size(&[1], 10).unwrap_err(),
            f10().repartition_by_size(&[1, 1, 1], 0).unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }

    fn any_bounds() -> impl Strategy<Value = Vec<i64>> {
        (
            prop::collection::btree_set(-20..20_i64, 2..8),
            any::<bool>(),
        )
            .prop_map(|(bounds, repeat)| {
                let mut bounds: Vec<i64> = bounds.into_iter().collect();
                if repeat {
                    bounds.extend(bounds.last().copied());
                }
                bounds
            })
    }

    /// Partitions that hold what these boundaries allow, with nulls at the end, in no order within a partition.
    fn filled(bounds: &[i64], values: &[i64], nulls: usize) -> Vec<Vec<Option<i64>>> {
        let divisions = Divisions::try_new(bounds).unwrap();
        let mut parts = vec![Vec::new(); divisions.npartitions()];
        let (first, last) = (bounds[0], bounds[bounds.len() - 1]);
        for value in values
            .iter()
            .chain(bounds)
            .filter(|value| (first..=last).contains(*value))
        {
            parts[divisions.locate(value).unwrap()].push(Some(*value));
        }
        let end = parts.len() - 1;
        parts[end].extend(std::iter::repeat_n(None, nulls));
        parts
    }

    fn sorted(parts: &[Vec<Option<i64>>]) -> Vec<Option<i64>> {
        let mut all = parts.concat();
        all.sort_unstable();
        all
    }

    /// The predicate of the reference, said once more without the code under test.
    fn holds(bounds: &[i64], parts: &[Vec<Option<i64>>]) -> bool {
        parts.iter().enumerate().all(|(i, part)| {
            let last = i + 1 == parts.len();
            part.iter().all(|label| match label {
                Some(label) => {
                    bounds[i] <= *label
                        && (*label < bounds[i + 1] || last && *label == bounds[i + 1])
                }
                None => last,
            })
        })
    }

    proptest! {
        #[test]
        fn every_row_goes_where_the_new_boundaries_say(
            old in any_bounds(), new in any_bounds(), values in prop::collection::vec(-20..20_i64, 0..60), nulls in 0..3_usize,
        ) {
            let parts = filled(&old, &values, nulls);
            prop_assert!(holds(&old, &parts));
            let divisions = Divisions::try_new(&old[..]).unwrap().with_nulls(nulls > 0);
            // Widen the new boundaries until they cover the old ones.
            let mut new = new;
            new[0] = new[0].min(old[0]);
            let at = new.len() - 1;
            new[at] = new[at].max(old[old.len() - 1]);
            let plan = divisions.repartition_by(&new[..], true).unwrap();
            let made = carry_out(&plan, &parts);
            prop_assert!(holds(&new, &made), "{made:?}");
            prop_assert_eq!(sorted(&made), sorted(&parts));
        }

        #[test]
        fn any_number_of_partitions_keeps_all_rows_in_order(
            old in any_bounds(), values in prop::collection::vec(-20..20_i64, 0..60), npartitions in 1..30_usize, nulls in 0..3_usize,
        ) {
            let parts = filled(&old, &values, nulls);
            let divisions = Divisions::try_new(&old[..]).unwrap().with_nulls(nulls > 0);
            for divisions in [divisions.clear(), divisions] {
                let plan = divisions.repartition(npartitions).unwrap();
                prop_assert_eq!(plan.npartitions(), npartitions);
                prop_assert_eq!(plan.divisions().npartitions(), npartitions);
                let made = carry_out(&plan, &parts);
                if let Some(bounds) = plan.divisions().bounds() {
                    let bounds: Vec<i64> = bounds.labels().iter().map(|label| label.to_string().parse().unwrap()).collect();
                    prop_assert!(holds(&bounds, &made), "{:?} {:?}", bounds, made);
                    prop_assert_eq!(sorted(&made), sorted(&parts));
                } else {
                    prop_assert_eq!(made.concat(), parts.concat());
                }
            }
        }
    }
}
