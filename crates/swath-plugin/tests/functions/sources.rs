//! A source, whose partitions are what it listed.

use insta::assert_snapshot;
use swath_plugin::prelude::*;

use super::lineless;

/// Days, each a partition.
#[derive(Params)]
struct Days {
    days: u32,
    /// What it does.
    #[param(default = "")]
    how: String,
}

impl Source for Days {
    const NAME: &'static str = "days";
    type Part = u32;
    type Reading = Option<u32>;

    fn bind(&self) -> Result<Contract> {
        let meta = Meta::of([("day", "int64"), ("name", "string")])?;
        Ok(Contract::any_rows(
            meta.with_index(swath_plugin::Index::leading(1))?,
        ))
    }

    fn parts(&self, _: &Cx) -> Result<Parts<u32>> {
        let parts = Parts::new((0..self.days).map(|day| Part::new(day).rows(1)));
        Ok(match self.how.as_str() {
            "null" => parts.between([Some(1_i64), None]),
            "text" => parts.between(["a", "b"]),
            _ => parts.between(0..=i64::from(self.days)),
        })
    }

    fn open(&self, day: u32, wanted: &Wanted, cx: &Cx) -> Result<Option<u32>> {
        assert_eq!(cx.partition().number(), day as usize);
        let is_out = |filter: &swath_plugin::Filter| {
            filter.is == swath_plugin::Comparison::Gt && Value::from(i64::from(day)) == filter.value
        };
        Ok((!wanted.filters().iter().any(is_out)).then_some(day))
    }

    fn next(&self, day: &mut Option<u32>, _: &Cx) -> Result<Option<Batch>> {
        let Some(day) = day.take() else {
            return Ok(None);
        };
        let batch = Batch::from_columns([("day", vec![i64::from(day)])])?;
        let rows = match self.how.as_str() {
            "twice" => 2,
            "panic" => panic!("no such day"),
            _ => 1,
        };
        if self.how == "lacks" {
            return Ok(Some(batch));
        }
        let names = vec![format!("day {day}"); rows];
        Ok(Some(match rows {
            1 => batch.with("name", names)?,
            _ => Batch::from_columns([("day", vec![i64::from(day); rows])])?.with("name", names)?,
        }))
    }
}

#[test]
fn sources_are_read_without_a_host() -> Result<()> {
    let days = |how: &str| Days {
        days: 3,
        how: how.into(),
    };
    let parts = testing::read(days(""))?;
    assert_eq!(parts.len(), 3);
    assert_eq!(
        parts[2].str("name")?.iter().collect::<Vec<_>>(),
        [Some("day 2")]
    );
    // Of what is returned, what was asked for comes.
    let names = testing::read_wanted(days(""), &["name"], &[])?;
    assert!(names[0].meta().names().eq(["name"]));
    let after = [("day", swath_plugin::Comparison::Gt, Value::from(1_i64))];
    let left = testing::read_wanted(days(""), &[], &after)?;
    assert_eq!(
        left.iter().map(Batch::num_rows).collect::<Vec<_>>(),
        [1, 0, 1]
    );

    let said = |source: Days| lineless(testing::read(source).expect_err("a mistake"));
    assert_snapshot!(said(days("twice")), @"partition 0 has 2 rows, and was listed with 1");
    assert_snapshot!(said(days("lacks")), @r"
    returned other columns than it declared: the columns do not match the meta; extra: [], missing: [name]
      column  found  expected
      name    -      string
    ");
    assert_snapshot!(said(days("panic")), @"panicked: no such day, crates/swath-plugin/tests/functions/sources.rs:[line]");
    assert_snapshot!(said(days("text")), @"gave 2 boundaries for 3 partitions, which have one more");
    let one = |how: &str| Days {
        days: 1,
        how: how.into(),
    };
    assert_snapshot!(said(one("null")), @"gave a boundary of `day` that is null");
    assert_snapshot!(said(one("text")), @"gave a boundary of `day`: expected int64, found string `a`");
    Ok(())
}

/// A partition up to each limit.
#[derive(Params)]
struct Limits;

impl Source for Limits {
    const NAME: &'static str = "limits";
    type Part = f64;
    type Reading = ();

    fn bind(&self) -> Result<Contract> {
        Ok(Contract::any_rows(Meta::of([("x", "float64")])))
    }

    fn parts(&self, _: &Cx) -> Result<Parts<f64>> {
        Ok(Parts::new([1.0, f64::INFINITY].map(Part::new)))
    }

    fn open(&self, _: f64, _: &Wanted, _: &Cx) -> Result<()> {
        Ok(())
    }

    fn next(&self, (): &mut (), _: &Cx) -> Result<Option<Batch>> {
        Ok(None)
    }
}

/// A partition that nothing can be read of is an error of the list, and not of a task.
#[test]
fn parts_that_json_has_no_words_for() {
    assert_snapshot!(testing::read(Limits).expect_err("no such number"), @"one of its parts cannot be read again: invalid type: null, expected f64");
}
