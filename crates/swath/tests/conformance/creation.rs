//! Frames made of rows, and where they are cut.

use super::{Case, Differs, Outcome, Same, bounds, indexed, message, of, says, sizes, texts};
use swath::{FromDelayed, prelude::*};

pub(super) const CASES: &[Case] = &[
    Case {
        what: "ten rows in three partitions: 4, 3 and 3 rows",
        verdict: Differs("without an index rows are cut evenly, and divisions are unknown"),
        check: ten_in_three,
    },
    Case {
        what: "chunks of four rows: 4, 4 and 2",
        verdict: Same,
        check: || {
            let df = of(&["x\n0\n1\n2\n3\n", "x\n4\n5\n6\n7\n", "x\n8\n9\n"])?;
            assert_eq!(sizes(&df)?, [4, 4, 2]);
            Ok(())
        },
    },
    Case {
        what: "an index A A A A B B B C in chunks of three: no label is in two partitions, (A, B, C, C)",
        verdict: Differs(
            "a label that two partitions would share goes to the second of them; which one is no matter to divisions",
        ),
        check: labels_stay_together,
    },
    Case {
        what: "one row in three partitions: one partition",
        verdict: Differs("the partitions that were asked for; two have no rows"),
        check: || {
            let df = of(&["x\n7\n"])?.repartition(3)?;
            assert_eq!(sizes(&df)?.iter().sum::<usize>(), 1);
            assert_eq!((df.npartitions(), df.sum("x")?.get::<i64>()?), (3, 7));
            Ok(())
        },
    },
    Case {
        what: "no row in three partitions: unknown divisions, and an empty answer",
        verdict: Same,
        check: || {
            let df = of(&["x\n7\n"])?.filter(col("x").lt(0))?.repartition(3)?;
            assert!(!df.divisions().is_known());
            assert_eq!((df.npartitions(), df.compute()?.num_rows()), (3, 0));
            assert_eq!(
                (df.sum("x")?.get::<i64>()?, df.min("x")?.compute()?),
                (0, Value::Null)
            );
            Ok(())
        },
    },
    Case {
        what: "an index 3 1 2 5 4 that is not to be sorted: unknown divisions, rows as they were",
        verdict: Same,
        check: || {
            let rows = indexed(&["id,x\n3,0\n1,1\n2,2\n", "id,x\n5,3\n4,4\n1,5\n"])?;
            assert!(!rows.df.divisions().is_known());
            assert_eq!(texts(&rows.df, "id")?, ["3", "1", "2", "5", "4", "1"]);
            Ok(())
        },
    },
    Case {
        what: "an index that ascends: known divisions, without asking for them",
        verdict: Same,
        check: || {
            let rows = indexed(&["id,x\n0,0\n1,1\n2,2\n", "id,x\n3,3\n4,4\n"])?;
            assert_eq!(bounds(&rows.df), "(0, 3, 4)");
            Ok(())
        },
    },
    Case {
        what: "both a number of partitions and a chunk size: ValueError",
        verdict: Differs("it cannot be written: `Repartition` is one or the other"),
        check: || {
            let (number, size) = (Repartition::by_npartitions(3), Repartition::by_size("1MiB"));
            assert_ne!(number, size);
            Ok(())
        },
    },
    Case {
        what: "a text index with nulls: NotImplementedError",
        verdict: Differs("null labels stand last, in the last partition"),
        check: || {
            let rows = indexed(&["id,x\na,0\nb,1\n", "id,x\nc,2\n,3\n"])?;
            assert_eq!(bounds(&rows.df), "(a, c, c)");
            assert_eq!(texts(&rows.df, "x")?, ["0", "1", "2", "3"]);
            Ok(())
        },
    },
    Case {
        what: "an array of two columns: columns 0 and 1",
        verdict: Differs(
            "columns of Arrow have names; a CSV file without a header has the numbers",
        ),
        check: || {
            let folder = tempfile::tempdir()?;
            let file = folder.path().join("a.csv");
            std::fs::write(&file, "1,2\n3,4\n")?;
            let df = Session::testing().read_csv(ReadCsv::new(file).header(false))?;
            assert_eq!(df.columns(), ["0", "1"]);
            Ok(())
        },
    },
    Case {
        what: "from_delayed with another column than the meta says: an error when it is computed, with a table",
        verdict: Same,
        check: || {
            let session = Session::testing();
            let parts = [
                session.try_delayed((), || Batch::from_csv("a\n1\n")),
                session.try_delayed((), || Batch::from_csv("b\n1\n")),
            ];
            let df = session.from_delayed(parts)?;
            says(
                &message(df.compute()),
                &["partition 1", "extra: [b], missing: [a]", "int64"],
            );
            Ok(())
        },
    },
    Case {
        what: "from_delayed with divisions of another length: ValueError",
        verdict: Same,
        check: || {
            let session = Session::testing();
            let parts = [1_i64, 2]
                .map(|n| session.try_delayed((), move || Batch::from_columns([("a", vec![n])])));
            let parts = FromDelayed::new(parts).meta([("a", "int64")]).index("a");
            let made = session.from_delayed(parts.clone().divisions([1, 2, 3, 4]));
            says(&message(made), &["n partitions have n + 1 boundaries"]);
            let df = session.from_delayed(parts.divisions([1, 2, 2]))?;
            assert!(df.divisions().is_known());
            assert_eq!(sizes(&df)?, [1, 1]);
            Ok(())
        },
    },
];

fn ten_in_three() -> Outcome {
    let df = of(&["x\n0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"])?.repartition(3)?;
    assert_eq!(sizes(&df)?, [3, 3, 4]);
    assert!(!df.divisions().is_known());
    assert_eq!(
        texts(&df, "x")?,
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
    );
    Ok(())
}

fn labels_stay_together() -> Outcome {
    let rows = indexed(&[
        "id,x\nA,0\nA,1\nA,2\n",
        "id,x\nA,3\nB,4\nB,5\n",
        "id,x\nB,6\nC,7\n",
    ])?;
    let df = &rows.df;
    assert!(df.divisions().is_known(), "{}", df.divisions());
    let parts: Vec<String> = (0..df.npartitions())
        .map(|at| Ok(texts(&df.partitions(at)?, "id")?.concat()))
        .collect::<swath::Result<_>>()?;
    assert_eq!(parts.concat(), "AAAABBBC");
    for label in ["A", "B", "C"] {
        let with: Vec<_> = parts.iter().filter(|part| part.contains(label)).collect();
        assert_eq!(with.len(), 1, "{label} in {parts:?}");
    }
    Ok(())
}
