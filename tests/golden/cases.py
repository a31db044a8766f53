"""The table of cases: a name, a table, and the calls that are made on it.

A case is data that every engine's interpreter reads: `["filter", expression]`, `["groupby", {…}]`, …; expressions are lists too, and
`c("x") > 5` writes them.
"""


class E:
    """An expression as a list."""

    def __init__(self, code):
        self.code = code

    def __getattr__(self, op):
        return lambda *others: E([op, self.code, *(code(other) for other in others)])

    def isin(self, *values):
        return E(["isin", self.code, [code(value) for value in values]])

    def cast(self, dtype):
        return E(["cast", self.code, dtype])

    def alias(self, name):
        return E(["alias", self.code, name])

    def ordered(self, name, *args):
        """An operation on rows in their order: `shift` by rows, `ffill` with a limit, `rolling.mean` of a window, with its least values, centred."""
        return E(["ordered", self.code, name, *args])

    def round(self, digits):
        return E(["round", self.code, digits])


for operator, op in {
    "__gt__": "gt", "__ge__": "ge", "__lt__": "lt", "__le__": "le", "__eq__": "eq", "__ne__": "ne", "__and__": "and", "__or__": "or",
    "__add__": "add", "__sub__": "sub", "__mul__": "mul", "__truediv__": "div", "__floordiv__": "floordiv", "__mod__": "rem",
}.items():
    setattr(E, operator, lambda self, other, op=op: E([op, self.code, code(other)]))
for operator, op in {"__radd__": "add", "__rsub__": "sub", "__rmul__": "mul", "__rtruediv__": "div"}.items():
    setattr(E, operator, lambda self, other, op=op: E([op, code(other), self.code]))
for operator, op in {"__invert__": "not", "__neg__": "neg"}.items():
    setattr(E, operator, lambda self, op=op: E([op, self.code]))


def code(value):
    if isinstance(value, E):
        return value.code
    if value is None:
        return ["lit", "null", None]
    if isinstance(value, bool):
        return ["lit", "bool", str(value).lower()]
    if isinstance(value, int):
        return ["lit", "int64", str(value)]
    if isinstance(value, float):
        return ["lit", "float64", repr(value)]
    return ["lit", "string", value]


def c(name):
    return E(["col", name])


def scalar(function, column):
    """A reduction of the frame at hand as a value."""
    return E(["scalar", function, column])


CASES = []


def case(name, *steps, table="awkward"):
    def plain(value):
        if isinstance(value, E):
            return value.code
        if isinstance(value, (list, tuple)):
            return [plain(each) for each in value]
        return {key: plain(each) for key, each in value.items()} if isinstance(value, dict) else value
    CASES.append({"name": name, "table": table, "steps": plain(steps)})


def columns(*names):
    return [c(name) for name in names]


# --- filters -------------------------------------------------------------------------------------------------------------------------

def passes(name, predicate, *shown, table="awkward", key="id"):
    """Which rows a predicate keeps, and, before it is a predicate, what it answers for every row."""
    case(f"filter: {name}", ["filter", predicate], ["select", columns(key, *shown)], table=table)


X, I, S, K, B, D, TS = c("x"), c("i"), c("s"), c("k"), c("b"), c("d"), c("ts")
SIDES = {
    "float": (X, 0.0, 2.5), "float and an integer literal": (X, 3, 5000), "float32": (c("f32"), 0.5, 3.0), "int64": (I, 0, 4), "int8": (c("i8"), 0, 127),
    "int64 near its ends": (c("big"), 2**63 - 1, 2**53 + 1), "uint64": (c("u"), 7, 2**63 - 1), "string": (S, "abcdefgh", "é"),
    "dictionary": (c("cat"), "red", "m"), "low cardinality": (K, "eu", ""), "decimal": (c("dec"), 0, 123.45), "date": (D, "1970-01-01", "2024-02-29"),
    "timestamp": (TS, "1970-01-01", "2024-02-29T12:34:56"), "timestamp with zone": (c("tz"), "2024-03-31T01:00:00", "1970-01-01"),
    "all null": (c("none_i"), 1, 0), "all-null text": (c("none_s"), "", "a"),
}
for side, (column, value, other) in SIDES.items():
    for op in ("eq", "ne", "lt", "le", "gt", "ge"):
        passes(f"{side} {op}", getattr(column, op)(value))
    passes(f"{side} eq_missing", column.eq_missing(value))
    passes(f"{side} ne_missing", column.ne_missing(value))
    passes(f"{side} between", column.between(*sorted((value, other))))
    passes(f"{side} isin", column.isin(value, other))
    passes(f"{side} isna", column.isna())
    passes(f"{side} notna", column.notna())
    passes(f"{side} eq itself", column == column)
    passes(f"{side} eq_missing itself", column.eq_missing(column))
