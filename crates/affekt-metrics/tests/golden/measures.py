"""Reference values of the representation and degeneracy measures: measures.json.

    python measures.py        # needs numpy, scipy and scikit-learn

Everything is computed in feature space with matrices of full size, where the crate works with products between items:
scikit-learn gives the shrinkage, the discriminant, the silhouette and the areas; scipy the rank correlations; the
regressions are refitted by least squares for every relabelling.
"""

import itertools
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.stats import rankdata, spearmanr
from sklearn.covariance import ledoit_wolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import roc_auc_score, silhouette_score
from sklearn.metrics.pairwise import cosine_distances

SEED = 20260623
FOLDS = 4
HERE = pathlib.Path(__file__).resolve().parent


def residuals(x, groups):
    rest = x.copy()
    for g in np.unique(groups):
        rest[groups == g] -= x[groups == g].mean(axis=0)
    return rest


def within(x, groups):
    """(1 - s) S_W + s mu I, S_W and s."""
    rest = residuals(x, groups)
    shrunk, shrinkage = ledoit_wolf(rest, assume_centered=True)
    return shrunk, rest.T @ rest / len(rest), shrinkage


def probe(x, y, fold):
    scores, truths, concordant, compared = [], [], 0.0, 0
    for f in range(FOLDS):
        train, test = fold != f, fold == f
        shrunk, _, shrinkage = within(x[train], y[train])
        lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(x[train], y[train])
        # Direction towards class 0; scikit-learn's points to class 1.
        w = -lda.coef_[0]
        means = [x[train][y[train] == c].mean(axis=0) for c in (0, 1)]
        s = (x[test] @ w - w @ (means[0] + means[1]) / 2.0) / np.sqrt(w @ shrunk @ w)
        first = y[test] == 0
        pairs = first.sum() * (~first).sum()
        concordant += roc_auc_score(first, s) * pairs
        compared += pairs
        scores.append(s)
        truths.append(first)
    s, first = np.concatenate(scores), np.concatenate(truths)
    spread = np.sqrt((s[first].var(ddof=1) + s[~first].var(ddof=1)) / 2.0)
    return {
        "auc": concordant / compared,
        "d_prime": (s[first].mean() - s[~first].mean()) / spread,
        "balanced_accuracy": ((s[first] > 0).mean() + (s[~first] < 0).mean()) / 2.0,
    }


def fisher(x, y):
    shrunk, _, _ = within(x, y)
    d = x[y == 0].mean(axis=0) - x[y == 1].mean(axis=0)
    w = np.linalg.solve(shrunk, d)
    s = sum(np.cov(x[y == c].T, bias=True) for c in (0, 1))
    return (w @ d) ** 2 / (w @ s @ w)


def crossnobis(x, y, fold):
    shrunk, _, _ = within(x, 2 * fold + y)
    d = [x[(fold == f) & (y == 0)].mean(axis=0) - x[(fold == f) & (y == 1)].mean(axis=0) for f in range(FOLDS)]
    inverse = np.linalg.inv(shrunk)
    return np.mean([d[f] @ inverse @ d[g] for f in range(FOLDS) for g in range(FOLDS) if f != g])


def mixing(x, y, subject, k):
    distance = cosine_distances(x)
    shares = []
    for i in range(len(x)):
        others = np.flatnonzero(subject != subject[i])
        nearest = others[np.argsort(distance[i, others], kind="stable")[:k]]
        shares.append((y[nearest] != y[i]).mean())
    return np.mean(shares)


def pair_case(rng, n, dimensions, shift):
    subject = rng.integers(0, 12, 2 * n)
    fold = subject % FOLDS
    y = np.repeat([0, 1], n)
    mixed = rng.normal(size=(dimensions, dimensions)) / np.sqrt(dimensions)
    x = rng.normal(size=(2 * n, dimensions)) @ mixed + 1.5
    x[y == 1, 0] += shift
    x[y == 1, 1] -= shift / 2.0
    return {
        "dimensions": dimensions,
        "x": x.ravel().tolist(),
        "class": y.tolist(),
        "fold": fold.tolist(),
        "folds": FOLDS,
        "subject": subject.tolist(),
        "shrinkage": within(x, y)[2],
        "probe": probe(x, y, fold),
        "fisher": fisher(x, y),
        "crossnobis": crossnobis(x, y, fold),
        "silhouette": silhouette_score(x, y, metric="cosine"),
        "mixing": [mixing(x, y, subject, k) for k in (5, 20)],
    }


def cka(rng):
    x = rng.normal(size=(30, 7)) + 3.0
    y = x[:, :4] @ rng.normal(size=(4, 5)) + rng.normal(size=(30, 5))
    h = np.eye(30) - 1.0 / 30
    k, l = x @ x.T, y @ y.T
    kc, lc = h @ k @ h, h @ l @ h

    def hsic(a, b):
        n = len(a)
        a, b = a - np.diag(np.diag(a)), b - np.diag(np.diag(b))
        one = np.ones(n)
        return (np.trace(a @ b) + one @ a @ one * (one @ b @ one) / ((n - 1) * (n - 2))
                - 2.0 / (n - 2) * (one @ a @ b @ one)) / (n * (n - 3))

    return {
        "x": x.ravel().tolist(), "x_dimensions": 7, "y": y.ravel().tolist(), "y_dimensions": 5,
        "biased": (kc * lc).sum() / np.sqrt((kc * kc).sum() * (lc * lc).sum()),
        "debiased": hsic(k, l) / np.sqrt(hsic(k, k) * hsic(l, l)),
    }


