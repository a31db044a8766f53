//! Sources out of plugins.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use swath::prelude::*;
use swath::{ErrorKind, PluginFunction};

use crate::other::MADE;
use crate::scene::{elsewhere_with, linked, loaded, said};

fn numbers() -> PluginFunction {
    plugin("tried.numbers")
}

/// One that does something in its third partition of four, whatever it promised.
fn behaves(how: &str) -> PluginFunction {
    numbers().param("how", how)
}

type Row = (i64, f64, Option<String>);

fn rows_of(df: &DataFrame) -> swath::Result<Vec<Row>> {
    let table = df.reset_index()?.compute()?;
    Ok(table.rows()?.collect())
}

#[test]
fn a_source_is_read_as_files_are() -> swath::Result<()> {
    let expected: Vec<Row> = (0..40)
        .map(|n| (n, n as f64 / 2.0, Some(format!("n{n}"))))
        .collect();
    for session in [linked(), loaded().0] {
        let df = session.read(numbers())?;
        assert_eq!((df.npartitions(), df.index()), (4, vec!["n"]));
        assert_eq!(df.columns(), ["half", "name"]);
        assert_eq!(rows_of(&df)?, expected);
        assert_eq!(rows_of(&df.partitions(2)?)?, expected[20..30]);
        // Equal calls are equal computations.
        assert!(df.same_as(&session.read(numbers())?));
        assert!(!df.same_as(&session.read(numbers().param("rows", 11))?));
        assert_eq!(df.sum("half")?.get::<f64>()?, 390.0);
        assert_eq!(df.head(3)?.compute()?.num_rows(), 3);
        let none = session.read(numbers().param("parts", 0))?;
        assert_eq!((none.npartitions(), none.compute()?.num_rows()), (1, 0));
        let random = || session.read(behaves("random"));
        assert!(!random()?.same_as(&random()?));
        assert_eq!(rows_of(&random()?)?, expected);
    }
    Ok(())
}

#[test]
fn divisions_that_it_gives_are_known() -> swath::Result<()> {
    let session = linked();
    let df = session.read(numbers())?;
    assert_eq!(df.divisions().locate(25).expect("they are known"), 2);
    let doubled = df.repartition(8)?;
    assert!(doubled.divisions().is_known());
    assert_eq!(rows_of(&doubled)?, rows_of(&df)?);
    let unknown = session.read(behaves("no bounds"))?;
    assert!(!unknown.divisions().is_known());
    Ok(())
}

/// How many partitions of sources were opened by this.
fn opened<T>(session: &Session, body: impl FnOnce() -> swath::Result<T>) -> swath::Result<i64> {
    let one = session.from_batches([Batch::from_columns([("since", vec![0_i64])])?])?;
    let count = || -> swath::Result<i64> {
        let df = one.assign("now", plugin("tried.opened").call([col("since")]))?;
        df.sum("now")?.get()
    };
    let before = count()?;
    body()?;
    Ok(count()? - before)
}

#[test]
fn rows_that_are_counted_are_not_read() -> swath::Result<()> {
    let (session, _folder) = loaded();
    let df = session.read(numbers())?;
    let read = opened(&session, || {
        assert_eq!(df.len().get::<i64>()?, 40);
        Ok(())
    })?;
    assert_eq!(read, 0);
    for how in ["unknown rows", "guessed rows"] {
        let df = session.read(behaves(how))?;
        let read = opened(&session, || {
            assert_eq!(df.len().get::<i64>()?, 40);
            Ok(())
        })?;
        assert_eq!(read, 4, "{how}");
    }
    Ok(())
}

