//! What tasks ask for before they run, beside what they then take.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array};
use swath_batch::{Chunk, Partition};
use swath_expr::{Expr, Spelling, col};
use swath_graph::Name;
use swath_io::{FooterCache, IoContext, ParquetDataset, ReadParquet, ScanRequest, ToParquet};
use swath_kernels::SortKey;
use swath_memory::{Budget, CancelToken, Demand};
use swath_meta::{DType, Meta};
use swath_ops::sink::{Rows, Split};
use swath_ops::source::{Constant, FileScan, Gather, InputRows};
use swath_ops::step::{
    AggCall, AggInput, Filter, GroupMerge, GroupPartial, Limit, Project, Tail, TopK,
};
use swath_ops::{Env, Op, Pipeline, SinkSpec, SourceSpec, StepSpec, TaskValue};
use swath_scheduler::{At, Footprint, TaskContext, ValueInputs, Work};
use swath_shuffle::HashPartitioner;

const ROWS: i64 = 40_000;
const COLUMNS: usize = 40;

/// `id`, as many as rows, and columns of numbers.
fn wide() -> Partition {
    let mut fields = vec![("id".to_owned(), "int64")];
    let ids = (0..ROWS).map(|row| row.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64));
    let mut columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from_iter_values(ids))];
    for column in 1..COLUMNS {
        fields.push((format!("x{column}"), "float64"));
        let numbers = (0..ROWS).map(|row| (row * column as i64 % 10_007) as f64);
        columns.push(Arc::new(Float64Array::from_iter_values(numbers)));
    }
    let meta = Arc::new(
        Meta::of(fields.iter().map(|(name, dtype)| (name.as_str(), *dtype))).expect("it is right"),
    );
    let batch = Chunk::new(columns, ROWS as usize)
        .into_batch(&meta)
        .expect("it is right");
    Partition::try_new(meta, vec![batch]).expect("it is right")
}

/// Scans of these columns of a file, in one task.
struct File(ParquetDataset);

impl File {
    fn written(folder: &Path) -> Self {
        let folder = folder.to_str().expect("it is right");
        let options = ToParquet::new(folder.to_owned());
        let context = IoContext::new(CancelToken::new(), Arc::new(FooterCache::default()));
        let target = options.target(&context).expect("it is right");
        let write = target.begin().expect("it is right");
        let rows = wide();
        let mut writer =
            swath_io::ParquetWriter::create(&options, write.staged(), rows.meta(), 0, &context)
                .expect("it is right");
        writer.write(&rows.batches()[0]).expect("it is right");
        let file = writer.finish().expect("it is right");
        let published = write.staged().publish(&[file], &context);
        published.expect("it is right");
        Self(ParquetDataset::open(&ReadParquet::new(folder), &context).expect("it is right"))
    }

    fn scan(&self, columns: &[&str], predicate: Option<Expr>) -> Arc<dyn SourceSpec> {
        let units: Vec<usize> = (0..self.0.units().len()).collect();
        let names: Vec<Arc<str>> = columns.iter().map(|name| Arc::from(*name)).collect();
        let bytes = units
            .iter()
            .map(|unit| self.0.unit_bytes(*unit, &names))
            .sum();
        let mut request = ScanRequest::new(columns.iter().copied());
        request.predicate = predicate;
        let fields = columns
            .iter()
            .map(|name| (*name, if *name == "id" { "int64" } else { "float64" }));
        let meta = Arc::new(Meta::of(fields).expect("it is right"));
        Arc::new(FileScan::new(
            meta,
            vec![(Arc::new(self.0.part(&units)), bytes)],
            request,
        ))
    }
}

fn op(
    source: Arc<dyn SourceSpec>,
    step: Option<Arc<dyn StepSpec>>,
    sink: impl SinkSpec + 'static,
) -> Op {
    Op::Pipeline(Pipeline::new(
        source,
        step.into_iter().collect(),
        Arc::new(sink),
    ))
}

