"""What the queries of the suites mean, as SQL, and which answers are small enough to fetch while the clock runs."""
import time

TABLES = {
    "sales": ("sales", "{data}/*.parquet"),
    "parquet-scan": ("g1", "{data}/g1/*.parquet"),
    "logs": ("logs", "{data}/*.csv"),
    "csv-read": ("g1", "{data}/*.csv"),
}

# The columns of text files, which every engine is told; `full-infer` alone leaves them to the engine.
COLUMNS = {
    "logs": {
        "date": "timestamp", "status": "string", "user_id": "int64",
        "level": "string", "message": "string", "latency": "float64",
    },
    "csv-read": {
        **{name: "string" for name in ("id1", "id2", "id3")},
        **{name: "int64" for name in ("id4", "id5", "id6", "v1", "v2")},
        "v3": "float64",
    },
}


def columns(suite, query):
    """The columns that an engine is told of, or nothing."""
    return None if query == "full-infer" else COLUMNS[suite]


SCAN = {
    "full": "select * from g1",
    "int": "select id4, id5, id6, v1, v2 from g1",
    "float": "select v3 from g1",
    "string": "select id1, id2, id3 from g1",
    "filter": "select * from g1 where v3 < 1.0",
    "count": "select count(*) as c from g1",
    "agg-int": "select sum(id4) as a, sum(id5) as b, sum(id6) as c, sum(v1) as d, sum(v2) as e from g1",
    "agg-float": "select sum(v3) as a from g1",
    "agg-string": "select max(id1) as a, max(id2) as b, max(id3) as c from g1",
}
CSV = {
    "full": "select * from g1",
    "full-infer": "select * from g1",
    "agg": "select id1, sum(v1) as v1 from g1 group by id1",
    "count": "select count(*) as c from g1",
}
FETCHED = {"agg", "count", "agg-int", "agg-float", "agg-string"}

SALES_FILTER = "select * from sales where amount > 5000"
SALES = {
    "region": "select region, sum(amount) as s from {} group by region",
    "category": "select category, avg(amount) as m from {} group by category",
    "nlargest": "select * from {} order by amount desc limit 10",
}

LOGS_FILTER = (
    "select date_trunc('hour', date) as date, status, user_id, level, message, latency from logs where status <> 'invalid'"
)
LOGS = {
    "hour": "select date, count(*) as n from {} group by date",
    "user": "select user_id, count(*) as n from {} group by user_id",
    "error-rate": "select avg(case when level = 'ERROR' then 1.0 else 0.0 end) as r from {}",
}
PIPELINES = {"sales": (SALES_FILTER, SALES), "logs": (LOGS_FILTER, LOGS)}


def sql(suite, query, fetch, keep, persist):
    """The query as a function that gives its answers by name, and the seconds of its stages if it has several.

    `fetch(text)` runs a query and fetches its rows, `keep(text)` leaves them with the engine, `persist(name, text)` makes a table
    of a query that later ones name.
    """
    if suite in ("parquet-scan", "csv-read"):
        run = fetch if query in FETCHED else keep
        text = (SCAN if suite == "parquet-scan" else CSV)[query]
        return lambda: ({"result": run(text)}, None)
    if query == "read":
        return lambda: ({"result": keep("select * from logs")}, None)
    kept, queries = PIPELINES[suite]
    if query != "pipeline":
        text = queries[query].format(f"({kept}) t")
        return lambda: ({query: fetch(text)}, None)
    parts = [("persist", lambda: persist("kept", kept))]
    parts += [(name, lambda text=text: fetch(text.format("kept"))) for name, text in queries.items()]
    return lambda: staged(parts)


def staged(parts):
    """Runs parts in turn; gives what each answered, `persist` left out, and how long each took."""
    answers, stages = {}, {}
    for name, part in parts:
        start = time.perf_counter()
        answer = part()
        stages[name] = time.perf_counter() - start
        if name != "persist":
            answers[name] = answer
    return answers, stages
