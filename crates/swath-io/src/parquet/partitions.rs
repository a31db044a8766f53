//! Which row groups are a visible partition, and what is known of the labels in each.

use std::ops::Range;
use swath_divisions::{Divisions, Extent, FromStatistics, Label, RepartitionPlan};
use swath_expr::ColumnBounds;
use swath_meta::Meta;

use super::options::SplitRowGroups;
use super::unit::Unit;

/// Cuts units, in order, into partitions; never through a unit.
///
/// By size: a file of more than `target` bytes is cut into runs of about equal bytes; whole files that are smaller are
/// joined while they stay below it. A file without rows joins its neighbour, and a data set without any row has one partition;
/// only where every file is a partition, one without rows is one too.
pub(crate) fn partitions(
    n_files: usize,
    units: &[Unit],
    bytes: &[u64],
    target: u64,
    split: SplitRowGroups,
) -> Vec<Range<usize>> {
    if split == SplitRowGroups::Never {
        return one_a_file(n_files, units);
    }
    let files = units
        .chunk_by(|left, right| left.file == right.file)
        .scan(0, |at, file| {
            *at += file.len();
            Some(*at - file.len()..*at)
        });
    let mut partitions: Vec<Range<usize>> = Vec::new();
    // Bytes of the last partition, if another file may join it.
    let mut open: Option<u64> = None;
    for file in files {
        let size: u64 = bytes[file.clone()].iter().sum();
        match split {
            SplitRowGroups::Never => {}
            SplitRowGroups::Every(n) => {
                let step = usize::try_from(n).unwrap_or(1).max(1);
                partitions.extend(
                    file.clone()
                        .step_by(step)
                        .map(|at| at..(at + step).min(file.end)),
                );
            }
            SplitRowGroups::BySize if size > target => {
                partitions.extend(even_runs(&file, bytes, size.div_ceil(target)));
                open = None;
            }
            SplitRowGroups::BySize => match (open, partitions.last_mut()) {
                (Some(held), Some(last)) if held + size <= target => {
                    last.end = file.end;
                    open = Some(held + size);
                }
                _ => {
                    partitions.push(file);
                    open = Some(size);
                }
            },
        }
    }
    if partitions.is_empty() {
        partitions.push(0..0);
    }
    partitions
}

/// One partition a file, also for files without a row group.
fn one_a_file(n_files: usize, units: &[Unit]) -> Vec<Range<usize>> {
    let first_of = |file: usize| units.partition_point(|unit| unit.file.index() < file);
    (0..n_files)
        .map(|file| first_of(file)..first_of(file + 1))
        .collect()
}

