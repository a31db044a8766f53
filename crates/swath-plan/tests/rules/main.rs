//! Rules change what an answer costs, never the answer.
//!
//! Every pipeline of a table, and made-up ones, are computed with all rules, without each one, and without any. What a rule is
//! there for is asserted too: a rule that does nothing would pass the rest.

mod engine;
mod pipelines;
mod sources;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use pipelines::{PIPELINES, agg, group, select, top};
use proptest::prelude::*;
use sources::Sources;
use swath_batch::Partition;
use swath_expr::{Expr, col, lit};
use swath_meta::{DType, Field, Meta};
use swath_plan::{Plan, PlanError, SplitOut, optimise};

/// All rules there are, in the order in which they run.
const RULES: [&str; 6] = [
    "fold-constants",
    "push-down-predicates",
    "answer-from-statistics",
    "share-scans",
    "merge-projections",
    "push-down-projections",
];

/// An answer as text: columns with their dtypes, then the rows; groups in no order, other rows as they stand in their partitions.
fn shown(plan: &Plan, partitions: &[Partition]) -> String {
    let is_grouped = has_groups(plan);
    let mut text = format!("{} partitions\n", partitions.len());
    for field in plan.meta().fields() {
        let _ = writeln!(text, "{}: {}", field.name, field.dtype);
    }
    for rows in partitions {
        let columns = |meta: &Meta| -> Vec<(String, DType)> {
            let named = |field: &Field| (field.name.to_string(), field.dtype.clone());
            meta.fields().iter().map(named).collect()
        };
        assert_eq!(columns(rows.meta()), columns(plan.meta()));
        let batch = rows.to_batch().expect("one encoding");
        let mut lines: Vec<String> = (0..batch.num_rows())
            .map(|row| {
                let cells = plan
                    .meta()
                    .fields()
                    .iter()
                    .map(|field| batch.value(&field.name, row).expect("a column").to_string());
                cells.collect::<Vec<_>>().join(" ")
            })
            .collect();
        if is_grouped {
            lines.sort();
        }
        let _ = writeln!(text, "--\n{}", lines.join("\n"));
    }
    text
}

fn has_groups(plan: &Plan) -> bool {
    matches!(plan.node(), swath_plan::Node::GroupBy(_)) || plan.inputs().iter().any(has_groups)
}

fn answers(sources: &Sources, roots: &[Plan], without: &[&'static str]) -> Vec<String> {
    let ran = sources.engine.run(roots, without);
    roots
        .iter()
        .zip(&ran.answers)
        .map(|(root, partitions)| shown(root, partitions))
        .collect()
}

#[test]
fn answers_are_the_same_without_any_rule() {
    let sources = Sources::new();
    for (name, pipeline) in PIPELINES {
        let roots = pipeline(&sources).expect(name);
        let expected = answers(&sources, &roots, &RULES);
        assert_eq!(
            answers(&sources, &roots, &[]),
            expected,
            "{name}: with all rules"
        );
        for rule in RULES {
            let others: Vec<_> = RULES.into_iter().filter(|other| *other != rule).collect();
            assert_eq!(
                answers(&sources, &roots, &[rule]),
                expected,
                "{name}: without {rule}"
            );
            assert_eq!(
                answers(&sources, &roots, &others),
                expected,
                "{name}: only {rule}"
            );
        }
    }
}

#[test]
fn the_answers_themselves() {
    let sources = Sources::new();
    let of = |pipeline: &str| {
        let (_, roots) = PIPELINES
            .iter()
            .find(|(name, _)| *name == pipeline)
            .expect("in the table");
        answers(&sources, &roots(&sources).expect(pipeline), &[]).concat()
    };
    let all: Vec<String> = [
        "length, least and largest",
        "no row passes",
        "groups",
        "smallest by a column with NaN and null",
    ]
    .into_iter()
    .map(|pipeline| format!("{pipeline}: {}", of(pipeline)))
    .collect();
    insta::assert_snapshot!(all.concat());
}

#[test]
fn every_rule_has_a_pipeline_that_it_changes() {
    let sources = Sources::new();
    let mut changed = BTreeSet::new();
    for (name, pipeline) in PIPELINES {
        let roots = pipeline(&sources).expect(name);
        let applied = |without: &[&str]| {
            optimise(&roots, &sources.engine.env, without)
                .expect(name)
                .1
                .0
        };
        changed.extend(applied(&[]));
        for rule in RULES {
            assert!(
                !applied(&[rule]).contains(&rule),
                "{name}: {rule} was left out"
            );
        }
        assert!(
            applied(&RULES).is_empty(),
            "{name}: a rule that the list does not name"
        );
    }
    assert_eq!(changed, BTreeSet::from(RULES));
}

/// What a rule spares: less is counted with it than without.
type Spared = (
    &'static str,
    fn(&Sources) -> Result<Vec<Plan>, PlanError>,
    &'static [&'static str],
);

