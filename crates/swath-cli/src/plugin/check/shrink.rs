//! The fewest rows that still break a promise, or some that are few.

use swath_batch::Batch;

use super::rows::joined;

/// How often a promise is tried again while rows are taken away, and on how many rows in all: of many rows each try takes its time.
const TRIES: usize = 600;
const ROWS: usize = 4_000_000;

/// Takes halves of the rows away, then quarters, and so on, as long as what is left is still broken; and begins anew as long as that
/// took something away.
pub(super) fn shrink(rows: Batch, mut is_broken: impl FnMut(&Batch) -> bool) -> Batch {
    let (mut rows, mut tries, mut tried_rows) = (rows, 0, 0);
    loop {
        let before = rows.num_rows();
        let mut piece = before.div_ceil(2);
        while piece > 0 {
            let mut start = 0;
            while start < rows.num_rows() && tries < TRIES && tried_rows < ROWS {
                let end = (start + piece).min(rows.num_rows());
                let fewer = without(&rows, start, end);
                tries += 1;
                tried_rows += fewer.num_rows();
                if is_broken(&fewer) {
                    rows = fewer;
                } else {
                    start = end;
                }
            }
            piece /= 2;
        }
        if rows.num_rows() == before || tries == TRIES || tried_rows >= ROWS {
            return rows;
        }
    }
}

fn without(rows: &Batch, start: usize, end: usize) -> Batch {
    let pieces = [rows.head(start), rows.slice(end, rows.num_rows() - end)];
    joined(rows.meta(), &pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_is_left() {
        let numbers: Vec<i64> = (0..1000).collect();
        let rows = Batch::from_columns([("x", numbers)]).expect("a column");
        let has = |rows: &Batch, number| {
            rows.i64("x")
                .expect("numbers")
                .iter()
                .any(|x| x == Some(number))
        };
        let left = shrink(rows, |rows| has(rows, 17) && has(rows, 803));
        assert_eq!(left.i64("x").expect("numbers").values(), [17, 803]);
    }

    #[test]
    fn many_rows_that_all_matter_are_not_tried_for_ever() {
        let numbers: Vec<i64> = (0..70_000).collect();
        let rows = Batch::from_columns([("x", numbers)]).expect("a column");
        let mut tries = 0;
        let left = shrink(rows, |rows| {
            tries += 1;
            rows.num_rows() == 70_000
        });
        assert_eq!(left.num_rows(), 70_000);
        assert!(tries < 100, "{tries}");
    }

    #[test]
    fn no_rows_may_be_enough() {
        let rows = Batch::from_columns([("x", vec![1_i64, 2])]).expect("a column");
        assert_eq!(shrink(rows, |_| true).num_rows(), 0);
    }
}
