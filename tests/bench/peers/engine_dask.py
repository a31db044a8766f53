"""Dask DataFrame on its threaded scheduler. Answers of many rows stay as persisted partitions."""
import dask
import dask.dataframe as dd
import pyarrow

from queries import COLUMNS, FETCHED, TABLES, columns, staged

SCAN = {
    "full": lambda g1: g1,
    "int": lambda g1: g1[["id4", "id5", "id6", "v1", "v2"]],
    "float": lambda g1: g1[["v3"]],
    "string": lambda g1: g1[["id1", "id2", "id3"]],
    "filter": lambda g1: g1[g1.v3 < 1.0],
    "count": lambda g1: {"c": g1.index.size},
    "agg-int": lambda g1: dict(zip("abcde", (g1[name].sum() for name in ("id4", "id5", "id6", "v1", "v2")))),
    "agg-float": lambda g1: {"a": g1.v3.sum()},
    "agg-string": lambda g1: dict(zip("abc", (g1[name].max() for name in ("id1", "id2", "id3")))),
}

SALES = {
    "region": lambda kept: kept.groupby("region").amount.sum().rename("s"),
    "category": lambda kept: kept.groupby("category").amount.mean().rename("m"),
    "nlargest": lambda kept: kept.nlargest(10, "amount"),
}

CSV = {
    "full": lambda g1: g1,
    "full-infer": lambda g1: g1,
    "agg": lambda g1: g1.groupby("id1").v1.sum(),
    "count": lambda g1: {"c": g1.index.size},
}

LOGS = {
    "hour": lambda kept: kept.groupby("date").size().rename("n"),
    "user": lambda kept: kept.groupby("user_id").size().rename("n"),
    "error-rate": lambda kept: (kept.level == "ERROR").mean(),
}


def cleaned(logs):
    return logs[logs.status != "invalid"].assign(date=lambda part: part.date.dt.floor("h"))


FILTERS = {"sales": lambda sales: sales[sales.amount > 5000], "logs": cleaned}


class Engine:
    def __init__(self, threads, streaming=False):
        self.version = dask.__version__
        dask.config.set({"scheduler": "threads", "num_workers": threads, "dataframe.convert-string": True})

    def open(self, suite, query, data, source):
        self.suite = suite
        self.queries = LOGS if suite == "logs" else SALES
        files = TABLES[suite][1].format(data=data)
        read = lambda: dd.read_parquet(files)
        if suite in COLUMNS:
            told = columns(suite, query) or {}
            dates = [name for name, dtype in told.items() if dtype == "timestamp"]
            dtypes = {name: dtype for name, dtype in told.items() if dtype != "timestamp"}
            read = lambda: dd.read_csv(files, dtype=dtypes or None, parse_dates=dates or False)
        loaded = None if source == "file" else keep(read())
        self.scan = read if loaded is None else lambda: loaded

    def query(self, query):
        if self.suite in ("parquet-scan", "csv-read"):
            of = SCAN if self.suite == "parquet-scan" else CSV
            if query == "agg":
                return lambda: ({"result": of[query](self.scan()).compute()}, None)
            if query in FETCHED:
                return lambda: ({"result": one_row(of[query](self.scan()))}, None)
            return lambda: ({"result": keep(of[query](self.scan()))}, None)
        if query == "read":
            return lambda: ({"result": keep(self.scan())}, None)
        if query != "pipeline":
            return lambda: ({query: one(query, self.queries[query](self.filtered()))}, None)
        return self.pipeline

    def pipeline(self):
        kept = {}

        def persist():
            kept["frame"] = self.filtered().persist()

        parts = [("persist", persist)]
        parts += [(name, lambda name=name, part=part: one(name, part(kept["frame"]))) for name, part in self.queries.items()]
        return staged(parts)

    def filtered(self):
        return FILTERS[self.suite](self.scan())

    def arrow(self, answer):
        if isinstance(answer, pyarrow.Table):
            return answer
        frame = answer.compute() if isinstance(answer, dd.DataFrame) else answer
        if frame.index.name is not None:
            frame = frame.reset_index()
        return pyarrow.Table.from_pandas(frame, preserve_index=False)


def one(name, answer):
    return one_row({"r": answer}) if name == "error-rate" else answer.compute()


def keep(frame):
    # The identity keeps a bare projected read from being simplified away before it is persisted.
    return frame.map_partitions(lambda part: part).persist()


def one_row(scalars):
    values = dask.compute(*scalars.values())
    return pyarrow.table({name: [value.item() if hasattr(value, "item") else value] for name, value in zip(scalars, values)})
