//! Cuts partitions of a data set, or the units that they are made of, into tasks.

use std::sync::Arc;

use swath_expr::Expr;
use swath_graph::{Canon, Fingerprint};
use swath_io::ScanRequest;
use swath_meta::Meta;
use swath_ops::source::FileScan;

use super::emit::Emitter;
use super::pack::pack;
use super::stream::Group;
use super::tasks::Tasks;
use crate::node::Scan;

/// Rows that a scan hands on at a time.
const BATCH_ROWS: usize = 8192;

impl Emitter<'_, '_> {
    pub(super) fn scan(
        &self,
        scan: &Scan,
        meta: &Arc<Meta>,
        group: &Group,
        mut reads: Canon,
    ) -> Tasks {
        let dataset = &scan.dataset;
        let columns = scan.column_names();
        let mut read = columns.clone();
        read.extend(scan.predicate.iter().flat_map(Expr::columns));
        read.sort_unstable();
        read.dedup();
        // Partitions that share units are joined only where that is all of them: then every row of every unit is read.
        let partitions = dataset.partitions();
        let by_partition = group.per_partition
            || (dataset.shares_units() && !group.coverage.iter().copied().eq(0..partitions.len()));
        let covered = || group.coverage.iter().map(|&at| partitions[at].clone());
        let units: Vec<Vec<usize>> = if by_partition {
            covered().map(Iterator::collect).collect()
        } else {
            let units: Vec<usize> = if dataset.shares_units() {
                dataset.all_units().collect()
            } else {
                covered().flatten().collect()
            };
            let sizes: Vec<u64> = units
                .iter()
                .map(|&unit| dataset.unit_bytes(unit, &read))
                .collect();
            pack(&sizes, self.threads)
                .into_iter()
                .map(|range| units[range].to_vec())
                .collect()
        };
        scan.feed(&mut reads);
        units.feed(&mut reads);
        let bytes = units.iter().map(|units| {
            let bytes = units.iter().map(|&unit| dataset.unit_bytes(unit, &read));
            bytes.sum::<u64>()
        });
        let parts = if by_partition {
            dataset.partition_parts(&group.coverage)
        } else {
            dataset.parts(&units)
        };
        let parts: Vec<_> = parts.into_iter().zip(bytes).collect();
        let deps = vec![Vec::new(); parts.len()];
        let request = ScanRequest {
            columns,
            predicate: scan.predicate.clone(),
            batch_rows: BATCH_ROWS,
        };
        let source = Arc::new(FileScan::new(Arc::clone(meta), parts, request));
        Tasks {
            source,
            deps,
            reads: reads.finish(),
        }
    }
}
