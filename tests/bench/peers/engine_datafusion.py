"""DataFusion. Answers that stay with the engine are its record batches."""
import datafusion
import pyarrow

from queries import COLUMNS, TABLES, columns, sql

TYPES = {
    "string": pyarrow.string(), "int64": pyarrow.int64(), "float64": pyarrow.float64(), "timestamp": pyarrow.timestamp("us"),
}


class Engine:
    def __init__(self, threads, streaming=False):
        self.version = datafusion.__version__
        config = datafusion.SessionConfig().with_target_partitions(threads)
        # Rows are filtered while they are decoded, as every other engine here does.
        config = config.set("datafusion.execution.parquet.pushdown_filters", "true")
        self.context = datafusion.SessionContext(config)

    def open(self, suite, query, data, source):
        self.suite = suite
        name, files = TABLES[suite]
        folder = files.format(data=data).rsplit("/", 1)[0]
        on_disk = name if source == "file" else "on_disk"
        if suite in COLUMNS:
            told = columns(suite, query)
            schema = told and pyarrow.schema([(name, TYPES[dtype]) for name, dtype in told.items()])
            self.context.register_csv(on_disk, folder, schema=schema, has_header=True)
        else:
            self.context.register_parquet(on_disk, folder)
        if source != "file":
            self.persist(name, "select * from on_disk")

    def query(self, query):
        return sql(self.suite, query, self.collect, self.collect, self.persist)

    def collect(self, text):
        frame = self.context.sql(text)
        return frame.schema(), frame.collect()

    def persist(self, name, text):
        if self.context.table_exist(name):
            self.context.deregister_table(name)
        partitions = self.context.sql(text).collect_partitioned()
        self.context.register_record_batches(name, partitions)

    def arrow(self, answer):
        schema, batches = answer
        return pyarrow.Table.from_batches(batches, schema=batches[0].schema if batches else schema)
