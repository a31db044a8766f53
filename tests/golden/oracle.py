"""What a case must answer, one row at a time, with no engine: the semantics of the engine as the simplest program.

A frame is a list of partitions, a partition a list of rows, a row a tuple. Nothing here is fast, and nothing is shared with what it
judges: null is missing and NaN a value, logic is Kleene's, integers are Python's and checked against their dtype, floats are IEEE.
"""

import datetime as dt
import math
import operator
import re
from decimal import Decimal, getcontext
from fractions import Fraction
from functools import cmp_to_key

import numpy as np

import data

RANGES = {f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)}
RANGES |= {f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)}
getcontext().prec = 76


class Refused(Exception):
    """The case is answered by an error of this kind."""


def is_integer(dtype):
    return dtype in RANGES


def is_float(dtype):
    return dtype in ("float32", "float64")


def decimal_of(dtype):
    """Precision and scale."""
    found = re.fullmatch(r"decimal\((\d+), (-?\d+)\)", dtype)
    return found and (int(found[1]), int(found[2]))


def is_nan(value):
    return isinstance(value, float) and math.isnan(value)


def fits(value, dtype):
    low, high = RANGES[dtype]
    if not low <= value <= high:
        raise Refused("Task")
    return value


def literal(dtype, text):
    """A literal as a value."""
    if text is None:
        return None
    if dtype == "bool":
        return text == "true"
    if is_integer(dtype):
        return int(text)
    return float(text) if is_float(dtype) else text


def adapt(value, literal_dtype, dtype):
    """A literal as a value of what it meets; text is read as a moment."""
    if value is None or dtype == "string" or dtype == "bool":
        return value
    if dtype == "date":
        return dt.date.fromisoformat(value)
    if dtype.startswith("timestamp"):
        moment = dt.datetime.fromisoformat(value)
        return moment.replace(tzinfo=dt.timezone.utc) if "," in dtype and moment.tzinfo is None else moment
    if decimal_of(dtype):
        return Decimal(str(value))
    return float(value) if is_float(dtype) else value


# --- order ---------------------------------------------------------------------------------------------------------------------------

def order(a, b):
    """Numbers, then NaN, then null; -0.0 equals 0.0."""
    rank = lambda value: 2 if value is None else 1 if is_nan(value) else 0
    if rank(a) != rank(b) or rank(a):
        return rank(a) - rank(b)
    return (a > b) - (a < b)


def order_descending(a, b):
    """NaN and null stay last, so that the largest are numbers while there are."""
    if a is None or b is None or is_nan(a) or is_nan(b):
        return order(a, b)
    return -order(a, b)


def group_key(value):
    """The value that stands for all values of its group."""
    if is_nan(value):
        return data.NAN
    return 0.0 if isinstance(value, float) and value == 0 else value


# --- expressions ---------------------------------------------------------------------------------------------------------------------

def strict(function):
    """Null in, null out."""
    return lambda *values: None if any(value is None for value in values) else function(*values)


def moments(compare):
    """A date beside a timestamp is its midnight."""
    def run(a, b):
        if isinstance(a, dt.date) and type(a) is not type(b):
            a, b = (dt.datetime(each.year, each.month, each.day) if type(each) is dt.date else each for each in (a, b))
        return compare(a, b)
    return run


COMPARE = {name: moments(getattr(operator, name)) for name in ("eq", "ne", "lt", "le", "gt", "ge")}


def kleene_and(a, b):
    return False if a is False or b is False else None if a is None or b is None else True


def kleene_or(a, b):
    return True if a is True or b is True else None if a is None or b is None else False


def eq_missing(a, b):
    return (a is None and b is None) if a is None or b is None else a == b


def is_literal(expr):
    return expr[0] == "lit"


