"""Dask DataFrame on its threaded scheduler. Answers of many rows stay as persisted partitions."""
import dask
import dask.dataframe as dd
import pyarrow

from queries import FETCHED, TABLES, staged

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


class Engine:
    def __init__(self, threads, streaming=False):
        self.version = dask.__version__
        dask.config.set({"scheduler": "threads", "num_workers": threads, "dataframe.convert-string": True})

    def open(self, suite, data, source):
        self.suite = suite
        files = TABLES[suite][1].format(data=data)
        read = lambda: dd.read_parquet(files)
        loaded = None if source == "file" else keep(read())
        self.scan = read if loaded is None else lambda: loaded

    def query(self, query):
        if self.suite == "parquet-scan":
            if query in FETCHED:
                return lambda: ({"result": one_row(SCAN[query](self.scan()))}, None)
            return lambda: ({"result": keep(SCAN[query](self.scan()))}, None)
        if query != "pipeline":
            return lambda: ({query: SALES[query](self.filtered()).compute()}, None)
        return self.pipeline

    def pipeline(self):
        kept = {}

        def persist():
            kept["frame"] = self.filtered().persist()

        parts = [("persist", persist)]
        parts += [(name, lambda part=part: part(kept["frame"]).compute()) for name, part in SALES.items()]
        return staged(parts)

    def filtered(self):
        sales = self.scan()
        return sales[sales.amount > 5000]

    def arrow(self, answer):
        if isinstance(answer, pyarrow.Table):
            return answer
        frame = answer.compute() if isinstance(answer, dd.DataFrame) else answer
        if frame.index.name is not None:
            frame = frame.reset_index()
        return pyarrow.Table.from_pandas(frame, preserve_index=False)


def keep(frame):
    # The identity keeps a bare projected read from being simplified away before it is persisted.
    return frame.map_partitions(lambda part: part).persist()


def one_row(scalars):
    values = dask.compute(*scalars.values())
    return pyarrow.table({name: [value.item() if hasattr(value, "item") else value] for name, value in zip(scalars, values)})
