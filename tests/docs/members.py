"""Records the public names of Dask's DataFrame API, which the map in tests/dask must have a row for.

    pip install -r tests/bench/peers/requirements.txt
    python tests/docs/members.py > tests/docs/tests/dask/members.txt

One line a group: its name, a colon, its members in order. A subclass lists what its parents have not.
"""

import inspect
import warnings

import dask
import dask.dataframe as dd
import yaml

warnings.filterwarnings("ignore")

from dask.dataframe.dask_expr import (  # noqa: E402
    _categorical,
    _collection,
    _datetime,
    _groupby,
    _rolling,
    _str_accessor,
)
from dask.dataframe.tseries import resample  # noqa: E402


def public(*classes):
    return {name for one in classes for name in dir(one) if not name.startswith("_")}


def parameters(function, *without):
    return [name for name in inspect.signature(function).parameters if name not in {"kwargs", *without}]


def settings(table, prefix):
    for name, value in sorted(table.items()):
        if isinstance(value, dict):
            yield from settings(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


frame = public(_collection.DataFrame)
base = public(_collection.FrameBase)
series = public(_collection.Series)
with open(inspect.getfile(dask).replace("__init__.py", "dask.yaml")) as file:
    config = yaml.safe_load(file)
config = {name: config[name] for name in ("dataframe", "optimization", "tokenize", "temporary-directory", "visualization", "admin")}

groups = {
    "dask.dataframe": dd.__all__,
    "read_parquet": parameters(dd.read_parquet, "path"),
    "to_parquet": parameters(dd.to_parquet, "df", "path"),
    "read_csv": parameters(dd.read_csv, "urlpath"),
    "to_csv": parameters(dd.to_csv, "df", "filename"),
    "read_json": parameters(dd.read_json, "url_path"),
    "to_json": parameters(dd.to_json, "df", "url_path"),
    "from_map": parameters(dd.from_map),
    "from_delayed": parameters(dd.from_delayed),
    "groupby": parameters(_collection.DataFrame.groupby, "self"),
    "map_partitions": parameters(_collection.DataFrame.map_partitions, "self"),
    "drop_duplicates": parameters(_collection.DataFrame.drop_duplicates, "self"),
    "value_counts": parameters(_collection.Series.value_counts, "self"),
    "DataFrame": frame,
    "Series": series - frame,
    "Index": public(_collection.Index) - series - frame,
    "Scalar": public(_collection.Scalar) - base,
    "str": public(_str_accessor.StringAccessor),
    "dt": public(_datetime.DatetimeAccessor),
    "cat": public(_categorical.CategoricalAccessor),
    "GroupBy": public(_groupby.GroupBy, _groupby.SeriesGroupBy),
    "Rolling": public(_rolling.Rolling),
    "Resampler": public(resample.Resampler),
    "configuration": settings({k: v for k, v in config.items()}, ""),
}

print(f"dask {dask.__version__}")
for group, members in groups.items():
    print(f"{group}: {' '.join(sorted(members))}")
