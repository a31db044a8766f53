//! Frames over text files: the log pipeline, wrong guesses that nobody sees, writes that read back.
#![expect(
    clippy::disallowed_methods,
    reason = "the tests write files as other programs do"
)]

use std::fmt::Write as _;
use std::fs;

use swath::prelude::*;
use swath::{OnBadLines, Table};

/// Lines by hour, by user, and the share of errors among the valid ones.
type Said = (Vec<(i64, u64)>, Vec<(i64, u64)>, f64);

/// Log lines of two days, and what they say.
fn logs(folder: &std::path::Path) -> Said {
    let (mut hours, mut users) = (
        std::collections::BTreeMap::new(),
        std::collections::BTreeMap::new(),
    );
    let (mut errors, mut valid) = (0_u64, 0_u64);
    for day in 1..=2 {
        let mut text = "date,status,user_id,level,message\n".to_owned();
        for line in 0..5_000_u64 {
            let hour = line * 24 / 5_000;
            let (status, level) = (
                ["ok", "invalid", "late"][line as usize % 3],
                ["INFO", "ERROR"][usize::from(line % 7 == 0)],
            );
            let user = line * line % 41;
            let _ = writeln!(
                text,
                "2025-03-0{day} {hour:02}:{:02}:07,{status},{user},{level},\"line {line}, said \"\"so\"\"\nand so\"",
                line % 60
            );
            if status != "invalid" {
                valid += 1;
                errors += u64::from(level == "ERROR");
                *hours
                    .entry(1_740_787_200 + (day - 1) * 86_400 + hour as i64 * 3600)
                    .or_insert(0_u64) += 1;
                *users.entry(user as i64).or_insert(0_u64) += 1;
            }
        }
        fs::write(folder.join(format!("log-{day}.csv")), text).expect("a file");
    }
    (
        hours.into_iter().collect(),
        users.into_iter().collect(),
        errors as f64 / valid as f64,
    )
}

#[test]
fn the_log_pipeline_gives_what_the_lines_say() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let (hours, users, rate) = logs(folder.path());
    for blocksize in ["1MB", "37kB"] {
        let session = Session::testing();
        let raw =
            session.read_csv(ReadCsv::new(folder.path().join("*.csv")).blocksize(blocksize))?;
        assert!(if blocksize == "1MB" {
            raw.npartitions() == 2
        } else {
            raw.npartitions() > 10
        });
        let cleaned = raw
            .assign("timestamp", col("date").dt().floor("h"))?
            .filter(col("status").ne("invalid"))?
            .persist()?;
        let hourly = cleaned.groupby("timestamp").sort(true).size()?;
        let by_user = cleaned.groupby("user_id").sort(true).size()?;
        let error_rate = cleaned.filter(col("level").eq("ERROR"))?.len() / cleaned.len();
        let (hourly, by_user, error_rate) = swath::compute((&hourly, &by_user, &error_rate))?;
        let sizes: Vec<u64> = (0..hourly.num_rows())
            .map(|row| {
                Ok(hourly
                    .value("size", row)?
                    .to_string()
                    .parse()
                    .expect("a number"))
            })
            .collect::<swath::Result<_>>()?;
        let expected: Vec<u64> = hours.iter().map(|(_, lines)| *lines).collect();
        assert_eq!(sizes, expected);
        assert_eq!(
            hourly.value("timestamp", 0)?.to_string(),
            "2025-03-01T00:00:00"
        );
        assert_eq!(by_user.rows::<(i64, u64)>()?.collect::<Vec<_>>(), users);
        assert!((f64::try_from(error_rate)? - rate).abs() < 1e-12);
    }
    Ok(())
}

/// How users fare, and what share of lines are errors: one pass over the lines that writes a table beside its answers.
fn report(session: &Session, glob: &str, out: &str) -> swath::Result<(Table, swath::Written, f64)> {
    let raw = session.read_csv(
        ReadCsv::new(glob)
            .blocksize("64kB")
            .dtype("date", "timestamp[us]")
            .dtype("user_id", "string")
            .on_bad_lines(OnBadLines::Skip),
    )?;
    let cleaned = raw
        .assign("timestamp", col("date").dt().floor("h"))?
        .filter(col("status").ne_missing("invalid"))?
        .persist()?;
    let hourly = cleaned.groupby("timestamp").sort(true).size()?;
    let users = cleaned.groupby("user_id").size()?;
    let errors = cleaned.filter(col("level").eq("ERROR"))?.len() / cleaned.len();
    let written = users.sink_parquet(ToParquet::new(out).overwrite())?;

    let (hourly, written, rate) = swath::compute((&hourly, &written, &errors))?;
    Ok((hourly, written, f64::try_from(rate)?))
}

