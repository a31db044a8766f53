//! Repartitioning as a value: which rows of which old partition make which new one.

use std::fmt::{self, Display, Formatter};
use std::ops::Range;

use arrow_array::ArrayRef;
use arrow_buffer::BooleanBuffer;
use serde::{Deserialize, Serialize};

use crate::cut::mask;
use crate::{Bounds, Cut, Divisions, DivisionsError, LabelRange};

/// Says which rows of which old partitions make each new partition, and what divisions the new ones have.
///
/// Carrying it out is anyone's: for each target, take [`Slice::select`] of each of its slices in their order, and concatenate. Rows
/// keep the order they had. A plan of [`Divisions::loc`] leaves rows out; all others use every row exactly once.
///
/// ```
/// use swath_divisions::{Divisions, Selected};
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int64Array};
///
/// let parts: [ArrayRef; 2] = [Arc::new(Int64Array::from(vec![0, 1, 2])), Arc::new(Int64Array::from(vec![3, 5]))];
/// let plan = Divisions::try_new([0_i64, 3, 5])?.repartition_by([0, 2, 5], false)?;
/// let second: Vec<Selected> = plan.targets()[1]
///     .iter()
///     .map(|slice| slice.select(&[parts[slice.partition].clone()], parts[slice.partition].len()))
///     .collect::<Result<_, _>>()?;
/// assert_eq!(second, [Selected::Range(2..3), Selected::Range(0..2)]);
/// # Ok::<(), swath_divisions::DivisionsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RepartitionPlan {
    targets: Vec<Vec<Slice>>,
    divisions: Divisions,
}

/// Some rows of one old partition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// The old partition, from 0.
    pub partition: usize,
    /// Which of its rows.
    pub rows: SliceRows,
}

/// Which rows of a partition a slice takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SliceRows {
    /// All of them: nothing need be looked at.
    All,
    /// Those whose label is in this range.
    Within(LabelRange),
    /// Those whose label is in one of these ranges, which ascend and do not touch; there is at least one.
    WithinAny(Vec<LabelRange>),
    /// The `part`-th of `of` equal shares by number of rows, from 0: rows `part * n / of .. (part + 1) * n / of` of `n`.
    Share {
        /// Which share, from 0.
        part: u32,
        /// How many shares the partition is cut into.
        of: u32,
    },
}

/// The rows of one partition that a slice takes, found.
#[derive(Clone, Debug, PartialEq)]
pub enum Selected {
    /// Consecutive rows, without looking at more than the ends of a partition sorted by its index.
    Range(Range<usize>),
    /// Rows here and there: one bit a row.
    Mask(BooleanBuffer),
}

impl RepartitionPlan {
    pub(crate) fn new(targets: Vec<Vec<Slice>>, divisions: Divisions) -> Self {
        debug_assert_eq!(
            targets.len(),
            divisions.npartitions(),
            "every target has a partition"
        );
        Self { targets, divisions }
    }

    /// The plan that changes nothing.
    pub fn identity(divisions: &Divisions) -> Self {
        let targets = (0..divisions.npartitions()).map(|partition| {
            vec![Slice {
                partition,
                rows: SliceRows::All,
            }]
        });
        Self::new(targets.collect(), divisions.clone())
    }

    /// The slices of each new partition, in order. A new partition without slices is empty.
    pub fn targets(&self) -> &[Vec<Slice>] {
        &self.targets
    }

    /// The divisions of the new partitions.
    pub fn divisions(&self) -> &Divisions {
        &self.divisions
    }

    /// Number of new partitions.
    pub fn npartitions(&self) -> usize {
        self.targets.len()
    }

    /// Some rows are chosen by their labels, so that [`Slice::select`] needs the index columns.
    pub fn reads_labels(&self) -> bool {
        let mut slices = self.targets.iter().flatten();
        slices.any(|slice| matches!(slice.rows, SliceRows::Within(_) | SliceRows::WithinAny(_)))
    }

    /// New partition `i` is old partition `i` as it is, for all of `npartitions` old ones.
    pub fn is_identity(&self, npartitions: usize) -> bool {
        self.targets.len() == npartitions
            && self.targets.iter().enumerate().all(|(target, slices)| {
                matches!(&**slices, [Slice { partition, rows: SliceRows::All }] if *partition == target)
            })
    }

