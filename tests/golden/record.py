"""Records the golden answers: `python record.py` in an environment with pandas 3.1, polars 2.1, duckdb 2.0, dask 2026.8, pyarrow 26.

Writes `data/` and `cases.json`. Each case holds the answer that the semantics require (oracle.py) and which engines give the same.
Where one gives another, `differs` says why; a difference nobody has explained (differences.py), or an explanation of none, fails the run.

`python record.py --differences` prints the unexplained ones with both answers and writes nothing.
"""

import datetime as dt
import importlib.metadata
import json
import math
import sys
from decimal import Decimal
from pathlib import Path

import cases
import data
import oracle
from differences import reason
from engines import ENGINES, Unsupported

HERE = Path(__file__).parent


def comparable(value):
    """A value as something that equals the same value of any engine: floats to 12 digits, NaN itself, -0.0 as 0.0."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return (type(value).__name__, value)
    if isinstance(value, dt.timedelta):
        return ("number", value.total_seconds())
    if isinstance(value, (int, float, Decimal)):
        if isinstance(value, float) and not math.isfinite(value):
            return ("number", str(value))
        if isinstance(value, float) or abs(value) < 2**53 and isinstance(value, Decimal):
            return ("number", float(f"{float(value):.11e}") + 0.0)
        return ("number", float(f"{value:.11e}") + 0.0) if abs(value) < 2**53 else ("whole", int(value))
    if isinstance(value, dt.datetime):
        return ("moment", (value if value.tzinfo else value.replace(tzinfo=dt.timezone.utc)).isoformat())
    if isinstance(value, dt.date):
        return ("date", value.isoformat())
    return (type(value).__name__, str(value))


def difference(ours, theirs, schema):
    """The rows that only one of two answers has, in any order; none where they are the same."""
    def rows(table, own):
        out = []
        for row in table:
            cells = []
            for value, (_, dtype) in zip(row, schema):
                if own and dtype.startswith("duration") and value is not None:
                    value = dt.timedelta(microseconds=value * (1_000_000 if dtype == "duration[s]" else 1))
                cells.append(comparable(value))
            out.append((len(row), cells))
        return out
    ours, theirs = rows(ours, True), rows(theirs, False)
    return [row for row in ours if ours.count(row) > theirs.count(row)], [row for row in theirs if theirs.count(row) > ours.count(row)]


def record(folder, case):
    try:
        frame = oracle.answer(case)
        rows = [row for part in frame["partitions"] for row in part]
        refused = None
    except oracle.Refused as why:
        refused = str(why)
    agrees, differs, unasked, trouble = [], {}, [], []
    for engine in ENGINES:
        failed = None
        try:
            theirs = engine.ask(folder, case)
            ours = refused
            if not refused:
                ours, theirs = difference(rows, theirs, frame["schema"])
            agreed = not refused and not ours and not theirs
        except (Unsupported, NotImplementedError, AttributeError):
            unasked.append(engine.name)
            continue
        except Exception as error:  # An engine's refusal, whatever its type.
            theirs = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
            agreed, ours, failed = bool(refused), refused or rows, type(error).__name__
        if agreed:
            agrees.append(engine.name)
            if not failed and reason(engine.name, case["name"]):
                trouble.append((engine.name, "is said to differ and does not", "", ""))
        elif why := reason(engine.name, case["name"], failed):
            differs[engine.name] = why
        else:
            trouble.append((engine.name, "differs", ours, theirs))
    recorded = dict(case)
    if refused:
        recorded["error"] = refused
    else:
        recorded["columns"] = [[name, dtype] for name, dtype in frame["schema"]]
        recorded["rows"] = [[oracle.text(value, dtype) for value, (_, dtype) in zip(row, frame["schema"])] for row in rows]
        recorded["ordered"] = frame["ordered"]
        recorded["by_partition"] = frame["by_partition"]
    recorded |= {"agrees": agrees, "differs": differs, "unasked": unasked}
    return recorded, trouble


def main():
    data.write(HERE / "data")
    recorded, failed = [], 0
    for case in cases.CASES:
        answer, trouble = record(HERE / "data", case)
        recorded.append(answer)
        for engine, what, ours, theirs in trouble:
            failed += 1
            print(f"{case['name']}: {engine} {what}\n  ours   {str(ours)[:300]}\n  theirs {str(theirs)[:300]}")
    if "--differences" in sys.argv or failed:
        print(f"{failed} differences are not explained")
        return failed > 0
    names = [case["name"] for case in recorded]
    assert len(set(names)) == len(names), "two cases of one name"
    versions = {name: importlib.metadata.version(name) for name in ("pandas", "dask", "polars", "duckdb", "pyarrow")}
    lines = ",\n".join(json.dumps(each, ensure_ascii=False, allow_nan=False) for each in recorded)
    text = f'{{"engines": {json.dumps(versions)},\n"cases": [\n{lines}\n]}}\n'
    (HERE / "cases.json").write_text(text, encoding="utf-8")
    alone = [case["name"] for case in recorded if not case["agrees"]]
    print(f"{len(recorded)} cases; no engine agrees with {len(alone)}: {alone}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
