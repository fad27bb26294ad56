"""The peer of `cargo xtask bench ot`: POT, exactly by a loop of `ot.emd2`, entropically by `ot.batch.solve_batch`.

Usage: transport.py exact DIR, or transport.py MODE DIR EPSILON TOLERANCE, MODE `sinkhorn-log` (POT's `log_sinkhorn`) or
`sinkhorn-scaling` (its `sinkhorn`, on exponentials); the last line printed is `seconds S` for one batch. Files of DIR are
64-bit floats: `p`, `q` and `cost` in, `MODE-peer` (costs; entropic ones linear, then regularised) out.
"""

import pathlib
import sys
import time

import numpy
import ot
import ot.batch
import scipy


def main():
    mode, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    print("POT", ot.__version__, "numpy", numpy.__version__, "scipy", scipy.__version__)
    cost = numpy.fromfile(folder / "cost")
    n = int(len(cost) ** 0.5)
    cost = cost.reshape(n, n)
    p, q = (numpy.fromfile(folder / name).reshape(-1, n) for name in "pq")
    if mode == "exact":
        for i in range(100):  # warm up
            ot.emd2(p[i], q[i], cost)
        started = time.perf_counter()
        values = [ot.emd2(p[i], q[i], cost) for i in range(len(p))]
        seconds = time.perf_counter() - started
        numpy.array(values, dtype=float).tofile(folder / "exact-peer")
    else:
        epsilon, tolerance = float(sys.argv[3]), float(sys.argv[4])
        costs = numpy.broadcast_to(cost, (len(p), n, n)).copy()
        solve = lambda rows, most: ot.batch.solve_batch(
            costs[rows],
            epsilon,
            p[rows],
            q[rows],
            max_iter=most,
            tol=tolerance,
            method={"sinkhorn-log": "log_sinkhorn", "sinkhorn-scaling": "sinkhorn"}[mode],
            reg_type="kl",
            grad="detach",
        )
        solve(slice(0, 100), 20)  # warm up
        started = time.perf_counter()
        result = solve(slice(None), 100_000)
        seconds = time.perf_counter() - started
        print("iterations:", result.log["n_iter"] + 1)
        numpy.concatenate([result.value_linear, result.value]).tofile(folder / f"{mode}-peer")
    print("seconds", seconds)


if __name__ == "__main__":
    main()
