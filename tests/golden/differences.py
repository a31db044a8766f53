"""Why an engine's answer is another one than swath's: for every difference one line, and no line without a difference."""

import re

NAN_ORDER = "NaN equals itself and is the greatest number there, in comparisons too; here comparisons follow IEEE, and only an order (sort, min, max, groups) has NaN last"
NAN_LARGEST = "NaN is the largest there; here it comes after the numbers in both directions, as in pandas, and before null"
NAN_MISSING = "NaN that is computed, or met in an aggregate or an order, counts as missing there; here NaN is a value and only null is missing"
NAN_SKIPPED = "min and max pass over NaN there; here NaN is the largest number"
ZERO_KEYS = "-0.0 and 0.0 are two groups, or two members of a list, there; here they are one number"
KLEENE_ISIN = "isin is never null there; here it is `eq | eq | …`, so a null makes the answer unknown"
WRAPS = "integers wrap or widen without a word there; here a result that does not fit its dtype is an error"
WIDE = "the result has a dtype of 128 bits there; here the sum of 64-bit integers has 64 bits, and a total beyond them is an error"
NULL_SUM = "the sum of nothing is null there (SQL); here it is 0"
TRUNCATES = "// and % truncate towards zero, and // of floats is /, there; here they are Python's"
NULL_ROWS = "the largest or smallest of floats that hold nulls are rows of null, or the first rows, there; here nulls come last"
TEXT = "another text: nan, 1e+16, True, a blank between day and time; here the text is the one that results print, ISO 8601"
ROUNDS = "a cast may round there; here it is exact or an error"
BY_ZERO = "integer division by zero is null there; here it is an error, and `/` gives an infinity or NaN"
EXACT_WIDE = "uint64 with int64 is computed in 128 bits there; here in float64, as NumPy does"
LOSSY_COMPARE = "an integer compares with a float or another sign after a lossy conversion there, or not at all; here by exact value"
MIXED_DATES = "a date never equals a timestamp there; here it is its midnight"
DECIMAL_MEAN = "the mean of decimals keeps their scale there; here it is float64"
NAN_OF_NOTHING = "the least, greatest or mean of nothing is NaN there; here it is null"
LOSES_NAN = "partial sums lose NaN there: the answer depends on the partitions"
MEAN_WRAPS = "the sum below the mean wraps around there; here it has 128 bits"
ZERO_OF_ROUNDING = "where all values are the same the distances from the mean are what rounding leaves, or there is no kurtosis, there; here both are 0"
POPULATION = "the standard error of the mean takes the deviation of the population there; here that of the sample, as in pandas"
ANY_MODE = "of several values that occur most often it gives any there; here the smallest"
SUBTRACTS = "a value that leaves a window is subtracted there, which loses the last digits; here nothing is"
REFUSES = "raises {}: it has no such operation for this dtype, or fails on these values"

FRAMES, LAZY = "pandas|dask", "polars|duckdb"
FLOATS = r"filter: float( and an integer literal|32)?"

