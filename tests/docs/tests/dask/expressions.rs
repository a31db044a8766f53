//! What is computed of columns, one row at a time.

pub(crate) mod frame {
    use crate::row::map;
    use swath::prelude::*;

    map! {
        "Values of a frame", "DataFrame", (df: &DataFrame)
        ["abs"] Same { df.abs() };
        ["round"] Same { df.round(2) };
        ["clip"] Same { df.clip(0, 100) };
        ["fillna"] Same { df.fillna(0), df.fillna([("region", "unknown")]) };
        ["isna"] Same { df.isna() };
        ["isnull"] Renamed { df.isna() };
        ["notnull"] Renamed { df.notna() };
        ["replace"] Same { df.replace([("n/a", "unknown")]) };
        ["mask"] Same { df.mask(col("x").lt(0), 0) };
        ["where"] Different { df.assign("x", when(col("x").ge(0)).then(col("x")).otherwise(0)) } "`where` is a keyword of Rust";
        ["add" "radd"] Different { col("x") + 1, 1 + col("x") } "in an expression, as all arithmetic; of two frames with the joins";
        ["sub" "rsub"] Different { col("x") - 1, 1 - col("x") };
        ["mul" "rmul"] Different { col("x") * 2, 2 * col("x") };
        ["div" "divide" "truediv" "rdiv" "rtruediv"] Different { col("x") / 2, 1.0 / col("x") } "of integers a float";
        ["floordiv" "rfloordiv"] Different { col("x").floordiv(2), lit(7).floordiv(col("x")) } "by an integer 0: an error";
        ["mod" "rmod"] Different { col("x") % 2, col("x").modulo(2) } "Python's, also of negative numbers";
        ["pow" "rpow"] Different { col("x").pow(2), lit(2).pow(col("x")) };
        ["eq"] Different { col("x").eq(1), col("x").eq_missing(1) } "null with null is null; `eq_missing` gives pandas' answer";
        ["ne"] Different { col("x").ne(1), col("x").ne_missing(1) };
        ["lt" "le" "gt" "ge"] Different { col("x").lt(1), col("x").le(1), col("x").gt(1), col("x").ge(1) };
    }
}

pub(crate) mod series {
    use crate::row::map;
    use swath::prelude::*;

    map! {
        "What a Series has besides", "Series", (df: &DataFrame)
        ["between"] Same { col("x").between(1, 5) } "both ends included";
        ["case_when"] Different { when(col("x").lt(0)).then("below").when(col("x").gt(0)).then("above").otherwise("zero") };
        ["str"] Same { col("s").str() };
        ["dt"] Same { col("at").dt() };
        ["cat"] Same { col("c").cat() };
        ["unique"] Same { df.unique("region") };
        ["value_counts"] Same { df.value_counts("region") };
        ["name"] Different { col("x").alias("y") };
        ["dtype"] Same { df.meta().dtype("x") };
        ["to_frame"] Different { df.select("x") } "it is one";
        ["autocorr"] Later "with what needs neighbours";
        ["is_monotonic_increasing" "is_monotonic_decreasing"] Later "with what needs neighbours";
    }
}
