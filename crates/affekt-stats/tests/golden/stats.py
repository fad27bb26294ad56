"""Reference values for affekt-stats from scipy, statsmodels and baycomp: 2,000 random cases, one per line.

Usage: python stats.py > stats.jsonl, or `cargo xtask golden stats`, which makes the environment
(scipy==1.17.1, statsmodels==0.15.0, baycomp==1.0.3) and runs this file. Python, tool versions and the seed stand in the
first line of the output; every further line is [topic, input, ..., outputs] as the function of the topic says. Differences
are whole numbers of thousandths, so that ties and zeros are exact on both sides; outputs have 13 significant digits.
"""

import importlib.metadata
import itertools
import json
import sys
import warnings
from collections import Counter
from fractions import Fraction

import numpy
import scipy
import statsmodels
from baycomp.multiple import SignedRankTest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import DescrStatsW

SEED = 20261122
SCALE = 1000
ALTERNATIVES = ("two-sided", "greater", "less")
METHODS = ("wilcox", "pratt", "zsplit")
warnings.filterwarnings("ignore")


def draw(generator, n, kind):
    if kind == "ties":
        return [int(u) for u in generator.choice([-3, -2, -1, 1, 2, 3, 4], n)]
    if kind == "zeros":
        return [int(u) for u in generator.choice([0, 0, 7, -5, 11, 13], n)]
    if kind == "both":
        return [int(u) for u in generator.choice([-2, -1, 0, 0, 1, 2, 3], n)]
    if kind == "heavy":
        return [int(u) for u in numpy.clip(numpy.rint(generator.standard_t(2, n) * 20 + 8), -900, 900)]
    magnitudes = generator.permutation(numpy.arange(1, 90))[:n]
    return [int(u) for u in magnitudes * generator.choice([-1, 1, 1], n)]


KINDS = ("distinct", "ties", "zeros", "both", "heavy")


def sign_flip(units):
    d = numpy.array(units, dtype=float)
    if len(units) > 12:
        # scipy would hold n 2^n doubles; counting integers is exact.
        sums = Counter({0: 1})
        for unit in units:
            grown = Counter()
            for total, ways in sums.items():
                grown[total + unit] += ways
                grown[total - unit] += ways
            sums = grown
        seen = sum(units)
        tests = (lambda t: abs(t) >= abs(seen), lambda t: t >= seen, lambda t: t <= seen)
        return [sum(w for t, w in sums.items() if test(t)) / 2 ** len(units) for test in tests]
    answer = []
    for alternative in ALTERNATIVES:
        result = stats.permutation_test(
            (d,),
            lambda x, axis: x.sum(axis=axis),
            permutation_type="samples",
            n_resamples=numpy.inf,
            alternative=alternative,
            vectorized=True,
        )
        answer.append(result.pvalue)
    return answer


def wilcoxon(units, zero_method):
    """p of the three alternatives; none where scipy has no exact answer."""
    d = numpy.array(units, dtype=float)
    if not d.any():
        return None
    magnitudes = numpy.abs(d[d != 0])
    if len(set(magnitudes)) == len(magnitudes) == len(d):
        method = "exact"
    elif len(units) <= 9:
        method = stats.PermutationMethod(n_resamples=numpy.inf)
    else:
        return None
    return [stats.wilcoxon(d, zero_method=zero_method, method=method, alternative=a).pvalue for a in ALTERNATIVES]


def sign_test(units):
    positive, negative = sum(u > 0 for u in units), sum(u < 0 for u in units)
    if positive + negative == 0:
        return [1.0, 1.0, 1.0]
    return [stats.binomtest(positive, positive + negative, 0.5, alternative=a).pvalue for a in ALTERNATIVES]


