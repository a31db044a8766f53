//! Every type, whole, sliced and empty, through a function that gives back what it gets.

use std::sync::Arc;

use swath_batch::{Batch, Host, meta_nonempty};
use swath_meta::Meta;
use swath_plugin_host::{Bound, BoundPartition, CallError, Function};

/// One of each that there is, in columns and inside others.
const DTYPES: [&str; 33] = [
    "null",
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "decimal(12, 3)",
    "string",
    "binary",
    "date",
    "time[s]",
    "time[ms]",
    "time[us]",
    "timestamp[s]",
    "timestamp[ns]",
    "timestamp[us, Europe/Berlin]",
    "duration[ms]",
    "category",
    "list<int64>",
    "list<string>",
    "struct<a: int64, b: string>",
    "struct<a: list<date>>",
    "struct<a: int64, b: list<string>, c: category>",
    "list<category>",
    "list<list<category>>",
    "list<struct<a: category, b: list<category>>>",
    "struct<a: list<category>, b: struct<c: list<struct<d: category>>>>",
];

/// Rows of a dtype, two of which are null.
pub(crate) fn rows_of(dtype: &str) -> Batch {
    let meta = Meta::of([("a", dtype)]).expect("a dtype");
    let rows = meta_nonempty(&meta);
    let nothing = arrow_array::new_null_array(rows.record_batch().column(0).data_type(), 2);
    let some = Arc::clone(rows.record_batch().column(0));
    let column = arrow_select::concat::concat(&[&some, &nothing, &some]).expect("one type");
    let n = column.len();
    Batch::from_arrays(&Arc::new(meta), vec![column], n).expect("a column of that dtype")
}

/// Short texts, and such as stand in a block of their own.
pub(crate) fn texts() -> Batch {
    Batch::from_csv("s,t\nshort,a text that stands in a block of its own\n,\nanother text longer than twelve bytes,b\nzwölf,\n")
        .expect("a table")
}

/// A column of each dtype.
fn side_by_side() -> Batch {
    let names: Vec<String> = (0..DTYPES.len()).map(|at| format!("c{at}")).collect();
    let meta = Meta::of(names.iter().map(String::as_str).zip(DTYPES)).expect("dtypes");
    let columns = DTYPES.map(|dtype| Arc::clone(rows_of(dtype).record_batch().column(0)));
    let n = columns[0].len();
    Batch::from_arrays(&Arc::new(meta), columns.to_vec(), n).expect("columns of those dtypes")
}

/// The task of the only partition.
struct Alone;

impl Host for Alone {
    fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }

    fn partition(&self) -> (usize, usize) {
        (0, 1)
    }
}

/// What comes out for some rows, or for a partition without any.
pub(crate) fn through(
    bound: &BoundPartition,
    rows: Option<&Batch>,
) -> Result<Vec<Batch>, CallError> {
    let mut found = Vec::new();
    let mut keep = |batch| {
        found.push(batch);
        Ok(())
    };
    let mut run = bound.open(Arc::new(Alone))?;
    if let Some(rows) = rows {
        run.push::<CallError>(rows, &mut keep)?;
    }
    run.finish::<CallError>(&mut keep)?;
    Ok(found)
}

/// Sends them through a partition function, which is to give back the same.
pub(crate) fn comes_back(function: &Function, params: &str) {
    let each = DTYPES.map(|dtype| (dtype, rows_of(dtype)));
    let more = [("texts", texts()), ("side by side", side_by_side())];
    for (name, rows) in each.into_iter().chain(more) {
        let Bound::Partition(bound) = function.bind(params, rows.meta()).expect(name) else {
            unreachable!("it is a partition function");
        };
        assert_eq!(bound.output(), rows.meta(), "{params}, {name}");
        for rows in [rows.clone(), rows.slice(1, 2), rows.slice(0, 0)] {
            let found = through(&bound, Some(&rows)).expect(name);
            assert_eq!(found, [rows], "{params}, {name}");
        }
    }
}
