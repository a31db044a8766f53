//! Choosing rows, and order among them.

use super::{Case, Differs, Later, Same, message, not_yet, of, says, ten, texts};
use swath::prelude::*;
use swath::{Head, Pattern, Tail};

const SORTED: &str = "with the sorted index";

fn two_parts() -> swath::Result<DataFrame> {
    of(&["x\n0\n1\n2\n", "x\n3\n4\n5\n"])
}

pub(super) const CASES: &[Case] = &[
    Case {
        what: "loc of a label, of a label that is not there, of ranges, lists and parts of dates",
        verdict: Later(SORTED),
        check: not_yet,
    },
    Case {
        what: "rows by a boolean column keep divisions",
        verdict: Same,
        check: || {
            let rows = ten()?;
            let even = rows.df.filter((col("x") % 2).eq(0))?;
            assert_eq!(texts(&even, "id")?, ["0", "2", "4", "6", "8"]);
            assert!(even.divisions().is_known());
            Ok(())
        },
    },
    Case {
        what: "rows by a column of integers: KeyError",
        verdict: Same,
        check: || {
            says(&message(two_parts()?.filter(col("x"))), &["filter", "bool"]);
            Ok(())
        },
    },
    Case {
        what: "head(5) of partitions of three rows: three rows, and a warning",
        verdict: Differs("three rows, lazily; `all_partitions` says that more may be looked at"),
        check: || {
            assert_eq!(texts(&two_parts()?.head(5)?, "x")?, ["0", "1", "2"]);
            Ok(())
        },
    },
    Case {
        what: "head(5) of two partitions: five rows; head(50) of all: six",
        verdict: Same,
        check: || {
            let df = two_parts()?;
            assert_eq!(
                df.head(Head::new(5).npartitions(2))?.compute()?.num_rows(),
                5
            );
            assert_eq!(
                df.head(Head::new(50).all_partitions())?
                    .compute()?
                    .num_rows(),
                6
            );
            Ok(())
        },
    },
    Case {
        what: "head of more partitions than there are: ValueError with both numbers",
        verdict: Same,
        check: || {
            let asked = two_parts()?.head(Head::new(5).npartitions(3));
            says(
                &message(asked),
                &["`head`", "3 partitions", "the frame has 2"],
            );
            Ok(())
        },
    },
    Case {
        what: "tail(5): the last partition only",
        verdict: Differs("lazily; `all_partitions` says that more may be looked at"),
        check: || {
            let df = two_parts()?;
            assert_eq!(texts(&df.tail(5)?, "x")?, ["3", "4", "5"]);
            assert_eq!(
                df.tail(Tail::new(5).all_partitions())?
                    .compute()?
                    .num_rows(),
                5
            );
            Ok(())
        },
    },
    Case {
        what: "rows by position: NotImplementedError",
        verdict: Differs(
            "there is no `iloc`; `head`, `tail` and `partitions` are what positions are good for",
        ),
        check: || {
            assert_eq!(texts(&two_parts()?.partitions(1)?.head(1)?, "x")?, ["3"]);
            Ok(())
        },
    },
    Case {
        what: "set_index, sort_values, and everything about them",
        verdict: Later("with the shuffle"),
        check: not_yet,
    },
    Case {
        what: "the first rows of an order need no shuffle",
        verdict: Same,
        check: || {
            let df = of(&["a\n5\n3\n1\n", "a\n4\n2\n6\n", "a\n9\n8\n7\n0\n"])?;
            let lowest = df.nsmallest(3, "a")?;
            assert_eq!(texts(&lowest, "a")?, ["0", "1", "2"]);
            // A candidate of each partition, and one merge.
            let run = lowest.submit()?;
            let tasks = run.progress().total;
            run.wait()?;
            assert!(tasks <= 4, "{tasks} tasks");
            Ok(())
        },
    },
    Case {
        what: "the largest of 1, null, 3 and 2: null comes last",
        verdict: Same,
        check: || {
            let df = of(&["a,b\n1,w\n,x\n3,y\n2,z\n"])?;
            assert_eq!(texts(&df.nlargest(4, "a")?, "b")?, ["y", "z", "w", "x"]);
            Ok(())
        },
    },
    Case {
        what: "merge, concat along columns, alignment",
        verdict: Later("with the joins"),
        check: not_yet,
    },
    Case {
        what: "shift(2) of the ten rows: null, null, 0 to 7; divisions are kept",
        verdict: Differs("of rows in one partition, so that neighbours are sure to be there"),
        check: || {
            let rows = ten()?;
            let refused = rows.df.assign("x", col("x").shift(2));
            says(&message(refused), &["shift", "repartition(1)"]);
            let one = rows.df.repartition(1)?.assign("x", col("x").shift(2))?;
            let expected = ["null", "null", "0", "1", "2", "3", "4", "5", "6", "7"];
            assert_eq!(texts(&one, "x")?, expected);
            assert!(one.divisions().is_known());
            Ok(())
        },
    },
    Case {
        what: "cumsum of the ten rows: 0, 1, 3 to 45; of 1, null, 2, 3: 1, null, 3, 6",
        verdict: Same,
        check: || {
            let rows = ten()?;
            let sums = rows.df.repartition(1)?.assign("x", col("x").cumsum())?;
            let expected = ["0", "1", "3", "6", "10", "15", "21", "28", "36", "45"];
            assert_eq!(texts(&sums, "x")?, expected);
            let sums = of(&["x,y\n1,\n,\n2,\n3,\n"])?.assign("x", col("x").cumsum())?;
            assert_eq!(texts(&sums, "x")?, ["1", "null", "3", "6"]);
            Ok(())
        },
    },
    Case {
        what: "cummax of 3, 1, 2, 5: 3, 3, 3, 5",
        verdict: Same,
        check: || {
            let df = of(&["x\n3\n1\n2\n5\n"])?.assign("x", col("x").cummax())?;
            assert_eq!(texts(&df, "x")?, ["3", "3", "3", "5"]);
            Ok(())
        },
    },
    Case {
        what: "shift of the index by a frequency, rolling windows of time, resampling",
        verdict: Later("with what needs neighbours"),
        check: not_yet,
    },
    Case {
        what: "str.split into columns without n: NotImplementedError; with n = 1: columns 0 and 1",
        verdict: Differs("a list, whose pieces have to be named to become columns"),
        check: || {
            let df = of(&["s\na-b-c\nd\n"])?;
            let pieces = col("s").str().split(Pattern::literal("-")).list();
            let df = df
                .assign("first", pieces.get(0))?
                .assign("second", pieces.get(1))?;
            assert_eq!(texts(&df, "first")?, ["a", "d"]);
            assert_eq!(texts(&df, "second")?, ["b", "null"]);
            Ok(())
        },
    },
];
