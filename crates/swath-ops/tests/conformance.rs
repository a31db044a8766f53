//! Every registered source, step and sink does what all of them must.

use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Float64Array, Int64Array, ListArray, StringViewArray, UInt64Array};
use proptest::prelude::*;
use swath_batch::{Batch, Chunk, ClosureSite, Host, Partition, Pieces, Value};
use swath_divisions::{Divisions, Slice, SliceRows};
use swath_expr::{Params, PluginName, Spelling, col, lit};
use swath_io::{
    Dataset, FolderWrite, FooterCache, IoContext, ParquetDataset, ParquetWriter, ReadParquet,
    ScanRequest, ToParquet, WrittenFile,
};
use swath_kernels::{Cumulative, Ordered, RollingStatistic, SortKey};
use swath_memory::CancelToken;
use swath_meta::{DType, Index, Meta};
use swath_ops::plugin::PluginRows;
use swath_ops::sink::{Deliver, Ongoing, Publish, Rows, Split, WriteFiles};
use swath_ops::source::{Constant, FileScan, Gather, InputRows, Overlap};
use swath_ops::step::{
    AggCall, AggInput, DropDuplicates, Explode, Filter, GroupMerge, GroupPartial, InOrder, Limit,
    MapPartitions, MapPlugin, Melt, MemoryUsage, OrderedCall, PartitionFunction, Project, Reach,
    RowsSeen, Sample, Tail, TopK,
};
use swath_ops::testing::{Case, Cases, Chunking};
use swath_ops::{Env, Registry, TaskValue};
use swath_plugin_host::Plugin;
use swath_shuffle::{HashPartitioner, split};

/// Whoever lists a source here, and never stops.
struct Alone;

impl Host for Alone {
    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (0, 1)
    }
}

/// 60 rows: an index, a number, a text, with nulls.
fn rows() -> Partition {
    let n = 60_i64;
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(0..n)),
        Arc::new(
            (0..n)
                .map(|row| (row % 7 > 0).then_some((row * 37 % 11) as f64 / 2.0))
                .collect::<Float64Array>(),
        ),
        Arc::new(
            (0..n)
                .map(|row| (row % 5 > 0).then(|| format!("a text that is no view {}", row % 3)))
                .collect::<StringViewArray>(),
        ),
    ];
    let meta =
        Meta::of([("id", "int64"), ("x", "float64"), ("text", "string")]).expect("it is right");
    let meta = Arc::new(meta.with_index(Index::leading(1)).expect("it is right"));
    let batch = Chunk::new(columns, n as usize)
        .into_batch(&meta)
        .expect("it is right");
    Partition::try_new(meta, vec![batch]).expect("it is right")
}

/// The same rows, the columns in this order, without an index.
fn keyed(columns: &[&str]) -> Partition {
    let rows = rows();
    let at: Vec<usize> = columns
        .iter()
        .map(|name| rows.meta().position(name).expect("it is right"))
        .collect();
    let fields: Vec<_> = at
        .iter()
        .map(|at| rows.meta().fields()[*at].clone())
        .collect();
    let meta = Meta::try_new(fields, Index::none()).expect("it is right");
    rows.project(&at, Arc::new(meta)).expect("it is right")
}

/// Passes that look back, ahead and both ways.
fn in_order() -> InOrder {
    let call = |column: usize, operation: Ordered| OrderedCall {
        column,
        operation,
        output: format!("{operation} of {column}").into(),
        spelling: Spelling {
            text: "x".into(),
            code: "col(\"x\")".into(),
        },
    };
    InOrder::new(vec![
        call(1, Ordered::Cumulative(Cumulative::Sum)),
        call(2, Ordered::Shift { rows: 11 }),
        call(2, Ordered::Shift { rows: -3 }),
        call(
            2,
            Ordered::Fill {
                backward: true,
                limit: None,
            },
        ),
        call(
            1,
            Ordered::Rolling {
                window: 5,
                min_periods: 2,
                center: true,
                of: RollingStatistic::Mean,
            },
        ),
    ])
}

