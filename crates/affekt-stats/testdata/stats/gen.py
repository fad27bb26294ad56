"""Writes case.json: reference values for affekt-stats from scipy, statsmodels and exact integer counting.

Usage: python gen.py > case.json   (scipy==1.17.1, statsmodels==0.15.0)

Every exact p-value is counted by another algorithm than the crate's: sign-flip by a dictionary of integer
signed sums, Wilcoxon by scipy's exhaustive permutation (n <= 10) or its exact null (no ties, no zeros),
the bootstrap by listing all n^n resamples.
"""

import itertools
import json
import sys
import warnings
from collections import Counter
from fractions import Fraction

import numpy
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests

SEED = 20240611
SCALE = 1000  # differences are integers over this: ties are exact on both sides
warnings.filterwarnings("ignore")


def sign_flip(units):
    sums = Counter({0: 1})
    for unit in units:
        grown = Counter()
        for total, ways in sums.items():
            grown[total + unit] += ways
            grown[total - unit] += ways
        sums = grown
    observed = sum(units)
    return {
        "greater": sum(w for t, w in sums.items() if t >= observed),
        "less": sum(w for t, w in sums.items() if t <= observed),
        "two_sided": sum(w for t, w in sums.items() if abs(t) >= abs(observed)),
    }


def wilcoxon_exact(units, zero_method):
    d = numpy.array(units, dtype=float)
    if not d.any():
        return None  # scipy has no consistent answer; the convention p = 1 is tested apart
    magnitudes = numpy.abs(d[d != 0])
    plain = len(set(magnitudes)) == len(magnitudes) and not (d == 0).any()
    if plain:
        method = "exact"
    elif len(units) <= 10:
        method = stats.PermutationMethod(n_resamples=numpy.inf)
    else:
        return None
    answer = {}
    for alternative in ("greater", "less"):
        result = stats.wilcoxon(d, zero_method=zero_method, method=method, alternative=alternative)
        answer[alternative] = float(result.pvalue)
    answer["two_sided"] = min(1.0, 2 * min(answer["greater"], answer["less"]))
    return answer


def wilcoxon_normal(units, zero_method):
    d = numpy.array(units, dtype=float)
    if not d.any():
        return None
    rows = []
    for correction in (False, True):
        for alternative in ("two-sided", "greater", "less"):
            result = stats.wilcoxon(
                d, zero_method=zero_method, correction=correction, method="asymptotic", alternative=alternative
            )
            rows.append(
                {
                    "correction": correction,
                    "alternative": alternative.replace("-", "_"),
                    "p": float(result.pvalue),
                }
            )
    return rows


def hodges_lehmann(units, confidence):
    n = len(units)
    walsh = sorted(Fraction(units[i] + units[j], 2 * SCALE) for i in range(n) for j in range(i, n))
    m = len(walsh)
    middle = walsh[m // 2] if m % 2 else (walsh[m // 2 - 1] + walsh[m // 2]) / 2
    counts = Counter({0: 1})
    for rank in range(1, n + 1):
        grown = Counter(counts)
        for total, ways in counts.items():
            grown[total + rank] += ways
        counts = grown
    tail = (1 - Fraction(confidence).limit_denominator(1000)) / 2
    k, below = None, 0
    for w in range(m + 1):
        below += counts[w]
        if Fraction(below, 2**n) > tail:
            break
        k, attained = w, 1 - 2 * Fraction(below, 2**n)
    answer = {"confidence": confidence, "estimate": float(middle), "ci": None}
    if k is not None:
        answer["ci"] = [float(walsh[k]), float(walsh[m - 1 - k])]
        answer["attained"] = float(attained)
    return answer


def t_block(d):
    n = len(d)
    if n < 2 or len(set(d)) == 1:
        return None
    two = stats.ttest_1samp(d, 0.0)
    interval = two.confidence_interval(0.9)
    margin = 0.02
    lower = stats.ttest_1samp(d, -margin, alternative="greater")
    upper = stats.ttest_1samp(d, margin, alternative="less")
    return {
        "t": float(two.statistic),
        "two_sided": float(two.pvalue),
        "greater": float(stats.ttest_1samp(d, 0.0, alternative="greater").pvalue),
        "less": float(stats.ttest_1samp(d, 0.0, alternative="less").pvalue),
        "ci90": [float(interval.low), float(interval.high)],
        "margin": margin,
        "tost": [float(lower.pvalue), float(upper.pvalue)],
        "dz": float(numpy.mean(d) / numpy.std(d, ddof=1)),
    }


def sign_test(units):
    positive, negative = sum(u > 0 for u in units), sum(u < 0 for u in units)
    if positive + negative == 0:
        return {"positive": 0, "negative": 0, "two_sided": 1.0, "greater": 1.0, "less": 1.0}
    answer = {"positive": positive, "negative": negative}
    for alternative in ("two-sided", "greater", "less"):
        p = stats.binomtest(positive, positive + negative, 0.5, alternative=alternative).pvalue
        answer[alternative.replace("-", "_")] = float(p)
    return answer


def posterior(units, rope_units, strength):
    """Means over the Dirichlet moments in rational arithmetic; boundary ties count one half."""
    s = Fraction(strength)
    z = [0, *units]
    a = numpy.array([s] + [Fraction(1)] * len(units), dtype=object)
    moments = numpy.outer(a, a) + numpy.diag(a)
    moments = moments / (a.sum() * (a.sum() + 1))
    half = Fraction(1, 2)

    def share(test):
        return sum(
            moments[i, j] * test(z[i] + z[j]) for i in range(len(z)) for j in range(len(z))
        )

    right = share(lambda x: 1 if x > 2 * rope_units else half if x == 2 * rope_units else 0)
    left = share(lambda x: 1 if x < -2 * rope_units else half if x == -2 * rope_units else 0)
    return {
        "rope": rope_units / SCALE,
        "strength": strength,
        "left": float(left),
        "rope_share": float(1 - left - right),
        "right": float(right),
    }


def bca(units, confidence):
    n = len(units)
    if not 2 <= n <= 6 or len(set(units)) == 1:
        return None
    sums = numpy.sort(numpy.array([sum(c) for c in itertools.product(units, repeat=n)]))
    observed = sum(units)
    half_ranks = int((sums < observed).sum() + (sums <= observed).sum())
    z0 = stats.norm.ppf(half_ranks / (2 * len(sums)))
    d = numpy.array(units) / SCALE
    jack = numpy.array([numpy.delete(d, i).mean() for i in range(n)])
    u = jack.mean() - jack
    a = (u**3).sum() / (6 * (u**2).sum() ** 1.5)
    z = stats.norm.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    levels = stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))
    ends = numpy.quantile(sums, levels) / (n * SCALE)
    return {
        "confidence": confidence,
        "z0": float(z0),
        "acceleration": float(a),
        "levels": [float(x) for x in levels],
        "ends": [float(x) for x in ends],
    }


