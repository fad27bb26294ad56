"""Losses and class distributions of Ada-DF in float64, with gradients.

    python make_ada_df_loss.py          (torch, timm, numpy)

Writes `ada_df_loss.json`: `losses`, one entry per case with its inputs, every term, the fusion weight w, the fused
distribution q and the gradients of the total with respect to z1, z2, a1, a2 as four independent inputs; and `distributions`,
one entry per update of the class distributions. The formulas stand in `ada_df_reference.py`.
"""

import sys
from pathlib import Path

import numpy
import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import ada_df_reference as ada  # noqa: E402

SEED = 2404
RNG = numpy.random.default_rng(SEED)


def draw(classes, count, scale=1.5, attention=None):
    """Inputs of one batch, rounded to five decimals so that the file stays small."""
    def tensor(values):
        return torch.tensor(numpy.round(values, 5).tolist(), dtype=torch.float64)
    a1, a2 = RNG.uniform(0.05, 0.95, (2, count, 1))
    if attention is not None:
        a1, a2 = attention
    return {
        "z1": tensor(RNG.normal(0, scale, (count, classes))),
        "z2": tensor(RNG.normal(0, scale, (count, classes))),
        "a1": torch.tensor(a1.tolist(), dtype=torch.float64) if attention else tensor(a1),
        "a2": torch.tensor(a2.tolist(), dtype=torch.float64) if attention else tensor(a2),
        "labels": torch.tensor(RNG.integers(0, classes, count).tolist()),
    }


def rows(classes, count, missing=(), shares=(0.15, 0.95)):
    """Softmax rows: items of class c put about a share of `shares`, rising with c, on c; no item of `missing`."""
    labels = torch.tensor([int(c) for c in RNG.permutation(numpy.arange(count) % classes) if c not in missing])
    share = numpy.linspace(*shares, classes)
    logits = RNG.normal(0, 0.4, (len(labels), classes))
    for row, c in zip(logits, labels.tolist()):
        row[c] += numpy.log(share[c] / (1 - share[c]) * (classes - 1))
    return torch.softmax(torch.tensor(logits), 1), labels


def loss_case(name, variant, inputs, ld, epoch, beta, batch_size, fusion="adaptive"):
    leaves = {k: inputs[k].clone().requires_grad_() for k in ("z1", "z2", "a1", "a2")}
    out = ada.losses(variant, **leaves, labels=inputs["labels"], ld=ld, epoch=epoch, beta=beta, batch_size=batch_size,
                     fusion=fusion)
    gradients = torch.autograd.grad(out["total"], list(leaves.values()), allow_unused=True)
    numbers = [torch.zeros_like(x) if g is None else g for g, x in zip(gradients, leaves.values())]
    return {
        "name": name,
        "variant": variant,
        "fusion": fusion if isinstance(fusion, str) else "fixed",
        "fixed_w": None if isinstance(fusion, str) else fusion,
        "epoch": epoch, "beta": beta, "batch_size": batch_size, "w_min": 0.2, "w_max": 1.0,
        "inputs": {**{k: v.tolist() for k, v in inputs.items()}, "ld": ld.tolist()},
        "outputs": {k: v.tolist() if torch.is_tensor(v) else v for k, v in out.items()},
        "gradients": {k: g.tolist() for k, g in zip(leaves, numbers)},
    }


def both(name, *arguments):
    return [loss_case(f"{name}_{variant}", variant, *arguments) for variant in ("reference", "paper")]