/// 60 rows of a number and a list of none to three numbers, or none.
fn lists() -> Partition {
    let n = 60_i64;
    let list = |row: i64| (row % 9 > 0).then(|| (0..row % 4).map(move |item| Some(row * item)));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(0..n)),
        Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(
            (0..n).map(list),
        )),
    ];
    let meta = Meta::of([("id", "int64"), ("items", "list<int64>")]).expect("it is right");
    let batch = Chunk::new(columns, n as usize)
        .into_batch(&meta)
        .expect("it is right");
    Partition::try_new(Arc::new(meta), vec![batch]).expect("it is right")
}

/// A text and two numbers.
fn wide() -> Partition {
    let rows = rows();
    let (x, text) = (rows.batches()[0].column(1), rows.batches()[0].column(2));
    let columns = vec![Arc::clone(text), Arc::clone(x), Arc::clone(x)];
    let meta = Meta::of([("text", "string"), ("x", "float64"), ("y", "float64")]);
    let meta = Arc::new(meta.expect("it is right"));
    let batch = Chunk::new(columns, 60).into_batch(&meta);
    Partition::try_new(meta, vec![batch.expect("it is right")]).expect("it is right")
}

/// A function of whole partitions, whose answer does not depend on how they came.
fn reversed() -> MapPartitions {
    let site = ClosureSite::of::<fn()>(std::panic::Location::caller()).named("reversed");
    let function = PartitionFunction::new(site, |part: Batch, _, cx| {
        cx.check()?;
        let mut x: Vec<Option<f64>> = part.f64("x")?.iter().collect();
        x.reverse();
        Ok(part.with("x", x)?)
    });
    let meta = Arc::clone(rows().meta());
    MapPartitions::new(function, meta, Divisions::unknown(1), RowsSeen::Partition)
}

fn calls() -> Vec<AggCall> {
    ["sum", "count", "max", "first"]
        .map(|function| {
            AggCall::new(
                function.into(),
                vec![AggInput {
                    column: 1,
                    dtype: DType::Float64,
                    spelling: Spelling {
                        text: "x".into(),
                        code: "col(\"x\")".into(),
                    },
                }],
                Params::default(),
                function.into(),
            )
        })
        .to_vec()
}

/// What leaves a partial group-by, twice: the input of a merge.
fn states(keys: usize) -> Partition {
    let text = |row: i64| Some(format!("a text that is no view {}", row % 3));
    let n = 60_i64;
    let float = |row: i64| (row % 4 > 0).then_some(row as f64 / 4.0);
    let columns: Vec<ArrayRef> = vec![
        Arc::new((0..n).map(text).collect::<StringViewArray>()),
        Arc::new((0..n).map(|row| Some(row as f64)).collect::<Float64Array>()),
        Arc::new((0..n).map(Some).collect::<Int64Array>()),
        Arc::new((0..n).map(float).collect::<Float64Array>()),
        Arc::new((0..n).map(float).collect::<Float64Array>()),
    ];
    let names = [
        ("text", "string"),
        ("sum#0", "float64"),
        ("count#0", "int64"),
        ("max#0", "float64"),
        ("first#0", "float64"),
    ];
    let meta = Arc::new(Meta::of(names[1 - keys..].to_vec()).expect("it is right"));
    let batch = Chunk::new(columns[1 - keys..].to_vec(), n as usize)
        .into_batch(&meta)
        .expect("it is right");
    Partition::try_new(meta, vec![batch]).expect("it is right")
}

/// A write into a folder that may be replaced.
fn begin(options: &ToParquet) -> FolderWrite {
    let context = IoContext::new(CancelToken::new(), Arc::new(FooterCache::default()));
    let target = options.target(&context).expect("it is right");
    target.begin().expect("it is right")
}

/// The rows as the first file of a write.
fn file(options: &ToParquet, write: &FolderWrite) -> WrittenFile {
    let context = IoContext::new(CancelToken::new(), Arc::new(FooterCache::default()));
    let mut writer = ParquetWriter::create(options, write.staged(), rows().meta(), 0, &context)
        .expect("it is right");
    for batch in rows().batches() {
        writer.write(batch).expect("it is right");
    }
    writer.finish().expect("it is right")
}

