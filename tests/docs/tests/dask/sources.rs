//! What the module `dask.dataframe` has: sources of frames and functions of them.

use crate::row::map;
use swath::arrow::array::RecordBatch;
use swath::prelude::*;
use swath::{Agg, Aggregation, FromMap, Join, Table};

map! {
    "`dask.dataframe`", "dask.dataframe", (session: &Session, df: &DataFrame, scalar: Scalar, table: &Table, rows: Vec<RecordBatch>, range: impl Aggregation, batch: Batch)
    ["read_parquet"] Same { session.read_parquet("sales/*.parquet") };
    ["read_csv"] Same { session.read_csv("logs/*.csv") };
    ["read_table"] Renamed { session.read_csv(ReadCsv::new("logs/*.tsv").delimiter('\t')) };
    ["read_json"] Same { session.read_json("events/*.jsonl") } "one object a line, as with `lines=True`";
    ["read_orc"] Later;
    ["read_fwf"] Different { session.from_map(FromMap::new(["a.txt"], |_: &&str| Batch::from_csv("x\n1\n"))) }
        "a reader of one's own is a function of a file";
    ["read_hdf"] No "HDF5 is a C library with one lock; `from_map` reads it with a crate for it";
    ["read_sql" "read_sql_query" "read_sql_table"] Different { session.from_map(FromMap::new([0..100, 100..200], |_| Batch::from_csv("x\n1\n"))) }
        "a query a partition, with the driver of your choice";
    ["from_pandas" "from_array" "from_dask_array"] Different { session.from_record_batches(rows) }
        "Arrow batches, one partition each; `repartition` cuts them";
    ["from_dict"] Different { Batch::from_columns([("x", vec![1_i64, 2])]), session.from_batches([batch]) };
    ["from_map"] Same { session.from_map(FromMap::new(0..4_i64, |n: &i64| Batch::from_columns([("n", vec![*n])]))) };
    ["from_delayed"] Same { session.from_delayed([session.try_delayed((), || Batch::from_csv("x\n1\n"))]) } "calls may read frames, lazy values and each other";
    ["from_graph"] No "a graph of one's own is for the crates below frames: [build your own engine](../build-your-own-engine.md)";
    ["compute"] Same { swath::compute((df, &scalar)) };
    ["concat"] Same { swath::concat([df, df], Join::Outer) } "partitions one after another; side by side (`axis=1`) comes with the joins";
    ["merge" "merge_asof"] Later "with the joins";
    ["map_partitions"] Same { df.map_partitions(|part: Batch| part), swath::map_partitions([df, df], |[part, _]: [Batch; 2]| part) } "a method of one frame, a function of several";
    ["map_overlap"] Same { df.map_overlap(swath::MapOverlap::new(|part: Batch| part).before(2).after("30min")) } "a method";
    ["melt"] Same { df.melt("id") } "a method";
    ["pivot_table" "get_dummies"] Later;
    ["repartition"] Same { df.repartition(20) } "a method";
    ["isna"] Same { df.isna() } "a method; in expressions `col(\"x\").isna()`";
    ["to_datetime"] Different { col("s").str().strptime("%d.%m.%Y"), col("s").cast("timestamp[us]") } "by a format, or ISO 8601 without one";
    ["to_numeric"] Different { col("s").cast("float64") } "text that is no number is an error";
    ["to_timedelta"] Different { col("at") + "15min" } "text beside times is a span of time";
    ["to_parquet"] Same { df.to_parquet("out/") };
    ["to_csv"] Same { df.to_csv("out/") };
    ["to_json"] Same { df.to_json("out/") } "one object a line";
    ["to_orc"] Later;
    ["to_hdf"] No "as `read_hdf`";
    ["to_sql"] No "a database driver is your program's: `batches()` streams what it should write";
    ["to_bag"] No "there are frames only";
    ["to_records"] Different { table.rows::<(String, f64)>() } "typed, of a computed table";
    ["DataFrame"] Same { df.clone() as DataFrame };
    ["Scalar"] Same { df.sum("x") as swath::Result<Scalar> };
    ["Series"] No "a frame of one column is one; in a row it is an expression, of all rows an aggregate";
    ["Index"] No "the index is a role of the leading columns, and expressions name it as any other";
    ["Aggregation"] Different { Session::builder().aggregate(range), df.agg(Agg::new("range", &col("x"))) } "a trait whose state can be sent, found by its name";
    ["assert_eq"] Different { table.assert_same_rows(&[]), table.assert_close_rows(&[], 1e-9) };
    ["demo"] No "the tests make their own data";
    ["backends" "dispatch" "get_collection_type"] No "there is one kind of rows: Arrow's";
}
