//! What a frame is, which rows and columns it has, and how it is cut.

pub(crate) mod shape {
    use crate::row::map;
    use swath::Describe;
    use swath::prelude::*;

    map! {
        "What a frame is", "DataFrame", (df: &DataFrame)
        ["columns"] Same { df.columns() } "the data columns; to set them, `rename`";
        ["index"] Same { df.index() } "the names of the index columns, often none";
        ["dtypes"] Same { df.dtypes() } "`df.meta().dtype(\"x\")` of one";
        ["axes"] No "ask `index()` and `columns()`";
        ["ndim"] No "it is 2";
        ["shape"] Different { df.len(), df.columns().len() } "the number of rows is a lazy scalar";
        ["size"] No "rows times columns is nobody's question";
        ["empty"] Different { df.len() } "Dask raises; here a lazy scalar says it";
        ["nbytes"] Different { df.memory_usage() };
        ["divisions"] Same { df.divisions() } "known, pending or unknown; never computed by asking";
        ["known_divisions"] Renamed { df.divisions().is_known() };
        ["npartitions"] Same { df.npartitions() };
        ["partitions"] Same { df.partitions(0..2) };
        ["get_partition"] Renamed { df.partitions(3) };
        ["memory_usage"] Same { df.memory_usage() };
        ["memory_usage_per_partition"] Same { df.memory_usage_per_partition() };
        ["info"] Renamed { df.to_string() } "what `{df}` prints";
        ["describe"] Same { df.describe(..), df.describe(Describe::new(..).text()) } "exact; numbers, or text by option";
        ["copy"] Renamed { df.clone() } "a handle: nothing is copied";
        ["dask"] No "tasks are made when a computation begins; `explain()` shows the plan";
        ["expr"] Different { df.explain().json() } "the plan as data";
    }
}

pub(crate) mod rows {
    use crate::row::map;
    use swath::prelude::*;

    map! {
        "Rows", "DataFrame", (df: &DataFrame)
        ["head" "tail"] Different { df.head(5), df.tail(5) } "lazy, as everything is";
        ["query"] Different { df.filter(col("amount").gt(5000) & col("region").ne("us")) } "an expression, checked when it is written";
        ["eval"] Different { df.assign("net", col("gross") / 1.19) } "as `query`: code is no text";
        ["loc"] Later "with the sorted index";
        ["iloc"] No "Dask takes columns by position alone; name them";
        ["sample"] Same { df.sample(0.1) } "a share of the rows, as in Dask; the same rows for the same seed";
        ["random_split"] Same { df.random_split([0.8, 0.2], 7) };
        ["nlargest" "nsmallest"] Same { df.nlargest(10, "amount"), df.nsmallest(10, ["amount", "id"]) } "by several columns too; NaN after the numbers, nulls last";
        ["drop_duplicates"] Same { df.drop_duplicates(..), df.drop_duplicates(["region", "id"]) };
        ["dropna"] Same { df.dropna(..) };
        ["explode"] Same { df.explode("tags") };
        ["isin"] Different { col("region").isin(["eu", "us"]) } "in an expression";
        ["squeeze"] No "there is no Series to squeeze into";
        ["items"] Different { df.columns() } "names, to `select` by";
        ["iterrows" "itertuples"] Different { df.batches() } "batches of a stream; typed rows from a table, `table.rows::<(String, f64)>()`";
    }
}

pub(crate) mod columns {
    use crate::row::map;
    use swath::prelude::*;
    use swath::{Agg, SelectDtypes};

    map! {
        "Columns", "DataFrame", (df: &DataFrame)
        ["assign"] Same { df.assign("net", col("gross") / 1.19) } "one column a call";
        ["rename"] Same { df.rename([("v", "amount")]) };
        ["rename_axis"] Renamed { df.rename([("ts", "at")]) } "index columns are columns with a role";
        ["add_prefix" "add_suffix"] Same { df.add_prefix("a_"), df.add_suffix("_a") };
        ["drop"] Same { df.drop(["x", "y"]) } "columns";
        ["pop"] Different { df.select("x"), df.drop("x") } "frames are values: what a name stands for does not change";
        ["select_dtypes"] Same { df.select_dtypes("number"), df.select_dtypes(SelectDtypes::include(["string"])) };
        ["astype"] Same { df.astype([("id", "int32")]) } "exact, or an error";
        ["categorize"] No "categories belong to batches; no meta needs to know them, so nothing has to be computed for them";
        ["melt"] Same { df.melt("id") };
        ["pivot_table"] Later;
        ["map"] Different { df.assign("y", col("x").map(|x: f64| x * 2.0)) } "the closure's signature is the dtype";
        ["apply"] Different { df.assign("km", udf((col("a"), col("b")), |a: f64, b: Option<f64>| a + b.unwrap_or(0.0))) } "names the columns that the closure reads";
        ["pipe"] Same { df.pipe(|df| df.head(5)) };
        ["reduction"] Different { df.agg(Agg::new("range", &col("x"))) } "with an `Aggregation` of your own";
        ["to_timestamp"] No "there are no periods";
    }
}