/// What a source says of its rows is believed as far as there can be so many.
#[test]
fn more_rows_than_there_can_be_are_not_counted() -> swath::Result<()> {
    let session = linked();
    for how in ["endless rows", "endless guesses"] {
        let df = session.read(behaves(how))?;
        assert!(!df.explain().to_string().is_empty());
        assert_eq!(df.npartitions(), 4);
        let counted = df.len().get::<i64>();
        let first = df.head(3)?.compute();
        if how == "endless guesses" {
            assert_eq!((counted?, first?.num_rows()), (40, 3));
            assert_eq!(df.sum("half")?.get::<f64>()?, 390.0);
            continue;
        }
        // They are read, and it turns out.
        let error = counted.expect_err("there are not so many").to_string();
        assert!(
            error.contains(
                "returned 10 rows of a partition that it listed with 18446744073709551615"
            ),
            "{error}"
        );
        assert_eq!(first?.num_rows(), 3);
        assert!(df.compute().is_err());
    }
    Ok(())
}

/// A partition that is read to its end has as many rows as were listed, whatever of them is wanted; of one that is not, or where rows may
/// be left out, it is seen when there are more.
#[test]
fn rows_that_were_listed_are_counted_as_they_are_read() -> swath::Result<()> {
    let session = linked();
    let df = session.read(behaves("too few rows"))?;
    let all = df.reset_index()?;
    for (what, error) in [
        ("all", df.compute().err()),
        ("some columns", all.select("half")?.compute().err()),
        (
            "no columns",
            all.assign("one", lit(1))?.select("one")?.compute().err(),
        ),
        ("a filter", all.filter(col("half").ge(0.0))?.compute().err()),
    ] {
        let error = error.expect(what).to_string();
        assert!(error.contains("that it listed with 9"), "{what}: {error}");
    }
    let fewer = session.read(behaves("fewer rows"))?.reset_index()?;
    let none = fewer.assign("one", lit(1))?.select("one")?.compute();
    let none = none.expect_err("two are missing").to_string();
    assert!(
        none.contains("returned 8 rows of a partition that it listed with 10"),
        "{none}"
    );
    // The end of no partition is seen.
    assert_eq!(fewer.head(3)?.compute()?.num_rows(), 3);
    Ok(())
}

#[test]
fn only_what_is_needed_is_read() -> swath::Result<()> {
    let session = linked();
    let df = session.read(numbers())?;
    let wanted = df.filter(col("half").gt(3.0) & col("name").ne("n7"))?;
    let wanted = wanted.reset_index()?.select("half")?;
    let plan = wanted.explain().to_string();
    assert!(plan.contains("columns [half] where"), "{plan}");
    assert_eq!(wanted.sum("half")?.get::<f64>()?, 390.0 - 10.5 - 3.5);
    // A partition that does not return the columns that it was not asked for.
    let names = df.select("name")?.compute()?;
    assert_eq!(names.num_rows(), 40);
    // The source leaves rows out, and is looked after.
    for (predicate, expected) in [
        (col("n").ge(35), 5),
        (col("n").lt(3) | col("n").eq(9), 4),
        (col("n").gt(3) & col("half").le(3.0), 3),
        ((lit(10).gt(col("n"))) & col("n").ne(2), 9),
    ] {
        let all = df.reset_index()?.filter(&predicate)?;
        assert_eq!(all.compute()?.num_rows(), expected, "{predicate}");
    }
    Ok(())
}

/// A source is told the filters when it is read: rows that they leave out are not made.
#[test]
fn rows_that_are_not_wanted_are_not_made() -> swath::Result<()> {
    let df = linked().read(plugin("other.tally"))?;
    let many = || col("n").ge(90);
    let few = || col("n").lt(30) & col("n").gt(20);
    let odd = || (col("n") % 2).eq(1);
    for (what, df, rows, made) in [
        ("all", df.clone(), 100, 100),
        ("from some on", df.filter(many())?, 10, 10),
        ("between some", df.filter(few())?, 9, 9),
        ("in two steps", df.filter(many())?.filter(odd())?, 5, 10),
        (
            "what is made of it",
            df.assign("m", col("n") * 2)?.filter(many())?,
            10,
            10,
        ),
        ("none", df.filter(col("n").gt(1000))?, 0, 0),
        ("what no comparison says", df.filter(odd())?, 50, 100),
        ("either", df.filter(many() | few())?, 19, 100),
    ] {
        let before = MADE.load(Ordering::Relaxed);
        assert_eq!(df.compute()?.num_rows(), rows, "{what}");
        assert_eq!(MADE.load(Ordering::Relaxed) - before, made, "{what}");
    }
    Ok(())
}

