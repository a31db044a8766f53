//! Functions of partitions that see rows of their neighbours.

use swath::MapOverlap;
use swath::prelude::*;

use crate::scene::{in_parts, linked, rows_of, said, scale};

/// Neighbours are seen however partitions are cut, those without rows among them.
#[test]
fn any_cut_has_the_same_visits() -> swath::Result<()> {
    let session = linked();
    // Gaps of 7 to 41 minutes, by three users.
    let mut minutes = 0;
    let rows = (0..60_i64).map(|row| {
        minutes += 7 + row * 17 % 35;
        let (hour, minute) = (minutes / 60, minutes % 60);
        let (day, hour) = (5 + hour / 24, hour % 24);
        format!(
            "{},2026-01-{day:02}T{hour:02}:{minute:02}:00\n",
            ["a", "b", "c"][(row * row % 3) as usize]
        )
    });
    let rows = Batch::from_csv(&format!("uid,ts\n{}", rows.collect::<String>()))?;
    let visits = |parts: usize| -> swath::Result<Vec<bool>> {
        let n = rows.num_rows();
        let cuts = (0..parts).map(|part| (part * n / parts, (part + 1) * n / parts));
        let cut = cuts.flat_map(|(from, to)| [rows.slice(from, to - from), rows.head(0)]);
        let df = session.from_batches(cut.collect::<Vec<_>>())?;
        let visits = plugin("other.visit_starts")
            .param("user", "uid")
            .param("time", "ts");
        let starts = df.map_overlap(visits)?.select(["visit_start"])?.compute()?;
        Ok(starts.rows::<(bool,)>()?.map(|(start,)| start).collect())
    };
    let expected = visits(1)?;
    let starts = expected.iter().filter(|start| **start).count();
    assert!((10..50).contains(&starts), "{starts}");
    for parts in [2, 7, 64] {
        assert_eq!(visits(parts)?, expected, "{parts} partitions");
    }
    Ok(())
}

/// Only the function that asked for its neighbours' rows is handed them, not one that follows in the same task.
#[test]
fn what_comes_after_neighbours_sees_its_own_rows() -> swath::Result<()> {
    for parts in [1, 7, 64] {
        let df = in_parts(&linked(), parts)?;
        let expected = rows_of(&df.assign("x", col("x") * 2.0)?)?;
        let beside = df.map_overlap(plugin("other.neighbours"))?;
        let kept = |chunks: bool| {
            plugin("other.in_order")
                .param("by", Value::List(Vec::new().into()))
                .param("chunks", chunks)
        };
        assert_eq!(rows_of(&beside.map_partitions(scale(2.0))?)?, expected);
        for chunks in [false, true] {
            let after = beside
                .map_partitions(kept(chunks))?
                .map_partitions(scale(2.0))?;
            assert_eq!(rows_of(&after)?, expected);
        }
        let again = beside
            .map_overlap(plugin("other.neighbours"))?
            .map_overlap(kept(false))?;
        assert_eq!(rows_of(&again.map_partitions(scale(2.0))?)?, expected);
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