pub(crate) mod order {
    use crate::row::map;
    use swath::prelude::*;
    use swath::{MapOverlap, Shuffle};

    map! {
        "Index, order and partitions", "DataFrame", (df: &DataFrame)
        ["repartition"] Same { df.repartition(20), df.repartition(Repartition::by_size("100MiB")) } "by divisions and frequency: later";
        ["reset_index"] Different { df.reset_index() } "ends the role; there is no new range that restarts in each partition";
        ["shuffle"] Same { df.shuffle("id"), df.shuffle(Shuffle::on("id").npartitions(8)) } "or where a function says: `Shuffle::by`";
        ["set_index" "sort_values"] Later "with the sort";
        ["clear_divisions" "compute_current_divisions"] Later "with the sort";
        ["enforce_runtime_divisions"] No "divisions are proven where they arise, not promised";
        ["resample"] Later "with what needs neighbours";
        ["map_overlap"] Different { df.map_overlap(MapOverlap::new(|part: Batch| part).before(2)), df.map_overlap(MapOverlap::new(|part: Batch| part).after("1h").along("at")) }
            "over as many partitions as it takes; spans of time include their end";
        ["rolling"] Different { df.assign("mean", col("x").rolling(20).mean()) } "in an expression; of rows in one partition, so `repartition(1)` first where there are several";
        ["shift" "diff"] Different { df.assign("gain", col("x") / col("x").shift(1) - 1.0), df.filter(col("x").diff(1).gt(0)) } "as `rolling`";
        ["ffill" "bfill"] Different { df.assign("x", col("x").ffill()), df.assign("x", col("x").bfill_limit(2)) } "as `rolling`";
        ["cumsum" "cumprod" "cummin" "cummax"] Different { df.select([col("x").cumsum(), col("y").cummax()]) } "as `rolling`; whole numbers are added exactly";
    }
}

pub(crate) mod combine {
    use crate::row::map;

    map! {
        "Frames together", "DataFrame", ()
        ["merge" "join"] Later "with the joins";
        ["align" "combine" "combine_first"] Later "with the joins";
        ["dot"] No "matrices are another engine's";
    }
}

pub(crate) mod drop_duplicates {
    use crate::row::map;
    use swath::prelude::*;
    use swath::{DropDuplicates, KeepRow};

    map! {
        "Options of `drop_duplicates`", "drop_duplicates", (df: &DataFrame)
        ["subset"] Different { df.drop_duplicates(["region", "x"]) } "the argument; `..` is all data columns";
        ["keep"] Same { df.drop_duplicates(DropDuplicates::new("region").keep(KeepRow::Last)) } "`keep=False` is in neither";
        ["split_out"] Same { df.drop_duplicates(DropDuplicates::new("region").split_out(4)) } "as many partitions as the frame unless it says";
        ["split_every"] No "rows that are kept go to their partition at once";
        ["shuffle_method"] No "there is one exchange, deterministic and in memory";
        ["ignore_index"] Different { df.reset_index() } "an index stays, and rows are compared by data columns";
    }
}

pub(crate) mod value_counts {
    use crate::row::map;
    use swath::ValueCounts;
    use swath::prelude::*;

    map! {
        "Options of `value_counts`", "value_counts", (df: &DataFrame)
        ["sort" "ascending"] Same { df.value_counts(ValueCounts::new("region").sort(true).ascending(true)) };
        ["dropna"] Same { df.value_counts(ValueCounts::new("region").dropna(false)) };
        ["normalize"] Same { df.value_counts(ValueCounts::new("region").normalize(true)) };
        ["split_out" "split_every"] Different { df.groupby("region").split_out(4).size() } "as a group-by";
    }
}
