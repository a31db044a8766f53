//! Functions that are used as what they are not, or with what they do not take.

use swath::ErrorKind;
use swath::prelude::*;

use crate::scene::{in_parts, linked, said};

#[test]
fn wrong_uses() -> swath::Result<()> {
    let df = in_parts(&linked(), 2)?;
    let grouped = |agg: Agg| said(df.groupby("k").agg([agg]));
    let assigned = |expr: Expr| said(df.assign("y", expr));
    let all = [
        assigned(plugin("tried.sum").call("x")),
        assigned(plugin("tried.scale").call("x")),
        grouped(plugin("tried.plus_one").agg("x")),
        grouped(plugin("tried.scale").agg("x")),
        assigned(plugin("tried.plus_one").call(["x", "x"])),
        assigned(plugin("tried.plus_one").call("k")),
        assigned(plugin("tried.plus_one").param("by", 2).call("x")),
        assigned(plugin("tried.plus_one").param("by", f64::NAN).call("x")),
        assigned(plugin("tried.plus_one").params(&[1]).call("x")),
        grouped(plugin("tried.sum").agg("k")),
        grouped(plugin("tried.sum").param("q", 0.5).agg("x")),
        said(df.filter(plugin("tried.plus_one").call("x"))),
    ];
    insta::assert_snapshot!(all.join("\n\n"), @r#"
    error[E0110]: `tried.sum` is an aggregate, and is used as a scalar function
      at      crates/swath/tests/plugins/wrong_uses.rs:[line], assign
      in      tried.sum(x)
      written crates/swath/tests/plugins/wrong_uses.rs:[line]
      fix     write `.agg([("…", plugin("tried.sum").agg(col("…")))])`

    error[E0110]: `tried.scale` is a partition function, and is used as a scalar function
      at      crates/swath/tests/plugins/wrong_uses.rs:[line], assign
      in      tried.scale(x)
      written crates/swath/tests/plugins/wrong_uses.rs:[line]
      fix     write `df.map_partitions(plugin("tried.scale"))`

    error[E0110]: `tried.plus_one` is a scalar function, and is used as an aggregate
      at      crates/swath/tests/plugins/wrong_uses.rs:[line], agg
      groupby crates/swath/tests/plugins/wrong_uses.rs:[line]
      in      tried.plus_one(x)
      fix     write `plugin("tried.plus_one").call([col("…")])` in an expression, as in `df.assign("…", …)`

    error[E0110]: `tried.scale` is a partition function, and is used as an aggregate
      at      crates/swath/tests/plugins/wrong_uses.rs:[line], agg
      groupby crates/swath/tests/plugins/wrong_uses.rs:[line]
      in      tried.scale(x)
      fix     write `df.map_partitions(plugin("tried.scale"))`

    error[E0103]: `tried.plus_one`: it was given 2 arguments, it takes 1
      at      crates/swath/tests/plugins/wrong_uses.rs:[line], assign
      in      tried@0.1.0.plus_one(x, x)
      written crates/swath/tests/plugins/wrong_uses.rs:[line]

    error[E0103]: `tried.plus_one`: argument 1 must be float64 (`.cast("float64")` makes one), `k` is string
      at      crates/swath/tests/plugins/wrong_uses.rs:[line], assign
      in      tried@0.1.0.plus_one(k)
      written crates/swath/tests/plugins/wrong_uses.rs:[line]

    error[E0105]: `tried.plus_one`: no parameter `by`; it has none
      at      crates/swath/tests/plugins/wrong_uses.rs:[line], assign
      in      tried@0.1.0.plus_one(x, by=2)
      written crates/swath/tests/plugins/wrong_uses.rs:[line]

    error[E0105]: the parameters of `tried.plus_one` cannot be written as JSON: `by` is NaN
      at      crates/swath/tests/plugins/wrong_uses.rs:[line], assign
      in      tried@0.1.0.plus_one(x, by=NaN)
      written crates/swath/tests/plugins/wrong_uses.rs:[line]
      fix     parameters are truths, numbers that are finite, texts, spans of time, and lists and structs of them

    error[E0105]: the parameters of `tried.plus_one` cannot be written as JSON: parameters are an object of names and values, as a struct gives it
      at      crates/swath/tests/plugins/wrong_uses.rs:[line], assign
      in      tried@0.1.0.plus_one(x, (unreadable)="parameters are an object of names and values, as a struct gives it")
      written crates/swath/tests/plugins/wrong_uses.rs:[line]
      fix     parameters are truths, numbers that are finite, texts, spans of time, and lists and structs of them

    error[E0110]: `tried.sum`: it takes one float64
      at      crates/swath/tests/plugins/wrong_uses.rs:[line], agg
      groupby crates/swath/tests/plugins/wrong_uses.rs:[line]
      in      tried@0.1.0.sum(k)

    error[E0105]: `tried.sum`: no parameter `q`; parameters are `at_13`
      at      crates/swath/tests/plugins/wrong_uses.rs:[line], agg
      groupby crates/swath/tests/plugins/wrong_uses.rs:[line]
      in      tried@0.1.0.sum(x, q=0.5)

    error[E0103]: a predicate must be bool, `tried@0.1.0.plus_one(x)` is float64
      at      crates/swath/tests/plugins/wrong_uses.rs:[line], filter
      in      tried@0.1.0.plus_one(x)
      fix     write `plugin("tried@0.1.0.plus_one").call([col("x")]).ne(0)`
    "#);
    let unknown = df.assign("y", plugin("tried.nothing").call("x")).err();
    assert_eq!(
        unknown.map(|error| error.kind().clone()),
        Some(ErrorKind::Plugin)
    );
    Ok(())
}
