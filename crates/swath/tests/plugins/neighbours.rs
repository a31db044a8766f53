//! Functions of partitions that see rows of their neighbours.

use swath::MapOverlap;
use swath::prelude::*;

use crate::scene::{PARTS, Row, in_parts, linked, rows_of, said, scale};

/// The session's rows in so many partitions, with one that has no rows behind each.
fn cut(session: &Session, rows: &Batch, parts: usize) -> swath::Result<DataFrame> {
    let n = rows.num_rows();
    let cuts = (0..parts).map(|part| (part * n / parts, (part + 1) * n / parts));
    let cut = cuts.flat_map(|(from, to)| [rows.slice(from, to - from), rows.head(0)]);
    session.from_batches(cut.collect::<Vec<_>>())
}

/// Neighbours that are less than a length of time away are seen however partitions are cut, those without rows among them.
#[test]
fn any_cut_has_the_same_visits() -> swath::Result<()> {
    let session = linked();
    // Gaps of 7 to 41 minutes, by three users.
    let mut minutes = 0;
    let events: Vec<(&str, i64)> = (0..60_i64)
        .map(|row| {
            minutes += 7 + row * 17 % 35;
            (["a", "b", "c"][(row * row % 3) as usize], minutes)
        })
        .collect();
    let lines = events.iter().map(|(user, minutes)| {
        let (hour, minute) = (minutes / 60, minutes % 60);
        let (day, hour) = (5 + hour / 24, hour % 24);
        format!("{user},2026-01-{day:02}T{hour:02}:{minute:02}:00\n")
    });
    let rows = Batch::from_csv(&format!("uid,ts\n{}", lines.collect::<String>()))?;
    // None of the same user within 30 minutes, on either side of a row.
    let is_alone = |row: usize, others: &[(&str, i64)]| {
        let (user, at) = events[row];
        let mut others = others.iter();
        others.all(|(other, time)| *other != user || at.abs_diff(*time) > 30)
    };
    let starts = (0..60).map(|row| is_alone(row, &events[..row]));
    let ends = (0..60).map(|row| is_alone(row, &events[row + 1..]));
    for (function, mark, expected) in [
        ("other.visit_starts", "visit_start", starts.collect()),
        ("other.visit_ends", "visit_end", ends.collect::<Vec<_>>()),
    ] {
        let marked = expected.iter().filter(|marked| **marked).count();
        assert!((10..50).contains(&marked), "{marked}");
        for parts in [1, 2, 7, 64] {
            let visits = plugin(function).param("user", "uid").param("time", "ts");
            let df = cut(&session, &rows, parts)?.map_overlap(visits)?;
            let found = df.select([mark])?.compute()?;
            let found: Vec<bool> = found.rows::<(bool,)>()?.map(|(found,)| found).collect();
            assert_eq!(found, expected, "{mark}, {parts} partitions");
        }
    }
    Ok(())
}

/// What `other.around` makes of all rows at once.
fn around(rows: &[Row], before: usize, after: usize) -> Vec<Row> {
    let x = |row: Option<usize>| rows.get(row?)?.1;
    let around = |row: usize| Some(x(row.checked_sub(before))? + x(Some(row + after))?);
    let each = rows.iter().enumerate();
    each.map(|(row, (k, _, z))| (k.clone(), around(row), *z))
        .collect()
}

/// Neighbours that are so many rows away are seen in front and behind, over partitions that are shorter than that or have no rows,
/// whether or not it is known how many rows they have.
#[test]
fn any_cut_has_the_same_rows_around() -> swath::Result<()> {
    let session = linked();
    let all = in_parts(&session, 1)?;
    let rows = all.compute()?.batches().remove(0);
    let expected = rows_of(&all)?;
    for (before, after) in [(3_u32, 2_u32), (0, 5), (5, 0), (40, 70)] {
        let beside = plugin("other.around");
        let beside = beside.param("before", before).param("after", after);
        let expected = around(&expected, before as usize, after as usize);
        for parts in PARTS {
            let held = cut(&session, &rows, parts)?;
            let filtered = held.filter(col("z").ge(0))?;
            for df in [in_parts(&session, parts)?, held, filtered] {
                let found = rows_of(&df.map_overlap(beside.clone())?)?;
                assert_eq!(found, expected, "{before} and {after}, {parts} partitions");
            }
        }
    }
    Ok(())
}