for side, (left, right) in {
    "float and int64": (X, I), "int64 and int8": (I, c("i8")), "int64 and uint64": (I, c("u")), "int64 near its ends and float": (c("big"), X),
    "decimal and int64": (c("dec"), I), "float32 and float": (c("f32"), X), "string and dictionary": (S, c("cat")), "date and timestamp": (D, TS),
}.items():
    for op in ("eq", "ne", "lt", "ge"):
        passes(f"{side} {op}", getattr(left, op)(right))

passes("a bool column", B)
passes("not a bool column", ~B)
passes("bool eq", B == True)  # noqa: E712
passes("bool ne", B != False)  # noqa: E712
passes("bool isna", B.isna())
passes("and with a null side", B & (I > 0))
passes("or with a null side", B | (I > 0))
passes("not of and", ~(B & (I > 0)))
passes("not of or", ~(B | (I > 0)))
passes("not of a comparison with NaN", ~(X > 0))
passes("a literal true", (I == I) | True)
passes("a literal false", B & False)
passes("two predicates on a key", (K == "eu") & (c("tie") == 2))
passes("isin with a null in the list", I.isin(3, None))
passes("not isin with a null in the list", ~I.isin(3, None))
passes("not isin", ~I.isin(3, 5))
passes("isin of nothing", I.isin())
passes("isin with unicode", S.isin("🦀", "ß", "é", "abcdefghijklm"))
passes("isin of floats", X.isin(0.0, 1e300, 0.1))
passes("between columns", I.between(c("i8"), c("g")))
passes("between dates as text", D.between("1970-01-01", "2024-02-29"))
passes("arithmetic inside", (I * 2 + 1) > 5)
passes("a lazy mean", I > scalar("mean", "i"))
passes("a lazy maximum", I == scalar("max", "i"))
passes("a lazy sum of nothing", I > scalar("sum", "none_i"))
passes("a lazy maximum of nothing", I > scalar("max", "none_i"))
passes("fillna inside", I.fillna(9) > 4)
passes("NaN is not null", X.isna() | (X == X))
case("filter: nothing passes, all columns", ["filter", c("id") < 0])
case("filter: twice", ["filter", I > 0], ["filter", X > 0], ["select", columns("id", "i", "x")])
case("filter: after assign", ["assign", "y", I * 2], ["filter", c("y") > 4], ["select", columns("id", "y")])
case("filter: an assigned name hides the column", ["assign", "i", -I], ["filter", I > 4], ["select", columns("id", "i")])

# Pruning must lose nothing: sorted numbers, pages of NaN, pages of null, text.
N, V, NAME = c("n"), c("v"), c("name")
for name, predicate in {
    "a narrow range": N.between(2391, 2409), "one value": N == 4799, "outside": N > 4800, "both ends": (N < 3) | (N >= 4798), "not equal": (N != 5) & (N < 10),
    "NaN pages, greater": (V > 124.5), "NaN pages, less": (V < 0.25) & (N > 1500), "NaN pages, not equal": (V != 3.0) & N.between(1595, 1605),
    "null pages": V.isna() & N.between(1690, 1810), "text": (NAME == "event 11") & (N > 4780), "text, greater": (NAME > "event 9") & (N % 100 == 0),
    "long text": NAME.isin("an event with a long name, the 3th of its kind", "nothing") & (N < 1250), "days": c("day").between("2020-01-05", "2020-01-06") & (N % 50 == 0),
    "not of a range": ~(N >= 7), "an integer key": c("key") == 17, "two columns": (c("key") < 5) & (V >= 100), "a day": (c("day") == "2020-02-17") & (N % 25 == 0),
}.items():
    passes(f"pruned, {name}", predicate, "v", table="events", key="n")

