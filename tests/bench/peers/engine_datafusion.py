"""DataFusion. Answers that stay with the engine are its record batches."""
import datafusion
import pyarrow

from queries import TABLES, sql


class Engine:
    def __init__(self, threads, streaming=False):
        self.version = datafusion.__version__
        config = datafusion.SessionConfig().with_target_partitions(threads)
        # Rows are filtered while they are decoded, as every other engine here does.
        config = config.set("datafusion.execution.parquet.pushdown_filters", "true")
        self.context = datafusion.SessionContext(config)

    def open(self, suite, data, source):
        self.suite = suite
        name, files = TABLES[suite]
        folder = files.format(data=data).rsplit("/", 1)[0]
        if source == "file":
            self.context.register_parquet(name, folder)
        else:
            self.context.register_parquet("on_disk", folder)
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
