//! Both functions, on tables, against an oracle, and cut into partitions.

use std::fmt::Write;

use proptest::prelude::*;
use swath_plugin::prelude::*;

use crate::{VisitEnds, VisitStarts};

fn starts(part: &Batch) -> Result<Vec<Option<bool>>> {
    let function = VisitStarts {
        user: "u".into(),
        time: "t".into(),
        gap: "30min".parse()?,
    };
    Ok(testing::run(function, part)?
        .rows1("visit_start")?
        .collect())
}

fn ends(part: &Batch) -> Result<Vec<Option<bool>>> {
    let function = VisitEnds {
        user: "u".into(),
        time: "t".into(),
        gap: "30min".parse()?,
    };
    Ok(testing::run(function, part)?.rows1("visit_end")?.collect())
}

#[track_caller]
fn check(table: &str, first: &[Option<bool>], last: &[Option<bool>]) {
    let part = Batch::from_csv(table).expect("a table");
    assert_eq!(starts(&part).expect("starts"), first);
    assert_eq!(ends(&part).expect("ends"), last);
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

#[test]
fn visits_of_several_users() {
    check(
        "u,t\na,2026-01-01T00:00\nb,2026-01-01T00:10\na,2026-01-01T00:30\nb,2026-01-01T01:00\na,2026-01-01T01:00:01\n",
        // Half an hour is not longer than half an hour.
        &[YES, YES, NO, YES, YES],
        &[NO, YES, YES, YES, YES],
    );
}

#[test]
fn users_of_any_dtype() {
    let (first, last) = ([YES, YES, NO], [NO, YES, YES]);
    let table = |one: &str, other: &str| {
        format!("u,t\n{one},2026-01-01T00:00\n{other},2026-01-01T00:00\n{one},2026-01-01T00:29\n")
    };
    check(&table("a", "b"), &first, &last);
    check(&table("-7", "7"), &first, &last);
    let part = Batch::from_csv(&table("1", "2")).expect("a table");
    let part = part
        .with("u", vec![u64::MAX, 1, u64::MAX])
        .expect("three users");
    assert_eq!(starts(&part).expect("starts"), first);
}

#[test]
fn nulls_are_nobodys_events() {
    check(
        "u,t\na,\na,2026-01-01T00:00\n,2026-01-01T00:01\na,2026-01-01T00:02\n",
        &[None, YES, None, NO],
        &[None, NO, None, YES],
    );
    let none = Batch::from_csv("u,t\na,2026-01-01T00:00\n")
        .expect("a table")
        .head(0);
    assert_eq!(starts(&none).expect("starts"), []);
    assert_eq!(ends(&none).expect("ends"), []);
}

#[test]
fn what_it_refuses() {
    let said = |table: &str| {
        let part = Batch::from_csv(table).expect("a table");
        starts(&part).expect_err("it is refused").to_string()
    };
    assert_eq!(
        said("u,t\n1.5,2026-01-01T00:00\n"),
        "column `u` is float64: users are told by a string, a category or an integer"
    );
    assert_eq!(
        said("u,t\na,1\n"),
        "column `t` is int64, and must be timestamp"
    );
}

#[test]
fn what_it_promises() {
    let manifest = testing::manifest(crate::plugin()).expect("a manifest");
    let names: Vec<&str> = manifest.functions.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["visit_starts", "visit_ends"]);
    let starts = VisitStarts::from_json(r#"{"user":"u","time":"t"}"#).expect("a gap by default");
    assert_eq!(starts.gap.to_string(), "30m");
}

/// Minutes after the one before, and a user of three.
fn events() -> impl Strategy<Value = Vec<(u32, u8)>> {
    prop::collection::vec((0..45_u32, 0..3_u8), 1..60)
}

fn part(events: &[(u32, u8)]) -> Batch {
    let mut minutes = 0;
    let mut table = "u,t\n".to_owned();
    for (later, user) in events {
        minutes += later;
        let (day, hour, minute) = (minutes / 1440 + 1, minutes / 60 % 24, minutes % 60);
        writeln!(table, "u{user},2026-01-{day:02}T{hour:02}:{minute:02}")
            .expect("text never fails");
    }
    Batch::from_csv(&table).expect("a table")
}

proptest! {
    #[test]
    fn they_are_what_a_look_at_all_pairs_finds(events in events()) {
        let mut minutes = 0;
        let at: Vec<(u32, u8)> = events.iter().map(|(later, user)| { minutes += later; (minutes, *user) }).collect();
        let near = |from: &[(u32, u8)], (minute, user): (u32, u8)| {
            from.iter().any(|(other, who)| *who == user && minute.abs_diff(*other) <= 30)
        };
        let first: Vec<_> = (0..at.len()).map(|i| Some(!near(&at[..i], at[i]))).collect();
        let last: Vec<_> = (0..at.len()).map(|i| Some(!near(&at[i + 1..], at[i]))).collect();
        prop_assert_eq!(starts(&part(&events)).expect("starts"), first);
        prop_assert_eq!(ends(&part(&events)).expect("ends"), last);
    }

    /// A partition that is shown no more of its neighbours than was declared finds what the whole table has there.
    #[test]
    fn the_halo_is_enough(events in events(), from in 0..60_usize, rows in 1..20_usize) {
        let whole = part(&events);
        let rows_of = whole.num_rows();
        let (from, to) = (from.min(rows_of), (from + rows).min(rows_of));
        if from == to {
            return Ok(());
        }
        let times: Vec<Timestamp> = whole.rows1("t").expect("times").collect();
        let gap: Span = "30min".parse().expect("a span");
        let before = (0..from).find(|at| times[from] - times[*at] <= gap).unwrap_or(from);
        let after = (to..rows_of).rev().find(|at| times[*at] - times[to - 1] <= gap).map_or(to, |at| at + 1);
        let shown = whole.slice(before, to - before);
        prop_assert_eq!(&starts(&shown).expect("starts")[from - before..], &starts(&whole).expect("starts")[from..to]);
        let shown = whole.slice(from, after - from);
        prop_assert_eq!(&ends(&shown).expect("ends")[..to - from], &ends(&whole).expect("ends")[from..to]);
    }
}