const SPARED: &[Spared] = &[
    (
        "fold-constants",
        // What is left is a length, which footers know.
        |s| {
            let all = s.files.filter(lit(1).lt(2), &s.engine.env)?;
            Ok(vec![
                all.reduce(vec![agg("size", None, "n")], &s.engine.env)?,
            ])
        },
        &["row_groups", "tasks"],
    ),
    (
        "push-down-predicates",
        |s| Ok(vec![s.files.filter(col("i").gt(930), &s.engine.env)?]),
        &["values_decoded", "bytes_read", "rows_selected"],
    ),
    (
        "answer-from-statistics",
        |s| {
            let aggs = vec![agg("size", None, "n"), agg("max", Some("i"), "i")];
            Ok(vec![s.files.reduce(aggs, &s.engine.env)?])
        },
        &["values_decoded", "bytes_read", "row_groups", "tasks"],
    ),
    (
        "share-scans",
        |s| {
            let sum = |column| vec![agg("sum", Some(column), "sum")];
            let low = s.files.filter(col("i").lt(700), &s.engine.env)?;
            let high = s.files.filter(col("i").gt(100), &s.engine.env)?;
            let low = low.reduce(sum("k"), &s.engine.env)?;
            Ok(vec![low, high.reduce(sum("i"), &s.engine.env)?])
        },
        &["bytes_read", "row_groups"],
    ),
    (
        "push-down-projections",
        |s| {
            Ok(vec![group(
                &s.files,
                &["k"],
                SplitOut::Auto,
                &s.engine.env,
            )?])
        },
        &["values_decoded", "bytes_read"],
    ),
];

#[test]
fn a_rule_spares_what_it_is_there_for() {
    let sources = Sources::new();
    for (rule, pipeline, counters) in SPARED {
        let roots = pipeline(&sources).expect(rule);
        // Results are held until their claims go: one computation after the other, or the second has nothing to do.
        let counts = |without: &[&'static str]| -> Vec<u64> {
            let ran = sources.engine.run(&roots, without);
            counters.iter().map(|counter| ran.count(counter)).collect()
        };
        let (with, without) = (counts(&[]), counts(&[rule]));
        for (counter, (with, without)) in counters.iter().zip(with.iter().zip(&without)) {
            assert!(
                with < without,
                "{rule}: {with} {counter} with it, {without} without"
            );
        }
    }
    // Statistics and folded constants leave nothing to read at all.
    for at in [0, 2] {
        let roots = SPARED[at].1(&sources).expect("a pipeline");
        assert_eq!(
            sources.engine.run(&roots, &[]).count("bytes_read"),
            0,
            "{}",
            SPARED[at].0
        );
    }
}