/// Its tasks are data: a process that has the plugin runs them, another one says what it misses.
#[test]
fn other_processes_read_too() -> swath::Result<()> {
    let (session, _worker) = elsewhere_with(true);
    let df = session.read(numbers())?;
    assert_eq!(rows_of(&df)?.len(), 40);
    assert_eq!(rows_of(&df.partitions(1)?)?.len(), 10);
    let filtered = df.filter(col("half").ge(19.0))?;
    assert_eq!(rows_of(&filtered)?.len(), 2);
    let (session, _worker) = elsewhere_with(false);
    let error = said(session.read(numbers())?.compute());
    assert!(
        error.contains("this process has not the plugin of `tried@0.1.0.numbers`"),
        "{error}"
    );
    Ok(())
}

#[test]
fn what_cannot_be_read() -> swath::Result<()> {
    let session = linked();
    let refused = |how: &str| said(session.read(behaves(how)));
    insta::assert_snapshot!(refused("refuse"), @r"
    error[E0110]: `tried.numbers`: not today
      at      crates/swath/tests/plugins/reading.rs:[line], read
    ");
    insta::assert_snapshot!(refused("no list"), @r"
    error[E0401]: `tried.numbers`: nobody answers
      at      crates/swath/tests/plugins/reading.rs:[line], read
    ");
    insta::assert_snapshot!(refused("panic in parts"), @r"
    error[E0402]: `tried.numbers`: panicked: no list, tests/plugin/src/source.rs:[line]
      at      crates/swath/tests/plugins/reading.rs:[line], read
    ");
    insta::assert_snapshot!(refused("falling bounds"), @r"
    error[E0106]: `tried@0.1.0.numbers` gave boundaries for its partitions that are none
      at      crates/swath/tests/plugins/reading.rs:[line], read
      why     new division must be sorted, but boundary 1 is `30` after `39`
      fix     of its author: give `Parts::between` the first value of each partition, ascending, and the last one of the last; or leave it out
    ");
    insta::assert_snapshot!(refused("few bounds"), @r"
    error[E0401]: `tried.numbers`: gave 1 boundaries for 4 partitions, which have one more
      at      crates/swath/tests/plugins/reading.rs:[line], read
    ");
    insta::assert_snapshot!(refused("bounds of nothing"), @r"
    error[E0401]: `tried.numbers`: gave boundaries, which are of one index column, and declared 0 of them
      at      crates/swath/tests/plugins/reading.rs:[line], read
    ");
    insta::assert_snapshot!(said(session.read(numbers().param("part", 3))), @r"
    error[E0105]: `tried.numbers`: no parameter `part`; did you mean `parts`? parameters are `parts`, `rows`, `how`, `at`
      at      crates/swath/tests/plugins/reading.rs:[line], read
    ");
    insta::assert_snapshot!(said(session.read(plugin("tried.scale"))), @r#"
    error[E0110]: `tried.scale` is a partition function, and is used as a source
      at      crates/swath/tests/plugins/reading.rs:[line], read
      fix     write `df.map_partitions(plugin("tried.scale"))`
    "#);
    let df = session.read(numbers())?;
    insta::assert_snapshot!(said(df.map_partitions(numbers())), @r#"
    error[E0110]: `tried.numbers` is a source, and is used as a partition function
      at      crates/swath/tests/plugins/reading.rs:[line], map_partitions
      fix     write `session.read(plugin("tried.numbers"))`
    "#);
    insta::assert_snapshot!(said(df.assign("x", numbers().call([col("half")]))), @r#"
    error[E0110]: `tried.numbers` is a source, and is used as a scalar function
      at      crates/swath/tests/plugins/reading.rs:[line], assign
      in      tried.numbers(half)
      fix     write `session.read(plugin("tried.numbers"))`
    "#);
    Ok(())
}

#[test]
fn what_goes_wrong_in_a_partition() -> swath::Result<()> {
    let session = linked();
    let failed = |how: &str| said(session.read(behaves(how)).and_then(|df| df.compute()));
    insta::assert_snapshot!(failed("error in open"), @r"
    error[E0401]: `tried.numbers`: the day is gone
      at      crates/swath/tests/plugins/reading.rs:[line]
      task    read
      part    partition 2 of 4
      stage   read
    ");
    insta::assert_snapshot!(failed("error"), @r"
    error[E0401]: `tried.numbers`: the line is dead
      at      crates/swath/tests/plugins/reading.rs:[line]
      task    read
      part    partition 2 of 4
      stage   read
    ");
    insta::assert_snapshot!(failed("panic"), @r"
    error[E0402]: `tried.numbers`: panicked: no rate for chf, tests/plugin/src/source.rs:[line]
      at      crates/swath/tests/plugins/reading.rs:[line]
      task    read
      part    partition 2 of 4
      stage   read
    ");
    insta::assert_snapshot!(failed("dtype"), @r"
    error[E0401]: `tried.numbers`: returned other columns than it declared: the columns do not match the meta
      column  found  expected
      half    int64  float64
      at      crates/swath/tests/plugins/reading.rs:[line]
      task    read
      part    partition 2 of 4
      stage   read
    ");
    insta::assert_snapshot!(failed("lacks"), @r"
    error[E0401]: `tried.numbers`: returned other columns than it declared: the columns do not match the meta; extra: [], missing: [half, name]
      column  found  expected
      half    -      float64
      name    -      string
      at      crates/swath/tests/plugins/reading.rs:[line]
      task    read
      part    partition 2 of 4
      stage   read
    ");
    insta::assert_snapshot!(failed("outside"), @r"
    error[E0106]: `tried@0.1.0.numbers` returned a row of partition 2 that is not between the boundaries it gave for it
      at      crates/swath/tests/plugins/reading.rs:[line]
      task    read
      why     divisions failed for partition 2: expected a range of [20, 30), but the real range was [-1, 23]
      stage   read
      fix     of its author: list the boundaries that the rows have, or none; where what it reads has changed, make the frame anew
    ");
    insta::assert_snapshot!(failed("nulls"), @r"
    error[E0106]: `tried@0.1.0.numbers` returned a row of partition 2 that is not between the boundaries it gave for it
      at      crates/swath/tests/plugins/reading.rs:[line]
      task    read
      why     divisions failed for partition 2: expected a range of [20, 30), but the real range was [21, null]
      stage   read
      fix     of its author: list the boundaries that the rows have, or none; where what it reads has changed, make the frame anew
    ");
    insta::assert_snapshot!(failed("fewer rows"), @r"
    error[E0401]: `tried.numbers` returned 8 rows of a partition that it listed with 10
      at      crates/swath/tests/plugins/reading.rs:[line]
      task    read
      part    partition 2 of 4
      stage   read
    ");
    let error = session.read(behaves("reserve"))?.compute();
    let error = error.expect_err("there is no room");
    assert!(
        matches!(error.kind(), ErrorKind::MemoryLimit { .. }),
        "{error}"
    );
    // Where nobody wants it, it does not fail.
    let df = session.read(behaves("error"))?;
    assert_eq!(df.head(3)?.compute()?.num_rows(), 3);
    Ok(())
}

#[test]
fn listing_is_cancelled() -> swath::Result<()> {
    let session = linked();
    let is_over = AtomicBool::new(false);
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            // Until it has begun there is nothing to cancel.
            while !is_over.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(20));
                session.cancel_all();
            }
        });
        let listed = session.read(behaves("endless list"));
        is_over.store(true, Ordering::Relaxed);
        listed.expect_err("it was cancelled")
    });
    assert_eq!(error.kind(), &ErrorKind::Cancelled, "{error}");
    assert_eq!(session.read(numbers())?.len().get::<i64>()?, 40);
    Ok(())
}
