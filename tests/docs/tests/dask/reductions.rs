//! One value of many rows.

use crate::row::map;
use swath::prelude::*;

map! {
    "Reductions", "DataFrame", (df: &DataFrame)
    ["sum"] Same { df.sum("x"), df.agg([("x", col("x").sum()), ("y", col("y").sum())]) } "a lazy scalar, as all reductions of one column; of several columns one row by `agg`. Integers are added exactly";
    ["prod"] Same { df.prod("x") };
    ["product"] Renamed { df.prod("x") };
    ["min" "max"] Same { df.min("x"), df.max("x") } "of nothing null; NaN is the largest";
    ["mean"] Same { df.mean("x") };
    ["var"] Same { df.var("x"), df.agg(col("x").var().ddof(0)) } "stable, by merged moments";
    ["std" "sem"] Same { df.std("x"), df.sem("x") };
    ["skew"] Different { df.skew("x") } "corrected for the bias of a sample, as in pandas; Dask is not";
    ["kurtosis"] Different { df.kurtosis("x") } "as `skew`";
    ["kurt"] Different { df.kurtosis("x") };
    ["count"] Same { df.count("x") };
    ["nunique"] Same { df.nunique("x") };
    ["nunique_approx"] Same { df.nunique_approx("x") };
    ["any" "all"] Same { df.any("flag"), df.all(col("x").gt(0)) };
    ["median"] Different { df.median("x") } "exact, of any number of partitions";
    ["median_approximate"] No "`median` is exact";
    ["quantile"] Different { df.quantile("x", 0.99), df.quantiles("x", [0.5, 0.99]) } "exact, whatever else is asked";
    ["mode"] Different { df.mode("x") } "one value, of several the smallest";
    ["idxmin" "idxmax"] Different { df.idxmin("x", "at"), df.idxmax("x", "at") } "the label comes from the column that you name";
    ["cov" "corr"] Different { df.cov("x", "y"), df.corr("x", "y"), df.cov_matrix(..), df.corr_matrix(["x", "y"]) } "of two columns, or of every two";
}