/// What a task that wrote a file says of it.
fn listed(file: &WrittenFile) -> Partition {
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringViewArray::from_iter_values([&file.path])),
        Arc::new(UInt64Array::from(vec![file.rows])),
        Arc::new(UInt64Array::from(vec![file.bytes])),
    ];
    let meta = Publish::written_meta();
    let batch = Chunk::new(columns, 1).into_batch(&meta);
    Partition::try_new(meta, vec![batch.expect("it is right")]).expect("it is right")
}

fn scan(folder: &Path) -> FileScan {
    let options =
        ToParquet::new(folder.to_str().expect("it is right").to_owned()).row_group_rows(16);
    let write = begin(&options);
    let file = file(&options, &write);
    let context = IoContext::new(CancelToken::new(), Arc::new(FooterCache::default()));
    write
        .staged()
        .publish(&[file], &context)
        .expect("it is right");
    let context = IoContext::new(CancelToken::new(), Arc::new(FooterCache::default()));
    let dataset = ParquetDataset::open(
        &ReadParquet::new(folder.to_str().expect("it is right")),
        &context,
    )
    .expect("it is right");
    let units: Vec<usize> = (0..dataset.units().len()).collect();
    let mut request = ScanRequest::new(["id", "x"]);
    request.predicate = Some(col("x").gt(1.5));
    request.batch_rows = 10;
    let meta = Arc::new(Meta::of([("id", "int64"), ("x", "float64")]).expect("it is right"));
    FileScan::new(meta, vec![(Arc::new(dataset.part(&units)), 900)], request)
}

/// The rows that a write says it wrote, and those in the file.
fn written(value: &TaskValue) -> Vec<String> {
    let TaskValue::Rows(written) = value else {
        unreachable!("a write tells in rows what it wrote")
    };
    let written = &written.batches()[0];
    (0..2)
        .map(|column| Value::from_array(written.column(column), 0).to_string())
        .collect()
}

/// How many numbers there are: how large chunks are depends on how they were cut.
fn counted(value: &TaskValue) -> Vec<String> {
    let TaskValue::Rows(rows) = value else {
        unreachable!("a step hands on rows")
    };
    vec![format!("{} rows of {}", rows.rows(), rows.meta().len())]
}

/// Columns as they are and one that is computed, the first of them the index.
fn project() -> Project {
    let columns = [
        ("id", col("id")),
        ("twice", col("x") * lit(2.0)),
        ("text", col("text")),
    ];
    let columns = columns.map(|(name, expr)| (Arc::from(name), expr));
    Project::new(columns.to_vec(), 1)
}

/// What is read beside a partition, and what it is read from.
fn beside() -> Vec<Case> {
    let meta = || Arc::clone(rows().meta());
    let parts = |cuts: [u64; 4]| -> Vec<TaskValue> {
        let parts = cuts.windows(2);
        parts
            .map(|cut| TaskValue::Rows(rows().slice(cut[0], cut[1] - cut[0])))
            .collect()
    };
    let within = |distance| Reach::Within {
        column: 0,
        distance,
    };
    let between = Overlap::new(meta(), Reach::Rows(7), within(4), [(1, 1)]);
    let last = Overlap::new(meta(), within(11), Reach::Rows(0), [(2, 2)]);
    vec![
        Case::source(Arc::new(between), parts([0, 20, 40, 60])),
        Case::source(Arc::new(last), parts([0, 20, 25, 60])),
        Case::step(Arc::new(Limit::reaching(within(7))), rows()),
        Case::step(Arc::new(Tail::reaching(within(7))), rows()),
    ]
}

/// The session's services, with a plugin.
fn env() -> Env {
    let env = Env::default();
    let plugin = Plugin::linked(swath_tried::plugin()).expect("it is right");
    env.plugins.add(plugin);
    env
}

