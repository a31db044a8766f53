"""The same cases, asked of other engines. `Unsupported` where an engine, or its interpreter here, has no such operation."""

import datetime as dt
import operator
import warnings
from decimal import Decimal
from pathlib import Path

import dask
import dask.dataframe as dd
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

import data
from oracle import adapt, aggregates_of, called, literal, name_of

warnings.filterwarnings("ignore")
dask.config.set(scheduler="synchronous")


class Unsupported(Exception):
    """The case cannot be asked of this engine."""


def files(folder: Path, table: str) -> list[str]:
    return [str(folder / table / f"part.{number}.parquet") for number in range(len(data.PARTITIONS[table]))]


def dtypes_of(table):
    return {field.name: data.dtype(field.type) for field in data.SCHEMAS[table]}


def beside(expr, other, dtypes):
    """A literal as a value of the column it stands beside."""
    value = literal(*expr[1:])
    dtype = dtypes.get(other[1]) if other[0] == "col" else None
    return adapt(value, expr[1], dtype) if dtype and (expr[1] == "string" or dtype.startswith(("float", "decimal"))) else value


BINARY = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "floordiv": operator.floordiv, "rem": operator.mod,
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "and": operator.and_, "or": operator.or_,
}


# --- pandas and Dask -----------------------------------------------------------------------------------------------------------------

