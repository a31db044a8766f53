//! Divisions from what is known of each partition, checked.

use swath_batch::Value;
use swath_meta::DType;

use crate::{Bounds, Cut, Divisions, DivisionsError, KeyOrder, Label, RepartitionPlan};

/// What is known of the index labels of one partition: from a file's footer, or from a pass over its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Extent {
    /// A lower bound of its labels that are not null; `None` if there is none, or none is known.
    pub min: Option<Label>,
    /// An upper bound of its labels that are not null.
    pub max: Option<Label>,
    /// Number of rows.
    pub rows: u64,
    /// Number of rows whose first key is null; `None` if that is not known.
    pub nulls: Option<u64>,
    /// Whether there may be NaNs that the bounds leave out, as those in Parquet footers do.
    pub may_have_nan: bool,
}

impl Extent {
    /// Makes the extent of a partition without nulls and NaNs.
    pub fn new(min: impl Into<Label>, max: impl Into<Label>, rows: u64) -> Self {
        Self {
            min: Some(min.into()),
            max: Some(max.into()),
            rows,
            nulls: Some(0),
            may_have_nan: false,
        }
    }
}

/// What the extents of partitions say about their divisions.
#[derive(Clone, Debug, PartialEq)]
pub enum FromStatistics {
    /// Every partition ends before the next begins: these are the divisions.
    Known(Divisions),
    /// Partitions are sorted, but some end with the label that the next begins with, or have no rows. The plan makes divisions of them
    /// by moving the rows with that label to the last partition that has it; partitions of nothing else become one, and those without
    /// rows are left out.
    Touching {
        /// The partitions that begin with the label their predecessor ends with, and those without rows.
        partitions: Vec<usize>,
        /// How to repair it; its divisions are known.
        plan: RepartitionPlan,
    },
    /// There are no divisions, for this reason ([`DivisionsError::NotAscending`]).
    Unordered(DivisionsError),
}

impl Divisions {
    /// Reads the divisions off the extents of partitions whose index has these dtypes; verified, never promised.
    ///
    /// Bounds may be wider than the labels (truncated text). Nulls are allowed in the last partition, and recorded. Cost: one key
    /// encoding a partition.
    ///
    /// ```
    /// use swath_divisions::{Divisions, Extent, FromStatistics};
    /// use swath_meta::DType;
    ///
    /// let extents = [Extent::new(0, 24, 25), Extent::new(25, 49, 25), Extent::new(50, 99, 50)];
    /// let divisions = Divisions::from_statistics(&extents, &[DType::Int64])?;
    /// assert_eq!(divisions, FromStatistics::Known(Divisions::try_new([0_i64, 25, 50, 99])?));
    /// # Ok::<(), swath_divisions::DivisionsError>(())
    /// ```
    ///
    /// # Errors
    /// [`DivisionsError::Label`] for bounds of another dtype, [`DivisionsError::Unordered`] for dtypes without order. That partitions
    /// are not sorted is an answer, not an error.
    pub fn from_statistics(
        extents: &[Extent],
        dtypes: &[DType],
    ) -> Result<FromStatistics, DivisionsError> {
        let order = KeyOrder::try_new(dtypes)?;
        let disorder = |partition: usize, reason: String| {
            let around = extents
                .iter()
                .skip(partition.saturating_sub(1))
                .take(3)
                .map(shown)
                .collect::<Vec<_>>()
                .join(", ");
            Ok(FromStatistics::Unordered(DivisionsError::NotAscending {
                partition,
                reason,
                around: format!("[{around}]"),
            }))
        };
        let Some(end) = extents.iter().rposition(|extent| extent.rows > 0) else {
            return disorder(0, "no partition has rows".to_owned());
        };
        let mut spans: Vec<(Cut, Cut)> = Vec::with_capacity(extents.len());
        // The partition of each span.
        let mut with_rows: Vec<usize> = Vec::with_capacity(extents.len());
        let mut touching = Vec::new();
        for (at, extent) in extents.iter().enumerate() {
            if extent.rows == 0 {
                touching.push(at);
                continue;
            }
            let span = match span_of(at, extent, at == end, &order)? {
                Ok(span) => span,
                Err(reason) => return disorder(at, reason),
            };
            if let Some((_, before)) = spans.last() {
                if span.0.key() < before.key() {
                    return disorder(
                        at,
                        format!(
                            "partition {at} begins at `{}`, before partition {} ends at `{}`",
                            span.0.label(),
                            with_rows[with_rows.len() - 1],
                            before.label()
                        ),
                    );
                }
                if span.0.key() == before.key() {
                    touching.push(at);
                }
            }
            spans.push(span);
            with_rows.push(at);
        }
        let mut labels: Vec<Label> = Vec::with_capacity(spans.len() + 1);
        for (from, _) in &spans {
            if labels.last() != Some(from.label()) {
                labels.push(from.label().clone());
            }
        }
        labels.push(spans[spans.len() - 1].1.label().clone());
        let nulls = extents[end].nulls != Some(0);
        let bounds = Bounds::of(&order, &labels)?.with_nulls(nulls);
        if touching.is_empty() {
            return Ok(FromStatistics::Known(Self::Known(bounds)));
        }
        let sources = spans
            .into_iter()
            .zip(&with_rows)
            .map(|((from, to), &at)| (from, (at < end || !nulls).then_some(to)));
        let plan = RepartitionPlan::between(&sources.collect::<Vec<_>>(), &bounds);
        let plan = plan.of_partitions(&with_rows);
        Ok(FromStatistics::Touching {
            partitions: touching,
            plan,
        })
    }
}

