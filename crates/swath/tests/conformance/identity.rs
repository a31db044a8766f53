//! Names of computations, what is planned for them, and what is kept.

use super::{Case, Differs, Outcome, Same, bounds, of, ten, texts, watched};
use std::time::{Duration, SystemTime};
use swath::prelude::*;

pub(super) const CASES: &[Case] = &[
    Case {
        what: "the same expression twice has one name; another one another",
        verdict: Same,
        check: || {
            let df = of(&["x\n1\n2\n"])?;
            let written = || df.filter(col("x").gt(1))?.assign("y", col("x") * 2);
            assert!(written()?.same_as(&written()?));
            assert!(!written()?.same_as(&df.filter(col("x").gt(0))?.assign("y", col("x") * 2)?));
            Ok(())
        },
    },
    Case {
        what: "frames of equal rows have one name",
        verdict: Same,
        check: || {
            assert!(of(&["x\n1\n"])?.same_as(&of(&["x\n1\n"])?));
            assert!(!of(&["x\n1\n"])?.same_as(&of(&["x\n2\n"])?));
            Ok(())
        },
    },
    Case {
        what: "files that have not changed have one name; a changed time or size is another",
        verdict: Same,
        check: files_by_time,
    },
    Case {
        what: "x + 1 + 2 + 3 over four partitions: twenty tasks, or eight that are fused",
        verdict: Differs(
            "small neighbours share a task, and nothing between two exchanges is a task of its own",
        ),
        check: || {
            let df = of(&["x\n1\n", "x\n2\n", "x\n3\n", "x\n4\n"])?;
            let run = df.assign("x", col("x") + 1 + 2 + 3)?.submit()?;
            assert!(run.progress().total <= 4, "{:?}", run.progress());
            assert_eq!(run.wait()?.num_rows(), 4);
            Ok(())
        },
    },
    Case {
        what: "a sum over a hundred partitions: 201 tasks; with split_every = 8: 216",
        verdict: Differs(
            "a task sums what it reads, and one merges; `split_every` is for group-bys",
        ),
        check: || {
            let parts: Vec<String> = (0..100).map(|x| format!("x\n{x}\n")).collect();
            let df = of(&parts.iter().map(String::as_str).collect::<Vec<_>>())?;
            let run = df.sum("x")?.submit()?;
            assert!(run.progress().total <= 101, "{:?}", run.progress());
            assert_eq!(run.wait()?, Value::from(4950_i64));
            Ok(())
        },
    },
    Case {
        what: "the length of df + 1 is answered from the files' statistics",
        verdict: Same,
        check: || {
            let rows = ten()?;
            let (session, counted) = watched()?;
            let df = session.read_parquet(rows.read())?;
            let rows = df.assign("x", col("x") + 1)?.len();
            assert_eq!(rows.get::<u64>()?, 10);
            assert_eq!(counted("rows_read"), 0);
            Ok(())
        },
    },
    Case {
        what: "persist of four partitions: as many, with the same divisions; the frame before it stays lazy",
        verdict: Same,
        check: || {
            let rows = ten()?;
            let kept = rows.df.filter(col("x").gt(2))?.persist()?;
            assert_eq!(
                (kept.npartitions(), bounds(&kept).as_str()),
                (3, "(0, 4, 7, 9)")
            );
            let session = rows.df.session();
            assert_eq!(session.persisted().frames().len(), 1);
            assert_eq!(texts(&kept, "id")?.len(), 7);
            drop(kept);
            assert_eq!(session.persisted().frames().len(), 0);
            Ok(())
        },
    },
    Case {
        what: "a persisted frame has a new name",
        verdict: Differs("the same: an equal frame that is built again finds the rows"),
        check: || {
            let df = of(&["x\n1\n2\n"])?.filter(col("x").gt(1))?;
            assert!(df.persist()?.same_as(&df));
            Ok(())
        },
    },
];

fn files_by_time() -> Outcome {
    let folder = tempfile::tempdir()?;
    let session = Session::testing();
    session
        .from_batches([Batch::from_csv("x\n1\n")?])?
        .to_parquet(folder.path())?;
    let read = || session.read_parquet(folder.path());
    let before = read()?;
    assert!(before.same_as(&read()?));
    let file = std::fs::read_dir(folder.path())?
        .next()
        .expect("a file")?
        .path();
    std::fs::File::options()
        .write(true)
        .open(file)?
        .set_modified(SystemTime::now() - Duration::from_secs(3600))?;
    assert!(!before.same_as(&read()?));
    Ok(())
}