# --- computed columns ----------------------------------------------------------------------------------------------------------------

def computes(name, expression):
    case(f"assign: {name}", ["assign", "y", expression], ["select", columns("id", "y")])


F32, U, I8, DEC = c("f32"), c("u"), c("i8"), c("dec")
for name, expression in {
    "int + literal": I + 1, "literal - int": 1 - I, "int * int": I * c("g"), "int / int": I / c("g"), "int / zero literal": I / 0, "int // literal": I // 2,
    "int // negative literal": I // -2, "int % literal": I % 3, "int % negative literal": I % -3, "int * float literal": I * 0.5, "-int": -I, "int8 + int64": I8 + I,
    "int8 + int8 literal": (c("g") + 1).cast("int8") + I.cast("int8"), "int + bool": I + B, "uint64 + int64": U + I, "int and null": I + None,
    "float + float": X + c("fk"), "float * literal": X * 2, "float / float": X / c("fk"), "float / zero": X / 0, "float - int": X - I, "-float": -X,
    "float % literal": c("fk") % 2, "float // literal": c("fk") // 2, "float32 * literal": F32 * 2, "float32 + float64": F32 + X, "float32 + int8": F32 + I8,
    "abs of float": X.abs(), "abs of int": I.abs(), "floor": X.floor(), "ceil": X.ceil(), "round": (c("fk") * 1.1).round(1), "round to even": (I + 0.5).round(0),
    "decimal + decimal": DEC + DEC, "decimal - literal": DEC - 1, "decimal * literal": DEC * 3, "decimal * decimal": c("dec") * I.cast("decimal(4, 1)"),
    "decimal + int": DEC + I, "date - date": D - D, "timestamp - timestamp": TS - TS, "timestamp - literal": TS - "1970-01-01",
    "fillna int": I.fillna(0), "fillna float keeps NaN": X.fillna(-1.0), "fillna string": K.fillna("?"), "fillna bool": B.fillna(False), "fillna date": D.fillna("2000-01-01"),
    "fillna from a column": I.fillna(c("id")), "fillna all null": c("none_i").fillna(5), "fillna dictionary": c("cat").fillna("none"),
    "a literal int": E(code(5)), "a literal text": E(code("web")), "isna": X.isna(), "notna": I.notna(), "comparison": X > 0, "NaN comparison": X != X,
    "kleene and": B & (I > 0), "kleene or": B | (I > 0), "not": ~B, "isin": I.isin(3, None), "between": I.between(0, 4), "eq_missing": I.eq_missing(c("g")), "ne_missing": K.ne_missing("eu"),
    "nested": ((I + 1) * 2 - c("g")) / 4, "an index-like copy": c("id"),
    "int minus a lazy mean": I - scalar("mean", "i"), "share of a lazy sum": I / scalar("sum", "i"),
}.items():
    computes(name, expression)
for source, target in [
    ("i", "float64"), ("i", "int8"), ("i", "string"), ("i", "decimal(10, 2)"), ("b", "int64"), ("b", "string"), ("i8", "int64"), ("x", "string"),
    ("f32", "float64"), ("fk", "float32"), ("dec", "float64"), ("dec", "string"), ("dec", "decimal(20, 4)"), ("d", "string"), ("d", "timestamp[us]"),
    ("ts", "string"), ("tz", "string"), ("id", "uint64"), ("cat", "string"), ("none_i", "float64"), ("g", "string"),
]:
    case(f"cast: {source} to {target}", ["select", [c("id"), c(source).cast(target).alias("y")]])
for name, expression in {
    "overflow of int64": c("big") + 1, "overflow of int64 times": c("big") * 2, "overflow of int8": I8 + 100, "overflow of -int8": -I8, "overflow of abs": I8.abs(), "integer // 0": I // 0,
    "integer % 0": I % c("g"), "underflow of uint64": U - 1, "cast of a float with a fraction": c("fk").cast("int64"), "cast of NaN": F32.cast("int64"), "cast to a narrower int": c("id").cast("int8") + c("id").cast("int8"),
    "cast of text": S.cast("int64"), "cast of a negative": I.cast("uint64"), "cast beyond 2^53": c("big").cast("float64"), "cast of a decimal": DEC.cast("int64"),
}.items():
    computes(f"refused, {name}", expression)

