//! How much one task reads.

use std::ops::Range;

/// The most that one task reads, in bytes.
const LARGEST: u64 = 64 << 20;
/// Tasks a thread that a stage should have, for balance.
const TASKS_PER_THREAD: u64 = 8;

/// Joins consecutive units so that a task reads about `clamp(total / (8 · threads), largest unit, 64 MiB)` bytes.
///
/// `sizes` is bytes a unit, in order; the ranges cover all units, in order, none empty.
pub(super) fn pack(sizes: &[u64], threads: usize) -> Vec<Range<usize>> {
    let total: u64 = sizes.iter().sum();
    let largest = sizes.iter().copied().max().unwrap_or(0);
    let target = (total / (TASKS_PER_THREAD * threads as u64))
        .clamp(1, LARGEST)
        .max(largest.min(LARGEST));
    let mut tasks = Vec::new();
    let (mut first, mut bytes) = (0, 0_u64);
    for (unit, size) in sizes.iter().enumerate() {
        if unit > first && bytes + size > target {
            tasks.push(first..unit);
            (first, bytes) = (unit, 0);
        }
        bytes += size;
    }
    if first < sizes.len() {
        tasks.push(first..sizes.len());
    }
    tasks
}

#[cfg(test)]
mod tests {
    use super::pack;

    #[test]
    fn units_are_joined_up_to_the_target() {
        let cases: &[(&[u64], usize, usize)] = &[
            (&[], 2, 0),
            (&[0, 0, 0], 2, 1),
            // 1,000 tiny units on 2 threads: about 16 tasks.
            (&[100; 1000], 2, 17),
            // A unit above the largest task stands alone.
            (&[200 << 20, 1, 1], 2, 2),
            (&[64 << 20; 4], 2, 4),
        ];
        for (sizes, threads, tasks) in cases {
            let packed = pack(sizes, *threads);
            assert_eq!(packed.len(), *tasks, "{} units", sizes.len());
            assert!(packed.iter().flat_map(Clone::clone).eq(0..sizes.len()));
        }
    }
}
