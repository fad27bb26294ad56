"""Writes costs.json: distances between Gaussian class clouds, from definitions in general dimension.

    python -m venv venv && venv/bin/pip install pot scipy
    venv/bin/python gen_costs.py

Mahalanobis by scipy.spatial, Bhattacharyya by slogdet and solve, 2-Wasserstein by matrix roots (scipy.linalg.sqrtm) and
by POT; affekt uses closed forms of two dimensions.
"""

import json
import pathlib

import numpy as np
import ot
import scipy
from scipy.linalg import sqrtm
from scipy.spatial.distance import mahalanobis

SEED = 7


def bhattacharyya(a, b):
    shared = (a["s"] + b["s"]) / 2
    d = a["m"] - b["m"]
    logs = [np.linalg.slogdet(s)[1] for s in (shared, a["s"], b["s"])]
    return d @ np.linalg.solve(shared, d) / 8 + (logs[0] - (logs[1] + logs[2]) / 2) / 2


def wasserstein(a, b):
    root = sqrtm(b["s"])
    squared = np.sum((a["m"] - b["m"]) ** 2) + np.trace(a["s"] + b["s"] - 2 * np.real(sqrtm(root @ a["s"] @ root)))
    pot = ot.gaussian.bures_wasserstein_distance(a["m"], b["m"], a["s"], b["s"])
    value = np.sqrt(max(squared, 0.0))
    assert abs(value - pot) < 1e-9, (value, pot)
    return value


def main():
    rng = np.random.default_rng(SEED)
    clouds = []
    for k in range(6):
        points = rng.normal(size=(40, 2)) @ rng.uniform(-0.3, 0.3, (2, 2)) + rng.uniform(-0.7, 0.7, 2)
        if k == 5:
            points[:, 1] = 0.9 * points[:, 0] + 0.02 * rng.normal(size=40)  # nearly a line
        clouds.append({"m": points.mean(0), "s": np.cov(points.T, bias=True), "points": points})
    pooled = np.linalg.inv(np.mean([c["s"] for c in clouds], axis=0))
    matrix = lambda f: [[0.0 if a is b else float(f(a, b)) for b in clouds] for a in clouds]
    file = {
        "generator": {
            "tools": {"numpy": np.__version__, "scipy": scipy.__version__, "pot": ot.__version__},
            "seed": SEED,
        },
        "tolerance": 1e-12,
        "points": [c["points"].tolist() for c in clouds],
        "mahalanobis": matrix(lambda a, b: mahalanobis(a["m"], b["m"], pooled)),
        "bhattacharyya": matrix(bhattacharyya),
        "wasserstein": matrix(wasserstein),
    }
    pathlib.Path(__file__).with_name("costs.json").write_text(json.dumps(file) + "\n")


if __name__ == "__main__":
    main()