/// Functions of the plugin: of partitions, a partitioner, a source and a sink that writes into this folder.
fn of_plugins(env: &Env, folder: &Path) -> Vec<Case> {
    let params = Params::default().with("column", "x").with("factor", 2.0);
    let scale = PluginName::new("tried.scale");
    let scale = env.plugins.partition(&scale, &params, &[rows().meta()]);
    let scale = scale.expect("it is right");
    let output = Arc::clone(scale.output());
    let scaled = MapPlugin::new(
        scale.name().clone(),
        params,
        output,
        Divisions::unknown(1),
        7,
    );
    let keys = Arc::new(Meta::of([("id", "int64")]).expect("it is right"));
    let in_turn = PluginName::new("tried.in_turn");
    let in_turn = env
        .plugins
        .partitioner(&in_turn, &Params::default(), keys, 3)
        .expect("it is right");
    let numbers = PluginName::new("tried.numbers");
    let numbers = PluginRows::list(&env.plugins, &numbers, Params::default(), Arc::new(Alone));
    let numbers = numbers.expect("it is right");
    let parts = numbers.parts(&[vec![0, 1], vec![3]]);
    let mut request = ScanRequest::new(["n", "half"]);
    request.predicate = Some(col("half").gt(2.0) & col("name").ne("n7"));
    let read = Meta::of([("n", "int64"), ("half", "float64")]);
    let read = read.and_then(|meta| meta.with_index(Index::leading(1)));
    let parts = parts.into_iter().map(|part| (part, 1_000)).collect();
    let read = FileScan::new(Arc::new(read.expect("it is right")), parts, request);
    let params = Params::default()
        .with("folder", folder.to_str().expect("it is right"))
        .with("column", "id")
        .with("how", "one attempt");
    let table = PluginName::new("tried.table");
    let table = env.plugins.sink(&table, &params, rows().meta());
    let table = Deliver::new(&table.expect("it is right"), Ongoing::begin(), 1);
    vec![
        Case::step(Arc::new(scaled), rows()),
        Case::sink(Arc::new(Split::new(Arc::new(in_turn))), rows()),
        Case::source(Arc::new(read), Vec::new()),
        Case::sink(Arc::new(table), rows()),
    ]
}

