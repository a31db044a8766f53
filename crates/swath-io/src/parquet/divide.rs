//! Where partitions end: their divisions, from what files record or their statistics prove, and ends moved so that there are some.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use swath_divisions::{Divisions, RepartitionPlan, Slice, SliceRows};
use swath_expr::ColumnBounds;

use super::bounds::union;
use super::dataset::ParquetDataset;
use super::options::SplitRowGroups;
use super::partitions::{DIVISIONS_KEY, Recorded, divisions};
use super::unit::FileId;
use super::within::Within;
use crate::IoContext;

impl ParquetDataset {
    /// Finds the divisions of the partitions, and moves their ends where that makes divisions of them.
    pub(super) fn settle_divisions(&mut self, context: &IoContext) {
        self.set.divisions = Divisions::unknown(self.set.partitions.len());
        let Some(plan) = self.order_of_labels() else {
            return;
        };
        if plan.is_identity(self.set.partitions.len()) {
            self.set.divisions = plan.divisions().clone();
            return;
        }
        let Some(parts) = self.moved(&plan, context) else {
            return;
        };
        let (partitions, within): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        self.set.divisions = plan.divisions().clone();
        self.set.partitions = partitions.into();
        if within.iter().any(Option::is_some) {
            self.within = within.into();
        }
    }

    /// The units of each partition of a plan, and of those the labels that are its own, where a neighbour has the others. `None`
    /// where labels cannot be told apart by an expression.
    fn moved(
        &self,
        plan: &RepartitionPlan,
        context: &IoContext,
    ) -> Option<Vec<(Range<usize>, Option<Within>)>> {
        let bounds = plan.divisions().bounds()?;
        let index = self.set.meta.index_fields().first()?;
        let part = |(target, slices): (usize, &Vec<Slice>)| {
            let (first, last) = (slices.first()?, slices.last()?);
            let units =
                self.set.partitions[first.partition].start..self.set.partitions[last.partition].end;
            if slices.iter().all(|slice| slice.rows == SliceRows::All) {
                return Some((units, None));
            }
            let labels = Within {
                column: Arc::clone(&index.name),
                range: bounds.range(target),
            };
            let predicate = labels.predicate()?;
            predicate
                .bind_predicate(&self.set.meta, &context.functions)
                .ok()?;
            Some((self.trimmed(units, &labels), Some(labels)))
        };
        plan.targets().iter().enumerate().map(part).collect()
    }

    /// The units without those at the ends that have none of the labels.
    fn trimmed(&self, mut units: Range<usize>, labels: &Within) -> Range<usize> {
        let has_rows = |unit: usize| {
            let bounds = self.unit_bounds(unit, &labels.column);
            bounds.is_none_or(|bounds| labels.may_be_in(&bounds))
        };
        while !units.is_empty() && !has_rows(units.start) {
            units.start += 1;
        }
        while !units.is_empty() && !has_rows(units.end - 1) {
            units.end -= 1;
        }
        units
    }

    /// How partitions follow from those that were cut: as they are, with moved ends, without those that have no rows. `None` where
    /// there is no order.
    fn order_of_labels(&self) -> Option<RepartitionPlan> {
        let index: Vec<&str> = self
            .set
            .meta
            .index_fields()
            .iter()
            .map(|field| &*field.name)
            .collect();
        let bounds: Option<Vec<Vec<ColumnBounds>>> = self
            .set
            .partitions
            .iter()
            .map(|units| {
                index
                    .iter()
                    .map(|name| {
                        let parts = units.clone().map(|unit| self.unit_bounds(unit, name));
                        let dtype = self.set.meta.dtype(name).ok()?;
                        Some(union(parts.collect::<Option<Vec<_>>>()?, dtype))
                    })
                    .collect()
            })
            .collect();
        divisions(&self.set.meta, &bounds?, self.recorded().as_deref())
    }

    /// What the files record about their rows, where each partition is one whole file and the index is theirs.
    fn recorded(&self) -> Option<Vec<Recorded>> {
        let mut by_partition = BTreeMap::new();
        for (at, units) in self.set.partitions.iter().enumerate() {
            let file = match self.units[units.clone()].first() {
                Some(unit) => unit.file,
                // Without a row group, only the place tells whose partition it is.
                None if self.options.split_row_groups == SplitRowGroups::Never => FileId::new(at),
                None => return None,
            };
            let same = self.units[units.clone()]
                .iter()
                .all(|unit| unit.file == file);
            let footer = &self.footers[file.index()];
            let whole = same && units.len() == footer.metadata.num_row_groups();
            let own_index = footer
                .meta
                .index_fields()
                .iter()
                .map(|field| &field.name)
                .eq(self.set.meta.index_fields().iter().map(|field| &field.name));
            let recorded: Recorded = serde_json::from_str(footer.recorded(DIVISIONS_KEY)?).ok()?;
            (whole && own_index).then(|| by_partition.insert(at, recorded))?;
        }
        Some(by_partition.into_values().collect())
    }
}