# --- columns -------------------------------------------------------------------------------------------------------------------------

case("columns: all", ["filter", c("id") < 100])
case("columns: select and order", ["select", columns("s", "id")])
case("columns: select an expression", ["select", [c("id"), (I * 2).alias("twice")]])
case("columns: drop", ["drop", ["s", "x", "big", "u", "none_i", "none_s", "cat", "ts", "tz", "dec", "fk", "f32"]])
case("columns: rename", ["select", columns("id", "k", "i")], ["rename", {"k": "i2", "i": "k"}])
case("columns: rename then filter", ["rename", {"i": "j"}], ["filter", c("j") > 4], ["select", columns("id", "j")])
case("columns: assign replaces in place", ["select", columns("id", "i", "k")], ["assign", "i", I * 10])
case("columns: assign twice sees the first", ["assign", "a", I + 1], ["assign", "b2", c("a") * 2], ["select", columns("id", "a", "b2")])

# --- order and position --------------------------------------------------------------------------------------------------------------

for n in (0, 3, 40, 1000):
    case(f"head: {n}", ["head", n, 1], ["select", columns("id")])
    case(f"head: {n} of all partitions", ["head", n, None], ["select", columns("id")])
    case(f"tail: {n}", ["tail", n], ["select", columns("id", "s")])
case("head: of two partitions", ["head", 60, 2], ["select", columns("id")])
case("head: after a filter", ["filter", I > 4], ["head", 4, None], ["select", columns("id", "i")])
case("head: after a filter, first partition only", ["filter", c("id") > 37], ["head", 4, 1], ["select", columns("id")])
case("tail: after a filter that empties the last partition", ["filter", c("id") < 60], ["tail", 4], ["select", columns("id")])
case("partitions: the second and the last", ["partitions", [1, 3]], ["select", columns("id")])
case("partitions: an empty one", ["partitions", [1]], ["select", columns("id", "s")])
for column in ("x", "i", "big", "u", "i8", "s", "d", "ts", "dec", "tie", "fk", "f32", "b", "k", "cat"):
    for verb in ("nlargest", "nsmallest"):
        case(f"{verb}: {column}", [verb, 12, [column]], ["select", columns("id", column)])
for verb in ("nlargest", "nsmallest"):
    case(f"{verb}: ties and nulls, more than there are", [verb, 90, ["tie"]], ["select", columns("id", "tie")])
    case(f"{verb}: two columns", [verb, 30, ["tie", "x"]], ["select", columns("id", "tie", "x")])
    case(f"{verb}: of nothing", [verb, 0, ["i"]], ["select", columns("id")])
    case(f"{verb}: all null", [verb, 3, ["none_i"]], ["select", columns("id", "none_i")])
    case(f"{verb}: after a filter", ["filter", K == "eu"], [verb, 5, ["i"]], ["select", columns("id", "i")])
    case(f"{verb}: many rows", [verb, 20, ["v"]], ["select", columns("n", "v")], table="events")
for n in (1, 3, 9, 200):
    case(f"repartition: {n} keeps rows in order", ["repartition", n], ["select", columns("id", "s")])
    case(f"repartition: {n} then a filter", ["repartition", n], ["filter", I > 4], ["select", columns("id")])

# --- groups --------------------------------------------------------------------------------------------------------------------------

def groups(name, keys, options, table="awkward", before=()):
    full = {"keys": [c(key) if isinstance(key, str) else key for key in keys], "dropna": True, "sort": False, **options}
    case(f"groupby: {name}", *before, ["groupby", full], table=table)


NUMBERS = ["i", "big", "u", "i8", "x", "f32", "dec", "b", "none_i"]
ORDERED = [*NUMBERS, "s", "d", "ts", "tz", "k", "none_s"]
for key in ("k", "g", "fk", "tie", "b", "d", "ts", "s", "cat", "none_i", "none_s", "i8", "u", "dec", "tz", "x"):
    for dropna in (True, False):
        dropped = "" if dropna else ", nulls kept"
        groups(f"{key} size{dropped}", [key], {"dropna": dropna, "verb": "size"})
        groups(f"{key} sorted sum{dropped}", [key], {"dropna": dropna, "sort": True, "verb": "sum", "columns": ["i"]})
