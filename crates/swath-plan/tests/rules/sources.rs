//! The same rows in files and in memory: five partitions, one of them empty, later ones with larger numbers.

use std::fmt::Write as _;
use std::sync::Arc;

use swath_batch::{Batch, Partition};
use swath_expr::col;
use swath_io::{IoContext, ParquetDataset, ReadParquet, ToParquet};
use swath_memory::CancelToken;
use swath_plan::Plan;

use crate::engine::Engine;

/// Rows of a partition.
const ROWS: i64 = 200;
/// Rows of a row group: four to a file.
const ROW_GROUP: usize = 50;
/// The partition without rows.
const EMPTY: i64 = 2;

/// Plans that read the rows from different places.
pub(crate) struct Sources {
    pub(crate) engine: Engine,
    /// From Parquet files.
    pub(crate) files: Plan,
    /// As handed in from memory.
    pub(crate) memory: Plan,
    /// What a filter of the files left, persisted.
    pub(crate) persisted: Plan,
    _folder: tempfile::TempDir,
}

impl Sources {
    pub(crate) fn new() -> Self {
        let engine = Engine::new();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let memory = engine.keep((0..5).map(partition).collect());
        let target = ToParquet::from(folder.path()).row_group_rows(ROW_GROUP);
        let io = engine.env.io(CancelToken::new());
        let write = target.target(&io).and_then(|target| target.begin());
        let write = write.expect("an empty folder");
        let plan = memory.write(Arc::new(target)).begun(write.staged().clone());
        engine.run(&[plan], &[]);
        let context = IoContext::new(CancelToken::new(), Arc::clone(&engine.env.footers));
        let read = ReadParquet::new(folder.path()).split_row_groups(false);
        let dataset = ParquetDataset::open(&read, &context).expect("what was just written");
        let files = Plan::scan(Arc::new(dataset)).expect("a checked data set");
        let kept = files
            .filter(col("i").gt(150), &engine.env)
            .expect("a column");
        let persisted = engine.persist(&kept);
        Self {
            engine,
            files,
            memory,
            persisted,
            _folder: folder,
        }
    }
}

/// Numbers that are shuffled within a partition and exact in sums; text with nulls, a key with few values, nulls and a NaN.
fn partition(at: i64) -> Partition {
    let mut text = String::from("i,f,s,k\n");
    // The first line decides the dtypes also where no row is left.
    for row in 0..ROWS {
        let i = at * ROWS + row * 37 % ROWS;
        let f = match row {
            7 => "NaN".to_owned(),
            8 => String::new(),
            _ => format!("{}.5", i - 300),
        };
        let s = if row % 13 == 0 {
            String::new()
        } else {
            format!("name {:02}", i * 7 % 31)
        };
        let k = if row % 17 == 0 {
            String::new()
        } else {
            (i % 5).to_string()
        };
        let _ = writeln!(text, "{i},{f},{s},{k}");
    }
    let batch = Batch::from_csv(&text).expect("four cells a line");
    Partition::from(batch.head(if at == EMPTY { 0 } else { batch.num_rows() }))
}
