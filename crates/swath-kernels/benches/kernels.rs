//! What does a row cost in each table of the group-by ladder, in each aggregate, in hash, top-k and sort?
//!
//! Prints ns a row, the best of several runs over 8192-row batches. Run it in release:
//! `cargo bench -p swath-kernels`.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use arrow_array::types::{UInt8Type, UInt32Type};
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, PrimitiveArray,
    StringViewArray,
};
use swath_batch::Chunk;
use swath_kernels::{
    Aggregates, Grouper, KernelError, SortKey, TopK, hash_columns, sort_to_indices,
};
use swath_meta::DType;

const BATCH: usize = 8192;
const ROWS: usize = 1 << 21;
/// A step between keys that makes them anything but dense.
const SPARSE: i64 = 0x9e37_79b9_7f4a;

/// Random numbers, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((u128::from(self.0) * u128::from(bound)) >> 64) as u64
    }
}

fn batches(make: impl Fn(&mut Random) -> ArrayRef) -> Vec<ArrayRef> {
    // Another seed for each column, or two keys would be one.
    static COLUMNS: AtomicU64 = AtomicU64::new(1);
    let seed = COLUMNS.fetch_add(1, Ordering::Relaxed);
    let mut random = Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    (0..ROWS / BATCH).map(|_| make(&mut random)).collect()
}

fn ints(groups: u64, step: i64) -> Vec<ArrayRef> {
    batches(|random| {
        Arc::new(Int64Array::from_iter_values(
            (0..BATCH).map(|_| (random.below(groups) as i64).wrapping_mul(step)),
        ))
    })
}

fn small_ints(groups: u64) -> Vec<ArrayRef> {
    batches(|random| {
        Arc::new(Int32Array::from_iter_values(
            (0..BATCH).map(|_| random.below(groups) as i32),
        ))
    })
}

fn floats() -> Vec<ArrayRef> {
    batches(|random| {
        Arc::new(Float64Array::from_iter_values(
            (0..BATCH).map(|_| random.below(1 << 40) as f64 / 1024.0),
        ))
    })
}

fn text(groups: u64, long: bool) -> Vec<ArrayRef> {
    batches(|random| {
        let rows = (0..BATCH).map(|_| {
            let n = random.below(groups);
            if long {
                format!("a rather long name {n:09}")
            } else {
                format!("id{n:09}")
            }
        });
        Arc::new(StringViewArray::from_iter_values(rows))
    })
}

fn codes(groups: u64) -> Vec<ArrayRef> {
    let entries: ArrayRef = Arc::new(StringViewArray::from_iter_values(
        (0..groups).map(|n| format!("id{n:09}")),
    ));
    batches(|random| {
        let entries = Arc::clone(&entries);
        let codes = (0..BATCH).map(|_| random.below(groups));
        if groups <= 256 {
            let codes = PrimitiveArray::from_iter_values(codes.map(|code| code as u8));
            Arc::new(DictionaryArray::<UInt8Type>::new(codes, entries)) as ArrayRef
        } else {
            let codes = PrimitiveArray::from_iter_values(codes.map(|code| code as u32));
            Arc::new(DictionaryArray::<UInt32Type>::new(codes, entries))
        }
    })
}

