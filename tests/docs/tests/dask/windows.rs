//! Windows over rows and over time.

pub(crate) mod rolling {
    use crate::row::map;

    map! {
        "Rolling windows", "Rolling", ()
        ["count" "sum" "mean" "min" "max" "var" "std" "median" "quantile" "skew" "kurt" "cov" "apply" "agg"] Later "with what needs neighbours";
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