/// A case of every kind, and the writes that they belong to, which end when they are dropped.
fn cases(folder: &Path) -> (Cases, [FolderWrite; 2]) {
    let env = env();
    let meta = || Arc::clone(rows().meta());
    let by = || Arc::new(HashPartitioner::try_new(["text"], 3).expect("it is right"));
    let parts = || -> Vec<TaskValue> {
        [0, 20, 40]
            .map(|from| TaskValue::Rows(rows().slice(from, 20)))
            .to_vec()
    };
    let pieces = || -> Vec<Pieces> {
        let parts = [0, 20, 40].map(|from| rows().slice(from, 20));
        parts
            .iter()
            .map(|part| split(part, &*by()).expect("it is right"))
            .collect()
    };
    let list = TaskValue::List(pieces().into_iter().map(TaskValue::Pieces).collect());
    let slices = vec![
        Slice {
            partition: 2,
            rows: SliceRows::All,
        },
        Slice {
            partition: 0,
            rows: SliceRows::Share { part: 1, of: 3 },
        },
    ];
    let by_x = vec![SortKey::descending(1), SortKey::ascending(2)];
    let options = |name: &str| {
        let folder = folder.join(name);
        ToParquet::new(folder.to_str().expect("it is right").to_owned()).overwrite()
    };
    let (written_to, published_to) = (options("written"), options("published"));
    let (write, publish) = (begin(&written_to), begin(&published_to));
    let published = listed(&file(&published_to, &publish));
    let staged = write.staged().clone();
    let cases = Cases::new(
        Registry::standard(env.clone()),
        [
            Case::source(
                Arc::new(Constant::try_new(rows()).expect("it is right")),
                Vec::new(),
            ),
            Case::source(Arc::new(InputRows::whole(meta())), parts()),
            Case::source(Arc::new(InputRows::sliced(meta(), vec![slices])), parts()),
            Case::source(Arc::new(Gather::new(meta(), vec![1])), vec![list]),
            Case::source(Arc::new(scan(&folder.join("read"))), Vec::new()),
            Case::step(Arc::new(DropDuplicates::new(vec![1, 2], false)), rows()),
            Case::step(Arc::new(DropDuplicates::new(vec![2, 1], true)), rows()),
            Case::step(
                Arc::new(DropDuplicates::new(vec![2], false).rows(3)),
                rows(),
            ),
            Case::step(Arc::new(DropDuplicates::new(vec![2], true).rows(2)), rows()),
            Case::step(Arc::new(Explode::new(1)), lists()),
            Case::step(Arc::new(Filter::new(col("x").gt(2.0))), rows()),
            Case::local_step("map-partitions", Arc::new(reversed()), rows()),
            Case::step(Arc::new(MemoryUsage), rows()).answering(counted),
            Case::step(
                Arc::new(Melt::new(1, "name".into(), "value".into())),
                wide(),
            ),
            Case::step(Arc::new(Sample::new(7, 0, u64::MAX / 3)), rows()),
            Case::step(Arc::new(project()), rows()),
            Case::step(Arc::new(in_order()), rows()),
            Case::step(Arc::new(Limit::new(33)), rows()),
            Case::step(Arc::new(Tail::new(33)), rows()),
            Case::step(Arc::new(TopK::new(7, by_x)), rows()),
            Case::step(
                Arc::new(GroupPartial::new(1, calls(), true)),
                keyed(&["text", "x"]),
            ),
            Case::step(
                Arc::new(GroupPartial::new(0, calls(), false)),
                keyed(&["text", "x"]),
            ),
            Case::step(Arc::new(GroupMerge::combining(1, calls())), states(1)),
            Case::step(Arc::new(GroupMerge::finishing(1, calls(), true)), states(1)),
            Case::step(
                Arc::new(GroupMerge::finishing(0, calls(), false)),
                states(0),
            ),
            Case::sink(Arc::new(Rows::passing()), rows()),
            Case::sink(Arc::new(Rows::held()), rows()),
            Case::sink(Arc::new(Split::new(by())), rows()),
            Case::sink(
                Arc::new(WriteFiles::new(Arc::new(written_to), staged)),
                rows(),
            )
            .answering(written),
            Case::sink(Arc::new(Publish::new(publish.staged().clone())), published),
        ]
        .into_iter()
        .chain(beside())
        .chain(of_plugins(&env, folder)),
    );
    (cases, [write, publish])
}

#[test]
fn every_kind_has_a_case() {
    let folder = tempfile::tempdir().expect("it is right");
    let (cases, _writes) = cases(folder.path());
    cases.check_that_none_is_missing();
}

#[test]
#[should_panic(expected = "without a case: source `constant` source `file-scan`")]
fn kinds_without_a_case_are_told() {
    Cases::new(Registry::standard(Env::default()), []).check_that_none_is_missing();
}

#[test]
fn encoding() {
    let folder = tempfile::tempdir().expect("it is right");
    let (cases, _writes) = cases(folder.path());
    cases.check_encoding();
}

#[test]
fn empty_input() {
    let folder = tempfile::tempdir().expect("it is right");
    let (cases, _writes) = cases(folder.path());
    cases.check_empty_input();
}

#[test]
fn memory() {
    let folder = tempfile::tempdir().expect("it is right");
    let (cases, _writes) = cases(folder.path());
    cases.check_memory();
}

#[test]
fn cancellation() {
    let folder = tempfile::tempdir().expect("it is right");
    let (cases, _writes) = cases(folder.path());
    cases.check_cancellation();
}

#[test]
fn pins() {
    let folder = tempfile::tempdir().expect("it is right");
    let (cases, _writes) = cases(folder.path());
    cases.check_pins();
}

#[test]
fn any_chunking() {
    let folder = tempfile::tempdir().expect("it is right");
    let (cases, _writes) = cases(folder.path());
    let cuts = prop::collection::vec(0_usize..70, 0..12);
    let config = ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(cuts in cuts, dead_rows in any::<bool>())| {
        cases.check_chunking(&Chunking { cuts, dead_rows });
    });
}
