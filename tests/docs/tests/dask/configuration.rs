//! Dask's configuration, as far as it is about frames.

use crate::row::map;
use swath::prelude::*;

map! {
    "Configuration", "configuration", (df: &DataFrame)
    ["dataframe.backend"] No "there is one kind of rows: Arrow's";
    ["dataframe.convert-string"] No "text is Arrow's from the start";
    ["dataframe.query-planning"] No "always";
    ["dataframe.parquet.metadata-task-size-local" "dataframe.parquet.metadata-task-size-remote"] No "footers are read many at a time, by themselves";
    ["dataframe.parquet.minimum-partition-size"] Different { ReadParquet::new("sales/").partition_size("128MiB") } "small row groups share a partition";
    ["dataframe.shuffle.method" "dataframe.shuffle.compression"] No "an exchange is chosen by bytes";
    ["optimization.annotations.fuse" "optimization.fuse.active" "optimization.fuse.ave-width" "optimization.fuse.delayed"] No "pipelines are planned, not fused afterwards";
    ["optimization.fuse.max-width" "optimization.fuse.max-height" "optimization.fuse.max-depth-new-edges" "optimization.fuse.rename-keys"] No "as above";
    ["optimization.tune.active"] No "always";
    ["tokenize.ensure-deterministic"] No "names are fingerprints of what is computed; a closure says `named(..)` for one that other processes know";
    ["temporary-directory"] Later "with spilling";
    ["visualization.engine"] Different { df.explain().mermaid(), df.explain().dot() } "text";
    ["admin.traceback.shorten"] No "an error names the line of your call";
    ["admin.async-client-fallback"] Different { df.submit() } "the asynchronous door";
}
