//! Which rows a predicate rules out before any of them is read.

use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};
use parquet::file::metadata::ParquetMetaData;
use swath_expr::{Bound, ColumnBounds, Verdict};

use super::bounds::{page_bounds, page_index_of};
use super::dataset::{nan_as_null, unit_bounds};
use super::footer::Footer;
use super::options::Tuning;

/// What the statistics of a row group say about a predicate.
pub(super) fn row_group(
    footer: &Footer,
    row_group: usize,
    predicate: &Bound,
    tuning: Tuning,
) -> Verdict {
    if !tuning.statistics {
        return Verdict::Maybe;
    }
    predicate.prune(&|column: &str| unit_bounds(footer, row_group, column, tuning))
}

/// What the page index says about a predicate.
pub(super) struct PageVerdict {
    /// The rows that may pass; all of them where `None`.
    pub(super) wanted: Option<BooleanBuffer>,
    /// Pages of predicate columns none of whose rows may pass.
    pub(super) pages_pruned: u64,
}

/// The rows of a row group that the page index does not rule out. `columns` are names of the predicate's columns.
pub(super) fn pages(
    footer: &Footer,
    metadata: &ParquetMetaData,
    row_group: usize,
    columns: &[&str],
    predicate: &Bound,
    tuning: Tuning,
) -> PageVerdict {
    let rows = metadata.row_group(row_group).num_rows() as u64;
    let everything = PageVerdict {
        wanted: None,
        pages_pruned: 0,
    };
    let indexes: Vec<_> = columns
        .iter()
        .filter_map(|name| {
            let position = footer.meta.position(name).ok()?;
            let leaves = footer.leaves[position].clone();
            let dtype = &footer.meta.fields()[position].dtype;
            if dtype.is_nested() || leaves.len() != 1 {
                return None;
            }
            let (index, starts) = page_index_of(metadata, row_group, leaves.start)?;
            Some((
                *name,
                dtype,
                metadata
                    .row_group(row_group)
                    .column(leaves.start)
                    .column_descr(),
                index,
                starts,
            ))
        })
        .collect();
    // Between two neighbouring starts of pages of any column every column's page is one.
    let mut starts: Vec<u64> = indexes
        .iter()
        .flat_map(|(.., starts)| starts.iter().copied())
        .collect();
    starts.sort_unstable();
    starts.dedup();
    if starts.len() < 2 {
        return everything;
    }
    let mut wanted = BooleanBufferBuilder::new(rows as usize);
    for (at, &start) in starts.iter().enumerate() {
        let end = starts.get(at + 1).copied().unwrap_or(rows).min(rows);
        let bounds = |column: &str| -> Option<ColumnBounds> {
            let (_, dtype, descriptor, index, starts) =
                indexes.iter().find(|(name, ..)| *name == column)?;
            let page = starts.partition_point(|first| *first <= start) - 1;
            let page_end = starts.get(page + 1).copied().unwrap_or(rows);
            let page_rows = page_end.saturating_sub(starts[page]);
            let mut bounds = nan_as_null(
                page_bounds(index, page, descriptor, dtype, page_rows),
                tuning,
            );
            // A part of a page: how many of its nulls are in it is not known, but none and all are.
            if end - start < page_rows {
                bounds.nulls = match bounds.nulls {
                    Some(0) => Some(0),
                    Some(nulls) if nulls == page_rows => Some(end - start),
                    _ => None,
                };
                bounds.rows = end - start;
                bounds.exact = false;
            }
            Some(bounds)
        };
        let may_pass = predicate.prune(&bounds) != Verdict::Never;
        wanted.append_n((end.max(start) - start) as usize, may_pass);
    }
    let wanted = wanted.finish();
    if wanted.len() as u64 != rows || wanted.count_set_bits() as u64 == rows {
        return everything;
    }
    let ruled_out = |starts: &[u64], page: usize| {
        let (start, end) = (starts[page], starts.get(page + 1).copied().unwrap_or(rows));
        wanted
            .slice(start as usize, (end - start) as usize)
            .count_set_bits()
            == 0
    };
    let pages_pruned = indexes
        .iter()
        .map(|(.., starts)| {
            (0..starts.len())
                .filter(|page| ruled_out(starts, *page))
                .count() as u64
        })
        .sum();
    PageVerdict {
        wanted: Some(wanted),
        pages_pruned,
    }
}