for key in ("k", "g", "fk"):
    groups(f"{key} sum", [key], {"verb": "sum", "columns": ["i", "i8", "x", "f32", "dec", "b", "none_i"]})
    groups(f"{key} mean", [key], {"verb": "mean", "columns": ["i", "i8", "x", "f32", "dec", "b", "none_i"]})
    groups(f"{key} min", [key], {"verb": "min", "columns": [name for name in ORDERED if name != key]})
    groups(f"{key} max", [key], {"verb": "max", "columns": [name for name in ORDERED if name != key]})
    groups(f"{key} count", [key], {"verb": "count", "columns": [name for name in ORDERED if name != key]})
    groups(f"{key} first and last", [key], {"agg": [["a", "first", c("i")], ["z", "last", c("i")], ["t", "first", c("s")]]})
for dropna in (True, False):
    dropped = "" if dropna else ", nulls kept"
    groups(f"two keys{dropped}", ["k", "g"], {"dropna": dropna, "verb": "sum", "columns": ["i", "dec"]})
    groups(f"two keys sorted{dropped}", ["k", "tie"], {"dropna": dropna, "sort": True, "verb": "mean", "columns": ["i"]})
    groups(f"three keys{dropped}", ["b", "tie", "fk"], {"dropna": dropna, "verb": "size"})
    groups(f"two keys split out{dropped}", ["k", "cat"], {"dropna": dropna, "split_out": 3, "verb": "count", "columns": ["x"]})
groups("one key split out", ["tie"], {"split_out": 4, "verb": "sum", "columns": ["i"]})
groups("merged by twos", ["k"], {"split_every": 2, "verb": "mean", "columns": ["i", "x"]})
groups("an expression as key", [(I % 3).alias("m")], {"verb": "size"})
groups("a cast as key", [c("ts").cast("string").alias("when")], {"verb": "size"})
groups("a comparison as key, nulls kept", [(I > 0).alias("positive")], {"dropna": False, "verb": "count", "columns": ["x"]})
groups("named aggregates", ["k"], {"sort": True, "agg": [["total", "sum", c("i")], ["mean", "mean", c("x")], ["n", "size", None], ["there", "count", c("i")], ["low", "min", c("s")], ["high", "max", c("d")]]})
groups("aggregates of expressions", ["tie"], {"sort": True, "agg": [["twice", "sum", I * 2], ["big", "max", I + c("g")], ["some", "count", c("i").fillna(0)]]})
groups("after a filter", ["k"], {"verb": "sum", "columns": ["i"]}, before=[["filter", I > 0]])
groups("of nothing", ["k"], {"verb": "sum", "columns": ["i"]}, before=[["filter", c("id") < 0]])
groups("of nothing, two keys, sorted", ["k", "g"], {"sort": True, "verb": "mean", "columns": ["x"]}, before=[["filter", c("id") < 0]])
# The sums of the first and of the third file are beyond int64, each on its side; together they are small.
BALANCED = (c("id") < 32) | (c("id") >= 40)
groups("partial sums beyond int64", [(c("id") < 0).alias("all")], {"verb": "sum", "columns": ["big"]}, before=[["filter", BALANCED]])
groups("a sum beyond int64", ["k"], {"verb": "sum", "columns": ["big"]})
groups("an empty table", ["k"], {"verb": "sum", "columns": ["i", "x"]}, table="empty")
groups("many groups", ["key"], {"sort": True, "agg": [["n", "size", None], ["v", "sum", V], ["low", "min", N], ["high", "max", N]]}, table="events", before=[["filter", c("key") < 120]])
groups("many groups split out", ["key"], {"split_out": 3, "agg": [["n", "count", N], ["name", "max", NAME]]}, table="events", before=[["filter", c("key") >= 500]])
groups("long names", ["name"], {"sort": True, "agg": [["n", "size", None], ["v", "mean", V]]}, table="events")
groups("two keys, many groups", ["day", "name"], {"sort": True, "verb": "count", "columns": ["v"]}, table="events", before=[["filter", N < 1000]])
case("groupby: then a filter on the result", ["groupby", {"keys": columns("k"), "dropna": True, "sort": True, "verb": "sum", "columns": ["i"]}], ["filter", c("i") > 10])
case("groupby: then a filter on the key", ["groupby", {"keys": columns("k"), "dropna": True, "sort": True, "verb": "sum", "columns": ["i"]}], ["filter", c("k") > "a"])
case("groupby: select carries the index", ["groupby", {"keys": columns("k"), "dropna": True, "sort": True, "verb": "sum", "columns": ["i", "x"]}], ["select", columns("x")])
case("groupby: of a group-by", ["groupby", {"keys": columns("k", "g"), "dropna": True, "sort": False, "verb": "sum", "columns": ["i"]}], ["reset_index"],
     ["groupby", {"keys": columns("k"), "dropna": True, "sort": True, "verb": "max", "columns": ["i"]}])