class Pandas:
    """pandas over Arrow dtypes, which know null beside NaN."""

    name = "pandas"
    one_partition = True

    def read(self, folder, table):
        parts = [pd.read_parquet(file, dtype_backend="pyarrow") for file in files(folder, table)]
        return pd.concat(parts, ignore_index=True)

    def done(self, value):
        return value

    def expr(self, frame, expr, dtypes):
        op, *args = expr
        run = lambda each: self.expr(frame, each, dtypes)
        if op == "col":
            return frame[args[0]]
        if op == "lit":
            return literal(*args)
        if op == "alias":
            return run(args[0])
        if op == "scalar":
            return self.done(getattr(frame[args[1]], args[0])())
        if op == "isin":
            values = [beside(each, args[0], dtypes) for each in args[1]]
            return run(args[0]).isin(values)
        if op == "between":
            return run(args[0]).between(*(beside(each, args[0], dtypes) for each in args[1:])) if args[1][0] == "lit" else (
                (run(args[0]) >= run(args[1])) & (run(args[0]) <= run(args[2])))
        if op == "cast":
            names = {"string": "string[pyarrow]", "int64": "int64[pyarrow]", "int8": "int8[pyarrow]", "float64": "double[pyarrow]", "float32": "float[pyarrow]",
                     "uint64": "uint64[pyarrow]", "timestamp[us]": "timestamp[us][pyarrow]"}
            if args[1] not in names:
                raise Unsupported(args[1])
            return run(args[0]).astype(names[args[1]])
        if op in ("isna", "notna", "abs"):
            return ~run(args[0]).isna() if op == "notna" else getattr(run(args[0]), op)()
        if op == "round":
            return run(args[0]).round(args[1])
        if op == "not":
            return ~run(args[0])
        if op == "neg":
            return -run(args[0])
        if op == "fillna":
            return run(args[0]).fillna(beside(args[1], args[0], dtypes) if args[1][0] == "lit" else run(args[1]))
        if op == "ordered":
            return self.ordered(run(args[0]), args[1], *args[2:])
        if op in BINARY:
            sides = [beside(each, args[1 - at], dtypes) if each[0] == "lit" else run(each) for at, each in enumerate(args)]
            if None in [each for each in sides if not hasattr(each, "dtype")]:
                raise Unsupported("null literal")
            return BINARY[op](*sides)
        raise Unsupported(op)

    def ordered(self, column, name, *args):
        if name.startswith("rolling"):
            window, least, center = args
            found = getattr(column.rolling(window, min_periods=least, center=center), name.partition(".")[2])()
            # Of whole numbers NaN is what is missing.
            return pd.Series([None if value != value else value for value in found], index=found.index, dtype="double[pyarrow]")
        return getattr(column, name)(**({"limit": args[0]} if name in ("ffill", "bfill") else {"periods": args[0]} if args else {}))

    def ask(self, folder, case):
        frame = self.read(folder, case["table"])
        dtypes, keys = dtypes_of(case["table"]), []
        for verb, *args in case["steps"]:
            if verb == "filter":
                frame = frame[self.expr(frame, args[0], dtypes)]
            elif verb == "select":
                named = [(name, ["col", name]) for name in keys] + [(name_of(expr), expr) for expr in args[0]]
                frame = frame.assign(**{name: self.expr(frame, expr, dtypes) for name, expr in named if expr != ["col", name]})[[name for name, _ in named]]
            elif verb == "assign":
                frame = frame.assign(**{args[0]: self.expr(frame, args[1], dtypes)})
            elif verb == "rename":
                frame = frame.rename(columns=args[0])
                dtypes = {args[0].get(name, name): dtype for name, dtype in dtypes.items()}
            elif verb == "drop":
                frame = frame.drop(columns=args[0])
            elif verb in ("head", "tail", "partitions", "repartition"):
                frame = self.position(frame, verb, args)
            elif verb in ("nlargest", "nsmallest"):
                frame = getattr(frame, verb)(args[0], args[1])
            elif verb == "groupby":
                frame = self.groupby(frame, args[0], dtypes)
                keys = [name_of(expr) for expr in args[0]["keys"]]
            elif verb == "reset_index":
                keys = []
            elif verb == "agg":
                frame = pd.DataFrame([[self.reduce(frame, function, expr, dtypes) for _, function, expr in args[0]]], dtype=object)
            elif verb == "len":
                frame = len(frame)
            else:
                frame = self.reduce(frame, verb, ["col", args[0]], dtypes)
        return rows_of_pandas(self.done(frame))

    def reduce(self, frame, function, expr, dtypes):
        if function == "size":
            return len(frame)
        column = self.expr(frame, expr, dtypes)
        function, argument = called(function)
        if function == "mode":
            modes = self.done(column.dropna().mode())
            return modes.iloc[0] if len(modes) else None
        if function == "quantile":
            return self.done(column.quantile(0.25 if argument is None else argument))
        if function in ("first", "last"):
            kept = column.dropna()
            return (kept.iloc[0] if function == "first" else kept.iloc[-1]) if len(kept) else None
        return self.done(getattr(column, function)())

    def position(self, frame, verb, args):
        if verb == "repartition":
            return frame
        if verb == "head" and args[1] is None:
            return frame.head(args[0])
        raise Unsupported("no partitions")

    def groupby(self, frame, options, dtypes):
        named = {name_of(expr): expr for expr in options["keys"]}
        frame = frame.assign(**{name: self.expr(frame, expr, dtypes) for name, expr in named.items() if expr != ["col", name]})
        inputs = {f"_in{at}": self.expr(frame, expr, dtypes) for at, (_, _, expr) in enumerate(aggregates_of(options)) if expr}
        frame = frame.assign(**inputs)
        groups = frame.groupby(list(named), dropna=options["dropna"], sort=options["sort"], **self.grouping(options))
        parts = []
        for at, (name, function, _) in enumerate(aggregates_of(options)):
            parts.append(self.grouped(groups, at, function).rename(name))
        if not all(isinstance(part, pd.Series) for part in parts) and len(parts) > 1:
            parts = [self.done(part) for part in parts]
        joined = pd.concat(parts, axis=1) if len(parts) > 1 else parts[0].to_frame()
        if options["keys"] and any(name in list(named) for name in joined.columns):
            raise Unsupported("a result named as its key")
        return joined.reset_index()

    def grouped(self, groups, at, function):
        function, argument = called(function)
        if function == "size":
            return groups.size()
        column = groups[f"_in{at}"]
        if function == "quantile":
            return column.quantile(0.25 if argument is None else argument)
        if function == "kurtosis":
            return column.kurt()
        if function == "mode":
            raise Unsupported("mode of groups")
        return getattr(column, function)(**({} if argument is None else {"ddof": argument}))

    def grouping(self, options):
        return {}


