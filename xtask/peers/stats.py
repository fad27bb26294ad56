"""The peer of `cargo xtask bench stats`: scipy and numpy. Prints `<work> <seconds a call>` a line.

The data are those of crates/affekt-stats/examples/stats_rate.rs in kind, not in value: time does not depend on them.
`cluster_macro_f1` recomputes macro-F1 of all frames for every swap pattern, as a user of numpy writes it: one `where`
per arm and one `bincount`. `cluster_macro_f1_matrix` uses the same additive trick as affekt: confusion matrices by video,
patterns times matrices in one product.
"""

import time

import numpy
from scipy import stats

FRAMES, VIDEOS, CLASSES, SWAPS = 27_000, 120, 8, 10_000


def timed(name, call, least=0.5):
    call()
    calls, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < least or calls == 0:
        call()
        calls += 1
    print(name, spent / calls, flush=True)


def macro_f1(tables):
    hits = numpy.diagonal(tables, axis1=-2, axis2=-1)
    seen = tables.sum(axis=-1) + tables.sum(axis=-2)
    return numpy.where(seen > 0, 2 * hits / numpy.maximum(seen, 1), 0.0).mean(axis=-1)


def main():
    generator = numpy.random.default_rng(1)
    twenty = generator.normal(0.3, 1.0, 20)
    thousandths = numpy.rint(twenty * 15) / 1000
    thirty = generator.normal(0.3, 1.0, 30)
    ties = numpy.array([3, -1, 2, 2, 4, -3, 5, 1, 1, -2, 6, 4], dtype=float)

    def flip(d):
        def total(x, axis):
            return x.sum(axis=axis)

        return lambda: stats.permutation_test(
            (d,), total, permutation_type="samples", n_resamples=numpy.inf, vectorized=True, batch=2**16
        )

    timed("sign_flip_20", flip(twenty))
    timed("sign_flip_20_ties", flip(thousandths))
    timed("wilcoxon_30", lambda: stats.wilcoxon(thirty, method="exact"))
    exhaustive = stats.PermutationMethod(n_resamples=numpy.inf)
    timed("wilcoxon_12_ties", lambda: stats.wilcoxon(ties, method=exhaustive))

    video = numpy.sort(generator.integers(0, VIDEOS, FRAMES))
    truth = generator.integers(0, CLASSES, FRAMES)
    a, b = (
        numpy.where(generator.random(FRAMES) < share, truth, generator.integers(0, CLASSES, FRAMES))
        for share in (0.6, 0.58)
    )

    def table(guess):
        return numpy.bincount(truth * CLASSES + guess, minlength=CLASSES**2).reshape(CLASSES, CLASSES)

    def frames():
        seen = abs(macro_f1(table(a)) - macro_f1(table(b)))
        count = 0
        for _ in range(SWAPS):
            swapped = generator.integers(0, 2, VIDEOS, dtype=bool)[video]
            one, two = numpy.where(swapped, b, a), numpy.where(swapped, a, b)
            count += abs(macro_f1(table(one)) - macro_f1(table(two))) >= seen - 1e-12
        return (1 + count) / (1 + SWAPS)

    def by_video(guess):
        cells = (video * CLASSES + truth) * CLASSES + guess
        return numpy.bincount(cells, minlength=VIDEOS * CLASSES**2).reshape(VIDEOS, -1).astype(float)

    def matrices():
        of_a, of_b = by_video(a), by_video(b)
        swaps = generator.integers(0, 2, (SWAPS, VIDEOS)).astype(float)
        one = of_a.sum(axis=0) + swaps @ (of_b - of_a)
        two = of_a.sum(axis=0) + of_b.sum(axis=0) - one
        shape = (-1, CLASSES, CLASSES)
        found = abs(macro_f1(one.reshape(shape)) - macro_f1(two.reshape(shape)))
        seen = abs(macro_f1(of_a.sum(axis=0).reshape(shape)) - macro_f1(of_b.sum(axis=0).reshape(shape)))
        return (1 + (found >= seen - 1e-12).sum()) / (1 + SWAPS)

    timed("cluster_macro_f1", frames, least=0.0)
    timed("cluster_macro_f1_matrix", matrices)


main()
