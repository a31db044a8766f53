"""Records what pandas answers for functions of text and times: `python functions.py` in the environment of record.py writes `functions.json`.

A case names a function of the expression table, its literal arguments and parameters, and a column; the answers are JSON values,
times as ISO 8601 text in the form that results print.
"""

import json
import math
import re
from pathlib import Path

import pandas as pd

TEXTS = [
    "", "a", "Ab c", "ÄÖß x", "123", "-7", "+12", "  pad ", "a,b,,c", "x.y.z", "Straße", "tab\tx", None, "½", "Ⅻ", "٣", "hello WORLD foo",
    "aaa", "2024-02-29", "𝄞clef", "it's A test", "xxabxx", "a-b_c", "line\nbreak", "ÉCOLE élan", " ", "TITLE", "Title Case", "0x1F", "a%b",
    "longer than twelve bytes, and then some more", "longer than twelve bytez",
]
TIMES = [
    "1969-12-31T23:59:59.999999", "1970-01-01T00:00:00", "2024-02-29T12:34:56.789012", "2024-03-31T00:30:00", "2024-03-31T01:30:00", "2024-10-27T00:30:00",
    "2024-10-27T01:30:00", "2023-01-01T00:00:00", "2021-01-03T05:00:00", "2020-12-31T23:59:59", "1900-03-01T00:07:30", "2100-02-28T18:00:00", None,
    "2024-12-30T00:00:00.000001", "2024-06-30T23:52:30", "2024-07-01T00:00:00", "1600-01-31T11:11:11",
]
SPANS = [0, 1, -1, 86_400_000_000, 86_399_999_999, -86_400_000_001, 3_600_000_000, None, 123_456_789_012_345]