#[test]
fn a_report_is_written_in_one_pass() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let (hours, users, rate) = logs(folder.path());
    let bad = "date,status,user_id,level,message\nyesterday,ok,1,INFO,not a date\n1,2,3,4,5,6\n";
    fs::write(folder.path().join("log-3.csv"), bad).expect("a file");
    let out = folder.path().join("users");
    let (glob, out) = (folder.path().join("*.csv"), out.display().to_string());
    let session = Session::testing();
    // Twice: what was written is replaced.
    for _ in 0..2 {
        let (hourly, written, found) = report(&session, &glob.display().to_string(), &out)?;
        assert_eq!(hourly.num_rows(), hours.len());
        assert_eq!(written.rows(), users.len() as u64);
        assert!((found - rate).abs() < 1e-12);
    }
    let back = session.read_parquet(out.as_str())?;
    let lines: u64 = users.iter().map(|(_, lines)| lines).sum();
    assert_eq!(back.sum("size")?.get::<u64>()?, lines);
    Ok(())
}

/// Files whose middle looks like other records: the rows are right, whatever is computed of them first.
#[test]
fn wrong_guesses_are_found_out_before_anybody_sees_a_row() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = "a,b\n".to_owned();
    for row in 0..300 {
        let _ = writeln!(text, "{row},\"\nc,{row}\ne,f\ng,h\n\"");
        let _ = writeln!(text, "{row},x");
    }
    fs::write(folder.path().join("a.csv"), text).expect("a file");
    for blocksize in ["97", "500", "3kB"] {
        let session = Session::builder().threads(2).build()?;
        let frame = session.read_csv(
            ReadCsv::new(folder.path())
                .blocksize(blocksize)
                .dtype("a", "int64")
                .dtype("b", "string"),
        )?;
        assert_eq!(frame.compute()?.num_rows(), 600, "{blocksize}");
        // Of partitions on their own, streamed, from the end, and first of all in a session.
        let fresh = Session::builder().threads(2).build()?;
        let frame = fresh.read_csv(
            ReadCsv::new(folder.path())
                .blocksize(blocksize)
                .dtype("a", "int64")
                .dtype("b", "string"),
        )?;
        let last: Table = frame.tail(1)?.compute()?;
        assert_eq!(last.value("b", 0)?.to_string(), "x");
        let streamed: usize = frame
            .batches()?
            .map(|batch| batch.map(|batch| batch.num_rows()))
            .sum::<swath::Result<usize>>()?;
        assert_eq!(streamed, 600, "{blocksize}");
        let total: i64 = frame.sum("a")?.get()?;
        assert_eq!(total, 2 * 299 * 300 / 2);
    }
    Ok(())
}

#[test]
fn a_value_that_does_not_fit_is_told_by_its_line() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = "id,v\n".to_owned();
    for row in 0..40_000 {
        let _ = writeln!(text, "{row},{row}");
    }
    let text = text.replace("\n23456,23456\n", "\n23456,n/k\n");
    fs::write(folder.path().join("a.csv"), text).expect("a file");
    let session = Session::testing();
    let options = ReadCsv::new(folder.path()).blocksize("50kB").sample("1kB");
    let frame = session.read_csv(options.clone())?;
    let error = frame.sum("v")?.compute().expect_err("no number");
    assert_eq!(error.column(), Some("v"));
    let told = error.to_string();
    assert!(
        told.contains("`n/k` is no int64: column `v`, line 23458 of"),
        "{told}"
    );
    assert!(told.contains("dtype(\"v\", \"string\")"), "{told}");
    // The column is not read, so nobody minds.
    assert_eq!(frame.len().compute()?.to_string(), "40000");
    let skipped = session.read_csv(options.on_bad_lines(OnBadLines::Skip))?;
    assert_eq!(
        skipped.sum("v")?.get::<i64>()?,
        (0..40_000).sum::<i64>() - 23_456
    );
    Ok(())
}

#[test]
fn what_is_written_as_text_reads_back() -> swath::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let session = Session::testing();
    let text = "k,v,t\na,1,2024-01-31T10:00:00\n\"b, \"\"c\"\"\",2,\n,3,2024-02-01T00:00:00.5\n\"\",4,2024-02-01T00:00:00\nNA,,2024-02-01T00:00:00\n";
    let frame = session
        .from_batches([Batch::from_csv(text)?])?
        .repartition(2)?;
    for options in [
        ToCsv::new(folder.path()),
        ToCsv::new(folder.path()).overwrite().compression("zstd"),
        ToCsv::new(folder.path()).overwrite().compression("gzip"),
    ] {
        let written = frame.to_csv(options)?;
        assert_eq!((written.files(), written.rows()), (2, 5));
        let back = session.read_csv(folder.path())?;
        assert_eq!(back.compute()?.to_string(), frame.compute()?.to_string());
    }
    let taken = frame.to_csv(folder.path()).expect_err("files are there");
    assert!(taken.to_string().contains("2 files already"), "{taken}");
    // Read and written in one computation: refused.
    let back = session.read_csv(folder.path())?;
    let onto = back
        .to_csv(ToCsv::new(folder.path()).overwrite())
        .expect_err("its own files");
    assert!(onto.to_string().contains("to_csv"), "{onto}");
    Ok(())
}
