"""Writes case.json: exact and entropic transport values from two independent tools.

    python -m venv venv && venv/bin/pip install pot scipy
    venv/bin/python gen.py

Exact values come from scipy's HiGHS and are cross-checked against POT's network simplex; entropic values come
from POT's log-domain Sinkhorn run to convergence, in the KL convention.
"""

import json
import pathlib

import numpy as np
import ot
import scipy
from scipy.optimize import linprog

SEED = 20260615
EPSILON = 0.25


def exact(p, q, cost):
    n = len(p)
    rows = np.kron(np.eye(n), np.ones(n))
    columns = np.kron(np.ones(n), np.eye(n))
    result = linprog(
        cost.ravel(),
        A_eq=np.vstack([rows, columns]),
        b_eq=np.concatenate([p, q]),
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert result.success, result.message
    pot = ot.emd2(p, q, cost)
    assert abs(result.fun - pot) < 1e-12, (result.fun, pot)
    return float(pot)


def entropic(p, q, cost):
    plan = ot.bregman.sinkhorn_log(p, q, cost, EPSILON, numItermax=100_000, stopThr=1e-15, warn=False)
    product = np.outer(p, q)
    held = plan > 0
    kl = float((plan[held] * np.log(plan[held] / product[held])).sum())
    linear = float((plan * cost).sum())
    return linear, linear + EPSILON * kl


def main():
    rng = np.random.default_rng(SEED)
    cases = []
    for n in (2, 3, 5, 8, 12):
        for kind in ("dense", "zeros", "ties"):
            if kind == "ties":
                # Sixteenths and small integer costs: many degenerate bases.
                p = rng.multinomial(16, np.full(n, 1 / n)) / 16
                q = rng.multinomial(16, np.full(n, 1 / n)) / 16
                cost = rng.integers(0, 4, (n, n)).astype(float)
            else:
                p, q = rng.dirichlet(np.ones(n), 2)
                if kind == "zeros":
                    p[rng.integers(n)] = 0.0
                    q[rng.integers(n)] = 0.0
                points = rng.uniform(-1, 1, (n, 2))
                cost = np.linalg.norm(points[:, None] - points[None], axis=2)
            p, q = p / p.sum(), q / q.sum()
            np.fill_diagonal(cost, 0.0)
            case = {
                "kind": kind,
                "cost": cost.tolist(),
                "p": p.tolist(),
                "q": q.tolist(),
                "exact": exact(p, q, cost),
            }
            if kind == "dense":
                case["entropic_linear"], case["entropic_kl"] = entropic(p, q, cost)
            cases.append(case)
    versions = {"numpy": np.__version__, "scipy": scipy.__version__, "pot": ot.__version__}
    file = {
        "generator": {"tools": versions, "seed": SEED},
        "tolerance": {"exact": 1e-12, "entropic": 1e-9},
        "epsilon": EPSILON,
        "cases": cases,
    }
    pathlib.Path(__file__).with_name("case.json").write_text(json.dumps(file, indent=1) + "\n")


if __name__ == "__main__":
    main()
