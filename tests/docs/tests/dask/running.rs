//! Running, keeping, looking, and what else comes out.

pub(crate) mod frame {
    use crate::row::map;
    use swath::prelude::*;

    map! {
        "Running a frame, and what comes out", "DataFrame", (df: &DataFrame, table: &Table, session: &Session, batch: Batch)
        ["compute"] Same { df.compute() } "a `Table`; `submit()` does not wait";
        ["persist"] Same { df.persist() } "held under the memory limit until `release()` or the last frame over it goes";
        ["explain"] Same { df.explain() };
        ["pprint"] Renamed { df.explain().to_string() };
        ["visualize"] Different { df.explain().mermaid(), df.explain().dot() } "text, for the drawing program of your choice";
        ["optimize" "simplify" "lower_once"] Different { df.explain() } "shows the plan before and after; there is nothing to call";
        ["analyze"] Later "as an explained run; today an observer of the session is told what each task did";
        ["map_partitions"] Same { df.map_partitions(|part: Batch| part) };
        ["groupby"] Same { df.groupby("region") };
        ["to_parquet"] Same { df.to_parquet("out/") } "answers with what was written";
        ["to_csv"] Same { df.to_csv("out/") };
        ["to_json"] Same { df.to_json("out/") } "one object a line";
        ["to_orc"] Later;
        ["to_hdf"] No "as `read_hdf`";
        ["to_sql"] No "a database driver is your program's; stream with `batches()`";
        ["to_string"] Different { table.to_string() } "a computed table prints itself";
        ["to_html"] Later "with the notebook display";
        ["to_records"] Different { table.rows::<(String, f64)>() };
        ["to_dask_array" "values"] Different { table.record_batches() } "Arrow arrays";
        ["to_delayed"] Different { df.partitions(0), session.delayed(df, |rows: &Table| rows.num_rows()) } "a frame of one partition is as lazy, and a frame is an input of a delayed call";
        ["to_bag"] No "there are frames only";
        ["to_backend"] No "there is one kind of rows: Arrow's";
        ["from_dict"] Different { session.from_batches([batch]), Batch::from_columns([("x", vec![1_i64, 2])]) };
    }
}

pub(crate) mod map_partitions {
    use crate::row::map;
    use swath::prelude::*;

    map! {
        "Options of `map_partitions`", "map_partitions", (function: MapPartitions)
        ["func"] Different { MapPartitions::new(|part: Batch| part), MapPartitions::new(|part: Batch, cx: &Cx| { let _ = cx.partition().number(); part }) }
            "with a `Cx`, Dask's `partition_info`";
        ["args"] Different { MapPartitions::new(|[part, _]: [Batch; 2]| part) } "of other frames, with `map_partitions([&a, &b], function)`; a closure takes the rest along";
        ["meta"] Same { function.clone().meta([("x", "float64")]) } "without it, found out by a run on two made-up rows; every partition is checked against it";
        ["enforce_metadata"] No "always";
        ["required_columns"] Renamed { function.clone().reads(["x"]) };
        ["transform_divisions"] Renamed { function.clone().keeps_divisions() } "what the function does to the index is known to you alone";
        ["clear_divisions"] No "they are unknown unless you say that they are kept";
        ["align_dataframes"] Different { function.clone().whole(1) }
            "several frames always go together, by known divisions or by how they were made; `whole(1)` hands all of frame 1 to each call, as Dask does with what has one partition";
        ["parent_meta"] No "there is one kind of rows";
    }
}

pub(crate) mod index {
    use crate::row::map;
    use swath::prelude::*;

    map! {
        "What an Index has besides", "Index", (df: &DataFrame)
        ["to_series"] Different { df.assign("k", col("id")) } "expressions name index columns";
    }
}

pub(crate) mod scalar {
    use crate::row::map;
    use swath::prelude::*;

    map! {
        "What a Scalar has besides", "Scalar", (df: &DataFrame, scalar: &Scalar)
        ["dtype"] Same { scalar.dtype() };
        ["to_series"] Different { df.agg(col("x").sum()) } "a frame of one row";
    }
}