fn demand(op: &Op, inputs: &[u64]) -> Demand {
    op.demand(At::new(&Name::of("test", &0_u64), 0, 1), inputs)
}

/// Runs the task in a budget of its own; the most that it reserved.
fn peak(op: &Op, inputs: &[TaskValue]) -> u64 {
    let (budget, cancel) = (Budget::unlimited(), CancelToken::new());
    let grant = budget.grant_alone(Demand::default());
    let cx = TaskContext::new(&cancel, &grant);
    let inputs = ValueInputs::new(inputs.iter().cloned().map(Arc::new));
    op.run_task(0, &inputs, &Env::default(), &cx)
        .expect("it is right");
    budget.peak()
}

fn sum(column: usize) -> Vec<AggCall> {
    vec![AggCall::new(
        "sum".into(),
        vec![AggInput {
            column,
            dtype: DType::Float64,
            spelling: Spelling {
                text: "x".into(),
                code: "col(\"x\")".into(),
            },
        }],
        swath_expr::Params::default(),
        "sum".into(),
    )]
}

#[track_caller]
fn check(what: &str, op: &Op, inputs: &[TaskValue], factor: u64) {
    let bytes: Vec<u64> = inputs.iter().map(Footprint::bytes).collect();
    let (demand, peak) = (demand(op, &bytes), peak(op, inputs));
    // Small change: the tables of few groups.
    let slack = 64 << 10;
    assert!(
        demand.floor <= peak,
        "{what}: {} is more than it takes: {peak}",
        demand.floor
    );
    assert!(demand.floor <= demand.expected, "{what}");
    assert!(
        demand.expected <= factor * peak + slack && peak <= factor * demand.expected + slack,
        "{what}: {} expected, {peak} taken",
        demand.expected
    );
}

#[test]
fn estimates_are_near_what_is_taken() {
    let folder = tempfile::tempdir().expect("it is right");
    let file = File::written(folder.path());
    let all: Vec<String> = std::iter::once("id".to_owned())
        .chain((1..COLUMNS).map(|column| format!("x{column}")))
        .collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let group = |keys| Some(Arc::new(GroupPartial::new(keys, sum(1), true)) as Arc<dyn StepSpec>);
    let most = Some(col("x1").lt(9000.0));

    check(
        "a scan",
        &op(file.scan(&all, None), None, Rows::passing()),
        &[],
        2,
    );
    check(
        "of two columns",
        &op(file.scan(&["id", "x1"], None), None, Rows::passing()),
        &[],
        2,
    );
    check(
        "most rows of it",
        &op(file.scan(&["id", "x1"], most), None, Rows::passing()),
        &[],
        2,
    );
    let by = || {
        Split::new(Arc::new(
            HashPartitioner::try_new(["id"], 8).expect("it is right"),
        ))
    };
    check(
        "a split",
        &op(file.scan(&["id", "x1"], None), None, by()),
        &[],
        3,
    );
    check(
        "a sum",
        &op(file.scan(&["id", "x1"], None), group(0), Rows::passing()),
        &[],
        2,
    );
    check(
        "as many groups as rows",
        &op(file.scan(&["id", "x1"], None), group(1), Rows::passing()),
        &[],
        8,
    );

    let parts: Vec<TaskValue> = (0..4)
        .map(|part| {
            let rows = wide().slice(part * ROWS as u64 / 4, ROWS as u64 / 4);
            let meta = Meta::of([("id", "int64"), ("sum#0", "float64")]).expect("it is right");
            let rows = rows.project(&[0, 1], Arc::new(meta)).expect("it is right");
            TaskValue::Rows(rows.compact().expect("it is right"))
        })
        .collect();
    let TaskValue::Rows(first) = &parts[0] else {
        unreachable!("parts are rows")
    };
    let rows = || Arc::new(InputRows::whole(Arc::clone(first.meta()))) as Arc<dyn SourceSpec>;
    check(
        "rows of others",
        &op(rows(), None, Rows::passing()),
        &parts,
        2,
    );
    for sort in [false, true] {
        let merge = Arc::new(GroupMerge::finishing(1, sum(1), sort));
        check(
            "a merge",
            &op(rows(), Some(merge), Rows::passing()),
            &parts,
            4,
        );
    }
}