def supertype(a, b):
    """Where two numbers meet."""
    if a == b:
        return a
    if a == "bool" or b == "bool":
        return b if a == "bool" else a
    if decimal_of(a) and is_integer(b) or is_integer(a) and decimal_of(b):
        return a if decimal_of(a) else b
    if decimal_of(a) or decimal_of(b):
        return "float64"
    if is_float(a) and is_float(b):
        return "float64"
    if is_float(a) or is_float(b):
        whole, real = (b, a) if is_float(a) else (a, b)
        return real if whole.endswith(("8", "16")) else "float64"
    bits = lambda dtype: int(re.sub(r"\D", "", dtype)) * (2 if dtype.startswith("u") != (a[0] == b[0] == "u") else 1)
    signed = not (a[0] == "u" and b[0] == "u")
    widest = max(bits(a), bits(b)) if a[0] != b[0] else max(int(re.sub(r"\D", "", d)) for d in (a, b))
    return "float64" if widest > 64 else f"{'' if signed else 'u'}int{widest}"


def decimal_result(op, a, b):
    """SQL's rules for `+ - *`."""
    (p, s), (q, t) = a, b
    precision, scale = (p + q, s + t) if op == "mul" else (max(p - s, q - t) + 1 + max(s, t), max(s, t))
    return f"decimal({min(precision, 38)}, {scale})"


def real(op, dtype):
    """IEEE arithmetic, of 32 or 64 bits; `//` and `%` as Python's."""
    kind = np.float32 if dtype == "float32" else np.float64
    ufunc = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "floordiv": np.floor_divide, "rem": np.remainder}[op]
    def run(a, b):
        with np.errstate(all="ignore"):
            return float(ufunc(kind(a), kind(b)))
    return run


def whole(op, dtype):
    def run(a, b):
        a, b = int(a), int(b)
        if op in ("floordiv", "rem") and b == 0:
            raise Refused("Task")
        answer = {"add": lambda: a + b, "sub": lambda: a - b, "mul": lambda: a * b, "floordiv": lambda: a // b, "rem": lambda: a % b}[op]()
        return fits(answer, dtype)
    return run


def arithmetic(op, left, right, left_dtype, right_dtype):
    if left_dtype == "date" and right_dtype == "date":
        return "duration[s]", lambda a, b: (a - b).days * 86400
    if left_dtype.startswith("timestamp"):
        return "duration[us]", lambda a, b: (a - b) // dt.timedelta(microseconds=1)
    one, other = left_dtype, right_dtype
    # A literal takes the column's dtype, unless it has a fraction.
    if is_literal(left) and not (is_float(one) and not is_float(other)) and not decimal_of(other):
        one = other
    elif is_literal(right) and not (is_float(other) and not is_float(one)) and not decimal_of(one):
        other = one
    if decimal_of(one) or decimal_of(other):
        # A whole literal counts with the digits it has.
        digits = lambda dtype, expr: decimal_of(dtype) or (len(expr[2].lstrip("-")) if is_literal(expr) else len(str(RANGES[dtype][1])), 0)
        dtype = decimal_result(op, digits(left_dtype, left), digits(right_dtype, right))
        run = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b}[op]
        return dtype, lambda a, b: run(Decimal(a), Decimal(b))
    dtype = supertype(one, other)
    if dtype == "bool":
        dtype = "int64"
    if is_float(dtype) or op == "div":
        dtype = dtype if is_float(dtype) else "float64"
        return dtype, real(op, dtype)
    return dtype, whole(op, dtype)


def cast(value, source, target):
    """Exactly, or not at all."""
    if value is None or source == target:
        return value
    if target == "string":
        return text(value, source)
    if source == "string":
        try:
            if is_integer(target):
                return fits(int(value), target)
            return float(value)
        except ValueError:
            raise Refused("Task") from None
    if target == "bool":
        if value not in (0, 1):
            raise Refused("Task")
        return bool(value)
    if is_integer(target):
        if isinstance(value, float) and (not math.isfinite(value) or value != int(value)):
            raise Refused("Task")
        if isinstance(value, Decimal) and value != int(value):
            raise Refused("Task")
        return fits(int(value), target)
    if decimal_of(target):
        precision, scale = decimal_of(target)
        exact = Decimal(value)
        if exact != round(exact, scale) or abs(exact) >= Decimal(10) ** (precision - scale):
            raise Refused("Task")
        return exact
    if target == "float32":
        return float(np.float32(value))
    if target == "float64":
        if isinstance(value, int) and int(float(value)) != value:
            raise Refused("Task")
        return float(value)
    if target == "date":
        if value.time() != dt.time():
            raise Refused("Task")
        return value.date()
    if target.startswith("timestamp"):
        return dt.datetime(value.year, value.month, value.day)
    raise NotImplementedError(f"{source} to {target}")


