//! Looking rows up by label: which partitions, and which of their rows.

use std::ops::{
    Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive,
};

use serde::{Deserialize, Serialize};
use swath_meta::DType;

use crate::partial::{Moment, moment};
use crate::{
    Bounds, Cut, Divisions, DivisionsError, KeyOrder, Label, LabelRange, RepartitionPlan, Slice,
    SliceRows,
};

/// What to look up: a label, several, or a range of them.
///
/// Ranges are Rust's: `a..b` excludes `b`, `a..=b` includes it, as Dask's `loc[a:b]` does. Text looked up in dates and timestamps
/// may name a year, month, day, hour or minute, and means all of it: `..="2015-02-10"` goes through that day, `.."2015-02-10"` ends
/// before its midnight, and `"2015-01"` is the month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Loc {
    /// Rows that have this label.
    Label(Label),
    /// Rows that have one of these labels, in the order the frame has.
    Labels(Vec<Label>),
    /// Rows whose label is in this range.
    Range(Bound<Label>, Bound<Label>),
}

impl Loc {
    /// Rows in the range between these ends.
    pub fn range<L: Into<Label> + Clone>(range: impl RangeBounds<L>) -> Self {
        Self::Range(
            range.start_bound().map(|label| label.clone().into()),
            range.end_bound().map(|label| label.clone().into()),
        )
    }
}

impl Divisions {
    /// The plan that looks up rows by their label, in an index of these dtypes: which partitions are touched, one new partition
    /// each, and which rows are taken of each.
    ///
    /// Known divisions touch only the partitions that may hold the labels, and the result's are as narrow as the range. With unknown
    /// or pending ones every partition is looked through, and their number stays. A range that no partition reaches gives one empty
    /// partition. `a..` and `..` include rows with a null label.
    ///
    /// ```
    /// use swath_divisions::Divisions;
    /// use swath_meta::DType;
    ///
    /// let divisions = Divisions::try_new([0_i64, 4, 7, 9])?;
    /// let plan = divisions.loc(3..=5, &[DType::Int64])?;
    /// assert_eq!(plan.to_string(), "0 = 0 [3, ..)\n1 = 1 [.., 5]");
    /// assert_eq!(plan.divisions(), &Divisions::try_new([3_i64, 4, 5])?);
    /// # Ok::<(), swath_divisions::DivisionsError>(())
    /// ```
    ///
    /// # Errors
    /// [`DivisionsError::LabelMissing`] for a label, alone or in a list, outside of known divisions (one inside that no row has
    /// gives no rows); [`DivisionsError::Label`] for one that is no value of the dtype; [`DivisionsError::Unknown`] for a list of
    /// labels and unknown divisions.
    pub fn loc(
        &self,
        what: impl Into<Loc>,
        dtypes: &[DType],
    ) -> Result<RepartitionPlan, DivisionsError> {
        let order = match self.bounds() {
            Some(bounds) => bounds.order().clone(),
            None => KeyOrder::try_new(dtypes)?,
        };
        match what.into() {
            Loc::Label(label) => {
                let point = Span::of_label(&order, &label)?;
                match self.bounds() {
                    Some(bounds) => within_known(bounds, point.checked(bounds, &label)?),
                    None => Ok(everywhere(self, &point.range(&order))),
                }
            }
            Loc::Range(from, to) => {
                let span = Span::of_range(&order, from, to)?;
                match self.bounds() {
                    Some(bounds) => within_known(bounds, span),
                    None => Ok(everywhere(self, &span.range(&order))),
                }
            }
            Loc::Labels(labels) => labels_of(self.known("index with a list of labels")?, &labels),
        }
    }
}

/// The positions a range of labels begins and ends at, as given: it may be empty.
struct Span {
    from: Option<Cut>,
    to: Option<Cut>,
}

impl Span {
    fn of_label(order: &KeyOrder, label: &Label) -> Result<Self, DivisionsError> {
        let (from, to) = ends(order, label)?;
        Ok(Self {
            from: Some(from),
            to: Some(to),
        })
    }

    fn of_range(
        order: &KeyOrder,
        from: Bound<Label>,
        to: Bound<Label>,
    ) -> Result<Self, DivisionsError> {
        let from = match from {
            Bound::Included(label) => Some(ends(order, &label)?.0),
            Bound::Excluded(label) => Some(ends(order, &label)?.1),
            Bound::Unbounded => None,
        };
        let to = match to {
            Bound::Included(label) => Some(ends(order, &label)?.1),
            Bound::Excluded(label) => Some(ends(order, &label)?.0),
            Bound::Unbounded => None,
        };
        Ok(Self { from, to })
    }