RULES = [
    (LAZY, FLOATS + r" (gt|ge|eq itself|eq_missing itself)", NAN_ORDER),
    (LAZY, r"filter: (float and int64 ge|int64 near its ends and float lt|float32 and float (lt|ge)|not of a comparison with NaN|NaN is not null|twice)", NAN_ORDER),
    (LAZY, r"filter: pruned, (NaN pages, greater|two columns)|assign: (comparison|NaN comparison)|len: after a filter on many", NAN_ORDER),
    ("duckdb", r"max: without NaN", NAN_ORDER),
    (LAZY, r"nlargest: (x|fk|f32|many rows)", NAN_LARGEST),
    ("pandas", r"nlargest: x", NULL_ROWS),
    (FRAMES, r"(nlargest|nsmallest): fk|nsmallest: many rows", NULL_ROWS),
    (LAZY, r"min: only NaN", "the filter that keeps only NaN keeps nothing there, because NaN equals itself"),
    ("polars|pandas|dask", r"max: (x|f32)|groupby: (k|g|fk) max", NAN_SKIPPED),
    (FRAMES, r"filter: (float isin|isin of floats)", ZERO_KEYS),
    (FRAMES, r"groupby: (fk|x) (size|sorted sum|sum|mean|min|max|count|first and last)|groupby: three keys", ZERO_KEYS),
    ("pandas|dask|polars", r"filter: not isin with a null in the list|assign: isin", KLEENE_ISIN),
    (FRAMES, r"filter: (not isin|isin with a null in the list)", KLEENE_ISIN),
    (FRAMES, r"filter: (int64 and uint64|int64 near its ends and float) .*|filter: uint64 between", LOSSY_COMPARE),
    (FRAMES, r"filter: date and timestamp .*", MIXED_DATES),
    (FRAMES, r"assign: (int / int|int / zero literal|float .*|float32 .*|round)|cast: x to string", NAN_MISSING),
    (FRAMES, r"groupby: ((k|g) (sum|mean)|merged by twos|named aggregates|many groups|long names|select carries the index)", NAN_MISSING),
    (FRAMES, r"cast: (b|ts|tz) to string|groupby: a cast as key", TEXT),
    (LAZY, r"cast: (ts|tz) to string|groupby: a cast as key", TEXT),
    (LAZY, r"cast: x to string", TEXT),
    ("pandas|dask|polars", r"assign: refused, overflow of int8", WRAPS),
    ("polars", r"assign: refused, (overflow .*|underflow of uint64|cast to a narrower int)", WRAPS),
    ("polars", r"assign: refused, integer (//|%) 0", BY_ZERO),
    (LAZY, r"assign: refused, cast (beyond 2\^53|of a decimal)", ROUNDS),
    (LAZY, r"assign: uint64 \+ int64", EXACT_WIDE),
    ("pandas|dask|polars", r"groupby: a sum beyond int64|sum: (big|u|refused, a total beyond int64)", WRAPS),
    ("duckdb", r"groupby: a sum beyond int64|sum: (big|u|refused, a total beyond int64)", WIDE),
    ("duckdb", r"sum: (.* of nothing|none_i|of an empty table)|agg: of nothing|filter: a lazy sum of nothing", NULL_SUM),
    ("duckdb", r"groupby: (s sorted sum|(k|g|fk) sum|two keys)(, nulls kept)?", NULL_SUM),
    ("duckdb", r"assign: (int|float) (//|%)( negative)? literal|groupby: an expression as key", TRUNCATES),
    ("pandas", r"mean: dec", DECIMAL_MEAN),
    ("dask", r"(min|max|mean): (.* of nothing|none_i|none_s|of an empty table)|agg: of nothing", NAN_OF_NOTHING),
    ("dask", r"(sum|mean): (x|f32)", LOSES_NAN),
    (FRAMES, r"groupby: fk (var|std|sem|skew|kurtosis|median|quantile|nunique|mode|any|all|parameters)", ZERO_KEYS),
    (FRAMES, r"groupby: (k|g) nunique|groupby: quantiles with NaN", NAN_MISSING),
    ("pandas", r"nunique: x", NAN_MISSING),
    (LAZY, r"groupby: fk (skew|kurtosis)", ZERO_OF_ROUNDING),
    ("duckdb", r"groupby: (k|g|fk) sem|sem: (i|i8)", POPULATION),
    ("duckdb", r"groupby: (k|g|fk) mode|groupby: merged by twos, moments|mode: d", ANY_MODE),
    ("duckdb", r"groupby: prod|(any|all): b of nothing", NULL_SUM),
    ("dask", r"(var|std|sem|skew|kurtosis|quantile): (none_i|.* of nothing)", NAN_OF_NOTHING),
    ("dask", r"(skew|kurtosis): (i|i8)", "moments of a column with nulls are NaN there; here nulls are skipped"),
    ("dask", r"nunique: big", "a column with nulls is counted as floats there, which lose the last digits; here exactly"),
    ("pandas|dask|polars", r"groupby: a product beyond int64|prod: refused, .*", WRAPS),
    ("duckdb", r"groupby: a product beyond int64|prod: refused, .*", WIDE),
    ("dask", r"mean: (big|u)", MEAN_WRAPS),
    ("pandas", r"in order: i8 rolling (std|var) 4 2 centred", SUBTRACTS),
    ("duckdb", r"in order: i8 cumprod of small numbers", TRUNCATES),
]
# The last rule that fits speaks: a narrow one stands after a wide one.


def reason(engine, case, error=None):
    """Why the engine's answer to a case differs; `None` if no reason is known."""
    if error:
        return REFUSES.format(error)
    fitting = [why for engines, cases, why in RULES if re.fullmatch(engines, engine) and re.fullmatch(cases, case)]
    return fitting[-1] if fitting else None