def paired(generator):
    """["paired", units, margin, sign-flip p, [wilcoxon p per zero method], sign-test p, t block or null]

    p: two-sided, greater, less. t block: t, p, TOST p against -margin and margin, d_z, ends of the 90 % interval.
    """
    kind = KINDS[generator.integers(len(KINDS))]
    n = int(generator.integers(2, 13)) if generator.random() < 0.9 else int(generator.integers(13, 31))
    units = draw(generator, n, kind)
    margin = int(generator.integers(2, 40))
    block = None
    if len(set(units)) > 1:
        d = numpy.array(units) / SCALE
        ours = [stats.ttest_1samp(d, 0.0, alternative=a).pvalue for a in ALTERNATIVES]
        described = DescrStatsW(d)
        _, lower, upper = described.ttost_mean(-margin / SCALE, margin / SCALE)
        block = [stats.ttest_1samp(d, 0.0).statistic, *ours, lower[1], upper[1], d.mean() / d.std(ddof=1)]
        block += list(stats.ttest_1samp(d, 0.0).confidence_interval(0.9))
    return ["paired", units, margin, sign_flip(units), [wilcoxon(units, m) for m in METHODS], sign_test(units), block]


def wilcoxon_normal(generator):
    """["wilcoxon_normal", units, zero method, correction, alternative, p]"""
    units = draw(generator, int(generator.integers(3, 80)), KINDS[generator.integers(len(KINDS))])
    units[0] = units[0] or 1
    method = METHODS[generator.integers(3)]
    alternative = ALTERNATIVES[generator.integers(3)]
    correction = bool(generator.integers(2))
    d = numpy.array(units, dtype=float)
    p = stats.wilcoxon(
        d, zero_method=method, correction=correction, method="asymptotic", alternative=alternative
    ).pvalue
    return ["wilcoxon_normal", units, method, correction, alternative.replace("-", "_"), p]


def family(generator):
    """["family", p, Bonferroni, Holm, Hommel, BH, BY]"""
    m = int(generator.integers(1, 16))
    p = [float(x) for x in numpy.round(generator.beta(0.4, 1.5, m), 2 if generator.random() < 0.5 else 6)]
    methods = ("bonferroni", "holm", "hommel", "fdr_bh", "fdr_by")
    return ["family", p, *[[float(x) for x in multipletests(p, method=method)[1]] for method in methods]]


def posterior(generator):
    """["posterior", units, rope in units, prior strength, weights, shares, mean shares]

    Shares left, rope, right by baycomp under the given weights (its random weights are replaced); means over the Dirichlet
    moments in rational arithmetic, boundary ties one half.
    """
    units = draw(generator, int(generator.integers(2, 13)), KINDS[generator.integers(len(KINDS))])
    rope, strength = int(generator.integers(0, 12)), float(generator.choice([0.5, 1.0, 2.0]))
    weights = generator.dirichlet([strength] + [1.0] * len(units))
    weights = [float(f"{w:.15g}") for w in weights]
    shares = baycomp_shares(units, rope, strength, weights)
    s = Fraction(strength)
    z = [0, *units]
    a = [s] + [Fraction(1)] * len(units)
    total = sum(a)
    means = [Fraction(0)] * 3
    for i, j in itertools.product(range(len(z)), repeat=2):
        moment = a[i] * (a[j] + (i == j)) / (total * (total + 1))
        for side, share in enumerate(sides(z[i] + z[j], rope)):
            means[side] += moment * share
    return ["posterior", units, rope, strength, weights, shares, [float(x) for x in means]]


def sides(x, rope):
    half = Fraction(1, 2)
    right = 1 if x > 2 * rope else half if x == 2 * rope else 0
    left = 1 if x < -2 * rope else half if x == -2 * rope else 0
    return left, 1 - left - right, right


def baycomp_shares(units, rope, strength, weights):
    """One row of baycomp's sample with its Dirichlet draw replaced; it subtracts y - x, hence the order."""
    class Fixed:
        def __init__(self, *_):
            pass

        def dirichlet(self, alpha, *_args, **_kwargs):
            assert len(alpha) == len(weights) and alpha[0] == strength, alpha
            return numpy.array([weights])

    original = numpy.random.RandomState
    numpy.random.RandomState = Fixed
    try:
        x, y = numpy.zeros(len(units)), numpy.array(units, dtype=float)
        sample = SignedRankTest.sample(x, y, rope, prior=strength, nsamples=1)
    finally:
        numpy.random.RandomState = original
    return list(sample[0])