    /// The same plan over other numbers of old partitions: number `i` is `partitions[i]`.
    pub(crate) fn of_partitions(mut self, partitions: &[usize]) -> Self {
        for slice in self.targets.iter_mut().flatten() {
            slice.partition = partitions[slice.partition];
        }
        self
    }

    /// The rows of `sources`, each the labels one old partition may hold, cut at the bounds of new partitions. Both ascend;
    /// sources may share labels at their ends. Targets are not checked to cover the sources.
    pub(crate) fn between(sources: &[(Cut, Option<Cut>)], bounds: &Bounds) -> Self {
        let mut first = 0;
        let targets = (0..bounds.npartitions()).map(|target| {
            let (from, to) = bounds.span(target);
            // Sources that end before this target end before all later ones too.
            while sources
                .get(first)
                .is_some_and(|(_, end)| end.as_ref().is_some_and(|end| *end <= from))
            {
                first += 1;
            }
            let within = sources
                .iter()
                .enumerate()
                .skip(first)
                .take_while(|(_, (begin, _))| to.as_ref().is_none_or(|to| begin < to));
            let slices = within
                .filter(|(_, (_, end))| end.as_ref().is_none_or(|end| *end > from))
                .map(|(partition, (begin, end))| {
                    let lower = (*begin < from).then(|| from.clone());
                    let upper = to
                        .clone()
                        .filter(|to| end.as_ref().is_none_or(|end| end > to));
                    let rows = if lower.is_none() && upper.is_none() {
                        SliceRows::All
                    } else {
                        SliceRows::Within(LabelRange::new(bounds.order().clone(), lower, upper))
                    };
                    Slice { partition, rows }
                });
            slices.collect()
        });
        Self::new(targets.collect(), Divisions::Known(bounds.clone()))
    }
}

impl Slice {
    /// Finds the rows that this slice takes of its partition, given the partition's index columns and number of rows.
    ///
    /// Rows need not be sorted. Cost: nothing for all rows and shares, one key encoding a row for ranges of labels.
    ///
    /// # Errors
    /// [`DivisionsError::Columns`], [`DivisionsError::DType`] for other keys than the plan's.
    pub fn select(&self, keys: &[ArrayRef], rows: usize) -> Result<Selected, DivisionsError> {
        let mask = match &self.rows {
            SliceRows::All => return Ok(Selected::Range(0..rows)),
            SliceRows::Share { part, of } => {
                // A plan that was decoded may name shares that do not exist: they have no rows.
                let at = |part: u64| {
                    (rows as u128 * u128::from(part) / u128::from((*of).max(1))).min(rows as u128)
                        as usize
                };
                return Ok(Selected::Range(
                    at(u64::from(*part))..at(u64::from(*part) + 1),
                ));
            }
            SliceRows::Within(range) => range.mask(keys)?,
            SliceRows::WithinAny(ranges) => match ranges.first() {
                Some(first) => mask(ranges, first.order(), keys)?,
                None => return Ok(Selected::Range(0..0)),
            },
        };
        let mut runs = mask.set_slices();
        let (start, end) = runs.next().unwrap_or((0, 0));
        Ok(if runs.next().is_none() {
            Selected::Range(start..end)
        } else {
            Selected::Mask(mask)
        })
    }
}

impl Selected {
    /// Number of rows taken.
    pub fn count(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::Mask(mask) => mask.count_set_bits(),
        }
    }
}

/// One line a new partition: `1 = 1 [150, ..), 2`.
impl Display for RepartitionPlan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (target, slices) in self.targets.iter().enumerate() {
            let newline = if target == 0 { "" } else { "\n" };
            let slices = slices.iter().map(Slice::to_string).collect::<Vec<_>>();
            let slices = if slices.is_empty() {
                "nothing".to_owned()
            } else {
                slices.join(", ")
            };
            write!(f, "{newline}{target} = {slices}")?;
        }
        Ok(())
    }
}

impl Display for Slice {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let partition = self.partition;
        match &self.rows {
            SliceRows::All => write!(f, "{partition}"),
            SliceRows::Within(range) => write!(f, "{partition} {range}"),
            SliceRows::WithinAny(ranges) => {
                let ranges = ranges.iter().map(LabelRange::to_string).collect::<Vec<_>>();
                write!(f, "{partition} {}", ranges.join(" "))
            }
            SliceRows::Share { part, of } => write!(f, "{partition} share {part}/{of}"),
        }
    }
}