/// Cuts a file into at most `parts` runs of about the same bytes.
fn even_runs(file: &Range<usize>, bytes: &[u64], parts: u64) -> Vec<Range<usize>> {
    let total: u64 = bytes[file.clone()].iter().sum();
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut before = 0;
    for at in file.clone() {
        // The run in which the middle of the unit lies.
        let run = (u128::from(before + bytes[at] / 2) * u128::from(parts)
            / u128::from(total.max(1))) as u64;
        before += bytes[at];
        match runs.last_mut() {
            Some(last) if before_run(last, file, bytes, parts, total) == run => last.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// The run that the first unit of `range` lies in.
fn before_run(
    range: &Range<usize>,
    file: &Range<usize>,
    bytes: &[u64],
    parts: u64,
    total: u64,
) -> u64 {
    let before: u64 = bytes[file.start..range.start].iter().sum();
    (u128::from(before + bytes[range.start] / 2) * u128::from(parts) / u128::from(total.max(1)))
        as u64
}

/// What a file records about its rows when a frame with known divisions is written: the key of the text in the footer.
pub(super) const DIVISIONS_KEY: &str = "swath:divisions";

/// The labels between which the rows of one written partition lie.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Recorded {
    /// The partition, and how many there were.
    pub(super) partition: usize,
    pub(super) npartitions: usize,
    /// Lower bound, inclusive.
    pub(super) from: Label,
    /// Upper bound; inclusive in the last partition.
    pub(super) to: Label,
    /// Whether the last partition may have rows without a label.
    pub(super) nulls: bool,
}

/// The divisions of partitions whose index columns have these bounds, and how partitions are to be made that have them: as they
/// are, if they can be, or with rows of equal labels moved into one partition and without partitions that have no rows.
///
/// What was recorded is believed only where it is complete and no statistics contradict it; otherwise the statistics
/// decide alone.
pub(super) fn divisions(
    meta: &Meta,
    bounds: &[Vec<ColumnBounds>],
    recorded: Option<&[Recorded]>,
) -> Option<RepartitionPlan> {
    let dtypes: Vec<_> = meta
        .index_fields()
        .iter()
        .map(|field| field.dtype.clone())
        .collect();
    if dtypes.is_empty() {
        return None;
    }
    if let Some(divisions) = recorded.and_then(|recorded| from_recorded(recorded, bounds)) {
        return Some(RepartitionPlan::identity(&divisions));
    }
    // Bounds of each column alone do not bound rows of several.
    if dtypes.len() > 1 {
        return None;
    }
    let extents: Vec<Extent> = bounds
        .iter()
        .map(|columns| {
            let bounds = &columns[0];
            Extent {
                min: bounds.min.as_ref().map(Label::from),
                max: bounds.max.as_ref().map(Label::from),
                rows: bounds.rows,
                nulls: bounds.nulls,
                may_have_nan: bounds.may_have_nan,
            }
        })
        .collect();
    match Divisions::from_statistics(&extents, &dtypes).ok()? {
        FromStatistics::Known(divisions) => Some(RepartitionPlan::identity(&divisions)),
        FromStatistics::Touching { plan, .. } => Some(plan),
        FromStatistics::Unordered(_) => None,
    }
}

fn from_recorded(recorded: &[Recorded], bounds: &[Vec<ColumnBounds>]) -> Option<Divisions> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let last = recorded.len().checked_sub(1)?;
    if recorded.len() != bounds.len() {
        return None;
    }
    let mut labels = vec![recorded[0].from.clone()];
    for (at, (part, columns)) in recorded.iter().zip(bounds).enumerate() {
        let whole = part.partition == at
            && part.npartitions == recorded.len()
            && labels.last() == Some(&part.from);
        // Only the first key is compared: the order of further ones is that of rows, not of columns.
        let first = columns.first()?;
        let below = |value: &Option<swath_batch::Value>, label: &Label| {
            let (value, label) = (value.as_ref()?, label.values().first()?);
            value.compare(label)
        };
        let starts = matches!(below(&first.min, &part.from), None | Some(Equal | Greater));
        let inclusive = at == last || part.from.values().len() > 1;
        let ends = match below(&first.max, &part.to) {
            None | Some(Less) => true,
            Some(Equal) => inclusive || !first.exact,
            Some(Greater) => false,
        };
        let nulls = first.nulls == Some(0) || (at == last && part.nulls);
        if !whole || !starts || !ends || !nulls {
            return None;
        }
        labels.push(part.to.clone());
    }
    let divisions = Divisions::try_new(labels).ok()?;
    Some(divisions.with_nulls(recorded[last].nulls))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parquet::unit::FileId;

    fn units(files: &[usize]) -> Vec<Unit> {
        let unit = |file| {
            move |row_group| Unit {
                file: FileId::new(file),
                row_group,
                rows: 10,
            }
        };
        files
            .iter()
            .enumerate()
            .flat_map(|(file, &row_groups)| (0..row_groups).map(unit(file)))
            .collect()
    }

    #[track_caller]
    fn check(
        files: &[usize],
        bytes: &[u64],
        split: impl Into<SplitRowGroups>,
        expected: &[Range<usize>],
    ) {
        assert_eq!(
            partitions(files.len(), &units(files), bytes, 100, split.into()),
            expected
        );
    }

    #[test]
    fn row_groups_are_split_as_asked() {
        check(&[3, 2], &[10; 5], true, &[0..1, 1..2, 2..3, 3..4, 4..5]);
        check(&[3, 2], &[10; 5], false, &[0..3, 3..5]);
        check(&[3, 2], &[10; 5], 2, &[0..2, 2..3, 3..5]);
    }

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "one partition")]
    fn partitions_are_about_the_target() {
        use SplitRowGroups::BySize;
        check(&[4, 4], &[30; 8], BySize, &[0..2, 2..4, 4..6, 6..8]);
        check(&[1, 1, 1], &[40; 3], BySize, &[0..2, 2..3]);
        check(
            &[1, 4, 1],
            &[40, 30, 30, 30, 30, 40],
            BySize,
            &[0..1, 1..3, 3..5, 5..6],
        );
        check(&[2], &[500, 500], BySize, &[0..1, 1..2]);
        check(&[1, 1], &[0, 90], BySize, &[0..2]);
        check(&[], &[], BySize, &[0..0]);
    }
}