def rows_of_pandas(value):
    if not isinstance(value, pd.DataFrame):
        value = pd.DataFrame({"value": pd.Series([value], dtype=object)})
    rows = []
    columns = []
    for at in range(value.shape[1]):
        column = value.iloc[:, at]
        if isinstance(column.dtype, pd.ArrowDtype):
            columns.append(pa.array(column.array).to_pylist())
        else:
            columns.append([None if each is None or each is pd.NA or each is pd.NaT else getattr(each, "item", lambda each=each: each)() for each in column])
    rows = list(zip(*columns)) if columns else []
    return [tuple(plain(each) for each in row) for row in rows]


def plain(value):
    """A value as the oracle has it."""
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, pd.Timedelta):
        value = value.to_pytimedelta()
    if isinstance(value, dt.timedelta):
        return value
    return value.item() if hasattr(value, "item") else value


class Dask(Pandas):
    name = "dask"

    def read(self, folder, table):
        return dd.read_parquet(files(folder, table), dtype_backend="pyarrow", index=False)

    def done(self, value):
        return value.compute() if hasattr(value, "compute") else value

    def position(self, frame, verb, args):
        if verb == "repartition":
            return frame.repartition(npartitions=args[0]) if args[0] <= frame.npartitions else frame
        if verb == "partitions":
            return frame.partitions[args[0]]
        if verb == "head":
            return frame.head(args[0], npartitions=args[1] or -1, compute=False)
        return frame.tail(args[0], compute=False)

    def ordered(self, column, name, *args):
        raise Unsupported("pandas answers for it")

    def grouping(self, options):
        # Dask's own shuffle is not what is asked about here.
        return {}


# --- Polars --------------------------------------------------------------------------------------------------------------------------