/// Prints the best of some runs, in ns a row.
fn time(name: &str, mut run: impl FnMut() -> String) {
    let mut best = f64::INFINITY;
    let mut note = String::new();
    let began = Instant::now();
    for run_of in 0.. {
        // Many short runs: on a busy machine some of them are undisturbed.
        if run_of >= 5 && began.elapsed().as_millis() > 400 {
            break;
        }
        let start = Instant::now();
        note = black_box(run());
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!(
        "{name:<44} {:>8.2} ns/row   {note}",
        best * 1e9 / ROWS as f64
    );
}

fn group(name: &str, dtypes: &[DType], columns: &[Vec<ArrayRef>]) {
    let mut ids = Vec::new();
    time(name, || {
        let mut grouper = Grouper::try_new(dtypes).expect("there are keys");
        for batch in 0..columns[0].len() {
            let keys: Vec<ArrayRef> = columns
                .iter()
                .map(|column| Arc::clone(&column[batch]))
                .collect();
            grouper
                .group(&keys, BATCH, &mut ids)
                .expect("the keys are of their dtypes");
        }
        format!("{} {}", grouper.strategy(), grouper.groups())
    });
}

fn aggregate(name: &str, dtype: &DType, column: &[ArrayRef], groups: u32) {
    let mut random = Random(7);
    let ids: Vec<Vec<u32>> = column
        .iter()
        .map(|_| {
            (0..BATCH)
                .map(|_| random.below(u64::from(groups)) as u32)
                .collect()
        })
        .collect();
    let aggregate = Aggregates::standard()
        .get(name)
        .expect("a built-in aggregate");
    time(&format!("{name} of {dtype}, {groups} groups"), || {
        let mut states = aggregate
            .accumulator(std::slice::from_ref(dtype))
            .expect("the dtype is supported");
        for (ids, batch) in ids.iter().zip(column) {
            states
                .update(ids, groups as usize, std::slice::from_ref(batch))
                .expect("the batch is of its dtype");
        }
        format!("{} rows", states.finish().expect("totals fit").len())
    });
}

fn groups() {
    use DType::{Int32, Int64, String as Text};
    println!("group");
    for groups in [100, 100_000, 1 << 20] {
        group(
            &format!("int64, {groups} dense"),
            &[Int64],
            &[ints(groups, 1)],
        );
        group(
            &format!("int64, {groups} sparse"),
            &[Int64],
            &[ints(groups, SPARSE)],
        );
    }
    group("codes, 100 entries", &[Text], &[codes(100)]);
    group("codes, 100,000 entries", &[Text], &[codes(100_000)]);
    group("short text, 100", &[Text], &[text(100, false)]);
    group("short text, 100,000", &[Text], &[text(100_000, false)]);
    group("long text, 100,000", &[Text], &[text(100_000, true)]);
    group(
        "codes x codes, 100 x 100",
        &[Text, Text],
        &[codes(100), codes(100)],
    );
    group(
        "int32 x int32, 1000 x 1000",
        &[Int32, Int32],
        &[small_ints(1000), small_ints(1000)],
    );
    group(
        "int64 x codes, 100,000 x 100",
        &[Int64, Text],
        &[ints(100_000, 1), codes(100)],
    );
    group(
        "int64 sparse x int64",
        &[Int64, Int64],
        &[ints(100_000, SPARSE), ints(10, 1)],
    );
    let decimal = DType::Decimal {
        precision: 12,
        scale: 2,
    };
    let decimals: Vec<ArrayRef> = ints(100_000, 1)
        .iter()
        .map(|batch| arrow_cast::cast(batch, &decimal.border()).expect("integers are decimals"))
        .collect();
    group(
        "decimal x int64 (rows)",
        &[decimal, Int64],
        &[decimals, ints(10, 1)],
    );
}

fn aggregates() {
    println!("aggregate");
    let (amounts, narrow, wide) = (floats(), ints(100_000, 1), ints(1 << 20, 1 << 20));
    for groups in [1, 10, 1000, 1_000_000] {
        for name in ["sum", "mean", "min", "max", "count", "first"] {
            aggregate(name, &DType::Float64, &amounts, groups);
        }
        for (name, column) in [("sum", &narrow), ("sum", &wide), ("max", &narrow)] {
            aggregate(name, &DType::Int64, column, groups);
        }
    }
    aggregate("min", &DType::String, &text(100_000, true), 1000);
}

fn hashes() {
    println!("hash");
    for (name, column) in [
        ("int64", ints(100_000, 1)),
        ("float64", floats()),
        ("codes", codes(100)),
        ("short text", text(100_000, false)),
    ] {
        let mut out = Vec::new();
        time(name, || {
            for batch in &column {
                hash_columns(std::slice::from_ref(batch), BATCH, &mut out).expect("it hashes");
            }
            format!("{:x}", out[0])
        });
    }
}

fn orders() {
    println!("order");
    let go_on = || Ok::<_, KernelError>(());
    let (amounts, keys, names) = (floats(), ints(100_000, 1), text(100_000, false));
    for k in [10, 10_000] {
        time(&format!("top {k} of float64"), || {
            let mut top = TopK::new(k, vec![SortKey::descending(0)]);
            for (batch, other) in amounts.iter().zip(&names) {
                let columns = vec![Arc::clone(batch), Arc::clone(other)];
                top.push(&Chunk::new(columns, BATCH), go_on)
                    .expect("floats have an order");
            }
            let blocks = top.finish(go_on).expect("nobody stops it");
            let rows: usize = blocks
                .map(|columns| columns.expect("rows fit")[0].len())
                .sum();
            format!("{rows}")
        });
    }
    let whole = |batches: &[ArrayRef]| {
        let arrays: Vec<&dyn Array> = batches.iter().map(AsRef::as_ref).collect();
        arrow_select::concat::concat(&arrays).expect("one dtype")
    };
    let (amounts, keys, names) = (whole(&amounts), whole(&keys), whole(&names));
    for (name, columns) in [
        ("sort float64", vec![Arc::clone(&amounts)]),
        ("sort int64", vec![Arc::clone(&keys)]),
        ("sort short text", vec![names]),
        ("sort int64, float64", vec![keys, amounts]),
    ] {
        let by: Vec<SortKey> = (0..columns.len()).map(SortKey::ascending).collect();
        time(name, || {
            format!(
                "{}",
                sort_to_indices(&columns, &by)
                    .expect("they have an order")
                    .len()
            )
        });
    }
}

fn main() {
    groups();
    aggregates();
    hashes();
    orders();
}
