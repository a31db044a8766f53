"""Whether two folders hold the same answers: answers.py OURS THEIRS

Column names do not count, their order does. Rows may come in any order. Up to a hundred thousand rows every value is compared,
floats to a relative 1e-9; above that the number of rows, and of each column nulls, sum, least and greatest value, and for strings
the sum of lengths. Prints the first difference of each answer and exits with 1 if there is one.
"""
import glob
import math
import os
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

EXACT_ROWS = 100_000
TOLERANCE = 1e-9


def main():
    ours, theirs = (load(folder) for folder in sys.argv[1:3])
    if not ours or set(ours) != set(theirs):
        sys.exit(f"answers {sorted(ours)} and {sorted(theirs)}")
    found = [f"{name}: {difference}" for name in sorted(ours) if (difference := compare(ours[name], theirs[name]))]
    if found:
        sys.exit("\n".join(found))


def load(folder):
    tables = {}
    for path in glob.glob(os.path.join(folder, "*.arrow")):
        with pa.memory_map(path) as file:
            table = pa.ipc.open_file(file).read_all()
        columns = [plain(column) for column in table.columns]
        tables[os.path.basename(path)] = pa.table(columns, names=[str(i) for i in range(len(columns))])
    return tables


def plain(column):
    """The column in one of few types: strings, 64-bit floats, 64-bit integers."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.large_string())
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    if pa.types.is_decimal(kind) and kind.scale == 0:
        return column.cast(pa.int64())
    return column.cast(pa.float64())


def compare(ours, theirs):
    """What differs first, or nothing."""
    if ours.num_rows != theirs.num_rows:
        return f"{ours.num_rows} rows and {theirs.num_rows}"
    if ours.num_columns != theirs.num_columns:
        return f"{ours.num_columns} columns and {theirs.num_columns}"
    if ours.num_rows <= EXACT_ROWS:
        ours, theirs = ordered(ours), ordered(theirs)
    for number in range(ours.num_columns):
        a, b = ours.column(number), theirs.column(number)
        values = zip(a.to_pylist(), b.to_pylist()) if ours.num_rows <= EXACT_ROWS else zip(summary(a), summary(b))
        for at, (x, y) in enumerate(values):
            if not same(x, y):
                return f"column {number}, {'row' if ours.num_rows <= EXACT_ROWS else 'fact'} {at}: {x!r} and {y!r}"
    return None


def ordered(table):
    # Exact columns first, so that floats that differ in their last bits do not change the order of rows.
    names = sorted(table.column_names, key=lambda name: pa.types.is_floating(table.column(name).type))
    return table.sort_by([(name, "ascending") for name in names])


def summary(column):
    facts = [column.null_count]
    if pa.types.is_large_string(column.type):
        return facts + [pc.sum(pc.binary_length(column)).as_py(), pc.min(column).as_py(), pc.max(column).as_py()]
    return facts + [pc.sum(column).as_py(), pc.min(column).as_py(), pc.max(column).as_py()]


def same(x, y):
    if isinstance(x, float) and isinstance(y, (float, int)) or isinstance(y, float) and isinstance(x, int):
        return math.isclose(x, y, rel_tol=TOLERANCE, abs_tol=1e-12) or (math.isnan(x) and math.isnan(y))
    return x == y


if __name__ == "__main__":
    main()