/// Only the function that asked for its neighbours' rows is handed them, not one that follows in the same task.
#[test]
fn what_comes_after_neighbours_sees_its_own_rows() -> swath::Result<()> {
    let beside = || plugin("other.around");
    for parts in PARTS {
        let df = in_parts(&linked(), parts)?;
        let doubled = |times: usize| -> swath::Result<Vec<Row>> {
            let rows = (0..times).fold(rows_of(&df)?, |rows, _| around(&rows, 3, 2));
            let doubled = rows.into_iter().map(|(k, x, z)| (k, x.map(|x| x * 2.0), z));
            Ok(doubled.collect())
        };
        let once = df.map_overlap(beside())?;
        let kept = |chunks: bool| {
            plugin("other.in_order")
                .param("by", Value::List(Vec::new().into()))
                .param("chunks", chunks)
        };
        assert_eq!(rows_of(&once.map_partitions(scale(2.0))?)?, doubled(1)?);
        for chunks in [false, true] {
            let after = once
                .map_partitions(kept(chunks))?
                .map_partitions(scale(2.0))?;
            assert_eq!(rows_of(&after)?, doubled(1)?);
        }
        let twice = once.map_overlap(beside())?.map_overlap(kept(false))?;
        assert_eq!(rows_of(&twice.map_partitions(scale(2.0))?)?, doubled(2)?);
    }
    Ok(())
}

/// The consumer of program P6: what one team wrote, another uses.
#[test]
fn one_team_uses_what_another_wrote() -> swath::Result<()> {
    let session = linked();
    println!("{}", session.plugins());
    let parts = [
        "uid,ts,dist\na,2026-01-05T12:00:00,1.5\nb,2026-01-05T12:05:00,2.0\na,2026-01-05T12:10:00,\na,2026-01-05T12:50:00,4.0\n",
        "uid,ts,dist\nb,2026-01-05T13:00:00,8.0\na,2026-01-05T13:10:00,1.0\nb,2026-01-05T13:29:00,0.5\n",
    ];
    let parts = parts.map(Batch::from_csv);
    let trips = session.from_batches(parts.into_iter().collect::<Result<Vec<_>, _>>()?)?;
    let visits = plugin("other@0.1.visit_starts")
        .param("user", "uid")
        .param("time", "ts");
    let trips = trips
        .assign("far", plugin("tried.plus_one").call([col("dist")]))?
        .map_overlap(visits.clone())?;
    let starts: Vec<bool> = trips
        .select(["visit_start"])?
        .compute()?
        .rows::<(bool,)>()?
        .map(|(start,)| start)
        .collect();
    // `a` at 13:10 belongs to the visit of 12:50, which is in the partition before.
    assert_eq!(starts, [true, true, false, true, true, false, false]);
    let by_user = trips.groupby("uid").sort(true).agg([
        ("visits", col("visit_start").cast("int64").sum()),
        ("far", plugin("tried.sum").agg(col("far"))),
    ])?;
    let by_user: Vec<(String, i64, f64)> = by_user.compute()?.rows()?.collect();
    assert_eq!(by_user, [("a".into(), 2, 9.5), ("b".into(), 2, 13.5)]);

    // What the function says itself nobody else does, and without its neighbours it is not called.
    insta::assert_snapshot!(said(trips.map_overlap(MapOverlap::new(visits.clone()).before(1))), @r"
    error[E0110]: `other@0.1.visit_starts` says itself what it returns, reads and sees, and was given `.before(..)`
      at      crates/swath/tests/plugins/neighbours.rs:[line], map_overlap
      fix     leave `.before(..)` out
    ");
    insta::assert_snapshot!(said(trips.map_partitions(visits)), @r#"
    error[E0110]: `other@0.1.0.visit_starts` sees rows of neighbouring partitions, and `map_partitions` has none for it
      at      crates/swath/tests/plugins/neighbours.rs:[line], map_partitions
      fix     write `df.map_overlap(plugin("other@0.1.0.visit_starts"))`
    "#);
    Ok(())
}
