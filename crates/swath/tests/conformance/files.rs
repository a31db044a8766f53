//! Files, there and back.

use super::{Case, Differs, Outcome, Same, bounds, indexed, message, says, texts, watched};
use std::path::Path;
use swath::prelude::*;
use swath::{ErrorKind, ReadJson};

pub(super) const CASES: &[Case] = &[
    Case {
        what: "Parquet and back: part.0 to part.3, the index by its name; divisions unknown unless calculated",
        verdict: Differs(
            "divisions are known where the index has statistics; nothing is computed for it",
        ),
        check: there_and_back,
    },
    Case {
        what: "a filter i > 60 reads two of four partitions, and gives 39 rows",
        verdict: Same,
        check: pruned,
    },
    Case {
        what: "a filter is exact in every row",
        verdict: Same,
        check: || {
            let rows = hundred()?;
            let some = rows.df.filter((col("v") % 5).eq(1))?;
            assert_eq!(some.len().get::<u64>()?, 20);
            Ok(())
        },
    },
    Case {
        what: "append: the files of both; of overlapping divisions: ValueError",
        verdict: Differs(
            "divisions are told by the files when they are read; appending promises nothing about them",
        ),
        check: || {
            let folder = tempfile::tempdir()?;
            let session = Session::testing();
            let df = session.from_batches([Batch::from_csv("x\n1\n")?])?;
            for _ in 0..2 {
                df.to_parquet(ToParquet::new(folder.path()).append())?;
            }
            let both = session.read_parquet(folder.path())?;
            assert_eq!(texts(&both, "x")?, ["1", "1"]);
            Ok(())
        },
    },
    Case {
        what: "overwrite of what is read: ValueError",
        verdict: Same,
        check: || {
            let folder = tempfile::tempdir()?;
            let session = Session::testing();
            session
                .from_batches([Batch::from_csv("x\n1\n")?])?
                .to_parquet(folder.path())?;
            let df = session.read_parquet(folder.path())?;
            let error = df
                .to_parquet(ToParquet::new(folder.path()).overwrite())
                .expect_err("a mistake");
            assert!(
                matches!(error.kind(), ErrorKind::ReadAndWritten { .. }),
                "{error}"
            );
            Ok(())
        },
    },
    Case {
        what: "a name_function that gives one name twice: ValueError",
        verdict: Differs("files are named by their partition"),
        check: || Ok(()),
    },
    Case {
        what: "a hundred rows of CSV in blocks of 100 bytes: several partitions, unknown divisions, all rows",
        verdict: Same,
        check: || {
            let folder = tempfile::tempdir()?;
            let lines: Vec<String> = (0..100).map(|i| format!("{i},{}\n", i * 2)).collect();
            let lines = lines.concat();
            let df = csv(folder.path(), &format!("a,b\n{lines}"), |read| {
                read.blocksize("100B")
            })?;
            assert!(df.npartitions() > 4, "{}", df.npartitions());
            assert!(!df.divisions().is_known());
            assert_eq!(df.sum("a")?.get::<i64>()?, 4950);
            Ok(())
        },
    },
    Case {
        what: "text in a later block of a column of integers: ValueError with the column, both dtypes and what to declare",
        verdict: Same,
        check: mismatch,
    },
    Case {
        what: "no file: OSError `resolved to no files`",
        verdict: Same,
        check: || {
            let folder = tempfile::tempdir()?;
            let error = Session::testing()
                .read_csv(folder.path().join("*.csv"))
                .expect_err("a mistake");
            assert!(
                matches!(error.kind(), ErrorKind::NotFound { .. }),
                "{error}"
            );
            Ok(())
        },
    },
    Case {
        what: "include_path_column adds the file",
        verdict: Differs("a column of text; Dask makes a category"),
        check: || {
            let folder = tempfile::tempdir()?;
            let df = csv(folder.path(), "a\n1\n", |read| {
                read.include_path_column("path")
            })?;
            assert_eq!(df.columns(), ["a", "path"]);
            assert!(texts(&df, "path")?[0].contains("a.csv"));
            Ok(())
        },
    },
    Case {
        what: "read_json of lines, in blocks: all rows, unknown divisions",
        verdict: Same,
        check: || {
            let folder = tempfile::tempdir()?;
            let file = folder.path().join("a.jsonl");
            let lines = (0..100).map(|i| format!("{{\"a\": {i}}}\n"));
            std::fs::write(&file, lines.collect::<Vec<_>>().concat())?;
            let df = Session::testing().read_json(ReadJson::new(file).blocksize("200B"))?;
            assert!(df.npartitions() > 4, "{}", df.npartitions());
            assert!(!df.divisions().is_known());
            assert_eq!(df.sum("a")?.get::<i64>()?, 4950);
            Ok(())
        },
    },
];

fn csv(
    folder: &Path,
    text: &str,
    options: fn(ReadCsv) -> ReadCsv,
) -> Result<DataFrame, Box<dyn std::error::Error>> {
    let file = folder.join("a.csv");
    std::fs::write(&file, text)?;
    Ok(Session::testing().read_csv(options(ReadCsv::new(file)))?)
}

/// A hundred rows in four files of twenty-five.
fn hundred() -> Result<super::Indexed, Box<dyn std::error::Error>> {
    let part = |at: i64| -> String {
        let lines = (at * 25..at * 25 + 25).map(|id| format!("{id},{id}\n"));
        format!("id,v\n{}", lines.collect::<Vec<_>>().concat())
    };
    let parts: Vec<String> = (0..4).map(part).collect();
    indexed(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

fn there_and_back() -> Outcome {
    let rows = hundred()?;
    let folder = tempfile::tempdir()?;
    let written = rows.df.to_parquet(folder.path())?;
    assert_eq!((written.files(), written.rows()), (4, 100));
    let named = written
        .paths()
        .all(|path| path.to_string_lossy().contains("part."));
    assert!(named, "{written:?}");
    // The files record the index; a reader need not name it.
    let read = ReadParquet::new(folder.path()).split_row_groups(true);
    let back = Session::testing().read_parquet(read)?;
    assert_eq!((back.index(), back.columns()), (vec!["id"], vec!["v"]));
    assert_eq!(bounds(&back), "(0, 25, 50, 75, 99)");
    assert_eq!(texts(&back, "v")?, texts(&rows.df, "v")?);
    Ok(())
}

fn pruned() -> Outcome {
    let rows = hundred()?;
    let (session, counted) = watched()?;
    let some = session.read_parquet(rows.read())?.filter(col("v").gt(60))?;
    assert_eq!(some.compute()?.num_rows(), 39);
    assert_eq!(
        (counted("row_groups"), counted("row_groups_pruned")),
        (4, 2)
    );
    Ok(())
}

fn mismatch() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut text = String::from("a\n");
    for i in 0..40_000 {
        text.push_str(if i == 23_456 { "seven\n" } else { "1234\n" });
    }
    let df = csv(folder.path(), &text, |read| {
        read.sample("1KiB").blocksize("32KiB")
    })?;
    assert_eq!(df.meta().dtype("a")?.to_string(), "int64");
    says(
        &message(df.sum("a")?.compute()),
        &["a.csv", "`a`", "seven", "int64", "dtype("],
    );
    Ok(())
}