#[test]
fn projections_in_a_row_are_one_step() {
    let sources = Sources::new();
    let env = &sources.engine.env;
    let computed = sources
        .memory
        .assign("w", col("i") + 1, env)
        .expect("a column");
    let roots = [select(&computed, &["w", "s"], env).expect("columns")];
    let projections = |without: &[&str]| {
        let (roots, _) = optimise(&roots, env, without).expect("a checked plan");
        let mut plan = &roots[0];
        let mut count = 0;
        while let Some(input) = plan.inputs().first() {
            count += 1;
            plan = input;
        }
        count
    };
    let narrowing = ["push-down-projections"];
    assert_eq!(projections(&narrowing), 1);
    assert_eq!(
        projections(&["push-down-projections", "merge-projections"]),
        2
    );
}

/// One more operation on a plan.
#[derive(Clone, Debug)]
enum Step {
    Filter(usize, i64),
    Assign(usize, i64),
    Select(usize),
    Head(u64),
    Top(u64, usize, bool),
    Repartition(usize),
    Group(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..4_usize, 0..1000_i64).prop_map(|(kind, value)| Step::Filter(kind, value)),
        (0..3_usize, -3..4_i64).prop_map(|(kind, value)| Step::Assign(kind, value)),
        (0..3_usize).prop_map(Step::Select),
        (0..40_u64).prop_map(Step::Head),
        (0..40_u64, 0..3_usize, any::<bool>())
            .prop_map(|(n, column, descending)| Step::Top(n, column, descending)),
        (1..8_usize).prop_map(Step::Repartition),
        (0..2_usize).prop_map(Step::Group),
    ]
}

/// The plan after a step; the plan itself where the columns that the step needs are gone.
fn after(plan: &Plan, step: &Step, sources: &Sources) -> Plan {
    let env = &sources.engine.env;
    let made = match step {
        Step::Filter(kind, value) => {
            let predicates: [Expr; 4] = [
                col("i").gt(*value),
                col("i").lt(*value).and(col("k").ne(2)),
                col("f").ge(lit(*value as f64 / 2.0)).or(col("s").is_null()),
                lit(*value).ge(0).and(col("k").is_not_null()),
            ];
            plan.filter(predicates[*kind].clone(), env)
        }
        Step::Assign(kind, value) => {
            let (name, expr) = match kind {
                0 => ("i", col("i") + *value),
                1 => ("w", col("i") * *value),
                _ => ("f", col("f") * lit(2.0)),
            };
            plan.assign(name, expr, env)
        }
        Step::Select(which) => {
            let columns: [&[&str]; 3] = [&["i", "k"], &["s", "i"], &["f", "k", "i", "s"]];
            select(plan, columns[*which], env)
        }
        Step::Head(rows) => plan.head(*rows, 1),
        Step::Top(n, column, descending) => top(plan, *n, ["i", "f", "s"][*column], *descending),
        Step::Repartition(n) => plan.repartition(*n),
        Step::Group(key) => group(plan, &[["k", "s"][*key]], SplitOut::Auto, env),
    };
    made.unwrap_or_else(|_| plan.clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn made_up_pipelines_answer_the_same(
        cases in prop::collection::vec(
            (prop::collection::vec((0..3_usize, prop::collection::vec(step(), 0..5)), 1..4), 0..1_u32 << RULES.len()),
            1..4,
        )
    ) {
        thread_local!(static SOURCES: Sources = Sources::new());
        SOURCES.with(|sources| {
            for (roots, left_out) in &cases {
                let roots: Vec<Plan> = roots
                    .iter()
                    .map(|(source, steps)| {
                        let source = [&sources.files, &sources.memory, &sources.persisted][*source];
                        steps.iter().fold(source.clone(), |plan, step| after(&plan, step, sources))
                    })
                    .collect();
                let without: Vec<&str> = RULES
                    .into_iter()
                    .enumerate()
                    .filter_map(|(at, rule)| (left_out >> at & 1 == 1).then_some(rule))
                    .collect();
                let expected = answers(sources, &roots, &RULES);
                prop_assert_eq!(&answers(sources, &roots, &[]), &expected, "with all rules");
                prop_assert_eq!(&answers(sources, &roots, &without), &expected, "without {:?}", without);
            }
            Ok(())
        })?;
    }
}
