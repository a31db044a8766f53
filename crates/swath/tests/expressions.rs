//! Functions and choices inside frames: pushed down, fused, grouped by and encoded like every expression.

use swath::prelude::*;
use swath::{Pattern, concat_str, least};

const LOG: &str = "\
date,status,level,path,took
2024-02-29T12:10:00,ok,INFO,/a/x,5
2024-02-29T12:59:59,ok,ERROR,/b/y,0
2024-02-29T13:00:00,invalid,INFO,/a/z,7
2024-02-29T13:30:00,ok,ERROR,/a/x,
2024-03-01T00:00:00,ok,INFO,/c,9
";

fn log(session: &Session) -> swath::Result<DataFrame> {
    let text = session.from_batches([Batch::from_csv(LOG)?])?;
    text.assign("date", col("date").cast("timestamp[us]"))?
        .repartition(2)
}

#[test]
fn the_log_pipeline_groups_by_the_hour() -> swath::Result<()> {
    let session = Session::builder().threads(2).build()?;
    let cleaned = log(&session)?
        .assign("timestamp", col("date").dt().floor("h"))?
        .filter(col("status").ne("invalid"))?
        .persist()?;
    let hourly = cleaned.groupby("timestamp").sort(true).size()?;
    let errors = cleaned.filter(col("level").eq("ERROR"))?.len();
    let (hourly, errors) = swath::compute((&hourly, &errors))?;
    insta::assert_snapshot!(hourly, @r#"
    timestamp           │  size
    timestamp[us]       │ int64
    ────────────────────┼──────
    2024-02-29T12:00:00 │     2
    2024-02-29T13:00:00 │     1
    2024-03-01T00:00:00 │     1

    3 rows, 2 columns
    "#);
    assert_eq!(i64::try_from(errors).ok(), Some(2));
    Ok(())
}

#[test]
fn functions_work_in_every_verb() -> swath::Result<()> {
    let session = Session::builder().threads(2).build()?;
    let table = log(&session)?
        .filter(col("path").str().contains(Pattern::regex("^/[ab]/")))?
        .assign("host", col("path").str().split("/").list().get(1))?
        .assign(
            "rate",
            when(col("took").ne(0))
                .then(lit(100).floordiv(col("took")))
                .otherwise(-1),
        )?
        .assign(
            "key",
            concat_str([col("host"), col("level").str().lower()], ":"),
        )?
        .assign("day", col("date").dt().strftime("%d.%m."))?
        .assign("low", least([col("took"), col("rate"), 6.into()]))?
        .select(["key", "rate", "day", "low"])?
        .compute()?;
    insta::assert_snapshot!(table, @r#"
    key       rate  day       low
    string   int64  string  int64
    ─────────────────────────────
    a:info      20  29.02.      5
    b:error     -1  29.02.     -1
    a:info      14  29.02.      6
    a:error     -1  29.02.     -1

    4 rows, 4 columns
    "#);
    Ok(())
}

#[test]
fn mistakes_are_told_at_the_call() -> swath::Result<()> {
    let session = Session::builder().threads(1).build()?;
    let log = log(&session)?;
    let pattern = log.filter(col("path").str().contains("a(b")).map(|_| ());
    let dtype = log.assign("x", col("took").str().lower()).map(|_| ());
    let errors = [pattern, dtype].map(|answer| answer.expect_err("it is a mistake").to_string());
    let text = errors.join("\n\n");
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("  at "))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    error[E0401]: function `str.contains` failed
      why     at character 2 of `a(b`: unclosed group
      in      path.str().contains("a(b", regex=true)

    error[E0401]: function `str.lower` failed
      why     argument 1 must be text, `took` is int64
      in      took.str().lower()
      fix     write `col("took").cast("string").str().lower()`
    "#);
    Ok(())
}