    /// The span of a label that known divisions reach.
    fn checked(self, bounds: &Bounds, label: &Label) -> Result<Self, DivisionsError> {
        let below = self
            .to
            .as_ref()
            .is_some_and(|to| *to <= bounds.cut(0, false));
        let above = self
            .from
            .as_ref()
            .is_some_and(|from| *from >= bounds.cut(bounds.npartitions(), true));
        if below || above {
            return Err(missing(bounds, label));
        }
        Ok(self)
    }

    fn range(&self, order: &KeyOrder) -> LabelRange {
        LabelRange::new(order.clone(), self.from.clone(), self.to.clone())
    }
}

/// The positions before and after the rows that a label stands for: of a partial date, all moments in it.
fn ends(order: &KeyOrder, label: &Label) -> Result<(Cut, Cut), DivisionsError> {
    if let ([value], [dtype]) = (label.values(), order.dtypes())
        && let Some(moment) = moment(value, dtype)?
    {
        return match moment {
            Moment::Span(start, end) => Ok((Cut::before(order, start)?, Cut::before(order, end)?)),
            Moment::Instant(value) => Ok((Cut::before(order, &value)?, Cut::after(order, value)?)),
        };
    }
    Ok((Cut::before(order, label)?, Cut::after(order, label)?))
}

fn missing(bounds: &Bounds, label: &Label) -> DivisionsError {
    DivisionsError::LabelMissing {
        label: label.to_string(),
        first: bounds.first().to_string(),
        last: bounds.last().to_string(),
    }
}

/// Every partition, trimmed: nothing is known of what it holds.
fn everywhere(divisions: &Divisions, range: &LabelRange) -> RepartitionPlan {
    if range.from().is_none() && range.to().is_none() {
        return RepartitionPlan::identity(divisions);
    }
    let slice = |partition| {
        vec![Slice {
            partition,
            rows: SliceRows::Within(range.clone()),
        }]
    };
    RepartitionPlan::new(
        (0..divisions.npartitions()).map(slice).collect(),
        divisions.clone(),
    )
}

fn within_known(
    bounds: &Bounds,
    Span { from, to }: Span,
) -> Result<RepartitionPlan, DivisionsError> {
    let last = bounds.npartitions() - 1;
    let begins = &bounds.keys()[..=last];
    let at_or_before =
        |from: &Cut| begins.partition_point(|key| from.is_above(key) || **key == *from.key());
    let before = |to: &Cut| begins.partition_point(|key| to.is_above(key));
    let start = from
        .as_ref()
        .map_or(0, |from| at_or_before(from).saturating_sub(1));
    let stop = to
        .as_ref()
        .map_or(last, |to| before(to).saturating_sub(1))
        .max(start);

    let slice = |partition: usize| {
        let (begin, end) = bounds.span(partition);
        let lower = from.clone().filter(|from| begin < *from);
        let upper = to
            .clone()
            .filter(|to| end.as_ref().is_none_or(|end| end > to));
        let rows = if lower.is_none() && upper.is_none() {
            SliceRows::All
        } else {
            SliceRows::Within(LabelRange::new(bounds.order().clone(), lower, upper))
        };
        vec![Slice { partition, rows }]
    };
    let targets = (start..=stop).map(slice).collect();
    let nulls = bounds.nulls() && stop == last && to.is_none();
    let divisions = Divisions::Known(
        narrowed(bounds, start, stop, from.as_ref(), to.as_ref())?.with_nulls(nulls),
    );
    Ok(RepartitionPlan::new(targets, divisions))
}

/// The boundaries of partitions `start..=stop` after a trim: as narrow as the range, where its ends are whole labels.
fn narrowed(
    bounds: &Bounds,
    start: usize,
    stop: usize,
    from: Option<&Cut>,
    to: Option<&Cut>,
) -> Result<Bounds, DivisionsError> {
    let columns = bounds.dtypes().len();
    let whole = |cut: &&Cut| cut.label().values().len() == columns;
    let mut picked: Vec<(&[u8], &Label)> = (start..=stop + 1)
        .map(|at| (&*bounds.keys()[at], &bounds.labels()[at]))
        .collect();
    let end = picked.len() - 1;
    let (from, to) = (from.filter(whole), to.filter(whole));
    if let Some(from) = from.filter(|from| *from.key() > *picked[0].0) {
        picked[0] = (from.key(), from.label());
    }
    if let Some(to) = to.filter(|to| *to.key() < *picked[end].0) {
        picked[end] = (to.key(), to.label());
    }
    // Only a range that reaches no row gets here with its ends crossed; it has one partition.
    if picked[end].0 < picked[0].0 {
        let label = from.or(to).map_or(picked[0].1, Cut::label);
        let other = to
            .filter(|to| from.is_none_or(|from| from.key() <= to.key()))
            .map_or(label, Cut::label);
        return Bounds::of(bounds.order(), &[label.clone(), other.clone()]);
    }
    let labels: Vec<Label> = picked.into_iter().map(|(_, label)| label.clone()).collect();
    Bounds::of(bounds.order(), &labels)
}