case("groupby: nlargest of the groups", ["groupby", {"keys": columns("tie"), "dropna": True, "sort": True, "verb": "sum", "columns": ["i8"]}], ["nlargest", 2, ["i8"]])

# Aggregates beyond sums: columns without NaN, whose distances from the mean are numbers.
SMALL = ["i", "i8", "none_i"]
for key in ("k", "g", "fk"):
    for function in ("var", "std", "sem", "skew", "kurtosis"):
        groups(f"{key} {function}", [key], {"verb": function, "columns": SMALL})
    for function in ("median", "quantile"):
        groups(f"{key} {function}", [key], {"verb": function, "columns": [*SMALL, "u"]})
    groups(f"{key} nunique", [key], {"verb": "nunique", "columns": [name for name in ORDERED if name != key]})
    groups(f"{key} mode", [key], {"verb": "mode", "columns": ["i", "s", "d", "b", "none_s"]})
    for function in ("any", "all"):
        groups(f"{key} {function}", [key], {"verb": function, "columns": ["b"]})
    groups(f"{key} parameters", [key], {"agg": [["v0", "var(ddof=0)", c("i")], ["s2", "std(ddof=2)", c("i")], ["p90", "quantile(q=0.9)", c("i")], ["p0", "quantile(q=0.0)", c("i")], ["p100", "quantile(q=1.0)", c("i")]]})
groups("prod", ["k"], {"verb": "prod", "columns": ["i8", "none_i"]})
groups("a product beyond int64", ["fk"], {"verb": "prod", "columns": ["i8"]})
groups("quantiles with NaN", ["tie"], {"agg": [["m", "median", c("f32")], ["p90", "quantile(q=0.9)", c("f32")]]})
groups("many aggregates", ["tie"], {"sort": True, "agg": [["v", "var", c("i")], ["m", "median", c("i")], ["n", "nunique", c("s")], ["sk", "skew", c("i8")], ["f", "first", c("d")], ["any", "any", c("b")]]})
groups("many groups, moments", ["key"], {"agg": [["v", "var", N], ["m", "median", N], ["n", "nunique", c("day")]]}, table="events", before=[["filter", c("key") < 60]])
groups("split out, moments", ["tie"], {"split_out": 3, "agg": [["v", "std", I], ["m", "median", I], ["n", "nunique", c("s")]]})
groups("merged by twos, moments", ["tie"], {"split_every": 2, "agg": [["v", "std", I], ["m", "median", I], ["n", "nunique", c("s")], ["mode", "mode", c("i8")]]})

# --- reductions ----------------------------------------------------------------------------------------------------------------------

for column in ORDERED:
    for function in ("min", "max", "count"):
        case(f"{function}: {column}", [function, column])
        case(f"{function}: {column} of nothing", ["filter", c("id") < 0], [function, column])
for column in NUMBERS:
    for function in ("sum", "mean"):
        case(f"{function}: {column}", [function, column])
        case(f"{function}: {column} of nothing", ["filter", c("id") < 0], [function, column])
for column in SMALL:
    for function in ("var", "std", "sem", "skew", "kurtosis", "median", "quantile"):
        case(f"{function}: {column}", [function, column])
        case(f"{function}: {column} of nothing", ["filter", c("id") < 0], [function, column])
