//! Windows over rows and over time.

pub(crate) mod rolling {
    use crate::row::map;
    use swath::prelude::*;

    map! {
        "Rolling windows", "Rolling", ()
        ["count" "sum" "mean" "min" "max"] Same { col("x").rolling(20).count(), col("x").rolling(20).sum(), col("x").rolling(20).min_periods(1).mean(), col("x").rolling(20).min(), col("x").rolling(20).center(true).max() } "of rows; windows of time: later";
        ["var" "std" "median"] Same { col("x").rolling(20).var(), col("x").rolling(20).std(), col("x").rolling(20).median() } "an infinity leaves a window without a trace";
        ["quantile" "skew" "kurt" "cov"] Later;
        ["agg"] Different { [col("x").rolling(20).mean().alias("mean"), col("x").rolling(20).std().alias("std")] } "expressions";
        ["apply"] No "a closure sees its row; `map_partitions` sees all of them";
        ["kwargs"] No "an accident of Dask's";
    }
}

pub(crate) mod resample {
    use crate::row::map;
    use swath::prelude::*;

    map! {
        "Resampling", "Resampler", (df: &DataFrame)
        ["sum" "mean" "min" "max" "count" "first" "last" "median" "nunique" "prod" "quantile" "sem" "std" "var" "size" "agg"] Different
            { df.groupby(col("at").dt().floor("1d")).sort(true).sum("x") }
            "groups of floored times: no row where nothing happened, and no sorted index needed; `resample` comes with the sorted index";
        ["ohlc"] Different { df.groupby(col("at").dt().floor("1d")).agg([("open", col("x").first()), ("high", col("x").max()), ("low", col("x").min()), ("close", col("x").last())]) };
    }
}