def round_half_even(value, digits):
    if isinstance(value, int):
        return value
    return float(np.round(np.float64(value), digits))


def compiled(expr, schema, frame):
    """The dtype of an expression, and a function from a row to its value."""
    op, *args = expr
    if op == "col":
        at = [name for name, _ in schema].index(args[0])
        return schema[at][1], lambda row: row[at]
    if op == "lit":
        value = literal(*args)
        return args[0], lambda row: value
    if op == "alias":
        return compiled(args[0], schema, frame)
    if op == "scalar":
        dtype, value = reduced(frame, args[0], ["col", args[1]])
        return dtype, lambda row: value
    if op == "between":
        low, high = ["ge", args[0], args[1]], ["le", args[0], args[2]]
        return compiled(["and", low, high], schema, frame)
    if op == "isin":
        dtype, run = compiled(args[0], schema, frame)
        values = [adapt(literal(*each[1:]), each[1], dtype) for each in args[1]]
        def found(row):
            answer = False
            for value in values:
                answer = kleene_or(answer, strict(COMPARE["eq"])(run(row), value))
            return answer
        return "bool", found
    if op == "ordered":
        dtype, run = compiled(args[0], schema, frame)
        rows = [row for part in frame["partitions"] for row in part]
        dtype, answers = in_order(args[1], args[2:], dtype, [run(row) for row in rows])
        places = {id(row): at for at, row in enumerate(rows)}
        return dtype, lambda row: answers[places[id(row)]]
    dtypes, runs = zip(*(compiled(arg, schema, frame) for arg in args if isinstance(arg, list)))
    if op in ("and", "or"):
        logic = kleene_and if op == "and" else kleene_or
        return "bool", lambda row: logic(runs[0](row), runs[1](row))
    if op == "not":
        return "bool", lambda row: strict(lambda value: not value)(runs[0](row))
    if op == "isna":
        return "bool", lambda row: runs[0](row) is None
    if op == "notna":
        return "bool", lambda row: runs[0](row) is not None
    if op == "cast":
        return args[1], lambda row: cast(runs[0](row), dtypes[0], args[1])
    if op in ("neg", "abs", "floor", "ceil", "round"):
        dtype = dtypes[0]
        run = {
            "neg": lambda value: -value, "abs": abs, "floor": lambda value: value if not is_float(dtype) else float(np.floor(value)),
            "ceil": lambda value: value if not is_float(dtype) else float(np.ceil(value)), "round": lambda value: round_half_even(value, args[-1]),
        }[op]
        checked = (lambda value: fits(run(value), dtype)) if is_integer(dtype) else run
        return dtype, lambda row: strict(checked)(runs[0](row))
    # Two sides: a literal becomes what it meets.
    def side(at):
        other = 1 - at
        if is_literal(args[at]) and not is_literal(args[other]):
            if op not in ARITHMETIC or dtypes[other].startswith("timestamp"):
                value = adapt(literal(*args[at][1:]), dtypes[at], dtypes[other])
                return lambda row: value
        return runs[at]
    left, right = side(0), side(1)
    if op == "fillna":
        filled = dtypes[0] if is_literal(args[1]) else supertype(*dtypes)
        def fill(row):
            value = left(row)
            return right(row) if value is None else value
        return filled, fill
    if op in COMPARE:
        return "bool", lambda row: strict(COMPARE[op])(left(row), right(row))
    if op in ("eq_missing", "ne_missing"):
        return "bool", lambda row: eq_missing(left(row), right(row)) == (op == "eq_missing")
    dtype, run = arithmetic(op, args[0], args[1], *dtypes)
    return dtype, lambda row: strict(run)(left(row), right(row))


