"""Records how other programs read and write text: `python text.py`, in the environment of record.py.

Writes `text.json`: what pandas' C parser makes of numbers with separators and of carriage returns, and how pandas and Polars write
moments in letters of `strftime`.
"""

import datetime
import io
import json
from pathlib import Path

import pandas as pd
import polars as pl

HERE = Path(__file__).parent

# Names of options are pandas'; what swath calls otherwise, the test knows.
READ = [
    ("a;b\n1.234;1,5\n-1.000.000;-1.234,75\n;\n", dict(sep=";", decimal=",", thousands=".")),
    ("a;b\n1..2;1.5\n3;2\n", dict(sep=";", decimal=",", thousands=".")),
    ("a;b\n1.;,5\n12.3;5,\n", dict(sep=";", decimal=",", thousands=".")),
    ("a;b\n.1;x\n2;y\n", dict(sep=";", decimal=",", thousands=".")),
    ("a;b\n1,5e3;-0,25E-2\n2;1\n", dict(sep=";", decimal=",")),
    ("a;b\n1.5;1,5\n2,5;2\n", dict(sep=";", decimal=",")),
    ('a,b\n"1,234","5,678.5"\n12,"-1,000"\n', dict(thousands=",")),
    ("a,b\n1 234,5\n12,1 000.5\n", dict(thousands=" ")),
    ("a,b\n1_234,x\n5,1_0\n", dict(thousands="_")),
    ("a,b\n1.234.5,1\n2,2\n", dict(thousands=".", decimal="!")),
    ("a,b\r1,2\r\r3,4\r", {}),
    ("a,b\r\n1,2\r3,4\n5,6\r\r\n7,8", {}),
    ('a,b\r1,"x\ry"\r2,"z\r\n"\r', {}),
    ("junk\rmore\ra,b\r1,2\r", dict(skiprows=2)),
    ("a,b\n1,2#x\r#y\r3,4\r", dict(comment="#")),
]


def read(text, options):
    frame = pd.read_csv(io.StringIO(text, newline=""), **options)
    kinds = {"i": "integer", "f": "float"}
    return {
        "text": text,
        "options": options,
        "kinds": [kinds.get(frame[name].dtype.kind, "text") for name in frame],
        "rows": [[None if pd.isna(value) else value for value in row] for row in frame.astype(object).values.tolist()],
    }


MOMENTS = [datetime.datetime(2024, 1, 31, 23, 5, 7), datetime.datetime(1999, 12, 31, 0, 0, 0), None]
WRITE = ["%d.%m.%Y %H:%M", "%Y%m%dT%H%M%S", "%H:%M:%S, %d/%m/%y", "%Y-%j", "%b %d %Y"]


def written(letters):
    columns = {"n": [1, 2, 3], "at": MOMENTS}
    pandas = pd.DataFrame(columns).to_csv(index=False, date_format=letters)
    polars = pl.DataFrame(columns).write_csv(datetime_format=letters)
    # Polars does not quote a delimiter that the letters bring.
    assert pandas.replace('"', "") == polars, (pandas, polars)
    return {"letters": letters, "text": pandas}


answers = {
    "pandas": pd.__version__,
    "polars": pl.__version__,
    "read": [read(*case) for case in READ],
    "written": [written(letters) for letters in WRITE],
}
(HERE / "text.json").write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
