//! What Dask says of the same rows.

use swath::MapOverlap;

use super::{Made, Row, adding, by_rows, by_time, frame, session, sums_in};

/// The same in Dask 2026.7.1 and pandas, whose spans leave their end out: for these functions that is no difference.
#[test]
fn dask_has_the_same() -> swath::Result<()> {
    let hours: Vec<Row> = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
        .iter()
        .zip(0..)
        .map(|(v, at)| (at * 6 * 3600, *v))
        .collect();
    let parts: Vec<Vec<Row>> = hours.chunks(3).map(<[Row]>::to_vec).collect();
    let df = frame(&session(2), &parts, Made::Held)?;
    let sum = |overlap: MapOverlap| sums_in(&df.map_overlap(overlap.along("t"))?);

    let three = |rows: &[Row]| by_rows(rows, 2, 0);
    assert_eq!(
        sum(adding(three).before(2))?,
        [3, 4, 8, 6, 10, 15, 16, 17, 13, 14, 13, 16]
    );
    let centred = |rows: &[Row]| by_rows(rows, 1, 1);
    assert_eq!(
        sum(adding(centred).before(1).after(1))?,
        [4, 8, 6, 10, 15, 16, 17, 13, 14, 13, 16, 13]
    );
    // A window of 25 hours that leaves its first moment out.
    let day = |rows: &[Row]| by_time(rows, 25 * 3600 - 1, 0);
    assert_eq!(
        sum(adding(day).before("25h"))?,
        [3, 4, 8, 9, 14, 20, 21, 23, 27, 25, 21, 27]
    );
    // Where Dask refuses: "Partition size is less than overlapping window size".
    let six = |rows: &[Row]| by_rows(rows, 5, 0);
    assert_eq!(
        sum(adding(six).before(5))?,
        [3, 4, 8, 9, 14, 23, 22, 27, 28, 30, 30, 29]
    );
    Ok(())
}
