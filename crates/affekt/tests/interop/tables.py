"""What pandas finds in the CSV files of a study, as JSON: rows, and columns with the kind pandas takes them for."""

import json
import sys
from pathlib import Path

import pandas

study = Path(sys.argv[1])
tables = {}
for path in sorted(study.rglob("*.csv")):
    table = pandas.read_csv(path)
    columns = {name: kind.kind for name, kind in table.dtypes.items()}
    tables[str(path.relative_to(study))] = {"rows": len(table), "columns": columns}
results = pandas.read_csv(study / "results.csv")
macro_f1 = results[results.metric.eq("macro_f1") & results.split.eq("test")]
means = macro_f1.groupby(["dataset", "arm"]).value.mean()
json.dump({"tables": tables, "means": {"/".join(key): value for key, value in means.items()}}, sys.stdout)