def plain(value):
    """A pandas value as JSON, in the texts that swath prints."""
    if value is None or value is pd.NaT or isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, pd.Timestamp):
        text = value.strftime("%Y-%m-%dT%H:%M:%S")
        if value.year < 1000:
            raise ValueError("years are written with four digits")
        micros = value.microsecond
        text += f".{micros:06}" if micros else ""
        if value.tzinfo is not None:
            offset = value.strftime("%z")
            seconds = f":{offset[5:]}" if offset[5:] else ""
            text += "Z" if offset == "+0000" else f"{offset[:3]}:{offset[3:5]}{seconds}"
        return text
    if isinstance(value, pd.Timedelta):
        return f"{value.value // 1000}us"
    if isinstance(value, (list, tuple)):
        return list(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return bool(value)
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        return value
    return int(value)


CASES = []


def record(function, column, answer, *args, **params):
    CASES.append({"function": function, "column": column, "args": list(args), "params": params, "answers": [plain(one) for one in answer]})


def text(function, of, *args, **params):
    series = pd.Series(TEXTS, dtype=object)
    record(function, "text", list(of(series.str)), *args, **params)


def texts():
    for name in ["lower", "upper", "capitalize", "title", "swapcase", "casefold", "strip", "lstrip", "rstrip", "len", "isalpha", "isalnum", "isdigit", "isdecimal",
                 "isnumeric", "isspace", "islower", "isupper", "istitle"]:
        text(f"str.{name}", lambda s, name=name: getattr(s, name)())
    for chars in ["x", "ab ", "-+.0"]:
        text("str.strip_chars", lambda s: s.strip(chars), chars)
        text("str.lstrip_chars", lambda s: s.lstrip(chars), chars)
        text("str.rstrip_chars", lambda s: s.rstrip(chars), chars)
    for part in ["a", "xx", "Str", "c", ""]:
        text("str.removeprefix", lambda s: s.removeprefix(part), part)
        text("str.removesuffix", lambda s: s.removesuffix(part), part)
        text("str.startswith", lambda s: s.startswith(part), part)
        text("str.endswith", lambda s: s.endswith(part), part)
        text("str.find", lambda s: s.find(part), part)
        text("str.rfind", lambda s: s.rfind(part), part)
        text("str.contains", lambda s: s.contains(part, regex=False), part, regex=False)
        text("str.count", lambda s: s.count(re.escape(part)), part, regex=False)
    for pattern in ["a", "[0-9]+", "^.$", "(a|b)+", r"\s", "(?i)a", "é$", r"\w+,"]:
        text("str.contains", lambda s: s.contains(pattern), pattern, regex=True)
        text("str.match", lambda s: s.match(pattern), pattern)
        text("str.fullmatch", lambda s: s.fullmatch(pattern), pattern)
        text("str.count", lambda s: s.count(pattern), pattern, regex=True)
        text("str.replace", lambda s: s.replace(pattern, "<>", regex=True), pattern, "<>", None, regex=True)
        text("str.replace", lambda s: s.replace(pattern, "<>", n=1, regex=True), pattern, "<>", 1, regex=True)
        text("str.split", lambda s: s.split(pattern.replace("(a|b)+", "(?:a|b)+"), regex=True), pattern, regex=True)
    for pattern in ["a", ".", ",", "aa", "x.y"]:
        text("str.replace", lambda s: s.replace(pattern, "", regex=False), pattern, "", None, regex=False)
        text("str.replace", lambda s: s.replace(pattern, "$1", n=1, regex=False), pattern, "$1", 1, regex=False)
        text("str.split", lambda s: s.split(pattern, regex=False), pattern, regex=False)
    text("str.replace", lambda s: s.replace("([a-z])([0-9])", r"\2-\1", regex=True), "([a-z])([0-9])", "$2-$1", None, regex=True)
    text("str.split_whitespace", lambda s: s.split())
    for pattern, group in [("([a-z]+)", 1), ("([a-z])([^a-z])", 2), ("(?P<first>.)", 1)]:
        text("str.extract", lambda s: s.extract(pattern).iloc[:, group - 1], pattern, group)
    for position in [0, 2, -1, -3, 40]:
        text("str.get", lambda s: s.get(position), position)
    for start, stop in [(0, 3), (1, None), (-3, None), (0, -1), (-4, -2), (5, 2), (100, None), (-100, 2)]:
        text("str.slice", lambda s: s.slice(start, stop), start, stop)
        text("str.slice_replace", lambda s: s.slice_replace(start, stop, "<>"), start, stop, "<>")
    for separator, most in [("x", 1), (" ", 2), (",", 1), ("a", 9), ("ß", 0)]:
        # To pandas, 0 is all of them.
        if most:
            text("str.splitn", lambda s: s.split(separator, n=most, regex=False), separator, most, regex=False)
            text("str.rsplit", lambda s: s.rsplit(separator, n=most), separator, most)
        text("str.partition", lambda s: s.partition(separator, expand=False), separator)
        text("str.rpartition", lambda s: s.rpartition(separator, expand=False), separator)
    text("str.splitn", lambda s: s.split("[ ,]", n=2, regex=True), "[ ,]", 2, regex=True)
    for pattern in ["a", "[0-9]+", "[a-z]+ ?", ""]:
        text("str.findall", lambda s: s.findall(pattern), pattern)
    for letters, others in [("abc", "xyz"), ("aaé ", "1"), ("", "x"), ("lo", "öü")]:
        table = {ord(letter): others[at] if at < len(others) else None for at, letter in reversed(list(enumerate(letters)))}
        text("str.translate", lambda s: s.translate(table), letters, others)
    # Before a word that is longer than a line, Python leaves a blank at the end of a full one.
    for width in [4, 7, 12]:
        text("str.wrap", lambda s: s.wrap(width, expand_tabs=False, break_on_hyphens=False), width)
    for width in [0, 4, 7, 20]:
        text("str.ljust", lambda s: s.ljust(width, "*"), width, "*")
        text("str.rjust", lambda s: s.rjust(width, "ä"), width, "ä")
        text("str.center", lambda s: s.center(width, "."), width, ".")
        text("str.zfill", lambda s: s.zfill(width), width)
        text("str.repeat", lambda s: s.repeat(width // 4), width // 4)


def moments(column, series):
    dt = series.dt
    for name, attribute in {"year": "year", "month": "month", "day": "day", "hour": "hour", "minute": "minute", "second": "second", "microsecond": "microsecond",
                            "nanosecond": "nanosecond", "dayofweek": "dayofweek", "dayofyear": "dayofyear", "quarter": "quarter", "days_in_month": "days_in_month",
                            "is_leap_year": "is_leap_year", "is_month_start": "is_month_start", "is_month_end": "is_month_end",
                            "is_quarter_start": "is_quarter_start", "is_quarter_end": "is_quarter_end", "is_year_start": "is_year_start",
                            "is_year_end": "is_year_end", "date": "date"}.items():
        answers = getattr(dt, attribute)
        # pandas says false where there is no time; a missing answer is null here.
        record(f"dt.{name}", column, [None if pd.isna(time) else answer for time, answer in zip(series, answers)])
    calendar = dt.isocalendar()
    record("dt.week", column, [None if pd.isna(week) else week for week in calendar["week"]])
    record("dt.isoyear", column, [None if pd.isna(year) else year for year in calendar["year"]])
    record("dt.day_name", column, dt.day_name())
    record("dt.month_name", column, dt.month_name())
    # A repeated hour stays the one it was.
    summer = [not pd.isna(one) and bool(one.tzinfo and one.dst()) for one in series]
    for frequency in ["h", "15min", "1D", "7min", "1s", "1ms", "36h"]:
        for way in ["floor", "ceil", "round"]:
            rounded = getattr(dt, way)(frequency, ambiguous=summer, nonexistent="shift_forward") if column != "time" else getattr(dt, way)(frequency)
            record(f"dt.{way}", column, rounded, frequency)
    for format in ["%Y-%m-%d", "%d.%m.%y %H:%M:%S", "%j %U %W %V %G %u %w", "%a %A %b %B %I %p %f%%"]:
        record("dt.strftime", column, dt.strftime(format), format)
    for months in [1, -1, 12, 13]:
        record("dt.offset_by", column, [None if pd.isna(one) else one + pd.DateOffset(months=months) for one in series], f"{months}mo")
    record("dt.offset_by", column, [None if pd.isna(one) else one + pd.Timedelta(hours=36, minutes=-1) for one in series], "2159min")


def times():
    series = pd.Series(pd.to_datetime(TIMES, format="ISO8601").astype("datetime64[us]"))
    moments("time", series)
    utc = series.dt.tz_localize("UTC")
    record("dt.tz_localize", "time", utc, zone="UTC")
    zurich = utc.dt.tz_convert("Europe/Zurich")
    local = zurich.dt.tz_localize(None)
    record("dt.tz_convert", "utc", zurich, zone="Europe/Zurich")
    record("dt.tz_convert", "utc", utc.dt.tz_convert(None))
    moments("zurich", zurich)
    record("dt.tz_localize", "zurich", local)
    record("dt.tz_localize", "time", series.dt.tz_localize("Europe/Zurich", ambiguous=[True] * len(series), nonexistent="shift_forward"),
           zone="Europe/Zurich", ambiguous="earlier", nonexistent="shift_forward")
    spans = pd.Series(pd.to_timedelta([None if span is None else pd.Timedelta(span, "us") for span in SPANS])).astype("timedelta64[us]")
    for name in ["total_seconds", "days", "seconds", "microseconds", "nanoseconds"]:
        answer = getattr(spans.dt, name)
        record(f"dt.{name}", "span", answer() if callable(answer) else answer)
    for frequency in ["h", "7s"]:
        for way in ["floor", "ceil", "round"]:
            record(f"dt.{way}", "span", getattr(spans.dt, way)(frequency), frequency)


texts()
times()
# One case a line: a change is seen in a difference.
lines = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in CASES)
columns = json.dumps({"text": TEXTS, "time": TIMES, "span": SPANS}, ensure_ascii=False)
Path(__file__).with_name("functions.json").write_text(f'{{"pandas": "{pd.__version__}", "columns": {columns}, "cases": [\n{lines}\n]}}\n')
print(len(CASES), "cases")
