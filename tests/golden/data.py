"""The rows of the golden tables, and the Parquet files they are stored in.

Three tables, small and awkward on purpose:

    awkward   96 rows in four files: dictionary pages in row groups of 16, no rows at all, plain pages of a few
              rows with a page index, columns that are null throughout a file
    events    4,800 rows in two files, sorted by `n`, row groups of 800, pages of about 100 rows: what pruning reads
    empty     columns and no rows
"""

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

NAN, INF = float("nan"), float("inf")
UTC = dt.timezone.utc
MAX, MIN = 2**63 - 1, -(2**63)

KEYS = ["eu", "us", "", None, "Zürich", "eu", "日本", "us", "eu"]
FLOATS = [1.5, -2.25, 0.0, -0.0, NAN, INF, None, 3.0, 1e300, 5e-324, -7.0, 0.1, 1e16, -INF, 2.5, None, 0.2]
FLOAT_KEYS = [0.0, -0.0, NAN, 1.5, None, -1.5, NAN]
SHORT_FLOATS = [0.5, -1.25, NAN, None, 16777216.0, 3.0, INF, -0.0]
INTS = [3, -7, 0, None, 5, -1, 2, 7, 0, 4, None]
BIGS = [MAX, MAX - 1, 0, None, MAX, 1, 2, 2**53 + 1]
BIGS_BELOW = [MIN, MIN + 2, 0, None, MIN, -1, -2, -(2**53) - 1]
UNSIGNED = [0, 1, 2**63, None, 7, 2**32, 9, 200]
TINY = [-128, 127, 0, None, 1, -1, 100]
TEXTS = [
    "", "a", "abcd", "abcdefgh", "abcdefghi", "abcdefghijkl", "abcdefghijklm", "abcdefghijklmnopqrstuvwxyz", None,
    "ß", "ẞ", "é", "e\u0301", "🦀", "🦀🦀🦀🦀", "NaN", "null", "a\nb", "a\tb", " a", "A", "日本語のとても長い文字列です",
]
BOOLS = [True, False, None, True, False, False]
DATES = [dt.date(1970, 1, 1), dt.date(1969, 12, 31), None, dt.date(2024, 2, 29), dt.date(1, 1, 1), dt.date(9999, 12, 31), dt.date(2024, 3, 1)]
STAMPS = [
    dt.datetime(1970, 1, 1), dt.datetime(1969, 12, 31, 23, 59, 59, 999999), dt.datetime(2024, 2, 29, 12, 34, 56),
    None, dt.datetime(2024, 2, 29, 12, 34, 56, 500000), dt.datetime(1900, 1, 1, 0, 0, 1), dt.datetime(2261, 1, 1),
]
MOMENTS = [dt.datetime(2024, 3, 31, 0, 30, tzinfo=UTC), None, dt.datetime(2024, 3, 31, 1, 0, 0, 250000, tzinfo=UTC), dt.datetime(1970, 1, 1, tzinfo=UTC)]
DECIMALS = [Decimal("0.00"), Decimal("-0.05"), Decimal("123.45"), None, Decimal("9999999999999.99"), Decimal("-9999999999999.99"), Decimal("2.50")]
TIES = [2, 1, 2, None, 3, 3, 1, 2, 3]
CATEGORIES = ["red", "green", None, "blue", "red", "red"]

AWKWARD = pa.schema([
    pa.field("id", pa.int64(), nullable=False), ("k", pa.string()), ("g", pa.int32()), ("x", pa.float64()),
    ("fk", pa.float64()), ("f32", pa.float32()), ("i", pa.int64()), ("big", pa.int64()), ("u", pa.uint64()), ("i8", pa.int8()),
    ("s", pa.string()), ("b", pa.bool_()), ("d", pa.date32()), ("ts", pa.timestamp("us")), ("tz", pa.timestamp("ms", tz="UTC")),
    ("dec", pa.decimal128(15, 2)), ("none_i", pa.int64()), ("none_s", pa.string()), ("tie", pa.int32()),
    ("cat", pa.dictionary(pa.int32(), pa.string())),
])
EVENTS = pa.schema([
    pa.field("n", pa.int64(), nullable=False), ("key", pa.int64()), ("name", pa.string()), ("v", pa.float64()), ("day", pa.date32()),
])
SCHEMAS = {"awkward": AWKWARD, "events": EVENTS, "empty": AWKWARD}


