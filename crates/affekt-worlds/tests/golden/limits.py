"""The limits of every built-in world, by other means than the crate's: limits.json.

    python limits.py          # needs numpy and scipy; a few minutes

Shares no code with the crate and no algorithm where there is a choice:
- accuracy and entropy: the joint law as an outer product over the action units, in numpy;
- pair AUC: the double sum over all pairs of action-unit patterns, ties counted one half (the crate sorts cells);
- macro-F1: quasi-Newton ascent (L-BFGS-B) over randomised rules, a softmax for each pattern, from many random starts
  (the crate follows stationary rules and climbs cell by cell). An ascent in floats ends a little below its optimum.
"""

import json
import pathlib
import tomllib

import numpy as np
import scipy
from scipy.optimize import minimize

SEED = 20260622
STARTS = 12
SWEEP = [0.0, 0.25, 0.5, 0.75, 1.0]
HERE = pathlib.Path(__file__).resolve().parent
WORLDS = HERE.parents[3] / "configs" / "worlds"
CLASSES = {
    "aff-wild2": "neutral anger disgust fear happiness sadness surprise other".split(),
    "affectnet-8": "neutral happiness sadness surprise fear disgust anger contempt".split(),
    "affectnet-7": "neutral happiness sadness surprise fear disgust anger".split(),
}


def joint_of(world, rho):
    """P(pattern, class), [2^n, K]."""
    classes = CLASSES[world["label_set"]]
    table = np.array([world["classes"][c]["au"] for c in classes])
    prior = np.array([world["classes"][c]["prior"] for c in classes])
    columns = []
    for row in table:
        law = np.ones(1)
        for p in row:
            law = np.outer(law, [1.0 - p, p]).ravel()
        columns.append(law)
    likelihood = np.stack(columns, axis=1)
    if "pair" in world:
        a, b = (classes.index(c) for c in world["pair"]["classes"])
        common = (prior[a] * likelihood[:, a] + prior[b] * likelihood[:, b]) / (prior[a] + prior[b])
        likelihood[:, [a, b]] = rho * common[:, None] + (1.0 - rho) * likelihood[:, [a, b]]
    return likelihood * prior


def pair_auc(joint):
    k = joint.shape[1]
    law = joint / joint.sum(axis=0)
    auc = np.full((k, k), 0.5)
    for a in range(k):
        for b in range(a + 1, k):
            p, q = law[:, a], law[:, b]
            total = 0.0
            for start in range(0, len(p), 512):
                cut = slice(start, start + 512)
                # r(x) against r(y) without a division: p_x q_y against p_y q_x.
                left, right = np.outer(p[cut], q), np.outer(q[cut], p)
                total += left[left > right].sum() + 0.5 * left[left == right].sum()
            # Rounding splits ties of equal ratio at random; each then counts all or nothing of what cancels.
            auc[a, b] = auc[b, a] = total
    return auc


def macro_f1(joint, rng):
    n, k = joint.shape
    prior, mass = joint.sum(axis=0), joint.sum(axis=1)

    def value_and_slope(z):
        z = z.reshape(n, k)
        z = z - z.max(axis=1, keepdims=True)
        rule = np.exp(z)
        rule /= rule.sum(axis=1, keepdims=True)
        tp, q = (rule * joint).sum(axis=0), mass @ rule
        d = prior + q
        slope = (2.0 * joint / d - 2.0 * tp / d**2 * mass[:, None]) / k
        slope = rule * (slope - (rule * slope).sum(axis=1, keepdims=True))
        # Patterns that hardly occur have hardly any slope: a unit of theirs counts by the root of their mass.
        return -(2.0 * tp / d).mean(), -slope.ravel()

    scale = np.sqrt(mass / mass.max())[:, None] + 1e-4
    best = 0.0
    eta = joint / mass[:, None]
    for start in range(STARTS):
        weight = np.ones(k) if start == 0 else np.exp(rng.normal(0.0, 1.0, k))
        z0 = np.log(eta * weight + 1e-9) * (1.0 + start % 3) * scale

        def preconditioned(z):
            value, slope = value_and_slope(z.reshape(n, k) / scale)
            return value, (slope.reshape(n, k) / scale).ravel()

        found = minimize(preconditioned, z0.ravel(), jac=True, method="L-BFGS-B",
                         options={"maxiter": 3000, "maxfun": 4000, "ftol": 1e-15, "gtol": 1e-10, "maxcor": 20})
        best = max(best, -found.fun)
    return best


def limits(world, rho, rng):
    joint = joint_of(world, rho)
    eta = joint / joint.sum(axis=1, keepdims=True)
    return {
        "rho": rho,
        "accuracy": joint.max(axis=1).sum(),
        "macro_f1": macro_f1(joint, rng),
        "mean_entropy": float(-(joint * np.log(eta)).sum()),
        "pair_auc": pair_auc(joint).tolist(),
    }


def main():
    rng = np.random.default_rng(SEED)
    out = {"tool": f"numpy {np.__version__}, scipy {scipy.__version__}", "seed": SEED, "worlds": {}}
    for path in sorted(WORLDS.glob("*.toml")):
        world = tomllib.loads(path.read_text())
        rhos = SWEEP if world["name"] == "degenerate" else [world.get("pair", {}).get("rho")]
        out["worlds"][world["name"]] = [limits(world, rho, rng) for rho in rhos]
        print(world["name"], [(p["rho"], round(p["macro_f1"], 6)) for p in out["worlds"][world["name"]]], flush=True)
    (HERE / "limits.json").write_text(json.dumps(out, indent=1) + "\n")


main()
