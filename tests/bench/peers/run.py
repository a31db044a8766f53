"""Times one query of one peer, under the contract every engine of the bench keeps (see ../README.md).

    run.py --engine E --suite S --query Q --data DIR --threads N --runs R --source file|memory --results OUT

Runs the query R times in this process, writes the last answer to OUT/<name>.arrow (<name> is `result`, or one file a part where a
query has several answers), and prints one line of JSON: version, wall seconds of each run, stages, resident memory in MiB.
Answers of many rows stay in the engine's own form of memory while the clock runs; small ones are fetched.
"""
import argparse
import gc
import importlib
import json
import os
import sys
import time

ENGINES = {"duckdb": "duckdb", "polars": "polars", "polars-streaming": "polars", "datafusion": "datafusion", "dask": "dask"}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=ENGINES, required=True)
    for name in ("suite", "query", "data", "results"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--source", choices=["file", "memory"], required=True)
    return parser.parse_args()


def status_mib(key):
    """A line of /proc/self/status in MiB, 0 where there is none."""
    try:
        with open("/proc/self/status") as lines:
            return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))
    except (OSError, StopIteration):
        return 0.0


def main():
    options = arguments()
    # Read by the engines when they are imported.
    for name in ("POLARS_MAX_THREADS", "TOKIO_WORKER_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"):
        os.environ[name] = str(options.threads)
    module = importlib.import_module(f"engine_{ENGINES[options.engine]}")
    engine = module.Engine(options.threads, streaming=options.engine.endswith("streaming"))
    engine.open(options.suite, options.query, options.data, options.source)
    gc.collect()
    base = status_mib("VmRSS")
    run = engine.query(options.query)
    wall, stages, answers = [], [], {}
    for _ in range(options.runs):
        answers = {}
        gc.collect()
        start = time.perf_counter()
        answers, stage = run()
        wall.append(time.perf_counter() - start)
        if stage:
            stages.append(stage)
    peak = status_mib("VmHWM")
    write(engine, answers, options.results)
    print(json.dumps({"version": engine.version, "wall": wall, "stages": stages, "rss_base_mb": base, "rss_peak_mb": peak}))


def write(engine, answers, folder):
    import pyarrow.ipc

    os.makedirs(folder, exist_ok=True)
    for name, answer in answers.items():
        table = engine.arrow(answer)
        with pyarrow.ipc.new_file(os.path.join(folder, f"{name}.arrow"), table.schema) as out:
            out.write_table(table)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    main()
