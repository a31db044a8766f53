"""Polars, with its in-memory engine or its streaming one. Answers are its data frames."""
import polars as pl

from queries import COLUMNS, TABLES, columns, staged

TYPES = {"string": pl.String, "int64": pl.Int64, "float64": pl.Float64, "timestamp": pl.Datetime("us")}

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

CSV = {
    "full": lambda g1: g1,
    "full-infer": lambda g1: g1,
    "agg": lambda g1: g1.group_by("id1").agg(pl.sum("v1")),
    "count": lambda g1: g1.select(c=pl.len()),
}

LOGS = {
    "hour": lambda kept: kept.group_by("date").agg(n=pl.len()),
    "user": lambda kept: kept.group_by("user_id").agg(n=pl.len()),
    "error-rate": lambda kept: kept.select(r=(pl.col("level") == "ERROR").mean()),
}

FILTERS = {
    "sales": lambda scan: scan.filter(pl.col("amount") > 5000),
    "logs": lambda scan: scan.filter(pl.col("status") != "invalid").with_columns(pl.col("date").dt.truncate("1h")),
}


class Engine:
    def __init__(self, threads, streaming=False):
        self.version = pl.__version__
        self.engine = "streaming" if streaming else "in-memory"

    def open(self, suite, query, data, source):
        self.suite = suite
        self.queries = LOGS if suite == "logs" else SALES
        files = TABLES[suite][1].format(data=data)
        read = lambda: pl.scan_parquet(files)
        if suite in COLUMNS:
            told = columns(suite, query)
            schema = told and {name: TYPES[dtype] for name, dtype in told.items()}
            read = lambda: pl.scan_csv(files, schema=schema)
        loaded = None if source == "file" else read().collect()
        # A frame is built anew for each run, as part of what is timed.
        self.scan = read if loaded is None else loaded.lazy

    def query(self, query):
        if self.suite in ("parquet-scan", "csv-read"):
            of = SCAN if self.suite == "parquet-scan" else CSV
            return lambda: ({"result": self.collect(of[query](self.scan()))}, None)
        if query == "read":
            return lambda: ({"result": self.collect(self.scan())}, None)
        if query != "pipeline":
            return lambda: ({query: self.collect(self.queries[query](self.filtered()))}, None)
        return self.pipeline

    def pipeline(self):
        kept = {}

        def persist():
            kept["frame"] = self.collect(self.filtered()).lazy()

        parts = [("persist", persist)]
        parts += [(name, lambda part=part: self.collect(part(kept["frame"]))) for name, part in self.queries.items()]
        return staged(parts)

    def filtered(self):
        return FILTERS[self.suite](self.scan())

    def collect(self, frame):
        return frame.collect(engine=self.engine)

    def arrow(self, answer):
        return answer.to_arrow()
