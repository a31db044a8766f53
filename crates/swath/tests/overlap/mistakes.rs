//! What can be done wrong, and what it says.

use std::fmt::Write as _;

use swath::prelude::*;
use swath::{Halo, MapOverlap};

use super::{Made, frame, ragged, said, session};

#[test]
fn what_goes_wrong() -> swath::Result<()> {
    let session = session(1);
    let df = frame(&session, &ragged(), Made::Held)?;
    let same = |part: Batch| part;
    let sees = |halo: Halo| MapOverlap::new(same).before(halo);
    let mut all = String::new();
    let mut note = |what: &str, text: String| {
        write!(all, "## {what}\n{text}\n\n").expect("a text grows");
    };
    note(
        "rows without an order",
        said(df.groupby("v").sum("s")?.map_overlap(sees(1.into()))),
    );
    let buckets = df.groupby("v").split_out(3).sum("s")?.persist()?;
    note(
        "rows without an order, held",
        said(buckets.map_overlap(sees(1.into()))),
    );
    note(
        "fewer rows than none",
        said(df.map_overlap(sees((-1).into()))),
    );
    note(
        "no span of time",
        said(df.map_overlap(sees("30 mni".into()))),
    );
    note("months", said(df.map_overlap(sees("2mo".into()))));
    note(
        "a negative span",
        said(df.map_overlap(MapOverlap::new(same).after("-1h"))),
    );
    note(
        "nothing to measure along",
        said(df.map_overlap(sees("1h".into()))),
    );
    note(
        "no column of times",
        said(df.map_overlap(sees("1h".into()).along("v"))),
    );
    note(
        "a column that is not there",
        said(df.map_overlap(sees("1h".into()).along("tt"))),
    );
    note(
        "another number of rows",
        said(
            df.map_overlap(MapOverlap::new(|part: Batch| part.head(2)).before(2))?
                .compute(),
        ),
    );
    let backwards = vec![vec![(1, 1), (2, 2)], vec![(9, 1), (8, 2)]];
    let backwards = frame(&session, &backwards, Made::Held)?;
    note(
        "a partition that is not sorted",
        said(
            backwards
                .map_overlap(sees("1h".into()).along("t"))?
                .compute(),
        ),
    );
    let backwards = vec![vec![(5, 1), (6, 2)], vec![], vec![(1, 1), (2, 2)]];
    let backwards = frame(&session, &backwards, Made::Held)?;
    note(
        "partitions that are not sorted",
        said(
            backwards
                .map_overlap(sees("1h".into()).along("t"))?
                .compute(),
        ),
    );
    let after = MapOverlap::new(same).after("1h").along("t");
    note(
        "partitions that are not sorted, seen from in front",
        said(backwards.map_overlap(after)?.compute()),
    );
    let nulls = df.assign(
        "t",
        when(col("v").eq(7))
            .then(lit(Value::Null))
            .otherwise(col("t")),
    )?;
    note(
        "rows without a time",
        said(nulls.map_overlap(sees("1h".into()).along("t"))?.compute()),
    );
    insta::assert_snapshot!(all);
    Ok(())
}