/// The partitions that may hold one of these labels, each with those it may hold.
fn labels_of(bounds: &Bounds, labels: &[Label]) -> Result<RepartitionPlan, DivisionsError> {
    let mut points = Vec::with_capacity(labels.len());
    for label in labels {
        let (before, after) = (
            Cut::before(bounds.order(), label)?,
            Cut::after(bounds.order(), label)?,
        );
        if before.label().values().len() != bounds.dtypes().len() {
            return Err(DivisionsError::Columns {
                expected: bounds.dtypes().len(),
                found: label.values().len(),
            });
        }
        let null_in_place = label.values()[0].is_null() && bounds.nulls();
        if !null_in_place
            && (before < bounds.cut(0, false) || before >= bounds.cut(bounds.npartitions(), true))
        {
            return Err(missing(bounds, label));
        }
        points.push((before, after));
    }
    points.sort();
    points.dedup();
    let Some((greatest, _)) = points.last().cloned() else {
        // No labels: no rows, of the first partition.
        let slice = Slice {
            partition: 0,
            rows: SliceRows::WithinAny(Vec::new()),
        };
        let divisions = Bounds::of(
            bounds.order(),
            &[bounds.first().clone(), bounds.first().clone()],
        )?;
        return Ok(RepartitionPlan::new(
            vec![vec![slice]],
            Divisions::Known(divisions),
        ));
    };
    let mut targets: Vec<Vec<Slice>> = Vec::new();
    let mut starts: Vec<Label> = Vec::new();
    for (before, after) in points {
        let partition = bounds.partition_of(before.key());
        let label = before.label().clone();
        let range = LabelRange::new(bounds.order().clone(), Some(before), Some(after));
        match targets.last_mut().and_then(|slices| slices.last_mut()) {
            Some(Slice {
                partition: same,
                rows: SliceRows::WithinAny(ranges),
            }) if *same == partition => ranges.push(range),
            _ => {
                targets.push(vec![Slice {
                    partition,
                    rows: SliceRows::WithinAny(vec![range]),
                }]);
                starts.push(label);
            }
        }
    }
    starts.push(greatest.label().clone());
    let npartitions = targets.len();
    // Null labels have no boundary of their own, so what is known of the result ends with them.
    let divisions = Bounds::of(bounds.order(), &starts)
        .map_or_else(|_| Divisions::unknown(npartitions), Divisions::Known);
    Ok(RepartitionPlan::new(targets, divisions))
}

impl<L: Into<Label>> From<Range<L>> for Loc {
    fn from(range: Range<L>) -> Self {
        Self::Range(
            Bound::Included(range.start.into()),
            Bound::Excluded(range.end.into()),
        )
    }
}

impl<L: Into<Label>> From<RangeInclusive<L>> for Loc {
    fn from(range: RangeInclusive<L>) -> Self {
        let (start, end) = range.into_inner();
        Self::Range(Bound::Included(start.into()), Bound::Included(end.into()))
    }
}

impl<L: Into<Label>> From<RangeFrom<L>> for Loc {
    fn from(range: RangeFrom<L>) -> Self {
        Self::Range(Bound::Included(range.start.into()), Bound::Unbounded)
    }
}

impl<L: Into<Label>> From<RangeTo<L>> for Loc {
    fn from(range: RangeTo<L>) -> Self {
        Self::Range(Bound::Unbounded, Bound::Excluded(range.end.into()))
    }
}

impl<L: Into<Label>> From<RangeToInclusive<L>> for Loc {
    fn from(range: RangeToInclusive<L>) -> Self {
        Self::Range(Bound::Unbounded, Bound::Included(range.end.into()))
    }
}

impl From<RangeFull> for Loc {
    fn from(_: RangeFull) -> Self {
        Self::Range(Bound::Unbounded, Bound::Unbounded)
    }
}

impl<L: Into<Label>, const N: usize> From<[L; N]> for Loc {
    fn from(labels: [L; N]) -> Self {
        Self::Labels(labels.into_iter().map(Into::into).collect())
    }
}

