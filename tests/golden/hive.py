"""Records folders named `key=value` as other programs write them: `python hive.py`, in the environment of record.py.

Writes `data/hive/dask` and `data/hive/pyarrow`. `python hive.py FOLDER` reads a folder that swath wrote with these rows, partitioned
on `year` and `region`, with each of the other programs, and fails where one finds other rows.
"""

import shutil
import sys
from pathlib import Path

import dask.dataframe as dd
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds

HERE = Path(__file__).parent / "data" / "hive"
ROWS = [
    (2023, "eu", 1, 1.5),
    (2023, "us/west", 2, None),
    (2023, None, 3, 3.5),
    (2024, "eu", 4, 4.5),
    (2024, "a b=ü%", 5, 5.5),
    (2024, "eu", 6, 6.5),
]
SCHEMA = pa.schema([("year", pa.int64()), ("region", pa.string()), ("id", pa.int64()), ("amount", pa.float64())])


def table():
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row)) for row in ROWS], schema=SCHEMA)


def record():
    shutil.rmtree(HERE, ignore_errors=True)
    keys = ds.partitioning(pa.schema([SCHEMA.field("year"), SCHEMA.field("region")]), flavor="hive")
    ds.write_dataset(table(), HERE / "pyarrow", format="parquet", partitioning=keys)
    # Dask writes values as they are: those that are no names of folders it cannot, and rows without a key it leaves out.
    plain = [row for row in ROWS if row[1] == "eu"]
    frame = pd.DataFrame(plain, columns=SCHEMA.names)
    frame = dd.from_pandas(frame, npartitions=2)
    frame.to_parquet(HERE / "dask", partition_on=["year", "region"], write_index=False)


def plain(value):
    return None if value is None or value != value else value


def same(path):
    keys = ds.partitioning(pa.schema([SCHEMA.field("year"), SCHEMA.field("region")]), flavor="hive")
    names = SCHEMA.names
    frames = {
        "pyarrow": ds.dataset(path, partitioning=keys).to_table().select(names).to_pylist(),
        "polars": pl.read_parquet(path, hive_partitioning=True).select(names).to_dicts(),
        "duckdb": duckdb.sql(f"select {', '.join(names)} from read_parquet('{path}/**/*.parquet', hive_partitioning=true)")
        .to_arrow_table()
        .to_pylist(),
        # Neither reads a key that is missing anywhere: here none is.
        "dask": dd.read_parquet(f"{path}/year=2024").compute().astype({"region": str}).assign(year=2024).to_dict("records"),
        "pandas": pd.read_parquet(f"{path}/year=2024").astype({"region": str}).assign(year=2024).to_dict("records"),
    }
    wrong = False
    for engine, found in frames.items():
        found = sorted((tuple(plain(row[name]) for name in names) for row in found), key=lambda row: row[2])
        expected = [row for row in ROWS if row[0] == 2024] if engine in ("dask", "pandas") else ROWS
        expected = sorted(expected, key=lambda row: row[2])
        print(f"{engine}: {'the same rows' if found == expected else found}")
        wrong |= found != expected
    return not wrong


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(0 if same(sys.argv[1]) else 1)
    record()
