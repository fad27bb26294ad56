"""What pandas finds in the Parquet files of a study, against its CSV files, as JSON."""

import json
import sys
from pathlib import Path

import pandas

folder = Path(sys.argv[1])
study = next(path.parent for path in sorted(folder.rglob("plan.toml")))


def kind(dtype):
    return f"{dtype.kind}{dtype.itemsize}" if dtype.kind == "f" else {"u": "i"}.get(dtype.kind, dtype.kind)


def same(a, b):
    if pandas.isna(a) or pandas.isna(b):
        return bool(pandas.isna(a) and pandas.isna(b))
    if isinstance(a, (bool, str)):
        return str(a) == str(b) or (isinstance(a, bool) and float(a) == float(b))
    # Probabilities have 32 bits in both, which CSV writes as the shortest decimal.
    return float(a) == float(b) or abs(float(a) - float(b)) <= 6e-8 * abs(float(b))


tables = {path.stem: pandas.read_parquet(path) for path in sorted((folder / "parquet").glob("*.parquet"))}
csv = {"results": pandas.read_csv(study / "results.csv", dtype={"study": str})}
texts = ["selection", "sample", "subject", "video", "split", "true_class", "predicted_class"]
runs = []
for run in tables["predictions-toy"]["run"].drop_duplicates():
    runs.append(pandas.read_csv(study / "runs" / run / "predictions.csv", dtype=dict.fromkeys(texts, str)))
csv["predictions-toy"] = pandas.concat(runs, ignore_index=True)
differences = []
for name, table in csv.items():
    for column in table.columns:
        for row, (a, b) in enumerate(zip(tables[name][column], table[column], strict=True)):
            if not same(a, b):
                differences.append(f"{name}:{row}:{column}: {a!r}, {b!r}")
json.dump(
    {
        "kinds": {n: {c: kind(d) for c, d in t.dtypes.items()} for n, t in tables.items()},
        "rows": {n: len(t) for n, t in tables.items()},
        "csv_rows": {n: len(t) for n, t in csv.items()},
        "differences": differences[:10],
    },
    sys.stdout,
)