class Polars:
    name = "polars"

    def expr(self, frame, expr, dtypes):
        op, *args = expr
        run = lambda each: self.expr(frame, each, dtypes)
        if op == "col":
            return pl.col(args[0])
        if op == "lit":
            return pl.lit(literal(*args))
        if op == "alias":
            return run(args[0]).alias(args[1])
        if op == "scalar":
            return getattr(pl.col(args[1]), args[0])()
        if op == "isin":
            return run(args[0]).is_in([beside(each, args[0], dtypes) for each in args[1]])
        if op == "between":
            return run(args[0]).is_between(*(pl.lit(beside(each, args[0], dtypes)) if each[0] == "lit" else run(each) for each in args[1:]))
        if op == "cast":
            names = {"string": pl.String, "int64": pl.Int64, "int8": pl.Int8, "float64": pl.Float64, "float32": pl.Float32, "uint64": pl.UInt64,
                     "timestamp[us]": pl.Datetime("us"), "decimal(10, 2)": pl.Decimal(10, 2), "decimal(20, 4)": pl.Decimal(20, 4), "decimal(4, 1)": pl.Decimal(4, 1)}
            return run(args[0]).cast(names[args[1]])
        methods = {"isna": "is_null", "notna": "is_not_null", "abs": "abs", "floor": "floor", "ceil": "ceil", "not": "not_", "neg": "neg"}
        if op in methods:
            return getattr(run(args[0]), methods[op])()
        if op == "round":
            return run(args[0]).round(args[1], mode="half_to_even")
        if op == "ordered":
            column, name, *options = run(args[0]), *args[1:]
            if name == "rolling.count":
                raise Unsupported(name)
            if name.startswith("rolling"):
                window, least, center = options
                return getattr(column, name.replace(".", "_"))(window, min_samples=least, center=center)
            polars = {"cumsum": "cum_sum", "cumprod": "cum_prod", "cummin": "cum_min", "cummax": "cum_max", "ffill": "forward_fill", "bfill": "backward_fill"}
            return getattr(column, polars.get(name, name))(*options)
        sides = [pl.lit(beside(each, args[1 - at], dtypes)) if each[0] == "lit" else run(each) for at, each in enumerate(args)]
        if op == "fillna":
            return sides[0].fill_null(sides[1])
        if op in ("eq_missing", "ne_missing"):
            return getattr(sides[0], op)(sides[1])
        if op in BINARY:
            return BINARY[op](*sides)
        raise Unsupported(op)

    def ask(self, folder, case):
        frame = pl.concat([pl.scan_parquet(file) for file in files(folder, case["table"])])
        dtypes = dtypes_of(case["table"])
        keys = []
        for verb, *args in case["steps"]:
            run = lambda expr: self.expr(frame, expr, dtypes)
            if verb == "filter":
                frame = frame.filter(run(args[0]))
            elif verb == "select":
                frame = frame.select(*keys, *[run(expr).alias(name_of(expr)) for expr in args[0]])
            elif verb == "assign":
                frame = frame.with_columns(run(args[1]).alias(args[0]))
            elif verb == "rename":
                frame = frame.rename(args[0])
                dtypes = {args[0].get(name, name): dtype for name, dtype in dtypes.items()}
            elif verb == "drop":
                frame = frame.drop(args[0])
            elif verb == "repartition":
                pass
            elif verb == "head" and args[1] is None:
                frame = frame.head(args[0])
            elif verb in ("head", "tail", "partitions"):
                raise Unsupported("no partitions")
            elif verb in ("nlargest", "nsmallest"):
                frame = frame.sort(args[1], descending=verb == "nlargest", nulls_last=True, maintain_order=True).head(args[0])
            elif verb == "groupby":
                options = args[0]
                keys = [name_of(expr) for expr in options["keys"]]
                frame = frame.with_columns(run(expr).alias(name_of(expr)) for expr in options["keys"])
                if options["dropna"]:
                    frame = frame.drop_nulls(keys)
                aggs = [self.aggregate(function, expr and self.expr(frame, expr, dtypes)).alias(f"_{at}") for at, (_, function, expr) in enumerate(aggregates_of(options))]
                frame = frame.group_by(keys).agg(aggs)
                frame = frame.rename({f"_{at}": name for at, (name, _, _) in enumerate(aggregates_of(options))})
                if options["sort"]:
                    frame = frame.sort(keys, nulls_last=True)
            elif verb == "reset_index":
                keys = []
            elif verb == "agg":
                frame = frame.select([self.aggregate(function, expr and run(expr)).alias(name) for name, function, expr in args[0]])
            elif verb == "len":
                frame = frame.select(pl.len())
            else:
                frame = frame.select(self.aggregate(verb, pl.col(args[0])))
        return frame.collect().rows()

    def aggregate(self, function, expr):
        if function == "size":
            return pl.len()
        function, argument = called(function)
        ddof = {} if argument is None else {"ddof": argument}
        special = {
            "first": lambda: expr.drop_nulls().first(), "last": lambda: expr.drop_nulls().last(), "prod": expr.product,
            "sem": lambda: expr.std(**ddof) / expr.count().sqrt(), "skew": lambda: expr.skew(bias=False), "kurtosis": lambda: expr.kurtosis(bias=False),
            "nunique": lambda: expr.drop_nulls().n_unique(), "mode": lambda: expr.drop_nulls().mode().min(),
            "quantile": lambda: expr.quantile(0.25 if argument is None else argument, "linear"),
        }
        return special[function]() if function in special else getattr(expr, function)(**ddof)


# --- DuckDB --------------------------------------------------------------------------------------------------------------------------

