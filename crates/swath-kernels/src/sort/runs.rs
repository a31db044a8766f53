//! Sorting that can be given up on its way.

use std::cmp::Ordering;

/// Elements between two looks at whether to go on: about a millisecond.
const RUN: usize = 1 << 14;

/// Sorts, asking `check` every some ten thousand elements; equal elements may change places.
///
/// Short runs are sorted by themselves and then merged pair by pair, so what is not asked about never takes longer than one run.
/// Costs a copy of the elements where there is more than one run.
pub(super) fn sort_in_runs<T: Copy, E>(
    elements: &mut Vec<T>,
    compare: impl Fn(&T, &T) -> Ordering,
    mut check: impl FnMut() -> Result<(), E>,
) -> Result<(), E> {
    for run in elements.chunks_mut(RUN) {
        check()?;
        run.sort_unstable_by(&compare);
    }
    let mut width = RUN;
    while width < elements.len() {
        let mut merged = Vec::with_capacity(elements.len());
        for pair in elements.chunks(width.saturating_mul(2)) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let (Some(first), Some(second)) = (left.first(), right.first()) {
                if merged.len() % RUN == 0 {
                    check()?;
                }
                if compare(first, second).is_le() {
                    merged.push(*first);
                    left = &left[1..];
                } else {
                    merged.push(*second);
                    right = &right[1..];
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        *elements = merged;
        width = width.saturating_mul(2);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: usize) -> Vec<u64> {
        (0..n as u64)
            .map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40)
            .collect()
    }

    #[test]
    fn sorts_as_the_standard_library_does() {
        for n in [0, 1, RUN - 1, RUN, RUN + 1, 3 * RUN + 5] {
            let (mut sorted, mut expected) = (numbers(n), numbers(n));
            sort_in_runs(&mut sorted, u64::cmp, || Ok::<_, ()>(())).unwrap();
            expected.sort_unstable();
            assert!(sorted == expected, "{n}");
        }
    }

    #[test]
    fn stops_within_a_run() {
        for most in 0..6 {
            let mut asked = 0;
            let mut elements = numbers(3 * RUN);
            let stopped = sort_in_runs(&mut elements, u64::cmp, || {
                asked += 1;
                if asked > most { Err(asked) } else { Ok(()) }
            });
            assert_eq!(stopped, Err(most + 1));
        }
    }
}
