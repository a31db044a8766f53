//! Groups.

pub(crate) mod call {
    use crate::row::map;
    use swath::prelude::*;

    map! {
        "Options of `groupby`", "groupby", (df: &DataFrame)
        ["by"] Same { df.groupby("region"), df.groupby((col("at").dt().floor("h").alias("by"), "region")) } "columns or expressions";
        ["sort"] Same { df.groupby("region").sort(true) };
        ["dropna"] Same { df.groupby("region").dropna(false) };
        ["observed"] No "a group is what was observed";
        ["group_keys"] No "keys are the index of the result";
    }
}

pub(crate) mod verbs {
    use crate::row::map;
    use swath::prelude::*;
    use swath::{Agg, GroupBy};

    map! {
        "Groups", "GroupBy", (df: &DataFrame, groups: &GroupBy)
        ["sum" "mean" "min" "max" "count"] Same { groups.sum("x"), groups.mean(["x", "y"]), groups.min(..), groups.max("x"), groups.count("x") } "one partition of groups for one key unless `split_out` says more, and no order unless `sort(true)`";
        ["prod" "var" "std"] Same { groups.prod("x"), groups.var("x"), groups.std("x") };
        ["first" "last"] Same { groups.first("x"), groups.last("x") };
        ["median"] Same { groups.median("x") } "exact";
        ["nunique"] Same { groups.nunique("x") };
        ["size"] Different { groups.size() } "a column `size`";
        ["agg"] Same { groups.agg([("total", col("x").sum()), ("rows", Agg::size())]) } "un-named results are called `x_sum`";
        ["aggregate"] Renamed { groups.agg([col("x").sum(), col("y").max()]) };
        ["cov" "corr"] Different { groups.cov("x", "y"), groups.corr("x", "y") } "of two columns";
        ["idxmin" "idxmax"] Different { groups.idxmin("x", "at"), groups.idxmax("x", "at") } "the label comes from the column that you name";
        ["unique"] Different { groups.list("x"), df.drop_duplicates(["region", "x"]) } "as lists, or as rows";
        ["value_counts"] Different { df.groupby(["region", "x"]).size() };
        ["get_group"] Different { df.filter(col("region").eq("eu")) } "goes into the scan";
        ["head" "tail"] Same { groups.head(3), groups.tail(1) } "rows of the frame, in no promised order";
        ["apply" "transform"] Later "with the shuffle";
        ["shift" "ffill" "bfill" "rolling"] Later "with the shuffle";
        ["cumsum" "cumprod" "cumcount"] Later "with the shuffle";
        ["compute"] No "a group-by is no result; Dask raises";
    }
}