def loss_cases():
    start = ada.initial_distributions
    softmax, labels = rows(8, 40)
    sharp = {v: ada.updated_distributions(v, softmax, labels, start(8, 0.5), 0.5, 1.2) for v in ("reference", "paper")}
    blunt = ada.updated_distributions("reference", softmax, labels, start(8, 0.5), 0.5, None)
    cases = both("before_beta", draw(7, 16), start(7, 0.7), 1, 3, 16)
    cases += both("at_beta_short_batch", draw(7, 5), start(7, 0.7), 3, 3, 16)
    after = draw(8, 16)
    cases += [loss_case(f"after_beta_sharpened_{v}", v, after, ld, 4, 3, 64) for v, ld in sharp.items()]
    cases.append(loss_case("large_reference", "reference", draw(7, 64), start(7, 0.5), 10, 5, 64))
    cases.append(loss_case("rows_not_summing_to_one_reference", "reference", draw(8, 5), blunt, 2, 5, 5))
    cases += both("two_items", draw(3, 2), start(3, 0.6), 75, 5, 4)
    cases += both("one_item", draw(3, 1), start(3, 0.6), 2, 5, 4)
    equal = numpy.full((5, 1), 0.625)
    cases += both("attentions_equal", draw(7, 5, attention=(equal, equal)), start(7, 0.7), 2, 3, 5)
    uneven = numpy.array([[0.25], [0.5], [0.75], [0.125], [0.375]])
    cases += both("means_equal", draw(3, 5, attention=(uneven, 1 - uneven)), start(3, 0.5), 4, 3, 5)
    tiny = numpy.round(1e-6 * (1 + 0.3 * RNG.normal(size=(2, 5, 1))), 12)
    cases += both("attention_collapsed", draw(7, 5, attention=tuple(tiny)), start(7, 0.7), 2, 3, 5)
    split = numpy.array([[0.99], [0.98], [0.97], [0.05], [0.01]])
    cases += both("ranking_satisfied", draw(3, 5, attention=(split, split)), start(3, 0.6), 2, 3, 5)
    cases += both("logits_large", draw(7, 5, scale=60.0), start(7, 0.7), 2, 3, 5)
    narrow = numpy.round(RNG.uniform(0.5, 0.53, (2, 7, 1)), 5)
    cases += both("ranking_violated", draw(7, 7, attention=tuple(narrow)), start(7, 0.7), 2, 3, 8)
    inputs, zeros = draw(7, 5), torch.eye(7, dtype=torch.float64)
    for fusion in ("label", "class", 0.3):
        cases.append(loss_case(f"fusion_{fusion}_paper", "paper", inputs, start(7, 0.7), 5, 3, 5, fusion))
    cases.append(loss_case("class_distribution_with_zeros_paper", "paper", inputs, zeros, 5, 3, 5, "class"))
    cases.append(loss_case("adaptive_with_zeros_paper", "paper", inputs, zeros, 5, 3, 5))
    return cases


def distribution_cases():
    def one(name, variant, softmax, labels, previous, t, temperature):
        new = ada.updated_distributions(variant, softmax, labels, previous, t, temperature)
        return {
            "name": name, "variant": variant, "threshold": t, "temperature": temperature,
            "inputs": {"softmax": softmax.tolist(), "labels": labels.tolist(), "previous": previous.tolist()},
            "outputs": {"ld": new.tolist()},
        }
    exact = torch.tensor([[0.5, 0.25, 0.25], [0.25, 0.375, 0.375], [0.125, 0.375, 0.5]], dtype=torch.float64)
    sets = [
        ("mixed", *rows(7, 28), ada.initial_distributions(7, 0.7), 0.7),
        ("class_missing", *rows(7, 21, missing=(2, 6)), torch.softmax(torch.tensor(RNG.normal(0, 1, (7, 7))), 1), 0.5),
        ("three", *rows(3, 9), ada.initial_distributions(3, 0.5), 0.5),
        ("at_threshold", exact, torch.arange(3), ada.initial_distributions(3, 0.5), 0.5),
        ("all_fall_back", *rows(3, 6, shares=(0.1, 0.3)), ada.initial_distributions(3, 0.7), 0.7),
    ]
    return [
        one(f"{name}_{variant}" + ("" if temperature is None else "_sharpened"), variant, *rest, temperature)
        for name, *rest in sets for temperature in (None, 1.2) for variant in ("reference", "paper")
    ]


if __name__ == "__main__":
    content = {**ada.header("make_ada_df_loss.py", SEED), "dtype": "float64"}
    content["losses"] = {case.pop("name"): case for case in loss_cases()}
    content["distributions"] = {case.pop("name"): case for case in distribution_cases()}
    ada.write(HERE / "ada_df_loss.json", content)