def draw(generator, n, kind):
    if kind == "ties":
        return [int(u) for u in generator.choice([-3, -2, -1, 1, 2, 3, 4], n)]
    if kind == "zeros":
        return [int(u) for u in generator.choice([0, 0, 7, -5, 11, 13], n)]
    if kind == "both":
        return [int(u) for u in generator.choice([-2, -1, 0, 0, 1, 2, 3], n)]
    magnitudes = generator.permutation(numpy.arange(1, 61))[:n]
    return [int(u) for u in magnitudes * generator.choice([-1, 1, 1], n)]


def main():
    generator = numpy.random.default_rng(SEED)
    cases = []
    for kind in ("distinct", "ties", "zeros", "both"):
        sizes = [n for n in range(1, 11) for _ in range(6)] + [12, 13, 16, 19, 20, 21, 24, 27, 29, 30]
        for n in sizes:
            units = draw(generator, n, kind)
            d = [u / SCALE for u in units]
            cases.append(
                {
                    "kind": kind,
                    "d": d,
                    "sign_flip": sign_flip(units),
                    "wilcoxon": {z: wilcoxon_exact(units, z) for z in ("wilcox", "pratt", "zsplit")},
                    "wilcoxon_normal": {z: wilcoxon_normal(units, z) for z in ("wilcox", "pratt", "zsplit")},
                    "sign_test": sign_test(units),
                    "hodges_lehmann": [hodges_lehmann(units, c) for c in (0.9, 0.95)],
                    "t": t_block(d),
                    "posterior": [posterior(units, r, s) for r, s in ((0, 0.5), (2, 0.5), (5, 1.0))],
                    "bca": bca(units, 0.95),
                }
            )
    families = []
    for m in (1, 2, 3, 4, 6, 9, 15):
        for _ in range(6):
            p = [float(x) for x in numpy.round(generator.beta(0.4, 1.5, m), 2 if m > 4 else 5)]
            row = {"p": p}
            for ours, theirs in (
                ("bonferroni", "bonferroni"),
                ("holm", "holm"),
                ("hommel", "hommel"),
                ("benjamini_hochberg", "fdr_bh"),
                ("benjamini_yekutieli", "fdr_by"),
            ):
                row[ours] = [float(x) for x in multipletests(p, method=theirs)[1]]
            families.append(row)
    hedges = []
    for n in range(3, 61):
        v = n - 1
        j = numpy.exp(scipy.special.gammaln(v / 2) - scipy.special.gammaln((v - 1) / 2)) / numpy.sqrt(v / 2)
        hedges.append({"n": n, "j": float(j)})
    json.dump(
        {
            "generator": {
                "python": sys.version.split()[0],
                "numpy": numpy.__version__,
                "scipy": scipy.__version__,
                "statsmodels": statsmodels.__version__,
                "seed": SEED,
            },
            "tolerance": {"exact": 1e-12, "asymptotic": 1e-10},
            "cases": cases,
            "families": families,
            "hedges": hedges,
        },
        sys.stdout,
        separators=(",", ":"),
    )
    sys.stdout.write("\n")


main()