def in_order(name, args, dtype, values):
    """Dtype and answers of an operation on rows in their order, read literally."""
    n = len(values)
    at = lambda row: values[row] if 0 <= row < n else None
    if name == "shift":
        return dtype, [at(row - args[0]) for row in range(n)]
    if name in ("ffill", "bfill"):
        way, reach = (-1, 1)[name == "bfill"], n if args[0] is None else args[0]
        near = lambda row: next((at(row + way * step) for step in range(reach + 1) if at(row + way * step) is not None), None)
        return dtype, [near(row) for row in range(n)]
    if name.startswith("cum"):
        function = {"cumsum": "sum", "cumprod": "prod", "cummin": "min", "cummax": "max"}[name]
        answers = [aggregated(function, dtype, values[: row + 1]) for row in range(n)]
        return aggregated(function, dtype, [])[0], [None if at(row) is None else answers[row][1] for row in range(n)]
    function, (window, least, center) = name.partition(".")[2], args
    answers = []
    for row in range(n):
        first = row - (window // 2 if center else window - 1)
        inside = values[max(first, 0): max(first + window, 0)]
        there = len(inside) if function == "count" else sum(value is not None for value in inside)
        answers.append(aggregated(function, dtype, inside)[1] if there >= least else None)
    return "uint64" if function == "count" else aggregated(function, dtype, [])[0], answers


ARITHMETIC = ("add", "sub", "mul", "div", "floordiv", "rem")


# --- aggregates ----------------------------------------------------------------------------------------------------------------------

def aggregated(function, dtype, values):
    """Dtype and value of an aggregate of values in row order; `values` holds nulls."""
    kept = [value for value in values if value is not None]
    if function == "size":
        return "int64", len(values)
    if function == "count":
        return "int64", len(kept)
    if function in ("first", "last"):
        return dtype, (kept[0] if function == "first" else kept[-1]) if kept else None
    if function in ("min", "max"):
        if not kept:
            return dtype, None
        best = kept[0]
        for value in kept[1:]:
            if (order(value, best) < 0) == (function == "min") and order(value, best) != 0:
                best = value
        return dtype, group_key(best)
    number = not is_float(dtype)
    if function == "sum":
        if decimal_of(dtype):
            return f"decimal(38, {decimal_of(dtype)[1]})", sum(kept, Decimal(0)).quantize(Decimal(1).scaleb(-decimal_of(dtype)[1]))
        if number:
            target = "uint64" if dtype.startswith("u") else "int64"
            return target, fits(sum(int(value) for value in kept), target)
        return "float64", total(kept)
    if function == "mean":
        if dtype.startswith("timestamp"):
            raise NotImplementedError
        if not kept:
            return "float64", None
        if number:
            return "float64", float(sum((Fraction(value) for value in kept), Fraction(0)) / len(kept))
        return "float64", total(kept) / len(kept)
    function, argument = called(function)
    if function == "prod":
        if is_float(dtype) or decimal_of(dtype):
            return "float64", math.prod(float(value) for value in kept)
        target = "uint64" if dtype.startswith("u") else "int64"
        return target, fits(math.prod(int(value) for value in kept), target)
    if function in ("any", "all"):
        return "bool", any(kept) if function == "any" else all(kept)
    if function == "nunique":
        return "int64", len({group_key(value) for value in kept})
    if function == "mode":
        counts = {}
        for value in kept:
            counts[group_key(value)] = counts.get(group_key(value), 0) + 1
        most = [value for value in counts if counts[value] == max(counts.values())]
        return dtype, min(most, key=cmp_to_key(order), default=None)
    if function in ("median", "quantile"):
        return "float64", between(kept, 0.5 if function == "median" else 0.25 if argument is None else argument)
    if function in ("var", "std", "sem", "skew", "kurtosis"):
        return "float64", moment(function, [Fraction(value) for value in kept], 1 if argument is None else argument)
    raise NotImplementedError(function)


def called(function):
    """`quantile(q=0.75)` as its name and the value of its parameter."""
    name, _, argument = function.rstrip(")").partition("(")
    return name, (float if "." in argument else int)(argument.partition("=")[2]) if argument else None


def between(kept, share):
    """The value that a share of the values lies below."""
    if not kept:
        return None
    ordered = [float(value) for value in sorted(kept, key=cmp_to_key(order))]
    place = share * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[min(math.floor(place) + 1, len(ordered) - 1)]
    part = place - math.floor(place)
    return low if part == 0 or low == high else low + (high - low) * part


def moment(function, kept, ddof):
    """Statistics by their definitions, exact until the last step."""
    n = len(kept)
    if n < {"skew": 3, "kurtosis": 4}.get(function, ddof + 1):
        return None
    mean = sum(kept, Fraction(0)) / n
    power = lambda exponent: sum(((value - mean) ** exponent for value in kept), Fraction(0))
    if function in ("var", "std", "sem"):
        variance = power(2) / (n - ddof)
        return float(variance) if function == "var" else math.sqrt(variance) if function == "std" else math.sqrt(variance / n)
    if power(2) == 0:
        return 0.0
    biased = power(2) / n
    if function == "skew":
        return float(power(3) / n) / float(biased) ** 1.5 * math.sqrt(n * (n - 1)) / (n - 2)
    excess = power(4) / n / biased**2 - 3
    return float(Fraction(n - 1, (n - 2) * (n - 3)) * ((n + 1) * excess + 6))


def total(values):
    if any(map(math.isnan, values)) or {data.INF, -data.INF} <= set(values):
        return data.NAN
    return math.fsum(values)


def reduced(frame, function, expr):
    if expr is None:
        return aggregated(function, None, [None] * sum(map(len, frame["partitions"])))
    dtype, run = compiled(expr, frame["schema"], frame)
    return aggregated(function, dtype, [run(row) for part in frame["partitions"] for row in part])


# --- frames --------------------------------------------------------------------------------------------------------------------------

def source(table):
    schema = [(field.name, data.dtype(field.type)) for field in data.SCHEMAS[table]]
    partitions = [[tuple(row[name] for name, _ in schema) for row in part] for part in data.PARTITIONS[table]]
    return {"schema": schema, "partitions": partitions, "ordered": True, "by_partition": False, "index": 0}


def name_of(expr):
    op, *args = expr
    return args[0] if op == "col" else args[1] if op == "alias" else name_of(args[0])


def projected(frame, named):
    """The index, then these expressions."""
    index = [(name, ["col", name]) for name, _ in frame["schema"][: frame["index"]]]
    columns = [(name, *compiled(expr, frame["schema"], frame)) for name, expr in index + named]
    partitions = [[tuple(run(row) for _, _, run in columns) for row in part] for part in frame["partitions"]]
    return {**frame, "schema": [(name, dtype) for name, dtype, _ in columns], "partitions": partitions}


def sized(frame, partitions, **more):
    return {**frame, "partitions": partitions, **more}


def cut(rows, parts):
    """Evenly, the rest going to the last ones."""
    return [rows[len(rows) * at // parts : len(rows) * (at + 1) // parts] for at in range(parts)]


def step(frame, verb, args):
    schema, partitions = frame["schema"], frame["partitions"]
    rows = [row for part in partitions for row in part]
    if verb == "filter":
        _, run = compiled(args[0], schema, frame)
        return sized(frame, [[row for row in part if run(row) is True] for part in partitions])
    if verb == "select":
        return projected(frame, [(name_of(expr), expr) for expr in args[0]])
    data_columns = [(name, ["col", name]) for name, _ in schema[frame["index"]:]]
    if verb == "assign":
        name, expr = args
        there = [at for at, (known, _) in enumerate(data_columns) if known == name]
        named = list(data_columns)
        named[there[0] if there else len(named): (there[0] + 1) if there else len(named)] = [(name, expr)]
        return projected(frame, named)
    if verb == "rename":
        return {**frame, "schema": [(args[0].get(name, name), dtype) for name, dtype in schema]}
    if verb == "drop":
        return projected(frame, [(name, expr) for name, expr in data_columns if name not in args[0]])
    if verb == "reset_index":
        return {**frame, "index": 0}
    if verb == "head":
        looked = partitions[: args[1]] if args[1] else partitions
        first = [row for part in looked for row in part][: args[0]]
        return sized(frame, [first], by_partition=frame["by_partition"] or args[1] is not None)
    if verb == "tail":
        last = partitions[-1]
        return sized(frame, [last[max(len(last) - args[0], 0):]], by_partition=True)
    if verb == "partitions":
        return sized(frame, [partitions[at] for at in args[0]], by_partition=True)
    if verb == "repartition":
        # Only the order of rows is recorded after it: where the cuts are belongs to tests of the verb.
        return sized(frame, cut(rows, args[0]), by_partition=frame["by_partition"])
    if verb in ("nlargest", "nsmallest"):
        compare = order_descending if verb == "nlargest" else order
        at = [[name for name, _ in schema].index(column) for column in args[1]]
        by = lambda a, b: next((found for found in (compare(a[i], b[i]) for i in at) if found), 0)
        return sized(frame, [sorted(rows, key=cmp_to_key(by))[: args[0]]])
    if verb == "agg":
        answers = [(name, *reduced(frame, function, expr)) for name, function, expr in args[0]]
        row = tuple(value for _, _, value in answers)
        return {**frame, "schema": [(name, dtype) for name, dtype, _ in answers], "partitions": [[row]], "ordered": True, "index": 0}
    if verb in ("len", "sum", "mean", "min", "max", "count", "prod", "any", "all", "nunique", "mode", "median", "quantile", "var", "std", "sem", "skew", "kurtosis"):
        expr = ["col", args[0]] if args else None
        dtype, value = reduced(frame, "size" if verb == "len" else verb, expr)
        return {**frame, "schema": [("value", dtype)], "partitions": [[(value,)]], "ordered": True, "index": 0}
    if verb == "groupby":
        return grouped(frame, args[0], rows)
    raise NotImplementedError(verb)


def aggregates_of(options):
    """The aggregates of a group-by step: name, function, expression."""
    if "agg" in options:
        return options["agg"]
    if options["verb"] == "size":
        return [["size", "size", None]]
    return [[name, options["verb"], ["col", name]] for name in options["columns"]]


def grouped(frame, options, rows):
    schema = frame["schema"]
    keys = [(name_of(expr), *compiled(expr, schema, frame)) for expr in options["keys"]]
    groups = {}
    for row in rows:
        key = tuple(group_key(run(row)) for _, _, run in keys)
        if options["dropna"] and any(value is None for value in key):
            continue
        # NaN is equal to nothing, not even as a dictionary's key.
        groups.setdefault(tuple("NaN" if is_nan(value) else (type(value), value) for value in key), (key, []))[1].append(row)
    found = list(groups.values())
    if options["sort"]:
        by = lambda a, b: next((found for found in map(order, a[0], b[0]) if found), 0)
        found.sort(key=cmp_to_key(by))
    answers = [[name, *compiled(expr, schema, frame)] if expr else [name, None, None] for name, _, expr in aggregates_of(options)]
    functions = [function for _, function, _ in aggregates_of(options)]
    table, dtypes = [], [aggregated(function, dtype, [])[0] for function, (_, dtype, _) in zip(functions, answers)]
    for key, members in found:
        values = [aggregated(f, dtype, [run(row) if run else None for row in members])[1] for f, (_, dtype, run) in zip(functions, answers)]
        table.append((*key, *values))
    columns = [(name, dtype) for name, dtype, _ in keys] + [(name, dtype) for (name, _, _), dtype in zip(answers, dtypes)]
    return {**frame, "schema": columns, "partitions": [table], "ordered": options["sort"], "index": len(keys)}


def answer(case):
    """The frame that a case gives."""
    frame = source(case["table"])
    for verb, *args in case["steps"]:
        frame = step(frame, verb, args)
    return frame


# --- text ----------------------------------------------------------------------------------------------------------------------------

def text(value, dtype):
    """A value as results print it; `None` for null."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else repr(value).replace("e+", "e")
    if isinstance(value, Decimal):
        return f"{value or Decimal(0):.{decimal_of(dtype)[1]}f}"
    if dtype.startswith("duration"):
        return f"{value}{dtype[9:-1]}"
    if isinstance(value, dt.datetime):
        zone = "Z" if value.tzinfo else ""
        digits = "" if not value.microsecond else f".{value.microsecond // 1000:03}" if "[ms" in dtype else f".{value.microsecond:06}"
        return f"{value.year:04}-{value:%m-%dT%H:%M:%S}{digits}{zone}"
    if isinstance(value, dt.date):
        return f"{value.year:04}-{value:%m-%d}"
    return str(value)
