//! The options of readers and writers, and of functions that make partitions.

pub(crate) mod read_parquet {
    use crate::row::map;
    use swath::ReadParquet;
    use swath::prelude::*;

    map! {
        "Options of `read_parquet`", "read_parquet", (session: &Session, df: &DataFrame)
        ["columns"] Same { ReadParquet::new("sales/").columns(["id", "amount"]) } "rarely needed: what nobody reads is not decoded";
        ["index"] Same { ReadParquet::new("sales/").index("at") } "divisions are known where the footers' statistics prove them";
        ["filters"] Different { df.filter(col("amount").gt(5000)), ReadParquet::new("sales/").filter(col("year").gt(2023)) } "a filter goes into the scan by itself, to row groups, pages and rows; the option opens fewer files to begin with";
        ["split_row_groups"] Same { ReadParquet::new("sales/").split_row_groups(true) };
        ["blocksize"] Renamed { ReadParquet::new("sales/").partition_size("128MiB") } "decoded bytes; 64 MiB by default";
        ["parquet_file_extension"] Renamed { ReadParquet::new("sales/").file_extension(".pq") };
        ["aggregate_files"] No "row groups of neighbouring files share a partition wherever they are small";
        ["calculate_divisions"] No "they are known where there is an index with statistics; nothing else is read for them";
        ["categories"] No "codes are kept where the file has them, and no dtype needs to know";
        ["storage_options"] Different { session.read_parquet(ReadParquet::new("s3://bucket/sales/").option("region", "eu-west-1")) } "one by one, or for the session: `Session::builder().storage_options(..)`; with the feature `cloud`";
        ["filesystem"] Different { session.read_parquet("s3://bucket/sales/") } "a store is given to the session: `Session::builder().store(url, store)`";
        ["ignore_metadata_file" "metadata_task_size"] No "every footer is read, many at a time";
        ["dtype_backend" "arrow_to_pandas" "engine"] No "there is one reader, and it makes Arrow arrays";
    }
}

pub(crate) mod read_csv {
    use crate::row::map;
    use swath::ReadCsv;
    use swath::prelude::*;

    map! {
        "Options of `read_csv`", "read_csv", (session: &Session)
        ["blocksize"] Same { ReadCsv::new("logs/").blocksize("64MB") } "blocks end at records, whatever is quoted in them";
        ["compression"] Same { ReadCsv::new("logs/").compression("gzip") } "`gzip` and `zstd`";
        ["include_path_column"] Same { ReadCsv::new("logs/").include_path_column("path") };
        ["sample"] Same { ReadCsv::new("logs/").sample("256KiB") } "at the beginning, the middle and the end of several files";
        ["sample_rows"] No "`sample` is in bytes";
        ["assume_missing"] No "every column may hold nulls, and integers stay integers";
        ["enforce"] No "names are always compared";
        ["lineterminator"] No "`\\n`, `\\r\\n` and `\\r`, mixed too";
        ["storage_options"] Different { session.read_csv(ReadCsv::new("s3://bucket/logs/").option("region", "eu-west-1")) } "one by one, or for the session";
    }
}

pub(crate) mod to_parquet {
    use crate::row::map;
    use swath::ToParquet;
    use swath::prelude::*;

    map! {
        "Options of `to_parquet`", "to_parquet", (df: &DataFrame)
        ["compression"] Same { ToParquet::new("out/").compression("zstd") };
        ["overwrite"] Same { ToParquet::new("out/").overwrite() } "all files at once, when all new ones are complete";
        ["append"] Same { ToParquet::new("out/").append() } "columns are compared with those of the files; labels that overlap are no error, divisions are then unknown";
        ["partition_on"] Same { ToParquet::new("out/").partition_on(["region"]) } "`overwrite_partitions()` replaces only those that have new rows";
        ["compute"] Different { df.sink_parquet("out/") } "a sink is an item of `swath::compute((..))`: read once, write several";
        ["write_index"] Different { df.reset_index() } "the index is written with its role; end the role, drop the column, or keep both";
        ["custom_metadata"] Later;
        ["name_function"] No "files are named by their partition";
        ["schema"] No "the meta is the schema, and every partition has kept to it";
        ["ignore_divisions"] No "divisions are compared when files are read, not promised when they are written";
        ["write_metadata_file"] No "footers are read many at a time; a summary of them is one more file to be wrong";
        ["storage_options"] Different { df.to_parquet(ToParquet::new("s3://bucket/out/").option("region", "eu-west-1")) } "one by one, or for the session";
        ["filesystem"] Different { df.to_parquet("s3://bucket/out/") } "a store is given to the session";
        ["compute_kwargs" "engine"] No "there is one writer";
    }
}

pub(crate) mod to_csv {
    use crate::row::map;
    use swath::ToCsv;
    use swath::prelude::*;

