//! The pipelines that every rule is tried on.

use std::sync::Arc;

use swath_expr::{Expr, col, lit};
use swath_ops::Env;
use swath_plan::{GroupBy, NamedAgg, Plan, PlanError, SortBy, SplitOut};

use crate::sources::Sources;

/// A pipeline: its name, and the roots that are computed together.
pub(crate) type Pipeline = (&'static str, fn(&Sources) -> Result<Vec<Plan>, PlanError>);

/// Over files, over memory, over what is persisted, and over several of them at once.
pub(crate) const PIPELINES: &[Pipeline] = &[
    ("everything", |s| Ok(vec![s.files.clone()])),
    ("filters in a row", |s| {
        let first = s.files.filter(col("i").gt(420), env(s))?;
        Ok(vec![first.filter(col("f").lt(lit(400.0)), env(s))?])
    }),
    ("no row passes", |s| {
        Ok(vec![s.files.filter(col("i").gt(100_000), env(s))?])
    }),
    ("a filter that guards another", |s| {
        let nonzero = s.files.filter(col("k").ne(0), env(s))?;
        Ok(vec![
            nonzero.filter(lit(12).modulo(col("k")).eq(0), env(s))?,
        ])
    }),
    ("a filter of a computed column", |s| {
        let computed = s.files.assign("w", col("i") * 2 + 1, env(s))?;
        Ok(vec![computed.filter(col("w").gt(1700), env(s))?])
    }),
    ("computed twice from one column", |s| {
        let once = s.files.assign("w", col("f") + 1, env(s))?;
        let twice = once.assign("x", col("w") * col("w"), env(s))?;
        Ok(vec![select(&twice, &["x"], env(s))?])
    }),
    ("projections in a row", |s| {
        let renamed = s
            .files
            .rename(&[(Arc::from("i"), Arc::from("id"))], env(s))?;
        let computed = renamed.assign("w", col("id") + 1, env(s))?;
        Ok(vec![select(&computed, &["w", "s"], env(s))?])
    }),
    ("constants", |s| {
        let all = s.files.filter(lit(1).lt(2).or(col("i").gt(3)), env(s))?;
        let sum = all.assign("c", lit(2) * 3 + col("i"), env(s))?;
        Ok(vec![sum.filter(lit(2).lt(1).or(col("c").gt(900)), env(s))?])
    }),
    ("length of what a true constant keeps", |s| {
        let all = s.files.filter(lit(1).lt(2), env(s))?;
        Ok(vec![all.reduce(vec![agg("size", None, "n")], env(s))?])
    }),
    ("length, least and largest", |s| {
        Ok(vec![s.files.reduce(
            vec![
                agg("size", None, "n"),
                agg("count", Some("k"), "k"),
                agg("min", Some("i"), "least"),
                agg("max", Some("i"), "largest"),
            ],
            env(s),
        )?])
    }),
    ("largest where footers do not suffice", |s| {
        let aggs = |s: &Sources| {
            s.files.reduce(
                vec![agg("max", Some("f"), "f"), agg("min", Some("s"), "s")],
                env(s),
            )
        };
        let of_few = s.files.filter(col("i").lt(90), env(s))?;
        let least = vec![agg("min", Some("i"), "i")];
        Ok(vec![aggs(s)?, of_few.reduce(least, env(s))?])
    }),
    ("two filters over one scan", |s| {
        let (low, high) = (col("i").lt(30), col("i").gt(980));
        let low = group(
            &s.files.filter(low, env(s))?,
            &["k"],
            SplitOut::Auto,
            env(s),
        )?;
        let high = s.files.filter(high, env(s))?;
        Ok(vec![low, select(&high, &["s", "i"], env(s))?])
    }),
    ("one scan, read whole and filtered", |s| {
        let few = s.files.filter(col("i").gt(900), env(s))?;
        Ok(vec![select(&s.files, &["s"], env(s))?, few])
    }),
    ("the same root twice", |s| {
        let few = s.files.filter(col("i").gt(900), env(s))?;
        Ok(vec![few.clone(), few])
    }),
    ("groups", |s| {
        Ok(vec![group(&s.files, &["k"], SplitOut::Auto, env(s))?])
    }),
    ("groups by two keys over three partitions", |s| {
        let some = s.files.filter(col("i").lt(700), env(s))?;
        Ok(vec![group(&some, &["k", "s"], SplitOut::Count(3), env(s))?])
    }),
    ("groups of memory", |s| {
        Ok(vec![group(&s.memory, &["s"], SplitOut::Same, env(s))?])
    }),
    ("a filter above groups", |s| {
        let groups = group(&s.files, &["k"], SplitOut::Auto, env(s))?;
        Ok(vec![groups.filter(col("sum").gt(0), env(s))?])
    }),
    ("a filter above rows that were read in order", |s| {
        let change = s.files.repartition(1)?;
        let change = change.assign("d", col("i") - col("i").shift(1), env(s))?;
        let some = change.filter(col("i").gt(420), env(s))?;
        Ok(vec![some.filter(col("s").notna(), env(s))?])
    }),
    ("a filter that reads rows in order, between others", |s| {
        let few = s.files.filter(col("i").gt(420), env(s))?.repartition(1)?;
        let rising = few.filter(col("i").gt(col("i").shift(1)), env(s))?;
        Ok(vec![
            rising.filter(col("k").eq(1), env(s))?,
            select(&rising, &["f"], env(s))?,
        ])
    }),
    (
        "first, last and largest of rows that were read in order",
        |s| {
            let one = s.files.repartition(1)?;
            let sums = one.assign("sum", col("i").cumsum() + col("i").shift(-3), env(s))?;
            let mean = (col("sum") * 2).rolling(5).mean();
            let means = sums.assign("mean", mean, env(s))?;
            Ok(vec![
                select(&means.head(20, 1)?, &["mean"], env(s))?,
                means.tail(7, 1)?,
                top(&select(&means, &["mean", "i"], env(s))?, 3, "mean", true)?,
                sums.reduce(
                    vec![agg("size", None, "n"), agg("max", Some("i"), "i")],
                    env(s),
                )?,
            ])
        },
    ),
    ("largest of files", |s| {
        Ok(vec![top(&s.files, 7, "i", true)?])
    }),
    ("smallest by a column with NaN and null", |s| {
        Ok(vec![
            top(&s.files, 9, "f", false)?,
            top(&s.files, 3, "f", true)?,
        ])
    }),
    ("more rows asked for than there are", |s| {
        let few = s.files.filter(col("i").lt(5), env(s))?;
        Ok(vec![top(&few, 50, "i", true)?])
    }),
    ("largest by text of memory", |s| {
        Ok(vec![top(&s.memory, 5, "s", true)?])
    }),
    ("largest two, of chosen columns, then filtered", |s| {
        let narrow = select(&s.files, &["i", "k"], env(s))?;
        Ok(vec![
            top(&narrow, 12, "i", true)?.filter(col("k").eq(1), env(s))?,
        ])
    }),
    ("first and last rows", |s| {
        let some = s.files.filter(col("i").gt(40), env(s))?;
        Ok(vec![
            some.head(5, 1)?,
            select(&some.tail(5, 1)?, &["f"], env(s))?,
        ])
    }),
    ("a filter above first rows", |s| {
        Ok(vec![s.files.head(9, 2)?.filter(col("k").gt(1), env(s))?])
    }),
    ("some partitions, the empty one too", |s| {
        let some = s.files.partitions(vec![2, 4])?;
        Ok(vec![some.filter(col("i").gt(850), env(s))?])
    }),
    ("other partitions", |s| {
        let fewer = s.files.filter(col("i").gt(150), env(s))?.repartition(2)?;
        let more = s.files.repartition(7)?;
        Ok(vec![
            select(&fewer, &["i"], env(s))?,
            more.filter(col("i").gt(950), env(s))?,
        ])
    }),
    ("what is persisted", |s| {
        let few = s.persisted.filter(col("i").gt(700), env(s))?;
        Ok(vec![
            group(&few, &["k"], SplitOut::Auto, env(s))?,
            top(&s.persisted, 4, "f", true)?,
            s.persisted.reduce(vec![agg("size", None, "n")], env(s))?,
        ])
    }),
    ("what is persisted, and what it came from", |s| {
        let few = s.files.filter(col("i").gt(150), env(s))?;
        Ok(vec![
            select(&few, &["i"], env(s))?,
            select(&s.persisted, &["i", "k"], env(s))?,
        ])
    }),
    ("memory", |s| {
        let some = s.memory.filter(col("s").gt("name 20"), env(s))?;
        Ok(vec![
            some.assign("w", col("i") + 1, env(s))?,
            s.memory.clone(),
        ])
    }),
];

fn env(sources: &Sources) -> &Env {
    &sources.engine.env
}

/// An aggregate of a column, or of no column.
pub(crate) fn agg(function: &str, column: Option<&str>, output: &str) -> NamedAgg {
    NamedAgg {
        function: Arc::from(function),
        inputs: column.map(col).into_iter().collect(),
        params: swath_expr::Params::default(),
        output: Arc::from(output),
    }
}

/// Columns by name.
pub(crate) fn select(plan: &Plan, columns: &[&str], env: &Env) -> Result<Plan, PlanError> {
    let named = |name: &&str| -> (Arc<str>, Expr) { (Arc::from(*name), col(*name)) };
    plan.select(columns.iter().map(named).collect(), env)
}

/// Rows, a sum, a mean and a largest value a group.
pub(crate) fn group(
    plan: &Plan,
    keys: &[&str],
    split_out: SplitOut,
    env: &Env,
) -> Result<Plan, PlanError> {
    let aggs = vec![
        agg("size", None, "rows"),
        agg("sum", Some("i"), "sum"),
        agg("max", Some("i"), "largest"),
    ];
    let group = GroupBy {
        keys: keys
            .iter()
            .map(|key| (Arc::from(*key), col(*key)))
            .collect(),
        split_out,
        ..GroupBy::reduction(aggs)
    };
    plan.group_by(group, env)
}

/// The first rows by one column.
pub(crate) fn top(plan: &Plan, n: u64, column: &str, descending: bool) -> Result<Plan, PlanError> {
    let by = SortBy {
        column: Arc::from(column),
        descending,
    };
    plan.top_n(n, vec![by])
}