def dtype(arrow: pa.DataType) -> str:
    """The logical dtype of a column, by its one name."""
    if pa.types.is_dictionary(arrow):
        return dtype(arrow.value_type)
    if pa.types.is_decimal(arrow):
        return f"decimal({arrow.precision}, {arrow.scale})"
    if pa.types.is_timestamp(arrow):
        return f"timestamp[{arrow.unit}, {arrow.tz}]" if arrow.tz else f"timestamp[{arrow.unit}]"
    return {"double": "float64", "float": "float32", "date32[day]": "date"}.get(str(arrow), str(arrow))


def awkward(first: int, rows: int, quiet: bool, below: bool) -> list[dict]:
    """Rows `first`, `first + 1`, …: every column cycles through its values at a length of its own."""
    table = []
    for at in range(first, first + rows):
        def of(values):
            return values[at % len(values)]
        row = {
            "id": at, "k": of(KEYS), "g": [1, 2, 0, None, -1][at % 5], "x": of(FLOATS), "fk": of(FLOAT_KEYS), "f32": of(SHORT_FLOATS),
            "i": of(INTS), "big": of(BIGS_BELOW if below else BIGS), "u": of(UNSIGNED), "i8": of(TINY), "s": of(TEXTS), "b": of(BOOLS),
            "d": of(DATES), "ts": of(STAMPS), "tz": of(MOMENTS), "dec": of(DECIMALS), "none_i": None, "none_s": None, "tie": of(TIES),
            "cat": of(CATEGORIES),
        }
        if quiet:
            row |= dict.fromkeys(["k", "x", "s", "b", "d", "dec", "big"])
        table.append(row)
    return table


def events(first: int, rows: int) -> list[dict]:
    """Sorted by `n`; NaN and nulls stand alone in pages of numbers; one page has only NaN, one only nulls."""
    pick = random.Random(first)
    table = []
    for n in range(first, first + rows):
        v = float(n % 1000) / 8
        if n % 97 == 0:
            v = NAN
        if n % 89 == 0:
            v = None
        if 1600 <= n < 1700:
            v = NAN
        if 1700 <= n < 1800:
            v = None
        name = f"event {n // 400}" if n % 7 else f"an event with a long name, the {n // 400}th of its kind"
        day = dt.date(2020, 1, 1) + dt.timedelta(days=n // 100)
        table.append({"n": n, "key": None if n % 101 == 0 else pick.randrange(600), "name": name, "v": v, "day": day})
    return table


PARTITIONS = {
    "awkward": [awkward(0, 40, False, False), [], awkward(40, 32, False, True), awkward(72, 24, True, False)],
    "events": [events(0, 2400), events(2400, 2400)],
    "empty": [[]],
}


def write(folder: Path) -> None:
    """Writes every table as a folder of files, one a partition."""
    for table, partitions in PARTITIONS.items():
        target = folder / table
        target.mkdir(parents=True, exist_ok=True)
        for number, rows in enumerate(partitions):
            data = pa.Table.from_pylist(rows, schema=SCHEMAS[table])
            ways = [
                {"row_group_size": 16, "use_dictionary": True, "compression": "snappy"},
                {"compression": "none"},
                {"row_group_size": 20, "use_dictionary": False, "compression": "zstd", "data_page_size": 64, "write_batch_size": 4,
                 "write_page_index": True, "data_page_version": "2.0"},
                {"row_group_size": 24, "use_dictionary": ["k", "s"], "compression": "none", "write_page_index": True},
            ]
            way = ways[number]
            if table == "events":
                way = {"row_group_size": 800, "use_dictionary": ["name"], "compression": ["snappy", "zstd"][number], "data_page_size": 800,
                       "write_batch_size": 100, "write_page_index": True}
            pq.write_table(data, target / f"part.{number}.parquet", **way)