for column in ORDERED:
    case(f"nunique: {column}", [ "nunique", column])
for column in ("i", "s", "d", "b", "none_s", "k"):
    case(f"mode: {column}", ["mode", column])
    case(f"mode: {column} of nothing", ["filter", c("id") < 0], ["mode", column])
for function in ("any", "all"):
    case(f"{function}: b", [function, "b"])
    case(f"{function}: b of nothing", ["filter", c("id") < 0], [function, "b"])
case("prod: i8 few", ["filter", c("id") < 2], ["prod", "i8"])
case("prod: refused, a product beyond int64", ["filter", c("i") > 1], ["prod", "i"])
case("prod: a zero settles it", ["prod", "i"])
case("median: of a share of many", ["filter", c("n") < 1500], ["median", "n"], table="events")
case("sum: refused, a total beyond int64", ["filter", c("id") < 40], ["sum", "big"])
case("sum: partial sums beyond int64", ["filter", BALANCED], ["sum", "big"])
case("max: without NaN", ["filter", X == X], ["max", "x"])
case("min: only NaN", ["filter", X != X], ["min", "x"])
case("max: of an empty table", ["max", "x"], table="empty")
case("sum: of an empty table", ["sum", "i"], table="empty")
case("len: all", ["len"])
case("len: of an empty table", ["len"], table="empty")
case("len: of many", ["len"], table="events")
case("len: after a filter", ["filter", I > 0], ["len"])
case("len: after a filter on many", ["filter", V > 50], ["len"], table="events")
case("len: of groups", ["groupby", {"keys": columns("k", "g"), "dropna": False, "sort": False, "verb": "size"}], ["len"])
case("len: of head", ["head", 17, None], ["len"])
case("agg: one row", ["agg", [["total", "sum", I], ["mean", "mean", X], ["n", "size", None], ["there", "count", I], ["low", "min", S], ["high", "max", D], ["first", "first", K], ["last", "last", I]]])
case("agg: of expressions", ["agg", [["twice", "sum", I * 2], ["yes", "sum", B], ["positive", "sum", I > 0]]])
case("agg: of nothing", ["filter", c("id") < 0], ["agg", [["total", "sum", I], ["mean", "mean", X], ["n", "size", None], ["low", "min", S], ["first", "first", K]]])
case("columns: of an empty table", ["select", columns("id", "s", "dec", "cat")], table="empty")
case("filter: of an empty table", ["filter", I > 0], ["select", columns("id")], table="empty")
case("nlargest: of an empty table", ["nlargest", 3, ["x"]], ["select", columns("id", "x")], table="empty")


# --- rows in their order -------------------------------------------------------------------------------------------------------------

def in_order(name, expr):
    case(f"in order: {name}", ["repartition", 1], ["assign", "o", expr], ["select", columns("id", "o")])


for column in (I, c("i8"), S, D):
    name = column.code[1]
    for rows in (1, -2, 0, 1000):
        in_order(f"{name} shift {rows}", column.ordered("shift", rows))
    for way in ("ffill", "bfill"):
        in_order(f"{name} {way}", column.ordered(way, None))
        in_order(f"{name} {way} 1", column.ordered(way, 1))
for name, column in (("i", I), ("i8", c("i8"))):
    for total in ("cumsum", "cummin", "cummax"):
        in_order(f"{name} {total}", column.ordered(total))
in_order("i8 cumprod of small numbers", (c("i8") % 3).ordered("cumprod"))
for window, least, center in ((1, 1, False), (3, 3, False), (3, 1, True), (4, 2, True), (5, 1, False)):
    for of in ("sum", "mean", "min", "max", "std", "var", "median", "count"):
        in_order(f"i8 rolling {of} {window} {least}{' centred' * center}", c("i8").ordered(f"rolling.{of}", window, least, center))
case("in order: a filter of what rises", ["repartition", 1], ["filter", I > I.ordered("shift", 1)], ["select", columns("id", "i")])
case("in order: after a filter", ["filter", c("i8") > 0], ["repartition", 1], ["assign", "o", c("i8").ordered("cumsum")], ["select", columns("id", "o")])
