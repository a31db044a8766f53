//! Functions that are put off or make partitions: what they return, and what was said of it.

use std::fmt;

use swath::prelude::*;
use swath::{Delayed, ErrorKind, FromDelayed, FromMap};

use super::{Scene, two_threads};

#[derive(Debug)]
struct NoRate(&'static str);

impl fmt::Display for NoRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no rate for {}", self.0)
    }
}

impl std::error::Error for NoRate {}

fn rate() -> Result<f64, NoRate> {
    Err(NoRate("chf"))
}

#[test]
fn functions_that_are_put_off() {
    let mut scene = Scene::new(two_threads());
    let kind = scene.mistake("an error of its own", |s| {
        let error = s.session.try_delayed((), rate).compute();
        let error = error.map(drop).expect_err("there is no rate");
        assert_eq!(error.downcast_ref::<NoRate>().expect("its own").0, "chf");
        Err::<(), _>(error)
    });
    assert_eq!(kind, ErrorKind::Task);
    scene.mistake("an error below what is computed", |s| {
        let rate = s.session.try_delayed((), rate).named("rate-v1");
        let net = s.session.delayed(&rate, |rate: &f64| 100.0 / rate);
        swath::compute((&s.sales(), &net))
    });
    let kind = scene.mistake("a panic", |s| {
        let add = |rows: &Table| {
            assert!(
                rows.num_rows() > 9,
                "there are only {} rows",
                rows.num_rows()
            );
        };
        s.session.delayed(&s.sales(), add).compute()
    });
    assert!(matches!(kind, ErrorKind::Panic { .. }), "{kind:?}");
    let kind = scene.mistake("an input of another session", |s| {
        let elsewhere = Session::testing().delayed((), || 1_i64);
        s.session.delayed(&elsewhere, |n: &i64| n + 1).compute()
    });
    assert_eq!(kind, ErrorKind::Sessions);
    scene.mistake("an input that is not well-typed", |s| {
        let wrong = s.sales().max("region")? - 1;
        s.session.delayed(wrong, |_: &Value| ()).compute()
    });
    let kind = scene.mistake("a value that does not fit", |s| {
        let large = s.session.delayed((), || vec![1_u8; 10]);
        large.heap_bytes(|_| 1 << 40).persist()
    });
    assert!(matches!(kind, ErrorKind::MemoryLimit { .. }), "{kind:?}");
    scene.finish("functions_that_are_put_off");
}

/// A frame of one call a text, which says the rows.
fn parts(s: &Scene, texts: &'static [&'static str]) -> Vec<Delayed<Batch>> {
    let part = |text| s.session.try_delayed((), move || Batch::from_csv(text));
    texts.iter().copied().map(part).collect()
}

#[test]
fn functions_that_make_partitions() {
    let mut scene = Scene::new(two_threads());
    scene.mistake("no partition", |s| s.session.from_delayed(Vec::new()));
    scene.mistake("a first call that fails, without a meta", |s| {
        let first = s.session.try_delayed((), || Err::<Batch, _>(NoRate("chf")));
        s.session.from_delayed([first])
    });
    scene.mistake("a call of another session", |s| {
        let elsewhere = Session::testing().try_delayed((), || Batch::from_csv("a\n1\n"));
        s.session.from_delayed([elsewhere])
    });
    scene.mistake("other columns than the first", |s| {
        let parts = parts(s, &["a,b\n1,2\n", "a,c\n1,2\n"]);
        s.session.from_delayed(parts)?.compute()
    });
    let days = |s: &Scene| {
        let parts = parts(s, &["day,v\n1,1\n4,1\n", "day,v\n12,1\n5,1\n"]);
        FromDelayed::new(parts).meta([("day", "int64"), ("v", "int64")])
    };
    scene.mistake("an index that does not exist", |s| {
        s.session.from_delayed(days(s).index("dya"))
    });
    scene.mistake("an index that does not come first", |s| {
        s.session.from_delayed(days(s).index("v"))
    });
    scene.mistake("an index twice", |s| {
        s.session
            .from_delayed(days(s).index_columns(["day", "day"]))
    });
    scene.mistake("divisions without an index", |s| {
        s.session.from_delayed(days(s).divisions([1, 5, 12]))
    });
    scene.mistake("divisions of more partitions", |s| {
        s.session
            .from_delayed(days(s).index("day").divisions([1, 5, 12, 20]))
    });
    scene.mistake("divisions that are not in order", |s| {
        s.session
            .from_delayed(days(s).index("day").divisions([1, 12, 5]))
    });
    scene.mistake("divisions of another dtype", |s| {
        s.session
            .from_delayed(days(s).index("day").divisions(["a", "b", "c"]))
    });
    let kind = scene.mistake("rows outside of the divisions", |s| {
        let days = days(s).index("day").divisions([1, 6, 12]);
        s.session.from_delayed(days)?.compute()
    });
    assert_eq!(kind, ErrorKind::Partitions);
    scene.mistake("a null in the index", |s| {
        let parts = FromDelayed::new(parts(s, &["day,v\n1,1\n,2\n"]));
        let parts = parts.meta([("day", "int64"), ("v", "int64")]);
        s.session
            .from_delayed(parts.index("day").divisions([1, 5]))?
            .compute()
    });
    scene.mistake("rows of an input outside of the divisions", |s| {
        let days = FromMap::new([1_i64, 5], |day: &i64| {
            Batch::from_columns([("day", vec![*day, day + 3])])
        });
        let days = days.meta([("day", "int64")]).index("day");
        let df = s.session.from_map(days.divisions([1, 4, 8]))?;
        df.sum("day").and_then(|sum| sum.compute())?;
        df.compute()
    });
    scene.finish("functions_that_make_partitions");
}