/// The first and last position of a partition's labels, or why they are not known.
fn span_of(
    at: usize,
    extent: &Extent,
    is_last: bool,
    order: &KeyOrder,
) -> Result<Result<(Cut, Cut), String>, DivisionsError> {
    let (Some(min), Some(max)) = (&extent.min, &extent.max) else {
        return Ok(Err(format!(
            "partition {at} has no known minimum and maximum"
        )));
    };
    let reason = match extent.nulls {
        None => Some(format!("it is not known whether partition {at} has nulls")),
        Some(1..) if !is_last => Some(format!(
            "partition {at} has nulls, which belong to the last"
        )),
        _ => None,
    };
    if let Some(reason) = reason {
        return Ok(Err(reason));
    }
    if extent.may_have_nan && order.dtypes().iter().any(DType::is_float) {
        return Ok(Err(format!(
            "partition {at} may have NaN, which its minimum and maximum leave out"
        )));
    }
    let span = (Cut::before(order, min)?, Cut::after(order, max)?);
    if span.0 > span.1 {
        return Ok(Err(format!(
            "the minimum of partition {at}, `{min}`, is above its maximum, `{max}`"
        )));
    }
    Ok(Ok(span))
}

fn shown(extent: &Extent) -> String {
    let label = |label: &Option<Label>| {
        label
            .as_ref()
            .map_or_else(|| Value::Null.to_string(), Label::to_string)
    };
    format!(
        "({}, {}, {})",
        label(&extent.min),
        label(&extent.max),
        extent.rows
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(extents: &[Extent], expected: &str) {
        let found = match Divisions::from_statistics(extents, &[DType::Int64]).unwrap() {
            FromStatistics::Known(divisions) => divisions.bounds().unwrap().to_string(),
            FromStatistics::Touching { partitions, plan } => {
                format!(
                    "{partitions:?} touch; {}; {}",
                    plan.divisions().bounds().unwrap(),
                    plan.to_string().replace('\n', "; ")
                )
            }
            FromStatistics::Unordered(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn sorted_and_touching() {
        check(
            &[
                Extent::new(0, 3, 4),
                Extent::new(4, 6, 3),
                Extent::new(7, 9, 3),
            ],
            "(0, 4, 7, 9)",
        );
        check(&[Extent::new(5, 5, 4)], "(5, 5)");
        check(
            &[Extent::new(0, 4, 4), Extent::new(4, 6, 3)],
            "[1] touch; (0, 4, 6); 0 = 0 [.., 4); 1 = 0 [4, ..), 1",
        );
        check(
            &[
                Extent::new(0, 4, 4),
                Extent::new(4, 4, 3),
                Extent::new(4, 6, 3),
                Extent::new(7, 9, 3),
            ],
            "[1, 2] touch; (0, 4, 7, 9); 0 = 0 [.., 4); 1 = 0 [4, ..), 1, 2; 2 = 3",
        );
        check(
            &[Extent::new(5, 5, 4), Extent::new(5, 5, 3)],
            "[1] touch; (5, 5); 0 = 0, 1",
        );
        let none = || Extent {
            min: None,
            max: None,
            ..Extent::new(0, 0, 0)
        };
        check(
            &[
                none(),
                Extent::new(0, 3, 4),
                none(),
                Extent::new(3, 9, 3),
                Extent::new(10, 12, 3),
                none(),
            ],
            "[0, 2, 3, 5] touch; (0, 3, 10, 12); 0 = 1 [.., 3); 1 = 1 [3, ..), 3; 2 = 4",
        );
        check(
            &[none(), none()],
            "partitions are not sorted ascending: no partition has rows; \
             the (min, max, rows) of the partitions around it are [(null, null, 0), (null, null, 0)]",
        );
        check(
            &[Extent::new(0, 5, 4), Extent::new(5, 5, 3)],
            "[1] touch; (0, 5, 5); 0 = 0 [.., 5); 1 = 0 [5, ..), 1",
        );
    }

    #[test]
    fn nulls_at_the_end_are_recorded() {
        let with_nulls = Extent {
            nulls: Some(2),
            ..Extent::new(4, 6, 3)
        };
        let FromStatistics::Known(divisions) =
            Divisions::from_statistics(&[Extent::new(0, 3, 4), with_nulls], &[DType::Int64])
                .unwrap()
        else {
            panic!("sorted");
        };
        assert!(divisions.bounds().unwrap().nulls());
    }

    #[test]
    fn messages() {
        let good = || Extent::new(0, 3, 4);
        let cases = [
            vec![],
            vec![
                good(),
                Extent::new(2, 6, 3),
                Extent::new(9, 9, 1),
                Extent::new(10, 10, 1),
            ],
            vec![
                good(),
                Extent {
                    min: None,
                    ..Extent::new(4, 6, 3)
                },
            ],
            vec![
                Extent {
                    nulls: Some(1),
                    ..good()
                },
                Extent::new(4, 6, 3),
            ],
            vec![Extent {
                nulls: None,
                ..good()
            }],
            vec![Extent::new(4, 3, 1)],
            vec![Extent {
                may_have_nan: true,
                ..Extent::new(4.0, 5.0, 1)
            }],
        ];
        let messages = cases.iter().map(|extents| {
            let dtype = if extents.iter().any(|extent| extent.may_have_nan) {
                DType::Float64
            } else {
                DType::Int64
            };
            match Divisions::from_statistics(extents, &[dtype]).unwrap() {
                FromStatistics::Unordered(error) => error.to_string(),
                other => panic!("{other:?}"),
            }
        });
        insta::assert_snapshot!(messages.collect::<Vec<_>>().join("\n"));
        assert!(Divisions::from_statistics(&[Extent::new("a", "b", 1)], &[DType::Int64]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_known_or_repaired_holds(ends in prop::collection::vec((0..4_i64, 0..4_i64), 1..8)) {
            let mut at = 0;
            let extents: Vec<Extent> = ends.iter().map(|(gap, width)| {
                let (min, max) = (at + gap, at + gap + width);
                at = max;
                Extent::new(min, max, 1)
            }).collect();
            let (bounds, targets) = match Divisions::from_statistics(&extents, &[DType::Int64]).unwrap() {
                FromStatistics::Known(divisions) => {
                    let plan = RepartitionPlan::identity(&divisions);
                    (divisions.bounds().unwrap().clone(), plan)
                }
                FromStatistics::Touching { plan, .. } => (plan.divisions().bounds().unwrap().clone(), plan),
                FromStatistics::Unordered(error) => return Err(TestCaseError::fail(error.to_string())),
            };
            let mut seen = 0;
            for (target, slices) in targets.targets().iter().enumerate() {
                for slice in slices {
                    let extent = &extents[slice.partition];
                    let label = |label: &Option<Label>| label.as_ref().unwrap().to_string().parse::<i64>().unwrap();
                    let labels: Vec<i64> = (label(&extent.min)..=label(&extent.max)).collect();
                    let column: arrow_array::ArrayRef = std::sync::Arc::new(arrow_array::Int64Array::from(labels.clone()));
                    let crate::Selected::Range(range) = slice.select(&[column], labels.len()).unwrap() else { panic!("sorted") };
                    let column: arrow_array::ArrayRef = std::sync::Arc::new(arrow_array::Int64Array::from(labels[range.clone()].to_vec()));
                    bounds.check(target, &[column]).unwrap();
                    seen += range.len();
                }
            }
            let all: usize = ends.iter().map(|(_, width)| *width as usize + 1).sum();
            prop_assert_eq!(seen, all);
        }
    }
}