def rsa(rng):
    n = 6
    pairs = list(itertools.combinations(range(n), 2))
    model = np.round(rng.uniform(0.0, 2.0, len(pairs)), 1)
    distance = model + rng.normal(0.0, 0.6, len(pairs))
    at = {pair: i for i, pair in enumerate(pairs)}
    rho = spearmanr(distance, model).statistic
    reached = 0
    for order in itertools.permutations(range(n)):
        moved = [model[at[tuple(sorted((order[i], order[j])))]] for i, j in pairs]
        reached += spearmanr(distance, moved).statistic >= rho - 1e-12
    return {"n": n, "distance": distance.tolist(), "model": model.tolist(), "spearman": rho, "p": reached / 720}


def least_squares(y, x):
    """Coefficients with an intercept first, t statistics, R^2."""
    design = np.column_stack([np.ones(len(y)), x])
    beta, *_ = np.linalg.lstsq(design, y, rcond=None)
    rest = y - design @ beta
    df = len(y) - design.shape[1]
    variance = rest @ rest / df * np.linalg.inv(design.T @ design)
    return beta, beta / np.sqrt(np.diag(variance)), 1.0 - rest @ rest / ((y - y.mean()) ** 2).sum(), df


def standard(v):
    return (v - v.mean()) / v.std()


def regression(y, predictors, moves, without):
    y, x = standard(y), np.column_stack([standard(v) for v in predictors])
    beta, t, r_squared, df = least_squares(y, x)
    terms = []
    for k in range(x.shape[1]):
        others = np.delete(x, k, axis=1)
        gamma, *_ = np.linalg.lstsq(np.column_stack([np.ones(len(y)), others]), x[:, k], rcond=None)
        rest = x[:, k] - np.column_stack([np.ones(len(y)), others]) @ gamma
        reached = 0
        for move in moves:
            _, t_moved, _, _ = least_squares(y, np.column_stack([rest[move], others]))
            reached += abs(t_moved[1]) >= abs(t[k + 1]) * (1.0 - 1e-10)
        betas = []
        for rows in without:
            part = np.column_stack([standard(v[rows]) for v in x.T])
            betas.append(least_squares(standard(y[rows]), part)[0][k + 1])
        terms.append({
            "beta": beta[k + 1],
            "partial_r": t[k + 1] / np.sqrt(t[k + 1] ** 2 + df),
            "p": reached / len(moves),
            "leave_one_out": [min(betas), max(betas)],
        })
    return {"r_squared": r_squared, "terms": terms}


def class_level(rng):
    n = 7
    at = rng.uniform(-1.0, 1.0, (n, 2))
    distance = np.linalg.norm(at[:, None] - at[None], axis=2)
    nearest = (distance + 9.0 * np.eye(n)).min(axis=1)
    counts = np.round(np.exp(rng.uniform(4.0, 9.0, n)))
    score = 0.4 + 0.5 * nearest + 0.02 * np.log(counts) + rng.normal(0.0, 0.08, n)
    moves = [np.array(order) for order in itertools.permutations(range(n))]
    without = [np.delete(np.arange(n), c) for c in range(n)]
    predictors = [np.log(counts), nearest]
    ranked = regression(rankdata(score), [rankdata(v) for v in predictors], moves, without)
    return {
        "score": score.tolist(), "counts": counts.astype(int).tolist(), "distance": distance.ravel().tolist(),
        "linear": regression(score, predictors, moves, without), "ranked": ranked,
    }


def pair_level(rng):
    n = 7
    pairs = list(itertools.combinations(range(n), 2))
    at = {pair: i for i, pair in enumerate(pairs)}
    table = rng.integers(0, 12, (n, n)) + 40 * np.eye(n, dtype=int)
    support = table.sum(axis=1)
    y = np.array([np.log((table[i, j] + table[j, i] + 0.5) / (support[i] + support[j])) for i, j in pairs])
    place = rng.uniform(-1.0, 1.0, (n, 2))
    closeness = np.array([-np.linalg.norm(place[i] - place[j]) for i, j in pairs])
    counts = np.round(np.exp(rng.uniform(4.0, 9.0, n)))
    frequency = np.array([np.log(counts[i] * counts[j]) for i, j in pairs])
    imbalance = np.array([abs(np.log(counts[i] / counts[j])) for i, j in pairs])
    moves = [
        np.array([at[tuple(sorted((order[i], order[j])))] for i, j in pairs])
        for order in itertools.permutations(range(n))
    ]
    without = [np.array([at[p] for p in pairs if c not in p]) for c in range(n)]
    return {
        "table": table.tolist(), "counts": counts.astype(int).tolist(), "closeness": closeness.tolist(),
        "outcome": y.tolist(), "regression": regression(y, [closeness, frequency, imbalance], moves, without),
    }


def main():
    rng = np.random.default_rng(SEED)
    out = {
        "tool": f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}",
        "seed": SEED,
        "pairs": [pair_case(rng, 40, 5, 0.8), pair_case(rng, 30, 90, 1.2), pair_case(rng, 36, 12, 0.0)],
        "cka": cka(rng),
        "rsa": rsa(rng),
        "class_level": class_level(rng),
        "pair_level": pair_level(rng),
    }
    (HERE / "measures.json").write_text(json.dumps(out, indent=None) + "\n")


main()
