"""Polars, with its in-memory engine or its streaming one. Answers are its data frames."""
import polars as pl

from queries import TABLES, staged

SCAN = {
    "full": lambda g1: g1,
    "int": lambda g1: g1.select("id4", "id5", "id6", "v1", "v2"),
    "float": lambda g1: g1.select("v3"),
    "string": lambda g1: g1.select("id1", "id2", "id3"),
    "filter": lambda g1: g1.filter(pl.col("v3") < 1.0),
    "count": lambda g1: g1.select(c=pl.len()),
    "agg-int": lambda g1: g1.select(a=pl.sum("id4"), b=pl.sum("id5"), c=pl.sum("id6"), d=pl.sum("v1"), e=pl.sum("v2")),
    "agg-float": lambda g1: g1.select(a=pl.sum("v3")),
    "agg-string": lambda g1: g1.select(a=pl.max("id1"), b=pl.max("id2"), c=pl.max("id3")),
}

SALES = {
    "region": lambda kept: kept.group_by("region").agg(s=pl.sum("amount")),
    "category": lambda kept: kept.group_by("category").agg(m=pl.mean("amount")),
    "nlargest": lambda kept: kept.top_k(10, by="amount"),
}


class Engine:
    def __init__(self, threads, streaming=False):
        self.version = pl.__version__
        self.engine = "streaming" if streaming else "in-memory"

    def open(self, suite, data, source):
        self.suite = suite
        files = TABLES[suite][1].format(data=data)
        loaded = None if source == "file" else pl.read_parquet(files)
        # A frame is built anew for each run, as part of what is timed.
        self.scan = (lambda: pl.scan_parquet(files)) if loaded is None else loaded.lazy

    def query(self, query):
        if self.suite == "parquet-scan":
            return lambda: ({"result": self.collect(SCAN[query](self.scan()))}, None)
        if query != "pipeline":
            return lambda: ({query: self.collect(SALES[query](self.filtered()))}, None)
        return self.pipeline

    def pipeline(self):
        kept = {}

        def persist():
            kept["frame"] = self.collect(self.filtered()).lazy()

        parts = [("persist", persist)]
        parts += [(name, lambda part=part: self.collect(part(kept["frame"]))) for name, part in SALES.items()]
        return staged(parts)

    def filtered(self):
        return self.scan().filter(pl.col("amount") > 5000)

    def collect(self, frame):
        return frame.collect(engine=self.engine)

    def arrow(self, answer):
        return answer.to_arrow()