    map! {
        "Options of `to_csv`", "to_csv", (df: &DataFrame)
        ["compression"] Same { ToCsv::new("out/").compression("zstd") };
        ["compute"] Different { df.sink_csv("out/") };
        ["single_file"] Different { df.repartition(1) } "one partition is one file";
        ["mode"] Different { ToCsv::new("out/").overwrite() } "a folder is written whole or not at all";
        ["header_first_partition_only"] Different { ToCsv::new("out/").header(false) } "every file has the header, or none";
        ["encoding"] No "UTF-8";
        ["name_function"] No "files are named by their partition";
        ["storage_options"] Different { df.to_csv(ToCsv::new("s3://bucket/out/").option("region", "eu-west-1")) } "one by one, or for the session";
        ["scheduler" "compute_kwargs"] No "the session runs it";
    }
}

pub(crate) mod read_json {
    use crate::row::map;
    use swath::ReadJson;
    use swath::prelude::*;

    map! {
        "Options of `read_json`", "read_json", (session: &Session)
        ["orient" "lines"] Different { session.read_json("events/*.jsonl") } "one object a line, as with `lines=True`";
        ["blocksize"] Same { ReadJson::new("events/").blocksize("64MB") } "blocks end at lines";
        ["compression"] Same { ReadJson::new("events/").compression("gzip") } "`gzip` and `zstd`";
        ["include_path_column"] Same { ReadJson::new("events/").include_path_column("path") };
        ["sample"] Same { ReadJson::new("events/").sample("256KiB") } "at the beginning, the middle and the end of several files";
        ["meta"] Different { ReadJson::new("events/").dtype("id", "string") } "dtypes are inferred, or declared one by one";
        ["errors"] Different { ReadJson::new("events/").on_bad_lines(swath::OnBadLines::Skip) } "a line that does not fit is an error, null, or passed over and counted";
        ["encoding"] No "UTF-8";
        ["engine"] No "there is one reader, and it makes Arrow arrays";
        ["path_converter"] Different { ReadJson::new("events/").include_path_column("path"), col("path").str().len() } "the column of paths is text as any other";
        ["storage_options"] Different { session.read_json(ReadJson::new("s3://bucket/events/").option("region", "eu-west-1")) } "one by one, or for the session";
    }
}

pub(crate) mod to_json {
    use crate::row::map;
    use swath::ToJson;
    use swath::prelude::*;

    map! {
        "Options of `to_json`", "to_json", (df: &DataFrame)
        ["orient" "lines"] Different { df.to_json("out/") } "one object a line, as with `lines=True`";
        ["compression"] Same { ToJson::new("out/").compression("zstd") };
        ["compute"] Different { df.sink_json("out/") } "a sink is an item of `swath::compute((..))`";
        ["encoding" "errors"] No "UTF-8";
        ["name_function"] No "files are named by their partition";
        ["storage_options"] Different { df.to_json(ToJson::new("s3://bucket/out/").option("region", "eu-west-1")) } "one by one, or for the session";
        ["compute_kwargs"] No "the session runs it";
    }
}

pub(crate) mod from_map {
    use crate::row::map;
    use swath::FromMap;
    use swath::prelude::*;

    map! {
        "Options of `from_map`", "from_map", (squares: FromMap, days: FromMap, logs: FromMap)
        ["func" "iterables"] Different { FromMap::new(0..4_i64, |n: &i64| Batch::from_columns([("n", vec![*n])])) } "an input is one value; several are a tuple";
        ["args"] Different { FromMap::new([1_i64, 2], move |n: &i64| Batch::from_columns([("n", vec![*n])])) } "a closure captures them";
        ["meta"] Same { squares.meta([("n", "int64")]) } "without one the function is called once, now";
        ["divisions"] Same { days.index("day").divisions([1, 11, 21, 30]) } "checked whenever a partition is made; the index is named";
        ["label"] Renamed { logs.named("logs-v1") } "equal computations are found by it";
        ["enforce_metadata"] No "what the function returns is always checked";
    }
}

pub(crate) mod from_delayed {
    use crate::row::map;
    use swath::prelude::*;
    use swath::{Delayed, FromDelayed};

    map! {
        "Options of `from_delayed`", "from_delayed", (session: &Session, parts: Vec<Delayed<Batch>>, squares: FromDelayed, days: FromDelayed)
        ["dfs"] Different { session.from_delayed(parts), session.try_delayed((), || Batch::from_csv("x\n1\n")) } "calls that return a `Batch`";
        ["meta"] Same { squares.meta([("n", "int64")]) } "without one the first call is computed once, now";
        ["divisions"] Same { days.index("day").divisions([1, 11, 21, 30]) } "checked whenever a partition is made; the index is named";
        ["prefix"] No "a call has a name of its own: `Delayed::named`";
        ["verify_meta"] No "what a call returns is always checked";
    }
}
