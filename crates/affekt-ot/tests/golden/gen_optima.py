"""Writes optima.txt: the exact optimal values of 10,000 random transport problems.

    python -m venv venv && venv/bin/pip install numpy scipy ortools
    venv/bin/python gen_optima.py

Masses and costs are whole numbers over a common denominator, so that every optimum is a whole number (the transport
polytope has integral vertices) and can be stored without error. Each problem is solved twice: by HiGHS as a linear
program, whose plan is rounded and must then be feasible and integral, and by OR-tools' integer min-cost flow; both
values must be the same number. The problems themselves come out of a SplitMix64 stream, which the test repeats.
"""

import pathlib

import numpy as np
import ortools
import scipy
from ortools.graph.python import min_cost_flow
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, kron, identity

SEED = 2026
PROBLEMS = 10_000
MASK = (1 << 64) - 1


class Stream:
    def __init__(self, seed):
        self.state = seed

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        return self.bits() % n


def costs(stream, kind, n):
    """Whole costs below 4096: a metric with ties, squared distances, anything, or a handful of values."""
    if kind < 2:
        points = [(stream.below(45), stream.below(45)) for _ in range(n)]
        if kind == 0:
            return [[abs(a - c) + abs(b - d) for c, d in points] for a, b in points]
        return [[(a - c) ** 2 + (b - d) ** 2 for c, d in points] for a, b in points]
    top = 4096 if kind == 2 else 4
    drawn = [[stream.below(top) for _ in range(n)] for _ in range(n)]
    return [[0 if i == j else drawn[i][j] for j in range(n)] for i in range(n)]


def masses(stream, n, unit, grain):
    """Parts of `unit` between sorted cuts; coarse grains make equal cuts, hence zeros, and equal parts."""
    step = unit // grain
    cuts = sorted(step * stream.below(grain + 1) for _ in range(n - 1))
    return [b - a for a, b in zip([0] + cuts, cuts + [unit])]


def problem(stream, index):
    n = 2 + index % 11
    unit = 1 << 14 if stream.below(2) == 0 else 10_000
    cost = costs(stream, stream.below(4), n)
    kind = stream.below(5)
    grain = [unit, n, 16, unit, unit][kind]
    p = masses(stream, n, unit, grain)
    if kind == 3:  # the same masses on other classes
        turn = 1 + stream.below(n)
        q = [p[(i + turn) % n] for i in range(n)]
    elif kind == 4:  # a one-hot target
        y = stream.below(n)
        q = [unit if i == y else 0 for i in range(n)]
    else:
        q = masses(stream, n, unit, grain)
    return p, q, cost


CONSTRAINTS = {
    n: csr_matrix(np.vstack([kron(identity(n), np.ones((1, n))).toarray(), np.tile(np.eye(n), n)]))
    for n in range(2, 13)
}


def by_linear_program(p, q, cost):
    n = len(p)
    weights = np.array(cost, dtype=float).ravel()
    result = linprog(weights, A_eq=CONSTRAINTS[n], b_eq=np.array(p + q, dtype=float), method="highs")
    assert result.success, result.message
    plan = np.rint(result.x).astype(int).reshape(n, n)
    assert np.abs(result.x - plan.ravel()).max() < 1e-6
    assert (plan >= 0).all() and (plan.sum(1) == p).all() and (plan.sum(0) == q).all()
    return sum(int(t) * c for row, prices in zip(plan, cost) for t, c in zip(row, prices))


def by_network_flow(p, q, cost):
    n = len(p)
    flow = min_cost_flow.SimpleMinCostFlow()
    for i in range(n):
        for j in range(n):
            flow.add_arc_with_capacity_and_unit_cost(i, n + j, min(p[i], q[j]), cost[i][j])
    for i in range(n):
        flow.set_node_supply(i, p[i])
        flow.set_node_supply(n + i, -q[i])
    assert flow.solve() == flow.OPTIMAL
    return flow.optimal_cost()


def main():
    stream = Stream(SEED)
    optima = []
    for index in range(PROBLEMS):
        p, q, cost = problem(stream, index)
        value = by_linear_program(p, q, cost)
        assert value == by_network_flow(p, q, cost), index
        optima.append(value)
    head = f"# scipy {scipy.__version__} (HiGHS), ortools {ortools.__version__}, numpy {np.__version__}; seed {SEED}\n"
    lines = [" ".join(f"{value:x}" for value in optima[k : k + 16]) for k in range(0, PROBLEMS, 16)]
    pathlib.Path(__file__).with_name("optima.txt").write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
