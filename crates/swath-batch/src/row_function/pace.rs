//! How many rows pass between two looks at whether to stop.

use std::ops::Range;
use std::time::{Duration, Instant};

/// A block of rows should take longer than this: shorter ones would spend their time on looking.
const SHORT: Duration = Duration::from_micros(200);
/// And less than this, so that a run stops soon after it was cancelled.
const LONG: Duration = Duration::from_millis(10);
/// Rows of the first block: at a millisecond each it is over in time for a user.
const FIRST: usize = 64;

/// Blocks of rows, longer as long as they are done fast.
pub(super) struct Pace {
    rows: usize,
    done: usize,
    block: usize,
    since: Instant,
}

impl Pace {
    pub(super) fn new(rows: usize) -> Self {
        Self {
            rows,
            done: 0,
            block: FIRST,
            since: Instant::now(),
        }
    }

    /// The next block, when the one before is done; `None` after the last.
    pub(super) fn next(&mut self) -> Option<Range<usize>> {
        if self.done == self.rows {
            return None;
        }
        if self.done > 0 {
            let now = Instant::now();
            let took = now - self.since;
            self.since = now;
            if took < SHORT {
                self.block *= 4;
            } else if took > LONG {
                self.block = (self.block / 4).max(1);
            }
        }
        let begin = self.done;
        self.done = self.rows.min(begin + self.block);
        Some(begin..self.done)
    }
}

#[cfg(test)]
mod tests {
    use super::{LONG, Pace};

    #[test]
    fn blocks_are_all_rows_in_order() {
        for rows in [0, 1, 63, 64, 65, 1_000, 1 << 20] {
            let mut pace = Pace::new(rows);
            let mut next = 0;
            let mut blocks = 0;
            while let Some(block) = pace.next() {
                assert_eq!(block.start, next);
                assert!(!block.is_empty());
                next = block.end;
                blocks += 1;
            }
            assert_eq!(next, rows);
            // Nothing is done in them, so they grow, unless the machine sleeps in between.
            assert!(blocks < 1_000, "{blocks} blocks of {rows} rows");
        }
    }

    #[test]
    fn slow_rows_are_looked_at_one_by_one() {
        let mut pace = Pace::new(1_000);
        pace.next();
        for _ in 0..4 {
            std::thread::sleep(LONG + LONG / 2);
            pace.next();
        }
        assert_eq!(
            pace.next().map(|block| block.len()),
            Some(4),
            "longer again once it is fast"
        );
    }
}
