"""Writes exports/: one table of results as pandas and R export it. Usage: python exports.py (pandas 3.1.1; R 4, or none).

The table: arms t and c, seeds 0 to 5, two metrics. Every readable file means the same numbers; `semicolon` files are what
European settings make of it and are refused. Without Rscript the files of R are left as they are.
"""

import pathlib
import shutil
import subprocess

import pandas

OUT = pathlib.Path(__file__).parent / "exports"
ACCURACY = {"t": [0.7125, 0.7031, 0.72, 0.7089, 0.7153, 0.7222], "c": [0.7001, 0.6984, 0.7042, 0.7011, 0.6999, 0.7108]}
F1 = {"t": [0.412, 0.405, 0.398, 0.421, 0.409, 0.417], "c": [0.401, 0.381, 0.39, 0.39, 0.392, 0.395]}

R = r"""
options(digits = 15)
t <- read.csv("pandas-long.csv", fileEncoding = "UTF-8-BOM")[, -1]
write.csv(t, "r-long.csv")
write.csv(t, "r-crlf.csv", row.names = FALSE, eol = "\r\n")
write.csv2(t, "r-semicolon.csv")
w <- reshape(t[t$metric == "macro_f1", c("arm", "seed", "value")], idvar = "seed", timevar = "arm", direction = "wide")
names(w) <- sub("value.", "", names(w), fixed = TRUE)
write.csv(w, "r-wide.csv")
"""


def main():
    OUT.mkdir(exist_ok=True)
    rows = [
        {"arm": arm, "seed": seed, "metric": metric, "value": table[arm][seed]}
        for metric, table in (("accuracy", ACCURACY), ("macro_f1", F1))
        for arm in table
        for seed in range(6)
    ]
    long = pandas.DataFrame(rows)
    long.to_csv(OUT / "pandas-long.csv", encoding="utf-8-sig", lineterminator="\r\n")
    long.to_csv(OUT / "pandas-semicolon.csv", sep=";", decimal=",", index=False)
    long.pivot(index=["arm", "seed"], columns="metric", values="value").to_csv(OUT / "pandas-metrics.csv")
    f1 = long[long.metric == "macro_f1"]
    f1.pivot(index="seed", columns="arm", values="value").to_csv(OUT / "pandas-arms.csv")
    if shutil.which("Rscript"):
        subprocess.run(["Rscript", "-e", R], cwd=OUT, check=True)


main()
