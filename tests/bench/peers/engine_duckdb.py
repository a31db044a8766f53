"""DuckDB. Answers that stay with the engine are temporary tables."""
import duckdb

from queries import COLUMNS, TABLES, columns, sql

TYPES = {"string": "VARCHAR", "int64": "BIGINT", "float64": "DOUBLE", "timestamp": "TIMESTAMP"}


class Engine:
    def __init__(self, threads, streaming=False):
        self.version = duckdb.__version__
        self.db = duckdb.connect()
        self.db.execute(f"set threads = {threads}")
        # Its fast setting; no query here asks for an order of rows that this gives up.
        self.db.execute("set preserve_insertion_order = false")
        self.db.execute("set enable_progress_bar = false")

    def open(self, suite, query, data, source):
        self.suite = suite
        name, files = TABLES[suite]
        kind = "view" if source == "file" else "table"
        read = self.csv(suite, query) if suite in COLUMNS else "read_parquet('{}')"
        self.db.execute(f"create {kind} {name} as select * from " + read.format(files.format(data=data)))

    def csv(self, suite, query):
        told = columns(suite, query)
        if told is None:
            return "read_csv('{}')"
        types = ", ".join(f"'{name}': '{TYPES[dtype]}'" for name, dtype in told.items())
        return "read_csv('{}', header=true, auto_detect=false, delim=',', quote='\"', columns={{" + types + "}})"

    def query(self, query):
        return sql(self.suite, query, self.fetch, self.keep, self.persist)

    def fetch(self, text):
        return self.db.sql(text).to_arrow_table()

    def keep(self, text):
        self.persist("answer", text)
        return "answer"

    def persist(self, name, text):
        self.db.execute(f"create or replace temp table {name} as {text}")

    def arrow(self, answer):
        return self.fetch(f"select * from {answer}") if isinstance(answer, str) else answer