def friedman(generator):
    """["friedman", rows, chi-squared, p of it, exact p or null, mean ranks (1 = largest), Nemenyi p by pair]"""
    k, n = int(generator.integers(3, 7)), int(generator.integers(2, 13))
    top = 4 if generator.random() < 0.4 else 1000
    rows = [[int(v) for v in generator.integers(0, top, k) + numpy.arange(k) * (top // 8)] for _ in range(n)]
    table = numpy.array(rows, dtype=float)
    if all(len(set(row)) == 1 for row in rows):
        return friedman(generator)
    statistic, p = stats.friedmanchisquare(*table.T)
    ranks = stats.rankdata(-table, axis=1)
    exact = None
    orders = list(itertools.permutations(range(k)))
    if len(orders) ** (n - 1) <= 50_000:
        doubled = numpy.rint(2 * ranks).astype(int)
        seen = (doubled.sum(axis=0) ** 2).sum()
        count = 0
        for chosen in itertools.product(orders, repeat=n - 1):
            sums = doubled[0] + sum(doubled[i + 1][list(order)] for i, order in enumerate(chosen))
            count += (sums**2).sum() >= seen
        exact = count / len(orders) ** (n - 1)
    mean = ranks.mean(axis=0)
    se = numpy.sqrt(k * (k + 1) / (6 * n))
    pairs = [
        stats.studentized_range.sf(abs(mean[i] - mean[j]) / se * numpy.sqrt(2), k, numpy.inf)
        for i, j in itertools.combinations(range(k), 2)
    ]
    return ["friedman", rows, statistic, p, exact, list(mean), pairs]


def t_power(generator):
    """["t_power", n, d_z, level, power]"""
    n, level = int(generator.integers(2, 61)), float(generator.choice([0.1, 0.05, 0.01]))
    dz = float(numpy.round(generator.uniform(0, 2.0), 3))
    power = TTestPower().power(dz, n, level, alternative="two-sided")
    # scipy's noncentral t is NaN for some powers that round to one.
    return ["t_power", n, dz, level, power] if numpy.isfinite(power) else t_power(generator)


def interval(generator):
    """["interval", units, confidence, HL, [low, high, attained] or null, BCa block or null, q, quantile, J or null]

    HL in rational arithmetic, BCa by listing all resamples (z0, acceleration, ends), the quantile by numpy.
    """
    units = draw(generator, int(generator.integers(1, 16)), KINDS[generator.integers(len(KINDS))])
    n, confidence = len(units), float(generator.choice([0.8, 0.9, 0.95]))
    walsh = sorted(Fraction(units[i] + units[j], 2 * SCALE) for i in range(n) for j in range(i, n))
    m = len(walsh)
    middle = walsh[m // 2] if m % 2 else (walsh[m // 2 - 1] + walsh[m // 2]) / 2
    counts = numpy.array([1], dtype=object)
    for rank in range(1, n + 1):
        counts = numpy.append(counts, [0] * rank) + numpy.append([0] * rank, counts)
    tail = (1 - Fraction(confidence).limit_denominator(1000)) / 2
    ends, below = None, 0
    for k in range(m + 1):
        below += counts[k]
        if Fraction(int(below), 2**n) > tail:
            break
        ends = [float(walsh[k]), float(walsh[m - 1 - k]), float(1 - 2 * Fraction(int(below), 2**n))]
    q = float(numpy.round(generator.random(), 3))
    d = numpy.array(units) / SCALE
    j = None
    if n >= 3:
        v = n - 1
        j = numpy.exp(scipy.special.gammaln(v / 2) - scipy.special.gammaln((v - 1) / 2)) / numpy.sqrt(v / 2)
    return ["interval", units, confidence, float(middle), ends, bca(units, confidence), q, numpy.quantile(d, q), j]


def bca(units, confidence):
    n = len(units)
    if not 2 <= n <= 6 or len(set(units)) == 1:
        return None
    sums = numpy.sort(numpy.array([sum(c) for c in itertools.product(units, repeat=n)]))
    seen = sum(units)
    z0 = stats.norm.ppf(int((sums < seen).sum() + (sums <= seen).sum()) / (2 * len(sums)))
    d = numpy.array(units) / SCALE
    jack = numpy.array([numpy.delete(d, i).mean() for i in range(n)])
    u = jack.mean() - jack
    a = (u**3).sum() / (6 * (u**2).sum() ** 1.5)
    z = stats.norm.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    levels = stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))
    return [z0, a, *(numpy.quantile(sums, levels) / (n * SCALE))]


def cluster(generator):
    """["cluster", videos, truth, A, B, p of macro-F1, valence, A, B, p of CCC], all swaps enumerated

    Classes 0..2; valence in tenths.
    """
    g, frames = int(generator.integers(3, 8)), 30
    video = numpy.sort(generator.integers(0, g, frames))
    video[:g] = numpy.arange(g)
    truth = generator.integers(0, 3, frames)
    a, b = (numpy.where(generator.random(frames) < share, truth, generator.integers(0, 3, frames)) for share in (0.7, 0.4))
    valence = generator.integers(-10, 11, frames)
    x, y = (valence + generator.integers(-wide, wide + 1, frames) for wide in (4, 7))

    def macro_f1(guess):
        scores = []
        for c in range(3):
            seen = (truth == c).sum() + (guess == c).sum()
            scores.append(0.0 if seen == 0 else 2 * ((truth == c) & (guess == c)).sum() / seen)
        return numpy.mean(scores)

    def ccc(guess):
        t, p = valence / 10, guess / 10
        return 2 * numpy.cov(t, p, bias=True)[0, 1] / (t.var() + p.var() + (t.mean() - p.mean()) ** 2)

    def p_of(score, one, two):
        found = []
        for swaps in itertools.product([False, True], repeat=g):
            swapped = numpy.array(swaps)[video]
            found.append(score(numpy.where(swapped, two, one)) - score(numpy.where(swapped, one, two)))
        found = numpy.abs(found)
        return float((found >= found[0] - 1e-12).mean())

    lists = [[int(v) for v in column] for column in (video, truth, a, b, valence, x, y)]
    return ["cluster", *lists[:4], p_of(macro_f1, a, b), *lists[4:], p_of(ccc, x, y)]


def studentized_range(generator):
    """["range", blocks, arms, level, critical difference of mean ranks]"""
    k, n, level = int(generator.integers(2, 21)), int(generator.integers(2, 40)), float(generator.choice([0.1, 0.05, 0.01]))
    q = stats.studentized_range.isf(level, k, numpy.inf)
    return ["range", n, k, level, q / numpy.sqrt(2) * numpy.sqrt(k * (k + 1) / (6 * n))]


TOPICS = (
    (paired, 900),
    (wilcoxon_normal, 250),
    (family, 150),
    (posterior, 150),
    (friedman, 150),
    (t_power, 100),
    (interval, 200),
    (cluster, 50),
    (studentized_range, 50),
)


def rounded(value):
    if isinstance(value, (list, tuple)):
        return [rounded(v) for v in value]
    if isinstance(value, (float, numpy.floating)):
        return float(f"{value:.13g}")
    if isinstance(value, numpy.integer):
        return int(value)
    return value


def main():
    header = {
        "python": sys.version.split()[0],
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "statsmodels": statsmodels.__version__,
        "baycomp": importlib.metadata.version("baycomp"),
        "seed": SEED,
    }
    print(json.dumps(header))
    for place, (topic, count) in enumerate(TOPICS):
        generator = numpy.random.default_rng([SEED, place])
        for _ in range(count):
            print(json.dumps(rounded(topic(generator)), separators=(",", ":"), allow_nan=False))


main()