#[test]
fn a_sum_of_one_column_of_many_expects_next_to_nothing() {
    let folder = tempfile::tempdir().expect("it is right");
    let file = File::written(folder.path());
    let one = file.scan(&["x1"], None);
    let sum = Arc::new(GroupPartial::new(0, sum(0), false));
    let column = (ROWS * 8) as u64;
    let reading = demand(&op(Arc::clone(&one), None, Rows::passing()), &[]);
    assert!(
        (column..column + column / 4).contains(&reading.expected),
        "{reading:?}"
    );
    let summing = demand(&op(one, Some(sum), Rows::passing()), &[]);
    assert!(summing.expected < 1000, "{summing:?}");
}

#[test]
fn demands_follow_what_a_task_does() {
    let meta = Arc::new(Meta::of([("id", "int64"), ("x", "float64")]).expect("it is right"));
    let rows = || Arc::new(InputRows::whole(Arc::clone(&meta))) as Arc<dyn SourceSpec>;
    let mb = 1 << 20;
    let step =
        |step: Arc<dyn StepSpec>| demand(&op(rows(), Some(step), Rows::passing()), &[mb, mb]);
    let table = [
        (
            "rows",
            demand(&op(rows(), None, Rows::passing()), &[mb, mb]),
        ),
        ("filter", step(Arc::new(Filter::new(col("x").gt(1.0))))),
        (
            "project",
            step(Arc::new(Project::new(
                vec![("id".into(), col("id")), ("y".into(), col("x") + col("id"))],
                0,
            ))),
        ),
        ("limit", step(Arc::new(Limit::new(100)))),
        ("tail", step(Arc::new(Tail::new(100)))),
        (
            "top-k",
            step(Arc::new(TopK::new(100, vec![SortKey::ascending(0)]))),
        ),
        (
            "group-partial",
            step(Arc::new(GroupPartial::new(1, sum(1), true))),
        ),
        (
            "group-merge",
            step(Arc::new(GroupMerge::finishing(1, sum(1), false))),
        ),
        (
            "reduction",
            step(Arc::new(GroupMerge::finishing(0, sum(1), false))),
        ),
        (
            "gather",
            demand(
                &op(
                    Arc::new(Gather::new(Arc::clone(&meta), (0..16).collect())),
                    None,
                    Rows::passing(),
                ),
                &[16 * mb],
            ),
        ),
        (
            "constant",
            demand(
                &op(
                    Arc::new(Constant::try_new(wide().slice(0, 0)).expect("it is right")),
                    None,
                    Rows::passing(),
                ),
                &[],
            ),
        ),
        ("collect", demand(&Op::Collect, &[mb, mb])),
        ("alias", demand(&Op::Alias, &[mb])),
    ];
    let told: Vec<String> = table
        .iter()
        .map(|(what, demand)| format!("{what}: {} of {}", demand.floor, demand.expected))
        .collect();
    assert_eq!(
        told,
        [
            "rows: 2097152 of 2097152",
            "filter: 0 of 2097152",
            "project: 2097152 of 2097152",
            "limit: 0 of 1600",
            "tail: 0 of 3200",
            "top-k: 0 of 4800",
            "group-partial: 0 of 4194304",
            "group-merge: 524288 of 8388608",
            "reduction: 0 of 16",
            "gather: 0 of 1048576",
            "constant: 0 of 0",
            "collect: 0 of 0",
            "alias: 0 of 0",
        ]
    );
}