impl<L: Into<Label>> From<Vec<L>> for Loc {
    fn from(labels: Vec<L>) -> Self {
        Self::Labels(labels.into_iter().map(Into::into).collect())
    }
}

macro_rules! from_label {
    ($($type:ty),*) => { $(
        impl From<$type> for Loc {
            fn from(label: $type) -> Self {
                Self::Label(label.into())
            }
        }
    )* };
}

from_label!(
    Label,
    swath_batch::Value,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    f32,
    f64,
    bool,
    &str,
    String
);

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, TimestampMicrosecondArray};
    use proptest::prelude::*;

    use super::*;
    use crate::Selected;

    const DAY: i64 = 86_400_000_000;

    fn f10() -> Divisions {
        Divisions::try_new([0_i64, 4, 7, 9]).unwrap()
    }

    /// 2020-01-01 to 2020-01-03, every 12 hours; two partitions.
    fn ts() -> Divisions {
        let start = 18_262 * DAY;
        let bounds: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![
            start,
            start + DAY + DAY / 2,
            start + 2 * DAY + DAY / 2,
        ]));
        Divisions::try_new(bounds).unwrap()
    }

    #[track_caller]
    fn check(plan: Result<RepartitionPlan, DivisionsError>, slices: &str, divisions: &str) {
        let plan = plan.unwrap();
        assert_eq!(plan.to_string().replace('\n', "; "), slices);
        assert_eq!(
            plan.divisions()
                .bounds()
                .map_or_else(|| plan.divisions().to_string(), Bounds::to_string),
            divisions
        );
    }

    #[test]
    fn the_reference_cases() {
        let loc = |what: Loc| f10().loc(what, &[DType::Int64]);
        // 48: one label.
        check(loc(5.into()), "0 = 1 [5, 5]", "(5, 5)");
        check(loc(4.into()), "0 = 1 [.., 4]", "(4, 4)");
        check(loc(9.into()), "0 = 2 [9, ..)", "(9, 9)");
        // 49: ranges; Dask's `loc[a:b]` is `a..=b`.
        check(
            loc((3..=5).into()),
            "0 = 0 [3, ..); 1 = 1 [.., 5]",
            "(3, 4, 5)",
        );
        check(loc((..=5).into()), "0 = 0; 1 = 1 [.., 5]", "(0, 4, 5)");
        check(
            loc((-10..=100).into()),
            "0 = 0; 1 = 1; 2 = 2",
            "(0, 4, 7, 9)",
        );
        check(loc((20..=30).into()), "0 = 2 [20, ..)", "(20, 30)");
        check(loc((-20..=-10).into()), "0 = 0 [.., -10]", "(-20, -10)");
        check(loc((..).into()), "0 = 0; 1 = 1; 2 = 2", "(0, 4, 7, 9)");
        // Rust's half-open ranges.
        check(loc((3..4).into()), "0 = 0 [3, ..)", "(3, 4)");
        check(loc((3..7).into()), "0 = 0 [3, ..); 1 = 1", "(3, 4, 7)");
        check(loc((7..).into()), "0 = 2", "(7, 9)");
        check(loc((..4).into()), "0 = 0", "(0, 4)");
        check(loc((..=4).into()), "0 = 0; 1 = 1 [.., 4]", "(0, 4, 4)");
        check(
            loc(Loc::Range(
                Bound::Included(5.into()),
                Bound::Excluded(3.into()),
            )),
            "0 = 1 [5, 3)",
            "(5, 5)",
        );
        // Lists: grouped by partition, in its order.
        check(
            loc([8, 1, 2, 1].into()),
            "0 = 0 [1, 1] [2, 2]; 1 = 2 [8, 8]",
            "(1, 8, 8)",
        );
        check(loc(Vec::<i64>::new().into()), "0 = 0 ", "(0, 0)");
        // 51: unknown divisions.
        let unknown = |what: Loc| f10().clear().loc(what, &[DType::Int64]);
        check(
            unknown((3..=5).into()),
            "0 = 0 [3, 5]; 1 = 1 [3, 5]; 2 = 2 [3, 5]",
            "Unknown(3 partitions)",
        );
        check(
            unknown(100.into()),
            "0 = 0 [100, 100]; 1 = 1 [100, 100]; 2 = 2 [100, 100]",
            "Unknown(3 partitions)",
        );
        check(
            Divisions::pending(1).loc(.., &[DType::Int64]),
            "0 = 0",
            "Pending(1 partition)",
        );
    }

    #[test]
    fn partial_dates_widen() {
        let dtype = [DType::Timestamp(swath_meta::TimeUnit::Microsecond, None)];
        let loc = |what: Loc| ts().loc(what, &dtype);
        let part = |from: &str, to: &str| format!("[{from}, {to})");
        // 54: the day is in both partitions.
        let (day, next) = ("2020-01-02T00:00:00", "2020-01-03T00:00:00");
        check(
            loc("2020-01-02".into()),
            &format!("0 = 0 {}; 1 = 1 {}", part(day, ".."), part("..", next)),
            "(2020-01-02T00:00:00, 2020-01-02T12:00:00, 2020-01-03T00:00:00)",
        );
        check(
            loc((..="2020-01-01").into()),
            &format!("0 = 0 {}", part("..", day)),
            "(2020-01-01T00:00:00, 2020-01-02T00:00:00)",
        );
        check(
            loc((.."2020-01-03").into()),
            &format!("0 = 0; 1 = 1 {}", part("..", next)),
            "(2020-01-01T00:00:00, 2020-01-02T12:00:00, 2020-01-03T00:00:00)",
        );
        check(
            loc("2020".into()),
            "0 = 0; 1 = 1",
            "(2020-01-01T00:00:00, 2020-01-02T12:00:00, 2020-01-03T12:00:00)",
        );
        check(
            loc("2020-01-02T12:00:00".into()),
            "0 = 1 [.., 2020-01-02T12:00:01)",
            "(2020-01-02T12:00:00, 2020-01-02T12:00:01)",
        );
    }

    #[test]
    fn leading_columns_of_several_stand_for_all_labels_that_begin_so() {
        let divisions = Divisions::try_new([("a", 1), ("b", 5), ("c", 9)]).unwrap();
        let dtypes = [DType::String, DType::Int64];
        check(
            divisions.loc("b", &dtypes),
            "0 = 0 [b, ..); 1 = 1 [.., b]",
            "((a, 1), (b, 5), (c, 9))",
        );
        check(
            divisions.loc(Label::from(("b", 7)), &dtypes),
            "0 = 1 [(b, 7), (b, 7)]",
            "((b, 7), (b, 7))",
        );
    }

    #[test]
    fn nulls_are_at_the_end() {
        let divisions = f10().with_nulls(true);
        let loc = |what: Loc| divisions.loc(what, &[DType::Int64]).unwrap();
        assert_eq!(loc((7..).into()).to_string(), "0 = 2");
        assert!(loc((7..).into()).divisions().bounds().unwrap().nulls());
        assert_eq!(loc((7..=9).into()).to_string(), "0 = 2 [.., 9]");
        assert!(!loc((7..=9).into()).divisions().bounds().unwrap().nulls());
    }

    #[test]
    fn messages() {
        let int = [DType::Int64];
        let time = [DType::Timestamp(swath_meta::TimeUnit::Microsecond, None)];
        let errors = [
            f10().loc(100, &int).unwrap_err(),
            f10().loc([1, 100], &int).unwrap_err(),
            f10().loc("a", &int).unwrap_err(),
            f10().loc(2.5, &int).unwrap_err(),
            f10().clear().loc([1], &int).unwrap_err(),
            ts().loc("2021", &time).unwrap_err(),
            ts().loc("2020-13", &time).unwrap_err(),
            ts().loc("soon", &time).unwrap_err(),
            f10().loc(Label::from((1, 2)), &int).unwrap_err(),
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }

    proptest! {
        #[test]
        fn a_range_takes_the_rows_it_names(from in -3..13_i64, to in -3..13_i64, inclusive: bool, known: bool) {
            let divisions = if known { f10() } else { f10().clear() };
            let what = if inclusive { Loc::from(from..=to) } else { Loc::from(from..to) };
            let plan = divisions.loc(what, &[DType::Int64]).unwrap();
            let parts = [0..4_i64, 4..7, 7..10];
            let mut taken = Vec::new();
            for slice in plan.targets().iter().flatten() {
                let labels: Vec<i64> = parts[slice.partition].clone().collect();
                let keys: ArrayRef = Arc::new(arrow_array::Int64Array::from(labels.clone()));
                match slice.select(&[keys], labels.len()).unwrap() {
                    Selected::Range(range) => taken.extend_from_slice(&labels[range]),
                    Selected::Mask(mask) => taken.extend(mask.set_indices().map(|row| labels[row])),
                }
            }
            let expected: Vec<i64> = (0..10).filter(|x| from <= *x && (*x < to || inclusive && *x == to)).collect();
            prop_assert_eq!(taken, expected);
        }
    }
}