class DuckDB:
    name = "duckdb"

    def sql_literal(self, value):
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return str(value).upper()
        if isinstance(value, dt.datetime):
            return f"TIMESTAMP '{value.replace(tzinfo=None).isoformat(sep=' ')}'"
        if isinstance(value, dt.date):
            return f"DATE '{value.isoformat()}'"
        if isinstance(value, float):
            return f"{value!r}::DOUBLE"
        if isinstance(value, Decimal):
            return f"{value:f}"
        if isinstance(value, str):
            return "'" + value.replace("'", "''") + "'"
        return str(value)

    def expr(self, expr, dtypes, source):
        op, *args = expr
        run = lambda each: self.expr(each, dtypes, source)
        if op == "col":
            return f'"{args[0]}"'
        if op == "lit":
            return self.sql_literal(literal(*args))
        if op == "alias":
            return run(args[0])
        if op == "scalar":
            return f'(SELECT {self.aggregate(args[0], chr(34) + args[1] + chr(34))} FROM ({source}))'
        near = lambda each, other: self.sql_literal(beside(each, other, dtypes)) if each[0] == "lit" else run(each)
        if op == "isin":
            values = ", ".join(near(each, args[0]) for each in args[1])
            return f"({run(args[0])} IN ({values}))" if values else f"({run(args[0])} IS NULL AND FALSE)"
        if op == "between":
            return f"({run(args[0])} BETWEEN {near(args[1], args[0])} AND {near(args[2], args[0])})"
        if op == "cast":
            names = {"string": "VARCHAR", "int64": "BIGINT", "int8": "TINYINT", "float64": "DOUBLE", "float32": "FLOAT", "uint64": "UBIGINT", "timestamp[us]": "TIMESTAMP"}
            return f"CAST({run(args[0])} AS {names.get(args[1], args[1])})"
        if op in ("isna", "notna"):
            return f"({run(args[0])} IS {'NOT ' * (op == 'notna')}NULL)"
        if op in ("abs", "floor", "ceil"):
            return f"{op}({run(args[0])})"
        if op == "round":
            return f"round_even({run(args[0])}, {args[1]})"
        if op in ("not", "neg"):
            return f"({'NOT' if op == 'not' else '-'} {run(args[0])})"
        if op == "ordered":
            return self.ordered(run(args[0]), args[1], *args[2:])
        left, right = near(args[0], args[1]), near(args[1], args[0])
        if op == "fillna":
            return f"coalesce({left}, {right})"
        signs = {"add": "+", "sub": "-", "mul": "*", "div": "/", "floordiv": "//", "rem": "%", "eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
                 "and": "AND", "or": "OR", "eq_missing": "IS NOT DISTINCT FROM", "ne_missing": "IS DISTINCT FROM"}
        return f"({left} {signs[op]} {right})"

    def ordered(self, column, name, *args):
        if name == "shift":
            return f"lag({column}, {args[0]}) OVER (ORDER BY id)" if args[0] >= 0 else f"lead({column}, {-args[0]}) OVER (ORDER BY id)"
        if name == "ffill" and args[0] is None:
            return f"last_value({column} IGNORE NULLS) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
        if name == "bfill" and args[0] is None:
            return f"first_value({column} IGNORE NULLS) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)"
        if name.startswith("cum"):
            rows = "OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
            return f"CASE WHEN {column} IS NOT NULL THEN {self.aggregate(name[3:], column)} {rows} END"
        if not name.startswith("rolling"):
            raise Unsupported(name)
        window, least, center = args
        before = window // 2 if center else window - 1
        rows = f"OVER (ORDER BY id ROWS BETWEEN {before} PRECEDING AND {window - 1 - before} FOLLOWING)"
        function = name.partition(".")[2]
        there = f"count({'*' if function == 'count' else column}) {rows}"
        return f"CASE WHEN {there} >= {least} THEN {self.aggregate(function, column)} {rows} END"

    def aggregate(self, function, expr):
        if function == "size":
            return "count(*)"
        if function in ("first", "last"):
            return f'{function}({expr} ORDER BY id) FILTER ({expr} IS NOT NULL)'
        function, argument = called(function)
        if function in ("any", "all"):
            return f"bool_{'or' if function == 'any' else 'and'}({expr})"
        if function == "nunique":
            return f"count(DISTINCT {expr})"
        if function == "quantile":
            return f"quantile_cont({expr}, {0.25 if argument is None else argument})"
        if function in ("var", "std") and argument not in (None, 0, 1):
            raise Unsupported("ddof")
        names = {"mean": "avg", "prod": "product", "skew": "skewness", "mode": "mode", "sem": "sem",
                 "var": "var_pop" if argument == 0 else "var_samp", "std": "stddev_pop" if argument == 0 else "stddev_samp"}
        return names.get(function, function) + f"({expr})"

    def ask(self, folder, case):
        connection = duckdb.connect()
        connection.execute("SET threads = 1; SET TimeZone = 'UTC'")
        # As a wall-clock time: fetching one with a zone needs another package.
        moments = "" if case["table"] == "events" else " REPLACE (tz AT TIME ZONE 'UTC' AS tz)"
        source = f"SELECT *{moments} FROM read_parquet({files(folder, case['table'])})"
        dtypes = dtypes_of(case["table"])
        names, keys = list(dtypes), []
        order = "n" if case["table"] == "events" else "id"
        for verb, *args in case["steps"]:
            run = lambda expr: self.expr(expr, dtypes, source)
            if verb == "filter":
                source = f"SELECT * FROM ({source}) WHERE {run(args[0])}"
            elif verb == "select":
                named = [(name, ["col", name]) for name in keys] + [(name_of(expr), expr) for expr in args[0]]
                source = f"SELECT {', '.join(f'{run(expr)} AS {chr(34)}{name}{chr(34)}' for name, expr in named)} FROM ({source})"
                names = [name for name, _ in named]
            elif verb == "assign":
                there = args[0] in names
                source = f'SELECT * {f"REPLACE ({run(args[1])} AS {chr(34)}{args[0]}{chr(34)})" if there else f", {run(args[1])} AS {chr(34)}{args[0]}{chr(34)}"} FROM ({source})'
                names += [] if there else [args[0]]
            elif verb == "rename":
                shown = ", ".join(f'"{name}" AS "{args[0].get(name, name)}"' for name in names)
                source = f"SELECT {shown} FROM ({source})"
                names = [args[0].get(name, name) for name in names]
                dtypes = {args[0].get(name, name): dtype for name, dtype in dtypes.items()}
            elif verb == "drop":
                source = f"SELECT * EXCLUDE ({', '.join(args[0])}) FROM ({source})"
                names = [name for name in names if name not in args[0]]
            elif verb in ("repartition", "reset_index"):
                keys = [] if verb == "reset_index" else keys
            elif verb == "head" and args[1] is None:
                source = f"SELECT * FROM ({source}) ORDER BY {order} LIMIT {args[0]}"
            elif verb in ("head", "tail", "partitions"):
                raise Unsupported("no partitions")
            elif verb in ("nlargest", "nsmallest"):
                way = "DESC" if verb == "nlargest" else "ASC"
                tie = [order] if order in names else []
                source = f"SELECT * FROM ({source}) ORDER BY {', '.join([f'{chr(34)}{each}{chr(34)} {way} NULLS LAST' for each in args[1]] + tie)} LIMIT {args[0]}"
            elif verb == "groupby":
                options = args[0]
                keys = [name_of(expr) for expr in options["keys"]]
                shown = ", ".join(f'{run(expr)} AS "_k{at}"' for at, expr in enumerate(options["keys"]))
                inner = f"SELECT *, {shown} FROM ({source})"
                kept = " AND ".join(f'"_k{at}" IS NOT NULL' for at in range(len(keys))) if options["dropna"] else "TRUE"
                aggs = ", ".join(f'{self.aggregate(function, expr and run(expr))} AS "{name}"' for name, function, expr in aggregates_of(options))
                by = ", ".join(f'"_k{at}"' for at in range(len(keys)))
                shown = ", ".join(f'"_k{at}" AS "{name}"' for at, name in enumerate(keys))
                sort = f" ORDER BY {', '.join(f'{chr(34)}_k{at}{chr(34)} NULLS LAST' for at in range(len(keys)))}" if options["sort"] else ""
                source = f"SELECT {shown}, {aggs} FROM ({inner}) WHERE {kept} GROUP BY {by}{sort}"
                names = keys + [name for name, _, _ in aggregates_of(options)]
            elif verb == "agg":
                source = "SELECT " + ", ".join(f'{self.aggregate(function, expr and run(expr))} AS "{name}"' for name, function, expr in args[0]) + f" FROM ({source})"
            elif verb == "len":
                source = f"SELECT count(*) FROM ({source})"
            else:
                column = f'"{args[0]}"'
                source = f"SELECT {self.aggregate(verb, column)} FROM ({source})"
        try:
            return connection.execute(source).fetchall()
        except duckdb.BinderException as error:
            raise Unsupported(str(error)) from error


ENGINES = [Pandas(), Dask(), Polars(), DuckDB()]
